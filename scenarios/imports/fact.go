package imports

// Fact is one thing that an import found.
type Fact struct {
	Name  string
	Text  string // for people
	Value any    // for programs
}

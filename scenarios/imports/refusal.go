package imports

// Refusal is what is wrong with a line of a scenario that an import has written.
type Refusal struct {
	Line int    // from 1; 0: the scenario as a whole
	Text string // the key, and the rule that it breaks
}

// Check returns what `headroom validate` refuses of a scenario.
type Check func(scenario []byte) []Refusal

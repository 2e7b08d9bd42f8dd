package model

// Class is the kind of a Reserved Instance.
type Class uint8

// Classes.
const (
	Standard Class = iota + 1
	Convertible
)

// String returns the class as plan names write it.
func (c Class) String() string { return word(int(c), "standard", "convertible") }

// Term is the length of a commitment in years.
type Term uint8

// Terms.
const (
	OneYear    Term = 1
	ThreeYears Term = 3
)

// String returns the term as plan names write it.
func (t Term) String() string { return word(int(t), "1y", "?", "3y") }

// Hours returns the length of the term that upfront payments are spread over: a
// year of it is 8,760 hours.
func (t Term) Hours() int64 { return int64(t) * 8760 }

// Payment says how much of a commitment is paid at its beginning.
type Payment uint8

// Payments.
const (
	NoUpfront Payment = iota + 1
	PartialUpfront
	AllUpfront
)

// String returns the payment as plan names write it.
func (p Payment) String() string { return word(int(p), "no-upfront", "partial-upfront", "all-upfront") }

// Halves returns how many halves of the price are paid upfront: none, one or both.
func (p Payment) Halves() int64 { return int64(p) - int64(NoUpfront) }

// Offering is one way to commit.
type Offering struct {
	Class   Class // of Reserved Instances only
	Term    Term
	Payment Payment
}

// Valid reports whether there is such an offering.
func (o Offering) Valid() bool {
	return (o.Class == Standard || o.Class == Convertible) && (o.Term == OneYear || o.Term == ThreeYears) &&
		o.Payment >= NoUpfront && o.Payment <= AllUpfront
}

// word returns the n-th word, counted from 1, or "?".
func word(n int, words ...string) string {
	if n < 1 || n > len(words) {
		return "?"
	}
	return words[n-1]
}

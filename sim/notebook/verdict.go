package notebook

import (
	"fmt"
	"regexp"
	"strings"
)

// Verdict is a line of an answer in which a value stands beside the expected one.
type Verdict struct {
	What     string
	Value    string
	Expected string
	Inside   bool
}

// verdict matches the line that [Verdict.String] writes.
var verdict = regexp.MustCompile(`^(\S.*?)  +(\S.*), expected (.*): (inside|outside)$`)

// String returns the line of an answer that says so.
func (v Verdict) String() string {
	word := "outside"
	if v.Inside {
		word = "inside"
	}
	return fmt.Sprintf("%s  %s, expected %s: %s", v.What, v.Value, v.Expected, word)
}

// Verdicts returns the verdicts of all answers, in their order.
func (n *Notebook) Verdicts() []Verdict {
	var all []Verdict
	for _, q := range n.Asked {
		for line := range strings.Lines(q.Answer) {
			m := verdict.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			if m != nil {
				all = append(all, Verdict{What: m[1], Value: m[2], Expected: m[3], Inside: m[4] == "inside"})
			}
		}
	}
	return all
}

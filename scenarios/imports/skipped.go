package imports

import (
	"fmt"
	"slices"
)

// mostReasons bounds how many kinds of what was left out are told apart.
const mostReasons = 200

// Skipped is what was left out, by the reason.
type Skipped struct {
	reasons []Reason
	more    int64 // of reasons beyond the bound
}

// Reason is why something was left out, how often, and where first.
type Reason struct {
	Why   string
	Count int64
	First Place
	Files int // in which it was met, one after the other
	last  string
}

// Add notes that what stands in a place was left out.
func (s *Skipped) Add(at Place, why string) {
	i := slices.IndexFunc(s.reasons, func(r Reason) bool { return r.Why == why })
	switch {
	case i >= 0:
		r := &s.reasons[i]
		r.Count++
		if at.File != r.last {
			r.Files, r.last = r.Files+1, at.File
		}
	case len(s.reasons) < mostReasons:
		s.reasons = append(s.reasons, Reason{why, 1, at, 1, at.File})
	default:
		s.more++
	}
}

// Reasons lists what was left out, in the order in which it was met.
func (s *Skipped) Reasons() []Reason { return s.reasons }

// Text returns what was left out, a line a reason.
func (s *Skipped) Text() []string {
	var lines []string
	for _, r := range s.reasons {
		line := fmt.Sprintf("%s: %s", r.First, r.Why)
		switch {
		case r.Files > 1:
			line += fmt.Sprintf(" (and %d more like it, in %d files)", r.Count-1, r.Files)
		case r.Count > 1:
			line += fmt.Sprintf(" (and %d more like it)", r.Count-1)
		}
		lines = append(lines, line)
	}
	if s.more > 0 {
		lines = append(lines, fmt.Sprintf("%d more, each for a reason of its own", s.more))
	}
	return lines
}

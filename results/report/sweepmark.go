package report

import (
	"fmt"
	"slices"
	"strings"

	"headroom/results/sweep"
	"headroom/scenarios/tree"
)

// mark says what is special about a point.
func (p *ranked) mark(paint painter) string {
	switch {
	case p.err != "":
		const most = 60
		text, _, _ := strings.Cut(p.err, "\n")
		if letters := []rune(text); len(letters) > most {
			text = string(letters[:most]) + "…"
		}
		return paint.bad("failed: " + tree.Printable(text)) // anybody's, if others computed it
	case p.ruled != "":
		return paint.bad("out: " + p.ruled)
	case len(p.breach.Thresholds) > 0:
		return paint.bad("breaches " + strings.Join(p.breach.Thresholds, "; "))
	case p.front:
		return paint.good("Pareto")
	}
	return ""
}

// cautions are the warnings, and which of the front nobody has confirmed.
func (s *SweepPage) cautions(all []ranked) []string {
	rates := 0
	for i := range all {
		if all[i].front && all[i].fidelity == sweep.Rates {
			rates++
		}
	}
	if rates == 0 {
		return s.Warnings
	}
	return append(slices.Clone(s.Warnings), fmt.Sprintf("points of the front played by rates alone: %d; a larger sweep.confirm plays more points by requests", rates))
}

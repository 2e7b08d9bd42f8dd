package space

import (
	"strings"
	"testing"

	"headroom/scenarios/tree"
)

func TestLogarithmicRangesReachTheSmallestNumbers(t *testing.T) {
	s := &span{low: 1e-320, high: 10, log: true}
	if v, ok := s.at(0.5, tree.Position{}).Scalar.(float64); !ok || v < 1e-170 || v > 1e-150 {
		t.Errorf("half way from 1e-320 to 10 is %g", v)
	}
}

func TestValuesAreLegible(t *testing.T) {
	if got := legible("a\x1b[31mb\nc" + strings.Repeat("d", 99)); got != "a�[31mb�c"+strings.Repeat("d", mostLegible-10)+"…" {
		t.Errorf("got %q", got)
	}
}

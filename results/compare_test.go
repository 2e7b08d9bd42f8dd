package results

import (
	"math"
	"testing"
)

// A textbook case: differences 1, 2, 3, 4 have t = 3.873 with 3 degrees of
// freedom, p = 0.0305.
func TestPairedTIsTheTextbooks(t *testing.T) {
	d := paired("x", "s", []float64{10, 20, 30, 40}, []float64{11, 22, 33, 44})
	if math.Abs(d.P-0.030466) > 1e-5 || d.Delta.Value != 2.5 || !d.Significant() {
		t.Errorf("%+v", d)
	}
	if one := paired("x", "s", []float64{1}, []float64{2}); one.Significant() || !math.IsNaN(one.P) {
		t.Errorf("one replication: %+v", one)
	}
}

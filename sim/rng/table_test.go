package rng

import (
	"math"
	"testing"
)

// The cells far out, which are made later, go on where the core ends: all are those of one
// table that is made from the median to its end.
func TestTheTailsGoOnWhereTheCoreEnds(t *testing.T) {
	for _, c := range []curve{normalCurve{}, exponentialCurve{}, exponentiated{normalCurve{}}} {
		table := newTable(c)
		for i := range 1000 { // within the core
			u := 0x1p-13 + (float64(i)+0.5)/1000*(1-0x1p-12)
			if table.at(u); table.outer.Load() != nil {
				t.Fatalf("%T: a draw of %v makes the tails", c, u)
			}
		}
		far := table.far()
		rough := 0.0
		for side, above := range [...]bool{false, true} {
			y, slope := c.at(0.5, above, 0)
			whole := make([]cubic, cells)
			_, r := table.fill(whole, edge{0.5, y, slope}, above)
			rough += r
			for i := range whole {
				got := table.core[side*coreCells+min(i, coreCells-1)]
				if i >= coreCells {
					got = far.tails[side][i-coreCells]
				}
				if want := whole[i]; got.c0 != want.c0 || got.c1 != want.c1 || got.c2 != want.c2 || math.Float64bits(got.c3) != math.Float64bits(want.c3) {
					t.Fatalf("%T: cell %d of side %d: got %v, want %v", c, i, side, got, want)
				}
			}
		}
		if !(math.Abs(table.allRough()-rough) <= 1e-15) {
			t.Errorf("%T: rough %v, want %v", c, table.allRough(), rough)
		}
	}
}

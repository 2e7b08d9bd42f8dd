package sweep

import (
	"fmt"
	"math"
	"testing"

	"headroom/sim/rng"
)

// Many estimates together are those of each row alone, whatever its layout, its replications and what they lack.
func TestEstimatesAreThoseOfEachRow(t *testing.T) {
	stream := rng.New(3, 0, "rows")
	keys := []string{"a", "b", "c", "d"}
	layouts := []*Layout{NewLayout(keys[:2], []string{"", ""}), NewLayout([]string{"c", "b", "a"}, []string{"", "", ""})}
	estimates, seen := NewEstimates(keys), map[int]int{}
	for i := range 500 {
		row := Row{Point: i}
		if stream.Below(10) > 0 {
			row.Layout = layouts[stream.Below(2)]
			for range 1 + stream.Below(4) {
				values := make([]float64, len(row.Layout.Keys))
				for k := range values {
					if values[k] = float64(stream.Below(3)); stream.Below(4) == 0 {
						values[k] = math.NaN()
					}
				}
				row.Values = append(row.Values, values)
			}
		}
		for k, key := range keys {
			got, ok := estimates.Of(&row, k)
			want, known := row.Estimate(key)
			if fmt.Sprint(got, ok) != fmt.Sprint(want, known) {
				t.Fatalf("row %d, %s: got %v %v, want %v %v", i, key, got, ok, want, known)
			}
			seen[want.N]++
		}
	}
	if len(seen) != 5 {
		t.Errorf("numbers of observations: %v", seen)
	}
}

package fluid

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Neighbours have what is due to them, all numbers together: of a rule's hundreds of rare paths, too.
func TestNeighboursHaveTheirShares(t *testing.T) {
	even := func(n int, sum float64) []float64 {
		shares := make([]float64, n)
		for i := range shares {
			shares[i] = sum / float64(n)
		}
		return shares
	}
	for name, shares := range map[string][]float64{
		"rare before":  append(even(299, 299e-6), 1-299e-6),
		"rare after":   append([]float64{1 - 299e-6}, even(299, 299e-6)...),
		"rare between": slices.Concat(even(100, 5e-4), []float64{0.5}, even(100, 5e-4), []float64{0.499}),
		"even":         even(300, 1),
	} {
		for _, mean := range []float64{0.5, 5, 50, 500} {
			random := rand.New(rand.NewPCG(1, 2))
			d := Division{Shares: shares}
			d.Begin(len(shares))
			all, had := 0.0, make([]int64, len(shares))
			for range 3000 {
				n := int64(max(0, mean+math.Sqrt(mean)*random.NormFloat64()+0.5))
				d.Divide(n)
				all += float64(n)
				sum, due, given := int64(0), 0.0, int64(0)
				for i, part := range d.Parts {
					had[i] += part
					sum, due, given = sum+part, due+all*shares[i], given+had[i]
					if part < 0 || math.Abs(float64(given)-due) > 3 {
						t.Fatalf("%s, %v a time, parts to %d: %d of %v", name, mean, i, given, due)
					}
				}
				if sum != n {
					t.Fatalf("%s: parts of %d sum to %d", name, n, sum)
				}
			}
		}
	}
}

// FuzzLevel compares the line with what a line that is the nearest by least squares has at each place: the
// highest that the means from places before it are at least, whatever place behind it they reach.
func FuzzLevel(f *testing.F) {
	f.Add([]byte{1, 5, 3, 3, 9, 0, 4})
	f.Add([]byte{9, 8, 7, 6, 5})
	f.Fuzz(func(t *testing.T, heights []byte) {
		if len(heights) > 40 {
			return
		}
		var d Division
		d.Begin(len(heights))
		for i, height := range heights {
			d.line[i] = float64(height)
		}
		d.level()
		for i := range heights {
			want := math.Inf(-1)
			for from := range i + 1 {
				least, sum := math.Inf(1), 0.0
				for to := from; to < len(heights); to++ {
					if sum += float64(heights[to]); to >= i {
						least = min(least, sum/float64(to-from+1))
					}
				}
				want = max(want, least)
			}
			if math.Abs(d.line[i]-want) > 1e-9 {
				t.Fatalf("%v at %d: got %v, want %v", heights, i, d.line[i], want)
			}
		}
	})
}

func TestDividingAllocatesNothing(t *testing.T) {
	d := Division{Shares: []float64{1e-6, 1e-6, 1e-6, 1 - 3e-6}}
	d.Begin(4)
	if n := testing.AllocsPerRun(1000, func() { d.Divide(7) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

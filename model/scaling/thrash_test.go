package scaling_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
)

// walk plays capacities, a minute apart, and returns the thrash and what each minute added.
func walk(capacities []int) (scaling.Thrash, []float64) {
	var t scaling.Thrash
	var shares []float64
	for i := 1; i < len(capacities); i++ {
		shares = append(shares, t.Change(sim.Time(i)*sim.Minute, capacities[i-1], capacities[i]))
	}
	return t, shares
}

func TestThrashOfKnownWalks(t *testing.T) {
	long := make([]int, 70)
	for i := range long {
		long[i] = 8
	}
	long[0], long[69] = 4, 4
	for _, c := range []struct {
		name       string
		capacities []int
		reversals  int64
		share      float64
	}{
		{"none", []int{4, 4, 4}, 0, 0},
		{"up and down", []int{4, 8, 4}, 1, 0.5},
		{"up, down, up", []int{4, 8, 4, 8}, 2, 0.5 + 1},
		{"half undone", []int{4, 8, 6}, 1, 0.25},
		{"in steps", []int{4, 6, 8, 5, 4}, 2, 3.0/8 + 1.0/5},
		{"beyond", []int{4, 8, 1}, 1, 0.5},
		{"after more than an hour", long, 0, 0},
	} {
		if got, _ := walk(c.capacities); got.Reversals != c.reversals || math.Abs(got.Share-c.share) > 1e-12 {
			t.Errorf("%s: %d reversals of %g, want %d of %g", c.name, got.Reversals, got.Share, c.reversals, c.share)
		}
	}
}

// What it promises, on random walks: 0 where capacity is monotone, additive over disjoint
// windows, the same for a group of another size.
func TestThrashKeepsItsPromises(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 500 {
		capacities := []int{1 + random.IntN(20)}
		for range 40 {
			capacities = append(capacities, max(1, capacities[len(capacities)-1]+random.IntN(9)-4))
		}
		whole, shares := walk(capacities)
		sum, cut := 0.0, random.IntN(len(shares))
		for _, window := range [][]float64{shares[:cut], shares[cut:]} {
			for _, share := range window {
				sum += share
			}
		}
		if math.Abs(sum-whole.Share) > 1e-9 {
			t.Fatalf("windows %g, whole %g", sum, whole.Share)
		}
		scaled, rising := make([]int, len(capacities)), make([]int, len(capacities))
		for i, c := range capacities {
			scaled[i] = 7 * c
			rising[i] = c + 5*i
		}
		if got, _ := walk(scaled); got.Reversals != whole.Reversals || math.Abs(got.Share-whole.Share) > 1e-9 {
			t.Fatalf("scaled %+v, want %+v", got, whole)
		}
		if got, _ := walk(rising); got.Share != 0 || got.Reversals != 0 {
			t.Fatalf("%v only rises: %+v", rising, got)
		}
	}
}

func TestElasticityCountsWhatIsMissing(t *testing.T) {
	var e scaling.Elasticity
	e.Add(scaling.Stretch{Time: sim.Minute, InService: 4, Least: 1, Utilization: 1, Reference: 0.8})    // 5 needed
	e.Add(scaling.Stretch{Time: sim.Minute, InService: 5, Least: 1, Utilization: 0.64, Reference: 0.8}) // 4 needed
	e.Add(scaling.Stretch{Time: sim.Minute, InService: 4, Least: 1, Utilization: 0.8, Reference: 0.8})  // 4 needed
	e.Add(scaling.Stretch{Time: sim.Minute, InService: 4, Least: 3, Utilization: 0, Reference: 0.8})    // the least
	if want := (scaling.Elasticity{Under: sim.Minute, Over: 2 * sim.Minute, UnderTime: sim.Minute, OverTime: 2 * sim.Minute}); e != want {
		t.Errorf("%+v, want %+v", e, want)
	}
}

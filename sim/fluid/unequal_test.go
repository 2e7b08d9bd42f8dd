package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/station"
)

// playUnequal plays requests one by one, each at a target with the fewest, and returns which share each kind got.
func playUnequal(rate float64, kinds []Unequal, requests int, seed uint64) []float64 {
	var targets []station.Station
	var kindOf []int
	for k := range kinds {
		for range int(kinds[k].Targets) {
			servers := int64(1 << 20)
			if !math.IsInf(kinds[k].Servers, 1) {
				servers = int64(kinds[k].Servers)
			}
			targets = append(targets, station.New(station.Spec{Servers: servers, Limit: station.NoLimit, Backlog: station.NoLimit}))
			kindOf = append(kindOf, k)
		}
	}
	arrivals, demands := rng.New(seed, 0, "arrivals"), rng.New(seed, 0, "demands")
	got, now, turn := make([]float64, len(kinds)), 0.0, 0
	for i := range requests {
		now += arrivals.Exponential() / rate
		at, best, fewest := sim.Seconds(now), 0, math.MaxInt
		for n := range targets {
			t := (turn + n) % len(targets)
			for _, ok := targets[t].Settle(at); ok; _, ok = targets[t].Settle(at) {
			}
			if jobs := targets[t].InService() + targets[t].Waiting(); jobs < fewest {
				best, fewest = t, jobs
			}
		}
		turn = best + 1
		of := &kinds[kindOf[best]]
		if i >= requests/10 {
			got[kindOf[best]]++
		}
		if of.Each+of.Away > 0 {
			targets[best].Offer(at, uint32(i), sim.Seconds(demands.Exponential()*(of.Each+of.Away)))
		}
	}
	for k := range got {
		got[k] /= float64(requests - requests/10)
	}
	return got
}

// What each of unequal targets gets is what it gets request by request: of many within a twentieth, of those who get one in a hundred within a sixth.
func TestUnequalTargetsGetWhatFleetsGive(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name    string
		rate    float64
		kinds   []Unequal
		allowed float64 // relative
	}{
		{"3 serve, 1 refuses", 160, []Unequal{{3, 2, 0.02, 0}, {1, inf, 0, 0}}, 0.05},
		{"3 serve, 1 hangs", 160, []Unequal{{3, 2, 0.02, 0}, {1, inf, 0, 2}}, 0.15},
		{"3 serve at a load of 0.9, 1 hangs", 270, []Unequal{{3, 2, 0.02, 0}, {1, inf, 0, 2}}, 0.15},
		{"40 serve, 10 hang", 2000, []Unequal{{40, 2, 0.02, 0}, {10, inf, 0, 2}}, 0.15},
		{"40 serve, 10 refuse", 2000, []Unequal{{40, 2, 0.02, 0}, {10, inf, 0, 0}}, 0.05},
		{"40 serve, 10 are slow", 2400, []Unequal{{40, 2, 0.02, 0}, {10, 2, 0.2, 0}}, 0.05},
		{"3 serve, 1 is slow", 160, []Unequal{{3, 2, 0.02, 0}, {1, 2, 0.2, 0}}, 0.05},
		{"2 serve, 2 are twice as fast", 160, []Unequal{{2, 2, 0.02, 0}, {2, 2, 0.01, 0}}, 0.05},
		{"2 serve, 2 are twice as fast, busy", 500, []Unequal{{2, 2, 0.02, 0}, {2, 2, 0.01, 0}}, 0.05},
	} {
		want := playUnequal(c.rate, c.kinds, 300_000, 1)
		got, sum := DivideUnequal(c.rate, c.kinds), 0.0
		t.Logf("%s: %.4f, played %.4f", c.name, got, want)
		for k := range got {
			sum += got[k]
			if off := got[k]/want[k] - 1; math.Abs(off) > c.allowed {
				t.Errorf("%s: kind %d gets %.5f, played one by one %.5f (seed 1), off by %+.3f, allowed %.3f", c.name, k, got[k], want[k], off, c.allowed)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: shares are %v in all", c.name, sum)
		}
	}
}

package fluid

import (
	"math"
	"slices"
	"sync"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// playUnequal plays requests one by one, each at a target with the fewest, and returns which share each kind got, and how long they stayed there.
func playUnequal(rate float64, kinds []Unequal, requests int, seed uint64) (shares []float64, stays []stat.Histogram) {
	var targets []station.Station
	kindOf := interleaved(kinds)
	for _, k := range kindOf {
		servers := int64(1 << 20)
		if !math.IsInf(kinds[k].Servers, 1) {
			servers = int64(kinds[k].Servers)
		}
		targets = append(targets, station.New(station.Spec{Servers: servers, Limit: station.NoLimit, Backlog: station.NoLimit}))
	}
	arrivals, demands := rng.New(seed, 0, "arrivals"), rng.New(seed, 0, "demands")
	got, now, turn := make([]float64, len(kinds)), 0.0, 0
	came, stays := make([]sim.Time, requests), make([]stat.Histogram, len(kinds))
	settle := func(target int, until sim.Time) {
		for turn, ok := targets[target].Settle(until); ok; turn, ok = targets[target].Settle(until) {
			if turn.Kind == station.Departed && int(turn.Job) > requests/10 {
				stays[kindOf[target]].Record(int64(turn.At - came[turn.Job]))
			}
		}
	}
	for i := range requests {
		now += arrivals.Exponential() / rate
		at, best, fewest := sim.Seconds(now), 0, math.MaxInt
		for n := range targets {
			t := (turn + n) % len(targets)
			settle(t, at)
			if jobs := targets[t].InService() + targets[t].Waiting(); jobs < fewest {
				best, fewest = t, jobs
			}
		}
		turn = best + 1
		of := &kinds[kindOf[best]]
		if i >= requests/10 {
			got[kindOf[best]]++
		}
		came[i] = at
		switch {
		case of.Each > 0:
			targets[best].Offer(at, uint32(i), sim.Seconds(demands.Exponential()*(of.Each+of.Away)))
		case of.Away > 0:
			targets[best].Offer(at, uint32(i), sim.Seconds(of.Away))
		}
	}
	for k := range got {
		got[k] /= float64(requests - requests/10)
	}
	return got, stays
}

// What each of unequal targets gets is what it gets request by request, and so are the stays there: of many within a twentieth, of those
// who get one in a hundred within a seventh. The nearer to all that a target can do the more a small difference of what it gets tells.
func TestUnequalTargetsGetWhatFleetsGive(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name             string
		rate             float64
		kinds            []Unequal
		share, mean, p99 float64 // allowed, relative
	}{
		{"3 serve, 1 refuses", 160, []Unequal{{3, 2, 0.02, 0, 0}, {1, inf, 0, 0, 0}}, 0.02, 0.01, 0.02},
		{"3 serve, 1 hangs", 160, []Unequal{{3, 2, 0.02, 0, 0}, {1, inf, 0, 2, 0}}, 0.05, 0.02, 0.04},
		{"3 serve at a load of 0.9, 1 hangs", 270, []Unequal{{3, 2, 0.02, 0, 0}, {1, inf, 0, 2, 0}}, 0.1, 0.06, 0.1},
		{"40 serve, 10 hang", 2000, []Unequal{{40, 2, 0.02, 0, 0}, {10, inf, 0, 2, 0}}, 0.07, 0.01, 0.02},
		{"40 serve, 10 refuse", 2000, []Unequal{{40, 2, 0.02, 0, 0}, {10, inf, 0, 0, 0}}, 0.02, 0.01, 0.02},
		{"40 serve, 10 are slow", 2400, []Unequal{{40, 2, 0.02, 0, 0}, {10, 2, 0.2, 0, 0}}, 0.05, 0.02, 0.03},
		{"3 serve, 1 is slow", 160, []Unequal{{3, 2, 0.02, 0, 0}, {1, 2, 0.2, 0, 0}}, 0.05, 0.04, 0.06},
		{"3 serve at a load of 0.77, 1 is slow", 240, []Unequal{{3, 2, 0.02, 0, 0}, {1, 2, 0.2, 0, 0}}, 0.05, 0.1, 0.12},
		{"2 serve, 2 are twice as fast", 160, []Unequal{{2, 2, 0.02, 0, 0}, {2, 2, 0.01, 0, 0}}, 0.02, 0.01, 0.03},
		{"2 serve, 2 are twice as fast, busy", 500, []Unequal{{2, 2, 0.02, 0, 0}, {2, 2, 0.01, 0, 0}}, 0.02, 0.04, 0.1},
		{"140 serve, 14 are slower", 140 * 60, []Unequal{{140, 2, 0.02, 0, 0}, {14, 2, 0.06, 0, 0}}, 0.1, 0.02, 0.05},
		{"140 serve, 14 hang", 140 * 60, []Unequal{{140, 2, 0.02, 0, 0}, {14, inf, 0, 2, 0}}, 0.1, 0.01, 0.02},
		{"140 serve at a load of 0.9, 14 are slow", 140 * 90, []Unequal{{140, 2, 0.02, 0, 0}, {14, 2, 0.2, 0, 0}}, 0.1, 0.03, 0.05},
	} {
		want, stays := playUnequal(c.rate, c.kinds, 300_000, 1)
		f := NewFewest(c.kinds, 1)
		got, sum := f.Shares(c.rate), 0.0
		for k := range got {
			sum += got[k]
			if off := got[k]/want[k] - 1; math.Abs(off) > c.share {
				t.Errorf("%s: kind %d gets %.5f, played one by one %.5f (seed 1), off by %+.3f, allowed %.3f", c.name, k, got[k], want[k], off, c.share)
			}
			u := &c.kinds[k]
			if u.Each == 0 {
				continue
			}
			demand, _ := rng.Exponential(u.Each)
			laws := New(Station{Servers: int(u.Servers), Backlog: NoLimit, Demand: demand}, Split{Rule: LeastWaiting, Among: f.Among(k)})
			law := laws.Law(c.rate*got[k]/float64(u.Targets)*u.Each/u.Servers, u.Targets)
			if off := law.Mean()/(stays[k].Mean()*1e-9) - 1; math.Abs(off) > c.mean {
				t.Errorf("%s: mean stay at kind %d is %.5f s, played one by one %.5f s (seed 1), off by %+.3f, allowed %.3f", c.name, k, law.Mean(), stays[k].Mean()*1e-9, off, c.mean)
			}
			if off := law.Quantile(0.99)/(float64(stays[k].Quantile(0.99))*1e-9) - 1; math.Abs(off) > c.p99 {
				t.Errorf("%s: 99th percentile at kind %d is %.5f s, played one by one %.5f s (seed 1), off by %+.3f, allowed %.3f",
					c.name, k, law.Quantile(0.99), float64(stays[k].Quantile(0.99))*1e-9, off, c.p99)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: shares are %v in all", c.name, sum)
		}
	}
}

// What comes in an overload fills those with the fewest, up to the same number; who refuses has none, and gets what others have no need of.
func TestFillMakesNumbersTheSame(t *testing.T) {
	const rate, seconds = 400, 2.0
	kinds := []Unequal{{3, 2, 0.02, 0, 2}, {1, math.Inf(1), 0, 2, 0}, {2, 2, 0.2, 0, 2}}
	for _, numbers := range [][]float64{{40, 40, 40}, {10, 0, 60}, {0, 0, 0}, {500, 20, 3}} {
		are := make([]Filled, len(numbers))
		for k, n := range numbers {
			are[k].Number = n
		}
		shares := Fill(kinds, rate, seconds, are)
		fewest := math.Inf(1)
		for k := range kinds {
			left := numbers[k] - kinds[k].leaves(numbers[k])*seconds
			after := left + shares[k]*rate*seconds/float64(kinds[k].Targets)
			if fewest = min(fewest, after); shares[k] > 0 && after > fewest*(1+1e-9) {
				t.Errorf("from %v: kind %d is filled up to %v, others have %v", numbers, k, after, fewest)
			}
		}
	}
	refuses := append(kinds, Unequal{Targets: 1, Servers: math.Inf(1)})
	if shares := Fill(refuses, rate, 0.1, []Filled{{40, 0}, {40, 0}, {40, 0}, {}}); shares[3] != 1 {
		t.Errorf("who refuses gets %v where others have 40 each", shares[3])
	}
}

// Kinds that are alike become one, wherever they stand, and each is told which.
func TestMergeMakesOneOfAlikeKinds(t *testing.T) {
	serve, slow, hang := Unequal{2, 2, 1, 0, 50}, Unequal{1, 2, 7, 0, 50}, Unequal{1, math.Inf(1), 0, 16, 0}
	kinds := []Unequal{hang, serve, slow, serve, hang, serve}
	merged, of := Merge(kinds)
	targets := make([]int, len(merged))
	for i, k := range of {
		as := merged[k]
		if as.Targets = kinds[i].Targets; as != kinds[i] {
			t.Errorf("%v is said to be of %v", kinds[i], merged[k])
		}
		targets[k] += kinds[i].Targets
	}
	for k := range merged {
		if merged[k].Targets != targets[k] {
			t.Errorf("%v has %d targets, those that are of it %d", merged[k], merged[k].Targets, targets[k])
		}
	}
	slices.Reverse(kinds)
	if again, _ := Merge(kinds); len(merged) != 3 || !slices.Equal(again, merged) {
		t.Errorf("from the last to the first they are %v, otherwise %v", again, merged)
	}
}

// Who asks for the same kinds at one place is told by one, as by one of its own; another question has another answer; and what is
// forgotten keeps its answers, but its laws are nobody's.
func TestSolvedKnowsUnequalTargets(t *testing.T) {
	kinds := []Unequal{{Targets: 3, Servers: 2, Each: 1, Limit: 40}, {Targets: 1, Servers: 2, Each: 7}}
	var solved Solved
	first := solved.Fewest(kinds, 1, false)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if again := solved.Fewest(slices.Clone(kinds), 1, false); again != first || !slices.Equal(again.Shares(2), NewFewest(kinds, 1).Shares(2)) {
				t.Error("the same question has another answer")
			}
		})
	}
	all.Wait()
	for i := range kinds {
		others := [][]Unequal{slices.Clone(kinds), slices.Clone(kinds), slices.Clone(kinds), slices.Clone(kinds), slices.Clone(kinds)}
		others[0][i].Targets++
		others[1][i].Servers++
		others[2][i].Each += 0.01
		others[3][i].Away += 0.01
		others[4][i].Limit += 0.01
		for _, other := range others {
			if solved.Fewest(other, 1, false) == first {
				t.Errorf("%v gets the answer of %v", other, kinds)
			}
		}
	}
	if solved.Fewest(kinds, 2, false) == first || solved.Fewest(kinds, 1, true) == first {
		t.Error("another number of those who choose, or a brief play, gets the same answer")
	}
	demand, _ := rng.Exponential(1)
	law := func(f *Fewest, share *Solved) *Law {
		laws := New(Station{Servers: 2, Demand: demand}, Split{Rule: LeastWaiting, Among: f.Among(0)})
		laws.Share(share)
		return laws.Law(0.5, 3)
	}
	want := law(first, nil).below()
	for kept := range 2 {
		before := len(solved.known)
		if got := law(first, &solved).below(); !slices.Equal(got, want) {
			t.Error("a law that is shared is not that of one alone")
		}
		if now := len(solved.known); (now > before) != (kept == 0) {
			t.Errorf("laws of %d nodes are kept of targets that are not", now-before)
		}
		for i := range mostFewest {
			solved.Fewest([]Unequal{{Targets: i, Servers: 2, Each: 1}}, 1, false)
		}
	}
	if len(solved.fewest) > mostFewest {
		t.Errorf("%d are kept, at most %d should be", len(solved.fewest), mostFewest)
	}
}

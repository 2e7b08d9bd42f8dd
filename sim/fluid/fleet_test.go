package fluid

import (
	"fmt"
	"os"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// fleet plays requests at stations that are alike, one by one.
type fleet struct {
	split   Split
	targets []station.Station
	came    []sim.Time
	turn    int
	refused int
	stays   stat.Histogram
}

// play returns a fleet that so many requests came to, of which the first tenth does
// not count.
func play(of Station, split Split, targets int, load float64, requests int) *fleet {
	f := &fleet{split: split}
	spec := station.Spec{Servers: int64(of.Servers), Limit: int32(of.Places), Backlog: int32(of.Backlog)}
	if of.Places == 0 {
		spec.Limit = station.NoLimit
	}
	for range targets {
		f.targets = append(f.targets, station.New(spec))
	}
	seed := uint64(targets*1000 + of.Servers)
	arrivals, demands, picks := rng.New(seed, 0, "arrivals"), rng.New(seed, 0, "demands"), rng.New(seed, 0, "picks")
	gap := of.Demand.Mean() / (load * float64(of.Servers*targets))
	now := 0.0
	for i := range requests {
		now += gap * arrivals.Exponential()
		at := sim.Seconds(now)
		target := f.pick(at, &picks)
		f.settle(&f.targets[target], at, requests/10)
		f.came = append(f.came, at)
		verdict, _ := f.targets[target].Offer(at, uint32(i), sim.Seconds(demands.Draw(of.Demand)))
		if verdict == station.Refused && i >= requests/10 {
			f.refused++
		}
	}
	for i := range f.targets {
		f.settle(&f.targets[i], sim.Horizon, requests/10)
	}
	return f
}

func (f *fleet) pick(at sim.Time, picks *rng.Stream) int {
	n := len(f.targets)
	switch f.split.Rule {
	case AtRandom:
		return picks.Below(n)
	case LeastWaiting:
		best, fewest := 0, int(station.NoLimit)
		for k := range n {
			i := (f.turn + k) % n
			f.settle(&f.targets[i], at, 0)
			if jobs := f.targets[i].InService() + f.targets[i].Waiting(); jobs < fewest {
				best, fewest = i, jobs
			}
		}
		f.turn = best + 1
		return best
	}
	f.turn++
	return f.turn % n
}

func (f *fleet) settle(s *station.Station, until sim.Time, from int) {
	for turn, ok := s.Settle(until); ok; turn, ok = s.Settle(until) {
		if turn.Kind == station.Departed && int(turn.Job) >= from {
			f.stays.Record(int64(turn.At - f.came[turn.Job]))
		}
	}
}

// Every law is compared with requests at stations played one by one.
func TestExplore(t *testing.T) {
	if os.Getenv("EXPLORE") == "" {
		t.Skip()
	}
	exponential, _ := rng.Exponential(0.05)
	wide, _ := rng.Lognormal(0.05, 1.5)
	one, _ := rng.Lognormal(0.05, 1)
	narrow, _ := rng.Lognormal(0.05, 0.5)
	fixed, _ := rng.Fixed(0.05)
	rules := []string{"random", "turn", "least"}
	for _, places := range []string{"fcfs", "ps"} {
		for name, law := range map[string]rng.Distribution{"exp": exponential, "ln1.5": wide, "ln1": one, "ln.5": narrow, "fixed": fixed} {
			for _, servers := range []int{1, 2, 4} {
				for rule := AtRandom; rule <= LeastWaiting; rule++ {
					s := Station{Servers: servers, Demand: law, Backlog: NoLimit}
					if places == "fcfs" {
						s.Places = servers
					}
					laws := New(s, Split{Rule: rule})
					for _, n := range []int{1, 2, 10} {
						if (rule == AtRandom) != (n == 1) {
							continue
						}
						for _, load := range []float64{0.5, 0.8, 0.95} {
							f := play(s, Split{Rule: rule}, n, load, 2_000_000)
							l := laws.Law(load, n)
							m, p50, p99 := f.stays.Mean()/1e9, float64(f.stays.Quantile(.5))/1e9, float64(f.stays.Quantile(.99))/1e9
							fmt.Printf("%s %-5s c=%d %-6s n=%-2d load %.2f: mean %.4f %+.2f%% p50 %.4f %+.2f%% p99 %.4f %+.2f%%\n", places, name, servers, rules[rule], n, load,
								m, (l.Mean()/m-1)*100, p50, (l.Quantile(.5)/p50-1)*100, p99, (l.Quantile(.99)/p99-1)*100)
						}
					}
				}
			}
		}
	}
}

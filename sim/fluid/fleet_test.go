package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/analytic"
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
func play(of Station, split Split, targets int, load float64, requests int, seed uint64) *fleet {
	f := &fleet{split: split}
	spec := station.Spec{Servers: int64(of.Servers), Limit: int32(of.Places), Backlog: int32(of.Backlog)}
	if of.Places == 0 {
		spec.Limit = station.NoLimit
	}
	for range targets {
		f.targets = append(f.targets, station.New(spec))
	}
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

// A law is compared with replications of a fleet: it lies in the interval that holds the
// mean over them with a probability of 0.9999, made wider by what is promised for approximations.
func TestLawsAreThoseOfFleets(t *testing.T) {
	exponential, _ := rng.Exponential(0.05)
	wide, _ := rng.Lognormal(0.05, 1.5)
	narrow, _ := rng.Lognormal(0.05, 0.5)
	constant, _ := rng.Fixed(0.05)
	for _, c := range []struct {
		name    string
		law     rng.Distribution
		servers int
		shared  bool
		rule    Rule
		targets int
		load    float64
		allowed float64 // relative
	}{
		{"M/M/2", exponential, 2, false, AtRandom, 1, 0.8, 0.003},
		{"M/D/1", constant, 1, false, AtRandom, 1, 0.8, 0.01},
		{"M/G/1", wide, 1, false, AtRandom, 1, 0.7, 0.01},
		{"E10/M/2", exponential, 2, false, InTurn, 10, 0.9, 0.003},
		{"E10/G/1", narrow, 1, false, InTurn, 10, 0.9, 0.01},
		{"E10/G/2", narrow, 2, false, InTurn, 10, 0.9, 0.01},
		{"M/M/1-PS", exponential, 1, true, AtRandom, 1, 0.8, 0.005},
		{"M/G/2-PS", wide, 2, true, AtRandom, 1, 0.7, 0.01},
		{"E10/M/2-PS", exponential, 2, true, InTurn, 10, 0.9, 0.01},
		{"E10/G/2-PS", narrow, 2, true, InTurn, 10, 0.8, 0.025},
		{"M/D/4", constant, 4, false, AtRandom, 1, 0.8, 0.005},
		{"M/G/4", wide, 4, false, AtRandom, 1, 0.7, 0.025},
		{"E10/D/2", constant, 2, false, InTurn, 10, 0.8, 0.013},
		{"E10/M/1-PS", exponential, 1, true, InTurn, 10, 0.8, 0.012},
		{"E10/D/2-PS", constant, 2, true, InTurn, 10, 0.8, 0.025},
		{"10 fewest M/G/2", wide, 2, false, LeastWaiting, 10, 0.8, 0.04},
		{"10 fewest M/M/1", exponential, 1, false, LeastWaiting, 10, 0.9, 0.02},
		{"10 fewest M/G/2-PS", wide, 2, true, LeastWaiting, 10, 0.9, 0.02},
		{"4 fewest M/G/2-PS", narrow, 2, true, LeastWaiting, 4, 0.9, 0.025},
	} {
		s := Station{Servers: c.servers, Demand: c.law, Backlog: NoLimit}
		if !c.shared {
			s.Places = c.servers
		}
		law := New(s, Split{Rule: c.rule}).Law(c.load, c.targets)
		var means, medians, tails stat.Tally
		for r := range replications {
			stays := &play(s, Split{Rule: c.rule}, c.targets, c.load, 40_000, uint64(r)).stays
			means.Record(int64(stays.Mean()))
			medians.Record(stays.Quantile(0.5))
			tails.Record(stays.Quantile(0.99))
		}
		for what, pair := range map[string]struct {
			got  float64
			seen *stat.Tally
		}{"mean": {law.Mean(), &means}, "p50": {law.Quantile(0.5), &medians}, "p99": {law.Quantile(0.99), &tails}} {
			want := pair.seen.Mean() * 1e-9
			wide := likely*math.Sqrt(pair.seen.Variance()/replications)*1e-9 + c.allowed*want
			if !(math.Abs(pair.got-want) <= wide) {
				t.Errorf("%s at %v: %s is %v, fleets have %v ± %v", c.name, c.load, what, pair.got, want, wide)
			}
		}
	}
}

// The 0.99995-quantile of Student's law of so many replications, less one.
const (
	replications = 16
	likely       = 5.24
)

// A station with little room refuses as many as M/M/c/K, and as a station played.
func TestLawsRefuseWhoFindsNoRoom(t *testing.T) {
	exponential, _ := rng.Exponential(0.05)
	s := Station{Servers: 2, Places: 2, Backlog: 3, Demand: exponential}
	for _, load := range []float64{0.5, 0.9, 1.4} {
		law := New(s, Split{}).Law(load, 1)
		q, err := analytic.NewMMcK(load*2, 1, 2, 5)
		if err != nil {
			t.Fatal(err)
		}
		if !near(law.Blocked(), q.Blocking(), 0.005) || !near(law.Mean(), 0.05*q.MeanResponse(), 0.005) {
			t.Errorf("load %v: blocked %v, mean %v, want %v, %v", load, law.Blocked(), law.Mean(), q.Blocking(), 0.05*q.MeanResponse())
		}
		f := play(s, Split{}, 1, load, 200_000, 1)
		got := float64(f.refused) / 180_000
		if !near(got, law.Blocked(), 0.05) {
			t.Errorf("load %v: %v of the played are refused, want %v", load, got, law.Blocked())
		}
		if mean := f.stays.Mean() * 1e-9; !near(mean, law.Mean(), 0.02) {
			t.Errorf("load %v: the played stay %v, want %v", load, mean, law.Mean())
		}
	}
}

// A law is one: it rises to 1, its mean is that of its buckets, and what it records has them.
func TestLawsAreLaws(t *testing.T) {
	wide, _ := rng.Lognormal(0.05, 1.5)
	for rule := AtRandom; rule <= LeastWaiting; rule++ {
		laws := New(Station{Servers: 2, Demand: wide, Backlog: NoLimit}, Split{Rule: rule})
		for _, load := range []float64{0, 0.31, 0.777, 0.97} {
			law := laws.Law(load, 7)
			var h stat.Histogram
			for i := range 1000 {
				law.Record([]Into{{Histogram: &h}}, Batch{N: 200, Offset: math.Mod(float64(i)*0.6180339887, 1)})
			}
			if h.Count() != 200_000 || !near(h.Mean()*1e-9, law.Mean(), 0.01) {
				t.Errorf("rule %v at %v: %d recorded, of mean %v, want 200000, %v", rule, load, h.Count(), h.Mean()*1e-9, law.Mean())
			}
			sum, below := 0.0, law.below()
			for i := range len(below) - 1 {
				weight := below[i+1] - below[i]
				if sum += weight; weight < -1e-12 {
					t.Errorf("rule %v at %v: bucket %d has the weight %v", rule, load, i, weight)
				}
			}
			for _, p := range []float64{0.5, 0.9, 0.99, 0.999} {
				got := float64(h.Quantile(p)) * 1e-9
				if want := law.Quantile(p); !near(got, want, 0.01) || !near(law.Tail(want), 1-p, 0.02) {
					t.Errorf("rule %v at %v: quantile %v of the recorded is %v, want %v; its tail is %v", rule, load, p, got, want, law.Tail(want))
				}
			}
			if !near(sum, 1, 1e-9) {
				t.Errorf("rule %v at %v: weights sum to %v", rule, load, sum)
			}
		}
	}
}

func BenchmarkLawOfANode(b *testing.B) {
	wide, _ := rng.Lognormal(0.05, 1.5)
	for b.Loop() {
		New(Station{Servers: 2, Demand: wide, Backlog: 1024}, Split{Rule: InTurn}).Law(0.9, 12)
	}
}

func BenchmarkLawAgain(b *testing.B) {
	wide, _ := rng.Lognormal(0.05, 1.5)
	laws := New(Station{Servers: 2, Demand: wide, Backlog: 1024}, Split{Rule: LeastWaiting})
	for b.Loop() {
		laws.Law(0.9, 12)
	}
}

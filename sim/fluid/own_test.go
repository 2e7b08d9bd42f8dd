package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// two is a short and a long demand, and the two of them together, nine to one.
func two(t *testing.T) (short, long, both rng.Distribution) {
	short, _ = rng.Exponential(0.01)
	long, _ = rng.Exponential(0.1)
	both, err := Mixture([]rng.Distribution{short, long}, []float64{9, 1})
	if err != nil {
		t.Fatal(err)
	}
	return short, long, both
}

// At one server in order all wait as long (Pollaczek and Khinchine); at one that they share each stays
// 1/(1-ρ) times as long as it asks for.
func TestEachDemandHasItsOwnLaw(t *testing.T) {
	const load = 0.8
	short, long, both := two(t)
	second := (0.9*2*0.01*0.01 + 0.1*2*0.1*0.1) // E[S²]
	wait := load / both.Mean() * second / 2 / (1 - load)
	for _, shared := range []bool{false, true} {
		s := Station{Servers: 1, Places: 1, Demand: both, Backlog: NoLimit}
		if shared {
			s.Places = 0
		}
		laws := New(s, Split{})
		law, sum := laws.Law(load, 1), 0.0
		for i, own := range []rng.Distribution{short, long} {
			want := own.Mean() + wait
			if shared {
				want = own.Mean() / (1 - load)
			}
			got := laws.For(law, own)
			if !near(got.Mean(), want, 0.01) {
				t.Errorf("shared %v: %v s on average ask for it and stay %v, want %v", shared, own.Mean(), got.Mean(), want)
			}
			if again := laws.For(law, own); again != got {
				t.Errorf("shared %v: another law of the same demand when it was asked for again", shared)
			}
			sum += []float64{0.9, 0.1}[i] * got.Mean()
		}
		if !near(sum, law.Mean(), 0.005) {
			t.Errorf("shared %v: the two together stay %v, the law of all says %v", shared, sum, law.Mean())
		}
		if laws.For(law, both) != law {
			t.Errorf("shared %v: who ask for what all ask for have another law", shared)
		}
	}
}

// Demands that differ are played at some stations, and each has its law.
func TestLawsOfTheirOwnAreThoseOfFleets(t *testing.T) {
	short, _ := rng.Fixed(0.01)
	long, _ := rng.Lognormal(0.1, 1)
	both, err := Mixture([]rng.Distribution{short, long}, []float64{9, 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		shared  bool
		split   Split
		targets int
		mean    float64 // allowed
		tail    float64
	}{
		{"at random, in order", false, Split{}, 1, 0.01, 0.04},
		{"at random, shared", true, Split{}, 1, 0.03, 0.07},
		{"in turn, in order", false, Split{Rule: InTurn}, 10, 0.03, 0.11},
		{"in turn, shared", true, Split{Rule: InTurn}, 10, 0.11, 0.09},
		{"in turn by three, shared", true, Split{Rule: InTurn, Nodes: 3}, 10, 0.09, 0.09},
	} {
		s := Station{Servers: 2, Places: 2, Demand: both, Backlog: NoLimit}
		if c.shared {
			s.Places = 0
		}
		laws := New(s, c.split)
		law, played := laws.Law(0.7, c.targets), playTwo(s, c.split, c.targets, 0.7, short, long)
		for i, own := range []rng.Distribution{short, long} {
			got, seen := laws.For(law, own), &played[i]
			if want := seen.Mean() * 1e-9; !(math.Abs(got.Mean()/want-1) <= c.mean) {
				t.Errorf("%s, demand %d: mean %v, played %v", c.name, i, got.Mean(), want)
			}
			if p, want := got.Quantile(0.99), float64(seen.Quantile(0.99))*1e-9; !(math.Abs(p/want-1) <= c.tail) {
				t.Errorf("%s, demand %d: p99 %v, played %v", c.name, i, p, want)
			}
		}
	}
}

// playTwo plays requests of two kinds, nine to one, and returns the stays of each.
func playTwo(of Station, split Split, targets int, load float64, kinds ...rng.Distribution) (stays [2]stat.Histogram) {
	const requests = 600_000
	spec := station.Spec{Servers: int64(of.Servers), Limit: int32(of.Places), Backlog: int32(of.Backlog)}
	if of.Places == 0 {
		spec.Limit = station.NoLimit
	}
	fleet := make([]station.Station, targets)
	for i := range fleet {
		fleet[i] = station.New(spec)
	}
	var arrivals, demands, picks, which = rng.New(5, 0, "a"), rng.New(5, 0, "d"), rng.New(5, 0, "p"), rng.New(5, 0, "w")
	gap := of.Demand.Mean() / (load * float64(of.Servers*targets))
	came, kind := make([]sim.Time, requests), make([]uint8, requests)
	settle := func(s *station.Station, until sim.Time) {
		for turn, ok := s.Settle(until); ok; turn, ok = s.Settle(until) {
			if turn.Kind == station.Departed && turn.Job >= requests/10 {
				stays[kind[turn.Job]].Record(int64(turn.At - came[turn.Job]))
			}
		}
	}
	turns, now := make([]int, max(1, split.Nodes)), 0.0
	for k := range turns {
		turns[k] = k
	}
	for i := range requests {
		now += gap * arrivals.Exponential()
		if which.Uniform() < 0.1 {
			kind[i] = 1
		}
		node := picks.Below(len(turns))
		turns[node] = (turns[node] + 1) % targets
		s := &fleet[turns[node]]
		came[i] = sim.Seconds(now)
		settle(s, came[i])
		s.Offer(came[i], uint32(i), sim.Seconds(demands.Draw(kinds[kind[i]])))
	}
	for i := range fleet {
		settle(&fleet[i], sim.Horizon)
	}
	return stays
}

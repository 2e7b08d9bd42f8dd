package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// playTogether plays all stations that several nodes send to, each in its own turn, as a load balancer does.
func playTogether(of Station, nodes, targets int, load float64, requests int, seed uint64) *stat.Histogram {
	f := &fleet{}
	spec := station.Spec{Servers: int64(of.Servers), Limit: int32(of.Places), Backlog: int32(of.Backlog)}
	if of.Places == 0 {
		spec.Limit = station.NoLimit
	}
	for range targets {
		f.targets = append(f.targets, station.New(spec))
	}
	arrivals, demands, picks := rng.New(seed, 0, "arrivals"), rng.New(seed, 0, "demands"), rng.New(seed, 0, "picks")
	gap := of.Demand.Mean() / (load * float64(of.Servers*targets))
	turns := make([]int, nodes)
	for k := range turns {
		turns[k] = picks.Below(targets)
	}
	now := 0.0
	for i := range requests {
		now += gap * arrivals.Exponential()
		at, node := sim.Seconds(now), picks.Below(nodes)
		turns[node] = (turns[node] + 1) % targets
		s := &f.targets[turns[node]]
		f.settle(s, at, requests/10)
		f.came = append(f.came, at)
		s.Offer(at, uint32(i), sim.Seconds(demands.Draw(of.Demand)))
	}
	for i := range f.targets {
		f.settle(&f.targets[i], sim.Horizon, requests/10)
	}
	return &f.stays
}

// A law of stations to which several nodes send in turn is that of such stations, played together with
// other numbers.
func TestNodesTakeTurnsOfTheirOwn(t *testing.T) {
	exponential, _ := rng.Exponential(0.05)
	narrow, _ := rng.Lognormal(0.05, 0.5)
	constant, _ := rng.Fixed(0.05)
	for _, c := range []struct {
		name           string
		law            rng.Distribution
		servers        int
		shared         bool
		nodes, targets int
		load           float64
		mean, tail     float64 // allowed
	}{
		{"exponential", exponential, 1, false, 2, 10, 0.4, 0.01, 0.045},
		{"exponential", exponential, 2, true, 2, 4, 0.7, 0.015, 0.03},
		{"exponential", exponential, 2, true, 3, 10, 0.9, 0.03, 0.05},
		{"constant", constant, 2, true, 2, 10, 0.44, 0.005, 0.04},
		{"constant", constant, 2, true, 2, 2, 0.7, 0.03, 0.06},
		{"constant", constant, 1, false, 3, 4, 0.6, 0.02, 0.04},
		{"narrow", narrow, 2, true, 3, 3, 0.5, 0.01, 0.04},
		{"narrow", narrow, 4, false, 2, 8, 0.75, 0.02, 0.05},
	} {
		s := Station{Servers: c.servers, Demand: c.law, Backlog: NoLimit}
		if !c.shared {
			s.Places = c.servers
		}
		law := New(s, Split{Rule: InTurn, Nodes: c.nodes}).Law(c.load, c.targets)
		stays := playTogether(s, c.nodes, c.targets, c.load, 400_000, 7)
		if got, want := law.Mean(), stays.Mean()*1e-9; math.Abs(got/want-1) > c.mean {
			t.Errorf("%s, %d nodes, %d targets at %v: mean %v, played %v", c.name, c.nodes, c.targets, c.load, got, want)
		}
		if got, want := law.Quantile(0.99), float64(stays.Quantile(0.99))*1e-9; math.Abs(got/want-1) > c.tail {
			t.Errorf("%s, %d nodes, %d targets at %v: p99 %v, played %v", c.name, c.nodes, c.targets, c.load, got, want)
		}
	}
}

// BenchmarkTurns plays what a law between two loads and numbers of targets needs.
func BenchmarkTurns(b *testing.B) {
	wide, _ := rng.Lognormal(0.05, 1.5)
	for b.Loop() {
		New(Station{Servers: 2, Demand: wide, Backlog: 1024}, Split{Rule: InTurn, Nodes: 2}).Law(0.6, 10)
	}
}

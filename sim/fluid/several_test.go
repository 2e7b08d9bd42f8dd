package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// Of random arrivals at one server the wait of two kinds has the moments of Pollaczek and Khinchine.
func TestTwoKindsAloneArePollaczeks(t *testing.T) {
	for _, scv := range []float64{1.5, 4} {
		of := newTwoKinds(scv, 0.25+(1+scv)/8, 2)
		if !near(of.first(), 0.25+(1+scv)/8, 1e-6) {
			t.Errorf("%v: the first of two is free after %v", scv, of.first())
		}
		of.servers = 1
		third := 0.0 // of the services
		for i, share := range []float64{1 - of.long, of.long} {
			third += share * 6 / math.Pow(of.ends[i], 3)
		}
		for _, load := range []float64{0.3, 0.8, 0.95} {
			wait := load * (1 + scv) / 2 / (1 - load)
			square := 2*wait*wait + load*third/3/(1-load)
			waits, mean, second := of.under(load, 1).solve()
			if !near(waits, load, 1e-6) || !near(mean, wait, 1e-6) || !near(second*mean*mean/waits, square, 1e-3) {
				t.Errorf("%v at %v: waits %v, mean %v, square %v, want %v, %v, %v", scv, load, waits, mean, second*mean*mean/waits, load, wait, square)
			}
		}
	}
}

// Two kinds that are nearly one are exponential: all is as in Erlang's chain, whatever the arrivals.
func TestTwoKindsAlikeAreErlangs(t *testing.T) {
	for _, servers := range []int{1, 3, 8} {
		for _, stages := range []int{1, 4} {
			of := &twoKinds{servers: servers, long: 0.3, ends: [2]float64{1 + 1e-9, 1 - 1e-9}}
			if r := of.under(0.85, stages).ratio(); !near(r.waits, 1, 1e-5) || !near(r.mean, 1, 1e-5) || !near(r.second, 2, 1e-4) {
				t.Errorf("%d servers, %d stages: %+v, want 1, 1, 2", servers, stages, r)
			}
		}
	}
}

// The shortest of what is left of n exponential services takes an n-th of one, of constant ones an n+1-th.
func TestShortestOfWhatIsLeft(t *testing.T) {
	exponential, _ := rng.Exponential(3)
	cells := even(cut(exponential, finerBody, finerTail))
	for _, n := range []int{1, 2, 5} {
		if got := shortest(cells, n); !near(got, 1/float64(n), 0.003) {
			t.Errorf("%d exponential services: %v", n, got)
		}
		if got := shortest([]part{{1, 1}}, n); !near(got, 1/float64(n+1), 1e-3) {
			t.Errorf("%d constant services: %v", n, got)
		}
	}
}

// Who come by two rules have a part of each.
func TestTwoRulesAreMixed(t *testing.T) {
	exponential, _ := rng.Exponential(0.05)
	s := Station{Servers: 2, Demand: exponential, Backlog: NoLimit}
	least, turn := New(s, Split{Rule: LeastWaiting}), New(s, Split{Rule: InTurn})
	both := New(s, Split{Rule: LeastWaiting, Other: InTurn, Share: 0.25})
	want := 0.75*least.Law(0.7, 6).Mean() + 0.25*turn.Law(0.7, 6).Mean()
	if got := both.Law(0.7, 6).Mean(); !near(got, want, 1e-9) {
		t.Errorf("mean %v, want %v", got, want)
	}
	number := 0.75*least.Means(0.7, 6).Number + 0.25*turn.Means(0.7, 6).Number
	if got := both.Means(0.7, 6).Number; !near(got, number, 1e-9) {
		t.Errorf("%v are there, want %v", got, number)
	}
	if first := both.Law(0.7, 6); both.Law(0.7, 6) != first {
		t.Error("another law when it was asked for again")
	}
}

// Two kinds have the three moments m that they are given; their rates are as in Tijms 2003, appendix B: half of a ± √(a² − 4b), b = (6 m₁² − 3 m₂)/(3/2 m₂² −
// m₁ m₃) and a = (1 + b m₂/2)/m₁.
func TestTwoKindsHaveTheirMoments(t *testing.T) {
	for _, scv := range []float64{1.5, 4, 25} {
		for _, more := range []float64{0.01, 0.7, 30} {
			var of twoKinds
			second := (1 + scv) / 2
			of.fit(second, more)
			m2, m3 := 2*second, 6*second*second*(1+more)
			b := (6 - 3*m2) / (1.5*m2*m2 - m3)
			a := 1 + b*m2/2
			root := math.Sqrt(a*a - 4*b)
			if !near(of.ends[0], (a+root)/2, 1e-9) || !near(of.ends[1], (a-root)/2, 1e-9) {
				t.Errorf("scv %v, third moment %v: rates %v, want %v and %v", scv, m3, of.ends, (a+root)/2, (a-root)/2)
			}
			for k, want := range []float64{1, m2 / 2, m3 / 6} {
				got := (1-of.long)*math.Pow(1/of.ends[0], float64(k+1)) + of.long*math.Pow(1/of.ends[1], float64(k+1))
				if !near(got, want, 1e-9) {
					t.Errorf("scv %v: moment %d of what they ask for on average is %v, want %v", scv, k+1, got, want)
				}
			}
		}
	}
}

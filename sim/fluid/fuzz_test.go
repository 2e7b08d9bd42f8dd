package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// Whatever is asked of whatever station ends and is a number: never less than nothing, and a load that can be served.
func FuzzAnyStationHasItsNumbers(f *testing.F) {
	f.Add(uint8(0), 0.0, uint16(1), uint16(1), uint16(0), uint8(1), uint16(12), uint8(1), 0.02, 0.0)
	f.Add(uint8(1), 2.0, uint16(64), uint16(0), uint16(7), uint8(2), uint16(3), uint8(3), 0.97, 1e3)
	f.Add(uint8(2), 0.3, uint16(3), uint16(3), uint16(65535), uint8(1), uint16(999), uint8(1), 1e-12, 1e-12)
	f.Add(uint8(3), 1.3, uint16(2), uint16(40), uint16(65535), uint8(0), uint16(1), uint8(0), 1.5, 7.0)
	f.Add(uint8(0), 0.0, uint16(200), uint16(0), uint16(65535), uint8(1), uint16(400), uint8(0), 0.05, 0.01)
	f.Add(uint8(1), 0.25, uint16(7), uint16(0), uint16(65535), uint8(1), uint16(3), uint8(0), 0.2317354510150441, 8.5e-5) // none waits under the lowest load
	f.Add(uint8(0), 0.0, uint16(2), uint16(0), uint16(1343), uint8(1), uint16(16), uint8(3), 0.06, 0.02)                  // between no load and the next
	f.Add(uint8(1), 0.6, uint16(1), uint16(2), uint16(13), uint8(2), uint16(106), uint8(0), 1.19, 1e-4)                   // all rooms are full, and no fuller under a higher load
	f.Fuzz(hasItsNumbers)
}

func hasItsNumbers(t *testing.T, kind uint8, spread float64, servers, places, backlog uint16, rule uint8, targets uint16, nodes uint8, load, number float64) {
	demand := anyDemand(kind, spread)
	if demand == nil || math.IsNaN(load) || math.IsInf(load, 0) || math.IsNaN(number) || math.IsInf(number, 0) {
		t.Skip()
	}
	s := Station{Servers: 1 + int(servers)%100, Places: int(places) % 300, Demand: demand, Backlog: int(backlog)}
	if s.Places > 0 {
		s.Places = max(s.Places, s.Servers)
	}
	if backlog > 40_000 {
		s.Backlog = NoLimit
	}
	laws, n := New(s, Split{Rule: Rule(rule % 3), Nodes: int(nodes) % 5}), 1+int(targets)%1200
	load, number = math.Abs(load), math.Abs(number)
	for what, m := range map[string]Means{"means": laws.Means(load, n), "holding": laws.Holding(number, n)} {
		for _, v := range []float64{m.Load, m.Number, m.Variance, m.Waits, m.Queue, m.Slope} {
			if !(v >= -1e-9 && v < math.MaxFloat64) {
				t.Fatalf("%s at %v of %d, or holding %v: %+v", what, load, n, number, m)
			}
		}
		if m.Load > 1+1e-9 || m.Waits > 1+1e-9 {
			t.Fatalf("%s at %v of %d, or holding %v: %+v", what, load, n, number, m)
		}
	}
	law, last := laws.Law(load, n), 0.0
	if mean := law.Mean(); !(mean >= demand.Mean()*(1-1e-6) && mean < math.MaxFloat64) {
		t.Fatalf("at %v of %d the mean stay is %v, for demands of %v", load, n, mean, demand.Mean())
	}
	for _, p := range []float64{1e-6, 0.5, 0.99, 1 - 1e-9} {
		q := law.Quantile(p)
		if !(q >= last && q < math.MaxFloat64) {
			t.Fatalf("at %v of %d quantile %v is %v, after %v", load, n, p, q, last)
		}
		last = q
	}
}

// anyDemand is one of mean 50 ms of some kind, as far spread as that may be; nil: there is none.
func anyDemand(kind uint8, spread float64) rng.Distribution {
	var demand rng.Distribution
	var err error
	switch spread = min(math.Abs(spread), 6); kind % 4 {
	case 0:
		demand, err = rng.Fixed(0.05)
	case 1:
		demand, err = rng.Lognormal(0.05, spread)
	case 2:
		demand, err = rng.Gamma(0.05, spread)
	default:
		demand, err = rng.ParetoMean(1+spread, 0.05)
	}
	if err != nil || !(demand.Mean() > 0) || math.IsInf(demand.Mean(), 0) {
		return nil
	}
	return demand
}

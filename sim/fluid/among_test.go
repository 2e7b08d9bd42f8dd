package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// halve is [askedRates.toward] by halves alone.
func halve(a askedRates, servers, room int, load float64) float64 {
	low, high := math.Log(1e-9), math.Log(1e9)
	for range 60 {
		middle := (low + high) / 2
		if now, _ := a.load(servers, room, math.Exp(middle)); now < load {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Exp(low)
}

// Newton's steps find how often a target must be asked as halving does.
func TestATargetIsAskedForItsLoadAsByHalves(t *testing.T) {
	draws := rng.New(7, 0, "asked")
	for range 500 {
		servers, room := 1+int(draws.Below(8)), 0
		if draws.Uniform() < 0.5 {
			room = servers + int(draws.Below(120))
		}
		asked := make(askedRates, 1+draws.Below(40))
		for j := range asked {
			asked[j] = float64(servers) * math.Exp(6*draws.Uniform()-4)
		}
		for _, load := range []float64{1e-6, 0.01, 0.3, 0.7, 0.95, 0.9999} {
			got, want := asked.toward(servers, room, load), halve(asked, servers, room, load)
			if a, _ := asked.load(servers, room, got); math.Abs(got/want-1) > 1e-9 && math.Abs(a-load) > 1e-12 {
				t.Fatalf("%d servers, room %d, load %v, asked %v: by Newton's steps %v times as often, load %v; by halves %v", servers, room, load, asked, got, a, want)
			}
		}
	}
}

// The slope of the load is that of its values.
func TestTheSlopeOfALoadIsThatOfItsValues(t *testing.T) {
	asked, step := askedRates{3, 1.5, 0.7, 2, 0.4}, 1e-5
	for _, room := range []int{0, 3, 30} {
		_, slope := asked.load(2, room, 0.9)
		above, _ := asked.load(2, room, 0.9*math.Exp(step))
		below, _ := asked.load(2, room, 0.9*math.Exp(-step))
		if want := (above - below) / (2 * step); math.Abs(slope/want-1) > 1e-6 || want < 0.01 {
			t.Errorf("room %d: slope %v, by values %v", room, slope, want)
		}
	}
}

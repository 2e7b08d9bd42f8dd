package run

import (
	"context"
	"math"
	"slices"
	"testing"

	"headroom/results"
	"headroom/scenarios/tables"
)

// twoStations is one scenario with two instance types.
func twoStations(t *testing.T) (sides [2]*tables.Scenario) {
	t.Helper()
	const text = `
run = { duration = "2m", replications = 1 }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "5/s" }, demand = { cpu = "100ms", measured_on = "m5.large" } }
`
	for i, set := range [][]string{nil, {"instance.server.instance_type=m6i.xlarge"}} {
		s, err := tables.Parse("station.toml", []byte(text), tables.Options{Set: set})
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = s
	}
	return sides
}

// Interrupted, a pair of runs keeps the pairs that have finished: both sides the same
// replications, with what each shows alone.
func TestCancelledPairKeepsThePairsThatAreFinished(t *testing.T) {
	sides := twoStations(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	const finished, asked = 3, 50
	pair, err := Pair(ctx, sides, Options{Replications: asked, Workers: 1, Progress: func(done int) {
		if done == finished {
			cancel()
		}
	}})
	if err == nil || pair == nil {
		t.Fatalf("error %v, summaries %v", err, pair)
	}
	for i, s := range sides {
		want, err := Scenario(context.Background(), s, Options{Replications: finished})
		if err != nil {
			t.Fatal(err)
		}
		got := pair[i]
		if got.Replications != finished || got.Asked != asked || !got.Interrupted || got.PriceDate != want.PriceDate {
			t.Errorf("side %d: %d of %d replications, interrupted %v, prices of %q, want %d of %d, true, %q",
				i, got.Replications, got.Asked, got.Interrupted, got.PriceDate, finished, asked, want.PriceDate)
		}
		for r, values := range want.Sample().Values {
			if r < got.Replications && !slices.EqualFunc(got.Measured(r), values, same) {
				t.Errorf("side %d, replication %d differs from that of the scenario alone", i, r)
			}
		}
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// What a pair of runs shows differs as Compare says it does.
func TestPairShowsWhatCompareFinds(t *testing.T) {
	sides := twoStations(t)
	o := Options{Replications: 4}
	pair, err := Pair(context.Background(), sides, o)
	if err != nil {
		t.Fatal(err)
	}
	want := compared(t, Of(sides[0]), Of(sides[1]), o.Replications)
	got := results.Compare(pair[0].Sample(), pair[1].Sample())
	if !slices.EqualFunc(got.Differences, want.Differences, func(a, b results.Difference) bool {
		return a.Key == b.Key && a.A.Value == b.A.Value && a.B.Value == b.B.Value && same(a.Delta.HalfWidth, b.Delta.HalfWidth)
	}) || len(got.Differences) == 0 {
		t.Errorf("got %+v, want %+v", got.Differences, want.Differences)
	}
}

// A pair of runs has nothing to show before a pair has finished: half of one is none.
func TestHalfAPairIsNone(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pair, err := Pair(ctx, twoStations(t), Options{Replications: 2, Workers: 1, Moved: func(_ int, share float64) {
		if share > 0.5 { // the first is over
			cancel()
		}
	}})
	if err == nil || pair != nil {
		t.Errorf("error %v, summaries %v, want an error alone", err, pair)
	}
}

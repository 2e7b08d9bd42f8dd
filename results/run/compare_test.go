package run

import (
	"context"
	"math"
	"sync"
	"testing"

	"headroom/model/pricing"
	"headroom/results"

	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/sim"
)

var offers = sync.OnceValue(func() *catalog.Catalog { return must(catalog.Open("us-east-1")) })

// at prepares a scenario at list prices.
func at(cfg *cloud.Config) *Experiment { return New(cfg, pricing.Plan{Book: offers()}) }

func compared(t *testing.T, a, b *Experiment, n int) *results.Comparison {
	t.Helper()
	c, err := Compare(context.Background(), a, b, Options{Replications: n})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestScenarioDoesNotDifferFromItself(t *testing.T) {
	e := at(station(0.5))
	for _, d := range compared(t, e, e, 5).Differences {
		if d.Significant() || d.Delta.Value != 0 || d.P != 1 {
			t.Errorf("%s: %+v", d.Key, d)
		}
	}
}

// Under other seeds the difference is chance, and 5 % of experiments call it
// significant: of 400, 8 to 32 within three standard deviations.
func TestFalseAlarmsComeAtTheStatedRate(t *testing.T) {
	const experiments, n = 400, 8
	alarms := 0
	for i := range experiments {
		a, b := station(0.5), station(0.5)
		a.Duration, b.Duration, a.Warmup, b.Warmup = 10*sim.Minute, 10*sim.Minute, 0, 0
		a.Seed, b.Seed = uint64(2*i), uint64(2*i+1)
		c := compared(t, at(a), at(b), n)
		for _, d := range c.Differences {
			if d.Key == "requests.arrived" && d.Significant() {
				alarms++
			}
		}
	}
	if alarms < 8 || alarms > 32 {
		t.Errorf("%d of %d experiments see a difference, want 8..32", alarms, experiments)
	}
}

// Little more load is told apart by few paired replications, with much less
// variance than independent ones have.
func TestCommonRandomNumbersSharpenDifferences(t *testing.T) {
	c := compared(t, at(station(0.50)), at(station(0.52)), 10)
	for _, d := range c.Differences {
		if d.Key != "latency.mean" {
			continue
		}
		want := 1/0.48 - 1/0.5
		if !d.Significant() || d.Reduction < 3 || math.Abs(d.Delta.Value-want) > 3*d.Delta.HalfWidth {
			t.Errorf("%+v, theory %v", d, want)
		}
		t.Logf("%v ± %v, theory %v, variance ÷ %.1f", d.Delta.Value, d.Delta.HalfWidth, want, d.Reduction)
		return
	}
	t.Error("no latency.mean")
}

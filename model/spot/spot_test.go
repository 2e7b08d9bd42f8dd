package spot

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// dice draws from the standard library's generator.
type dice struct{ *rand.Rand }

func (d dice) Uniform() float64     { return 1 - d.Float64() }
func (d dice) Exponential() float64 { return d.ExpFloat64() }
func (d dice) Normal() float64      { return d.NormFloat64() }

func stream(seed uint64) Draws { return dice{rand.New(rand.NewPCG(seed, 0))} }

// TestEveryKindPublishesLawfully is the battery that each kind of prices passes.
func TestEveryKindPublishesLawfully(t *testing.T) {
	const onDemand = 0.1
	wild := DefaultWalk(onDemand, 0.05)
	wild.Volatility, wild.Until = 2, 30*sim.Day
	var history []model.PriceStep
	draws := stream(3)
	for i := range 2000 {
		history = append(history, model.PriceStep{At: sim.Time(i-100) * 7 * sim.Minute, USD: 0.3 * draws.Uniform()})
	}
	kinds := map[string]func() (Prices, error){
		"walk":  func() (Prices, error) { return NewWalk(wild, stream(1)) },
		"trace": func() (Prices, error) { return NewReplay(history, onDemand) },
		"fixed": func() (Prices, error) { return NewReplay([]model.PriceStep{{USD: 2 * onDemand}}, onDemand) },
	}
	for _, kind := range Kinds() {
		if kind.Description == "" || kinds[kind.Name] == nil {
			t.Fatalf("kind %q has no description or is not tested", kind.Name)
		}
		prices, err := kinds[kind.Name]()
		if err != nil {
			t.Fatal(err)
		}
		again, _ := kinds[kind.Name]()
		last, lastAt, n := prices.Start(), sim.Time(0), 0
		if last != again.Start() || !(last > 0) || last > onDemand {
			t.Errorf("%s: start %v, again %v: must be equal, positive and at most %v", kind.Name, last, again.Start(), onDemand)
		}
		for {
			at, usd, ok := prices.Next()
			at2, usd2, ok2 := again.Next()
			if at != at2 || usd != usd2 || ok != ok2 {
				t.Fatalf("%s: twice the same recipe gave (%v %v) and (%v %v)", kind.Name, at, usd, at2, usd2)
			}
			if !ok {
				break
			}
			if at <= lastAt || usd == last || !(usd > 0) || usd > onDemand {
				t.Fatalf("%s: published %v at %v after %v at %v", kind.Name, usd, at, last, lastAt)
			}
			last, lastAt, n = usd, at, n+1
		}
		if kind.Name == "fixed" {
			if n > 0 || last != onDemand {
				t.Errorf("fixed: %d publications, the last of %v, want none and On-Demand", n, last)
			}
		} else if n < 100 {
			t.Errorf("%s: only %d publications: the battery proves nothing", kind.Name, n)
		}
		if _, _, ok := prices.Next(); ok {
			t.Errorf("%s: publishes after it said it would not", kind.Name)
		}
	}
}

func TestWalkPublishesExactlyTheMovesBeyondOnePercent(t *testing.T) {
	const onDemand, mean = 0.096, 0.035
	spec := DefaultWalk(onDemand, mean)
	spec.Until = 60 * sim.Day
	walk, err := NewWalk(spec, stream(7))
	if err != nil {
		t.Fatal(err)
	}
	z, x, last := stream(7), math.Log(mean/onDemand), mean
	for step := 1; step <= 60*288; step++ {
		dt := 1.0 / 12
		x += 0.02*(math.Log(mean/onDemand)-x)*dt + 0.02*math.Sqrt(dt)*z.Normal()
		price := onDemand * math.Exp(x)
		if math.Abs(price/last-1) <= 0.01 {
			continue
		}
		last = price
		at, usd, ok := walk.Next()
		if !ok || at != sim.Time(step)*5*sim.Minute || math.Abs(usd/price-1) > 1e-9 {
			t.Fatalf("step %d: got %v at %v (%v), want %v", step, usd, at, ok, price)
		}
	}
	if at, _, ok := walk.Next(); ok {
		t.Errorf("published at %v, beyond the end of the walk", at)
	}
}

// The fluctuation of x is an autoregression of order one: its variance is
// noise²/(1−(1−pull)²), which for the defaults is a standard deviation of 10 %.
func TestWalkWandersTenPercentAroundItsMean(t *testing.T) {
	spec := DefaultWalk(1, 0.35)
	spec.Threshold, spec.Until = 0, 20000*sim.Day
	spec.Step = sim.Hour // fewer steps between independent values
	walk, err := NewWalk(spec, stream(11))
	if err != nil {
		t.Fatal(err)
	}
	var n, sum, squares float64
	for {
		_, usd, ok := walk.Next()
		if !ok {
			break
		}
		x := math.Log(usd / 0.35)
		n, sum, squares = n+1, sum+x, squares+x*x
	}
	want := 0.02 / math.Sqrt(1-0.98*0.98)
	mean, deviation := sum/n, math.Sqrt(squares/n)
	// About n/100 independent values: five standard errors.
	if band := 5 * want / math.Sqrt(n/100); math.Abs(mean) > band || math.Abs(deviation-want) > band {
		t.Errorf("mean %v, deviation %v: want 0 and %v within %v (n=%v, seed 11)", mean, deviation, want, band, n)
	}
}

func TestWalkStaysBetweenTenthAndOnDemand(t *testing.T) {
	spec := DefaultWalk(2, 1)
	spec.Volatility, spec.Until = 10, 100*sim.Day
	walk, _ := NewWalk(spec, stream(5))
	low, high := walk.Start(), walk.Start()
	for {
		_, usd, ok := walk.Next()
		if !ok {
			break
		}
		low, high = min(low, usd), max(high, usd)
	}
	if math.Abs(low-0.2) > 1e-12 || high != 2 {
		t.Errorf("wild walk went from %v to %v, want the bounds 0.2 and 2", low, high)
	}
	for _, c := range []struct{ mean, start float64 }{{0.01, 0.2}, {5, 2}} {
		if walk, err := NewWalk(DefaultWalk(2, c.mean), stream(5)); err != nil || walk.Start() != c.start {
			t.Errorf("mean %v: starts at %v (%v), want %v", c.mean, walk.Start(), err, c.start)
		}
	}
}

func TestWalkWithoutVolatilityNeverPublishes(t *testing.T) {
	spec := DefaultWalk(1, 0.4)
	spec.Volatility = 0
	walk, err := NewWalk(spec, stream(1))
	if err != nil {
		t.Fatal(err)
	}
	if at, usd, ok := walk.Next(); ok {
		t.Errorf("published %v at %v", usd, at)
	}
}

func TestWalkSpecListsAllFaults(t *testing.T) {
	bad := WalkSpec{OnDemand: -1, Mean: math.NaN(), Reversion: -1, Volatility: math.Inf(1), Threshold: -1}
	_, err := NewWalk(bad, stream(1))
	for _, word := range []string{"on-demand price", "mean price", "reversion", "volatility", "step", "threshold"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("fault of %s is not in %v", word, err)
		}
	}
}

func TestReplayStartsAtTheLastStepBeforeTheRun(t *testing.T) {
	steps := []model.PriceStep{{At: -50, USD: 1}, {At: -10, USD: 2}, {At: 0, USD: 3}, {At: 10, USD: 99}, {At: 20, USD: 50}, {At: 30, USD: 4}}
	replay, err := NewReplay(steps, 10)
	if err != nil {
		t.Fatal(err)
	}
	got := []model.PriceStep{{USD: replay.Start()}}
	for {
		at, usd, ok := replay.Next()
		if !ok {
			break
		}
		got = append(got, model.PriceStep{At: at, USD: usd})
	}
	want := []model.PriceStep{{At: 0, USD: 3}, {At: 10, USD: 10}, {At: 30, USD: 4}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if late, _ := NewReplay(steps[4:], 100); late.Start() != 50 {
		t.Errorf("a history that begins after time 0 starts at %v, want its first price 50", late.Start())
	}
}

func TestReplayRefusesBadHistories(t *testing.T) {
	for rule, steps := range map[string][]model.PriceStep{
		"at least one": nil,
		"later than":   {{At: 5, USD: 1}, {At: 5, USD: 2}},
		"positive":     {{At: 5, USD: 1}, {At: 6, USD: 0}},
		"step 1":       {{At: 5, USD: math.Inf(1)}},
		"got NaN":      {{At: 5, USD: math.NaN()}},
	} {
		if _, err := NewReplay(steps, 1); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%v: got %v, want an error with %q", steps, err, rule)
		}
	}
	if _, err := NewReplay([]model.PriceStep{{USD: 1}}, 0); err == nil {
		t.Error("an on-demand price of 0 was accepted")
	}
}

// Bucket 1 of the Spot Advisor, 5-10 %, is -ln(0.925)/720 = 1.0828e-4 an hour.
func TestHazardOfBucketFiveToTenPercent(t *testing.T) {
	hazard, err := NewHazard(1, 1)
	if err != nil || math.Abs(hazard.PerHour()-1.0828e-4) > 5e-9 {
		t.Errorf("got %v (%v), want 1.0828e-4", hazard.PerHour(), err)
	}
	for bucket, p := range []float64{0.025, 0.075, 0.125, 0.175, 0.25} {
		hazard, _ := NewHazard(Bucket(bucket), 1)
		if survive := math.Exp(-720 * hazard.PerHour()); math.Abs(survive-(1-p)) > 1e-12 {
			t.Errorf("bucket %d: a month is survived with %v, want %v", bucket, survive, 1-p)
		}
	}
	for _, bad := range []struct {
		bucket    Bucket
		intensity float64
	}{{-1, 1}, {5, 1}, {1, -1}, {1, math.NaN()}, {1, math.Inf(1)}} {
		if _, err := NewHazard(bad.bucket, bad.intensity); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func TestShocksAndOwnEventsShareTheHazard(t *testing.T) {
	const intensity, n = 30000, 20000
	hazard, _ := NewHazard(1, intensity)
	rate := -math.Log(0.925) / 720 * intensity
	draws := stream(13)
	shocks := hazard.Shocks(draws)
	var last, own sim.Time
	for range n {
		at := shocks.Next()
		if at <= last {
			t.Fatalf("shock at %v after one at %v", at, last)
		}
		last = at
		own += hazard.OwnEvent(draws)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"shocks", n / hours(last), 0.92 * rate}, {"own events", n / hours(own), 0.08 * rate}} {
		if math.Abs(c.got/c.want-1) > 5/math.Sqrt(n) {
			t.Errorf("%s: rate %v, want %v within 5 standard errors (n=%d, seed 13)", c.name, c.got, c.want, n)
		}
	}
}

func TestQuietMarketNeverInterrupts(t *testing.T) {
	hazard, err := NewHazard(4, 0)
	if err != nil {
		t.Fatal(err)
	}
	shocks := hazard.Shocks(stream(1))
	if a, b, c := shocks.Next(), shocks.Next(), hazard.OwnEvent(stream(1)); a != sim.Never || b != sim.Never || c != sim.Never {
		t.Errorf("got %v, %v and %v, want never", a, b, c)
	}
}

func TestNoticesOfAShockComeWithinThreeMinutes(t *testing.T) {
	draws := stream(17)
	var sum sim.Time
	for range 10000 {
		delay := NoticeDelay(draws)
		if delay < 0 || delay >= 180*sim.Second {
			t.Fatalf("notice after %v", delay)
		}
		sum += delay
	}
	// The standard error of the mean of 10⁴ uniforms over 180 s is 0.52 s.
	if mean := (sum / 10000).Seconds(); math.Abs(mean-90) > 2.6 {
		t.Errorf("mean delay %v s, want 90 ± 2.6 (seed 17)", mean)
	}
}

func TestNewestVictimGoesFirst(t *testing.T) {
	victims := []Victim{{1, 0}, {2, 0}, {3, 50}, {4, 20}}
	slices.SortFunc(victims, NewestFirst)
	if want := []Victim{{3, 50}, {4, 20}, {2, 0}, {1, 0}}; !slices.Equal(victims, want) {
		t.Errorf("got %v, want %v", victims, want)
	}
}

func BenchmarkWalk(b *testing.B) {
	walk, _ := NewWalk(DefaultWalk(0.1, 0.035), stream(1))
	for b.Loop() {
		if _, _, ok := walk.Next(); !ok {
			walk, _ = NewWalk(DefaultWalk(0.1, 0.035), stream(1))
		}
	}
}

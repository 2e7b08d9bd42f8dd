package scaling_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
)

// open is the bound of a step that has none.
var open = math.Inf(1)

// tracking returns a proportional target tracking policy.
func tracking(target float64) scaling.TargetTracking {
	return scaling.TargetTracking{
		Target: target, LowFactor: scaling.LowFactorDefault,
		ScaleIn: scaling.Proportional, Cadence: scaling.LegacyCadence(),
	}
}

// decision is a row of a table of decisions.
type decision struct {
	name   string
	policy scaling.Policy
	view   scaling.View
	want   int
	acts   bool
}

// decide returns the capacity that a group has after a decision.
func decide(p scaling.Policy, v scaling.View) (wanted int, acts bool) {
	d := p.Decide(v)
	if !d.Acts {
		return v.Desired, false
	}
	return d.Wanted, true
}

// check compares the decisions of a table.
func check(t *testing.T, rows []decision) {
	t.Helper()
	for _, r := range rows {
		if got, acts := decide(r.policy, r.view); got != r.want || acts != r.acts {
			t.Errorf("%s: got %d, acts %v, want %d, %v", r.name, got, acts, r.want, r.acts)
		}
	}
}

// signal returns the facts of a settled group between 1 and 100 units.
func signal(breach scaling.Breach, desired int, metric float64) scaling.View {
	return scaling.View{
		Breach: breach, Desired: desired, Min: 1, Max: 100,
		Base: desired, Metric: metric, HasMetric: true,
	}
}

// with changes a copy of the signal.
func with(s scaling.View, change func(*scaling.View)) scaling.View {
	change(&s)
	return s
}

func TestTargetTrackingRoundsForAvailability(t *testing.T) {
	high, low := scaling.High, scaling.Low
	check(t, []decision{
		{"4 x 80/50", tracking(50), signal(high, 4, 80), 7, true},
		{"10 x 28/50", tracking(50), signal(low, 10, 28), 6, true},
		{"4 x 50.1/50", tracking(50), signal(high, 4, 50.1), 5, true},
		{"10 x 30/50 is whole", tracking(50), signal(low, 10, 30), 6, true},
		{"a hair above a whole number", tracking(0.3), signal(low, 3, 0.1), 1, true}, // 3 x 0.1 / 0.3 > 1
		{"scale-in at t=1860", tracking(50), signal(low, 7, 20), 3, true},
		{"held to max", tracking(50), with(signal(high, 4, 80), func(s *scaling.View) { s.Max = 6 }), 6, true},
		{"held to min", tracking(50), with(signal(low, 10, 0), func(s *scaling.View) { s.Min = 2 }), 2, true},
		{"zeros empty a group of min 0", tracking(50), with(signal(low, 1, 0), func(s *scaling.View) { s.Min = 0 }), 0, true},
		{"an absurd metric", tracking(50), signal(high, 4, 1e300), 100, true},
	})
}

func TestTargetTrackingWaitsForWarmInstances(t *testing.T) {
	warming := func(s *scaling.View) { s.Desired, s.Warming = 7, true }
	check(t, []decision{
		{"t=240", tracking(50), with(signal(scaling.High, 4, 80), warming), 7, true},
		{"t=300, mixed minute", tracking(50), with(signal(scaling.High, 4, 62.9), warming), 7, true},
		{"scale-in while warming", tracking(50), with(signal(scaling.Low, 4, 20), warming), 7, false},
		{"nothing warm", tracking(50), with(signal(scaling.High, 4, 80), func(s *scaling.View) { s.Base = 0 }), 4, false},
		{"no metric", tracking(50), with(signal(scaling.High, 4, 80), func(s *scaling.View) { s.HasMetric = false }), 4, false},
		{"NaN", tracking(50), signal(scaling.High, 4, math.NaN()), 4, false},
		{"a metric without instances", tracking(50), with(signal(scaling.High, 0, 80), func(s *scaling.View) { s.Min = 0 }), 1, true},
	})
}

func TestScaleInModes(t *testing.T) {
	conservative, disabled := tracking(50), tracking(50)
	conservative.ScaleIn = scaling.Conservative
	disabled.DisableScaleIn = true
	check(t, []decision{
		{"a tenth", conservative, signal(scaling.Low, 30, 5), 27, true},
		{"at least one", conservative, signal(scaling.Low, 4, 5), 3, true},
		{"never past the formula", conservative, signal(scaling.Low, 30, 48), 29, true},
		{"disabled", disabled, signal(scaling.Low, 30, 5), 30, false},
		{"disabled scales out", disabled, signal(scaling.High, 4, 80), 7, true},
	})
	if got := tracking(50).LowThreshold(); got != 45 {
		t.Errorf("low threshold of 50 at 0.9: got %v, want 45", got)
	}
}

// publishedSteps is the example of Amazon EC2 Auto Scaling User Guide, "Step scaling
// adjustments".
var publishedSteps = scaling.Step{
	Type: scaling.PercentChangeInCapacity, EstimatedInstanceWarmup: 300 * sim.Second,
	Steps: []scaling.StepAdjustment{
		{Lower: 0, Upper: 10, Adjustment: 0}, {Lower: 10, Upper: 20, Adjustment: 10}, {Lower: 20, Upper: open, Adjustment: 30},
		{Lower: -10, Upper: 0, Adjustment: 0}, {Lower: -20, Upper: -10, Adjustment: -10}, {Lower: -open, Upper: -20, Adjustment: -30},
	},
}

// at50 sets the threshold that its bounds are relative to.
func at50(s *scaling.View) { s.Threshold = 50 }

func TestStepBoundsArePublishedOnes(t *testing.T) {
	high, low := scaling.High, scaling.Low
	if faults := publishedSteps.Validate(); len(faults) != 0 {
		t.Fatal(faults)
	}
	check(t, []decision{
		{"60 of 10", publishedSteps, with(signal(high, 10, 60), at50), 11, true},
		{"70 of 11", publishedSteps, with(signal(high, 11, 70), at50), 14, true},
		{"40 of 14", publishedSteps, with(signal(low, 14, 40), at50), 13, true},
		{"30 of 13", publishedSteps, with(signal(low, 13, 30), at50), 10, true},
		{"59.99", publishedSteps, with(signal(high, 10, 59.99), at50), 10, true},
		{"40.01", publishedSteps, with(signal(low, 10, 40.01), at50), 10, true},
		{"no metric", publishedSteps, scaling.View{Breach: high, Desired: 10, Max: 20, Base: 10}, 10, false},
		{"NaN", publishedSteps, with(signal(high, 10, math.NaN()), at50), 10, false},
	})
	noisy := with(signal(high, 10, 64.1), func(s *scaling.View) { s.Threshold = 54.1 }) // 64.1 - 54.1 < 10
	check(t, []decision{{"64.1 is 10 above 54.1", publishedSteps, noisy, 11, true}})
	sides := scaling.Step{
		Type: scaling.ChangeInCapacity,
		Steps: []scaling.StepAdjustment{
			{Lower: 0, Upper: open, Adjustment: 1}, {Lower: -open, Upper: 0, Adjustment: -1},
		},
	}
	check(t, []decision{
		{"at the threshold, high alarm", sides, with(signal(high, 10, 50), at50), 11, true},
		{"at the threshold, low alarm", sides, with(signal(low, 10, 50), at50), 9, true},
	})
	outOnly := scaling.Step{Type: scaling.ChangeInCapacity, Steps: publishedSteps.Steps[1:3]}
	check(t, []decision{{"no step covers it", outOnly, with(signal(high, 10, 55), at50), 10, false}})
}

func TestWarmingInstancesCountAsAlreadyAdded(t *testing.T) {
	warming := func(desired int) func(*scaling.View) {
		return func(s *scaling.View) { s.Threshold, s.Desired, s.Warming = 50, desired, true }
	}
	check(t, []decision{
		{"t=60", publishedSteps, with(signal(scaling.High, 10, 62), warming(11)), 11, true},
		{"t=120", publishedSteps, with(signal(scaling.High, 10, 72), warming(11)), 13, true},
		{"t=180", publishedSteps, with(signal(scaling.Low, 10, 35), warming(13)), 13, false},
	})
	oneOrTwo := scaling.Step{
		Type: scaling.ChangeInCapacity,
		Steps: []scaling.StepAdjustment{
			{Lower: 0, Upper: 10, Adjustment: 1}, {Lower: 10, Upper: open, Adjustment: 2},
		},
	}
	check(t, []decision{
		{"+1", oneOrTwo, with(signal(scaling.High, 4, 55), at50), 5, true},
		{"+1 again", oneOrTwo, with(signal(scaling.High, 4, 55), warming(5)), 5, true},
		{"then +2", oneOrTwo, with(signal(scaling.High, 4, 65), warming(5)), 6, true},
	})
}

func TestPercentagesRoundTowardZeroButNotToZero(t *testing.T) {
	percent := func(p, least int) scaling.Simple {
		return scaling.Simple{Type: scaling.PercentChangeInCapacity, Adjustment: p, MinAdjustmentMagnitude: least}
	}
	high, low := scaling.High, scaling.Low
	check(t, []decision{
		{"12.7", percent(127, 0), signal(high, 10, 0), 22, true},
		{"0.67", percent(67, 0), signal(high, 1, 0), 2, true},
		{"-0.58 of 10", percent(-6, 0), signal(low, 10, 0), 9, true},
		{"-6.67", percent(-29, 0), signal(low, 23, 0), 17, true},
		{"25 % of 4, at least 2", percent(25, 2), signal(high, 4, 0), 6, true},
		{"-25 % of 4, at least 2", percent(-25, 2), signal(low, 4, 0), 2, true},
		{"0 % stays 0", percent(0, 2), signal(high, 4, 0), 4, true},
	})
}

func TestSimpleScalingStartsFromDesired(t *testing.T) {
	change := func(n int) scaling.Simple { return scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: n} }
	exact := scaling.Simple{Type: scaling.ExactCapacity, Adjustment: 5}
	limits := func(least, most int) func(*scaling.View) {
		return func(s *scaling.View) { s.Min, s.Max, s.HasMetric = least, most, false }
	}
	check(t, []decision{
		{"t=0", change(2), with(signal(scaling.High, 4, 80), limits(1, 10)), 6, true},
		{"t=660, one unhealthy", change(2), with(signal(scaling.High, 7, 80), func(s *scaling.View) { s.Base = 6 }), 9, true},
		{"max 3, +3", change(3), with(signal(scaling.High, 2, 80), limits(1, 3)), 3, true},
		{"min 2, -2", change(-2), with(signal(scaling.Low, 3, 10), limits(2, 9)), 2, true},
		{"weighted, max 12, +5", change(5), with(signal(scaling.High, 10, 80), limits(1, 12)), 12, true},
		{"exactly 5, out", exact, signal(scaling.High, 4, 80), 5, true},
		{"exactly 5, in", exact, signal(scaling.Low, 9, 10), 5, true},
		{"exactly 5, already", exact, signal(scaling.Low, 5, 10), 5, true},
	})
}

func TestDecrementWithinTheSurplusDoesNothing(t *testing.T) { // 20.1, weighted group
	minusOne := scaling.Step{
		Type:  scaling.ChangeInCapacity,
		Steps: []scaling.StepAdjustment{{Lower: -open, Upper: 0, Adjustment: -1}},
	}
	surplus := with(signal(scaling.Low, 30, 40), func(s *scaling.View) { s.Threshold, s.Base = 50, 32 })
	check(t, []decision{{"desired 30, capacity 32", minusOne, surplus, 30, true}})
}

func TestLargestProposalWins(t *testing.T) { // 18.3
	acts := func(n int) scaling.Proposal { return scaling.Proposal{Wanted: n, Acts: true} }
	votes := func(n int) scaling.Proposal { return scaling.Proposal{Wanted: n, Acts: true, Unanimous: true} }
	silent := scaling.Proposal{Wanted: 8, Unanimous: true}
	for _, tc := range []struct {
		name      string
		proposals []scaling.Proposal
		want      int
	}{
		{"nobody", nil, 8},
		{"remove 3 and remove 25 %", []scaling.Proposal{acts(5), acts(6)}, 6},
		{"10 and 12", []scaling.Proposal{acts(10), acts(12)}, 12},
		{"out beats in", []scaling.Proposal{acts(5), acts(9)}, 9},
		{"a scale-out already provided for beats in", []scaling.Proposal{acts(5), acts(8)}, 8},
		{"one tracker out", []scaling.Proposal{votes(9), silent}, 9},
		{"one tracker in", []scaling.Proposal{votes(6), silent}, 8},
		{"all trackers in", []scaling.Proposal{votes(6), votes(4)}, 6},
		{"a step in despite a tracker not ready", []scaling.Proposal{acts(7), silent}, 7},
		{"a dissenting tracker leaves the step", []scaling.Proposal{acts(5), votes(7), silent}, 5},
		{"scale-in to nothing", []scaling.Proposal{acts(0)}, 0},
	} {
		if got := scaling.Combine(tc.proposals, 8); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

// TestEveryPolicyStaysWithinTheLimits is the battery for the table of policies.
func TestEveryPolicyStaysWithinTheLimits(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, 0))
	for _, kind := range scaling.Policies() {
		if faults := kind.Example.Validate(); kind.Name == "" || kind.Description == "" || len(faults) != 0 {
			t.Errorf("%s: no name, no description or faults %v", kind.Name, faults)
		}
		for range 5000 {
			least := random.IntN(5)
			most := least + random.IntN(30)
			s := scaling.View{
				Breach: scaling.High + scaling.Breach(random.IntN(2)), Min: least, Max: most,
				Desired: least + random.IntN(most-least+1), Base: random.IntN(most + 5),
				Metric: random.Float64() * 120, HasMetric: random.IntN(5) > 0,
				Threshold: 50, Warming: random.IntN(2) > 0,
			}
			got, acts := decide(kind.Example.New(scaling.Setup{}), s)
			switch {
			case got < least || got > most:
				t.Fatalf("%s: %d outside the limits of %+v (seed %d)", kind.Name, got, s, seed)
			case !acts && got != s.Desired:
				t.Fatalf("%s: wants %d without acting on %+v (seed %d)", kind.Name, got, s, seed)
			case s.Warming && got < s.Desired:
				t.Fatalf("%s: scales in to %d while warming: %+v (seed %d)", kind.Name, got, s, seed)
			case kind.Name == "TargetTrackingScaling" && s.Breach == scaling.High && got < s.Desired,
				kind.Name == "TargetTrackingScaling" && s.Breach == scaling.Low && got > s.Desired:
				t.Fatalf("%s: moves against the breach to %d: %+v (seed %d)", kind.Name, got, s, seed)
			}
		}
	}
}

func TestValidateNamesEveryFaultOfAPolicy(t *testing.T) {
	steps := func(s ...scaling.StepAdjustment) scaling.Step {
		return scaling.Step{Type: scaling.ChangeInCapacity, Steps: s}
	}
	var many []scaling.StepAdjustment
	for i := range 21 {
		many = append(many, scaling.StepAdjustment{Lower: float64(i), Upper: float64(i + 1), Adjustment: 1})
	}
	for _, tc := range []struct {
		name string
		spec scaling.Spec
		want []string // prefix of each fault
	}{
		{"zero tracking", scaling.TargetTracking{}, []string{"target_value:", "low_factor:", "scale_in_mode:", "cadence:"}},
		{"NaN target", tracking(math.NaN()), []string{"target_value:"}},
		{"zero step", scaling.Step{}, []string{"adjustment_type:", "step_adjustment: must have from 1"}},
		{"21 steps", steps(many...), []string{"step_adjustment: must have from 1"}},
		{"gap", steps(scaling.StepAdjustment{0, 10, 1}, scaling.StepAdjustment{20, open, 2}),
			[]string{"step_adjustment: steps must not leave a gap"}},
		{"overlap", steps(scaling.StepAdjustment{5, open, 2}, scaling.StepAdjustment{0, 10, 1}),
			[]string{"step_adjustment: steps must not overlap"}},
		{"two open", steps(scaling.StepAdjustment{0, open, 2}, scaling.StepAdjustment{5, open, 1}),
			[]string{"step_adjustment: steps must not overlap"}},
		{"unbounded", steps(scaling.StepAdjustment{-open, open, 2}), []string{"step_adjustment: must have a lower"}},
		{"negative lower end", steps(scaling.StepAdjustment{-10, 0, -1}), []string{"step_adjustment: a negative lower"}},
		{"positive upper end", steps(scaling.StepAdjustment{0, 10, 1}), []string{"step_adjustment: a positive upper"}},
		{"magnitude without percent", scaling.Simple{Type: scaling.ChangeInCapacity, MinAdjustmentMagnitude: 2},
			[]string{"min_adjustment_magnitude:"}},
		{"negative exact", scaling.Simple{Type: scaling.ExactCapacity, Adjustment: -2, Cooldown: -2},
			[]string{"scaling_adjustment:", "cooldown:"}},
	} {
		expectFaults(t, tc.name, tc.spec.Validate(), tc.want)
	}
}

// expectFaults compares faults with their expected prefixes, in order.
func expectFaults(t *testing.T, name string, got []error, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %v, want %q", name, got, want)
		return
	}
	for i := range want {
		if !strings.HasPrefix(got[i].Error(), want[i]) {
			t.Errorf("%s: got %v, want %s…", name, got[i], want[i])
		}
	}
}

func TestNamesParseBack(t *testing.T) {
	for a := scaling.ChangeInCapacity; a <= scaling.PercentChangeInCapacity; a++ {
		if got, err := scaling.ParseAdjustmentType(a.String()); got != a || err != nil {
			t.Errorf("%v: got %v, %v", a, got, err)
		}
	}
	for m := scaling.Proportional; m <= scaling.Conservative; m++ {
		if got, err := scaling.ParseScaleInMode(m.String()); got != m || err != nil {
			t.Errorf("%v: got %v, %v", m, got, err)
		}
	}
	if _, err := scaling.ParseCadence("sometimes"); err == nil {
		t.Error("an unknown cadence was accepted")
	}
}

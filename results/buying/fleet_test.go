package buying

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/pricing"
)

// What is recommended is the cheapest of all plans that compare prices, each horizon
// among those of its terms, and what it costs is their bill.
func TestFleetBuysTheCheapestPlanOfEachHorizon(t *testing.T) {
	f := must(BuyFleet(context.Background(), []Way{{Name: "On-Demand", Config: jobs()}}, nil, options()))
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, options()))
	for horizon, terms := range map[string][]string{"none": nil, "1y": {"-1y-"}, "3y": {"-1y-", "-3y-"}} {
		want := c.Rows[slices.IndexFunc(c.Rows, func(r Row) bool { return r.Plan == "on-demand" })]
		for _, row := range c.Rows {
			commits := slices.ContainsFunc(terms, func(term string) bool { return strings.Contains(row.Plan, term) })
			if commits && row.Cost.Value < want.Cost.Value {
				want = row
			}
		}
		got := f.Best(horizon)
		if math.Abs(got.Cost.Value-want.Cost.Value) > 1e-9 || horizon != "none" && got.Plan != want.Plan || !slices.Equal(got.Commitments, want.Commitments) {
			t.Errorf("%s: %s costs %v, want %s, %v", horizon, got.Plan, got.Cost, want.Plan, want.Cost)
		}
		if math.Abs(got.Saving.Value-want.Saving.Value) > 1e-9 || got.Dearer.Value != 0 || got.Dearer.HalfWidth != 0 {
			t.Errorf("%s: saves %v, want %v; dearer than itself by %v", horizon, got.Saving, want.Saving, got.Dearer)
		}
	}
	if d := f.Purchases[0].Dearer; d.Value != 0 || f.Purchases[0].Horizon != "none" {
		t.Errorf("the first purchase is %s, dearer by %v", f.Purchases[0].Horizon, d)
	}
}

// Instances and tasks are divided by how they are bought, each by its own hours; memory of tasks,
// storage and CPU credits are no hours of theirs.
func TestSharesAreOfTheirOwnHours(t *testing.T) {
	used := pricing.Discount{Status: "Used"}
	v := &pricing.Invoice{Lines: []pricing.Line{
		{Service: pricing.EC2, Instances: true, Category: pricing.Usage, Priced: 6, PricedUnit: "Hours", Option: pricing.OnDemand},
		{Service: pricing.EC2, Instances: true, Category: pricing.Usage, Priced: 2, PricedUnit: "Hours", Option: pricing.Spot},
		{Service: pricing.EC2, Category: pricing.Usage, Priced: 50, PricedUnit: "vCPU-Hours", Option: pricing.OnDemand},
		{Service: pricing.Fargate, Category: pricing.Usage, Priced: 5, PricedUnit: "vCPU-Hours", Option: pricing.Spot},
		{Service: pricing.Fargate, Category: pricing.Usage, Priced: 40, PricedUnit: "GB-Hours", Option: pricing.Spot},
		{Service: pricing.Fargate, Category: pricing.Usage, Priced: 4, PricedUnit: "vCPU-Hours", Option: pricing.SavingsPlan, Discount: used},
		{Service: pricing.Fargate, Category: pricing.Usage, Priced: 1, PricedUnit: "vCPU-Hours", Option: pricing.OnDemand},
		{Service: pricing.Fargate, Category: pricing.Purchase, Priced: 9, PricedUnit: "vCPU-Hours", Option: pricing.OnDemand},
	}}
	if got, want := shares(v, ofInstances), [Shares]float64{OnSpot: 0.25, OnDemand: 0.75}; got != want {
		t.Errorf("instances are bought %v, want %v", got, want)
	}
	if got, want := shares(v, ofTasks), [Shares]float64{OnSpot: 0.5, Committed: 0.4, OnDemand: 0.1}; got != want {
		t.Errorf("tasks are bought %v, want %v", got, want)
	}
}

// A threshold is kept if its one-sided bound is: by hand, of 10, 11 and 12 the mean is 11 and the standard error
// 1/√3, and Student's t with two degrees of freedom is 2.920 at 5 %. Three values show no skewness, but for a standard
// error of √1.5, so a is √1.5/√3/6 = 0.1179, and 2.920 + a(1 + 2·2.920²) + 5.5a²·2.920(2.920² + 2) = 7.396.
func TestThresholdsAreKeptByTheirBounds(t *testing.T) {
	values, bound := []float64{10, 11, 12}, 11+7.396/math.Sqrt(3)
	for _, of := range []struct {
		operator string
		limit    float64
		values   []float64
		want     Standing
	}{
		{"<", bound + 0.01, values, Kept},
		{"<", bound - 0.01, values, Undecided},
		{"<", 10.9, values, Breached},
		{">", 22 - bound - 0.01, values, Kept},
		{">", 22 - bound + 0.01, values, Undecided},
		{">=", 11.1, values, Breached},
		{"<=", 5, []float64{5, 5}, Kept},
		{"<", 9, []float64{5}, Undecided},
		{"<", 9, nil, Breached},
	} {
		threshold := model.Threshold{Operator: of.operator, Limit: of.limit}
		if got := standing(&threshold, of.values, 0.05); got != of.want {
			t.Errorf("%v %s %v: %s, want %s", of.values, of.operator, of.limit, got, of.want)
		}
	}
}

// A bill above its limit is not recommended, though another horizon keeps it.
func TestFleetKeepsABudget(t *testing.T) {
	ways := []Way{{Name: "On-Demand", Config: jobs()}}
	free := must(BuyFleet(context.Background(), ways, nil, options()))
	limit := (free.Best("1y").Cost.Value + free.Best("none").Cost.Value) / 2
	f := must(BuyFleet(context.Background(), ways, []model.Threshold{{Key: "cost.total", Operator: "<", Limit: limit}, {Key: "cost.per_hour", Operator: "<", Limit: 0}}, options()))
	if f.Best("none") != nil || f.Best("3y") == nil || f.Judged != 1 {
		t.Errorf("none %v, 3y %v, judged %d", f.Best("none"), f.Best("3y"), f.Judged)
	}
	if !slices.ContainsFunc(f.Warnings, func(w string) bool { return strings.HasPrefix(w, "not judged") && strings.Contains(w, "cost.per_hour") }) {
		t.Errorf("warnings %q", f.Warnings)
	}
}

// interrupting is the options of a purchase that is interrupted when so many replications
// have finished.
func interrupting(t *testing.T, after int, plans ...string) (context.Context, Options) {
	ctx, cancel := context.WithCancel(t.Context())
	o := options(plans...)
	o.Workers = 1
	o.Progress = func(done int) {
		if done == after {
			cancel()
		}
	}
	return ctx, o
}

// Interrupted among the replications of the second way, a fleet has the first as it would
// be alone, and says what is missing; among those of the first, what of it had finished.
func TestInterruptedFleetHasWhatIsFinished(t *testing.T) {
	ways := []Way{{Name: "On-Demand", Config: jobs()}, {Name: "half", Config: jobs()}, {Name: "all", Config: jobs()}}
	alone := must(BuyFleet(t.Context(), ways[:1], nil, options()))
	ctx, o := interrupting(t, 6)
	f, err := BuyFleet(ctx, ways, nil, o)
	if !errors.Is(err, context.Canceled) || f == nil || !f.Interrupted || len(f.Ways) != 1 || len(f.Purchases) != len(Horizons()) {
		t.Fatalf("%+v, error %v", f, err)
	}
	for i, p := range f.Purchases {
		if want := alone.Purchases[i]; p.Cost != want.Cost || p.Plan != want.Plan || p.Dearer.Value != 0 {
			t.Errorf("%s: %s costs %+v, want %s, %+v", p.Horizon, p.Plan, p.Cost, want.Plan, want.Cost)
		}
	}
	if want := "interrupted: 1 of 3 ways to launch were simulated; missing: half, all"; !slices.Contains(f.Warnings, want) {
		t.Errorf("warnings %q, want %q", f.Warnings, want)
	}
	ctx, o = interrupting(t, 3, "compute-savings-plan-1y-no-upfront")
	f, err = BuyFleet(ctx, ways[:1], nil, o)
	if err == nil || f == nil || f.Best("1y") == nil || f.Best("1y").Cost.N != 3 {
		t.Fatalf("%+v, error %v", f, err)
	}
	if want := "interrupted: 3 of 4 replications On-Demand finished"; !slices.Contains(f.Warnings, want) {
		t.Errorf("warnings %q, want %q", f.Warnings, want)
	}
}

// Advice that is interrupted is of the replications that had finished, as if no others had
// been asked for.
func TestInterruptedAdviceHasWhatIsFinished(t *testing.T) {
	plans := []string{"compute-savings-plan-1y-no-upfront"}
	few := options(plans...)
	few.Replications = 2
	want := must(Recommend(t.Context(), jobs(), few))
	ctx, o := interrupting(t, 2, plans...)
	got, err := Recommend(ctx, jobs(), o)
	if !errors.Is(err, context.Canceled) || got == nil || !got.Interrupted || len(got.Offers) != 1 || got.OnDemand != want.OnDemand || got.Offers[0].Bill != want.Offers[0].Bill {
		t.Fatalf("%+v, error %v, want the bill of two replications %+v", got, err, want.OnDemand)
	}
	if text := "interrupted: 2 of 4 replications finished"; !slices.Contains(got.Warnings, text) {
		t.Errorf("warnings %q, want %q", got.Warnings, text)
	}
}

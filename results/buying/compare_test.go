package buying

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/model/workload"
	"headroom/results/run"
	"headroom/sim"
	"headroom/sim/rng"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// jobs is a day of instances that come and go: four on average.
func jobs() *cloud.Config {
	m5 := must(catalog.Open("us-east-1"))
	large, _ := m5.Type("m5.large")
	return &cloud.Config{
		Name: "jobs",
		Frame: model.Frame{
			Seed:     3,
			Start:    time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
			Duration: sim.Day,
			Region:   "us-east-1",
			Zones:    []string{"a", "b"},
			Types:    []model.InstanceType{large},
		},
		Estate: controlplane.Estate{
			InstanceWorkloads: []controlplane.InstanceWorkload{{
				Name: "jobs", Arrivals: must(workload.Poisson(must(workload.Constant(4.0 / 3600)))), Lifetime: must(rng.Exponential(3600)),
				Sizes: []controlplane.TenantSize{{Type: 0, Need: controlplane.Need{Pool: cloud.None}, Weight: 1}},
				Zones: []model.Zone{0, 1}, Option: model.OnDemand, Initial: 4,
			}},
		},
	}
}

func options(plans ...string) Options {
	return Options{
		Replications: 4, Plans: plans, Currency: pricing.USDollar,
		Account: pricing.Plan{Book: must(catalog.Open("us-east-1"))},
	}
}

func TestOnDemandRowIsTheRunsOwnBill(t *testing.T) {
	o := options("on-demand")
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, o))
	s := must(run.Summarize(context.Background(), run.New(jobs(), o.Account), nil, run.Options{Replications: 4}))
	want, _ := s.Metric("cost.total")
	if got := c.Rows[0]; got.Cost != want.Estimate || got.Saving.Value != 0 || got.Saving.HalfWidth != 0 {
		t.Errorf("got %+v, want %+v and no saving", got.Cost, want.Estimate)
	}
}

// A saving is paired: its interval is that of the ratios, and it agrees with the
// two means as far as their ratio does.
func TestSavingsArePaired(t *testing.T) {
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, options("on-demand", "reserved-standard-1y-no-upfront", "compute-savings-plan-3y-all-upfront")))
	for _, row := range c.Rows[1:] {
		ratio := 1 - row.Cost.Value/c.Rows[0].Cost.Value
		if math.Abs(row.Saving.Value-ratio) > 0.02 || row.Saving.Value <= 0 || !(row.Saving.HalfWidth > 0) {
			t.Errorf("%s: saving %+v, ratio of the means %v", row.Plan, row.Saving, ratio)
		}
		if len(row.Commitments) == 0 || !(row.Coverage.Value > 0.3) || !(row.Utilization.Value > 0.5) {
			t.Errorf("%s: %+v", row.Plan, row)
		}
	}
}

// Recommend and Compare find the same sizes and the same bill.
func TestAdviceAgreesWithTheComparison(t *testing.T) {
	plan := "ec2-savings-plan-1y-partial-upfront"
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, options(plan)))
	a := must(Recommend(context.Background(), jobs(), options(plan)))
	if len(a.Offers) != 1 || a.Offers[0].Bill != c.Rows[0].Cost || !slices.Equal(a.Offers[0].Commitments, c.Rows[0].Commitments) {
		t.Errorf("advice %+v, comparison %+v", a.Offers, c.Rows[0])
	}
	if math.Abs(a.OnDemand.Value-a.Offers[0].Bill.Value-(a.Offers[0].OnDemand-a.Offers[0].Cost)) > 1e-6 {
		t.Errorf("the bill falls by %v, what the plan may cover by %v", a.OnDemand.Value-a.Offers[0].Bill.Value, a.Offers[0].OnDemand-a.Offers[0].Cost)
	}
}

func TestRowsAreSortedTheBestFirst(t *testing.T) {
	o := options("on-demand", "reserved-standard-1y-no-upfront", "reserved-standard-3y-all-upfront")
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, o))
	for key, want := range map[string]string{
		"cost": "reserved-standard-3y-all-upfront", "saving": "reserved-standard-3y-all-upfront", "upfront": "reserved-standard-1y-no-upfront",
		"break_even": "reserved-standard-3y-all-upfront",
	} {
		c.Sort(key)
		if c.Rows[0].Plan != want {
			t.Errorf("by %s: %s is first, want %s", key, c.Rows[0].Plan, want)
		}
	}
	if CheckSort("price") == nil || CheckPlans([]string{"on-demnd"}) == nil || CheckCommitments([]string{"spot"}) == nil {
		t.Error("an unknown key, an unknown plan or Spot to commit to is accepted")
	}
}

// Interrupted among the replications on Spot, a comparison has those that have finished,
// each beside the same one On-Demand, and says what is missing.
func TestInterruptedComparisonPricesWhatIsThere(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := options("on-demand", "spot", "mixed")
	o.Workers = 1
	o.Progress = func(done int) {
		if done == 6 { // 4 On-Demand, 2 on Spot
			cancel()
		}
	}
	c, err := Compare(ctx, Variants{OnDemand: jobs(), Spot: jobs(), Mixed: jobs()}, o)
	if err == nil || c == nil || !c.Interrupted || len(c.Rows) != 3 {
		t.Fatalf("%+v, error %v", c, err)
	}
	got := map[string]Row{}
	for _, row := range c.Rows {
		got[row.Plan] = row
	}
	if got["on-demand"].Cost.N != 4 || got["mixed"].Cost.N != 0 || got["mixed"].Replications != 0 {
		t.Errorf("on-demand %+v, mixed %+v", got["on-demand"].Cost, got["mixed"].Cost)
	}
	if spot := got["spot"]; spot.Cost.N != 2 || spot.Saving.Value != 0 || spot.Saving.HalfWidth != 0 { // the same usage, launched alike
		t.Errorf("spot: %+v, saving %+v", spot.Cost, spot.Saving)
	}
	if want := "interrupted: 4 of 4 replications On-Demand finished, 2 of spot; missing: mixed"; !slices.Contains(c.Warnings, want) {
		t.Errorf("warnings %q, want %q", c.Warnings, want)
	}
}

// What commitments cover over a day, and what nobody uses of them, is what the invoice says
// of the whole day.
func TestHoursOfTheDayAddUpToTheInvoice(t *testing.T) {
	plans := []string{"reserved-standard-1y-no-upfront", "ec2-savings-plan-1y-no-upfront", "compute-savings-plan-3y-all-upfront", "on-demand"}
	c := must(Compare(context.Background(), Variants{OnDemand: jobs()}, options(plans...)))
	for _, row := range c.Rows {
		var used, unused, open float64
		for i := range row.Charges {
			ch := &row.Charges[i]
			switch {
			case ch.Discount.Status == "Used":
				used += ch.Contracted.USD()
			case ch.Discount.Status == "Unused":
				unused += ch.Effective.USD()
			case ch.Instances && ch.Option == pricing.OnDemand:
				open += ch.Contracted.USD()
			}
		}
		var usage, covered, idle float64
		for i, h := range row.Day {
			if h.Hour != i {
				t.Errorf("%s: hour %d is in place %d", row.Plan, h.Hour, i)
			}
			usage, covered, idle = usage+h.Usage.Value, covered+h.Covered.Value, idle+h.Unused.Value
		}
		if row.Plan == "on-demand" {
			if row.Day != nil {
				t.Error("without commitments nothing is covered")
			}
			continue
		}
		for _, of := range [][2]float64{{usage, used + open}, {covered, used}, {idle, unused}} {
			if math.Abs(of[0]-of[1]) > 1e-6 || used == 0 || unused == 0 {
				t.Errorf("%s: by the hour %v, on the invoice %v", row.Plan, of[0], of[1])
			}
		}
	}
}

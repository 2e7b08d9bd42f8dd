package results

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim"
)

// A Spot instance runs from 0:30 to 1:30 of two hours, and its price doubles at 1:00: of
// $3 a third is for the first half hour, at $2 an hour, and the rest at $4. A load
// balancer of $2 is there all the time.
func TestCostPerHourIsWhereTheUsageIs(t *testing.T) {
	outcome := &cloud.Outcome{
		Config: &cloud.Config{Frame: model.Frame{Duration: 2 * sim.Hour}},
		Ledger: &model.Ledger{
			Owners: []string{"autoscaling_group.web"}, Types: []model.InstanceType{{Name: "m6i.large"}}, Zones: []string{"a"},
			Leases: []model.Lease{{From: 30 * sim.Minute, To: 90 * sim.Minute, Option: model.Spot}},
			Spot:   []model.SpotPrices{{OS: model.Linux, Steps: []model.PriceStep{{USD: 0.03}, {At: sim.Hour, USD: 0.06}}}},
		},
	}
	bill := &pricing.Invoice{Lines: []pricing.Line{
		{Owner: "autoscaling_group.web", ResourceType: "m6i.large", Instances: true, Option: pricing.Spot, From: 30 * sim.Minute, To: 90 * sim.Minute, Effective: 3 * model.Dollar},
		{Owner: "load_balancer.front", Option: pricing.OnDemand, To: 2 * sim.Hour, Effective: 2 * model.Dollar},
	}}
	all := moneyColumns(outcome, bill)
	if len(all) != 2 || all[0].Entity != "spot.m6i.large/a" || all[0].Values[59] != 0.03 || all[0].Values[60] != 0.06 {
		t.Fatalf("Spot price: %v", all)
	}
	for minute, want := range map[int]float64{0: 1, 29: 1, 30: 3, 59: 3, 60: 5, 89: 5, 90: 1, 119: 1} {
		if got := all[1].Values[minute]; math.Abs(got-want) > 1e-9 {
			t.Errorf("minute %d costs $%v an hour, want %v", minute, got, want)
		}
	}
}

// A task on Fargate is there for two hours, and a second one in the second of them: of $3
// each hour of a task is $1. What a function computes costs by its requests, all of which
// come in the first minute; that it is held ready costs as much in each.
func TestCostPerHourOfTasksAndFunctions(t *testing.T) {
	outcome := &cloud.Outcome{
		Config: &cloud.Config{Frame: model.Frame{Duration: 2 * sim.Hour}},
		Ledger: &model.Ledger{
			Owners: []string{"container_service.api", "container_service.other"}, Zones: []string{"a", "b"},
			Tasks: []model.TaskUse{
				{To: 2 * sim.Hour, Fargate: true}, {From: sim.Hour, To: 2 * sim.Hour, Fargate: true},
				{To: sim.Hour, Owner: 1, Fargate: true}, {To: sim.Hour, Zone: 1, Fargate: true}, {To: sim.Hour},
			},
		},
	}
	line := func(service pricing.Service, unit string) *pricing.Line {
		return &pricing.Line{
			Service: service, SKU: "item", Owner: "container_service.api", Zone: "a", PricedUnit: unit, To: 2 * sim.Hour, Effective: 3 * model.Dollar,
		}
	}
	ready := line(pricing.Lambda, "GB-Seconds")
	ready.SKU = "lambda.arm_provisioned_gb_second"
	for _, c := range []struct {
		line  *pricing.Line
		first float64 // dollars an hour of minute 0
		last  float64 // of minute 119
	}{
		{line(pricing.Fargate, "vCPU-Hours"), 1, 2}, {line(pricing.Fargate, "GB-Hours"), 1, 2},
		{line(pricing.Lambda, "GB-Seconds"), 180, 0}, {ready, 1.5, 1.5},
	} {
		m := money{outcome: outcome, minutes: 120, weights: make([]float64, 120), responses: append([]float64{7}, make([]float64, 119)...)}
		perHour := make([]float64, 120)
		m.spread(perHour, c.line)
		if math.Abs(perHour[0]-c.first) > 1e-9 || math.Abs(perHour[119]-c.last) > 1e-9 {
			t.Errorf("%s in %s: $%v and $%v an hour, want %v and %v", c.line.SKU, c.line.PricedUnit, perHour[0], perHour[119], c.first, c.last)
		}
	}
}

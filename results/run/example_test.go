package run_test

import (
	"context"
	"fmt"
	"log"

	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/results/run"
	"headroom/scenarios"
	"headroom/scenarios/tables"
	"headroom/sim"
)

// A scenario file runs from Go as it does from the command: the same numbers, with
// their intervals, by the keys that headroom metrics lists.
func ExampleScenario() {
	shop, err := scenarios.Load("../../scenarios/hello.toml", tables.Options{Set: []string{"run.duration=2h"}, Replications: 3})
	if err != nil {
		log.Fatal(err) // every fault of the file, one a line
	}
	summary, err := run.Scenario(context.Background(), shop, run.Options{Replications: shop.Replications})
	if err != nil {
		log.Fatal(err)
	}
	for _, key := range []string{"availability", "capacity.in_service.mean{autoscaling_group=web}", "cost.total"} {
		value, ok := summary.Metric(key)
		fmt.Printf("%s: %v, %.1f %s, n = %d\n", key, ok, value.Value, value.Unit, value.N)
	}
	// Output:
	// availability: true, 1.0 ratio, n = 3
	// capacity.in_service.mean{autoscaling_group=web}: true, 3.0 count, n = 3
	// cost.total: true, 0.6 USD, n = 3
}

// nights keeps a least capacity from eight in the evening on: a policy that wakes
// by the clock.
type nights struct{ Capacity int }

func (nights) Validate() []error                  { return nil }
func (nights) Mechanism() scaling.Mechanism       { return scaling.Mechanism{} }
func (n nights) New(scaling.Setup) scaling.Policy { return n }

func (n nights) Wake(now sim.Time) (sim.Time, bool) { return 20 * sim.Hour, now < 20*sim.Hour }

func (n nights) Decide(v scaling.View) scaling.Decision {
	return scaling.Decision{Acts: true, Wanted: v.Desired, Floor: n.Capacity}
}

// A scenario may get policies that no file can name, beside those that it has.
func ExampleScenario_policy() {
	shop, err := scenarios.Load("../../scenarios/hello.toml", tables.Options{Set: []string{"run.duration=24h", "workload.browsers.arrivals.rate=5/s"}})
	if err != nil {
		log.Fatal(err)
	}
	group := &shop.Config.Groups[0]
	group.Policies = append(group.Policies, controlplane.ScalingPolicy{Name: "nights", Spec: nights{Capacity: 6}})
	summary, err := run.Scenario(context.Background(), shop, run.Options{Replications: 1})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range summary.Activities {
		if a.Kind == "set-desired" {
			fmt.Printf("%v %s %s (%s)\n", a.At, a.Subject, a.Detail, a.Cause)
		}
	}
	// Output:
	// 20h0m0s autoscaling_group.web desired 2 -> 6 (policy nights: woken)
}

package tables

import (
	"fmt"

	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

// Keys of a service with a capacity provider strategy.
const (
	strategyKey = "capacity_provider_strategy"
	spotRateKey = "spot_interruption_rate"
	stopKey     = "stop_timeout"
)

// readProviders reads which tasks of a service are on Fargate Spot, and what becomes of them.
func readProviders(t *schema.Table, tasks *controlplane.Tasks) {
	given := map[string]bool{}
	based, weights, spot := "", 0, false
	rows := t.Each(strategyKey)
	for _, row := range rows {
		name := row.Choice("capacity_provider")
		p := container.Provider{Spot: name == "FARGATE_SPOT", Base: row.Whole("base"), Weight: row.Whole("weight")}
		switch {
		case !row.Sound("capacity_provider", "base", "weight"):
		case given[name]:
			row.Reject("capacity_provider", schema.Fault{Rule: "must be given once", Code: "InvalidParameterException"})
		case p.Base > 0 && based != "":
			row.Reject("base", schema.Fault{Rule: "must be 0: only one capacity provider can have a base, and " + based + " has", Code: "InvalidParameterException"})
		}
		if given[name] = true; p.Base > 0 {
			based = name
		}
		weights += p.Weight
		spot = spot || p.Spot
		tasks.Providers = append(tasks.Providers, p)
		row.Done()
	}
	if t.Has(strategyKey) && weights == 0 && !t.Faulty(strategyKey) {
		t.Reject(strategyKey, schema.Fault{Rule: "must have a capacity provider with a weight above 0", Code: "InvalidParameterException"})
	}
	if !spot {
		for _, key := range []string{spotRateKey, stopKey} {
			if t.Has(key) {
				t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must not be given without FARGATE_SPOT in %s", strategyKey), Code: schema.NoCode})
			}
			t.Pass(key)
		}
		tasks.Interruptions, tasks.Stop = container.UsualInterruptions, container.UsualStop // should a plan put them there
		return
	}
	t.Assume(spotRateKey, "0.005/d")
	t.Assume(stopKey, "30s")
	tasks.Interruptions, tasks.Stop = t.Quantity(spotRateKey), t.Duration(stopKey)
}

package tables

import (
	"fmt"
	"slices"

	"headroom/model/cloud"
	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Keys of a service with a capacity provider strategy, and of a line of one.
const (
	strategyKey = "capacity_provider_strategy"
	spotRateKey = "spot_interruption_rate"
	stopKey     = "stop_timeout"
	providerKey = "capacity_provider"
)

// Capacity providers that Fargate has.
const (
	onFargate     = "FARGATE"
	onFargateSpot = "FARGATE_SPOT"
)

// strategyLine is a line of a capacity provider strategy, where it stands.
type strategyLine struct {
	container.Provider
	name string
	at   *schema.Table
}

// readStrategy reads over which capacity providers the tasks of a service go.
func (l *loader) readStrategy(t *schema.Table) (lines []strategyLine) {
	given := map[string]bool{}
	based, weights := "", 0
	for _, row := range t.Each(strategyKey) {
		name := row.Text(providerKey)
		line := strategyLine{container.Provider{Spot: name == onFargateSpot, Base: row.Whole("base"), Weight: row.Whole("weight")}, name, row}
		switch {
		case !row.Sound(providerKey, "base", "weight"):
		case given[name]:
			row.Reject(providerKey, schema.Fault{Rule: "must be given once", Code: "InvalidParameterException"})
		case line.Base > 0 && based != "":
			row.Reject("base", schema.Fault{Rule: "must be 0: only one capacity provider can have a base, and " + based + " has", Code: "InvalidParameterException"})
		}
		if given[name] = true; line.Base > 0 {
			based = name
		}
		if weights += line.Weight; name != onFargate && !line.Spot {
			line.Group = 1 + l.groupOfProvider(row, name)
		}
		lines = append(lines, line)
		row.Done()
	}
	if t.Has(strategyKey) && weights == 0 && !t.Faulty(strategyKey) {
		t.Reject(strategyKey, schema.Fault{Rule: "must have a capacity provider with a weight above 0", Code: "InvalidParameterException"})
	}
	if len(lines) > container.MostLines {
		t.Reject(strategyKey, schema.Fault{Rule: fmt.Sprintf("must have at most %d capacity providers", container.MostLines), Code: "InvalidParameterException"})
	}
	for _, line := range lines[min(1, len(lines)):] {
		if first := lines[0]; line.onFargate() != first.onFargate() && line.at.Faultless() && first.at.Faultless() {
			line.at.Reject(providerKey, schema.Fault{Rule: "must be FARGATE or FARGATE_SPOT as long as one of the others is: a strategy cannot have capacity providers of groups beside them", Code: "InvalidParameterException"})
		}
	}
	return lines
}

// onFargate reports whether a line is FARGATE or FARGATE_SPOT.
func (s *strategyLine) onFargate() bool { return s.name == onFargate || s.Spot }

// groupOfProvider returns the group of a capacity provider; None if there is none of that name.
func (l *loader) groupOfProvider(row *schema.Table, name string) int {
	known := []string{onFargate, onFargateSpot}
	for _, p := range l.tables[providerKey] {
		known = append(known, p.Name)
	}
	switch {
	case !row.Sound(providerKey):
	case slices.Contains(known, name):
		return l.providers[row.Find(providerKey, providerKey, name)]
	default:
		row.Reject(providerKey, schema.Fault{
			Rule: "must be FARGATE, FARGATE_SPOT or the name of a [capacity_provider.NAME]", Got: tree.Quote(name), Hint: row.Hint(name, known), Code: "InvalidParameterException",
		})
	}
	return cloud.None
}

// readSpotTasks reads what becomes of tasks on Fargate Spot.
func readSpotTasks(t *schema.Table, tasks *controlplane.Tasks, lines []strategyLine) {
	for _, line := range lines {
		tasks.Providers = append(tasks.Providers, line.Provider)
	}
	if !slices.ContainsFunc(lines, func(s strategyLine) bool { return s.Spot }) {
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

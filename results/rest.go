package results

import (
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// restMetrics are those of instances that are stopped and started.
func restMetrics() []Metric {
	of := func(name, unit, meaning string, read func(f *controlplane.FleetOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Meaning: meaning, Labels: []string{labelInstance}, where: mayRest,
			read: func(p *part) float64 { return sum(p.fleets(), read) },
		}
	}
	return []Metric{
		of("instances.stops", "count", "stops of instances outside groups, hibernations with them", func(f *controlplane.FleetOutcome) float64 {
			return float64(f.Stops)
		}),
		of("instances.hibernations", "count", "of those: hibernations", func(f *controlplane.FleetOutcome) float64 {
			return float64(f.Hibernations)
		}),
		of("instances.stopped_time", "s", "that instances outside groups were stopped, from the request to the next start, summed over them", func(f *controlplane.FleetOutcome) float64 {
			return f.StoppedTime.Seconds()
		}),
	}
}

// mayRest reports whether something stops instances outside groups.
func mayRest(cfg *cloud.Config, s scope) bool {
	stops := func(on controlplane.Subject) bool {
		return s.Label != labelInstance || on.Kind == controlplane.OfFleet && on.Index == s.index
	}
	return slices.ContainsFunc(cfg.Actions, func(a controlplane.Action) bool {
		return a.Do >= controlplane.StartInstance && a.Do <= controlplane.SetDesiredCapacity && stops(a.On)
	}) || slices.ContainsFunc(cfg.Faults, func(f controlplane.Fault) bool {
		return f.Kind == controlplane.InstanceRetirement && (f.On.Kind != controlplane.OfFleet || stops(f.On))
	})
}

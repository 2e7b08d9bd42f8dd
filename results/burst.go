package results

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// computes reports whether instances of a part have CPU work that is known.
func computes(cfg *cloud.Config, s scope) bool {
	return s.Label != labelTenant || len(cfg.InstanceWorkloads[s.index].Utilization.Steps) > 0
}

// launching is an instance type and the host pool that it lies on; cloud.None.
type launching struct{ typ, pool int }

// launchable lists what a part may launch whose CPU work is known.
func launchable(cfg *cloud.Config, s scope) (all []launching) {
	for _, g := range within(s, labelGroup, cfg.Groups) {
		for _, t := range g.Types {
			all = append(all, launching{t.Type, t.Need.Pool})
		}
	}
	for _, f := range within(s, labelInstance, cfg.Instances) {
		all = append(all, launching{f.Template.Type, f.Need.Pool})
	}
	for _, w := range within(s, labelTenant, cfg.InstanceWorkloads) {
		if len(w.Utilization.Steps) == 0 || s.Label == "" && w.Foreign {
			continue
		}
		for _, size := range w.Sizes {
			all = append(all, launching{size.Type, size.Need.Pool})
		}
	}
	return all
}

// bursts reports whether a part has instances with CPU credits.
func bursts(cfg *cloud.Config, s scope) bool {
	return slices.ContainsFunc(launchable(cfg, s), func(p launching) bool { return cfg.Types[p.typ].Burstable })
}

// overcommitted reports whether a part has instances on hosts that promise more vCPUs than
// they have threads.
func overcommitted(cfg *cloud.Config, s scope) bool {
	return slices.ContainsFunc(launchable(cfg, s), func(p launching) bool { return p.pool != cloud.None && cfg.HostPools[p.pool].Threads > 0 })
}

// burst merges the CPU credits of the part's instances.
func (p *part) burst() (all controlplane.BurstOutcome) {
	for _, g := range p.groups() {
		all.Merge(&g.Burst)
	}
	for _, f := range p.fleets() {
		all.Merge(&f.Burst)
	}
	for _, t := range p.tenants() {
		all.Merge(&t.Burst)
	}
	return all
}

// burstMetrics are those of T families.
func burstMetrics() []Metric {
	labels := []string{labelGroup, labelInstance, labelTenant}
	of := func(name, unit, meaning string, read func(*controlplane.BurstOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: labels, Meaning: meaning, where: bursts,
			read: func(p *part) float64 {
				all := p.burst()
				return read(&all)
			},
		}
	}
	contended := of("cpu.contended_time", "s", "time in which hosts gave instances less CPU than they asked for, summed over instances",
		func(b *controlplane.BurstOutcome) float64 { return b.Contended.Seconds() })
	contended.where = overcommitted
	each := func(sum model.Credits, n int64) float64 {
		if n == 0 {
			return math.NaN()
		}
		return sum.Float64() / float64(n)
	}
	return []Metric{
		of("credits.balance.min", "count", "smallest balance of CPU credits that any instance had", func(b *controlplane.BurstOutcome) float64 {
			return each(b.Least, min(b.Instances, 1))
		}),
		of("credits.balance.end", "count", "CPU credits at the end of the run, mean over the instances that run then", func(b *controlplane.BurstOutcome) float64 {
			return each(b.Balance, b.Running)
		}),
		of("credits.surplus", "count", "surplus CPU credits that are owed at the end of the run and not charged, summed over instances",
			func(b *controlplane.BurstOutcome) float64 { return b.Surplus.Float64() }),
		of("credits.surplus_charged", "count", "surplus CPU credits that were charged, 60 of which are a vCPU-hour",
			func(b *controlplane.BurstOutcome) float64 { return b.Charged.Float64() }),
		of("cpu.throttled_time", "s", "time at the baseline, out of CPU credits with more to do, summed over instances",
			func(b *controlplane.BurstOutcome) float64 { return b.Throttled.Seconds() }),
		contended,
	}
}

package tables

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/credits"
	"headroom/model/dataplane"
	"headroom/scenarios/tree"
)

// warnAt records what is allowed but probably not meant.
func (l *loader) warnAt(n *tree.Node, text string) {
	where := n.At.File
	if n.At.Line > 0 {
		where += fmt.Sprintf(":%d", n.At.Line)
	}
	l.warn(where + ": " + text)
}

func (l *loader) warn(text string) {
	if !slices.Contains(l.scenario.Warnings, text) {
		l.scenario.Warnings = append(l.scenario.Warnings, text)
	}
}

// estimated records that a price is not a published one.
func (l *loader) estimated(name string, platform model.Platform) {
	l.warn(fmt.Sprintf("the price of %s (%s) in %s is an estimate", name, platform, l.cfg.Region))
}

// finish adds the warnings that need the whole scenario.
func (l *loader) finish() {
	for i := range l.cfg.Groups {
		l.warnOfZones(i)
	}
	for i := range l.cfg.Workloads {
		l.warnOfLoad(i)
	}
	l.scenario.crews = l.crews()
	for _, text := range speedWarnings(l.catalog, l.scenario.crews) {
		l.warn(text)
	}
	l.origin.shared.note(l.scenario.crews)
}

// warnOfZones warns of zones of a group in which no load balancer has a node.
func (l *loader) warnOfZones(group int) {
	g := &l.cfg.Groups[group]
	for _, i := range g.TargetGroups {
		for b := range l.cfg.LoadBalancers {
			lb := &l.cfg.LoadBalancers[b]
			if l.owners[i] != lb.Name {
				continue
			}
			for _, z := range g.Zones {
				if !slices.Contains(lb.Zones, z) {
					l.warnAt(l.tables["autoscaling_group"][group].Node, fmt.Sprintf(
						"autoscaling_group.%s: its targets in zone %s stay unused: load_balancer.%s has no node there",
						g.Name, l.cfg.Zones[z], lb.Name))
				}
			}
		}
	}
}

// warnOfLoad warns of a workload that asks for more CPU than all the instances
// that could ever serve it have.
func (l *loader) warnOfLoad(i int) {
	w := &l.cfg.Workloads[i]
	a := l.loads[i]
	if w.Demand == nil || a.process == nil {
		return
	}
	services := l.servedBy(w.To, w.Target)
	if len(services) == 0 {
		return // fixed responses only
	}
	capacity, lasting := l.capacityFor(services)
	at := l.tables["workload"][i].Node
	name := "workload." + w.Name
	if w.Demand.Mean() > 0 && !slices.ContainsFunc(services, l.takesDemand) {
		l.warnAt(at, name+`: its demand.cpu has no effect: no service that it reaches has a step with cpu = "demand"`)
		return
	}
	busy := a.mean * w.Demand.Mean()
	switch {
	case capacity == 0:
		l.warnAt(at, name+": nothing serves it: no group or instance is behind "+l.tables["workload"][i].Node.Table["to"].String())
	case busy > capacity:
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs on average, but what serves it never has more than %g", name, busy, math.Round(100*capacity)/100))
	case busy > lasting:
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs on average, but what serves it never has more than %g once its CPU credits are spent", name, busy, math.Round(100*lasting)/100))
	case a.peak*w.Demand.Mean() > capacity:
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs at its peak, but what serves it never has more than %g", name, a.peak*w.Demand.Mean(), math.Round(100*capacity)/100))
	}
}

// capacityFor returns the most vCPUs that some services ever have, and the most that
// they have for good, when instances in standard mode are out of CPU credits.
func (l *loader) capacityFor(services []int) (capacity, lasting float64) {
	for _, g := range l.cfg.Groups {
		if !slices.Contains(services, g.Service) || g.Service < 0 {
			continue
		}
		most, least := 0.0, 0.0
		lt := &l.cfg.LaunchTemplates[g.Template]
		for _, t := range g.Types {
			speed := cmp.Or(lt.Speed, t.Speed, 1)
			servers := float64(l.servers(g.Service, l.cfg.Types[t.Type].VCPUs))
			most, least = max(most, speed*servers), max(least, speed*min(servers, l.baseline(t.Type, lt)))
		}
		capacity += float64(g.Max) * most
		lasting += float64(g.Max) * least
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		if slices.Contains(services, f.Service) && f.Service >= 0 {
			all := float64(f.Count) * cmp.Or(f.Template.Speed, f.Speed, 1)
			servers := float64(l.servers(f.Service, l.cfg.Types[f.Template.Type].VCPUs))
			capacity += all * servers
			lasting += all * min(servers, l.baseline(f.Template.Type, &f.Template))
		}
	}
	return capacity, lasting
}

// baseline is how many vCPUs an instance has for good.
func (l *loader) baseline(typ int, lt *controlplane.LaunchTemplate) float64 {
	t := &l.cfg.Types[typ]
	if t.Burstable && cmp.Or(lt.Credits, credits.Mode(t, lt.Tenancy)) == model.CreditsStandard {
		return t.CreditsPerHour / 60
	}
	return float64(t.VCPUs)
}

// servers is how many vCPUs of an instance a service can keep busy.
func (l *loader) servers(service, vcpus int) int {
	if s := &l.cfg.Services[service]; s.Discipline == dataplane.FCFS && s.Workers > 0 {
		return min(s.Workers, vcpus)
	}
	return vcpus
}

// spaced puts spaces between letters.
func spaced(letters string) string { return strings.Join(strings.Split(letters, ""), " ") }

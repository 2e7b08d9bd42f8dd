package tables

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/controlplane"
	"headroom/model/credits"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
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
	if !l.warned[text] {
		if l.warned == nil {
			l.warned = map[string]bool{}
		}
		l.warned[text] = true
		l.scenario.Warnings = append(l.scenario.Warnings, text)
	}
}

// estimated records that a price is not a published one.
func (l *loader) estimated(name string, platform model.Platform, region string) {
	l.warn(fmt.Sprintf("the price of %s (%s) in %s is an estimate", name, platform, region))
}

// warnOfZoneLists warns of Regions whose offers by zone nobody has listed.
func (l *loader) warnOfZoneLists() {
	for _, c := range append([]*catalog.Catalog{l.catalog}, l.elsewhere...) {
		if !c.ZonesListed() {
			l.warn(fmt.Sprintf("no source lists what the zones of %s offer: each type with a price is taken to be in %s",
				c.Region(), strings.Join(c.Zones(), ", ")))
		}
	}
}

// finish adds the warnings that need the whole scenario.
func (l *loader) finish() {
	for i := range l.cfg.Groups {
		l.warnOfZones(l.groupTable(i), l.cfg.Groups[i].TargetGroups, l.cfg.Groups[i].Zones)
		l.warnOfAddresses(i)
	}
	l.warnOfZoneLists()
	l.warnOfUnused()
	l.warnOfNoEffect()
	for i := range l.cfg.Workloads {
		l.warnOfLoad(i)
	}
	for i, t := range l.tables["instance"] {
		l.warnOfZones(t, l.cfg.Instances[i].TargetGroups, l.cfg.Instances[i].Zones)
	}
	l.warnOfRecords()
	l.warnOfDisks()
	l.scenario.crews = l.crews()
	for _, text := range speedWarnings(l.catalog, l.scenario.crews) {
		l.warn(text)
	}
	l.origin.shared.note(l.scenario.crews)
}

// warnOfZones warns of zones of instances in which no load balancer of theirs has a node.
func (l *loader) warnOfZones(t *schema.Table, groups []int, zones []model.Zone) {
	for _, i := range groups {
		b, ok := l.owners[i]
		if !ok {
			continue
		}
		lb := &l.cfg.LoadBalancers[b]
		for z := range l.cfg.Zones {
			if slices.Contains(zones, model.Zone(z)) && !slices.Contains(lb.Zones, model.Zone(z)) {
				l.warnAt(t.Node, fmt.Sprintf(
					"%s: its targets in zone %s stay unused: load_balancer.%s has no node there",
					t.Path, l.cfg.Zones[z], lb.Name))
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
	if slices.ContainsFunc(services, l.isFunction) {
		return // it has a vCPU for each call
	}
	capacity, lasting := l.capacityOf(services)
	at := l.tables["workload"][i].Node
	name := "workload." + w.Name
	if w.Demand.Mean() > 0 && !slices.ContainsFunc(services, l.takesDemand) {
		l.warnAt(at, name+`: its demand.cpu has no effect: no service that it reaches has a step with cpu = "demand"`)
		return
	}
	busy := a.mean * w.Demand.Mean()
	switch {
	case capacity == 0:
		l.warnAt(at, name+": nothing serves it: no group, instance or machine outside is behind "+l.tables["workload"][i].Node.Table["to"].String())
	case busy > capacity:
		l.warnOfBacklog(i, busy, capacity, services)
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs on average, but what serves it never has more than %g", name, busy, math.Round(100*capacity)/100))
	case busy > lasting:
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs on average, but what serves it never has more than %g once its CPU credits are spent", name, busy, math.Round(100*lasting)/100))
	case a.peak*w.Demand.Mean() > capacity:
		l.warnAt(at, fmt.Sprintf("%s: asks for %.3g vCPUs at its peak, but what serves it never has more than %g", name, a.peak*w.Demand.Mean(), math.Round(100*capacity)/100))
	}
}

// capacityOf returns how many vCPUs all the instances that run some services could ever have
// for them, as fast ones as their demand was measured on, and how many they have for good: when
// instances in standard mode are out of CPU credits. Applications that share an instance share
// its vCPUs.
func (l *loader) capacityOf(services []int) (peak, lasting float64) {
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		runs := among(services, g.Service, g.Applications)
		if len(runs) == 0 {
			continue
		}
		most, least := 0.0, 0.0
		lt := &l.cfg.LaunchTemplates[g.Template]
		for _, t := range g.Types {
			speed := cmp.Or(lt.Speed, t.Speed, 1)
			servers := float64(l.servers(runs, l.cfg.Types[t.Type].VCPUs))
			if g.Tasks != nil {
				servers *= g.Tasks.Share
			}
			most, least = max(most, speed*servers), max(least, speed*min(servers, l.baseline(t.Type, lt)))
		}
		peak, lasting = peak+float64(g.Max)*most, lasting+float64(g.Max)*least
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		runs := among(services, f.Service, f.Applications)
		if len(runs) == 0 {
			continue
		}
		n := float64(f.Count) * cmp.Or(f.Template.Speed, f.Speed, 1)
		servers := float64(l.servers(runs, l.cfg.Types[f.Template.Type].VCPUs))
		peak, lasting = peak+n*servers, lasting+n*min(servers, l.baseline(f.Template.Type, &f.Template))
	}
	for i := range l.cfg.Outside {
		o := &l.cfg.Outside[i]
		if runs := among(services, o.Service, nil); len(runs) > 0 && o.Type >= 0 {
			n := float64(o.Count * l.servers(runs, l.cfg.Types[o.Type].VCPUs))
			peak, lasting = peak+n, lasting+n
		}
	}
	return peak, lasting
}

// among lists which of some services an instance runs: the applications that it has, or one service alone.
func among(services []int, service int, applications []int) (runs []int) {
	if len(applications) == 0 && slices.Contains(services, service) {
		return []int{service}
	}
	for _, a := range applications {
		if slices.Contains(services, a) {
			runs = append(runs, a)
		}
	}
	return runs
}

// baseline is how many vCPUs an instance has for good.
func (l *loader) baseline(typ int, lt *controlplane.LaunchTemplate) float64 {
	t := &l.cfg.Types[typ]
	if t.Burstable && cmp.Or(lt.Credits, credits.Mode(t, lt.Tenancy)) == model.CreditsStandard {
		return t.CreditsPerHour / 60
	}
	return float64(t.VCPUs)
}

// servers is how many vCPUs of an instance services can keep busy.
func (l *loader) servers(services []int, vcpus int) int {
	busy := 0
	for _, service := range services {
		if s := &l.cfg.Services[service]; s.Discipline == dataplane.FCFS && s.Workers > 0 {
			busy += min(s.Workers, vcpus)
		} else {
			busy += vcpus
		}
	}
	return min(busy, vcpus)
}

// spaced puts spaces between letters.
func spaced(letters string) string { return strings.Join(strings.Split(letters, ""), " ") }

package tables

import (
	"cmp"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/scenarios/schema"
)

// Quotas of targets (Elastic Load Balancing, "Quotas for your Network Load Balancers").
const (
	usualTargetsOfZone     = 500
	usualTargetsOfBalancer = 3000
)

const mostTargets = 100_000

// targetQuotaKeys are those of [quotas]. These quotas are checked in any case.
func targetQuotaKeys() []schema.Key {
	return []schema.Key{
		schema.Row("targets_per_zone_of_network_load_balancer", schema.Whole(1, mostTargets), fmt.Sprint(usualTargetsOfZone), "targets in a zone of a Network Load Balancer").Coded(tooManyTargets),
		schema.Row("targets_of_network_load_balancer", schema.Whole(1, mostTargets), fmt.Sprint(usualTargetsOfBalancer), "targets of a Network Load Balancer").Coded(tooManyTargets),
	}
}

// tooManyTargets is Elastic Load Balancing's code.
const tooManyTargets = "TooManyTargets"

// targetQuotas are how many targets there may be.
type targetQuotas struct{ zone, balancer int }

func readTargetQuotas(t *schema.Table) targetQuotas {
	q := targetQuotas{usualTargetsOfZone, usualTargetsOfBalancer}
	if t != nil {
		q = targetQuotas{t.Whole("targets_per_zone_of_network_load_balancer"), t.Whole("targets_of_network_load_balancer")}
	}
	return targetQuotas{cmp.Or(q.zone, mostTargets), cmp.Or(q.balancer, mostTargets)}
}

// mostTargetsOf is how many targets a target group may come to have.
func (l *loader) mostTargetsOf(group int) (n int) {
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; slices.Contains(g.TargetGroups, group) {
			n += max(g.Max, mostOfSchedules(g))
		}
	}
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; slices.Contains(f.TargetGroups, group) {
			n += f.Count
		}
	}
	return n
}

// checkTargets refuses target groups that may come to have more targets than a quota.
func (l *loader) checkTargets(t *schema.Table, most int) {
	for i := range l.cfg.TargetGroups {
		if n := l.mostTargetsOf(i); n > most {
			t.Wrong("targets_per_target_group", fmt.Sprintf("must be at least the targets that target_group.%s may come to have (%d)", l.cfg.TargetGroups[i].Name, n))
			return
		}
	}
}

// warnOfTargets warns of those that may come to have more than AWS allows unasked.
func (l *loader) warnOfTargets() {
	if l.scenario.Sweep != nil || l.scenario.Search != nil {
		return
	}
	for i, t := range l.tables["target_group"] {
		if n := l.mostTargetsOf(i); n > usualTargets {
			l.warnAt(t.Node, fmt.Sprintf("%s: may come to have %d targets, and AWS allows %d unless asked for more: quotas.targets_per_target_group = %d says that it was", t.Path, n, usualTargets, n))
		}
	}
}

// checkFlowTargets refuses more targets of Network Load Balancers at the start than the quotas allow, and warns of groups
// that may grow beyond them: what is launched then is registered all the same.
func (l *loader) checkFlowTargets(q targetQuotas) {
	start, most := make([][]int, len(l.cfg.TargetGroups)), make([]int, len(l.cfg.TargetGroups))
	add := func(groups []int, zones []model.Zone, count, upTo int) {
		for _, g := range groups {
			if g < 0 {
				continue
			}
			if start[g] == nil {
				start[g] = make([]int, len(l.cfg.Zones))
			}
			most[g] += upTo
			for k := range count {
				if len(zones) > 0 {
					start[g][zones[k%len(zones)]]++
				}
			}
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		add(g.TargetGroups, g.Zones, g.Desired, max(g.Max, mostOfSchedules(g)))
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		add(f.TargetGroups, f.Zones, f.Count, f.Count)
	}
	for b := range l.cfg.LoadBalancers {
		switch lb := &l.cfg.LoadBalancers[b]; {
		case lb.Network():
			l.checkTargetsBehind(b, start, most, q)
		case lb.IsGateway():
			l.checkTargetsBehind(b, start, most, targetQuotas{zone: mostAppliances, balancer: mostAppliances})
		}
	}
}

// mostAppliances is how many targets a Gateway Load Balancer has in a zone, and in all. (Elastic
// Load Balancing, Quotas for your Gateway Load Balancers.)
const mostAppliances = 300

// checkTargetsBehind does so for one, of the targets of each target group by zone at the
// start, and of those that there may be.
func (l *loader) checkTargetsBehind(b int, start [][]int, most []int, q targetQuotas) {
	lb, t := &l.cfg.LoadBalancers[b], l.tables["load_balancer"][b]
	zones, upTo, had := make([]int, len(l.cfg.Zones)), 0, map[int]bool{}
	for _, a := range lb.Actions() {
		for _, f := range a.Forward {
			if f.TargetGroup < 0 || had[f.TargetGroup] {
				continue
			}
			had[f.TargetGroup] = true
			upTo += most[f.TargetGroup]
			for z, n := range start[f.TargetGroup] {
				zones[z] += n
			}
		}
	}
	sum := 0
	for z, n := range zones {
		if sum += n; n > q.zone {
			t.Add(schema.Fault{Path: t.Path, Rule: fmt.Sprintf("must have at most %d targets in a zone, in %s", q.zone, l.cfg.Zones[z]), Got: fmt.Sprint(n), Code: tooManyTargets}, t.Node, "")
		}
	}
	switch {
	case sum > q.balancer:
		t.Add(schema.Fault{Path: t.Path, Rule: fmt.Sprintf("must have at most %d targets", q.balancer), Got: fmt.Sprint(sum), Code: tooManyTargets}, t.Node, "")
	case upTo > q.balancer && l.scenario.Sweep == nil && l.scenario.Search == nil:
		l.warnAt(t.Node, fmt.Sprintf("%s: may come to have %d targets, and it has %d at most: a higher quota is asked for in [quotas]", t.Path, upTo, q.balancer))
	}
}

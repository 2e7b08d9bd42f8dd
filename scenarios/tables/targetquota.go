package tables

import (
	"cmp"
	"fmt"

	"headroom/model"
	"headroom/scenarios/schema"
)

// Quotas of targets (Elastic Load Balancing, "Quotas for your Network Load Balancers"), and
// of target groups of every kind.
const (
	usualTargetsOfZone     = 500
	usualTargetsOfBalancer = 3000
	usualTargetsOfGroup    = 1000
)

const mostTargets = 100_000

// targetQuotaKeys are those of [quotas]. These quotas are checked in any case.
func targetQuotaKeys() []schema.Key {
	return []schema.Key{
		schema.Row("targets_per_zone_of_network_load_balancer", schema.Whole(1, mostTargets), fmt.Sprint(usualTargetsOfZone), "targets in a zone of a Network Load Balancer").Coded(tooManyTargets),
		schema.Row("targets_of_network_load_balancer", schema.Whole(1, mostTargets), fmt.Sprint(usualTargetsOfBalancer), "targets of a Network Load Balancer").Coded(tooManyTargets),
		schema.Row("targets_of_target_group", schema.Whole(1, mostTargets), fmt.Sprint(usualTargetsOfGroup), "targets of a target group").Coded(tooManyTargets),
	}
}

// tooManyTargets is Elastic Load Balancing's code.
const tooManyTargets = "TooManyTargets"

// targetQuotas are how many targets there may be.
type targetQuotas struct{ zone, balancer, group int }

func readTargetQuotas(t *schema.Table) targetQuotas {
	q := targetQuotas{usualTargetsOfZone, usualTargetsOfBalancer, usualTargetsOfGroup}
	if t != nil {
		q = targetQuotas{t.Whole("targets_per_zone_of_network_load_balancer"), t.Whole("targets_of_network_load_balancer"), t.Whole("targets_of_target_group")}
	}
	return targetQuotas{cmp.Or(q.zone, mostTargets), cmp.Or(q.balancer, mostTargets), cmp.Or(q.group, mostTargets)}
}

// checkTargets refuses more targets at the start than the quotas allow, and warns of groups
// that may grow beyond them: what is launched then is registered all the same.
func (l *loader) checkTargets(q targetQuotas) {
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
	for g, t := range l.tables["target_group"] {
		l.checkTargetsOf(t, start[g], most[g], q.group, "a target group")
	}
	for b := range l.cfg.LoadBalancers {
		lb, t := &l.cfg.LoadBalancers[b], l.tables["load_balancer"][b]
		if !lb.Network() {
			continue
		}
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
		l.checkTargetsOf(t, zones, upTo, q.balancer, "a Network Load Balancer")
		for z, n := range zones {
			if n > q.zone {
				t.Add(schema.Fault{Path: t.Path, Rule: fmt.Sprintf("must have at most %d targets in a zone, in %s", q.zone, l.cfg.Zones[z]), Got: fmt.Sprint(n), Code: tooManyTargets}, t.Node, "")
			}
		}
	}
}

// checkTargetsOf does so for what has targets by zone at the start, and may have so many.
func (l *loader) checkTargetsOf(t *schema.Table, zones []int, most, quota int, what string) {
	sum := 0
	for _, n := range zones {
		sum += n
	}
	switch {
	case sum > quota:
		t.Add(schema.Fault{Path: t.Path, Rule: fmt.Sprintf("must have at most %d targets, as %s may", quota, what), Got: fmt.Sprint(sum), Code: tooManyTargets}, t.Node, "")
	case most > quota && l.scenario.Sweep == nil && l.scenario.Search == nil:
		l.warnAt(t.Node, fmt.Sprintf("%s: may come to have %d targets, and %s has %d at most: a higher quota is asked for in [quotas]", t.Path, most, what, quota))
	}
}

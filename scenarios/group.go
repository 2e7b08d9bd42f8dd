package scenarios

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/scaling"
	"headroom/sim"
)

// Limits of a group. AWS's quotas are from FACTS 18.2; mostInstances bounds
// memory.
const (
	mostInstances    = 100_000
	mostPolicies     = 50
	mostTargetGroups = 50
	mostWarmup       = 3600
)

func groupKeys() []Key {
	return within("autoscaling_group.NAME", "ValidationError", slices.Concat([]Key{
		{"launch_template", name("launch_template"), required, "how its instances are made", ""},
		{"min_size", whole(0, mostInstances), required, "fewest instances", ""},
		{"max_size", whole(0, mostInstances), required, "most instances", ""},
		{"desired_capacity", whole(0, mostInstances), "(min_size)", "instances at the start, in service and warm", ""},
		{"availability_zones", texts(), "(all zones of the scenario)", "where it launches, the emptiest first", ""},
		{"target_groups", names("target_group"), "", "where its instances are registered", ""},
		{"default_cooldown", quantity(inSeconds, 0, year), "300", "pause of simple scaling after an activity", ""},
		{"health_check_type", oneOf("EC2", "ELB"), `"EC2"`, "whether it replaces instances that fail the load balancer's checks", ""},
		{"health_check_grace_period", quantity(inSeconds, 0, year), "300", "how long such checks are ignored after a launch", ""},
		{"default_instance_warmup", quantity(inSeconds, 0, mostWarmup), "", "time until an instance counts in the metrics; without, policies use the cooldown", ""},
		{"termination_policies", texts(), `["Default"]`, "which instances leave first", ""},
		{"capacity_rebalance", flag(), "false", "replace a Spot instance at its notice, not when it has gone", ""},
		{"health_sweep", quantity(inSeconds, 1, 3600), `"60s"`, "how often the health of instances is looked at", ""},
		{"mixed_instances_policy", inner(), "", "several types, On-Demand and Spot", ""},
		{"policy", list(), "", "dynamic scaling policies", ""},
		{"schedule", list(), "", "scheduled actions", ""},
	}, mixedKeys(), scheduleKeys()))
}

func scheduleKeys() []Key {
	return within("schedule[]", "ValidationError", []Key{
		{"name", text(), "(schedule- and its index)", "name of the action, in the activities", ""},
		{"recurrence", text(), "", "cron: minute hour day-of-month month day-of-week", ""},
		{"time_zone", text(), "", "IANA zone of the recurrence; UTC without", ""},
		{"start_time", instant(), "", "first run, or the only one", ""},
		{"end_time", instant(), "", "no run after it", ""},
		{"min_size", whole(0, mostInstances), "", "new min_size", ""},
		{"max_size", whole(0, mostInstances), "", "new max_size", ""},
		{"desired_capacity", whole(0, mostInstances), "", "new desired capacity", ""},
	})
}

// readGroups reads the groups but for their alarms, which need all names.
func (l *loader) readGroups() {
	l.cfg.Groups = make([]cloud.Group, len(l.tables["autoscaling_group"]))
	for i, t := range l.tables["autoscaling_group"] {
		g := &l.cfg.Groups[i]
		g.Name = t.name
		g.Template = t.reference("launch_template")
		readSizes(t, g)
		g.Zones = l.zones(t, "availability_zones", l.cfg.Zones)
		g.TargetGroups = t.references("target_groups")
		g.Service = l.commonService(t, g.TargetGroups)
		g.DefaultCooldown = t.duration("default_cooldown")
		g.DefaultWarmup = t.unsetDuration("default_instance_warmup")
		g.ELBHealth = t.choice("health_check_type") == "ELB"
		g.Grace = t.duration("health_check_grace_period")
		g.HealthSweep = t.duration("health_sweep")
		g.Termination = readTermination(t)
		l.readFleet(t, g)
		g.Schedules = l.readSchedules(t, g)
		l.readPolicies(t, i)
		if g.ELBHealth && len(g.TargetGroups) == 0 {
			l.caution(t.n, t.path+": health_check_type ELB does nothing without target_groups")
		}
		if len(g.TargetGroups) > mostTargetGroups {
			t.wrong("target_groups", fmt.Sprintf("must be at most %d", mostTargetGroups))
		}
		t.done()
	}
}

// readSizes reads the limits of a group.
func readSizes(t *table, g *cloud.Group) {
	g.Min, g.Max = t.whole("min_size"), t.whole("max_size")
	if t.sound("min_size") {
		t.assume("desired_capacity", int64(g.Min))
	}
	g.Desired = t.whole("desired_capacity")
	switch {
	case t.sound("min_size", "max_size") && g.Min > g.Max:
		t.wrong("min_size", fmt.Sprintf("must not exceed max_size (%d)", g.Max))
	case t.sound("desired_capacity", "max_size") && g.Desired > g.Max:
		t.wrong("desired_capacity", fmt.Sprintf("must not exceed max_size (%d)", g.Max))
	case t.sound("desired_capacity", "min_size") && g.Desired < g.Min:
		t.wrong("desired_capacity", fmt.Sprintf("must not be below min_size (%d)", g.Min))
	}
}

// unsetDuration reads a duration for which the group's default stands in.
func (t *table) unsetDuration(key string) sim.Time {
	d := t.duration(key)
	if !t.has(key) {
		return scaling.Unset
	}
	return d
}

// commonService returns the service of target groups, which is one, or
// cloud.None.
func (l *loader) commonService(t *table, targetGroups []int) int {
	service := cloud.None
	for _, i := range targetGroups {
		tg := l.cfg.TargetGroups[i]
		switch {
		case tg.Service < 0 || tg.Service == service:
		case service == cloud.None:
			service = tg.Service
		default:
			t.reject("target_groups", Fault{
				Rule: fmt.Sprintf("must be of one service, not %s and %s",
					l.cfg.Services[service].Name, l.cfg.Services[tg.Service].Name),
				Code: noCode,
			})
			return service
		}
	}
	return service
}

func readTermination(t *table) []scaling.TerminationPolicy {
	const key = "termination_policies"
	var policies []scaling.TerminationPolicy
	var known []string
	for _, p := range scaling.TerminationPolicies() {
		known = append(known, p.Name)
	}
	for _, name := range t.texts(key) {
		p, err := scaling.ParseTerminationPolicy(name)
		if err != nil {
			t.reject(key, Fault{Rule: "unknown termination policy", Got: quote(name), Hint: hint(name, known)})
			return nil
		}
		policies = append(policies, p)
	}
	t.absorb(scaling.ValidateTermination(policies), key)
	return policies
}

// readSchedules reads the scheduled actions of a group.
func (l *loader) readSchedules(t *table, g *cloud.Group) []cloud.Schedule {
	var schedules []cloud.Schedule
	var plain []scaling.Schedule
	tables := t.each("schedule")
	for i, s := range tables {
		s.assume("name", fmt.Sprintf("schedule-%d", i))
		schedule := cloud.Schedule{Name: s.text("name")}
		schedule.Recurrence = s.text("recurrence")
		schedule.TimeZone = s.text("time_zone")
		schedule.Start, schedule.End = s.instant("start_time"), s.instant("end_time")
		schedule.Min, schedule.Max = s.optional("min_size"), s.optional("max_size")
		schedule.Desired = s.optional("desired_capacity")
		s.absorb(schedule.Validate(l.cfg.Start), "recurrence")
		schedules, plain = append(schedules, schedule), append(plain, schedule.Schedule)
		s.done()
	}
	moves := slices.ContainsFunc(plain, func(s scaling.Schedule) bool { return s.Min != nil || s.Max != nil })
	for i, s := range tables {
		if d := plain[i].Desired; d != nil && !moves && t.sound("min_size", "max_size") && (*d < g.Min || *d > g.Max) {
			s.wrong("desired_capacity", fmt.Sprintf("must be within min_size and max_size of the group (%d..%d)", g.Min, g.Max))
		}
	}
	t.absorb(scaling.ValidateSchedules(plain), "schedule")
	return schedules
}

// readFleet reads the types that a group launches, and how it divides them
// between On-Demand and Spot.
func (l *loader) readFleet(t *table, g *cloud.Group) {
	rebalance := t.flag("capacity_rebalance")
	if !t.has("mixed_instances_policy") {
		t.pass("mixed_instances_policy")
		if rebalance {
			t.wrong("capacity_rebalance", "must be false without a mixed_instances_policy: there is no Spot")
		}
		if g.Template >= 0 {
			lt := &l.cfg.LaunchTemplates[g.Template]
			l.checkOffered(t, lt.Type, g.Zones)
			g.Types = []cloud.LaunchType{{Type: lt.Type, Need: l.need(lt.Type), OnDemandUSD: l.listPrice(lt.Type, lt.Platform)}}
		}
		return
	}
	m := t.inside("mixed_instances_policy")
	mixed, spot := readMixed(m)
	mixed.CapacityRebalance = rebalance
	if g.Template >= 0 {
		g.Types = l.readOverrides(m, g, spot)
	}
	g.Mixed = &mixed
	m.done()
}

// checkOffered verifies that the template's type can be had in the group's
// zones.
func (l *loader) checkOffered(t *table, typ int, zones []model.Zone) {
	if typ < 0 {
		return
	}
	name := l.cfg.Types[typ].Name
	for _, z := range zones {
		if !l.catalog.Offered(name, l.cfg.Zones[z]) {
			t.reject("launch_template", Fault{
				Rule: fmt.Sprintf("must have a type that zone %s offers; %s is in %s",
					l.cfg.Zones[z], name, spaced(l.catalog.OfferedZones(name))),
				Code: unsupported,
			})
			return
		}
	}
}

// listPrice is the On-Demand price of a type, 0 if there is none: the template
// has been told.
func (l *loader) listPrice(typ int, platform model.Platform) float64 {
	if typ < 0 {
		return 0
	}
	price, _ := l.catalog.OnDemand(l.cfg.Types[typ].Name, platform)
	return price.USD
}

package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Limits of a group. AWS's are from its page of the quotas of Auto Scaling;
// mostInstances bounds memory.
const (
	mostInstances    = 100_000
	mostPolicies     = 50
	mostTargetGroups = 50
	mostWarmup       = 3600
)

func groupKeys() []schema.Key {
	return schema.Within("autoscaling_group.NAME", "ValidationError", slices.Concat([]schema.Key{
		schema.Row("launch_template", schema.Name("launch_template"), schema.Required, "how its instances are made"),
		schema.Row("min_size", schema.Whole(0, mostInstances), schema.Required, "fewest instances"),
		schema.Row("max_size", schema.Whole(0, mostInstances), schema.Required, "most instances"),
		schema.Row("desired_capacity", schema.Whole(0, mostInstances), "(min_size)", "instances at the start, in service and warm; they have run for an hour, which is not billed, and have the minimum of 60 s behind them"),
		schema.Row("enabled_metrics", schema.Texts(), "[]", "metrics of the group itself that CloudWatch has, each minute and at no cost: GroupDesiredCapacity, GroupInServiceInstances, …; alarms and policies may use those alone"),
		schema.Row("availability_zones", schema.Texts(), "(all zones of the scenario)", "where it launches, the emptiest first"),
		regionKey(),
		schema.Row("vpc_zone_identifier", schema.Names("subnet"), "", "the subnets where it launches, instead of availability_zones"),
		schema.Row("target_groups", schema.Names("target_group"), "", "where its instances are registered"),
		schema.Row("default_cooldown", schema.Quantity(schema.Seconds, 0, year), "300", "pause of simple scaling after an activity"),
		schema.Row("health_check_type", schema.OneOf("EC2: only those that fail EC2's own checks", "ELB: those that fail the checks of the load balancer too"), `"EC2"`, "whether it replaces instances that fail the load balancer's checks"),
		schema.Row("health_check_grace_period", schema.Quantity(schema.Seconds, 0, year), "300", "how long such checks are ignored after a launch"),
		schema.Row("reference_utilization", schema.Quantity(schema.Number, 0.01, 1), "0.8", "CPU utilization, of 1, at which its capacity counts as just right in scaling.short_instance_hours and scaling.excess_instance_hours"),
		schema.Row("default_instance_warmup", schema.Quantity(schema.Seconds, 0, mostWarmup), "", "time until an instance counts in the metrics; without, policies use the cooldown"),
		schema.Row("termination_policies", schema.TextsOf(terminationPolicies), `["Default"]`, "which instances leave first"),
		schema.Row("capacity_rebalance", schema.Flag(), "false", "replace a Spot instance at a rebalance recommendation, where there is a pool that is as available, or at its notice: not when it has gone"),
		schema.Row("health_sweep", schema.Quantity(schema.Seconds, 1, 3600), `"60s"`, "how often the health of instances is looked at"),
		schema.Row("mixed_instances_policy", schema.Inner(), "", "several types, On-Demand and Spot"),
		schema.Row("policy", schema.List(), "", "dynamic scaling policies"),
		schema.Row("schedule", schema.List(), "", "scheduled actions").Called("scheduled_action scheduled_actions"),
		schema.Row("placement_group", schema.Name("placement_group"), "(that of the launch template)", "placement group of the instances"),
	}, applicationKeys(), mixedKeys(), scheduleKeys(), groupLifeKeys()))
}

func scheduleKeys() []schema.Key {
	return schema.Within("schedule[]", "ValidationError", []schema.Key{
		schema.Row("name", schema.Text(), "(schedule- and its index)", "name of the action, in the activities"),
		schema.Row("recurrence", schema.Text(), "", "cron: minute hour day-of-month month day-of-week"),
		schema.Row("time_zone", schema.Text(), "", "IANA zone of the recurrence; UTC without"),
		schema.Row("start_time", schema.Instant(), "", "first run, or the only one").Called("at"),
		schema.Row("end_time", schema.Instant(), "", "no run after it"),
		schema.Row("min_size", schema.Whole(0, mostInstances), "", "new min_size"),
		schema.Row("max_size", schema.Whole(0, mostInstances), "", "new max_size"),
		schema.Row("desired_capacity", schema.Whole(0, mostInstances), "", "new desired capacity"),
	})
}

// readGroups reads the groups but for their alarms, which need all names.
func (l *loader) readGroups() {
	l.cfg.Groups = make([]controlplane.Group, len(l.tables["autoscaling_group"]))
	for i, t := range l.tables["autoscaling_group"] {
		g := &l.cfg.Groups[i]
		g.Name = t.Name
		g.Template = t.Reference("launch_template")
		readSizes(t, g)
		g.Subnets, g.Zones = l.places(t, "vpc_zone_identifier", false)
		g.TargetGroups = t.References("target_groups")
		l.settleGroup(t, g)
		g.Service, g.Applications = l.readApplications(t, &g.TargetGroups)
		g.DefaultCooldown = t.Duration("default_cooldown")
		g.DefaultWarmup = unsetDuration(t, "default_instance_warmup")
		g.Reference = t.Quantity("reference_utilization")
		g.ELBHealth = t.Choice("health_check_type") == "ELB"
		g.Grace = t.Duration("health_check_grace_period")
		g.HealthSweep = t.Duration("health_sweep")
		g.Termination = readTermination(t)
		g.Enabled = l.readEnabled(t)
		l.readFleet(t, g)
		if p := t.Reference("placement_group"); p >= 0 {
			place := controlplane.Place{Host: cloud.None}
			if g.Template >= 0 && l.cfg.LaunchTemplates[g.Template].Place != nil {
				place = *l.cfg.LaunchTemplates[g.Template].Place
				place.Partition = 0
			}
			place.Group = p
			g.Place = &place
		}
		l.readGroupLife(t, g)
		l.readPolicies(t, i)
		l.readSchedules(t, g)
		if g.ELBHealth && len(g.TargetGroups) == 0 {
			l.warnAt(t.Node, t.Path+": health_check_type ELB does nothing without target_groups")
		}
		l.checkTargetTypes(t, g.TargetGroups, "ip", "ecs")
		if len(g.TargetGroups) > mostTargetGroups {
			t.Wrong("target_groups", fmt.Sprintf("must be at most %d", mostTargetGroups))
		}
		t.Done()
	}
}

// settleGroup verifies that the interfaces of a group's template are where the group is.
func (l *loader) settleGroup(t *schema.Table, g *controlplane.Group) {
	if g.Template < 0 {
		return
	}
	lt := &l.cfg.LaunchTemplates[g.Template]
	if len(lt.Cards) > 0 && lt.Cards[0].Subnet != cloud.None {
		t.Mistake("launch_template", "must not have a subnet_id for its primary interface: vpc_zone_identifier says where", "")
	}
	l.settleCards(t, "launch_template", lt, g.Zones)
}

// readSizes reads the limits of a group.
func readSizes(t *schema.Table, g *controlplane.Group) {
	g.Min, g.Max = t.Whole("min_size"), t.Whole("max_size")
	if t.Sound("min_size") {
		t.Assume("desired_capacity", int64(g.Min))
	}
	g.Desired = t.Whole("desired_capacity")
	switch {
	case t.Sound("min_size", "max_size") && g.Min > g.Max:
		t.Wrong("min_size", fmt.Sprintf("must not exceed max_size (%d)", g.Max))
	case t.Sound("desired_capacity", "max_size") && g.Desired > g.Max:
		t.Wrong("desired_capacity", fmt.Sprintf("must not exceed max_size (%d)", g.Max))
	case t.Sound("desired_capacity", "min_size") && g.Desired < g.Min:
		t.Wrong("desired_capacity", fmt.Sprintf("must not be below min_size (%d)", g.Min))
	}
}

// unsetDuration reads a duration for which the group's default stands in.
func unsetDuration(t *schema.Table, key string) sim.Time {
	d := t.Duration(key)
	if !t.Has(key) {
		return scaling.Unset
	}
	return d
}

func terminationPolicies() []schema.Word {
	var words []schema.Word
	for _, e := range scaling.TerminationPolicies() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

func readTermination(t *schema.Table) []scaling.TerminationPolicy {
	const key = "termination_policies"
	var policies []scaling.TerminationPolicy
	var known []string
	for _, p := range scaling.TerminationPolicies() {
		known = append(known, p.Name)
	}
	for _, name := range t.Texts(key) {
		p, err := scaling.ParseTerminationPolicy(name)
		if strings.HasPrefix(name, "arn:aws:lambda:") {
			t.Wrong(key, "must be AWS's own policies: a Lambda function that chooses is not simulated")
			return nil
		}
		if err != nil {
			t.Reject(key, schema.Fault{Rule: "unknown termination policy", Got: tree.Quote(name), Hint: t.Hint(name, known)})
			return nil
		}
		policies = append(policies, p)
	}
	t.Absorb(scaling.ValidateTermination(policies), key)
	return policies
}

// readSchedules reads the scheduled actions of a group.
func (l *loader) readSchedules(t *schema.Table, g *controlplane.Group) {
	var plain []scaling.Schedule
	tables := t.Each("schedule")
	for i, s := range tables {
		s.Assume("name", fmt.Sprintf("schedule-%d", i))
		schedule := controlplane.Schedule{Name: tree.Printable(s.Text("name"))}
		schedule.Recurrence = s.Text("recurrence")
		schedule.TimeZone = s.Text("time_zone")
		schedule.Start, schedule.End = s.Instant("start_time"), s.Instant("end_time")
		schedule.Min, schedule.Max = s.Optional("min_size"), s.Optional("max_size")
		schedule.Desired = s.Optional("desired_capacity")
		s.Absorb(schedule.Validate(l.cfg.Start), "recurrence")
		l.warnOfRecurrence(s, "recurrence", &schedule.Schedule)
		g.Schedules, plain = append(g.Schedules, schedule), append(plain, schedule.Schedule)
		s.Done()
	}
	for i, s := range tables {
		if d := plain[i].Desired; d != nil && !limitsMove(g) && t.Sound("min_size", "max_size") && (*d < g.Min || *d > g.Max) {
			s.Wrong("desired_capacity", fmt.Sprintf("must be within min_size and max_size of the group (%d..%d)", g.Min, g.Max))
		}
	}
	t.Absorb(scaling.ValidateSchedules(plain), "schedule")
}

// readFleet reads the types that a group launches, and how it divides them
// between On-Demand and Spot.
func (l *loader) readFleet(t *schema.Table, g *controlplane.Group) {
	rebalance := t.Flag("capacity_rebalance")
	if !t.Has("mixed_instances_policy") {
		t.Pass("mixed_instances_policy")
		asksSpot := g.Template >= 0 && l.cfg.LaunchTemplates[g.Template].Spot != nil
		if rebalance && !asksSpot {
			t.Wrong("capacity_rebalance", "must be false without a mixed_instances_policy: there is no Spot")
		}
		if g.Template >= 0 {
			lt := &l.cfg.LaunchTemplates[g.Template]
			l.checkOffered(t, lt.Type, g.Zones)
			g.Types = []controlplane.LaunchType{{Type: lt.Type, Need: l.need(lt.Type), OnDemandUSD: l.listPrice(lt.Type, lt.Platform, g.Zones...)}}
			l.groupSpot(t, g)
		}
		return
	}
	m := t.Inside("mixed_instances_policy")
	mixed, spot := readMixed(m)
	mixed.CapacityRebalance = rebalance
	if g.Template >= 0 && l.cfg.LaunchTemplates[g.Template].Spot != nil {
		t.Wrong("launch_template", "must not ask for Spot where the group has a mixed_instances_policy, which says what is Spot")
	}
	g.Types = l.readOverrides(m, g, spot)
	g.Mixed = &mixed
	m.Done()
}

// checkOffered verifies that the template's type can be had in the group's
// zones.
func (l *loader) checkOffered(t *schema.Table, typ int, zones []model.Zone) {
	if typ < 0 {
		return
	}
	name := l.cfg.Types[typ].Name
	for _, z := range zones {
		if !l.at(z).Offered(name, l.letterOf(z)) && !l.anyZones {
			t.Reject("launch_template", schema.Fault{
				Rule: fmt.Sprintf("must have a type that zone %s offers; %s is in %s",
					l.cfg.Zones[z], name, spaced(l.at(z).OfferedZones(name))),
				Code: unsupported,
			})
			return
		}
	}
}

// checkTargetTypes refuses target groups of some types. Those of addresses are refused to a
// group: an Auto Scaling group registers its instances by their ids. (Amazon EC2 Auto Scaling User Guide, "Prerequisites" of Elastic Load
// Balancing.)
func (l *loader) checkTargetTypes(t *schema.Table, groups []int, refused ...string) {
	for _, i := range groups {
		if i < 0 {
			continue
		}
		tg := l.tables["target_group"][i]
		if n := tg.Node.Table["target_type"]; n != nil && slices.ContainsFunc(refused, n.Is) {
			t.Reject("target_groups", schema.Fault{Rule: `must be target groups of target_type "instance", as ` + tg.Path + " is not", Got: tree.Quote(tg.Name), Code: invalidTarget})
		}
	}
}

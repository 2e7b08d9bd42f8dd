package tables

import (
	"slices"

	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// dayLong is the shortest max_instance_lifetime, in seconds.
const dayLong = 86_400

func refreshKeys() []schema.Key {
	exempt := func(replace string) schema.Type {
		return schema.OneOf("Wait: for an hour, then the refresh fails", "Ignore: they stay as they are", replace)
	}
	return slices.Concat(schema.Within("instance_refresh", "ValidationError", slices.Concat([]schema.Key{
		schema.Row("at", moment(), schema.Required, "when it begins: as in [[fault]]"),
		schema.Row("strategy", schema.OneOf("Rolling: some instances at a time"), `"Rolling"`, "how"),
		schema.Row("launch_template", schema.Name("launch_template"), "(that of the group)", "what the group launches from then on, for which the old instances make room"),
		schema.Row("preferences", schema.Inner(), "", "how many at a time, and when it pauses"),
	}, schema.Within("preferences", "ValidationError", []schema.Key{
		schema.Row("min_healthy_percentage", schema.Whole(0, 100), "(that of the maintenance policy, else 90)", "share of desired_capacity that stays in service: 100 is one at a time, 0 all at once"),
		schema.Row("max_healthy_percentage", schema.Whole(100, 200), "(that of the maintenance policy, else 100)", "above 100, others are launched before instances end"),
		schema.Row("instance_warmup", schema.Quantity(schema.Seconds, 0, mostWarmup), "(default_instance_warmup, else the grace period)", "how long a batch is in service before the next"),
		schema.Row("checkpoint_percentages", schema.Either("list of percentages", schema.ListOf(schema.Whole(1, 100))), "", "share replaced at which it pauses; the last of them ends it"),
		schema.Row("checkpoint_delay", schema.Quantity(schema.Seconds, 0, 172_800), "3600", "how long it pauses"),
		schema.Row("skip_matching", schema.Flag(), "false", "whether instances that have the launch template already stay"),
		schema.Row("auto_rollback", schema.Flag(), "false", "whether it goes back to the old launch template when it fails"),
		schema.Row("scale_in_protected_instances", exempt("Refresh: they are replaced too"), `"Wait"`, "what becomes of protected instances"),
		schema.Row("standby_instances", exempt("Terminate: they are replaced too"), `"Wait"`, "what becomes of instances on standby"),
		schema.Row("alarm_specification", schema.Inner(), "", "what makes it fail"),
		schema.Row("alarm_specification.alarms", schema.Names("alarm"), "", "alarms of which one in ALARM does"),
	}))), schema.Within("instance_maintenance_policy", "ValidationError", []schema.Key{
		schema.Row("min_healthy_percentage", schema.Whole(0, 100), schema.Required, "share of desired_capacity that stays in service while instances are replaced"),
		schema.Row("max_healthy_percentage", schema.Whole(100, 200), schema.Required, "above 100, others are launched before instances end"),
	}))
}

// readRefresh reads how a group replaces its instances.
func (l *loader) readRefresh(t *schema.Table, g *controlplane.Group) {
	if t.Has("instance_maintenance_policy") {
		m := t.Inside("instance_maintenance_policy")
		h := scaling.Healthy{Least: m.Whole("min_healthy_percentage"), Most: m.Whole("max_healthy_percentage")}
		if m.Sound("min_healthy_percentage", "max_healthy_percentage") && m.Has("min_healthy_percentage") && m.Has("max_healthy_percentage") {
			m.Absorb(h.Validate(), "max_healthy_percentage")
		}
		m.Done()
		g.Maintenance = &h
	} else {
		t.Pass("instance_maintenance_policy")
	}
	g.Lifetime = t.Duration("max_instance_lifetime")
	if t.Sound("max_instance_lifetime") && g.Lifetime > 0 && g.Lifetime < dayLong*sim.Second {
		t.Wrong("max_instance_lifetime", "must be 0, or 86400 s at least")
	}
	if !t.Has("instance_refresh") {
		t.Pass("instance_refresh")
		return
	}
	r := t.Inside("instance_refresh")
	refresh := l.newRefresh(r.Inside("preferences"), g)
	refresh.At = l.moment(r, "at")
	r.Choice("strategy")
	refresh.Template = l.groupTemplate(r, g)
	if refresh.AutoRollback && refresh.Template == nil && !r.Faulty("launch_template") {
		r.Add(schema.Fault{Path: r.PathOf("preferences") + ".auto_rollback", Rule: "needs launch_template: there is nothing to go back to", Code: "ValidationError"}, r.Node, "preferences")
	}
	r.Done()
	g.Refresh = refresh
}

// newRefresh reads the preferences of a refresh.
func (l *loader) newRefresh(p *schema.Table, g *controlplane.Group) *controlplane.Refresh {
	usual := scaling.Healthy{Least: scaling.RefreshLeast, Most: 100}
	if g.Maintenance != nil {
		usual = *g.Maintenance
	}
	p.Assume("min_healthy_percentage", int64(usual.Least))
	p.Assume("max_healthy_percentage", int64(max(100, usual.Most)))
	r := &controlplane.Refresh{
		Refresh: scaling.Refresh{
			Healthy: scaling.Healthy{Least: p.Whole("min_healthy_percentage"), Most: p.Whole("max_healthy_percentage")},
			Warmup:  unsetDuration(p, "instance_warmup"), Delay: p.Duration("checkpoint_delay"),
		},
		SkipMatching: p.Flag("skip_matching"), AutoRollback: p.Flag("auto_rollback"),
		Standby: exemptOf(p.Choice("standby_instances")), Protected: exemptOf(p.Choice("scale_in_protected_instances")),
		At: sim.Never,
	}
	for _, v := range p.Series("checkpoint_percentages", schema.Number) {
		r.Checkpoints = append(r.Checkpoints, int(v))
	}
	if p.Sound("min_healthy_percentage", "max_healthy_percentage", "checkpoint_percentages") {
		p.Absorb(r.Refresh.Validate(), "max_healthy_percentage")
	}
	a := p.Inside("alarm_specification")
	r.Alarms = a.References("alarms")
	a.Done()
	p.Done()
	return r
}

func exemptOf(word string) controlplane.Exempt {
	switch word {
	case "Ignore":
		return controlplane.PassThem
	case "Refresh", "Terminate":
		return controlplane.ReplaceThem
	}
	return controlplane.WaitForThem
}

// groupTemplate reads the launch template that a group takes instead of its own; nil
// without one.
func (l *loader) groupTemplate(t *schema.Table, g *controlplane.Group) *controlplane.GroupTemplate {
	i := t.Reference("launch_template")
	if i < 0 || g.Template < 0 {
		return nil
	}
	lt := &l.cfg.LaunchTemplates[i]
	l.checkOffered(t, lt.Type, g.Zones)
	template := &controlplane.GroupTemplate{Template: i, Types: g.Types, Place: g.Place}
	old := &l.cfg.LaunchTemplates[g.Template]
	if lt.Type >= 0 && old.Type >= 0 && l.cfg.Types[lt.Type].Arch != l.cfg.Types[old.Type].Arch && g.Mixed != nil {
		t.Wrong("launch_template", "must have a type of the architecture of the group's types, "+l.cfg.Types[old.Type].Arch)
	}
	if g.Mixed == nil {
		template.Types = []controlplane.LaunchType{l.launchType(lt.Type, lt.Platform, l.listPrice(lt.Type, lt.Platform, g.Zones...))}
	}
	return template
}

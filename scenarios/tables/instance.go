package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

func instanceKeys() []schema.Key {
	return schema.Within("instance.NAME", "ValidationError", slices.Concat([]schema.Key{
		schema.Row("count", schema.Whole(1, mostInstances), "1", "how many, all alike"),
		schema.Row("launch_template", schema.Name("launch_template"), "", "how they are made; otherwise the keys of a launch template stand here"),
		schema.Row("availability_zones", schema.Texts(), "(the first zone)", "they are dealt to these in turn"),
		schema.Row("service", schema.Name("service"), "(that of the target groups)", "what they do with requests; none without"),
		schema.Row("target_groups", schema.Names("target_group"), "", "where they are registered"),
		utilizationKey("CPU work of instances without a service"),
	}, templateKeys()))
}

// readInstances reads the instances outside any group.
func (l *loader) readInstances() {
	l.cfg.Instances = make([]controlplane.Fleet, len(l.tables["instance"]))
	for i, t := range l.tables["instance"] {
		f := &l.cfg.Instances[i]
		f.Name = t.Name
		f.Count = t.Whole("count")
		f.Zones = l.fleetZones(t)
		f.TargetGroups = t.References("target_groups")
		f.Service = l.fleetService(t, f.TargetGroups)
		f.Template, f.Need = l.fleetTemplate(t, f)
		f.Utilization = readUtilization(t)
		if t.Has("utilization") && f.Service != cloud.None {
			t.Mistake("utilization", "must not be given with a service, whose requests are the work", "")
		}
		l.starts = append(l.starts, start{t, "count"})
		t.Done()
	}
}

// fleetZones reads where instances are: in a list of zones, or in that of their placement.
func (l *loader) fleetZones(t *schema.Table) []model.Zone {
	placed := placed{zone: cloud.None}
	if t.Has("launch_template") {
		if i := t.Reference("launch_template"); i >= 0 {
			placed = l.placeOf(l.tables["launch_template"][i])
		}
	} else {
		placed = l.placeOf(t)
	}
	if placed.zone == cloud.None || t.Has("launch_template") && t.Has("availability_zones") {
		return l.zones(t, "availability_zones", l.cfg.Zones[:1])
	}
	zones := l.zones(t, "availability_zones", l.cfg.Zones[placed.zone:placed.zone+1])
	if !slices.Equal(zones, []model.Zone{model.Zone(placed.zone)}) && t.Sound("availability_zones") {
		placed.at.Reject("availability_zone", schema.Fault{Rule: "must be the zone of " + t.PathOf("availability_zones"), Code: schema.NoCode})
	}
	return zones
}

// fleetService reads the service of instances, which must be that of their
// target groups.
func (l *loader) fleetService(t *schema.Table, targetGroups []int) int {
	common := l.commonService(t, targetGroups)
	if common != cloud.None {
		t.Assume("service", l.cfg.Services[common].Name)
	}
	service := t.Reference("service")
	if service >= 0 && common != cloud.None && service != common {
		t.Wrong("service", "must be the service of its target_groups, "+l.cfg.Services[common].Name)
	}
	if service < 0 {
		return cloud.None
	}
	return service
}

// fleetTemplate reads how instances are made: by a launch template, or as the
// table itself says.
func (l *loader) fleetTemplate(t *schema.Table, f *controlplane.Fleet) (controlplane.LaunchTemplate, controlplane.Need) {
	if !t.Has("launch_template") {
		t.Pass("launch_template")
		t.Mode = "without launch_template"
		t.Require("instance_type")
		typ := l.instanceType(t, "instance_type", f.Zones)
		return l.template(t, typ), l.need(typ)
	}
	t.Mode = "with launch_template"
	i := t.Reference("launch_template")
	if i < 0 {
		return controlplane.LaunchTemplate{}, controlplane.Need{Pool: cloud.None}
	}
	lt := l.cfg.LaunchTemplates[i]
	l.checkOffered(t, lt.Type, f.Zones)
	return lt, l.need(lt.Type)
}

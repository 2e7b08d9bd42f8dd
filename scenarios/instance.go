package scenarios

import (
	"slices"

	"headroom/model/cloud"
)

func instanceKeys() []Key {
	return within("instance.NAME", "ValidationError", slices.Concat([]Key{
		{"count", whole(1, mostInstances), "1", "how many, all alike", ""},
		{"launch_template", name("launch_template"), "", "how they are made; otherwise the keys of a launch template stand here", ""},
		{"availability_zones", texts(), "(the first zone)", "they are dealt to these in turn", ""},
		{"service", name("service"), "(that of the target groups)", "what they do with requests; none without", ""},
		{"target_groups", names("target_group"), "", "where they are registered", ""},
	}, templateKeys()))
}

// readInstances reads the instances outside any group.
func (l *loader) readInstances() {
	l.cfg.Instances = make([]cloud.Fleet, len(l.tables["instance"]))
	for i, t := range l.tables["instance"] {
		f := &l.cfg.Instances[i]
		f.Name = t.name
		f.Count = t.whole("count")
		f.Zones = l.zones(t, "availability_zones", l.cfg.Zones[:1])
		f.TargetGroups = t.references("target_groups")
		f.Service = l.fleetService(t, f.TargetGroups)
		f.Template, f.Need = l.fleetTemplate(t, f)
		t.done()
	}
}

// fleetService reads the service of instances, which must be that of their
// target groups.
func (l *loader) fleetService(t *table, targetGroups []int) int {
	common := l.commonService(t, targetGroups)
	if common != cloud.None {
		t.assume("service", l.cfg.Services[common].Name)
	}
	service := t.reference("service")
	if service >= 0 && common != cloud.None && service != common {
		t.wrong("service", "must be the service of its target_groups, "+l.cfg.Services[common].Name)
	}
	if service < 0 {
		return cloud.None
	}
	return service
}

// fleetTemplate reads how instances are made: by a launch template, or as the
// table itself says.
func (l *loader) fleetTemplate(t *table, f *cloud.Fleet) (cloud.LaunchTemplate, cloud.Need) {
	if !t.has("launch_template") {
		t.pass("launch_template")
		t.mode = "without launch_template"
		t.require("instance_type")
		typ := l.instanceType(t, "instance_type", f.Zones)
		return l.template(t, typ), l.need(typ)
	}
	t.mode = "with launch_template"
	i := t.reference("launch_template")
	if i < 0 {
		return cloud.LaunchTemplate{}, cloud.Need{Pool: cloud.None}
	}
	lt := l.cfg.LaunchTemplates[i]
	l.checkOffered(t, lt.Type, f.Zones)
	return lt, l.need(lt.Type)
}

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
		schema.Row("count", schema.Whole(1, mostInstances), "1", "how many, all alike; at the start they have run for an hour, which is not billed, and have the minimum of 60 s behind them"),
		schema.Row("launch_template", schema.Name("launch_template"), "", "how they are made; otherwise the keys of a launch template stand here"),
		schema.Row("availability_zones", schema.Texts(), "(the first zone)", "they are dealt to these in turn"),
		regionKey(),
		schema.Row("service", schema.Name("service"), "(that of the target groups)", "what they do with requests; none without"),
		schema.Row("target_groups", schema.Names("target_group"), "", "where they are registered"),
		utilizationKey("CPU work of instances without a service"),
	}, applicationKeys(), placeKeys(), templateKeys()))
}

// readInstances reads the instances outside any group, and the interfaces and addresses
// that they may have.
func (l *loader) readInstances() {
	l.cfg.Instances = make([]controlplane.Fleet, len(l.tables["instance"]))
	for i, t := range l.tables["instance"] {
		f := &l.cfg.Instances[i]
		f.Name = t.Name
		f.Count = t.Whole("count")
		f.Subnets, f.Zones = l.fleetPlaces(t)
		l.checkPlacedZone(t, f.Zones)
		f.TargetGroups = t.References("target_groups")
		l.checkTargetTypes(t, f.TargetGroups, "ecs")
		f.Service, f.Applications = l.readApplications(t, &f.TargetGroups)
		f.Service = l.fleetService(t, f)
		f.Template, f.Need = l.fleetTemplate(t, f)
		l.settleFleet(t, f)
		l.settleSpot(t, f)
		f.Utilization = readUtilization(t)
		if t.Has("utilization") && f.Service != cloud.None {
			t.Mistake("utilization", "must not be given with a service, whose requests are the work", "")
		}
		l.starts = append(l.starts, start{t, "count"})
		t.Done()
	}
	l.readInterfaces()
}

// placedZone returns the zone that the placement of instances says, cloud.None without.
func (l *loader) placedZone(t *schema.Table) int {
	if !t.Has("launch_template") {
		return l.placeOf(t).zone
	}
	if i := t.Reference("launch_template"); i >= 0 {
		return l.placeOf(l.tables["launch_template"][i]).zone
	}
	return cloud.None
}

// checkPlacedZone refuses a zone of the placement that is not where the instances are.
func (l *loader) checkPlacedZone(t *schema.Table, zones []model.Zone) {
	if t.Has("launch_template") {
		return // what the instance itself says wins
	}
	p := l.placeOf(t)
	if p.zone != cloud.None && !slices.Equal(zones, []model.Zone{model.Zone(p.zone)}) && t.Sound("availability_zones") {
		p.at.Reject("availability_zone", schema.Fault{Rule: "must be the zone where the instances are otherwise said to be", Code: schema.NoCode})
	}
}

// settleFleet puts the interfaces of instances where they belong: the primary one may say
// where the instance is.
func (l *loader) settleFleet(t *schema.Table, f *controlplane.Fleet) {
	cards := slices.Clone(f.Template.Cards)
	f.Template.Cards = cards
	if len(cards) > 0 && cards[0].Subnet != cloud.None {
		own := []int{cards[0].Subnet}
		if !slices.Equal(f.Subnets, own) {
			t.Mistake("network_interfaces", "must not name another subnet than the instance's: its primary interface is there", "")
		}
		f.Subnets, f.Zones, cards[0].Subnet = own, l.subnetZones(own), cloud.None
	}
	l.settleCards(t, "network_interfaces", &f.Template, f.Zones)
}

// fleetService reads the service of instances, which must be one of those of their target
// groups.
func (l *loader) fleetService(t *schema.Table, f *controlplane.Fleet) int {
	common := f.Service
	if common != cloud.None {
		t.Assume("service", l.cfg.Services[common].Name)
	}
	service := t.Reference("service")
	if service >= 0 && common != cloud.None && !f.Serves(service) {
		t.Wrong("service", "must be the service of its target_groups, "+l.cfg.Services[common].Name)
	}
	if service < 0 {
		return cloud.None
	}
	if k := slices.Index(f.Applications, service); k > 0 { // what is asked without a target group comes first
		f.Applications[0], f.Applications[k] = f.Applications[k], f.Applications[0]
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
		return controlplane.LaunchTemplate{Type: cloud.None}, controlplane.Need{Pool: cloud.None}
	}
	lt := l.cfg.LaunchTemplates[i]
	l.checkOffered(t, lt.Type, f.Zones)
	return lt, l.need(lt.Type)
}

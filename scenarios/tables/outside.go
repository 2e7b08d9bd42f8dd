package tables

import (
	"fmt"
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// outsideKeys are those of machines that are targets by their addresses.
func outsideKeys() []schema.Key {
	return schema.Within("outside.NAME", "ValidationError", []schema.Key{
		schema.Row("service", schema.Name("service"), schema.Required, "what they do with requests"),
		schema.Row("target_groups", schema.Names("target_group"), schema.Required, `the target groups in which their addresses are registered, of target_type "ip"`),
		schema.Row("count", schema.Whole(1, 10_000), "1", "machines, which run all the time and cost nothing here"),
		schema.Row("instance_type", schema.Text(), schema.Required, "the EC2 instance type that one of them is as large and as fast as"),
		schema.Row("round_trip", schema.Quantity(schema.Seconds, 0, dataplane.MostRoundTrip.Seconds()), "0", "the way there and back: part of each latency, and of TargetResponseTime"),
		schema.Row("via", schema.OneOf("vpn: what is sent there is data out", "peering: from another VPC, in the same zone"), `"vpn"`, "by which way load balancers reach them"),
		schema.Row("availability_zone", schema.Text(), "(the first)", "zone in which the way to them begins, and whose nodes send to them where load balancers do not balance across zones"),
	})
}

// readOutside reads machines outside.
func (l *loader) readOutside() {
	for _, t := range l.tables["outside"] {
		o := dataplane.Outside{
			Name: t.Name, Service: t.Reference("service"), Count: t.Whole("count"), RoundTrip: t.Duration("round_trip"),
			Groups: t.References("target_groups"), Type: l.instanceType(t, "instance_type", nil),
			Metered: t.Choice("via") == "vpn",
		}
		if o.Metered {
			l.needVPN(t)
		}
		if name := t.Text("availability_zone"); name != "" {
			o.Zone, _ = l.zone(t, "availability_zone", name)
		}
		o.Groups = slices.DeleteFunc(o.Groups, func(g int) bool { return g < 0 })
		for _, g := range o.Groups {
			l.checkOutside(t, &o, g)
		}
		if s := o.Service; s >= 0 {
			if service := &l.cfg.Services[s]; service.Memory != nil || len(service.Disks) > 0 || len(l.diskUses[s]) > 0 {
				t.Reject("service", schema.Fault{Rule: "must be a service without reads, writes and memory: those are of instances", Code: schema.NoCode})
			}
		}
		t.Done()
		l.cfg.Outside = append(l.cfg.Outside, o)
	}
}

// checkOutside refuses a target group that does not take addresses, or is of another service.
func (l *loader) checkOutside(t *schema.Table, o *dataplane.Outside, group int) {
	const key = "target_groups"
	tg := l.tables["target_group"][group]
	if n := tg.Node.Table["target_type"]; n == nil || !n.Is("ip") {
		t.Reject(key, schema.Fault{Rule: `must be target groups of target_type "ip", as ` + tg.Path + " is not", Code: invalidTarget})
	}
	if g := &l.cfg.TargetGroups[group]; g.Service != o.Service && o.Service >= 0 && tg.Sound("service") {
		t.Reject(key, schema.Fault{Rule: "must be target groups of its service, as " + tg.Path + " is not", Code: invalidTarget})
	}
}

// warnOfZone warns of machines outside whose zone nobody gave, where it says which nodes send to them.
func (l *loader) warnOfZone(outside int) {
	t, o := l.tables["outside"][outside], &l.cfg.Outside[outside]
	apart := slices.IndexFunc(o.Groups, func(g int) bool { return !l.cfg.TargetGroups[g].CrossZone })
	if apart < 0 || len(l.cfg.Zones) == 1 || t.Has("availability_zone") {
		return
	}
	l.warnAt(t.Node, fmt.Sprintf("%s: without availability_zone it is registered in zone %s, and only the nodes there send to it: target_group.%s does not balance across zones",
		t.Path, l.cfg.Zones[o.Zone], l.cfg.TargetGroups[o.Groups[apart]].Name))
}

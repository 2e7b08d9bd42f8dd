package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// zoneKey says which nodes send to machines outside: allZones, or the one of a zone.
const (
	zoneKey  = "availability_zone"
	allZones = "all"
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
		schema.Row(zoneKey, schema.Text(), "(all)", `zone in which the way to them begins, and whose node sends to them where the load balancer does not balance across zones; "all": each node has a way to them, which that of a Network or Gateway Load Balancer takes whether it balances across zones or not. Required where it does not; an Application Load Balancer that does takes any zone as all`),
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
		if name := t.Text(zoneKey); name == allZones {
			o.AllZones = true
		} else if t.Sound(zoneKey) {
			o.Zone = l.zoneOrAll(t, name)
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

// zoneOrAll reads the zone of machines outside that are not in all of them.
func (l *loader) zoneOrAll(t *schema.Table, name string) model.Zone {
	i := slices.Index(l.cfg.Zones, l.letter(name))
	if i < 0 {
		words := append([]string{allZones}, l.cfg.Zones...)
		t.Reject(zoneKey, schema.Fault{
			Rule: fmt.Sprintf("must be a zone of [region] (%s) or %q", strings.Join(l.cfg.Zones, " "), allZones),
			Got:  tree.Quote(name), Hint: l.Hint(name, words), Code: schema.NoCode,
		})
		return 0
	}
	return model.Zone(i)
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

// connectOutside finds out which nodes send to machines outside, once it is known whether these balance across zones.
func (l *loader) connectOutside() {
	for i := range l.cfg.Outside {
		o, t := &l.cfg.Outside[i], l.tables["outside"][i]
		apart := slices.DeleteFunc(slices.Clone(o.Groups), func(g int) bool { return l.cfg.TargetGroups[g].CrossZone })
		if !t.Has(zoneKey) {
			o.AllZones = len(apart) == 0
		}
		for _, g := range apart {
			if b, ok := l.owners[g]; ok && len(l.cfg.Zones) > 1 && !t.Faulty(zoneKey) {
				l.requireZone(t, o, g, &l.cfg.LoadBalancers[b])
			}
		}
	}
}

// requireZone refuses machines outside that do not say which of the nodes that keep to their zones send to them.
func (l *loader) requireZone(t *schema.Table, o *dataplane.Outside, group int, lb *dataplane.LoadBalancer) {
	name := l.cfg.TargetGroups[group].Name
	switch flows := lb.Network() || lb.IsGateway(); {
	case !flows && (o.AllZones || !t.Has(zoneKey)):
		t.Reject(zoneKey, schema.Fault{Rule: "must be a zone, whose node sends to them: the Application Load Balancer of target_group." + name + " does not balance across zones"})
	case flows && !t.Has(zoneKey):
		t.Reject(zoneKey, schema.Fault{Rule: fmt.Sprintf("is required, a zone or %q: target_group.%s does not balance across zones", allZones, name)})
	}
}

// warnOfZone warns of machines outside whose zone says nothing, or that no node sends to.
func (l *loader) warnOfZone(outside int) {
	t, o := l.tables["outside"][outside], &l.cfg.Outside[outside]
	if o.AllZones || !t.Has(zoneKey) {
		return
	}
	var kept []int
	for _, g := range o.Groups {
		if tg := &l.cfg.TargetGroups[g]; !tg.CrossZone || tg.Flows.On {
			kept = append(kept, g)
		}
	}
	if l.warnOfZones(t, kept, []model.Zone{o.Zone}); len(kept) > 0 || l.scenario.Sweep != nil || l.scenario.Search != nil {
		return
	}
	l.warnAt(t.Node.Table[zoneKey], t.PathOf(zoneKey)+": has no effect: a load balancer that balances across zones takes it as all")
}

package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// dedicatedHostKeys are those of [dedicated_host.NAME]: Terraform's aws_ec2_host.
func dedicatedHostKeys() []schema.Key {
	return schema.Within("dedicated_host.NAME", "ValidationError", []schema.Key{
		schema.Row("instance_family", schema.Text(), "", "family of the types that it takes").Coded(unsupported),
		schema.Row("instance_type", schema.Text(), "", "instead: the only type that it takes").Coded(unsupported),
		schema.Row("availability_zone", schema.Text(), schema.Required, "letter of the zone where it is").Coded(schema.NoCode),
		regionKey(),
		schema.Row("count", schema.Whole(1, 10_000), "1", "how many hosts, all alike"),
		schema.Row("auto_placement", switches(), "true", "whether it takes instances that do not name it"),
		schema.Row("host_recovery", switches(), "false", "when it fails, whether another one takes its place, where its instances start anew"),
		schema.Row("at", moment(), `"0s"`, "when it is allocated").Coded(schema.NoCode),
		schema.Row("until", moment(), "(the end of the run)", "when it is released, if nothing is on it"),
	})
}

// switches is true or false, or Terraform's "on" or "off".
func switches() schema.Type {
	return schema.Either(`true or false, or "on" or "off"`, schema.Flag(), schema.OneOf("on: true", "off: false"))
}

// on reads such a key.
func on(t *schema.Table, key string) bool {
	n := t.Value(key)
	if n == nil {
		return false
	}
	if v, ok := n.AsFlag(); ok {
		return v
	}
	word, _ := n.AsText()
	if word != "on" && word != "off" {
		t.Mistake(key, `must be true or false, or "on" or "off"`, "")
	}
	return word == "on"
}

// readDedicatedHosts reads the hosts of the account's own.
func (l *loader) readDedicatedHosts() {
	for _, t := range l.tables["dedicated_host"] {
		d := controlplane.DedicatedHost{
			Name: t.Name, Type: cloud.None, Pool: cloud.None, Count: t.Whole("count"),
			AutoPlacement: on(t, "auto_placement"), Recovery: on(t, "host_recovery"),
		}
		var zones []model.Zone
		if name := t.Text("availability_zone"); t.Sound("availability_zone") {
			if z, ok := l.zoneIn(t, "availability_zone", name, l.region(t)); ok {
				d.Zone, zones = z, []model.Zone{z}
			}
		}
		key := l.readHostType(t, &d, zones)
		if d.Type >= 0 {
			it := &l.cfg.Types[d.Type]
			shape, _ := l.catalog.DedicatedShape(it.Family)
			d.Rules = model.RulesOf(shape)
			d.Pool = l.need(d.Type).Pool
			if _, ok := l.catalog.DedicatedHost(it.Family); !ok || !d.Rules.Takes(it) {
				t.Reject(key, schema.Fault{Rule: "must be of a family that has Dedicated Hosts in " + l.cfg.Region, Code: unsupported})
			}
		}
		d.From, d.To = l.period(t)
		l.checkMac(t, &d)
		l.starts = append(l.starts, start{t, "count"})
		t.Done()
		l.cfg.DedicatedHosts = append(l.cfg.DedicatedHosts, d)
	}
}

// readHostType reads what goes on a host, and returns the key that says it.
func (l *loader) readHostType(t *schema.Table, d *controlplane.DedicatedHost, zones []model.Zone) string {
	if t.Has("instance_type") {
		if t.Has("instance_family") {
			t.Reject("instance_family", schema.Fault{Rule: "must not be given with instance_type", Code: badCombination})
		}
		t.Pass("instance_family")
		d.Only = true
		d.Type = l.instanceType(t, "instance_type", zones)
		return "instance_type"
	}
	t.Pass("instance_type")
	name := t.Text("instance_family")
	if !t.Has("instance_family") {
		t.Add(schema.Fault{Path: t.PathOf("instance_family"), Rule: "is required, or instance_type"}, t.Node, "instance_family")
		return "instance_family"
	}
	if !t.Sound("instance_family") {
		return "instance_family"
	}
	if _, known := l.catalog.Host(name); !known {
		t.Reject("instance_family", schema.Fault{Rule: "must be an instance family", Hint: t.Hint(name, l.families())})
		return "instance_family"
	}
	size := l.ordinarySize(name)
	typ, ok := l.catalog.Type(size)
	if !ok {
		for _, other := range l.catalog.Types() {
			if other.Family == name && l.catalog.OfferedZones(other.Name) != "" {
				typ, ok = other, true
			}
		}
	}
	if !ok {
		t.Reject("instance_family", schema.Fault{Rule: "must be a family that " + l.cfg.Region + " offers"})
		return "instance_family"
	}
	if len(zones) > 0 && !l.familyIn(name, zones) {
		t.Reject("instance_family", schema.Fault{Rule: "must be a family of which zone " + l.cfg.Zones[zones[0]] + " offers a type", Code: unsupported})
	}
	d.Type = l.typeNumber(typ)
	return "instance_family"
}

// familyIn reports whether all of some zones offer a type of a family.
func (l *loader) familyIn(family string, zones []model.Zone) bool {
	offers := l.among(zones)
	for _, typ := range offers.Types() {
		out := func(z model.Zone) bool { return !offers.Offered(typ.Name, l.letterOf(z)) }
		if typ.Family == family && !slices.ContainsFunc(zones, out) {
			return true
		}
	}
	return false
}

// macMinimum is how long a Mac host is held at least: Apple's licence says so (EC2 User
// Guide, "Amazon EC2 Mac instances").
const macMinimum = 24 * sim.Hour

func (l *loader) checkMac(t *schema.Table, d *controlplane.DedicatedHost) {
	if d.Type < 0 || !strings.HasPrefix(l.cfg.Types[d.Type].Family, "mac") {
		return
	}
	if d.To > 0 && d.To-d.From < macMinimum {
		t.Wrong("until", "must not be sooner than 24 hours after at: a Mac host is held so long at least")
	}
}

// checkReleases refuses the release of hosts that a host reservation is for.
func (l *loader) checkReleases() {
	for i, t := range l.tables["dedicated_host"] {
		d := &l.cfg.DedicatedHosts[i]
		if d.To == 0 || d.Type < 0 {
			continue
		}
		family, zone, left := l.cfg.Types[d.Type].Family, l.cfg.Zones[d.Zone], int64(0)
		for k := range l.cfg.DedicatedHosts {
			e := &l.cfg.DedicatedHosts[k]
			if e.Type >= 0 && l.cfg.Types[e.Type].Family == family && e.Zone == d.Zone && e.From <= d.To && (e.To == 0 || e.To > d.To) {
				left += int64(e.Count)
			}
		}
		reserved := int64(0)
		for k := range l.scenario.Plan.Commitments {
			c := &l.scenario.Plan.Commitments[k]
			if c.Kind == pricing.HostReservation && c.Family == family && c.Zone == zone && c.From <= d.To && (c.To == 0 || c.To > d.To) {
				reserved += c.Count
			}
		}
		if left < reserved {
			t.Wrong("until", fmt.Sprintf("must not release a host under reservation: %d hosts of %s in zone %s are reserved then, %d would be left", reserved, family, zone, left))
		}
	}
}

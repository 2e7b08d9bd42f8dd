package scenarios

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
)

// Kinds of commitment, and what a Savings Plan is for, as files write them.
const (
	reservedInstance = "reserved-instance"
	savingsPlan      = "savings-plan"
	hostReservation  = "dedicated-host-reservation"

	scopeRegion, scopeZone   = "region", "zone"
	scopeFamily, scopeAnyone = "ec2-instance", "compute"
)

func commitmentKeys() []Key {
	return within("commitment[]", "ValidationError", []Key{
		{"kind", oneOf(reservedInstance, savingsPlan, hostReservation), required, "what was bought", noCode},
		{"name", text(), "(the plan and what it is for)", "what invoices call it", noCode},
		{"scope", oneOf(scopeRegion, scopeZone, scopeFamily, scopeAnyone), "(region)", "reserved instances: region or zone; savings plans: ec2-instance or compute", noCode},
		{"class", oneOf("standard", "convertible"), `"standard"`, "of reserved instances", noCode},
		{"instance_type", text(), "", "type that is reserved", unsupported},
		{"platform", oneOf("linux", "windows", "rhel", "suse"), `"linux"`, "of reserved instances", noCode},
		{"tenancy", oneOf("default", "dedicated"), `"default"`, "of reserved instances", noCode},
		{"size_flexible", flag(), "false", "ask for size flexibility, which regional ones of Linux and default tenancy have anyway", ""},
		{"family", text(), "", "instance family of an EC2 Instance Savings Plan or a host reservation", unsupported},
		{"zone", text(), "", "of zonal reserved instances and of reserved hosts", noCode},
		{"count", whole(1, 1e6), "", "instances or hosts that are reserved", ""},
		{"hourly", quantity(inDollars, 0, 1e6), "", "commitment of a savings plan, at its own rates", ""},
		{"term", oneOf("1y", "3y"), required, "length of the commitment", ""},
		{"payment", oneOf("no-upfront", "partial-upfront", "all-upfront"), `"no-upfront"`, "what is paid at the beginning of the term", ""},
		{"purchase_option", oneOf("on-demand", "spot"), `"on-demand"`, "of the instances that it is to cover: commitments never cover Spot", ""},
		{"bought", flag(), "false", "the term begins with the run, whose invoice then shows what is paid upfront", ""},
	})
}

// readCommitments reads what is already bought, when all else is known.
func (l *loader) readCommitments(tables []*table) {
	for _, t := range tables {
		c := l.readCommitment(t)
		t.done()
		if len(t.bad) == 0 {
			l.checkCommitment(t, c)
		}
		l.scenario.Plan.Commitments = append(l.scenario.Plan.Commitments, c)
	}
}

func (l *loader) readCommitment(t *table) pricing.Commitment {
	c := pricing.Commitment{
		Name:    t.text("name"),
		Term:    map[string]model.Term{"1y": model.OneYear, "3y": model.ThreeYears}[t.choice("term")],
		Payment: map[string]model.Payment{"no-upfront": model.NoUpfront, "partial-upfront": model.PartialUpfront, "all-upfront": model.AllUpfront}[t.choice("payment")],
		Bought:  t.flag("bought"),
	}
	if t.choice("purchase_option") == "spot" {
		t.wrong("purchase_option", "must be on-demand: Spot is always at the Spot price")
	}
	kind := t.choice("kind")
	t.mode = "with kind " + quote(kind)
	switch kind {
	case reservedInstance:
		l.readReservation(t, &c)
	case savingsPlan:
		l.readSavingsPlan(t, &c)
	case hostReservation:
		c.Kind = pricing.HostReservation
		t.require("family")
		t.require("zone")
		t.require("count")
		c.Family, c.Zone, c.Count = l.family(t), l.zoneOf(t), int64(t.whole("count"))
	default: // said of kind
		t.pass(children("commitment[]")...)
	}
	return c
}

func (l *loader) readReservation(t *table, c *pricing.Commitment) {
	c.Kind = pricing.ReservedInstance
	c.Class = map[string]model.Class{"standard": model.Standard, "convertible": model.Convertible}[t.choice("class")]
	c.Platform = platforms[t.choice("platform")]
	c.Tenancy = model.TenancyDefault
	if t.choice("tenancy") == "dedicated" {
		c.Tenancy = model.TenancyDedicated
	}
	t.require("instance_type")
	t.require("count")
	t.assume("scope", scopeRegion)
	scope := l.scope(t, scopeRegion, scopeZone)
	var zones []model.Zone
	if scope == scopeZone {
		t.require("zone")
		c.Zone = l.zoneOf(t)
		if i := slices.Index(l.cfg.Zones, c.Zone); i >= 0 {
			zones = []model.Zone{model.Zone(i)}
		}
	} else {
		t.mode += " and scope " + quote(scope)
	}
	if c.SizeFlexible = t.flag("size_flexible"); c.SizeFlexible && scope == scopeZone {
		t.wrong("size_flexible", "must be false with scope \"zone\": size flexibility is regional")
	}
	if typ := l.instanceType(t, "instance_type", zones); typ >= 0 {
		c.Type = l.cfg.Types[typ].Name
	}
	c.Count = int64(t.whole("count"))
}

func (l *loader) readSavingsPlan(t *table, c *pricing.Commitment) {
	t.require("scope")
	t.require("hourly")
	switch scope := l.scope(t, scopeFamily, scopeAnyone); scope {
	case scopeFamily:
		c.Kind = pricing.EC2InstanceSavingsPlan
		t.require("family")
		c.Family = l.family(t)
	case scopeAnyone:
		c.Kind = pricing.ComputeSavingsPlan
		t.mode += " and scope " + quote(scope)
	default:
		t.pass("family")
	}
	hourly := t.quantity("hourly")
	if t.sound("hourly") && model.USD(hourly) == 0 {
		t.wrong("hourly", "must be above $0")
	}
	c.Hourly = model.USD(hourly)
}

// scope reads a scope that the kind of commitment can have, "" after a fault.
func (l *loader) scope(t *table, allowed ...string) string {
	scope := t.choice("scope")
	if t.sound("scope") && !slices.Contains(allowed, scope) {
		t.mistake("scope", "must be "+allowed[0]+" or "+allowed[1]+" "+t.mode, "")
		return ""
	}
	return scope
}

// family reads an instance family of the catalogue.
func (l *loader) family(t *table) string {
	name := t.text("family")
	if !t.sound("family") {
		return ""
	}
	if _, known := l.catalog.Host(name); !known {
		t.reject("family", Fault{Rule: "must be an instance family", Hint: hint(name, l.families())})
		return ""
	}
	return name
}

// zoneOf reads the letter of one zone.
func (l *loader) zoneOf(t *table) string {
	name := t.text("zone")
	if !t.sound("zone") {
		return ""
	}
	if _, ok := l.zone(t, "zone", name); !ok {
		return ""
	}
	return l.letter(name)
}

// checkCommitment verifies prices, and that there is something to cover.
func (l *loader) checkCommitment(t *table, c pricing.Commitment) {
	faults := c.Validate(l.scenario.Plan.Book)
	for _, f := range faults {
		key := f.Field
		if key == "type" {
			key = "instance_type"
		}
		t.reject(key, Fault{Rule: f.Rule, Got: f.Got})
	}
	if len(faults) > 0 {
		return
	}
	onDemand, spot := l.launches(c)
	of := "instance_type"
	if c.Kind == pricing.EC2InstanceSavingsPlan {
		of = "family"
	}
	switch {
	case onDemand:
	case spot && c.Kind != pricing.ComputeSavingsPlan:
		t.reject(of, Fault{Rule: "must have On-Demand usage: the scenario launches it as Spot only, which commitments never cover", Code: "ValidationError"})
	case spot:
		t.reject("scope", Fault{Rule: "must have On-Demand usage: the scenario launches Spot only, which commitments never cover", Code: "ValidationError"})
	default:
		l.caution(t.n, fmt.Sprintf("%s: nothing in the scenario can use it: all of it will be unused", t.path))
	}
}

// launches reports whether the scenario may launch instances On-Demand, or as
// Spot, that a commitment would be for.
func (l *loader) launches(c pricing.Commitment) (onDemand, spot bool) {
	is := func(typ int) bool {
		if typ < 0 || c.Kind == pricing.HostReservation { // hosts are what only plans allocate
			return false
		}
		it := &l.cfg.Types[typ]
		switch c.Kind {
		case pricing.ReservedInstance:
			return it.Name == c.Type || c.Zone == "" && it.Family == l.typeFamily(c.Type)
		case pricing.EC2InstanceSavingsPlan:
			return it.Family == c.Family
		default:
			return true
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		for _, lt := range g.Types {
			some := is(lt.Type)
			onDemand = onDemand || some && (g.Mixed == nil || g.Mixed.OnDemandShare(g.Max) > 0)
			spot = spot || some && g.Mixed != nil && g.Mixed.OnDemandPercentage < 100
		}
	}
	for i := range l.cfg.Instances {
		onDemand = onDemand || is(l.cfg.Instances[i].Template.Type)
	}
	for i := range l.cfg.InstanceWorkloads {
		w := &l.cfg.InstanceWorkloads[i]
		if !w.Foreign {
			some := slices.ContainsFunc(w.Sizes, func(s cloud.TenantSize) bool { return is(s.Type) })
			onDemand, spot = onDemand || some && w.Option == model.OnDemand, spot || some && w.Option == model.Spot
		}
	}
	return onDemand, spot
}

func (l *loader) typeFamily(name string) string {
	typ, _ := l.catalog.Type(name)
	return typ.Family
}

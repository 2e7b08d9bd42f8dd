package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Kinds of commitment, and what a Savings Plan is for, as files write them.
const (
	reservedInstance = "reserved-instance"
	savingsPlan      = "savings-plan"
	hostReservation  = "dedicated-host-reservation"

	scopeRegion, scopeZone   = "region", "zone"
	scopeFamily, scopeAnyone = "ec2-instance", "compute"
)

func commitmentKeys() []schema.Key {
	return schema.Within("commitment[]", "ValidationError", []schema.Key{
		schema.Row("kind", schema.OneOf(reservedInstance+": so many instances of a type", savingsPlan+": so many dollars an hour, at its own rates", hostReservation+": so many dedicated hosts of a family"), schema.Required, "what was bought").Coded(schema.NoCode),
		schema.Row("name", schema.Text(), "(the plan and what it is for)", "what invoices call it").Coded(schema.NoCode),
		schema.Row("scope", schema.OneOf(scopeRegion+": any zone of the Region", scopeZone+": one zone", scopeFamily+": one instance family", scopeAnyone+": any usage of compute"), "(region)", "reserved instances: region or zone; savings plans: ec2-instance or compute").Coded(schema.NoCode),
		schema.Row("class", schema.OneOf("standard: the larger discount, for this type only", "convertible: a smaller one, for it can be exchanged"), `"standard"`, "of reserved instances").Coded(schema.NoCode),
		schema.Row("instance_type", schema.Text(), "", "type that is reserved").Coded(unsupported),
		schema.Row("platform", schema.OneOf(platformWords...), `"linux"`, "of reserved instances").Coded(schema.NoCode),
		schema.Row("tenancy", schema.OneOf(tenancyWords...), `"default"`, "of reserved instances").Coded(schema.NoCode),
		schema.Row("size_flexible", schema.Flag(), "false", "ask for size flexibility, which regional ones of Linux and default tenancy have anyway"),
		schema.Row("family", schema.Text(), "", "instance family of an EC2 Instance Savings Plan or a host reservation").Coded(unsupported),
		schema.Row("zone", schema.Text(), "", "of zonal reserved instances and of reserved hosts").Coded(schema.NoCode),
		schema.Row("count", schema.Whole(1, 1e6), "", "instances or hosts that are reserved"),
		schema.Row("hourly", schema.Quantity(schema.Dollars, 0, 1e6), "", "commitment of a savings plan, at its own rates"),
		schema.Row("term", schema.OneOf("1y: one year", "3y: three years"), schema.Required, "length of the commitment"),
		schema.Row("payment", schema.OneOf("no-upfront: nothing; all of it by the hour", "partial-upfront: about half of it", "all-upfront: all of it"), `"no-upfront"`, "what is paid at the beginning of the term"),
		schema.Row("purchase_option", schema.OneOf("on-demand: On-Demand instances", "spot: Spot instances, which is refused"), `"on-demand"`, "of the instances that it is to cover: commitments never cover Spot"),
		schema.Row("bought", schema.Flag(), "false", "the term begins with the run, whose invoice then shows what is paid upfront"),
	})
}

// readCommitments reads what is already bought, when all else is known.
func (l *loader) readCommitments(tables []*schema.Table) {
	for _, t := range tables {
		c := l.readCommitment(t)
		t.Done()
		if t.Unspoilt() {
			l.checkCommitment(t, c)
		}
		l.scenario.Plan.Commitments = append(l.scenario.Plan.Commitments, c)
	}
}

func (l *loader) readCommitment(t *schema.Table) pricing.Commitment {
	c := pricing.Commitment{
		Name:    tree.Printable(t.Text("name")),
		Term:    map[string]model.Term{"1y": model.OneYear, "3y": model.ThreeYears}[t.Choice("term")],
		Payment: map[string]model.Payment{"no-upfront": model.NoUpfront, "partial-upfront": model.PartialUpfront, "all-upfront": model.AllUpfront}[t.Choice("payment")],
		Bought:  t.Flag("bought"),
	}
	if t.Choice("purchase_option") == "spot" {
		t.Wrong("purchase_option", "must be on-demand: Spot is always at the Spot price")
	}
	kind := t.Choice("kind")
	t.Mode = "with kind " + tree.Quote(kind)
	switch kind {
	case reservedInstance:
		l.readReservation(t, &c)
	case savingsPlan:
		l.readSavingsPlan(t, &c)
	case hostReservation:
		c.Kind = pricing.HostReservation
		t.Require("family")
		t.Require("zone")
		t.Require("count")
		c.Family, c.Zone, c.Count = l.family(t), l.zoneOf(t), int64(t.Whole("count"))
	default: // said of kind
		t.PassAll()
	}
	return c
}

func (l *loader) readReservation(t *schema.Table, c *pricing.Commitment) {
	c.Kind = pricing.ReservedInstance
	c.Class = map[string]model.Class{"standard": model.Standard, "convertible": model.Convertible}[t.Choice("class")]
	c.Platform = platforms[t.Choice("platform")]
	c.Tenancy = model.TenancyDefault
	if t.Choice("tenancy") == "dedicated" {
		c.Tenancy = model.TenancyDedicated
	}
	t.Require("instance_type")
	t.Require("count")
	t.Assume("scope", scopeRegion)
	scope := l.scope(t, scopeRegion, scopeZone)
	var zones []model.Zone
	if scope == scopeZone {
		t.Require("zone")
		c.Zone = l.zoneOf(t)
		if i := slices.Index(l.cfg.Zones, c.Zone); i >= 0 {
			zones = []model.Zone{model.Zone(i)}
		}
	} else {
		t.Mode += " and scope " + tree.Quote(scope)
	}
	if c.SizeFlexible = t.Flag("size_flexible"); c.SizeFlexible && scope == scopeZone {
		t.Wrong("size_flexible", "must be false with scope \"zone\": size flexibility is regional")
	}
	if typ := l.instanceType(t, "instance_type", zones); typ >= 0 {
		c.Type = l.cfg.Types[typ].Name
	}
	c.Count = int64(t.Whole("count"))
}

func (l *loader) readSavingsPlan(t *schema.Table, c *pricing.Commitment) {
	t.Require("scope")
	t.Require("hourly")
	switch scope := l.scope(t, scopeFamily, scopeAnyone); scope {
	case scopeFamily:
		c.Kind = pricing.EC2InstanceSavingsPlan
		t.Require("family")
		c.Family = l.family(t)
	case scopeAnyone:
		c.Kind = pricing.ComputeSavingsPlan
		t.Mode += " and scope " + tree.Quote(scope)
	default:
		t.Pass("family")
	}
	hourly := t.Quantity("hourly")
	if t.Sound("hourly") && model.USD(hourly) == 0 {
		t.Wrong("hourly", "must be above $0")
	}
	c.Hourly = model.USD(hourly)
}

// scope reads a scope that the kind of commitment can have, "" after a fault.
func (l *loader) scope(t *schema.Table, allowed ...string) string {
	scope := t.Choice("scope")
	if t.Sound("scope") && !slices.Contains(allowed, scope) {
		t.Mistake("scope", "must be "+allowed[0]+" or "+allowed[1]+" "+t.Mode, "")
		return ""
	}
	return scope
}

// family reads an instance family of the catalogue.
func (l *loader) family(t *schema.Table) string {
	name := t.Text("family")
	if !t.Sound("family") {
		return ""
	}
	if _, known := l.catalog.Host(name); !known {
		t.Reject("family", schema.Fault{Rule: "must be an instance family", Hint: schema.Hint(name, l.families())})
		return ""
	}
	return name
}

// zoneOf reads the letter of one zone.
func (l *loader) zoneOf(t *schema.Table) string {
	name := t.Text("zone")
	if !t.Sound("zone") {
		return ""
	}
	if _, ok := l.zone(t, "zone", name); !ok {
		return ""
	}
	return l.letter(name)
}

// checkCommitment verifies prices, and that there is something to cover.
func (l *loader) checkCommitment(t *schema.Table, c pricing.Commitment) {
	faults := c.Validate(l.scenario.Plan.Book)
	for _, f := range faults {
		key := f.Field
		if key == "type" {
			key = "instance_type"
		}
		t.Reject(key, schema.Fault{Rule: f.Rule, Got: f.Got})
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
		t.Reject(of, schema.Fault{Rule: "must have On-Demand usage: the scenario launches it as Spot only, which commitments never cover", Code: "ValidationError"})
	case spot:
		t.Reject("scope", schema.Fault{Rule: "must have On-Demand usage: the scenario launches Spot only, which commitments never cover", Code: "ValidationError"})
	default:
		l.caution(t.Node, fmt.Sprintf("%s: nothing in the scenario can use it: all of it will be unused", t.Path))
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
			some := slices.ContainsFunc(w.Sizes, func(s controlplane.TenantSize) bool { return is(s.Type) })
			onDemand, spot = onDemand || some && w.Option == model.OnDemand, spot || some && w.Option == model.Spot
		}
	}
	return onDemand, spot
}

func (l *loader) typeFamily(name string) string {
	typ, _ := l.catalog.Type(name)
	return typ.Family
}

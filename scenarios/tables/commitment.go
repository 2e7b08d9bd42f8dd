package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
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
		schema.Row("scope", schema.OneOf(scopeRegion+": any zone of the Region", scopeZone+": one zone", scopeFamily+": one instance family", scopeAnyone+": instances of any family and Region, Fargate and Lambda"), "(region)", "reserved instances: region or zone; savings plans: ec2-instance or compute").Coded(schema.NoCode),
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
		schema.Row("bought", schema.Flag(), "(true with a start in the run, else false)", "the term begins in the run, whose invoice then shows what is paid upfront"),
		schema.Row("start", moment(), "(the start of the run)", "when the term begins: in the run, or a date before it, from which it lasts its length"),
		schema.Row("end", moment(), "(the end of the term or of the run)", "when the term ends"),
	})
}

// readCommitments reads what is already bought, when all else is known.
func (l *loader) readCommitments(tables []*schema.Table) {
	for _, t := range tables {
		c := l.readCommitment(t)
		t.Done()
		if t.Faultless() {
			l.checkCommitment(t, c)
			l.holdZonal(t, c)
		}
		l.scenario.Plan.Commitments = append(l.scenario.Plan.Commitments, c)
	}
}

func (l *loader) readCommitment(t *schema.Table) pricing.Commitment {
	c := pricing.Commitment{
		Name:    tree.Printable(t.Text("name")),
		Term:    map[string]model.Term{"1y": model.OneYear, "3y": model.ThreeYears}[t.Choice("term")],
		Payment: map[string]model.Payment{"no-upfront": model.NoUpfront, "partial-upfront": model.PartialUpfront, "all-upfront": model.AllUpfront}[t.Choice("payment")],
	}
	l.readTerm(t, &c)
	if t.Choice("purchase_option") == "spot" {
		t.Wrong("purchase_option", "must be on-demand: Spot is always at the Spot price")
	}
	switch t.Decider("kind") {
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
	}
	return c
}

// readTerm reads when a commitment is in force.
func (l *loader) readTerm(t *schema.Table, c *pricing.Commitment) {
	var start sim.Time
	length := sim.Time(c.Term.Hours()) * sim.Hour
	begins := t.Value("start")
	if begins != nil {
		var rule string
		if start, rule = l.instantOf(begins); rule != "" {
			t.Mistake("start", rule, "")
			begins = nil
		}
	}
	t.Assume("bought", begins != nil && start >= 0)
	c.Bought = t.Flag("bought")
	c.From = max(0, start)
	switch {
	case begins == nil:
	case start < 0 && c.Bought:
		t.Mistake("bought", "must be false: the term begins before the run", "")
	case start < 0 && start <= -length:
		if t.Sound("term") {
			t.Wrong("start", "must lie less than its term before the run")
		}
	case start >= 0 && !c.Bought:
		t.Mistake("bought", "must be true: the term begins in the run", "")
	case start > l.cfg.Duration && l.cfg.Duration > 0:
		l.warnAt(begins, fmt.Sprintf("%s: never begins, the run ends at %s", t.PathOf("start"), l.cfg.Duration))
	}
	if begins != nil {
		c.To = start + length
	}
	if end := l.moment(t, "end"); t.Sound("end") {
		switch {
		case end <= c.From:
			t.Wrong("end", "must be after the beginning of the term")
		case (begins != nil || c.Bought) && t.Sound("term") && end > start+length:
			t.Wrong("end", "must not lie after the end of the term of "+c.Term.String())
		}
		c.To = end
	}
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

// holdZonal keeps the capacity of a zonal Reserved Instance on finite hosts.
func (l *loader) holdZonal(t *schema.Table, c pricing.Commitment) {
	typ, known := l.types[c.Type]
	zone := slices.Index(l.cfg.Zones, c.Zone)
	if c.Kind != pricing.ReservedInstance || zone < 0 || !known || l.need(typ).Pool == controlplane.None {
		return
	}
	l.starts = append(l.starts, start{t, "count"})
	l.cfg.Holds = append(l.cfg.Holds, controlplane.Hold{
		Name: t.Path, Type: typ, Platform: c.Platform, Tenancy: c.Tenancy,
		Zone: model.Zone(zone), Need: l.need(typ), Count: int(c.Count), From: c.From, To: within(c.To, l.cfg.Duration),
	})
}

// within returns an end that lies in the run, else 0 for its end.
func within(to, duration sim.Time) sim.Time {
	if to >= duration {
		return 0
	}
	return to
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
		t.Reject("family", schema.Fault{Rule: "must be an instance family", Hint: t.Hint(name, l.families())})
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

// checkCommitment verifies prices, and warns if there is nothing to cover: what is
// owned is paid for all the same.
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
	switch onDemand, spot := l.launches(c); {
	case onDemand:
	case spot:
		l.warnAt(t.Node, fmt.Sprintf("%s: the scenario launches what it is for as Spot only, which commitments never cover: all of it will be unused", t.Path))
	default:
		l.warnAt(t.Node, fmt.Sprintf("%s: nothing in the scenario can use it: all of it will be unused", t.Path))
	}
}

// launches reports whether the scenario may launch instances On-Demand, or as
// Spot, that a commitment would be for.
func (l *loader) launches(c pricing.Commitment) (onDemand, spot bool) {
	if c.Kind == pricing.HostReservation {
		return slices.ContainsFunc(l.cfg.DedicatedHosts, func(d controlplane.DedicatedHost) bool {
			return d.Type >= 0 && l.cfg.Types[d.Type].Family == c.Family && l.cfg.Zones[d.Zone] == c.Zone
		}), false
	}
	is := func(typ int) bool {
		if typ < 0 {
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
			some := is(lt.Type) && g.Max > 0
			onDemand = onDemand || some && (g.Mixed == nil || g.Mixed.OnDemandShare(g.Max) > 0)
			spot = spot || some && g.Mixed != nil && g.Mixed.OnDemandShare(g.Max) < g.Max
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

package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// exchangeKeys are those of actions on Reserved Instances alone.
func exchangeKeys() []schema.Key {
	return []schema.Key{
		schema.Row("scope", schema.OneOf(scopeRegion+": any zone of the Region", scopeZone+": one zone, where it holds capacity"), "", "modify-reservation, exchange: its new scope").Coded("ValidationError"),
		schema.Row("zone", schema.Text(), "", "modify-reservation, exchange: the zone of scope zone; start-zonal-shift: which zone"),
		schema.Row("region", schema.Text(), "", "exchange: its Region, which cannot change; archive, restore, copy-snapshot, delete-snapshot: the Region that the snapshot, or its copy, is in").Coded("ValidationError"),
		schema.Row("payment", schema.OneOf("no-upfront: nothing; all of it by the hour", "partial-upfront: about half of it", "all-upfront: all of it"), "", "exchange: what is paid at the beginning of the new term").Coded("ValidationError"),
		schema.Row("term", schema.OneOf("1y: one year", "3y: three years"), "", "exchange: the new term, from the beginning of the old one").Coded("ValidationError"),
	}
}

// readExchanges reads what becomes of Reserved Instances in the run: the old one ends at
// the instant of the action, and the new one is in force from then on.
func (l *loader) readExchanges() {
	for _, t := range l.exchanges {
		a := controlplane.Action{Do: actionKinds()[t.Choice("do")], At: l.moment(t, "at"), Fleet: cloud.None}
		if !t.Has("at") {
			t.Add(schema.Fault{Path: t.PathOf("at"), Rule: "is required"}, t.Node, "at")
		}
		old := l.exchanged(t)
		if old < 0 || !t.Sound("at") || !t.Has("at") {
			t.Survey()
			t.Done()
			continue
		}
		wanted := l.wanted(t, l.scenario.Plan.Commitments[old])
		wanted.From = a.At
		t.Done()
		if !t.Faultless() {
			continue
		}
		c := &l.scenario.Plan.Commitments[old]
		if rule, key := l.refusal(a.Do, c, &wanted); rule != "" {
			t.Reject(key, schema.Fault{Rule: rule, Code: "ValidationError"})
			continue
		}
		a.Commitment = fmt.Sprintf("commitment.%d", old)
		a.Detail = fmt.Sprintf("%d %s -> %d %s", c.Count, c.Type+scopeOf(c), wanted.Count, wanted.Type+scopeOf(&wanted))
		l.exchange(old, wanted)
		l.cfg.Actions = append(l.cfg.Actions, a)
	}
}

func scopeOf(c *pricing.Commitment) string {
	if c.Zone == "" {
		return ""
	}
	return " in zone " + c.Zone
}

// exchanged returns which commitment an action is about, by its name or its number; of
// several by one name the newest.
func (l *loader) exchanged(t *schema.Table) int {
	names := l.subjects(t, "commitment")
	if len(names) > 1 {
		t.Mistake("on", "must be one commitment", "")
	}
	if len(names) != 1 {
		return -1
	}
	for i := len(l.scenario.Plan.Commitments) - 1; i >= 0; i-- {
		c := &l.scenario.Plan.Commitments[i]
		if c.Name != names[0] && strconv.Itoa(i) != names[0] {
			continue
		}
		if c.Kind != pricing.ReservedInstance {
			t.Mistake("on", "must be a reserved-instance", "")
			return -1
		}
		return i
	}
	t.Mistake("on", "must be commitment.NAME or commitment.NUMBER", "")
	return -1
}

// wanted reads what a Reserved Instance becomes: what the action does not say stays.
func (l *loader) wanted(t *schema.Table, c pricing.Commitment) pricing.Commitment {
	t.Mode = "with do " + tree.Quote(t.Choice("do"))
	if t.Has("scope") {
		c.Zone = ""
		if t.Choice("scope") == scopeZone {
			t.Require("zone")
		}
	}
	if t.Has("zone") && (!t.Has("scope") || t.Choice("scope") == scopeZone) {
		c.Zone = l.zoneOf(t)
	}
	if t.Has("to") {
		if typ := l.instanceType(t, "to", nil); typ >= 0 {
			c.Type = l.cfg.Types[typ].Name
		}
	}
	if offered := l.catalog.OfferedZones(c.Type); c.Zone != "" && offered != "" && !strings.Contains(offered, c.Zone) && !t.Faulty("to") {
		t.Reject("zone", schema.Fault{Rule: fmt.Sprintf("must be a zone that offers %s; it is in %s", c.Type, spaced(offered)), Code: unsupported})
	}
	if t.Has("count") {
		c.Count = int64(t.Whole("count"))
	}
	if t.Has("payment") {
		c.Payment = map[string]model.Payment{"no-upfront": model.NoUpfront, "partial-upfront": model.PartialUpfront, "all-upfront": model.AllUpfront}[t.Choice("payment")]
	}
	if t.Has("term") {
		c.Term = map[string]model.Term{"1y": model.OneYear, "3y": model.ThreeYears}[t.Choice("term")]
	}
	if region := t.Text("region"); region != "" && region != l.cfg.Region {
		t.Wrong("region", "must be "+l.cfg.Region+": Reserved Instances stay in their Region")
	}
	return c
}

// hoursLeft returns the hours of a term that are left at an instant.
func hoursLeft(c *pricing.Commitment, at sim.Time) int64 {
	end := c.To
	if end == 0 {
		end = c.From + sim.Time(c.Term.Hours())*sim.Hour
	}
	return max(0, int64((end-at)/sim.Hour))
}

// hoursAfter returns the hours that what a commitment is exchanged for lasts: what is left
// of it, and what its own term has more.
func hoursAfter(c, wanted *pricing.Commitment) int64 {
	return hoursLeft(c, wanted.From) + wanted.Term.Hours() - c.Term.Hours()
}

// refusal returns the rule that an exchange or a modification breaks, and the key that it
// is about; "" if none (EC2 User Guide, "Exchange Convertible Reserved Instances" and
// "Modify Reserved Instances").
func (l *loader) refusal(do controlplane.ActionKind, c, wanted *pricing.Commitment) (rule, key string) {
	left, book := hoursLeft(c, wanted.From), l.scenario.Plan.Book
	if wanted.From < c.From || left == 0 {
		return "must be a time when the Reserved Instance is in force", "at"
	}
	future := *wanted
	future.To = 0
	if faults := future.Validate(book); len(faults) > 0 {
		return "must be a Reserved Instance that there is: " + faults[0].Error(), "do"
	}
	if do == controlplane.ModifyReservation {
		return l.modification(c, wanted)
	}
	old, worth := c.Value(book, left), wanted.Value(book, hoursAfter(c, wanted))
	switch {
	case c.Class != model.Convertible:
		return "must be of class convertible: a standard one can only be modified", "on"
	case c.Payment != model.NoUpfront && wanted.Payment == model.NoUpfront:
		return "must not be no-upfront after " + c.Payment.String(), "payment"
	case wanted.Term < c.Term:
		return "must not be shorter than the old one, " + c.Term.String(), "term"
	case worth < old:
		each := max(1, worth/model.Money(wanted.Count))
		return fmt.Sprintf("must give as much as is left of the old one, %v, not %v: count %d would do", old, worth, (old+each-1)/each), "do"
	}
	return "", ""
}

// modification returns what a modification must not change.
func (l *loader) modification(c, wanted *pricing.Commitment) (rule, key string) {
	old, units := c.Units(l.scenario.Plan.Book), wanted.Units(l.scenario.Plan.Book)
	resized := wanted.Type != c.Type || wanted.Count != c.Count
	switch {
	case wanted.Payment != c.Payment:
		return "must stay as it is: only an exchange changes it", "payment"
	case wanted.Term != c.Term:
		return "must stay as it is: only an exchange changes it", "term"
	case l.typeFamily(wanted.Type) != l.typeFamily(c.Type):
		return "must be of family " + l.typeFamily(c.Type) + ": a modification does not change it", "to"
	case resized && old == 0:
		return "must stay " + c.Type + ": sizes change only for Linux, default tenancy and families that have size flexibility", "do"
	case resized && units != old:
		return fmt.Sprintf("must keep the footprint of %g normalized units, not make it %g", old, units), "do"
	case !resized && wanted.Zone == c.Zone:
		return "must change something", "do"
	}
	return "", ""
}

// exchange ends a commitment where another begins, and its capacity with it.
func (l *loader) exchange(old int, wanted pricing.Commitment) {
	c := &l.scenario.Plan.Commitments[old]
	at, left := wanted.From, hoursLeft(c, wanted.From)
	upfront := func(c *pricing.Commitment, hours int64) model.Money {
		return c.Value(l.scenario.Plan.Book, hours) * model.Money(c.Payment.Halves()) / 2
	}
	wanted.TrueUp = max(0, upfront(&wanted, hoursAfter(c, &wanted))-upfront(c, left))
	wanted.To = at + sim.Time(hoursAfter(c, &wanted))*sim.Hour
	wanted.Bought = false
	for i := range l.cfg.Holds {
		if h := &l.cfg.Holds[i]; h.Name == fmt.Sprintf("commitment.%d", old) && (h.To == 0 || h.To > at) {
			h.To = at
		}
	}
	c.To = at
	l.scenario.Plan.Commitments = append(l.scenario.Plan.Commitments, wanted)
	typ, known := l.types[wanted.Type]
	zone := slices.Index(l.cfg.Zones, wanted.Zone)
	if zone < 0 || !known || l.need(typ).Pool == controlplane.None {
		return
	}
	l.cfg.Holds = append(l.cfg.Holds, controlplane.Hold{
		Name: fmt.Sprintf("commitment.%d", len(l.scenario.Plan.Commitments)-1), Type: typ, Platform: wanted.Platform, Tenancy: wanted.Tenancy,
		Zone: model.Zone(zone), Need: l.need(typ), Count: int(wanted.Count), From: at, To: within(wanted.To, l.cfg.Duration),
	})
}

package pricing

import (
	"fmt"
	"math/big"

	"headroom/model"
)

// Fault is a rule that a commitment breaks.
type Fault struct {
	Field string // as scenarios name it
	Rule  string
	Got   string
}

// Error returns the fault in one line.
func (f Fault) Error() string { return f.Field + ": " + f.Rule + ", got " + f.Got }

// faults collects what is wrong.
type faults []Fault

func (f *faults) require(holds bool, field, rule string, got any) {
	if !holds {
		*f = append(*f, Fault{field, rule, fmt.Sprint(got)})
	}
}

// Validate returns every fault of the commitment, with book's prices
// for what it names. It is nil if there is none.
func (c *Commitment) Validate(book Book) []Fault {
	var f faults
	f.require(c.Term == model.OneYear || c.Term == model.ThreeYears, "term", "must be 1y or 3y", fmt.Sprintf("%d years", c.Term))
	f.require(c.Payment >= model.NoUpfront && c.Payment <= model.AllUpfront, "payment", "must be no-upfront, partial-upfront or all-upfront", c.Payment)
	switch c.Kind {
	case ReservedInstance:
		c.checkReserved(&f, book)
	case HostReservation:
		f.require(c.Family != "", "family", "is needed for a host reservation", `""`)
		f.require(c.Zone != "", "zone", "is needed: a host reservation covers a family in one zone", `""`)
		f.require(c.Count > 0, "count", "must be positive", c.Count)
	case EC2InstanceSavingsPlan:
		f.require(c.Family != "", "family", "is needed for an EC2 Instance Savings Plan", `""`)
		c.checkSavingsPlan(&f)
	case ComputeSavingsPlan:
		f.require(c.Family == "", "family", "must be absent: a Compute Savings Plan covers all", c.Family)
		c.checkSavingsPlan(&f)
	default:
		f.require(false, "kind", "must be reserved-instance, host-reservation or savings-plan", c.Kind)
	}
	if len(f) == 0 {
		f.require(c.rate(book).usd != nil, c.priceField(), "has no price in this Region", c.subject())
	}
	return f
}

func (c *Commitment) priceField() string {
	if c.Kind == ReservedInstance {
		return "type"
	}
	return "family"
}

func (c *Commitment) checkReserved(f *faults, book Book) {
	f.require(c.Class == model.Standard || c.Class == model.Convertible, "class", "must be standard or convertible", c.Class)
	f.require(c.Type != "", "type", "is needed for a Reserved Instance", `""`)
	f.require(c.Platform >= model.Linux && c.Platform <= model.SUSE, "platform", "must be linux, windows, rhel or suse", int(c.Platform))
	f.require(c.Tenancy == model.TenancyDefault || c.Tenancy == model.TenancyDedicated, "tenancy", "must be default or dedicated", int(c.Tenancy))
	f.require(c.Count > 0, "count", "must be positive", c.Count)
	f.require(c.Hourly == 0, "hourly", "must be absent: a Reserved Instance is bought by count", c.Hourly)
	if c.SizeFlexible {
		f.require(c.Zone == "", "size_flexible", "must not be true with zonal scope", "true in zone "+c.Zone)
		f.require(c.Zone != "" || c.flexible() && book.NormalizedUnits(c.Type) > 0, "size_flexible",
			"needs Linux, default tenancy and a family that has it", "true for "+c.subject())
	}
}

func (c *Commitment) checkSavingsPlan(f *faults) {
	f.require(c.Hourly > 0, "hourly", "must be positive", c.Hourly)
	f.require(c.Count == 0, "count", "must be absent: a Savings Plan is bought by the hour", c.Count)
	f.require(c.Type == "", "type", "must be absent: a Savings Plan covers families", c.Type)
	f.require(c.Zone == "", "zone", "must be absent: a Savings Plan covers the Region", c.Zone)
}

// CheckExchange returns the faults of an exchange of Reserved Instances for
// others: both Convertible, no lower value, and no change from an
// upfront payment to none.
func CheckExchange(from, to *Commitment, book Book) []Fault {
	var f faults
	f.require(from.Kind == ReservedInstance && to.Kind == ReservedInstance, "kind", "must be a Reserved Instance", to.Kind)
	f.require(from.Class == model.Convertible && to.Class == model.Convertible, "class", "must be convertible to be exchanged", from.Class.String()+" for "+to.Class.String())
	f.require(to.Payment != model.NoUpfront || from.Payment == model.NoUpfront, "payment", "must not become no-upfront", to.Payment)
	old, next := from.worth(book), to.worth(book)
	f.require(old != nil && next != nil, "type", "has no price in this Region", to.subject())
	if old != nil && next != nil {
		f.require(next.Cmp(old) >= 0, "count", "must not lower the value ("+round(old).String()+")", round(next).String())
	}
	return f
}

// worth returns what the commitment costs over its term.
func (c *Commitment) worth(book Book) *big.Rat {
	rate := c.rate(book)
	if rate.usd == nil {
		return nil
	}
	all := new(big.Rat).Mul(rate.usd, c.quantity())
	return all.Mul(all, ratio(c.Term.Hours(), 1))
}

// CheckModification returns the faults of turning a Standard Reserved Instance
// into others of another zone, scope or size: the footprint, in
// normalized units, and everything else stay.
func CheckModification(from *Commitment, to []Commitment, book Book) []Fault {
	var f faults
	footprint := 0.0
	for i := range to {
		n := &to[i]
		footprint += book.NormalizedUnits(n.Type) * float64(n.Count)
		f.require(n.Type == from.Type || n.family() == from.family() && sizeFlexible(n.family(), n.Platform, n.Tenancy),
			"type", "must stay "+from.Type, n.Type)
		f.require(n.Class == from.Class && n.Term == from.Term && n.Payment == from.Payment, "class", "must stay "+from.PlanName(), n.PlanName())
		f.require(n.Platform == from.Platform && n.Tenancy == from.Tenancy, "platform", "must stay, and the tenancy", n.subject())
	}
	want := book.NormalizedUnits(from.Type) * float64(from.Count)
	f.require(footprint == want, "count", fmt.Sprintf("must keep the footprint of %g normalized units", want), footprint)
	return f
}

package pricing

import (
	"fmt"
	"math"
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
	f.require(c.From >= 0, "start", "must not lie before the run", c.From)
	f.require(c.To == 0 || c.To > c.From, "end", "must be after the beginning", c.To)
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
		c.checkSum(&f, book)
	}
	return f
}

// checkSum refuses what costs more over its term than an amount of money can be.
func (c *Commitment) checkSum(f *faults, book Book) {
	rate := c.rate(book).usd
	if rate == nil {
		return
	}
	whole := round(new(big.Rat).Mul(new(big.Rat).Mul(rate, c.quantity()), ratio(c.Term.Hours(), 1)))
	field, got := "count", any(c.Count)
	if c.Kind.savingsPlan() {
		field, got = "hourly", c.Hourly
	}
	f.require(whole < math.MaxInt64, field, fmt.Sprintf("must not cost more than nine billion dollars in its term of %s", c.Term), got)
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
	most := math.MaxInt64 / (microHour * max(1, quarters(book.NormalizedUnits(c.Type))))
	f.require(c.Count <= most, "count", fmt.Sprintf("must be at most %d of this size", most), c.Count)
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

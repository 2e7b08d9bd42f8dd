package pricing

import (
	"math/big"
	"strings"

	"headroom/model"
	"headroom/sim"
)

// CommitmentKind says what is committed to.
type CommitmentKind uint8

// Kinds of commitment.
const (
	ReservedInstance       CommitmentKind = iota + 1 // hours of a type
	HostReservation                                  // hours of a Dedicated Host
	EC2InstanceSavingsPlan                           // dollars an hour on one family
	ComputeSavingsPlan                               // dollars an hour on anything
)

// String returns the kind's name, also that of its type in FOCUS.
func (k CommitmentKind) String() string {
	names := [...]string{"?", "Reserved Instance", "Dedicated Host Reservation", "EC2 Instance Savings Plan", "Compute Savings Plan"}
	if int(k) >= len(names) {
		return names[0]
	}
	return names[k]
}

func (k CommitmentKind) savingsPlan() bool {
	return k == EC2InstanceSavingsPlan || k == ComputeSavingsPlan
}

// Commitment is what was bought for a term: Count Reserved Instances or reserved
// hosts, or Hourly dollars of a Savings Plan.
// [Commitment.Validate] says which fields each kind has.
type Commitment struct {
	Name     string // unique in a plan; "" is given one
	Kind     CommitmentKind
	Class    model.Class // Reserved Instances only
	Term     model.Term
	Payment  model.Payment
	Type     string // instance type of a Reserved Instance
	Family   string // of an EC2 Instance Savings Plan or a host reservation
	Platform model.Platform
	Tenancy  model.Tenancy
	Zone     string // letter: a zonal Reserved Instance, a host's zone; "": the Region
	// SizeFlexible asks for what regional Reserved Instances have anyway where it
	// exists; a zonal one must not ask.
	SizeFlexible bool
	Count        int64
	Hourly       model.Money
	// From and To are when it is in force: from the clock hour in which From lies up
	// to that of To. To 0 is the end of the run.
	From, To sim.Time
	// Bought says that the term begins at From, so that what is paid upfront is on
	// the invoice, and ends with its length; else it was paid before.
	Bought bool
	// TrueUp is what is paid at From, once, for what was exchanged for it: the difference of
	// what is paid upfront, for the rest of the term.
	TrueUp model.Money
}

// offering returns the rates that apply. Savings Plan rates are derived:
// those of EC2 Instance are the Standard rates, those of Compute the
// Convertible ones.
func (c *Commitment) offering() model.Offering {
	o := model.Offering{Class: c.Class, Term: c.Term, Payment: c.Payment}
	switch c.Kind {
	case EC2InstanceSavingsPlan, HostReservation:
		o.Class = model.Standard
	case ComputeSavingsPlan:
		o.Class = model.Convertible
	case ReservedInstance:
	default:
		panic("pricing: commitment of no kind")
	}
	return o
}

// family returns the family that the commitment is for, "" for any.
func (c *Commitment) family() string {
	if c.Kind == ReservedInstance {
		family, _, _ := strings.Cut(c.Type, ".")
		return family
	}
	return c.Family
}

// flexible reports whether a Reserved Instance applies by normalized units.
func (c *Commitment) flexible() bool {
	return c.Kind == ReservedInstance && c.Zone == "" && sizeFlexible(c.family(), c.Platform, c.Tenancy)
}

// rate returns what one unit of the commitment costs an hour, upfront included: a
// Reserved Instance, a host, or a dollar.
func (c *Commitment) rate(book Book) price {
	switch c.Kind {
	case ReservedInstance:
		return reservedRate(book, c.offering(), candidate{name: c.Type, platform: c.Platform, tenancy: c.Tenancy})
	case HostReservation:
		return newPrice(book.ReservedHost(c.Family, c.offering()))
	default:
		return price{usd: ratio(1, 1)}
	}
}

// window returns the clock hours in which the commitment is in force.
func (c *cover) window(commitment *Commitment) (first, last int) {
	hourOf := func(t sim.Time) int { return c.hours.hourOf(int64(t / sim.Second)) }
	first, last = min(hourOf(commitment.From), c.inForce), c.inForce
	if commitment.To > 0 {
		last = min(last, hourOf(commitment.To))
	}
	if commitment.Bought {
		last = min(last, first+int(commitment.Term.Hours()))
	}
	return first, max(first, last)
}

// quantity returns how many units were bought.
func (c *Commitment) quantity() *big.Rat {
	if c.Kind.savingsPlan() {
		return ratio(int64(c.Hourly), int64(model.Dollar))
	}
	return ratio(c.Count, 1)
}

// due returns what is paid when the term begins, 0 for what has no price.
func (c *Commitment) due(book Book) model.Money {
	rate := c.rate(book)
	if rate.usd == nil {
		return 0
	}
	return round(c.upfront(rate.usd))
}

// Value returns what the commitment costs for so many hours, upfront payments spread over
// its term; 0 for what has no price.
func (c *Commitment) Value(book Book, hours int64) model.Money {
	rate := c.rate(book)
	if rate.usd == nil {
		return 0
	}
	all := new(big.Rat).Mul(rate.usd, c.quantity())
	return round(all.Mul(all, ratio(hours, 1)))
}

// Units returns how many normalized units it reserves, 0 where sizes are not flexible.
func (c *Commitment) Units(book Book) float64 {
	if !sizeFlexible(c.family(), c.Platform, c.Tenancy) {
		return 0
	}
	return book.NormalizedUnits(c.Type) * float64(c.Count)
}

func (c *Commitment) upfront(rate *big.Rat) *big.Rat {
	all := new(big.Rat).Mul(rate, c.quantity())
	return all.Mul(all, ratio(c.Term.Hours()*c.Payment.Halves(), 2))
}

// recurring returns the part of a rate that is paid hour by hour.
func (c *Commitment) recurring(rate *big.Rat) *big.Rat {
	return new(big.Rat).Mul(rate, ratio(2-c.Payment.Halves(), 2))
}

// PlanName returns the name of the plan that buys such commitments, as compare
// lists it, without its size.
func (c *Commitment) PlanName() string {
	tail := "-" + c.Term.String() + "-" + c.Payment.String()
	switch c.Kind {
	case ReservedInstance:
		return "reserved-" + c.Class.String() + tail
	case HostReservation:
		return "reserved-hosts" + tail
	case EC2InstanceSavingsPlan:
		return "ec2-savings-plan" + tail
	default:
		return "compute-savings-plan" + tail
	}
}

// subject says what the commitment is for.
func (c *Commitment) subject() string {
	switch {
	case c.Kind == ReservedInstance && c.Tenancy == model.TenancyDedicated:
		return c.Type + "." + c.Platform.String() + ".dedicated"
	case c.Kind == ReservedInstance:
		return c.Type + "." + c.Platform.String()
	case c.Kind == ComputeSavingsPlan:
		return "compute"
	default:
		return c.Family
	}
}

// share returns the part that the commitment has in a line: so many of its
// units.
func (c *Commitment) share(book Book, status string, amount *big.Rat) Discount {
	d := Discount{Name: c.Name, Kind: c.Kind, Status: status, Quantity: float(amount), Unit: c.unit()}
	if c.flexible() {
		d.Unit = "Normalized-Hours"
		d.Quantity *= book.NormalizedUnits(c.Type)
	}
	return d
}

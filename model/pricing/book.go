package pricing

import "headroom/model"

// Prices is a price book for one Region, in dollars. usd is the price, estimated
// says that nobody published it, ok that there is one at all.
type Prices interface {
	// OnDemand returns the price of an instance-hour, shared hardware.
	OnDemand(instanceType string, platform model.Platform) (usd float64, estimated, ok bool)
	// Service returns the price of any other item, named as the price data names
	// it: ("ebs", "gp3_storage"), per unit and month or hour of that item.
	Service(service, item string) (usd float64, estimated, ok bool)
}

// Book is what plans with commitments or Dedicated Hosts ask beyond [Prices].
type Book interface {
	Prices
	// Reserved returns the effective rate of an hour of a Reserved Instance on
	// shared hardware, with what is paid upfront spread over the term.
	Reserved(instanceType string, platform model.Platform, offering Offering) (usd float64, estimated, ok bool)
	// NormalizedUnits returns the weight of a type in size-flexible Reserved
	// Instances, a multiple of 0.25; 0 for a type that has none.
	NormalizedUnits(instanceType string) float64
	// DedicatedHost returns the price of an hour of a host.
	DedicatedHost(family string) (usd float64, estimated, ok bool)
	// ReservedHost returns the effective rate of an hour of a reserved host. The
	// class of the offering has no meaning.
	ReservedHost(family string, offering Offering) (usd float64, estimated, ok bool)
	// HostShape returns what one Dedicated Host of a family holds.
	HostShape(family string) (shape HostShape, ok bool)
}

// HostShape is the machine that is allocated as a Dedicated Host.
type HostShape struct {
	Family    string
	VCPUs     int // hardware threads
	Cores     int // 0: not known
	Sockets   int // 0: not known
	MemoryMiB int64
	// Slots is how many of the smallest size a host of a T family takes; 0 for
	// families that are not overcommitted.
	Slots int
}

// Class is the kind of a Reserved Instance.
type Class uint8

// Classes.
const (
	Standard Class = iota + 1
	Convertible
)

// String returns the class as plan names write it.
func (c Class) String() string { return word(int(c), "standard", "convertible") }

// Term is the length of a commitment in years.
type Term uint8

// Terms.
const (
	OneYear    Term = 1
	ThreeYears Term = 3
)

// String returns the term as plan names write it.
func (t Term) String() string { return word(int(t), "1y", "?", "3y") }

// hours is the length of the term that upfront payments are spread over.
func (t Term) hours() int64 { return int64(t) * 8760 }

// Payment says how much of a commitment is paid at its beginning.
type Payment uint8

// Payments.
const (
	NoUpfront Payment = iota + 1
	PartialUpfront
	AllUpfront
)

// String returns the payment as plan names write it.
func (p Payment) String() string { return word(int(p), "no-upfront", "partial-upfront", "all-upfront") }

// halves returns how many halves of the price are paid upfront.
func (p Payment) halves() int64 { return int64(p) - int64(NoUpfront) }

// Offering is one way to commit.
type Offering struct {
	Class   Class
	Term    Term
	Payment Payment
}

// Valid reports whether there is such an offering.
func (o Offering) Valid() bool {
	return (o.Class == Standard || o.Class == Convertible) && (o.Term == OneYear || o.Term == ThreeYears) &&
		o.Payment >= NoUpfront && o.Payment <= AllUpfront
}

// word returns the n-th word, counted from 1, or "?".
func word(n int, words ...string) string {
	if n < 1 || n > len(words) {
		return "?"
	}
	return words[n-1]
}

// fixedFamilies have no size flexibility (EC2 User Guide, "How Reserved
// Instances are applied").
var fixedFamilies = [...]string{"g4ad", "g4dn", "g5", "g5g", "inf1"}

// sizeFlexible reports whether regional Reserved Instances of these attributes
// apply to all sizes of the family.
func sizeFlexible(family string, platform model.Platform, tenancy model.Tenancy) bool {
	for _, fixed := range fixedFamilies {
		if family == fixed {
			return false
		}
	}
	return platform == model.Linux && tenancy == model.TenancyDefault
}

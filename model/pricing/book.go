package pricing

import "headroom/model"

// Book is a price book for one Region. Each price is false if there is none.
type Book interface {
	// OnDemand returns the price of an instance-hour, shared hardware.
	OnDemand(instanceType string, platform model.Platform) (model.Price, bool)
	// Service returns the price of any other item, named as the price data names
	// it: ("ebs", "gp3_storage"), per unit and month or hour of that item.
	Service(service, item string) (model.Price, bool)
	// Reserved returns the effective rate of an hour of a Reserved Instance on
	// shared hardware, with what is paid upfront spread over the term.
	Reserved(instanceType string, platform model.Platform, offering model.Offering) (model.Price, bool)
	// ComputePlan returns the rate of an hour of a Compute Savings Plan on shared
	// hardware, with what is paid upfront spread over the term. The class of the
	// offering has no meaning.
	ComputePlan(instanceType string, platform model.Platform, offering model.Offering) (model.Price, bool)
	// NormalizedUnits returns the weight of a type in size-flexible Reserved
	// Instances, a multiple of 0.25; 0 for a type that has none.
	NormalizedUnits(instanceType string) float64
	// DedicatedHost returns the price of an hour of a host.
	DedicatedHost(family string) (model.Price, bool)
	// ReservedHost returns the effective rate of an hour of a reserved host. The
	// class of the offering has no meaning.
	ReservedHost(family string, offering model.Offering) (model.Price, bool)
	// DedicatedShape returns what one Dedicated Host of a family holds.
	DedicatedShape(family string) (model.HostShape, bool)
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

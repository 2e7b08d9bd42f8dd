package scaling

import (
	"cmp"
	"fmt"
	"slices"
)

// MixedInstances says how a group divides its capacity between On-Demand and
// Spot, and from which pools it draws either (InstancesDistribution, Amazon EC2 Auto
// Scaling API Reference).
type MixedInstances struct {
	OnDemandBase       int // units that are always On-Demand
	OnDemandPercentage int // of the capacity above the base
	OnDemandStrategy   AllocationStrategy
	SpotStrategy       AllocationStrategy
	SpotPools          int // cheapest pools of a zone that lowest-price takes turns in; 0 with another strategy
}

// OnDemandShare returns how many of n units are On-Demand; the others are Spot.
// The share above the base is rounded up.
func (m MixedInstances) OnDemandShare(n int) int {
	base := min(m.OnDemandBase, n)
	return base + ((n-base)*m.OnDemandPercentage+99)/100
}

// Validate returns all faults of m, none when it is sound.
func (m MixedInstances) Validate() []error {
	var f faults
	if m.OnDemandBase < 0 {
		f.add("on_demand_base_capacity", "must not be negative, got %d", m.OnDemandBase)
	}
	if m.OnDemandPercentage < 0 || m.OnDemandPercentage > 100 {
		f.add("on_demand_percentage_above_base_capacity", "must be from 0 to 100, got %d", m.OnDemandPercentage)
	}
	if !m.OnDemandStrategy.listed(func(e Allocation) bool { return e.OnDemand }) {
		f.add("on_demand_allocation_strategy", "must be lowest-price or prioritized")
	}
	if !m.SpotStrategy.listed(func(e Allocation) bool { return e.Spot }) {
		f.add("spot_allocation_strategy", "must be a strategy for Spot pools")
	}
	switch {
	case m.SpotStrategy == LowestPrice && m.SpotPools < 1:
		f.add("spot_instance_pools", "must be at least 1, got %d", m.SpotPools)
	case m.SpotStrategy != LowestPrice && m.SpotPools != 0:
		f.add("spot_instance_pools", "needs spot_allocation_strategy lowest-price")
	}
	return f
}

// Pool is one instance type in the zone of a launch, as a strategy sees it.
// Pools are listed in the order of the group's overrides, which is their
// priority.
type Pool struct {
	PricePerUnit float64 // dollars an hour over weight
	// CapacityScore is free capacity over the demand horizon, in [0, 1]. A pool
	// at 0 is never chosen: exhausted, above the maximum price, or already tried.
	CapacityScore float64
	Dear          bool // not below its On-Demand price
}

// ChooseSpot returns the index of the pool for the next Spot instance, or -1 if
// none has capacity. The cursor counts the Spot launches of the zone; only
// lowest-price and diversified look at it.
func (m MixedInstances) ChooseSpot(pools []Pool, cursor int) int {
	return m.SpotStrategy.choose(pools, cursor, m.SpotPools)
}

// ChooseOnDemand returns the index of the pool for the next On-Demand instance,
// or -1 if none has capacity.
func (m MixedInstances) ChooseOnDemand(pools []Pool) int {
	return m.OnDemandStrategy.choose(pools, 0, 1)
}

// AllocationStrategy says which pool the next instance comes from.
type AllocationStrategy uint8

// Allocation strategies.
const (
	LowestPrice AllocationStrategy = iota + 1
	CapacityOptimized
	CapacityOptimizedPrioritized
	PriceCapacityOptimized
	Prioritized
	Diversified
)

// Allocation is a line of the table of allocation strategies.
type Allocation struct {
	Strategy       AllocationStrategy
	Name           string // AWS's name
	Description    string
	Spot, OnDemand bool // what it serves
}

// AllocationStrategies returns the table of allocation strategies.
func AllocationStrategies() []Allocation {
	return []Allocation{
		{LowestPrice, "lowest-price", "the cheapest pools with capacity, in turn", true, true},
		{CapacityOptimized, "capacity-optimized", "the pool with the most free capacity", true, false},
		{
			CapacityOptimizedPrioritized, "capacity-optimized-prioritized",
			"the first listed of the pools with nearly the most free capacity", true, false,
		},
		{PriceCapacityOptimized, "price-capacity-optimized", "the cheapest of the pools with ample capacity", true, false},
		{Prioritized, "prioritized", "the first listed pool with capacity", false, true},
		{Diversified, "diversified", "all pools with capacity below the On-Demand price, in turn; a strategy of EC2 Fleet", true, false},
	}
}

// ParseAllocationStrategy returns the strategy of AWS's name.
func ParseAllocationStrategy(name string) (AllocationStrategy, error) {
	for _, e := range AllocationStrategies() {
		if e.Name == name {
			return e.Strategy, nil
		}
	}
	return 0, fmt.Errorf("unknown allocation strategy %q", name)
}

// listed reports whether the strategy is in the table with that quality.
func (a AllocationStrategy) listed(quality func(Allocation) bool) bool {
	return slices.ContainsFunc(AllocationStrategies(), func(e Allocation) bool {
		return e.Strategy == a && quality(e)
	})
}

// Shares of the best capacity score that count as nearly the best and as ample
// (our own: AWS publishes neither).
const (
	nearlyBestScore = 0.9
	ampleScore      = 0.8
)

// choose returns the strategy's pool, or -1 if none has capacity.
func (a AllocationStrategy) choose(pools []Pool, cursor, turns int) int {
	listing := make([]int, 0, len(pools))
	best := 0.0
	for i, p := range pools {
		if p.CapacityScore > 0 {
			listing = append(listing, i)
			best = max(best, p.CapacityScore)
		}
	}
	if len(listing) == 0 {
		return -1
	}
	byPrice := func(i, j int) int { return cmp.Compare(pools[i].PricePerUnit, pools[j].PricePerUnit) }
	atLeast := func(score float64) []int {
		return slices.DeleteFunc(listing, func(i int) bool { return pools[i].CapacityScore < score })
	}
	switch a {
	case LowestPrice:
		slices.SortStableFunc(listing, byPrice)
		return listing[cursor%min(turns, len(listing))]
	case Diversified:
		cheap := slices.DeleteFunc(listing, func(i int) bool { return pools[i].Dear })
		if len(cheap) == 0 {
			return -1
		}
		return cheap[cursor%len(cheap)]
	case CapacityOptimized:
		return atLeast(best)[0]
	case CapacityOptimizedPrioritized:
		return atLeast(nearlyBestScore * best)[0]
	case PriceCapacityOptimized:
		return slices.MinFunc(atLeast(ampleScore*best), byPrice)
	case Prioritized:
		return listing[0]
	default:
		panic("scaling: unknown allocation strategy")
	}
}

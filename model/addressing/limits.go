package addressing

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Times of an interface that moves, and quotas. The times are ours; the quotas AWS's
// defaults.
const (
	DetachTime = 2 * sim.Second
	AttachTime = 2 * sim.Second
	// ElasticIPs is how many Elastic IP addresses an account has in a Region.
	ElasticIPs = 5
)

// Limits is how many network interfaces an instance may have, and how many private
// addresses on each. Zero is not known.
type Limits struct{ Interfaces, Addresses int }

// LimitsOf returns those of an instance type.
func LimitsOf(t *model.InstanceType) Limits { return Limits{t.Interfaces, t.AddressesEach} }

// Check returns what is wrong with interfaces that have so many private addresses each.
func (l Limits) Check(addresses []int) error {
	if l.Interfaces > 0 && len(addresses) > l.Interfaces {
		return fmt.Errorf("must be at most %d network interfaces", l.Interfaces)
	}
	for _, n := range addresses {
		if l.Addresses > 0 && n > l.Addresses {
			return fmt.Errorf("must have at most %d private addresses on a network interface", l.Addresses)
		}
	}
	return nil
}

package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// verifyAddresses: nobody has an address that another has; each subnet knows which of its
// addresses are taken; an instance has its private ones until its end, and no longer.
func (cp *Plane) verifyAddresses() error {
	open := map[model.Address]int{}
	taken := make([]int, len(cp.vpc.subnets))
	private := 0
	for i := range cp.ledger.Addresses {
		u := &cp.ledger.Addresses[i]
		if u.To != sim.Never {
			if u.To < u.From {
				return fmt.Errorf("address %s is held from %v to %v", u.Address, u.From, u.To)
			}
			continue
		}
		if other, twice := open[u.Address]; twice {
			return fmt.Errorf("address %s belongs to two: records %d and %d", u.Address, other, i)
		}
		open[u.Address] = i
		if u.Kind.Public() {
			continue
		}
		if u.Instance != None {
			private++
		}
		for k := range cp.vpc.subnets {
			if p := &cp.vpc.subnets[k].pool; p.Block().Holds(u.Address) {
				taken[k]++
				if !p.Has(u.Address) {
					return fmt.Errorf("address %s is held and free", u.Address)
				}
			}
		}
	}
	for k := range cp.vpc.subnets {
		if p := &cp.vpc.subnets[k].pool; p.Free() != p.Block().Usable()-taken[k] {
			return fmt.Errorf("subnet %s has %d free addresses of %d, %d are held", p.Block(), p.Free(), p.Block().Usable(), taken[k])
		}
	}
	for h, in := range cp.instances.All() {
		if none := in.life.ended() || in.isTask() && in.order.on != 0; none != (len(in.held) == 0) {
			return fmt.Errorf("instance %v has %d private addresses", h, len(in.held))
		}
		private -= len(in.held)
	}
	for _, t := range cp.tenants.All() {
		if t.private != None {
			private--
		}
	}
	if private != 0 {
		return fmt.Errorf("%d private addresses of instances that have gone are held", private)
	}
	return nil
}

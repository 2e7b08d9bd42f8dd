package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Verify returns the first invariant that does not hold. It takes time in
// proportion to all that is alive and is meant for tests.
func (cp *Plane) Verify() error {
	for _, check := range []func() error{cp.verifyHosts, cp.verifyMachines, cp.verifyPlacementGroups, cp.verifyQuotas, cp.verifyIOPS, cp.verifyLeases, cp.verifyGroups, cp.verifyStages, cp.verifyTasks, cp.verifySnapshots, cp.verifyAddresses, cp.verifySupply} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// load is what lies on a host, or is held there.
type load struct{ cpu, memory int64 }

func (l *load) add(n Need) {
	l.cpu += int64(n.CPU)
	l.memory += n.MemoryMiB
}

// verifyHosts: reserved = Σ instances aboard and places held, never above
// capacity; no host is shared between tenancies.
func (cp *Plane) verifyHosts() error {
	for p := range cp.hostPools {
		for z := range cp.hostPools[p].zones {
			zone := &cp.hostPools[p].zones[z]
			if zone.shared == nil {
				continue
			}
			shared, dedicated := cp.loads(p, model.Zone(z), false), cp.loads(p, model.Zone(z), true)
			for h := range shared {
				if shared[h] != (load{}) && dedicated[h] != (load{}) {
					return fmt.Errorf("host %d of %s: %+v of tenancy dedicated lies beside %+v of others", h, cp.hostPools[p].cfg.Name, dedicated[h], shared[h])
				}
				own, aboard := zone.shared, shared[h]
				if dedicated[h] != (load{}) {
					own, aboard = zone.dedicated, dedicated[h]
				}
				shape, free := own.Shape(), own.Free(h)
				if int64(free.CPU)+aboard.cpu != int64(shape.CPU) || free.MemoryMiB+aboard.memory != shape.MemoryMiB {
					return fmt.Errorf("host %d of %s: %+v aboard, %+v free of %+v", h, cp.hostPools[p].cfg.Name, aboard, free, shape)
				}
				if free.CPU < 0 || free.MemoryMiB < 0 {
					return fmt.Errorf("host %d of %s is overcommitted: %+v", h, cp.hostPools[p].cfg.Name, free)
				}
			}
		}
	}
	return nil
}

// loads returns what one tenancy has on the hosts of a pool in a zone.
func (cp *Plane) loads(pool int, zone model.Zone, dedicated bool) []load {
	loads := make([]load, cp.hostPools[pool].zones[zone].shared.Len())
	for _, in := range cp.instances.All() {
		if n := in.order.need; n.Pool == pool && in.host != None && in.zone == zone && in.dedicated == dedicated && in.machine == 0 {
			loads[in.host].add(n)
		}
	}
	for i := range cp.machines {
		m := &cp.machines[i]
		if cfg := &cp.cfg.DedicatedHosts[m.host]; !dedicated && !m.released && cfg.Pool == pool && cfg.Zone == zone {
			loads[m.at.Host].add(cp.hostPools[pool].whole())
		}
	}
	for _, t := range cp.tenants.All() {
		n := cp.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need
		if n.Pool == pool && t.zone == zone && t.dedicated == dedicated {
			loads[t.host].add(n)
		}
	}
	for _, i := range cp.hostPools[pool].zones[zone].holds {
		h := &cp.holds[i]
		if h.places == nil || dedicated != (h.cfg.Tenancy == model.TenancyDedicated) {
			continue
		}
		for at := range h.places.Unused() {
			loads[at.Host].add(h.cfg.Need)
		}
	}
	return loads
}

// verifyLeases: every running instance has one open lease, all others none.
func (cp *Plane) verifyLeases() error {
	open := 0
	for i := range cp.ledger.Leases {
		l := &cp.ledger.Leases[i]
		if l.To == sim.Never {
			open++
		} else if l.To < l.From {
			return fmt.Errorf("lease %d ends at %v before it begins at %v", i, l.To, l.From)
		}
	}
	running := 0
	for h, in := range cp.instances.All() {
		if in.isTask() {
			continue
		}
		billed := in.life.runs() || in.life == hibernating || in.life == draining && in.lease != None
		if billed {
			running++
			if in.lease == None || cp.ledger.Leases[in.lease].To != sim.Never {
				return fmt.Errorf("instance %v runs without an open lease", h)
			}
		}
	}
	for _, t := range cp.tenants.All() {
		if t.lease != None {
			running++
		}
	}
	if open != running {
		return fmt.Errorf("%d leases are open, %d instances run", open, running)
	}
	return nil
}

// verifyGroups: min ≤ desired ≤ max, and members are alive and listed once.
func (cp *Plane) verifyGroups() error {
	listed := 0
	for i := range cp.groups {
		g := &cp.groups[i]
		if g.desired < g.least() || g.desired > g.max {
			return fmt.Errorf("%s: desired %d outside %d..%d", g.name(), g.desired, g.least(), g.max)
		}
		inService := int64(0)
		counted, members := newRoster(g.cfg), 0
		for h, in := range cp.membersOf(g) {
			members++
			if in == nil || in.order.group != i || in.life.ended() {
				return fmt.Errorf("%s: member %v is not one", g.name(), h)
			}
			counted.count(in, g.zoneIndex(in.zone), +1)
			if in.inService() {
				inService++
			}
		}
		if warm := int64(cp.pooled(g)); warm < g.warm.Value() {
			return fmt.Errorf("%s: %d in the warm pool, counted %d", g.name(), warm, g.warm.Value())
		}
		if inService != g.inService.Value() {
			return fmt.Errorf("%s: %d in service, counted %d", g.name(), inService, g.inService.Value())
		}
		if counted.capacity != g.capacity || counted.onDemand != g.onDemand || counted.pending != g.pending || counted.draining != g.draining || !slices.Equal(counted.byZone, g.byZone) || !slices.Equal(counted.byLine, g.byLine) {
			return fmt.Errorf("%s: its members are %+v, counted %+v", g.name(), counted, g.roster)
		}
		if now := cp.kernel.Now(); now < g.standing.until && g.standing != cp.standingAt(g, now) {
			return fmt.Errorf("%s: its members stand at %+v, remembered %+v", g.name(), cp.standingAt(g, now), g.standing)
		}
		listed += members
	}
	for _, in := range cp.instances.All() {
		if in.order.group != None && !in.life.ended() {
			listed--
		}
	}
	if listed != 0 {
		return fmt.Errorf("%d group members too many", listed)
	}
	return nil
}

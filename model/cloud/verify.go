package cloud

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Verify returns the first invariant that does not hold, by its number in the
// package documentation. It takes time in proportion to all that is alive and
// is meant for tests.
func (w *World) Verify() error {
	for n, check := range []func() error{
		w.verifyRequests, w.verifyHosts, w.verifyStations, w.verifyLeases, w.verifyGroups, w.verifyTargets,
	} {
		if err := check(); err != nil {
			return fmt.Errorf("invariant broken at %v (check %d): %w", w.kernel.Now(), n+1, err)
		}
	}
	return nil
}

// verifyRequests: arrived = completed + failed + in flight, for every route.
func (w *World) verifyRequests() error {
	inFlight := make([]int64, len(w.meter.routes))
	for _, r := range w.requests.All() {
		if r.phase != backingOff && r.phase != abandoned && r.phase != orphaned {
			inFlight[int(r.workload)*(w.meter.groups+1)+int(r.group)+1]++
		}
	}
	for i := range w.meter.routes {
		r := &w.meter.routes[i]
		if r.Arrived != r.Completed+r.failed()+inFlight[i] {
			return fmt.Errorf("route %d: arrived %d, completed %d, failed %d, in flight %d",
				i, r.Arrived, r.Completed, r.failed(), inFlight[i])
		}
	}
	return nil
}

// verifyHosts: reserved = Σ instances aboard, never above capacity.
func (w *World) verifyHosts() error {
	type load struct{ cpu, memory int64 }
	for p := range w.hostPools {
		for z, hosts := range w.hostPools[p].zones {
			if hosts == nil {
				continue
			}
			aboard := make([]load, hosts.Len())
			add := func(n Need, zone model.Zone, host int32) {
				if n.Pool == p && zone == model.Zone(z) {
					aboard[host].cpu += int64(n.CPU)
					aboard[host].memory += n.MemoryMiB
				}
			}
			for _, in := range w.instances.All() {
				add(in.order.need, in.zone, in.host)
			}
			for _, t := range w.tenants.All() {
				add(w.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need, t.zone, t.host)
			}
			shape := hosts.Shape()
			for h, l := range aboard {
				free := hosts.Free(h)
				if int64(free.CPU)+l.cpu != int64(shape.CPU) || free.MemoryMiB+l.memory != shape.MemoryMiB {
					return fmt.Errorf("host %d of %s: %+v aboard, %+v free of %+v", h, w.hostPools[p].cfg.Name, l, free, shape)
				}
				if free.CPU < 0 || free.MemoryMiB < 0 {
					return fmt.Errorf("host %d of %s is overcommitted: %+v", h, w.hostPools[p].cfg.Name, free)
				}
			}
		}
	}
	return nil
}

// verifyStations: no free place while a request waits, and every request in
// exactly one place.
func (w *World) verifyStations() error {
	present := 0
	for h, in := range w.instances.All() {
		s := &in.station
		if s.waiting.n > 0 && s.running < s.limit {
			return fmt.Errorf("instance %v: %d wait while %d of %d are in service", h, s.waiting.n, s.running, s.limit)
		}
		if found := len(w.inServiceAt(indexOf(h))); int(s.running) != found || s.discipline == ProcessorSharing && found != len(s.jobs) {
			return fmt.Errorf("instance %v: %d in service, %d found, %d listed", h, s.running, found, len(s.jobs))
		}
		if err := w.verifyShares(s); err != nil {
			return fmt.Errorf("instance %v: %w", h, err)
		}
		backed := sim.Time(0)
		for i := s.waiting.head; i != noIndex; i = w.requests.at(i).next {
			backed += w.requests.at(i).demand
		}
		if backed != s.backed {
			return fmt.Errorf("instance %v: backlog %v, requests wait for %v", h, s.backed, backed)
		}
		present += int(s.running) + int(s.waiting.n)
	}
	elsewhere := 0
	for _, r := range w.requests.All() {
		if r.phase == hanging || r.phase == backingOff {
			elsewhere++
		}
	}
	if present+elsewhere != w.requests.Len() {
		return fmt.Errorf("%d requests alive, %d at instances and %d elsewhere", w.requests.Len(), present, elsewhere)
	}
	return nil
}

// verifyShares: attained service lies between nothing and the demand; whoever
// attained it has left, but for the nanosecond to which departures are rounded.
func (w *World) verifyShares(s *station) error {
	for _, j := range s.jobs {
		demand := int64(w.requests.at(j.request).demand) << clockShift
		if left := int64(j.done - s.clock); left > demand || left < -1<<clockShift {
			return fmt.Errorf("request %d has %d of its demand of %d left, in units of 2⁻⁸ ns", j.request, left, demand)
		}
	}
	return nil
}

// verifyLeases: every running instance has one open lease, all others none.
func (w *World) verifyLeases() error {
	open := 0
	for i := range w.ledger.Leases {
		l := &w.ledger.Leases[i]
		if l.To == sim.Never {
			open++
		} else if l.To < l.From {
			return fmt.Errorf("lease %d ends at %v before it begins at %v", i, l.To, l.From)
		}
	}
	running := 0
	for h, in := range w.instances.All() {
		billed := in.life == booting || in.life == serving || in.life == draining && in.lease != None
		if billed {
			running++
			if in.lease == None || w.ledger.Leases[in.lease].To != sim.Never {
				return fmt.Errorf("instance %v runs without an open lease", h)
			}
		}
	}
	for _, t := range w.tenants.All() {
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
func (w *World) verifyGroups() error {
	listed := 0
	for i := range w.groups {
		g := &w.groups[i]
		if g.desired < g.least() || g.desired > g.max {
			return fmt.Errorf("%s: desired %d outside %d..%d", g.name(), g.desired, g.least(), g.max)
		}
		inService := int64(0)
		for k, h := range g.members {
			in := w.instances.Get(h)
			if in == nil || in.order.group != i || in.life == shuttingDown {
				return fmt.Errorf("%s: member %d is not one", g.name(), k)
			}
			if in.life == serving {
				inService++
			}
		}
		if inService != g.inService.Value() {
			return fmt.Errorf("%s: %d in service, counted %d", g.name(), inService, g.inService.Value())
		}
		listed += len(g.members)
	}
	for _, in := range w.instances.All() {
		if in.order.group != None && in.life != shuttingDown {
			listed--
		}
	}
	if listed != 0 {
		return fmt.Errorf("%d group members too many", listed)
	}
	return nil
}

// verifyTargets: scopes count their targets, and only those in service, or all
// when failing open, are in rotation.
func (w *World) verifyTargets() error {
	type count struct{ registered, healthy int }
	counts := map[[2]int32]count{}
	for h, t := range w.targets.All() {
		c := counts[[2]int32{t.group, t.scope}]
		if !t.draining {
			c.registered++
			if t.healthy() {
				c.healthy++
			}
		}
		counts[[2]int32{t.group, t.scope}] = c
		s := &w.targetGroups[t.group].scopes[t.scope]
		if wanted := !t.draining && (t.healthy() || s.failOpen); wanted != t.rotating {
			return fmt.Errorf("target %v: in rotation %v, should be %v", h, t.rotating, wanted)
		}
		aboard := int32(0)
		for _, r := range w.requests.All() {
			if r.target == uint32(h.Index()) {
				aboard++
			}
		}
		if aboard != t.inFlight {
			return fmt.Errorf("target %v: %d in flight, counted %d", h, aboard, t.inFlight)
		}
	}
	for g := range w.targetGroups {
		for k := range w.targetGroups[g].scopes {
			s := &w.targetGroups[g].scopes[k]
			if c := counts[[2]int32{int32(g), int32(k)}]; c.registered != s.registered || c.healthy != s.healthy {
				return fmt.Errorf("target group %d scope %d: %+v, counted %d registered, %d healthy", g, k, c, s.registered, s.healthy)
			}
		}
	}
	return nil
}

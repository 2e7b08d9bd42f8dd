package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// waitingTenant is a launch that stands in the queue of its instance workload.
type waitingTenant struct {
	size     int32
	lifetime sim.Time // from its launch
	since    sim.Time
}

// enqueueTenant launches a tenant at once, or behind those that wait already.
func (cp *Plane) enqueueTenant(i int, t waitingTenant) {
	f := &cp.flows[i]
	if len(f.queue) == 0 && cp.tryTenant(i, t) {
		return
	}
	w := f.request(t.size, f.cfg.Zones[f.zone])
	if cp.equips(f, t.size, w.zone) {
		cp.reclaimFor(w, None, untilItReturns)
	}
	f.queue = append(f.queue, t)
	f.waiting.Add(cp.kernel.Now(), 1)
	cp.queued++
}

// tryTenant launches a tenant that waits, if there is room now.
func (cp *Plane) tryTenant(i int, t waitingTenant) bool {
	f := &cp.flows[i]
	zone, b, ok := cp.placeTenant(f, t.size)
	if ok {
		f.out.Waits.Record(int64(cp.kernel.Now() - t.since))
		cp.openTenant(i, tenant{hostPlace: b, workload: int32(i), size: t.size, zone: zone}, t.lifetime)
	}
	return ok
}

// roomIsMade lets those that wait try again, once in this instant.
func (cp *Plane) roomIsMade() {
	if cp.queued > 0 && !cp.resuming {
		cp.resuming = true
		cp.scheduleAfter(0, indexed(tenantsResume, 0))
	}
}

// onTenantsResume launches those that wait, in the order in which they came: in
// each workload strictly, so that a large one is not passed by small ones behind
// it; of several workloads those whose first one fits.
func (cp *Plane) onTenantsResume(model.Event) {
	cp.resuming = false
	blocked := make([]bool, len(cp.flows))
	for {
		next := None
		for i := range cp.flows {
			q := cp.flows[i].queue
			if len(q) > 0 && !blocked[i] && (next == None || q[0].since < cp.flows[next].queue[0].since) {
				next = i
			}
		}
		if next == None {
			return
		}
		f := &cp.flows[next]
		if !cp.tryTenant(next, f.queue[0]) {
			blocked[next] = true
			continue
		}
		f.queue = f.queue[1:]
		f.waiting.Add(cp.kernel.Now(), -1)
		cp.queued--
	}
}

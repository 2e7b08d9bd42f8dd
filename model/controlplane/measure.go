package controlplane

// MeasureLevels forgets the past of what holds over time, and measures it from now on:
// the capacity of groups, the use of hosts, the instances of instance workloads.
func (cp *Plane) MeasureLevels() {
	now := cp.kernel.Now()
	for i := range cp.groups {
		g := &cp.groups[i]
		g.inService.Reset(now)
		g.warm.Reset(now)
		g.wanted.Reset(now)
		g.arriving.Reset(now)
		g.unplaced.Reset(now)
	}
	for i := range cp.hostPools {
		h := &cp.hostPools[i]
		h.used.Reset(now)
		h.cpu.Reset(now)
		h.memory.Reset(now)
	}
	for i := range cp.flows {
		f := &cp.flows[i]
		f.running.Reset(now)
		f.waiting.Reset(now)
	}
}

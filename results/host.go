package results

import (
	"math"

	"headroom/model/controlplane"
)

// cpuAllocated weighs pools by the threads or slots that they have.
func cpuAllocated(p *part) float64 {
	return p.allocated(func(pool *controlplane.HostPool, o *controlplane.HostPoolOutcome) (installed, share float64) {
		return float64(pool.CPU) * float64(o.Hosts), o.CPUAllocated
	})
}

// memoryAllocated weighs pools by their memory.
func memoryAllocated(p *part) float64 {
	return p.allocated(func(pool *controlplane.HostPool, o *controlplane.HostPoolOutcome) (installed, share float64) {
		return float64(pool.MemoryMiB) * float64(o.Hosts), o.MemoryAllocated
	})
}

func (p *part) allocated(read func(*controlplane.HostPool, *controlplane.HostPoolOutcome) (installed, share float64)) float64 {
	pools := pick(p, labelHosts, p.outcome.Config.HostPools)
	outcomes := p.pools()
	reserved, total := 0.0, 0.0
	for i := range outcomes {
		installed, share := read(&pools[i], &outcomes[i])
		reserved += installed * share
		total += installed
	}
	if total == 0 {
		return math.NaN()
	}
	return reserved / total
}

package results

import (
	"math"

	"headroom/model/controlplane"
)

// hostMetrics are what is used of pools of hosts.
func hostMetrics() []Metric {
	pool := func(name, unit, meaning string, w whole, read func(*part) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelHosts}, Meaning: meaning, whole: w, needs: labelHosts, read: read,
		}
	}
	used := func(p *part) float64 {
		return sum(p.pools(), func(h *controlplane.HostPoolOutcome) float64 { return h.UsedMean })
	}
	peak := func(p *part) float64 {
		return sum(p.pools(), func(h *controlplane.HostPoolOutcome) float64 { return float64(h.UsedMax) })
	}
	return []Metric{
		pool("hosts.used.mean", "count", "hosts with an instance aboard, time-weighted", always, used),
		pool("hosts.used.max", "count", "most hosts with an instance aboard", ifSingle, peak),
		pool("hosts.cpu_allocated", "ratio", "threads (or slots, of T families) reserved / installed, time-weighted", always, cpuAllocated),
		pool("hosts.memory_allocated", "ratio", "memory reserved / installed, time-weighted", always, memoryAllocated),
	}
}

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

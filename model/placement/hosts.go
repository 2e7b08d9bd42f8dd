package placement

import "fmt"

// Hosts are the hosts of one pool, numbered from 0, all of one shape and at
// first empty and enabled. It is not safe for concurrent use.
type Hosts struct {
	shape  Capacity
	policy Policy
	hosts  []host

	used           int
	reservedCPU    int64
	reservedMemory int64

	// Indexes of the enabled hosts, nil until a policy asks.
	byFree      *grid // a row per free CPU
	byInstances *grid // a row per number of instances
	byNumber    *tree
}

type host struct {
	freeMemory int64
	freeCPU    int32
	instances  int32
	disabled   bool
}

// New returns count empty hosts of the given shape, whose instances go where
// policy says.
func New(shape Capacity, count int, policy Policy) *Hosts {
	if shape.CPU < 1 || shape.MemoryMiB < 0 || count < 0 {
		panic(fmt.Sprintf("placement: New of %d hosts of %+v", count, shape))
	}
	h := &Hosts{shape: shape, policy: policy, hosts: make([]host, count)}
	for i := range h.hosts {
		h.hosts[i] = host{freeMemory: shape.MemoryMiB, freeCPU: shape.CPU}
	}
	return h
}

// Place reserves need on the host that the policy chooses, or returns false if
// it finds none: the caller's insufficient capacity.
func (h *Hosts) Place(need Need) (host int, ok bool) {
	need.check()
	host, ok = h.policy.Choose(need, h)
	if !ok {
		return 0, false
	}
	if !h.PlaceOn(host, need) {
		panic(fmt.Sprintf("placement: %T chose host %d, which has no room for %+v", h.policy, host, need))
	}
	return host, true
}

// PlaceOn reserves need on that very host. It returns false, and changes
// nothing, if the host is disabled or has no room.
func (h *Hosts) PlaceOn(host int, need Need) bool {
	need.check()
	if !h.Fits(host, need) {
		return false
	}
	h.leave(host)
	s := &h.hosts[host]
	s.freeCPU -= need.CPU
	s.freeMemory -= need.MemoryMiB
	s.instances++
	if s.instances == 1 {
		h.used++
	}
	h.reservedCPU += int64(need.CPU)
	h.reservedMemory += need.MemoryMiB
	h.enter(host)
	return true
}

// Release returns what an instance with that need had reserved on host.
func (h *Hosts) Release(host int, need Need) {
	need.check()
	s := &h.hosts[host]
	if s.instances == 0 || need.CPU > h.shape.CPU-s.freeCPU || need.MemoryMiB > h.shape.MemoryMiB-s.freeMemory {
		panic(fmt.Sprintf("placement: host %d releases %+v, which it does not hold", host, need))
	}
	h.leave(host)
	s.freeCPU += need.CPU
	s.freeMemory += need.MemoryMiB
	s.instances--
	if s.instances == 0 {
		h.used--
	}
	h.reservedCPU -= int64(need.CPU)
	h.reservedMemory -= need.MemoryMiB
	h.enter(host)
}

// SetEnabled says whether the host may receive instances. Those on it stay.
func (h *Hosts) SetEnabled(host int, enabled bool) {
	if h.hosts[host].disabled == !enabled {
		return
	}
	h.leave(host)
	h.hosts[host].disabled = !enabled
	h.enter(host)
}

// Len returns the number of hosts, disabled ones included.
func (h *Hosts) Len() int { return len(h.hosts) }

// Shape returns what an empty host offers.
func (h *Hosts) Shape() Capacity { return h.shape }

// Used returns the number of hosts with at least one instance.
func (h *Hosts) Used() int { return h.used }

// Reserved returns what the instances hold on all hosts, disabled ones included.
func (h *Hosts) Reserved() (cpu, memoryMiB int64) { return h.reservedCPU, h.reservedMemory }

// CanEverFit reports whether an empty host would have room for need.
func (h *Hosts) CanEverFit(need Need) bool {
	return need.CPU <= h.shape.CPU && need.MemoryMiB <= h.shape.MemoryMiB
}

// Free returns what is not reserved on host, which may be disabled.
func (h *Hosts) Free(host int) Capacity {
	s := &h.hosts[host]
	return Capacity{CPU: s.freeCPU, MemoryMiB: s.freeMemory}
}

// Instances returns the number of instances on host.
func (h *Hosts) Instances(host int) int { return int(h.hosts[host].instances) }

// Enabled reports whether host may receive instances.
func (h *Hosts) Enabled(host int) bool { return !h.hosts[host].disabled }

// Fits reports whether host is enabled and has room for need.
func (h *Hosts) Fits(host int, need Need) bool {
	s := &h.hosts[host]
	return !s.disabled && s.freeCPU >= need.CPU && s.freeMemory >= need.MemoryMiB
}

// check panics on a need that is no instance: without CPU, a host could hold
// any number of them.
func (n Need) check() {
	if n.CPU < 1 || n.MemoryMiB < 0 {
		panic(fmt.Sprintf("placement: need %+v", n))
	}
}

package placement

import "fmt"

// Hosts are the hosts of one pool, numbered from 0, all of one shape and at
// first empty and enabled. It is not safe for concurrent use.
type Hosts struct {
	shape  Capacity
	policy Policy
	hosts  []host
	nodes  *nodes // nil: a host is one node
	views  *views // nil: nobody else sees these hosts

	used           int
	reservedCPU    int64
	reservedMemory int64
	heldCPU        int64
	heldMemory     int64

	// Indexes of the hosts that are not closed, nil until a policy asks.
	byFree      *grid // a row per free CPU
	byInstances *grid // a row per number of instances
	byUneven    *grid // one row, by how much the nodes differ
	byNumber    *tree
}

type host struct {
	freeMemory int64
	freeCPU    int32
	instances  int32
	closed     bool // disabled or excluded: receives nothing, in no index
	disabled   bool
	excluded   bool // another view has something on it
}

// Allocation is where an instance lies: its host and the nodes of the host that give
// equal parts of what it needs.
type Allocation struct {
	Host  int
	Nodes NodeSet
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

// Allocate reserves need on the host and the nodes that the policy chooses, or
// returns false if it finds none: the caller's insufficient capacity.
func (h *Hosts) Allocate(need Need) (at Allocation, ok bool) {
	need.check()
	host, ok := h.policy.Choose(need, h)
	if !ok {
		return Allocation{}, false
	}
	if at, ok = h.AllocateOn(host, need); !ok {
		panic(fmt.Sprintf("placement: %T chose host %d, which has no room for %+v", h.policy, host, need))
	}
	return at, true
}

// AllocateOn reserves need on that very host, in the nodes that the policy prefers.
// It returns false, and changes nothing, if the host is disabled or has no room.
func (h *Hosts) AllocateOn(host int, need Need) (at Allocation, ok bool) {
	need.check()
	if at, ok = h.room(host, need); ok {
		h.shift(at, need, 1, 1)
		h.reservedCPU += int64(need.CPU)
		h.reservedMemory += need.MemoryMiB
	}
	return at, ok
}

// Vacate returns what an instance with that need had reserved there.
func (h *Hosts) Vacate(at Allocation, need Need) {
	need.check()
	h.mustHold(at, need)
	if h.hosts[at.Host].instances == 0 {
		panic(fmt.Sprintf("placement: host %d has no instance to release", at.Host))
	}
	h.shift(at, need, -1, -1)
	h.reservedCPU -= int64(need.CPU)
	h.reservedMemory -= need.MemoryMiB
}

// room finds an open host with the nodes for it.
func (h *Hosts) room(host int, need Need) (at Allocation, ok bool) {
	s := &h.hosts[host]
	if s.closed || s.freeCPU < need.CPU || s.freeMemory < need.MemoryMiB {
		return Allocation{}, false
	}
	if h.nodes == nil {
		return Allocation{host, 1}, true
	}
	set, ok := h.nodes.pick(host, need, h.policy)
	return Allocation{host, set}, ok
}

// shift reserves (sign 1) or frees (sign -1) room there and adds to the
// number of instances there: also sign, or 0 for room that is held for some.
func (h *Hosts) shift(at Allocation, need Need, sign, instances int32) {
	h.leave(at.Host)
	s := &h.hosts[at.Host]
	wasEmpty := s.freeCPU == h.shape.CPU
	s.freeCPU -= sign * need.CPU
	s.freeMemory -= int64(sign) * need.MemoryMiB
	if h.nodes != nil {
		h.nodes.shift(at, need, sign)
	}
	h.count(s, instances)
	h.enter(at.Host)
	if isEmpty := s.freeCPU == h.shape.CPU; h.views != nil && isEmpty != wasEmpty {
		h.views.exclude(h, at.Host, !isEmpty)
	}
}

// count adds to the instances of a host that is in no index.
func (h *Hosts) count(s *host, instances int32) {
	before := s.instances
	s.instances += instances
	switch {
	case before == 0 && s.instances > 0:
		h.used++
	case before > 0 && s.instances == 0:
		h.used--
	}
}

// SetEnabled says whether the host may receive instances, in every view of it.
// Those on it stay.
func (h *Hosts) SetEnabled(host int, enabled bool) {
	if h.views == nil {
		h.setClosed(host, !enabled, false)
		return
	}
	for _, view := range h.views.all {
		view.setClosed(host, !enabled, view.hosts[host].excluded)
	}
}

// setClosed keeps the indexes true to why a host receives nothing.
func (h *Hosts) setClosed(host int, disabled, excluded bool) {
	s := &h.hosts[host]
	if closed := disabled || excluded; closed != s.closed {
		h.leave(host)
		s.closed = closed
		h.enter(host)
	}
	s.disabled, s.excluded = disabled, excluded
}

// Len returns the number of hosts, disabled ones included.
func (h *Hosts) Len() int { return len(h.hosts) }

// Shape returns what an empty host offers.
func (h *Hosts) Shape() Capacity { return h.shape }

// Used returns the number of hosts with at least one instance.
func (h *Hosts) Used() int { return h.used }

// Reserved returns what the instances hold on all hosts, disabled ones included.
func (h *Hosts) Reserved() (cpu, memoryMiB int64) { return h.reservedCPU, h.reservedMemory }

// Held returns what reservations hold on all hosts for instances to come.
func (h *Hosts) Held() (cpu, memoryMiB int64) { return h.heldCPU, h.heldMemory }

// Free returns what is neither reserved nor held on host, which may be
// disabled; nothing on a host that another view has something on.
func (h *Hosts) Free(host int) Capacity {
	s := &h.hosts[host]
	if s.excluded {
		return Capacity{}
	}
	return Capacity{CPU: s.freeCPU, MemoryMiB: s.freeMemory}
}

// Instances returns the number of instances on host.
func (h *Hosts) Instances(host int) int { return int(h.hosts[host].instances) }

// Enabled reports whether host may receive instances, of some view at least.
func (h *Hosts) Enabled(host int) bool { return !h.hosts[host].disabled }

// Fits reports whether host may receive an instance and has room for need.
func (h *Hosts) Fits(host int, need Need) bool {
	return h.hosts[host].fits(need) && (h.nodes == nil || h.nodes.fits(host, need))
}

// fits reports whether a host of one node may receive an instance and has room for it.
func (s *host) fits(need Need) bool {
	return !s.closed && s.freeCPU >= need.CPU && s.freeMemory >= need.MemoryMiB
}

// mustHold panics where an allocation has not got that need.
func (h *Hosts) mustHold(at Allocation, need Need) {
	s := &h.hosts[at.Host]
	if need.CPU > h.shape.CPU-s.freeCPU || need.MemoryMiB > h.shape.MemoryMiB-s.freeMemory ||
		h.nodes != nil && !h.nodes.holds(at, need) {
		panic(fmt.Sprintf("placement: host %d releases %+v, which it does not hold", at.Host, need))
	}
}

// check panics on a need that is no instance: without CPU, a host could hold
// any number of them.
func (n Need) check() {
	if n.CPU < 1 || n.MemoryMiB < 0 {
		panic(fmt.Sprintf("placement: need %+v", n))
	}
}

package placement

// AllocateWhere is [Hosts.Allocate] among the hosts that are allowed. It takes time for each
// host that the policy would have chosen before.
func (h *Hosts) AllocateWhere(need Need, allowed func(host int) bool) (at Allocation, ok bool) {
	need.check()
	var passed []int
	for {
		host, found := h.policy.Choose(need, h)
		if !found {
			break
		}
		if allowed(host) {
			if at, ok = h.AllocateOn(host, need); !ok {
				panic("placement: a policy chose a host that has no room")
			}
			break
		}
		h.setClosed(host, true, false) // it was open: the policy chose it
		passed = append(passed, host)
	}
	for _, host := range passed {
		h.setClosed(host, false, false)
	}
	return at, ok
}

// HoldWhere is [Hosts.Hold], of places on hosts that are allowed. It takes time in
// proportion to the hosts.
func (h *Hosts) HoldWhere(need Need, count int, allowed func(host int) bool) (r *Reservation, ok bool) {
	var passed []int
	for host := range h.hosts {
		if !h.hosts[host].closed && !allowed(host) {
			h.setClosed(host, true, false)
			passed = append(passed, host)
		}
	}
	r, ok = h.Hold(need, count, nil)
	for _, host := range passed {
		h.setClosed(host, false, false)
	}
	return r, ok
}

// RoomiestRack returns the rack with the most free CPU of those with a host that fits
// need, the lowest of equals. It takes time in proportion to the hosts.
func (h *Hosts) RoomiestRack(need Need, racks Racks) (rack int, ok bool) {
	free, fits := make([]int64, racks.Count()), make([]bool, racks.Count())
	for host := range h.hosts {
		r := racks.Of(host)
		if h.Fits(host, need) {
			fits[r] = true
		}
		if !h.hosts[host].closed {
			free[r] += int64(h.hosts[host].freeCPU)
		}
	}
	for r := range free {
		if fits[r] && (!ok || free[r] > free[rack]) {
			rack, ok = r, true
		}
	}
	return rack, ok
}

package placement

// Lowest returns the lowest host number that fits need.
func (h *Hosts) Lowest(need Need) (host int, ok bool) {
	if h.byNumber == nil {
		h.byNumber = newTree(h.whatTreeSees())
	}
	if h.nodes != nil {
		return h.nodes.lowest(h.byNumber, need)
	}
	return h.byNumber.lowest(need)
}

// Tightest returns the host with the least free CPU among those that fit; then
// the least free memory, then the lowest number.
func (h *Hosts) Tightest(need Need) (host int, ok bool) {
	g := h.free()
	if h.nodes != nil {
		return h.nodes.tightest(g, need)
	}
	for r := g.rowFrom(int(need.CPU)); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		if row.keys[len(row.keys)-1].memory < need.MemoryMiB {
			continue
		}
		at, _ := row.find(key{int32(r), need.MemoryMiB})
		return int(row.cells[at].lowest), true
	}
	return 0, false
}

// Roomiest returns the host with the most free CPU among those that fit; then
// the most free memory, then the lowest number.
func (h *Hosts) Roomiest(need Need) (host int, ok bool) {
	g := h.free()
	if h.nodes != nil {
		return h.nodes.roomiest(g, need)
	}
	for r := g.rowUpTo(len(g.rows) - 1); r >= int(need.CPU); r = g.rowUpTo(r - 1) {
		row := &g.rows[r]
		last := len(row.keys) - 1
		if row.keys[last].memory >= need.MemoryMiB {
			return int(row.cells[last].lowest), true
		}
	}
	return 0, false
}

// FewestInstances returns the host with the fewest instances among those that
// fit; then the lowest number.
func (h *Hosts) FewestInstances(need Need) (host int, ok bool) {
	if h.byInstances == nil {
		h.byInstances = newGrid(len(h.hosts), int(h.shape.CPU)+1)
		for i, s := range h.hosts {
			if !s.closed {
				h.byInstances.put(int(s.instances), h.key(i), i)
			}
		}
	}
	g := h.byInstances
	if h.nodes != nil {
		return h.nodes.fewestInstances(g, need)
	}
	for r := g.rowFrom(0); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		at, _ := row.find(key{cpu: need.CPU})
		for cells := row.cells; at < len(cells); at++ {
			if low := int(cells[at].lowest); (!ok || low < host) && row.keys[at].memory >= need.MemoryMiB {
				host, ok = low, true
			}
		}
		if ok {
			return host, true
		}
	}
	return 0, false
}

// Fitting returns the number of hosts that fit need.
func (h *Hosts) Fitting(need Need) int {
	g := h.free()
	if h.nodes != nil {
		return h.nodes.fitting(g, need)
	}
	if g.tallies == nil {
		g.tally()
	}
	return g.fittingFrom(int(need.CPU), need.MemoryMiB)
}

// Nth returns the n-th host that fits need, from 0 to [Hosts.Fitting] - 1, in
// ascending order of free CPU, free memory and number. Where hosts have nodes,
// those with equal room in them stay together.
func (h *Hosts) Nth(need Need, n int) (host int) {
	g := h.free()
	if h.nodes != nil {
		return h.nodes.nth(g, need, n)
	}
	if g.tallies == nil {
		g.tally()
	}
	r, n := g.nthFrom(int(need.CPU), need.MemoryMiB, n)
	row := &g.rows[r]
	for at, _ := row.find(key{int32(r), need.MemoryMiB}); ; at++ {
		set := &g.sets[row.cells[at].set]
		if n < set.count {
			return set.nth(n)
		}
		n -= set.count
	}
}

// free returns the index by free CPU and free memory.
func (h *Hosts) free() *grid {
	if h.byFree == nil {
		h.byFree = newGrid(len(h.hosts), int(h.shape.CPU)+1)
		for i, s := range h.hosts {
			if !s.closed {
				h.byFree.put(int(s.freeCPU), h.key(i), i)
			}
		}
	}
	return h.byFree
}

// leave takes host out of the indexes, before its state changes.
func (h *Hosts) leave(host int) {
	s := &h.hosts[host]
	if h.byNumber != nil {
		h.byNumber.leave(host)
	}
	if s.closed {
		return
	}
	k := h.key(host)
	if h.byFree != nil {
		h.byFree.take(int(s.freeCPU), k, host)
	}
	if h.byInstances != nil {
		h.byInstances.take(int(s.instances), k, host)
	}
	if h.byUneven != nil {
		h.byUneven.take(0, h.nodes.unevenKey(host), host)
	}
}

// enter puts host into the indexes, after its state changed.
func (h *Hosts) enter(host int) {
	s := &h.hosts[host]
	if h.byNumber != nil {
		if h.nodes != nil {
			h.nodes.largest[host].closed = s.closed
		}
		h.byNumber.enter(host)
	}
	if s.closed {
		return
	}
	k := h.key(host)
	if h.byFree != nil {
		h.byFree.put(int(s.freeCPU), k, host)
	}
	if h.byInstances != nil {
		h.byInstances.put(int(s.instances), k, host)
	}
	if h.byUneven != nil {
		h.byUneven.put(0, h.nodes.unevenKey(host), host)
	}
}

// key returns the cell of host.
func (h *Hosts) key(host int) key {
	s := &h.hosts[host]
	if h.nodes != nil {
		return h.nodes.key(host, s)
	}
	return key{s.freeCPU, s.freeMemory}
}

// whatTreeSees returns the hosts as the tree by number looks at them.
func (h *Hosts) whatTreeSees() []host {
	if h.nodes == nil {
		return h.hosts
	}
	for i := range h.hosts {
		h.nodes.largest[i].closed = h.hosts[i].closed
	}
	return h.nodes.largest
}

package placement

// The queries of hosts that are divided into nodes. Cells of equal free CPU and
// free memory are divided further by state: its number stands in the low bits of
// the key's memory, and its order says nothing.

// stateBits is room for the states of 2 million hosts: there are never more
// states than hosts, and one.
const (
	stateBits = 21
	stateMask = 1<<stateBits - 1
)

// state returns the state of a cell's hosts.
func (k key) state() int32 { return int32(k.memory & stateMask) }

// first returns the key at or below k that is the first with its free CPU and
// memory.
func (k key) first() key { return key{k.cpu, k.memory &^ stateMask} }

// key is the cell of host in the grids by free room.
func (n *nodes) key(host int, s *host) key {
	return key{s.freeCPU, s.freeMemory<<stateBits | int64(n.state[host])}
}

// unevenKey is the cell of host in the grid by unevenness. Of the 2^45 that it
// may be, the high bits stand where other grids have the free CPU.
func (n *nodes) unevenKey(host int) key {
	const low = 40
	id := n.state[host]
	uneven := n.all[id].uneven
	return key{int32(uneven >> low), uneven&(1<<low-1)<<stateBits | int64(id)}
}

// demand is a need as nodes see it.
type demand struct {
	need  Need
	part  Need
	count int // of parts
}

func (n *nodes) demand(need Need) demand {
	part, count := n.part(need)
	return demand{need, part, count}
}

// fit reports whether the hosts of a cell have room.
func (n *nodes) fit(k key, d demand) bool {
	return k.memory>>stateBits >= d.need.MemoryMiB && n.all[k.state()].fits(d.part, d.count)
}

// lowest returns the lowest host that fits: one whose nodes together might, and
// do.
func (n *nodes) lowest(t *tree, need Need) (host int, ok bool) {
	d := n.demand(need)
	if d.count > n.count {
		return 0, false
	}
	for host, ok = t.next(0, d.part); ok; host, ok = t.next(host+1, d.part) {
		if n.all[n.state[host]].fits(d.part, d.count) {
			return host, true
		}
	}
	return 0, false
}

// tightest is [Hosts.Tightest].
func (n *nodes) tightest(g *grid, need Need) (host int, ok bool) {
	d := n.demand(need)
	for r := g.rowFrom(int(need.CPU)); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		at, _ := row.find(key{int32(r), need.MemoryMiB << stateBits})
		for at < len(row.keys) {
			end, _ := row.find(key{int32(r), row.keys[at].memory | stateMask})
			if host, ok = n.lowestIn(g, cells{row, at, end}, d); ok {
				return host, true
			}
			at = end
		}
	}
	return 0, false
}

// roomiest is [Hosts.Roomiest].
func (n *nodes) roomiest(g *grid, need Need) (host int, ok bool) {
	d := n.demand(need)
	for r := g.rowUpTo(len(g.rows) - 1); r >= int(need.CPU); r = g.rowUpTo(r - 1) {
		row := &g.rows[r]
		for end := len(row.keys); end > 0; {
			at, _ := row.find(row.keys[end-1].first())
			if host, ok = n.lowestIn(g, cells{row, at, end}, d); ok {
				return host, true
			}
			end = at
		}
	}
	return 0, false
}

// fewestInstances is [Hosts.FewestInstances].
func (n *nodes) fewestInstances(g *grid, need Need) (host int, ok bool) {
	d := n.demand(need)
	for r := g.rowFrom(0); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		at, _ := row.find(key{cpu: need.CPU})
		if host, ok = n.lowestIn(g, cells{row, at, len(row.keys)}, d); ok {
			return host, true
		}
	}
	return 0, false
}

// cells are the cells of a row from at up to end.
type cells struct {
	row     *row
	at, end int
}

// lowestIn returns the lowest host of the cells that fits.
func (n *nodes) lowestIn(g *grid, in cells, d demand) (host int, ok bool) {
	for i := in.at; i < in.end; i++ {
		if !n.fit(in.row.keys[i], d) {
			continue
		}
		if low := int(in.row.cells[i].lowest); !ok || low < host {
			host, ok = low, true
		}
	}
	return host, ok
}

// fitting is [Hosts.Fitting].
func (n *nodes) fitting(g *grid, need Need) int {
	d, count := n.demand(need), 0
	for r := g.rowFrom(int(need.CPU)); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		for i, k := range row.keys {
			if n.fit(k, d) {
				count += g.sets[row.cells[i].set].count
			}
		}
	}
	return count
}

// nth is [Hosts.Nth].
func (n *nodes) nth(g *grid, need Need, which int) int {
	d := n.demand(need)
	for r := g.rowFrom(int(need.CPU)); r >= 0; r = g.rowFrom(r + 1) {
		row := &g.rows[r]
		for i, k := range row.keys {
			if !n.fit(k, d) {
				continue
			}
			set := &g.sets[row.cells[i].set]
			if which < set.count {
				return set.nth(which)
			}
			which -= set.count
		}
	}
	panic("placement: Nth beyond the hosts that fit")
}

// MostUneven returns, among the hosts that fit, the one whose nodes differ most
// in the smaller of their free shares of CPU and of memory; among equals the
// lowest number. Where a host is one node, or need is larger than one, it
// returns the lowest host that fits.
func (h *Hosts) MostUneven(need Need) (host int, ok bool) {
	if h.nodes == nil {
		return h.Lowest(need)
	}
	d := h.nodes.demand(need)
	if d.count > 1 {
		return h.Lowest(need)
	}
	if h.byUneven == nil {
		h.byUneven = newGrid(len(h.hosts), 1)
		for i, s := range h.hosts {
			if !s.closed {
				h.byUneven.put(0, h.nodes.unevenKey(i), i)
			}
		}
	}
	row := &h.byUneven.rows[0]
	for end := len(row.keys); end > 0; {
		at, _ := row.find(row.keys[end-1].first())
		for i := at; i < end; i++ {
			if !h.nodes.all[row.keys[i].state()].fits(d.part, 1) {
				continue
			}
			if low := int(row.cells[i].lowest); !ok || low < host {
				host, ok = low, true
			}
		}
		if ok {
			return host, true
		}
		end = at
	}
	return 0, false
}

// compareCapacity orders by CPU, then memory.
func compareCapacity(a, b Capacity) int {
	switch {
	case a == b:
		return 0
	case a.CPU < b.CPU || a.CPU == b.CPU && a.MemoryMiB < b.MemoryMiB:
		return -1
	default:
		return 1
	}
}

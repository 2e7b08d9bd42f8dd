package placement

// tree finds the lowest host that fits: each node knows the most CPU and the
// most memory free on one of the hosts under it. A node can promise the CPU of
// one host and the memory of another; the search then turns back. It does not
// where free CPU, or free memory, alone decides what fits, as in a family with
// a constant ratio of the two.
type tree struct {
	hosts  []host
	levels [][]room // levels[0][i] covers hosts fanout*i and following
}

// room is the most that one host under a node has free, per dimension; -1 if
// all are closed.
type room struct {
	cpu    int32
	memory int64
}

// fanout is the number of children of a node: 16 rooms are four cache lines.
const fanout = 16

func newTree(hosts []host) *tree {
	t := &tree{hosts: hosts}
	for n := len(hosts); n > 1 || len(t.levels) == 0; {
		n = (n + fanout - 1) / fanout
		t.levels = append(t.levels, make([]room, n))
	}
	for level := range t.levels {
		for i := range t.levels[level] {
			t.levels[level][i] = t.roomUnder(level, i)
		}
	}
	return t
}

// update makes the tree true again after host changed.
func (t *tree) update(host int) {
	i := host
	for level := range t.levels {
		i /= fanout
		r := t.roomUnder(level, i)
		if r == t.levels[level][i] {
			return
		}
		t.levels[level][i] = r
	}
}

// lowest returns the lowest host that fits need.
func (t *tree) lowest(need Need) (host int, ok bool) {
	if len(t.hosts) == 0 {
		return 0, false
	}
	return t.search(len(t.levels)-1, 0, need)
}

// search returns the lowest host that fits under node i of level.
func (t *tree) search(level, i int, need Need) (host int, ok bool) {
	if r := t.levels[level][i]; r.cpu < need.CPU || r.memory < need.MemoryMiB {
		return 0, false
	}
	if level == 0 {
		for j := i * fanout; j < min((i+1)*fanout, len(t.hosts)); j++ {
			h := &t.hosts[j]
			if !h.closed && h.freeCPU >= need.CPU && h.freeMemory >= need.MemoryMiB {
				return j, true
			}
		}
		return 0, false
	}
	for j := i * fanout; j < min((i+1)*fanout, len(t.levels[level-1])); j++ {
		if host, ok = t.search(level-1, j, need); ok {
			return host, true
		}
	}
	return 0, false
}

// next returns the lowest host from number from up that fits need.
func (t *tree) next(from int, need Need) (host int, ok bool) {
	if len(t.hosts) == 0 {
		return 0, false
	}
	return t.searchFrom(span{len(t.levels) - 1, 0}, from, need)
}

// span is node i of a level.
type span struct{ level, i int }

// searchFrom is search among the hosts from number from up.
func (t *tree) searchFrom(s span, from int, need Need) (host int, ok bool) {
	if r := t.levels[s.level][s.i]; r.cpu < need.CPU || r.memory < need.MemoryMiB {
		return 0, false
	}
	width := 1 // hosts under a child
	for range s.level {
		width *= fanout
	}
	first := max(s.i*fanout, from/width)
	if s.level == 0 {
		for j := first; j < min((s.i+1)*fanout, len(t.hosts)); j++ {
			if h := &t.hosts[j]; !h.closed && h.freeCPU >= need.CPU && h.freeMemory >= need.MemoryMiB {
				return j, true
			}
		}
		return 0, false
	}
	for j := first; j < min((s.i+1)*fanout, len(t.levels[s.level-1])); j++ {
		if host, ok = t.searchFrom(span{s.level - 1, j}, from, need); ok {
			return host, true
		}
	}
	return 0, false
}

// roomUnder computes node i of level from its children.
func (t *tree) roomUnder(level, i int) room {
	most := room{-1, -1}
	if level == 0 {
		for j := i * fanout; j < min((i+1)*fanout, len(t.hosts)); j++ {
			if h := &t.hosts[j]; !h.closed {
				most = room{max(most.cpu, h.freeCPU), max(most.memory, h.freeMemory)}
			}
		}
		return most
	}
	for j := i * fanout; j < min((i+1)*fanout, len(t.levels[level-1])); j++ {
		r := t.levels[level-1][j]
		most = room{max(most.cpu, r.cpu), max(most.memory, r.memory)}
	}
	return most
}

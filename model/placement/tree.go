package placement

// tree finds the lowest host that fits: each node knows the most CPU and the
// most memory free on one of the hosts under it. A node can promise the CPU of
// one host and the memory of another; the search then turns back. It does not
// where free CPU, or free memory, alone decides what fits, as in a family with
// a constant ratio of the two.
//
// Below the host that it found last for a need none fits it until one gets room, so that
// the next search begins there.
type tree struct {
	hosts  []host
	levels [][]room // levels[0][i] covers hosts fanout*i and following
	left   room     // that the host had whose room changes
	found  [founds]found
}

// found is a host below which none fits a need.
type found struct {
	need Need
	host int
}

// founds are how many needs are remembered: those of a family's sizes, mostly.
const founds = 16

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

// leave notes what a host has free before that changes.
func (t *tree) leave(host int) { t.left = t.roomOf(host) }

// enter makes the tree true again after the host that left has changed.
func (t *tree) enter(host int) {
	was, is := t.left, t.roomOf(host)
	if is.cpu > was.cpu || is.memory > was.memory {
		for i := range t.found {
			t.found[i].host = min(t.found[i].host, host)
		}
	}
	i := host
	for level := range t.levels {
		i /= fanout
		r := &t.levels[level][i]
		if was.below(*r) && is.below(*r) {
			return // another has the most
		}
		was, is = *r, t.roomUnder(level, i)
		if is == was {
			return
		}
		*r = is
	}
}

// below reports whether r is below other in both dimensions.
func (r room) below(other room) bool { return r.cpu < other.cpu && r.memory < other.memory }

// roomOf is what a host has to offer.
func (t *tree) roomOf(host int) room {
	if h := &t.hosts[host]; !h.closed {
		return room{h.freeCPU, h.freeMemory}
	}
	return room{-1, -1}
}

// lowest returns the lowest host that fits need.
func (t *tree) lowest(need Need) (host int, ok bool) {
	f := &t.found[(uint64(need.CPU)*31+uint64(need.MemoryMiB))*0x9e3779b97f4a7c15>>60]
	if f.need != need {
		*f = found{need: need}
	}
	if host, ok = t.next(f.host, need); ok {
		f.host = host
	} else {
		f.host = len(t.hosts)
	}
	return host, ok
}

// next returns the lowest host from number from up that fits need.
func (t *tree) next(from int, need Need) (host int, ok bool) {
	if from >= len(t.hosts) {
		return 0, false
	}
	if h := &t.hosts[from]; h.fits(need) {
		return from, true
	}
	return t.searchFrom(span{len(t.levels) - 1, 0}, from, need)
}

// span is node i of a level.
type span struct{ level, i int }

// searchFrom returns the lowest host of a span that fits, from number from up.
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
			if t.hosts[j].fits(need) {
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

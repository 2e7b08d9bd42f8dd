package routing

// LeastOutstanding picks a target with the fewest requests in flight; ties go
// in turn: per node, the next higher target number after the last one picked,
// going round. AWS leaves ties open.
//
// The targets in rotation are grouped by their count, one bitset a count, so
// that the cost does not grow with the number of targets.
type LeastOutstanding struct {
	targets []outstanding
	levels  []bitset // levels[k]: the targets in rotation with k requests
	least   int      // the lowest k with a target, if there is any in rotation
	count   int      // in rotation
	spare   []bitset // empty, taken from high levels
	cursor  []int    // per node: where the next pick starts looking
}

// lowLevels keep their sets when they are empty: they come and go with every request.
const lowLevels = 32

// outstanding is what is known of one target.
type outstanding struct {
	requests int32
	in       bool // in rotation
}

// NewLeastOutstanding returns the policy without targets for that many nodes.
func NewLeastOutstanding(nodes int) *LeastOutstanding {
	return &LeastOutstanding{cursor: make([]int, nodes)}
}

// Add implements [Policy].
func (p *LeastOutstanding) Add(target int) {
	if target < len(p.targets) && p.targets[target].in {
		panic("routing: target added twice")
	}
	p.know(target)
	t := &p.targets[target]
	t.in = true
	p.count++
	k := int(t.requests)
	if !p.isOpen(k) {
		p.open(k)
	}
	p.levels[k].insert(target)
	if k < p.least || p.count == 1 {
		p.least = k
	}
}

// Remove implements [Policy].
func (p *LeastOutstanding) Remove(target int) {
	if target >= len(p.targets) || !p.targets[target].in {
		panic("routing: target removed that is not in rotation")
	}
	t := &p.targets[target]
	p.drop(int(t.requests), target)
	t.in = false
	p.count--
	for p.count > 0 && p.levels[p.least].count == 0 {
		p.least++
	}
}

// Began implements [Policy].
func (p *LeastOutstanding) Began(target int) {
	t := &p.targets[target]
	k := int(t.requests)
	t.requests++
	if !t.in {
		return
	}
	if p.shift(target, k, k+1) && k == p.least { // all others have more
		p.least = k + 1
	}
}

// Ended implements [Policy].
func (p *LeastOutstanding) Ended(target int) {
	t := &p.targets[target]
	k := int(t.requests)
	if k == 0 {
		panic("routing: a request ended that had not begun")
	}
	t.requests--
	if !t.in {
		return
	}
	p.shift(target, k, k-1)
	p.least = min(p.least, k-1)
}

// Pick implements [Policy].
func (p *LeastOutstanding) Pick(node int) (target int, ok bool) {
	if p.count == 0 {
		return 0, false
	}
	cursor := &p.cursor[node]
	target = p.levels[p.least].next(*cursor)
	*cursor = target + 1
	return target, true
}

// shift takes target from a level to another and reports whether the first is empty now.
func (p *LeastOutstanding) shift(target, from, to int) bool {
	if !p.isOpen(to) {
		p.open(to)
	}
	w, bit := uint(target)/64, uint64(1)<<(uint(target)%64)
	level := &p.levels[to]
	word := &level.words[w]
	if *word == 0 {
		level.summary[w/64] |= 1 << (w % 64)
	}
	*word |= bit
	level.count++
	level = &p.levels[from]
	word = &level.words[w]
	if *word &^= bit; *word == 0 {
		level.summary[w/64] &^= 1 << (w % 64)
	}
	level.count--
	return level.count == 0 && p.emptied(from)
}

// drop takes target out of a level.
func (p *LeastOutstanding) drop(k, target int) {
	level := &p.levels[k]
	if level.remove(target); level.count == 0 {
		p.emptied(k)
	}
}

// emptied lends the room of a level that is empty to others, unless it is a low one.
func (p *LeastOutstanding) emptied(k int) bool {
	level := &p.levels[k]
	if k >= lowLevels {
		p.spare = append(p.spare, *level)
		*level = bitset{}
	}
	return true
}

// isOpen reports whether a level has room for all targets.
func (p *LeastOutstanding) isOpen(k int) bool { return k < len(p.levels) && len(p.levels[k].words) > 0 }

// open makes a level that has room for all targets.
func (p *LeastOutstanding) open(k int) {
	for k >= len(p.levels) {
		p.levels = append(p.levels, bitset{})
	}
	level := &p.levels[k]
	if last := len(p.spare) - 1; last >= 0 {
		*level = p.spare[last]
		p.spare = p.spare[:last]
	}
	level.grow(len(p.targets))
}

// know makes room for a target in the list and in every level.
func (p *LeastOutstanding) know(target int) {
	if target < len(p.targets) {
		return
	}
	for target >= len(p.targets) {
		p.targets = append(p.targets, outstanding{})
	}
	for k := range p.levels {
		if len(p.levels[k].words) > 0 {
			p.levels[k].grow(len(p.targets))
		}
	}
}

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
	if !p.isOpen(k + 1) {
		p.open(k + 1)
	}
	p.levels[k+1].insert(target)
	if p.drop(k, target) && k == p.least { // all others have more
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
	if !p.isOpen(k - 1) {
		p.open(k - 1)
	}
	p.levels[k-1].insert(target)
	p.drop(k, target)
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

// drop takes target out of a level and reports whether that is empty now.
func (p *LeastOutstanding) drop(k, target int) bool {
	level := &p.levels[k]
	level.remove(target)
	if level.count > 0 {
		return false
	}
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

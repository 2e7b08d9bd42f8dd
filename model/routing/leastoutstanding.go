package routing

// LeastOutstanding picks a target with the fewest requests in flight; ties go
// in turn: per node, the next higher target number after the last one picked,
// going round. AWS leaves ties open.
//
// The targets in rotation are grouped by their count, one bitset a count, so
// that the cost does not grow with the number of targets.
type LeastOutstanding struct {
	targets []outstanding
	levels  []*bitset // levels[k]: the targets in rotation with k requests; nil if none
	least   int       // the lowest k with a target, if there is any in rotation
	count   int       // in rotation
	spare   []*bitset // empty
	cursor  []int     // per node: where the next pick starts looking
}

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
	p.targets[target].in = true
	p.count++
	p.enter(target)
}

// Remove implements [Policy].
func (p *LeastOutstanding) Remove(target int) {
	if target >= len(p.targets) || !p.targets[target].in {
		panic("routing: target removed that is not in rotation")
	}
	p.leave(target)
	p.targets[target].in = false
	p.count--
	for p.count > 0 && p.levels[p.least] == nil {
		p.least++
	}
}

// Began implements [Policy].
func (p *LeastOutstanding) Began(target int) { p.shift(target, 1) }

// Ended implements [Policy].
func (p *LeastOutstanding) Ended(target int) {
	if p.targets[target].requests == 0 {
		panic("routing: a request ended that had not begun")
	}
	p.shift(target, -1)
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

func (p *LeastOutstanding) shift(target int, by int32) {
	t := &p.targets[target]
	k := int(t.requests)
	if !t.in {
		t.requests += by
		return
	}
	to := k + int(by)
	if from := p.levels[k]; from.count > 1 && to < len(p.levels) && p.levels[to] != nil { // neither comes or goes
		t.requests += by
		from.remove(target)
		p.levels[to].insert(target)
		return
	}
	p.leave(target)
	t.requests += by
	p.enter(target)
	for p.levels[p.least] == nil { // not far: up to where the target is now
		p.least++
	}
}

// enter puts target into the level of its count.
func (p *LeastOutstanding) enter(target int) {
	k := int(p.targets[target].requests)
	for k >= len(p.levels) {
		p.levels = append(p.levels, nil)
	}
	if p.levels[k] == nil {
		p.levels[k] = p.newLevel()
		if k < p.least || p.count == 1 {
			p.least = k
		}
	}
	p.levels[k].insert(target)
}

// leave takes target out of the level of its count; the least level may be empty then.
func (p *LeastOutstanding) leave(target int) {
	k := p.targets[target].requests
	level := p.levels[k]
	level.remove(target)
	if level.count == 0 {
		p.levels[k] = nil
		p.spare = append(p.spare, level)
	}
}

// newLevel returns an empty level that has room for all targets.
func (p *LeastOutstanding) newLevel() *bitset {
	if len(p.spare) == 0 {
		p.spare = append(p.spare, new(bitset))
	}
	last := len(p.spare) - 1
	level := p.spare[last]
	p.spare = p.spare[:last]
	level.grow(len(p.targets))
	return level
}

// know makes room for a target in the list and in every level.
func (p *LeastOutstanding) know(target int) {
	if target < len(p.targets) {
		return
	}
	for target >= len(p.targets) {
		p.targets = append(p.targets, outstanding{})
	}
	for _, level := range p.levels {
		if level != nil {
			level.grow(len(p.targets))
		}
	}
}

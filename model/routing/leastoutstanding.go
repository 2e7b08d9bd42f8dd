package routing

// LeastOutstanding picks a target with the fewest requests in flight; ties go
// in turn: per node, the next higher target number after the last one picked,
// going round. AWS leaves ties open.
//
// The targets in rotation are grouped by their count, one bitset a count, so
// that the cost does not grow with the number of targets.
type LeastOutstanding struct {
	outstanding []int32 // per target, in rotation or not
	in          bitset
	levels      []*bitset // levels[k]: the targets in rotation with k requests; nil if none
	occupied    bitset    // the k with a target
	least       int       // the lowest of them, if there is any target
	spare       []*bitset // empty
	cursor      []int     // per node: where the next pick starts looking
}

// NewLeastOutstanding returns the policy without targets for that many nodes.
func NewLeastOutstanding(nodes int) *LeastOutstanding {
	return &LeastOutstanding{cursor: make([]int, nodes)}
}

// Add implements [Policy].
func (p *LeastOutstanding) Add(target int) {
	if p.in.has(target) {
		panic("routing: target added twice")
	}
	p.outstanding = grown(p.outstanding, target)
	p.in.add(target)
	p.enter(target)
}

// Remove implements [Policy].
func (p *LeastOutstanding) Remove(target int) {
	if !p.in.has(target) {
		panic("routing: target removed that is not in rotation")
	}
	p.in.remove(target)
	p.leave(target)
}

// Began implements [Policy].
func (p *LeastOutstanding) Began(target int) { p.shift(target, 1) }

// Ended implements [Policy].
func (p *LeastOutstanding) Ended(target int) {
	if p.outstanding[target] == 0 {
		panic("routing: a request ended that had not begun")
	}
	p.shift(target, -1)
}

// Pick implements [Policy].
func (p *LeastOutstanding) Pick(node int) (target int, ok bool) {
	if p.in.count == 0 {
		return 0, false
	}
	target = p.levels[p.least].next(p.cursor[node])
	p.cursor[node] = target + 1
	return target, true
}

func (p *LeastOutstanding) shift(target int, by int32) {
	if !p.in.has(target) {
		p.outstanding[target] += by
		return
	}
	k := p.outstanding[target]
	from, to := p.levels[k], p.level(k+by)
	if to != nil && from.count > 1 { // neither level comes or goes
		p.outstanding[target] = k + by
		from.remove(target)
		to.add(target)
		return
	}
	p.leave(target)
	p.outstanding[target] = k + by
	p.enter(target)
}

// level returns the targets with k requests, nil if there are none.
func (p *LeastOutstanding) level(k int32) *bitset {
	if int(k) < len(p.levels) {
		return p.levels[k]
	}
	return nil
}

// enter puts target into the level of its count.
func (p *LeastOutstanding) enter(target int) {
	k := int(p.outstanding[target])
	for k >= len(p.levels) {
		p.levels = append(p.levels, nil)
	}
	if p.levels[k] == nil {
		p.levels[k] = p.newLevel()
		p.occupied.add(k)
		if k < p.least || p.occupied.count == 1 {
			p.least = k
		}
	}
	p.levels[k].add(target)
}

// leave takes target out of the level of its count.
func (p *LeastOutstanding) leave(target int) {
	k := int(p.outstanding[target])
	level := p.levels[k]
	level.remove(target)
	if level.count > 0 {
		return
	}
	p.levels[k] = nil
	p.spare = append(p.spare, level)
	p.occupied.remove(k)
	if k == p.least {
		p.least = max(0, p.occupied.from(k))
	}
}

func (p *LeastOutstanding) newLevel() *bitset {
	if n := len(p.spare); n > 0 {
		level := p.spare[n-1]
		p.spare = p.spare[:n-1]
		return level
	}
	return new(bitset)
}

// grown returns list with an entry for target.
func grown(list []int32, target int) []int32 {
	for target >= len(list) {
		list = append(list, 0)
	}
	return list
}

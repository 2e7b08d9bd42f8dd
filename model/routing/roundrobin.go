package routing

// RoundRobin picks the targets in rotation in turn: per node, the next higher
// target number after the last one picked, going round. It is the default of
// the Application Load Balancer.
type RoundRobin struct {
	targets bitset
	cursor  []int // per node: where the next pick starts looking
}

// NewRoundRobin returns a round robin without targets for that many nodes.
func NewRoundRobin(nodes int) *RoundRobin { return &RoundRobin{cursor: make([]int, nodes)} }

// Add implements [Policy].
func (p *RoundRobin) Add(target int) {
	if p.targets.has(target) {
		panic("routing: target added twice")
	}
	p.targets.add(target)
}

// Remove implements [Policy].
func (p *RoundRobin) Remove(target int) {
	if !p.targets.has(target) {
		panic("routing: target removed that is not in rotation")
	}
	p.targets.remove(target)
}

// Began implements [Policy]. The rotation does not depend on it.
func (p *RoundRobin) Began(int) {}

// Ended implements [Policy]. The rotation does not depend on it.
func (p *RoundRobin) Ended(int) {}

// Pick implements [Policy].
func (p *RoundRobin) Pick(node int) (target int, ok bool) {
	cursor := &p.cursor[node]
	if target = *cursor; !p.targets.has(target) { // it has gone, or was never there
		if p.targets.count == 0 {
			return 0, false
		}
		target = p.targets.next(target)
	}
	*cursor = target + 1
	return target, true
}

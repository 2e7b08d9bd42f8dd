package routing

import "headroom/sim"

// Limits of the slow start of a target group.
const (
	MinSlowStart = 30 * sim.Second
	MaxSlowStart = 900 * sim.Second
)

// SlowStart is [RoundRobin] that gives a target which has become healthy a share that
// grows in proportion to the time since, from nothing to that of the others, within
// a duration. While a target starts slowly, requests are divided by smooth weighted
// round robin, per node, with the weights of the instant of the pick; a pick then costs
// a pass over the targets. Else it is a round robin.
type SlowStart struct {
	*RoundRobin
	duration sim.Time
	clock    Clock
	begun    []sim.Time // per target: when its slow start began; Never when it has none
	starting []int      // targets that are in their slow start
	current  [][]int64  // per node and target: what it has gained and not paid
}

// Clock tells the time. It is no function, so that a world can be copied with its own.
type Clock interface{ Now() sim.Time }

// NewSlowStart returns the policy without targets for that many nodes.
func NewSlowStart(nodes int, duration sim.Time, clock Clock) *SlowStart {
	return &SlowStart{RoundRobin: NewRoundRobin(nodes), duration: duration, clock: clock, current: make([][]int64, nodes)}
}

// Begin starts the slow start of a target in rotation, unless no other target there is
// beyond its own: the first ones of a group take all that comes.
func (p *SlowStart) Begin(target int) {
	p.expire()
	if p.targets.count-len(p.starting) <= 1 { // it counts as started itself until now
		return
	}
	p.begun[target] = p.clock.Now()
	p.starting = append(p.starting, target)
	for node := range p.current {
		clear(p.current[node])
	}
}

// Add implements [Policy].
func (p *SlowStart) Add(target int) {
	p.RoundRobin.Add(target)
	for target >= len(p.begun) {
		p.begun = append(p.begun, sim.Never)
		for node := range p.current {
			p.current[node] = append(p.current[node], 0)
		}
	}
	p.begun[target] = sim.Never
	for node := range p.current {
		p.current[node][target] = 0
	}
}

// Remove implements [Policy]. It ends the target's slow start.
func (p *SlowStart) Remove(target int) {
	p.RoundRobin.Remove(target)
	p.end(target)
}

// Pick implements [Policy].
func (p *SlowStart) Pick(node int) (target int, ok bool) {
	if p.expire(); len(p.starting) == 0 {
		return p.RoundRobin.Pick(node)
	}
	now, current := p.clock.Now(), p.current[node]
	best, total := -1, int64(0)
	for t := p.targets.from(0); t >= 0; t = p.targets.from(t + 1) {
		weight := int64(p.duration)
		if p.begun[t] != sim.Never {
			weight = int64(now - p.begun[t])
		}
		if weight == 0 {
			continue
		}
		current[t] += weight
		total += weight
		if best < 0 || current[t] > current[best] {
			best = t
		}
	}
	if best < 0 { // all are at the very beginning
		return p.RoundRobin.Pick(node)
	}
	current[best] -= total
	return best, true
}

// expire ends the slow starts that have lasted long enough.
func (p *SlowStart) expire() {
	for k := len(p.starting) - 1; k >= 0; k-- {
		if t := p.starting[k]; p.clock.Now()-p.begun[t] >= p.duration {
			p.end(t)
		}
	}
}

func (p *SlowStart) end(target int) {
	for k, t := range p.starting {
		if t == target {
			p.starting = append(p.starting[:k], p.starting[k+1:]...)
			break
		}
	}
	p.begun[target] = sim.Never
}

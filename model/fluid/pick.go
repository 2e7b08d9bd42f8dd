package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
)

// pick chooses a target as the load balancer does.
func (r *replay) pick() int {
	n, rule := len(r.targets), r.shape.Rule
	if r.shape.Share > 0 && r.stream.Uniform() < r.shape.Share {
		rule = r.shape.Other
	}
	switch rule {
	case fluid.AtRandom:
		return r.stream.Below(n)
	case fluid.LeastWaiting:
		r.settleAll(sim.Seconds(r.now))
		turn, best, fewest := &r.turn, 0, math.MaxInt
		if r.member != nil && r.shape.Nodes > 1 { // who refuses is asked by each of them in its turn
			turn = r.nodeTurn()
		}
		for k := range n {
			i := (*turn + k) % n
			if jobs := r.targets[i].InService() + r.targets[i].Waiting(); jobs < fewest {
				best, fewest = i, jobs
			}
		}
		*turn = best + 1
		return best
	}
	turn := &r.turn
	if r.shape.Nodes > 1 {
		turn = r.nodeTurn()
	}
	*turn++
	return *turn % n
}

// nodeTurn is whose turn it is at one of several nodes, any of them, each of which has a turn of its own.
func (r *replay) nodeTurn() *int {
	for len(r.turns) < r.shape.Nodes {
		r.turns = append(r.turns, r.stream.Below(len(r.targets)))
	}
	return &r.turns[r.stream.Below(r.shape.Nodes)]
}

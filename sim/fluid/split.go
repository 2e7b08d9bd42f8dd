package fluid

import "math"

// Numbers of targets for which laws are worked out: a round robin is between its
// neighbours by 1/n, the variability of what comes to each, the least waiting by log n.
var (
	turnTargets  = []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100, 200, 1000}
	leastTargets = []int{1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 256, 1024, 4096}
)

// targets is the number of targets of a node.
func (s Split) targets(node int) int {
	if s.Among != nil {
		return 1
	}
	switch s.Rule {
	case InTurn:
		return turnTargets[node]
	case LeastWaiting:
		return leastTargets[node]
	}
	return 1
}

// place finds a number of targets between nodes.
func (s Split) place(targets int, load float64) (node int, part float64) {
	var of func(int) float64
	var nodes []int
	n := float64(max(1, targets))
	at := 0.0
	if s.Among != nil {
		return 0, 0
	}
	switch s.Rule {
	case InTurn:
		nodes, of = turnTargets, func(n int) float64 { return -1 / float64(n) }
		at = -s.regular(n, load)
	case LeastWaiting:
		nodes, of = leastTargets, func(n int) float64 { return math.Log(float64(n)) }
		at = math.Log(n)
	default:
		return 0, 0
	}
	for node < len(nodes)-2 && at >= of(nodes[node+1]) {
		node++
	}
	from, to := of(nodes[node]), of(nodes[node+1])
	return node, min(1, max(0, (at-from)/(to-from)))
}

// steady reports whether a number of targets has the same place under any load.
func (s Split) steady() bool { return s.Rule != InTurn || s.Nodes <= 1 }

// alike is the smallest number of targets that is placed as so many are, under any load.
func (s Split) alike(targets int) int {
	switch {
	case s.Among != nil:
		return 1
	case s.Rule == LeastWaiting:
		return min(targets, leastTargets[len(leastTargets)-1])
	case s.Rule == AtRandom:
		return 1
	case s.steady():
		return min(targets, turnTargets[len(turnTargets)-1])
	}
	return targets
}

// regular is the squared coefficient of variation of the intervals between arrivals at
// one of n targets of a round robin; where several nodes send, each in its own turn, of a renewal process that
// makes nearly the same queue as theirs together (Whitt 1983, "The queueing network
// analyzer", (29) and (33)).
func (s Split) regular(n, load float64) float64 {
	most := float64(max(1, s.Nodes))
	w := 1 / (1 + 4*(1-min(load, 1))*(1-min(load, 1))*(most-1))
	return w/n + 1 - w
}

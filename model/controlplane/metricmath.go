package controlplane

import (
	"math"
	"slices"

	"headroom/model/alarm"
	"headroom/sim"
)

// compute evaluates metric math over the period of a clock that ends now.
func (cp *Plane) compute(m *Math, c int) datapoint {
	done := cp.memoryOf(m, c)
	if done.at == cp.kernel.Now() { // for another who asks
		return done.newest
	}
	values := make([]alarm.Value, len(m.Terms))
	for i := range m.Terms {
		p := cp.measure(&m.Terms[i], c)
		values[i] = alarm.Value{Value: p.value, OK: p.ok}
	}
	v := m.Expression.Evaluate(values, done.memory)
	done.at = cp.kernel.Now()
	done.newest = datapoint{value: v.Value, ok: v.OK, earlier: m.Expression.Revise(done.memory)}
	return done.newest
}

// computed is the newest datapoint of a formula, and what it remembers of the periods before.
type computed struct {
	memory *alarm.Memory
	at     sim.Time
	newest datapoint
}

// formula is metric math over the periods of a clock.
type formula struct {
	math  *Math
	clock int
}

func (cp *Plane) memoryOf(m *Math, c int) *computed {
	done := cp.remembered[formula{m, c}]
	if done == nil {
		if cp.remembered == nil {
			cp.remembered = map[formula]*computed{}
		}
		done = &computed{memory: m.Expression.Memory(), at: -1}
		cp.remembered[formula{m, c}] = done
	}
	return done
}

// countMembers returns a metric of the group itself: its limits, or how many instances it
// has in a state.
func (cp *Plane) countMembers(m *Metric) float64 {
	g := &cp.groups[m.Subject]
	switch m.Kind {
	case GroupMinSize:
		return float64(g.min)
	case GroupMaxSize:
		return float64(g.max)
	case GroupDesiredCapacity:
		return float64(g.desired)
	case ReservedByTasks:
		c := cp.cluster(m.Subject)
		return c.Reservation()
	}
	n := 0
	for _, in := range cp.membersOf(g) {
		if in.stateInGroup() == m.Kind || m.Kind == GroupTotalInstances && in.stateInGroup() != 0 {
			n++
		}
	}
	return float64(n)
}

// stateInGroup returns the metric that counts an instance; 0: none does, as of those in the
// warm pool and those that have left.
func (in *instance) stateInGroup() MetricKind {
	switch {
	case in.life.leaves() || in.stage == heldAtEnd:
		return GroupTerminatingInstances
	case in.arrives():
		return GroupPendingInstances
	case in.stage == standingBy:
		return GroupStandbyInstances
	case in.inService():
		return GroupInServiceInstances
	}
	return 0
}

// percentile returns the value below which a share of all are, between two of them in
// proportion; NaN for none.
func percentile(values []float64, percent float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	at := percent / 100 * float64(len(values)-1)
	below := int(at)
	above := min(below+1, len(values)-1)
	return values[below] + (at-float64(below))*(values[above]-values[below])
}

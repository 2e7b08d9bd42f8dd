package controlplane

import (
	"math"
	"slices"

	"headroom/model/alarm"
)

// compute evaluates metric math over the period of a clock that ends now.
func (cp *Plane) compute(m *Math, c int) datapoint {
	values := make([]alarm.Value, len(m.Terms))
	for i := range m.Terms {
		p := cp.measure(&m.Terms[i], c)
		values[i] = alarm.Value{Value: p.value, OK: p.ok}
	}
	v := m.Expression.Evaluate(values, cp.memoryOf(m))
	return datapoint{value: v.Value, ok: v.OK}
}

// memoryOf returns what a formula remembers of the periods before in this run.
func (cp *Plane) memoryOf(m *Math) []alarm.Value {
	last, known := cp.remembered[m]
	if !known {
		if cp.remembered == nil {
			cp.remembered = map[*Math][]alarm.Value{}
		}
		last = m.Expression.Memory()
		cp.remembered[m] = last
	}
	return last
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

package health

// State is the health of a registered target, as AWS names it.
type State uint8

// States of a target.
const (
	Initial   State = iota + 1 // registered, not yet seen healthy
	Healthy                    // in rotation
	Unhealthy                  // out of rotation, unless the group fails open
)

// String returns AWS's name of the state.
func (s State) String() string {
	return [...]string{"", "initial", "healthy", "unhealthy"}[s]
}

// Counter follows one target. The zero Counter is of no use: see [NewCounter].
type Counter struct {
	state              State
	streak             uint8 // outcomes in a row that speak against the state
	healthyThreshold   uint8
	unhealthyThreshold uint8
}

// NewCounter returns the counter of a target that is being registered.
func NewCounter(check Check) Counter {
	return Counter{
		state:              Initial,
		healthyThreshold:   uint8(check.HealthyThreshold),
		unhealthyThreshold: uint8(check.UnhealthyThreshold),
	}
}

// State returns the target's state.
func (c *Counter) State() State { return c.state }

// Observe takes the outcome of one check and reports whether the state changed.
// One success makes a new target healthy; after that a change takes as many
// outcomes in a row as its threshold says. A new target, too, becomes unhealthy
// by the threshold. A target that drains or is
// unused is not checked: the caller has no counter of it then.
func (c *Counter) Observe(success bool) (changed bool) {
	switch c.state {
	case Initial:
		if success {
			c.set(Healthy)
			return true
		}
		return c.against(c.unhealthyThreshold, Unhealthy)
	case Healthy:
		if !success {
			return c.against(c.unhealthyThreshold, Unhealthy)
		}
	case Unhealthy:
		if success {
			return c.against(c.healthyThreshold, Healthy)
		}
	default:
		panic("health: counter without a state")
	}
	c.streak = 0
	return false
}

// against counts one more outcome against the state and, when they reach the
// threshold, changes it.
func (c *Counter) against(threshold uint8, next State) (changed bool) {
	c.streak++
	if c.streak < threshold {
		return false
	}
	c.set(next)
	return true
}

func (c *Counter) set(state State) { c.state, c.streak = state, 0 }

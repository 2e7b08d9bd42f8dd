package container

import "headroom/sim"

// How long a service waits before it starts tasks again that have failed to start. AWS says
// that the time between attempts is increased up to 27 minutes, and not how: it is our own that the
// third attempt in a row is the first that has to be waited for, a minute, and that each doubles it.
const (
	patientStarts = 3
	firstHold     = sim.Minute
	longestHold   = 27 * sim.Minute
)

// Hold returns how long after its n-th attempt in a row that failed a service makes the next.
func Hold(n int) sim.Time {
	if n < patientStarts {
		return 0
	}
	return min(longestHold, firstHold<<min(n-patientStarts, 8))
}

package memory

import "headroom/sim"

const (
	// killsToImpair is how many kills make the status check of an instance fail, if they
	// come within killWindow.
	killsToImpair = 3
	killWindow    = 10 * sim.Minute
	// impairedFor is how long the check fails after the last of them.
	impairedFor = 5 * sim.Minute
)

// Kills remembers the last kills of one instance. The zero Kills are none.
type Kills struct {
	last  [killsToImpair - 1]sim.Time
	count int
}

// Add notes a kill, and returns until when the status check of the instance fails for
// it; ok is false if it does not.
func (k *Kills) Add(at sim.Time) (until sim.Time, ok bool) {
	oldest := k.last[0]
	copy(k.last[:], k.last[1:])
	k.last[len(k.last)-1] = at
	k.count++
	if k.count < killsToImpair || at-oldest > killWindow {
		return 0, false
	}
	return sim.Sum(at, impairedFor), true
}

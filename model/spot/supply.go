package spot

import (
	"fmt"

	"headroom/sim"
)

// Step is a row of a recorded trace of a pool: from an instant on it has room for
// so many instances, or at that instant so many are taken back.
type Step struct {
	At    sim.Time
	Count int
}

// Supply is what a trace says of a pool, which then takes the place of its
// hazard. One of the two is given.
type Supply struct {
	Room  []Step // instances that the pool has room for, from an instant on
	Taken []Step // instances that are taken back at an instant
}

// Validate returns what is wrong with the trace, nil if nothing is. Instants may
// lie before the start of the run; they must strictly increase.
func (s *Supply) Validate() error {
	if (len(s.Room) == 0) == (len(s.Taken) == 0) {
		return fmt.Errorf("trace: must have steps of room or of preemptions, got %d and %d", len(s.Room), len(s.Taken))
	}
	steps := append(s.Room[:len(s.Room):len(s.Room)], s.Taken...)
	for i, step := range steps {
		if step.Count < 0 {
			return fmt.Errorf("trace: step %d: must not be negative, got %d", i+1, step.Count)
		}
		if i > 0 && step.At <= steps[i-1].At {
			return fmt.Errorf("trace: step %d: must be later than the step before it (%v), got %v", i+1, steps[i-1].At, step.At)
		}
	}
	return nil
}

// Limits reports whether the trace says how many instances the pool has room for.
func (s *Supply) Limits() bool { return len(s.Room) > 0 }

// Start returns the room at time 0: that of the last step at or before it, else
// that of the first step.
func (s *Supply) Start() int {
	room := s.Room[0].Count
	for _, step := range s.Room {
		if step.At > 0 {
			break
		}
		room = step.Count
	}
	return room
}

// Steps returns all steps, of room or of preemptions.
func (s *Supply) Steps() []Step {
	if s.Limits() {
		return s.Room
	}
	return s.Taken
}

// Excess returns how many instances must go at step k when so many stay that are
// under no notice.
func (s *Supply) Excess(k, staying int) int {
	if s.Limits() {
		return max(0, staying-s.Room[k].Count)
	}
	return min(staying, s.Taken[k].Count)
}

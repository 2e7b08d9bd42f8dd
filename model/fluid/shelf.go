package fluid

import (
	"maps"
	"slices"
	"sync"

	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Shelf keeps laws between the runs of a scenario and of its variants: what a law says depends on its
// station and its load alone, so that whoever plays next need not work it out again. Its zero value is
// empty. It is safe for concurrent use; the laws are not, and go to one run at a time, but what takes longest to
// work out is worked out once for all that run at a time.
type Shelf struct {
	mu     sync.Mutex
	free   []*Laws
	solved fluid.Solved
}

// Take returns laws that nobody else has. Laws of some demands, those that others have, too, are shared.
// A nil shelf has none to give, and keeps none.
func (s *Shelf) Take(shared []rng.Distribution) *Laws {
	if s == nil {
		return NewLaws()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	laws := NewLaws()
	if last := len(s.free) - 1; last >= 0 {
		laws, s.free = s.free[last], s.free[:last]
	}
	laws.shared, laws.solved = shared, &s.solved
	return laws
}

// Put keeps laws for others: those of demands that others have, too, at targets that are alike.
func (s *Shelf) Put(laws *Laws) {
	if s == nil {
		return
	}
	others := func(d rng.Distribution) bool { return slices.Contains(laws.shared, d) }
	s.solved.Keep(others)
	maps.DeleteFunc(laws.worth, func(d rng.Distribution, _ *worth) bool { return !others(d) })
	maps.DeleteFunc(laws.known, func(key stationKey, _ *fluid.Laws) bool { return !others(key.Demand) || key.Among != nil })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, laws)
}

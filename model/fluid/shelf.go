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
// empty. It is safe for concurrent use; the laws are not, and go to one run at a time.
type Shelf struct {
	mu   sync.Mutex
	free []*Laws
}

// Take returns laws that nobody else has. A nil shelf has none to give, and keeps none.
func (s *Shelf) Take() *Laws {
	if s == nil {
		return NewLaws()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.free) - 1
	if last < 0 {
		return NewLaws()
	}
	laws := s.free[last]
	s.free = s.free[:last]
	return laws
}

// Put keeps laws for others: those of demands that others have, too.
func (s *Shelf) Put(laws *Laws, shared []rng.Distribution) {
	if s == nil {
		return
	}
	maps.DeleteFunc(laws.worth, func(d rng.Distribution, _ *worth) bool { return !slices.Contains(shared, d) })
	maps.DeleteFunc(laws.known, func(key stationKey, _ *fluid.Laws) bool { return !slices.Contains(shared, key.Demand) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, laws)
}

package fluid

import (
	"maps"
	"sync"

	"headroom/sim/rng"
)

// Solved keeps laws at shared servers for all [Laws] that ask for the same, whoever is first to work them out: the others wait.
// Its zero value is empty. It is safe for concurrent use.
type Solved struct {
	mu    sync.Mutex
	known map[solvedKey]*solvedLaw
}

type solvedKey struct {
	station Station
	split   Split
	node    node
}

// solvedLaw is one law. It is immutable but for the bounds, which are found when somebody asks for them.
type solvedLaw struct {
	solve  sync.Once
	spread sync.Once
	law    *Law
	bounds []float64
}

// of returns a law that is the caller's, worked out by it if nobody has.
func (s *Solved) of(key solvedKey, solve func() *Law) *Law {
	s.mu.Lock()
	if s.known == nil {
		s.known = map[solvedKey]*solvedLaw{}
	}
	of := s.known[key]
	if of == nil {
		of = &solvedLaw{}
		s.known[key] = of
	}
	s.mu.Unlock()
	of.solve.Do(func() { of.law = solve() })
	own := *of.law
	own.find = func() []float64 {
		of.spread.Do(func() { of.bounds = of.law.find() })
		return of.bounds
	}
	return &own
}

// Keep forgets all laws but those of some demands.
func (s *Solved) Keep(demand func(rng.Distribution) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.known, func(key solvedKey, _ *solvedLaw) bool { return !demand(key.station.Demand) })
}

// Share has the laws that take long to work out looked up among those of others, and kept for them.
func (l *Laws) Share(with *Solved) {
	l.solved = with
	if l.other != nil {
		l.other.Share(with)
	}
}

package fluid

import (
	"encoding/binary"
	"maps"
	"math"
	"sync"

	"headroom/sim/rng"
)

// Solved keeps laws at shared servers for all [Laws] that ask for the same, whoever is first to work them out: the others wait.
// It keeps what becomes of requests among targets that are not alike, too. Its zero value is empty. It is safe for concurrent use.
type Solved struct {
	mu     sync.Mutex
	known  map[solvedKey]*solvedLaw
	fewest map[string]*Fewest
}

const mostFewest = 128 // of some 100 kilobytes with their laws; then they begin anew

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

// Fewest is [NewFewest], or [NewBriefly], for all who ask for the same kinds.
func (s *Solved) Fewest(kinds []Unequal, turns int, briefly bool) *Fewest {
	question := questionOf(kinds, turns, briefly)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fewest[question]
	if f != nil {
		return f
	}
	if s.fewest == nil || len(s.fewest) >= mostFewest {
		s.fewest = map[string]*Fewest{}
		maps.DeleteFunc(s.known, func(key solvedKey, _ *solvedLaw) bool { return key.split.Among != nil })
	}
	f = NewFewest(kinds, turns)
	f.question, f.briefly = question, briefly
	s.fewest[question] = f
	return f
}

// questionOf is all that a [Fewest] depends on.
func questionOf(kinds []Unequal, turns int, briefly bool) string {
	all := binary.AppendUvarint(nil, uint64(turns))
	if briefly {
		all = append(all, 'b')
	}
	for i := range kinds {
		of := &kinds[i]
		all = binary.AppendUvarint(all, uint64(of.Targets))
		for _, number := range []float64{of.Servers, of.Each, of.Away, of.Limit} {
			all = binary.LittleEndian.AppendUint64(all, math.Float64bits(number))
		}
	}
	return string(all)
}

// holds reports whether laws of targets are kept: those among others as long as these are.
func (s *Solved) holds(among *ByNumber) bool {
	return among == nil || s.fewest[among.of.question] == among.of
}

// of returns a law that is the caller's, worked out by it if nobody has.
func (s *Solved) of(key solvedKey, solve func() *Law) *Law {
	s.mu.Lock()
	if !s.holds(key.split.Among) {
		s.mu.Unlock()
		return solve()
	}
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

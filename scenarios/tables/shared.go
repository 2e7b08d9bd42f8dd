package tables

import (
	"maps"
	"slices"
	"sync"

	"headroom/model/catalog"
	"headroom/model/fluid"
	"headroom/sim/rng"
)

// shared is what the points of a sweep have in common: catalogues, tabulated
// laws and data files, none of which changes once it is read.
type shared struct {
	mu       sync.Mutex
	catalogs map[string]*catalog.Catalog
	laws     map[string]rng.Distribution
	files    map[string]*dataFile
	crews    []crew // of all points so far
	stays    *fluid.Shelf
}

func newShared() *shared {
	return &shared{catalogs: map[string]*catalog.Catalog{}, laws: map[string]rng.Distribution{}, files: map[string]*dataFile{}, stays: &fluid.Shelf{}}
}

// mostLaws is how many tabulated laws the points of a sweep share: those of a sweep over a
// law's own numbers are each of one point.
const mostLaws = 1000

// law returns a law that others have read.
func (s *shared) law(same string) (rng.Distribution, bool) {
	if s == nil {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, known := s.laws[same]
	return d, known
}

// recall gives a loader the files that others have read.
func (s *shared) recall(l *loader) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.files = maps.Clone(s.files)
}

// keep takes over what a loader has read.
func (s *shared) keep(l *loader) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for same, d := range l.laws {
		if len(s.laws) < mostLaws {
			s.laws[same] = d
		}
	}
	maps.Copy(s.files, l.files)
}

// open returns the catalogue of a Region.
func (s *shared) open(region string) (*catalog.Catalog, error) {
	if s == nil {
		return catalog.Open(region)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.catalogs[region]; c != nil {
		return c, nil
	}
	c, err := catalog.Open(region)
	if err == nil {
		s.catalogs[region] = c
	}
	return c, err
}

// note keeps who serves the workloads of a point.
func (s *shared) note(crews []crew) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range crews {
		if !slices.ContainsFunc(s.crews, func(known crew) bool { return known.work == c.work && slices.Equal(known.types, c.types) }) {
			s.crews = append(s.crews, c)
		}
	}
}

// tried returns who serves the workloads of the points so far.
func (s *shared) tried() []crew {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.crews)
}

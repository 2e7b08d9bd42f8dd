package tables

import (
	"encoding/json"
	"fmt"
	"maps"

	"headroom/scenarios/tree"
)

// parcel is a scenario with everything that it names.
type parcel struct {
	Path         string            `json:"path"`
	Set          []string          `json:"set,omitempty"`
	PriceBook    string            `json:"price_book,omitempty"`
	Seed         *int64            `json:"seed,omitempty"`
	Replications int               `json:"replications,omitempty"`
	Watch        []string          `json:"watch,omitempty"`
	Files        map[string][]byte `json:"files"`
}

// Pack returns the scenario with every file that the points of its sweep read, for
// [Unpack]. Whoever computes points on another machine compares manifests: the
// files may have changed since they were read.
func (s *Scenario) Pack() ([]byte, error) {
	o := s.origin.options
	p := parcel{Path: s.origin.path, Set: o.Set, PriceBook: o.PriceBook, Seed: o.Seed, Replications: o.Replications, Watch: o.Watch, Files: maps.Clone(s.origin.texts)}
	for _, path := range s.origin.dataFiles() {
		content, err := tree.Content(o.files(), path)
		if err != nil {
			return nil, err
		}
		p.Files[path] = content
	}
	return json.Marshal(p)
}

// Unpack is [Load] of what [Scenario.Pack] returned: it reads no file. Of the options,
// CheckMetric, Observe and Memory count.
func Unpack(b []byte, options Options) (*Scenario, error) {
	var p parcel
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("a scenario that was packed by another program: %w", err)
	}
	if p.Files == nil {
		p.Files = map[string][]byte{}
	}
	return Load(p.Path, Options{
		Set: p.Set, PriceBook: p.PriceBook, Seed: p.Seed, Replications: p.Replications,
		Watch: p.Watch, CheckMetric: options.CheckMetric, Observe: options.Observe,
		Memory: options.Memory, Files: tree.Packed(p.Files),
	})
}

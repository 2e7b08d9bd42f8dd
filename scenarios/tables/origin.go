package tables

import (
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/tree"
)

// origin is how a scenario was loaded.
type origin struct {
	path    string
	texts   map[string][]byte // in which it is written
	options Options
	shared  *shared  // with its variants; nil without [sweep] and [search]
	watched []string // keys of metrics that are observed of every variant; nil: not known yet
}

// variant reads a tree that is the scenario's own but for some values, with so
// many replications, or those of the tree if 0. The error is a [schema.Faults].
func (o *origin) variant(root *tree.Node, replications int) (*Scenario, error) {
	v := *o
	v.options.Set, v.options.Seed, v.options.Replications = nil, nil, replications // the others are in the tree
	l := newLoader(root, &v)
	if len(l.Faults) > 0 {
		return nil, l.Faults.Ordered(o.path)
	}
	l.finish()
	return &l.scenario, nil
}

// Point reads the scenario of a point of the sweep. The error is a [schema.Faults].
func (s *Scenario) Point(point int) (*Scenario, error) {
	root, err := s.Sweep.Tree(point)
	if err != nil {
		return nil, err
	}
	return s.origin.variant(root, 0)
}

// Candidate reads the scenario of a candidate of the search. The error is a
// [schema.Faults].
func (s *Scenario) Candidate(candidate int) (*Scenario, error) {
	root, err := s.Search.Tree(candidate)
	if err != nil {
		return nil, err
	}
	return s.origin.variant(root, 0)
}

// CandidateFile returns the scenario of a candidate as a file of its own, with so
// many replications: [Scenario.Resolved] of it. The error is a [schema.Faults].
func (s *Scenario) CandidateFile(candidate, replications int) ([]byte, error) {
	root, err := s.Search.Tree(candidate)
	if err != nil {
		return nil, err
	}
	scenario, err := s.origin.variant(root, replications)
	if err != nil {
		return nil, err
	}
	scenario.keepWatched(s.origin)
	return scenario.Resolved(), nil
}

// keepWatched makes run.metrics of what a scenario's variants observe for the sake of
// a search: a file of its own has no [search].
func (s *Scenario) keepWatched(o *origin) {
	if o.options.Observe == nil {
		return
	}
	plain := *s.Config
	plain.Observe = dataplane.Observe{}
	for _, key := range o.watched {
		if needs, errs := o.options.Observe(&plain, []string{key}); errs[0] == nil && needs != plain.Observe {
			s.Watch([]string{key}, needs)
		}
	}
}

// Watch adds patterns to run.metrics, and observes what they and the file ask for.
func (s *Scenario) Watch(patterns []string, observe dataplane.Observe) {
	o := &s.Config.Observe
	o.Phases, o.Zones, o.Types = o.Phases || observe.Phases, o.Zones || observe.Zones, o.Types || observe.Types
	o.Shares = o.Shares || observe.Shares
	o.Series = o.Series || observe.Series
	run := s.root.Table["run"]
	list := run.Table["metrics"]
	if list == nil {
		list = &tree.Node{At: run.At, Form: tree.ListForm}
		run.Table["metrics"] = list
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(list.List, func(n *tree.Node) bool { return n.Is(p) }) {
			list.List = append(list.List, &tree.Node{At: run.At, Form: tree.ScalarForm, Scalar: p})
		}
	}
}

// Resolved returns the scenario as it was run: includes and overrides merged,
// every default spelled out, data files by absolute path. It loads to an equal
// Config.
func (s *Scenario) Resolved() []byte { return []byte(s.root.Text()) }

// Label returns a dotted key as people read it: policies, and other elements of lists
// that have a name, go by it. It is a spelling of the same key.
func (s *Scenario) Label(key string) string {
	path, err := tree.SplitKey(key)
	if err != nil {
		return key
	}
	return tree.Dotted(s.root.Named(path))
}

// Changes returns what differs between two scenarios with every default spelled
// out, in the order of the paths.
func Changes(a, b *Scenario) []tree.Change { return tree.Changes(a.root, b.root, "sweep", "search") }

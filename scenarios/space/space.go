package space

import (
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Space is the points of a scenario: its axes, in designs, and the tree that they
// change. It is immutable once adopted, and safe for concurrent use.
type Space struct {
	table  string // of the file that has the axes: "sweep" or "search"
	blocks []*block
	axes   []*axis // of all blocks
	schema *schema.Schema
	root   *tree.Node                  // the scenario without [sweep] and [search], as it was written
	try    func(root *tree.Node) error // whether a tree is a scenario
}

// Given is what the rest of a scenario says to its [sweep] or [search].
type Given struct {
	Root         *tree.Node // with the defaults
	Replications int        // of the scenario
	Override     int        // of the command, instead of all others; 0: none
	Limited      bool       // there are thresholds
	// CheckMetric returns what is wrong with the key of a metric; nil: nothing is.
	CheckMetric func(key string) error
}

// Adopt gives the space the scenario that its points change, and a function that
// returns the [schema.Faults] of a tree.
func (s *Space) Adopt(root *tree.Node, try func(root *tree.Node) error) { s.root, s.try = root, try }

func (s *Space) add(b *block) {
	s.blocks = append(s.blocks, b)
	s.axes = append(s.axes, b.axes...)
}

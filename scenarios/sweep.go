package scenarios

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/model"
)

// Sweep is the [sweep] of a scenario: which points it has, and how often each
// is replicated. It is immutable and safe for concurrent use.
type Sweep struct {
	Design          string
	Replications    int // of each point, at least
	MaxReplications int // at most, where Precision asks for more
	Precision       []model.Precision
	EarlyStop       bool // give up points that a threshold rules out

	root    *node // the scenario without [sweep], as it was written
	path    string
	options Options
	source  origin // of the file
	table   string // of the file that has the axes: "sweep" or "search"
	blocks  []*block
	axes    []*axis // of all blocks
}

// The designs. Points of a sampled design come from ranges as well as lists.
const (
	designGrid     = "grid"
	designZip      = "zip"
	designList     = "list"
	designRandom   = "random"
	designLatin    = "latin-hypercube"
	designSobol    = "sobol"
	designSaltelli = "saltelli"
)

func designs() []string {
	return []string{designGrid, designZip, designList, designRandom, designLatin, designSobol, designSaltelli}
}

func sampled(design string) bool {
	return design == designRandom || design == designLatin || design == designSobol || design == designSaltelli
}

func sweepKeys() []Key {
	block := []Key{
		{"design", choice(designs), `"grid"`, "which points: all combinations, lists side by side, given ones, or sampled ones", ""},
		{"points", whole(0, 1e9), "0", "of a sampled design; for saltelli, rows of (axes + 2) points", ""},
		{"seed", whole(0, 1<<53), "0", "of a sampled design; the scenario's own seed is the same in every point", ""},
		{"parameters", inner(), "", "the axes: keys of this file with their values", ""},
		{"parameters.KEY", free(), "", `values: a list, { min, max, scale = "log", integer = true, steps } or { values, when = { "key" = value } }`, ""},
		{"list", list(), "", "points of the list design: tables of keys and values", ""},
	}
	return slices.Concat(
		within("sweep", "", block),
		within("sweep", "", []Key{
			{"replications", whole(1, 10_000), "(run.replications)", "of each point", ""},
			{"max_replications", whole(1, 100_000), "(replications)", "of a point that misses its precision", ""},
			{"precision", inner(), "", "replicate until the intervals are that narrow, judged from 10 replications on", ""},
			{"precision.METRIC", free(), "", `half-width / value of a metric: "5%"`, ""},
			{"early_stop", flag(), "false", "give up points that a threshold rules out with 95 % confidence", ""},
			{"nested", list(), "", "designs of their own, in each point of the one around them", ""},
		}),
		within("sweep.nested[]", "", block),
	)
}

// readSweep reads [sweep], nil if the file has none. Its axes are checked once
// the scenario is found good.
func (l *loader) readSweep(top *table) *Sweep {
	if !top.has("sweep") {
		return nil
	}
	t := top.inside("sweep")
	s := &Sweep{table: "sweep"}
	s.add(l.readBlock(t))
	for _, inner := range t.each("nested") {
		s.add(l.readBlock(inner))
		inner.done()
	}
	t.assume("replications", int64(l.scenario.Replications))
	s.Replications = t.whole("replications")
	if l.options.Replications > 0 {
		s.Replications = l.options.Replications
	}
	t.assume("max_replications", int64(max(1, s.Replications)))
	s.MaxReplications = max(s.Replications, t.whole("max_replications"))
	if s.EarlyStop = t.flag("early_stop"); s.EarlyStop && len(l.scenario.Thresholds) == 0 && t.sound("early_stop") {
		t.mistake("early_stop", "needs [thresholds]: there is nothing that could rule a point out", "")
	}
	l.readPrecision(t.inside("precision"), s)
	s.Design = s.blocks[0].design
	t.done()
	l.checkAxes(t, s)
	return s
}

// adopt gives the sweep the scenario that its points change.
func (s *Sweep) adopt(root *node, path string, options Options) {
	delete(root.table, "sweep")
	delete(root.table, "search")
	options.Set, options.Seed, options.Replications = nil, nil, 0 // they are in the tree
	s.root, s.path, s.options = root, path, options
}

func (s *Sweep) add(b *block) {
	s.blocks = append(s.blocks, b)
	s.axes = append(s.axes, b.axes...)
}

func (l *loader) readPrecision(t *table, s *Sweep) {
	l.asked["sweep.precision.METRIC"] = true
	for _, metric := range slices.Sorted(maps.Keys(t.n.table)) {
		t.pass(metric)
		t.n.note(metric)
		share, rule := readQuantity(t.n.table[metric], inShares)
		if rule != "" || !(share > 0 && share < 1) {
			t.mistake(metric, `must be a share between 0 and 1 such as "5%"`, "")
			continue
		}
		if l.options.CheckMetric != nil {
			if err := l.options.CheckMetric(metric); err != nil {
				t.add(Fault{Path: t.pathOf(metric), Rule: err.Error()}, t.n.table[metric], metric)
			}
		}
		s.Precision = append(s.Precision, model.Precision{Key: metric, Relative: share})
	}
}

// readBlock reads one design with its axes.
func (l *loader) readBlock(t *table) *block {
	b := &block{design: t.choice("design"), rows: t.whole("points"), seed: uint64(t.whole("seed")), at: t.n.at, root: l.scenario.root}
	parameters := t.inside("parameters")
	l.asked[parameters.patternOf("KEY")] = true
	points := t.each("list")
	for _, p := range points {
		b.readPoint(p)
	}
	for _, key := range parameters.n.asWritten() {
		if a := readAxis(parameters, key, parameters.inline(key), sampled(b.design)); a != nil {
			a.locate(b.root)
			b.axes = append(b.axes, a)
		}
	}
	if len(parameters.bad)+len(t.bad) == 0 {
		b.check(t, len(points))
	}
	return b
}

// asWritten returns the keys of a table in the order of the file: of axes, the last
// varies fastest.
func (n *node) asWritten() []string {
	return slices.SortedFunc(maps.Keys(n.table), func(x, y string) int {
		return cmp.Or(n.table[x].at.line-n.table[y].at.line, strings.Compare(x, y))
	})
}

// inline passes a key and returns its value, kept in one line of the resolved
// scenario.
func (t *table) inline(key string) *node {
	t.pass(key)
	t.n.note(key)
	n := t.n.table[key]
	n.makeInline()
	return n
}

// readPoint reads a point of the list design.
func (b *block) readPoint(t *table) {
	row := map[string]*node{}
	for _, key := range slices.Sorted(maps.Keys(t.n.table)) {
		row[key] = t.inline(key)
	}
	b.list = append(b.list, row)
}

// makeInline keeps a value of the sweep in one line of the resolved scenario.
func (n *node) makeInline() {
	n.inline = true
	for _, e := range n.list {
		e.makeInline()
	}
	for _, key := range slices.Sorted(maps.Keys(n.table)) {
		n.table[key].makeInline()
	}
}

// check verifies that a design has what it needs, and completes it.
func (b *block) check(t *table, points int) {
	if points > 0 != (b.design == designList) {
		t.mistake("design", fmt.Sprintf("must be %q with a list of points, and only then", designList), "")
		return
	}
	if b.design == designList {
		if len(b.axes) > 0 {
			t.mistake("parameters", "must be empty beside a list of points", "")
			return
		}
		b.listAxes()
	}
	if len(b.axes) == 0 {
		t.mistake("parameters", "must name at least one key of the file: there is nothing to sweep", "")
		return
	}
	switch rule := b.complete(); {
	case rule != "":
		t.mistake("design", rule, "")
	case sampled(b.design) && b.rows == 0:
		t.mistake("points", "must be at least 1 for a sampled design: there are no points", "")
	case !sampled(b.design) && b.rows != 0:
		t.mistake("points", "must be 0 unless the design is sampled: the values say how many there are", "")
	}
}

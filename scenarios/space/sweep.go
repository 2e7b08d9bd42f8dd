package space

import (
	"fmt"
	"maps"
	"slices"

	"headroom/model"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Sweep is the [sweep] of a scenario: which points it has, and how often each
// is replicated. It is immutable and safe for concurrent use.
type Sweep struct {
	Space
	Design          string
	Replications    int // of each point, at least
	MaxReplications int // at most, where Precision asks for more
	Precision       []model.Precision
	EarlyStop       bool // give up points that a threshold rules out
	Fluid           bool // all points are played by rates, and by requests those that matter
	Confirm         int  // of them, played by requests at most
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

func designs() []schema.Word {
	return []schema.Word{
		{Name: designGrid, Meaning: "all combinations of the values"},
		{Name: designZip, Meaning: "the lists side by side"},
		{Name: designList, Meaning: "given points"},
		{Name: designRandom, Meaning: "independent points of the ranges"},
		{Name: designLatin, Meaning: "one point in each of as many equal slices of every axis"},
		{Name: designSobol, Meaning: "a low-discrepancy sequence, which fills the ranges evenly"},
		{Name: designSaltelli, Meaning: "blocks of points from which first-order and total indices come"},
	}
}

func sampled(design string) bool {
	return design == designRandom || design == designLatin || design == designSobol || design == designSaltelli
}

// SweepKeys are the rows of [sweep].
func SweepKeys() []schema.Key {
	block := []schema.Key{
		schema.Row("design", schema.Choice(designs), `"grid"`, "which points: all combinations, lists side by side, given ones, or sampled ones"),
		schema.Row("points", schema.Whole(0, 1e9), "0", "of a sampled design; for saltelli, rows of (axes + 2) points"),
		schema.Row("seed", schema.Whole(0, 1<<53), "0", "of a sampled design; the scenario's own seed is the same in every point"),
		schema.Row("parameters", schema.Inner(), "", "the axes: keys of this file with their values"),
		schema.Row("parameters.KEY", schema.Free(), "", `values: a list, { min, max, scale = "log", integer = true, steps } or { values, when = { "key" = value } }`),
		schema.Row("list", schema.List(), "", "points of the list design: tables of keys and values"),
	}
	return slices.Concat(
		schema.Within("sweep", "", block),
		schema.Within("sweep", "", []schema.Key{
			schema.Row("replications", schema.Whole(1, 10_000), "(run.replications)", "of each point"),
			schema.Row("max_replications", schema.Whole(1, 100_000), "(replications)", "of a point that misses its precision"),
			schema.Row("precision", schema.Inner(), "", "replicate until the intervals are that narrow, judged from 10 replications on"),
			schema.Row("precision.METRIC", schema.Free(), "", `half-width / value of a metric: "5%"`),
			schema.Row("early_stop", schema.Flag(), "false", "give up points that a threshold rules out with 95 % confidence"),
			schema.Row("screen", schema.OneOf("request: every point plays requests", "fluid: every point plays rates, in steps of 1m; those near the front, the best or a threshold play requests, too"), `"request"`, "what points play first"),
			schema.Row("confirm", schema.Whole(1, mostConfirmed), "(a quarter of the points, 10 at least)", `points that play requests with screen = "fluid", at most, besides those that rates cannot play`),
			schema.Row("nested", schema.List(), "", "designs of their own, in each point of the one around them"),
		}),
		schema.Within("sweep.nested[]", "", block),
	)
}

// ReadSweep reads [sweep], nil if the file has none. Its axes are checked once
// the scenario is found good.
func ReadSweep(top *schema.Table, given Given) *Sweep {
	if !top.Has("sweep") {
		return nil
	}
	t := top.Inside("sweep")
	s := &Sweep{Space: Space{table: "sweep", schema: t.Schema()}}
	s.add(readBlock(t, given))
	for _, inner := range t.Each("nested") {
		s.add(readBlock(inner, given))
		inner.Done()
	}
	t.Assume("replications", int64(given.Replications))
	s.Replications = t.Whole("replications")
	if given.Override > 0 {
		s.Replications = given.Override
	}
	t.Assume("max_replications", int64(max(1, s.Replications)))
	s.MaxReplications = max(s.Replications, t.Whole("max_replications"))
	if s.EarlyStop = t.Flag("early_stop"); s.EarlyStop && !given.Limited && t.Sound("early_stop") {
		t.Mistake("early_stop", "needs [thresholds]: there is nothing that could rule a point out", "")
	}
	s.readPrecision(t.Inside("precision"), given)
	s.readScreen(t)
	s.Design = s.blocks[0].design
	t.Done()
	s.checkAxes(t, given)
	return s
}

// leastConfirmed is how many points of a sweep that screens play requests, if so many matter, and
// confirmedShare what part of them if that is more; mostConfirmed bounds both.
const (
	leastConfirmed = 10
	confirmedShare = 4
	mostConfirmed  = 1e9
)

// readScreen reads whether points are screened. What they play is no axis then.
func (s *Sweep) readScreen(t *schema.Table) {
	given := t.Has("confirm") && !t.Has("screen") // who writes screen may turn it off
	s.Fluid = t.Choice("screen") == "fluid"
	t.Assume("confirm", int64(min(mostConfirmed, max(leastConfirmed, (s.Len()+confirmedShare-1)/confirmedShare))))
	if s.Confirm = t.Whole("confirm"); !s.Fluid {
		if given && t.Sound("screen", "confirm") {
			t.Mistake("confirm", `needs screen = "fluid": else all points play requests`, "")
		}
		return
	}
	for _, a := range s.axes {
		if len(a.path) > 1 && a.path[0] == "run" && (a.path[1] == "fidelity" || a.path[1] == "fluid") {
			t.Add(schema.Fault{Path: t.Path + ".parameters." + tree.QuoteKey(a.key), Rule: `must not vary with screen = "fluid", which says what each point plays`}, &tree.Node{At: a.at}, "parameters")
		}
	}
}

func (s *Sweep) readPrecision(t *schema.Table, given Given) {
	t.Ask("METRIC")
	for _, metric := range slices.Sorted(maps.Keys(t.Node.Table)) {
		t.Pass(metric)
		t.Node.Note(metric)
		share, rule := schema.ReadQuantity(t.Node.Table[metric], schema.Share)
		if rule != "" || !(share > 0 && share < 1) {
			t.Mistake(metric, `must be a share between 0 and 1 such as "5%"`, "")
			continue
		}
		if given.CheckMetric != nil {
			if err := given.CheckMetric(metric); err != nil {
				t.Add(schema.Fault{Path: t.PathOf(metric), Rule: err.Error()}, t.Node.Table[metric], metric)
			}
		}
		s.Precision = append(s.Precision, model.Precision{Key: metric, Relative: share})
	}
}

// readBlock reads one design with its axes.
func readBlock(t *schema.Table, given Given) *block {
	b := &block{design: t.Choice("design"), rows: t.Whole("points"), seed: uint64(t.Whole("seed")), at: t.Node.At, root: given.Root}
	parameters := t.Inside("parameters")
	parameters.Ask("KEY")
	points := t.Each("list")
	for _, p := range points {
		b.readPoint(p)
	}
	for _, key := range parameters.Node.Written() {
		if a := readAxis(parameters, key, parameters.Inline(key), sampled(b.design)); a != nil {
			a.locate(b.root)
			b.axes = append(b.axes, a)
		}
	}
	if parameters.Faultless() && t.Faultless() {
		b.check(t, len(points))
	}
	return b
}

// readPoint reads a point of the list design.
func (b *block) readPoint(t *schema.Table) {
	row := map[string]*tree.Node{}
	for _, key := range slices.Sorted(maps.Keys(t.Node.Table)) {
		row[key] = t.Inline(key)
	}
	b.list = append(b.list, row)
}

// check verifies that a design has what it needs, and completes it.
func (b *block) check(t *schema.Table, points int) {
	if points > 0 != (b.design == designList) {
		t.Mistake("design", fmt.Sprintf("must be %q with a list of points, and only then", designList), "")
		return
	}
	if b.design == designList {
		if len(b.axes) > 0 {
			t.Mistake("parameters", "must be empty beside a list of points", "")
			return
		}
		b.listAxes()
	}
	if len(b.axes) == 0 {
		t.Mistake("parameters", "must name at least one key of the file: there is nothing to sweep", "")
		return
	}
	switch rule := b.complete(); {
	case rule != "":
		t.Mistake("design", rule, "")
	case sampled(b.design) && b.rows == 0:
		t.Mistake("points", "must be at least 1 for a sampled design: there are no points", "")
	case !sampled(b.design) && b.rows != 0:
		t.Mistake("points", "must be 0 unless the design is sampled: the values say how many there are", "")
	}
}

package space

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Search is the [search] of a scenario: the configurations among which the
// cheapest is looked for that meets the thresholds. It is immutable and safe for
// concurrent use.
type Search struct {
	Space
	Minimize     string  // key of the metric that says what cheap is
	Confidence   float64 // of what the search says, 0.95
	Indifference float64 // share of the cost below which differences do not matter
	// Replications of a candidate before it is judged; those of the command replace
	// them, whatever the budget says.
	Replications    int
	MaxReplications int  // of a candidate at most, in each of the search's phases
	Points          int  // candidates tried at most
	Budget          int  // replications at most, of all candidates together
	Seed            int  // of the candidates that are tried first
	Fluid           bool // exploring plays rates
}

// ScreenStep is the step in which rates are played that screen: metrics for scaling have a value a
// minute, or five.
const ScreenStep = 60 * sim.Second

// LeastBudget is the least budget of a search with so many replications before a
// candidate is judged: enough to judge a few of them and to confirm one.
func LeastBudget(replications int) int { return 8 * replications }

// mostCandidates bounds a search: numbers of candidates, and of replications of
// all of them, are far from overflowing.
const mostCandidates = 1e12

// SearchKeys are the rows of [search].
func SearchKeys() []schema.Key {
	return schema.Within("search", "", []schema.Key{
		schema.Row("minimize", schema.Text(), `"cost.total"`, "the metric that says what cheap is: cost.per_hour, or any other"),
		schema.Row("confidence", schema.Quantity(schema.Share, 0.5, 0.999), `"95%"`, "of the recommendation"),
		schema.Row("indifference", schema.Quantity(schema.Share, 0, 0.5), `"1%"`, "difference in cost that does not matter"),
		schema.Row("replications", schema.Whole(3, 10_000), "10", "of a candidate before it is judged"),
		schema.Row("max_replications", schema.Whole(3, 100_000), "(10 × replications)", "of a candidate that is hard to judge, in each phase"),
		schema.Row("points", schema.Whole(1, 10_000), "100", "candidates tried at most; if there are more, a surrogate chooses which, up to 300"),
		schema.Row("budget", schema.Whole(10, 1e9), "20000", "replications at most, of all candidates together"),
		schema.Row("seed", schema.Whole(0, 1<<53), "0", "of the first candidates where a surrogate chooses the others"),
		schema.Row("screen", schema.OneOf("request: exploring plays every request", "fluid: exploring plays rates, in steps of 1m; what it finds is compared and confirmed by requests"), `"request"`, "by what a surrogate learns which candidates to compare"),
		schema.Row("parameters", schema.Inner(), schema.Required, "the choices: keys of this file with their values"),
		schema.Row("parameters.KEY", schema.Free(), "", `values: a list, { min, max, integer = true }, { min, max, steps, scale = "log" } or { values, when = { "key" = value } }`),
	})
}

// ReadSearch reads [search], nil if the file has none. Its axes are checked once
// the scenario is found good.
func ReadSearch(top *schema.Table, given Given) *Search {
	if !top.Has("search") {
		return nil
	}
	t := top.Inside("search")
	s := &Search{
		Space:    Space{table: "search", schema: t.Schema()},
		Minimize: t.Text("minimize"), Confidence: t.Quantity("confidence"), Indifference: t.Quantity("indifference"),
		Points: t.Whole("points"), Budget: t.Whole("budget"), Seed: t.Whole("seed"),
		Replications: t.Whole("replications"), Fluid: t.Choice("screen") == "fluid",
	}
	if given.Override > 0 {
		s.Replications = given.Override
	}
	t.Assume("max_replications", int64(max(3, 10*s.Replications)))
	s.MaxReplications = t.Whole("max_replications")
	if t.Sound("replications", "max_replications") && given.Override == 0 && s.MaxReplications < s.Replications {
		t.Mistake("max_replications", fmt.Sprintf("must be at least replications (%d)", s.Replications), "")
	}
	s.MaxReplications = max(s.MaxReplications, s.Replications)
	least := LeastBudget(s.Replications)
	if t.Sound("replications", "budget") && given.Override == 0 && s.Budget < least {
		t.Mistake("budget", fmt.Sprintf("must be at least %d × replications (%d)", LeastBudget(1), least), "")
	}
	if given.CheckMetric != nil && t.Sound("minimize") {
		if err := given.CheckMetric(s.Minimize); err != nil {
			t.Mistake("minimize", err.Error(), "")
		}
	}
	if b := readChoices(t, given); b != nil {
		s.add(b)
		s.checkAxes(t, given)
	}
	t.Done()
	return s
}

// readChoices reads the axes of a search as a grid, nil after recording what is
// wrong with them.
func readChoices(t *schema.Table, given Given) *block {
	parameters := t.Inside("parameters")
	parameters.Ask("KEY")
	b := &block{design: designGrid, at: t.Node.At, root: given.Root}
	for _, key := range parameters.Node.Written() {
		a := readAxis(parameters, key, parameters.Inline(key), true)
		if a == nil {
			continue
		}
		if rule := a.choices(); rule != "" {
			parameters.Mistake(key, rule, "")
			continue
		}
		a.locate(b.root)
		b.axes = append(b.axes, a)
	}
	switch {
	case !parameters.Faultless() || parameters.Broken:
		return nil
	case len(b.axes) == 0:
		t.Mistake("parameters", "must name at least one key of the file: there is nothing to choose", "")
		return nil
	}
	rule := b.complete()
	if rule == "" && b.count > mostCandidates {
		rule = fmt.Sprintf("must combine to at most %.0f candidates: leave choices out", float64(mostCandidates))
	}
	if rule != "" {
		t.Mistake("parameters", rule, "")
		return nil
	}
	return b
}

// alike are the tables in which candidates must not differ: they would not be
// measured by one measure.
var alike = []string{"name", "include", "run", "thresholds", "sweep", "search"}

// mostIntegers bounds the values of a range.
const mostIntegers = 1_000_000

// choices makes a list of values of a range. It returns what is wrong with the
// axis of a search, "" if nothing.
func (a *axis) choices() string {
	if slices.Contains(alike, a.path[0]) {
		return "must be no key of [" + a.path[0] + "]: all candidates are judged alike"
	}
	if a.span == nil {
		return ""
	}
	s := a.span
	first, last := math.Ceil(s.low), math.Floor(s.high)
	switch {
	case !s.integer || s.log:
		return "must be a list, have steps, or be a linear range with integer = true: a search chooses among single values"
	case last < first:
		return "must have an integer between min and max"
	case last-first >= mostIntegers:
		return fmt.Sprintf("must have at most %d integers", mostIntegers)
	}
	for i := range int(last-first) + 1 {
		a.values = append(a.values, s.at((first+float64(i)-s.low)/(s.high-s.low), a.at))
	}
	a.span, a.steps = nil, true
	return ""
}

// Assignments returns a candidate as overrides of the file (as --set has them).
func (s *Search) Assignments(candidate int) []string {
	_, chosen := s.tree(candidate)
	var all []string
	for i, n := range chosen {
		if n == nil {
			continue
		}
		value := n.String()
		if text, ok := n.AsText(); ok {
			if _, err := tree.ParseValue(text, tree.Position{}); err != nil && strings.TrimSpace(text) == text {
				value = text // what is no TOML is a string
			}
		}
		all = append(all, s.axes[i].key+"="+value)
	}
	return all
}

// Edge is a choice at the end of its range: beyond it may be a better one.
type Edge struct {
	Axis, Value string
	Largest     bool // else the smallest
}

// Edges lists the numbers of a candidate that are the smallest or the largest of
// three or more, where the scenario would take the next one beyond.
func (s *Search) Edges(candidate int) []Edge {
	var edges []Edge
	for i, v := range s.Settings(candidate) {
		var numbers []float64
		for _, other := range s.axes[i].values {
			if o := settingOf(other); o.Numeric {
				numbers = append(numbers, o.Number)
			}
		}
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
		n := len(numbers)
		if !v.Numeric || n < 3 {
			continue
		}
		switch v.Number {
		case numbers[0]:
			if s.takes(candidate, i, 2*v.Number-numbers[1]) {
				edges = append(edges, Edge{s.axes[i].key, v.Text, false})
			}
		case numbers[n-1]:
			if s.takes(candidate, i, 2*v.Number-numbers[n-2]) {
				edges = append(edges, Edge{s.axes[i].key, v.Text, true})
			}
		}
	}
	return edges
}

// takes reports whether a candidate could have another number on an axis.
func (s *Search) takes(candidate, axis int, number float64) bool {
	chosen := s.choose(candidate)
	n := *chosen[axis]
	n.Scalar = number
	if number == math.Trunc(number) && math.Abs(number) < 1<<53 {
		n.Scalar = int64(number)
	}
	chosen[axis] = &n
	err := s.load(s.apply(chosen), chosen)
	return err == nil
}

// Present returns what the file itself gives to each axis.
func (s *Search) Present() []Setting {
	settings := make([]Setting, len(s.axes))
	for i, a := range s.axes {
		settings[i] = settingOf(s.root.Get(a.path))
	}
	return settings
}

package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Search is the [search] of a scenario: the configurations among which the
// cheapest is looked for that meets the thresholds. It is immutable and safe for
// concurrent use.
type Search struct {
	Minimize     string  // key of the metric that says what cheap is
	Confidence   float64 // of what the search says, 0.95
	Indifference float64 // share of the cost below which differences do not matter
	// Replications of a candidate before it is judged; those of [Options] replace
	// them, whatever the budget says.
	Replications    int
	MaxReplications int // of a candidate at most, in each of the search's phases
	Points          int // candidates tried at most
	Budget          int // replications at most, of all candidates together
	Seed            int // of the candidates that are tried first

	grid *Sweep // of the candidates
}

// LeastBudget is the least budget of a search with so many replications before a
// candidate is judged: enough to judge a few of them and to confirm one.
func LeastBudget(replications int) int { return 8 * replications }

// mostCandidates bounds a search: numbers of candidates, and of replications of
// all of them, are far from overflowing.
const mostCandidates = 1e12

func searchKeys() []Key {
	return within("search", "", []Key{
		{"minimize", text(), `"cost.total"`, "the metric that says what cheap is: cost.per_hour, or any other", ""},
		{"confidence", quantity(inShares, 0.5, 0.999), `"95%"`, "of the recommendation", ""},
		{"indifference", quantity(inShares, 0, 0.5), `"1%"`, "difference in cost that does not matter", ""},
		{"replications", whole(3, 10_000), "10", "of a candidate before it is judged", ""},
		{"max_replications", whole(3, 100_000), "(10 × replications)", "of a candidate that is hard to judge, in each phase", ""},
		{"points", whole(1, 10_000), "100", "candidates tried at most; if there are more, a surrogate chooses which, up to 300", ""},
		{"budget", whole(10, 1e9), "20000", "replications at most, of all candidates together", ""},
		{"seed", whole(0, 1<<53), "0", "of the first candidates where a surrogate chooses the others", ""},
		{"parameters", inner(), required, "the choices: keys of this file with their values", ""},
		{"parameters.KEY", free(), "", `values: a list, { min, max, integer = true }, { min, max, steps, scale = "log" } or { values, when = { "key" = value } }`, ""},
	})
}

// readSearch reads [search], nil if the file has none. Its axes are checked once
// the scenario is found good.
func (l *loader) readSearch(top *table) *Search {
	if !top.has("search") {
		return nil
	}
	t := top.inside("search")
	s := &Search{
		Minimize: t.text("minimize"), Confidence: t.quantity("confidence"), Indifference: t.quantity("indifference"),
		Points: t.whole("points"), Budget: t.whole("budget"), Seed: t.whole("seed"),
		Replications: t.whole("replications"),
	}
	if l.options.Replications > 0 {
		s.Replications = l.options.Replications
	}
	t.assume("max_replications", int64(max(3, 10*s.Replications)))
	s.MaxReplications = t.whole("max_replications")
	if t.sound("replications", "max_replications") && l.options.Replications == 0 && s.MaxReplications < s.Replications {
		t.mistake("max_replications", fmt.Sprintf("must be at least replications (%d)", s.Replications), "")
	}
	s.MaxReplications = max(s.MaxReplications, s.Replications)
	least := LeastBudget(s.Replications)
	if t.sound("replications", "budget") && l.options.Replications == 0 && s.Budget < least {
		t.mistake("budget", fmt.Sprintf("must be at least %d × replications (%d)", LeastBudget(1), least), "")
	}
	if l.options.CheckMetric != nil && t.sound("minimize") {
		if err := l.options.CheckMetric(s.Minimize); err != nil {
			t.mistake("minimize", err.Error(), "")
		}
	}
	s.grid = &Sweep{Design: designGrid, table: "search"}
	if b := l.readChoices(t); b != nil {
		s.grid.add(b)
		l.checkAxes(t, s.grid)
	}
	t.done()
	return s
}

// readChoices reads the axes of a search as a grid, nil after recording what is
// wrong with them.
func (l *loader) readChoices(t *table) *block {
	parameters := t.inside("parameters")
	l.asked["search.parameters.KEY"] = true
	b := &block{design: designGrid, at: t.n.at, root: l.scenario.root}
	for _, key := range parameters.n.asWritten() {
		a := readAxis(parameters, key, parameters.inline(key), true)
		if a == nil {
			continue
		}
		if rule := a.choices(); rule != "" {
			parameters.mistake(key, rule, "")
			continue
		}
		a.locate(b.root)
		b.axes = append(b.axes, a)
	}
	switch {
	case len(parameters.bad) > 0 || parameters.broken:
		return nil
	case len(b.axes) == 0:
		t.mistake("parameters", "must name at least one key of the file: there is nothing to choose", "")
		return nil
	}
	rule := b.complete()
	if rule == "" && b.count > mostCandidates {
		rule = fmt.Sprintf("must combine to at most %.0f candidates: leave choices out", float64(mostCandidates))
	}
	if rule != "" {
		t.mistake("parameters", rule, "")
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

// Len returns the number of candidates.
func (s *Search) Len() int { return s.grid.Len() }

// Axes returns the keys that candidates choose, in the order of the file.
func (s *Search) Axes() []string { return s.grid.Axes() }

// Settings returns what a candidate gives to each axis.
func (s *Search) Settings(candidate int) []Setting { return s.grid.Settings(candidate) }

// Candidate reads the scenario of a candidate. The error is a [Faults].
func (s *Search) Candidate(candidate int) (*Scenario, error) { return s.grid.Point(candidate) }

// Resolved returns the scenario of a candidate as a file of its own, with so many
// replications: [Scenario.Resolved] of it. The error is a [Faults].
func (s *Search) Resolved(candidate, replications int) ([]byte, error) {
	grid := *s.grid
	grid.options.Replications = replications
	scenario, err := grid.Point(candidate)
	if err != nil {
		return nil, err
	}
	return scenario.Resolved(), nil
}

// Assignments returns a candidate as overrides of the file ([Options.Set]).
func (s *Search) Assignments(candidate int) []string {
	_, chosen := s.grid.tree(candidate)
	var all []string
	for i, n := range chosen {
		if n == nil {
			continue
		}
		value := n.String()
		if text, ok := n.scalar.(string); ok {
			if _, err := parseValue(text, position{}); err != nil && strings.TrimSpace(text) == text {
				value = text // what is no TOML is a string
			}
		}
		all = append(all, s.grid.axes[i].key+"="+value)
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
		for _, other := range s.grid.axes[i].values {
			if o := other.setting(); o.Numeric {
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
				edges = append(edges, Edge{s.grid.axes[i].key, v.Text, false})
			}
		case numbers[n-1]:
			if s.takes(candidate, i, 2*v.Number-numbers[n-2]) {
				edges = append(edges, Edge{s.grid.axes[i].key, v.Text, true})
			}
		}
	}
	return edges
}

// takes reports whether a candidate could have another number on an axis.
func (s *Search) takes(candidate, axis int, number float64) bool {
	chosen := s.grid.choose(candidate)
	n := *chosen[axis]
	n.scalar = number
	if number == math.Trunc(number) && math.Abs(number) < 1<<53 {
		n.scalar = int64(number)
	}
	chosen[axis] = &n
	_, err := s.grid.load(s.grid.apply(chosen), chosen)
	return err == nil
}

// Present returns what the file itself gives to each axis.
func (s *Search) Present() []Setting {
	settings := make([]Setting, len(s.grid.axes))
	for i, a := range s.grid.axes {
		settings[i] = s.grid.root.get(a.path).setting()
	}
	return settings
}

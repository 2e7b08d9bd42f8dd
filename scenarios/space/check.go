package space

import (
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// fixedKeys are what no sweep varies, with what says it instead.
var fixedKeys = map[string]string{
	"run.replications": "the replications of every point are sweep.replications",
	"run.memory":       "all points share what the program may take",
	"include":          "files are included before there is a sweep: an axis may name tables instead",
	"thresholds":       "all points are judged alike",
	"sweep":            "a sweep does not change itself",
	"search":           "a search is no part of what is simulated",
}

// checkAxes verifies what axes say of each other.
func (s *Space) checkAxes(t *schema.Table, given Given) {
	for i, a := range s.axes {
		fault := func(rule, got string) {
			t.Add(schema.Fault{Path: t.Path + ".parameters." + tree.QuoteKey(a.key), Rule: rule, Got: got}, &tree.Node{At: a.at}, "parameters")
		}
		for _, name := range []string{a.path[0], strings.Join(a.path, ".")} {
			if why := fixedKeys[name]; why != "" {
				fault("must be another key: "+why, "")
			}
		}
		for _, other := range s.axes[:i] {
			switch rest, ok := tree.Below(other.place, a.place); {
			case ok && len(rest) == 0:
				fault("must name each key once, and "+other.key+" is the same key", "")
			case ok:
				fault("must stand before "+other.key+", whose values it would replace", "")
			}
		}
		for _, c := range a.when {
			if rule := s.mistaken(i, &c, given.Root); rule != "" {
				t.Add(schema.Fault{Path: t.Path + ".parameters." + tree.QuoteKey(a.key) + ".when", Got: tree.Quote(c.key), Rule: rule, Hint: t.Hint(c.key, s.Axes())},
					&tree.Node{At: a.at}, "parameters")
			}
		}
	}
}

// mistaken returns what is wrong with a condition of an axis, "" if nothing: what
// it asks for must be known before the axis has a value.
func (s *Space) mistaken(axis int, c *condition, root *tree.Node) string {
	varied, here := false, s.blockOf(axis)
	for i, other := range s.axes {
		_, above := tree.Below(c.place, other.place)
		_, inside := tree.Below(other.place, c.place)
		switch {
		case !above && !inside:
		case i >= axis:
			return "must name an axis above it, or a key that only those change"
		case s.blockOf(i) != here:
			return "must name an axis of the same design"
		default:
			varied = true
		}
	}
	value := root.Get(c.path)
	switch {
	case len(c.allowed) == 0:
		return "must allow at least one value"
	case varied && !s.possible(axis, c, value):
		return "must be possible: it never has one of these values"
	case varied:
		return ""
	case value == nil:
		return "must name an axis above or a key of the file"
	case !slices.Contains(c.allowed, value.String()):
		return "must be possible: no axis changes " + c.key + ", which is " + value.String()
	}
	return ""
}

// possible reports whether what a condition asks for, that an axis above may change,
// can have one of the values that it allows.
func (s *Space) possible(axis int, c *condition, present *tree.Node) bool {
	if present != nil && slices.Contains(c.allowed, present.String()) {
		return true
	}
	for i, other := range s.axes[:axis] {
		rest, above := tree.Below(c.place, other.place)
		if _, inside := tree.Below(other.place, c.place); inside && !above || other.span != nil {
			return true // who knows
		}
		if above && slices.ContainsFunc(slices.Concat(other.values, s.values(i)), func(v *tree.Node) bool {
			v = v.Get(rest)
			return v != nil && slices.Contains(c.allowed, v.String())
		}) {
			return true
		}
	}
	return false
}

// blockOf returns the index of the design that an axis belongs to.
func (s *Space) blockOf(axis int) int {
	for k, b := range s.blocks {
		if axis -= len(b.axes); axis < 0 {
			return k
		}
	}
	panic("scenarios: an axis of no design")
}

// attempts is in how many points a value is tried before it is called wrong:
// it may be right only beside certain values of other axes.
const attempts = 16

// mostWrong is how many wrong values of an axis are reported.
const mostWrong = 10

// Check loads the scenario with every value of every axis, in some point that
// has it, and returns the faults of values that are wrong wherever they stand.
func (s *Space) Check() schema.Faults {
	faults, misfits := s.Fit()
	for i, a := range s.axes {
		if slices.Contains(misfits, i) {
			continue
		}
		wrong := 0
		for _, v := range s.values(i) {
			found := s.attempt(i, v, misfits)
			for k := range found {
				if (a.span != nil || a.steps) && strings.Contains(found[k].Rule, "must be an integer") {
					found[k].Rule += "; integer = true makes a range one of integers"
				}
			}
			faults = append(faults, found...)
			if len(found) > 0 {
				wrong++
			}
			if wrong == mostWrong || wrong > 0 && found != nil && found[0].Got == "" {
				break // enough is wrong, or it is not the value
			}
		}
	}
	return faults
}

// Fit returns what is wrong with the paths of axes, and which these are.
func (s *Space) Fit() (faults schema.Faults, misfits []int) {
	for i, a := range s.axes {
		if slices.ContainsFunc(s.axes[:i], func(other *axis) bool { _, ok := tree.Below(a.place, other.place); return ok }) {
			continue // the other's values say whether it fits
		}
		if rule := a.fits(s.root, s.schema); rule != "" {
			faults = append(faults, schema.Fault{File: a.at.File, Line: a.at.Line, Path: s.table + ".parameters." + tree.QuoteKey(a.key), Rule: rule})
			misfits = append(misfits, i)
		}
	}
	return faults, misfits
}

// somewhere is a share of a range that hits a whole number of few.
const somewhere = 0.3819660113

// mostTried is how many values of a range with steps are tried.
const mostTried = 64

// values returns the values of an axis, or those of its range that are tried: the
// ends, and what may be wrong with all between.
func (s *Space) values(i int) []*tree.Node {
	a := s.axes[i]
	if a.span != nil {
		return []*tree.Node{a.span.at(0, a.at), a.span.at(1, a.at), a.sample(somewhere)}
	}
	if n := len(a.values); a.steps && n > mostTried {
		values := []*tree.Node{a.values[0], a.values[n-1]}
		for k := range mostTried - 2 {
			values = append(values, a.values[1+k*(n-2)/(mostTried-2)])
		}
		return values
	}
	if a.values != nil {
		return a.values
	}
	var values []*tree.Node // of a list of points
	for _, b := range s.blocks {
		for _, row := range b.list {
			if v := row[a.key]; v != nil {
				values = append(values, v)
			}
		}
	}
	return values
}

// attempt loads points in which an axis has a value, without the axes that fit nowhere,
// and returns the faults at the value if all of them have some.
func (s *Space) attempt(i int, v *tree.Node, misfits []int) schema.Faults {
	var first schema.Faults
	tried := 0
	n := s.Len()
	step := stride(n)
	for k, point := 0, 0; k < min(n, 10_000); k, point = k+1, (point+step)%n {
		chosen := s.choose(point)
		if chosen[i] == nil || s.fixed(i) && chosen[i] != v {
			continue
		}
		chosen[i] = v
		for _, other := range misfits {
			chosen[other] = nil
		}
		root := s.apply(chosen)
		if chosen[i] == nil {
			continue // its condition fails in this point
		}
		err := s.load(root, chosen)
		faults, _ := err.(schema.Faults)
		faults = slices.DeleteFunc(slices.Clone(faults), func(f schema.Fault) bool {
			return f.File != v.At.File || f.Line != v.At.Line
		})
		if len(faults) == 0 {
			return nil
		}
		if first == nil {
			first = faults
		}
		if tried++; tried == attempts {
			break
		}
	}
	for k := range first {
		first[k].Rule += s.named(i, v)
	}
	return first
}

// stride is a step through n points that visits all of them, neighbours far
// apart.
func stride(n int) int {
	step := n - n/3
	for a, b := step, n; ; step, a, b = step+1, step+1, n {
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return step
		}
	}
}

// fixed reports whether the values of an axis go with those of others.
func (s *Space) fixed(i int) bool {
	for _, b := range s.blocks {
		if i < len(b.axes) {
			return b.design == designZip || b.design == designList
		}
		i -= len(b.axes)
	}
	return false
}

// named says in which point an axis first has a value.
func (s *Space) named(i int, v *tree.Node) string {
	for point := range min(s.Len(), 100_000) {
		if s.choose(point)[i] == v {
			unit := "point"
			if s.table == "search" {
				unit = "candidate"
			}
			return fmt.Sprintf(" (first in %s %d of the %s)", unit, point, s.table)
		}
	}
	return " (in the " + s.table + ")"
}

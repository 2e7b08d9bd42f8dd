package scenarios

import (
	"fmt"
	"slices"
	"strconv"
)

// checkAxes verifies what axes say of each other.
func (l *loader) checkAxes(t *table, s *Sweep) {
	known := map[string]bool{}
	for _, a := range s.axes {
		if known[a.key] {
			t.add(Fault{Path: t.path, Rule: "must name each key once, got " + strconv.Quote(a.key)}, &node{at: a.at}, "parameters")
		}
		for _, c := range a.when {
			if !known[c.key] && l.scenario.root.get(c.path) == nil {
				t.add(Fault{
					Path: t.path + ".parameters." + quoteKey(a.key) + ".when", Got: quote(c.key),
					Rule: "must name an axis above or a key of the file", Hint: hint(c.key, s.Axes()),
				}, &node{at: a.at}, "parameters")
			}
		}
		known[a.key] = true
	}
}

// attempts is in how many points a value is tried before it is called wrong:
// it may be right only beside certain values of other axes.
const attempts = 16

// mostWrong is how many wrong values of an axis are reported.
const mostWrong = 10

// check loads the scenario with every value of every axis, in some point that
// has it, and returns the faults of values that are wrong wherever they stand.
func (s *Sweep) check() Faults {
	var faults Faults
	for i, a := range s.axes {
		if rule := a.fits(s.root); rule != "" {
			faults = append(faults, Fault{File: a.at.file, Line: a.at.line, Path: s.table + ".parameters." + quoteKey(a.key), Rule: rule})
			continue
		}
		wrong := 0
		for _, v := range s.values(i) {
			found := s.try(i, v)
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

// values returns the values of an axis, or the ends of its range.
func (s *Sweep) values(i int) []*node {
	a := s.axes[i]
	if a.span != nil {
		return []*node{a.span.at(0, a.at), a.span.at(1, a.at)}
	}
	if a.steps {
		return []*node{a.values[0], a.values[len(a.values)-1]}
	}
	if a.values != nil {
		return a.values
	}
	var values []*node // of a list of points
	for _, b := range s.blocks {
		for _, row := range b.list {
			if v := row[a.key]; v != nil {
				values = append(values, v)
			}
		}
	}
	return values
}

// try loads points in which an axis has a value, and returns the faults at the
// value if all of them have some.
func (s *Sweep) try(i int, v *node) Faults {
	var first Faults
	tried := 0
	n := s.Len()
	step := stride(n)
	for k, point := 0, 0; k < min(n, 10_000); k, point = k+1, (point+step)%n {
		chosen := s.choose(point)
		if chosen[i] == nil || s.fixed(i) && chosen[i] != v {
			continue
		}
		chosen[i] = v
		root := s.apply(chosen)
		if chosen[i] == nil {
			continue // its condition fails in this point
		}
		_, err := s.load(root, chosen)
		faults, _ := err.(Faults)
		faults = slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool {
			return f.File != v.at.file || f.Line != v.at.line
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
func (s *Sweep) fixed(i int) bool {
	for _, b := range s.blocks {
		if i < len(b.axes) {
			return b.design == designZip || b.design == designList
		}
		i -= len(b.axes)
	}
	return false
}

// named says in which point an axis first has a value.
func (s *Sweep) named(i int, v *node) string {
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

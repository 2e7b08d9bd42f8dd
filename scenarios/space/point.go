package space

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Len returns the number of points; huge numbers are cut at 2⁵⁰.
func (s *Space) Len() int {
	n := 1
	for _, b := range s.blocks {
		n = min(n*max(1, b.count), Uncountable)
		if b.count == 0 {
			return 0
		}
	}
	return n
}

// Axes returns the keys that vary, in the order of the file.
func (s *Space) Axes() []string {
	keys := make([]string, len(s.axes))
	for i, a := range s.axes {
		keys[i] = a.key
	}
	return keys
}

// Settings returns what a point gives to each axis.
func (s *Space) Settings(point int) []Setting {
	chosen := s.choose(point)
	if slices.ContainsFunc(s.axes, (*axis).conditional) {
		s.apply(chosen)
	}
	settings := make([]Setting, len(chosen))
	for i, n := range chosen {
		settings[i] = settingOf(n)
		if a := s.axes[i]; n != nil && (a.span != nil || a.steps) {
			settings[i].measure(n)
		}
	}
	return settings
}

// Tree returns the scenario's tree with the values of a point in it. The error is a
// [schema.Faults].
func (s *Space) Tree(point int) (*tree.Node, error) {
	root, chosen := s.tree(point)
	if faults := s.misplaced(root, chosen); len(faults) > 0 {
		return nil, faults
	}
	return root, nil
}

// choose returns what the designs give to each axis of a point; the last design
// varies fastest.
func (s *Space) choose(point int) []*tree.Node {
	chosen := make([]*tree.Node, len(s.axes))
	end := len(s.axes)
	for _, b := range slices.Backward(s.blocks) {
		copy(chosen[end-len(b.axes):end], b.choose(point%b.count))
		point /= b.count
		end -= len(b.axes)
	}
	return chosen
}

// tree returns the scenario's tree with the values of a point in it, and these
// values; nil where a condition fails.
func (s *Space) tree(point int) (*tree.Node, []*tree.Node) {
	chosen := s.choose(point)
	return s.apply(chosen), chosen
}

// apply puts values into a copy of the tree. What cannot be put is left out:
// loading says why. Values whose condition fails become nil.
func (s *Space) apply(chosen []*tree.Node) *tree.Node {
	root := s.root.Copy()
	for i, a := range s.axes {
		if chosen[i] == nil {
			continue
		}
		if !a.holds(func(c condition) *tree.Node { return cmp.Or(root.Get(c.path), s.blocks[0].root.Get(c.path)) }) {
			chosen[i] = nil
			continue
		}
		a.put(root, chosen[i])
	}
	return root
}

// put sets the key of the axis. It returns what is wrong with the key.
func (a *axis) put(root, value *tree.Node) string {
	return root.Set(a.path, value.Copy())
}

// load returns the faults of a tree that belongs to the space.
func (s *Space) load(root *tree.Node, chosen []*tree.Node) error {
	if faults := s.misplaced(root, chosen); len(faults) > 0 {
		return faults
	}
	return s.try(root)
}

// misplaced returns which values have no place in their tree.
func (s *Space) misplaced(root *tree.Node, chosen []*tree.Node) schema.Faults {
	var faults schema.Faults
	for i, a := range s.axes {
		if chosen[i] != nil {
			if rule := a.fits(root, s.schema); rule != "" {
				faults = append(faults, schema.Fault{File: a.at.File, Line: a.at.Line, Path: a.key, Rule: rule})
			}
		}
	}
	return faults
}

// fits returns what is wrong with the path of the axis in a scenario, "" if
// nothing: tables by name and elements of lists on the way must be there.
func (a *axis) fits(root *tree.Node, keys *schema.Schema) string {
	n, pattern := root, ""
	for i, name := range a.path[:len(a.path)-1] {
		switch {
		case n == nil:
			return ""
		case n.Form == tree.ListForm:
			k := n.Element(name)
			if k < 0 {
				return "names no element of the list: one goes by its name or by 0.." + strconv.Itoa(len(n.List)-1)
			}
			n = n.List[k]
			continue
		case n.Form == tree.ScalarForm:
			return "nothing can be below a value, so not " + strconv.Quote(name)
		}
		next := n.Table[name]
		if keys.Named(pattern) && next == nil {
			near := schema.Nearest(name, n.Keys())
			rule := "names no table of the file"
			if near != "" {
				fixed := slices.Clone(a.path)
				fixed[i] = near
				rule += " (did you mean " + strconv.Quote(tree.Dotted(fixed)) + "?)"
			}
			return rule
		}
		if pattern != "" {
			pattern += "."
		}
		pattern += name
		n = next
	}
	switch last := a.path[len(a.path)-1]; {
	case n == nil:
		return ""
	case n.Form == tree.ScalarForm:
		return "nothing can be below a value, so not " + strconv.Quote(last)
	case n.Form == tree.ListForm && n.Element(last) < 0:
		return "names no element of the list: one goes by its name or by 0.." + strconv.Itoa(len(n.List)-1)
	}
	return ""
}

// Summary describes the values of an axis in a few words.
func (s *Space) Summary(axis int) string {
	const most = 8
	a := s.axes[axis]
	text := ""
	if a.span != nil {
		text = settingOf(a.span.at(0, a.at)).Brief + " .. " + settingOf(a.span.at(1, a.at)).Brief
		if a.span.log {
			text += ", log scale"
		}
	}
	values := s.values(axis)
	if a.steps {
		values = a.values
	}
	for i, v := range values {
		if a.span != nil {
			break
		}
		if i == most {
			text += ", … (" + strconv.Itoa(len(values)) + " values)"
			break
		}
		if i > 0 {
			text += ", "
		}
		text += settingOf(v).Brief
	}
	for _, c := range a.when {
		text += " when " + c.key + " = " + strings.Join(c.allowed, " or ")
	}
	return text
}

package scenarios

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Len returns the number of points; huge numbers are cut at 2⁵⁰.
func (s *Sweep) Len() int {
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
func (s *Sweep) Axes() []string {
	keys := make([]string, len(s.axes))
	for i, a := range s.axes {
		keys[i] = a.key
	}
	return keys
}

// Setting is what a point gives to an axis.
type Setting struct {
	Text    string // a string as it is, anything else as TOML; "" if the axis does not apply
	Brief   string // the same for a table's column: of what has one key only its value
	Number  float64
	Numeric bool
}

// Settings returns what a point gives to each axis.
func (s *Sweep) Settings(point int) []Setting {
	_, chosen := s.tree(point)
	settings := make([]Setting, len(chosen))
	for i, n := range chosen {
		settings[i] = n.setting()
	}
	return settings
}

func (n *node) setting() Setting {
	if n == nil {
		return Setting{}
	}
	switch v := n.scalar.(type) {
	case int64:
		text := strconv.FormatInt(v, 10)
		return Setting{Text: text, Brief: text, Number: float64(v), Numeric: true}
	case float64:
		text := strconv.FormatFloat(v, 'f', -1, 64)
		return Setting{Text: text, Brief: text, Number: v, Numeric: true}
	case string:
		return Setting{Text: v, Brief: legible(v)}
	}
	return Setting{Text: n.String(), Brief: legible(n.brief())}
}

// mostLegible is how many letters of a value a column has.
const mostLegible = 60

// legible writes a text on one line, cut to what a column has room for.
func legible(text string) string {
	letters := []rune(text)
	if len(letters) > mostLegible {
		letters = append(letters[:mostLegible-1], '…')
	}
	for i, r := range letters {
		if !unicode.IsPrint(r) {
			letters[i] = '�'
		}
	}
	return string(letters)
}

// brief writes a value without what can be guessed.
func (n *node) brief() string {
	var parts []string
	switch n.form {
	case listForm:
		for _, e := range n.list {
			parts = append(parts, e.brief())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case tableForm:
		keys := n.keys()
		if len(keys) == 1 {
			return n.table[keys[0]].brief()
		}
		for _, key := range keys {
			parts = append(parts, quoteKey(key)+" = "+n.table[key].brief())
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	if text, ok := n.scalar.(string); ok {
		return text
	}
	return formatScalar(n.scalar)
}

// Point reads the scenario of a point. The error is a [Faults].
func (s *Sweep) Point(point int) (*Scenario, error) {
	root, chosen := s.tree(point)
	return s.load(root, chosen)
}

// choose returns what the designs give to each axis of a point; the last design
// varies fastest.
func (s *Sweep) choose(point int) []*node {
	chosen := make([]*node, len(s.axes))
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
func (s *Sweep) tree(point int) (*node, []*node) {
	chosen := s.choose(point)
	return s.apply(chosen), chosen
}

// apply puts values into a copy of the tree. What cannot be put is left out:
// loading says why. Values whose condition fails become nil.
func (s *Sweep) apply(chosen []*node) *node {
	root := s.root.copied()
	for i, a := range s.axes {
		if chosen[i] == nil {
			continue
		}
		if !a.holds(func(c condition) *node { return cmp.Or(root.get(c.path), s.blocks[0].root.get(c.path)) }) {
			chosen[i] = nil
			continue
		}
		a.put(root, chosen[i])
	}
	return root
}

// put sets the key of the axis. It returns what is wrong with the key.
func (a *axis) put(root, value *node) string {
	return root.set(a.path, value.copied())
}

// load reads a tree that belongs to the sweep.
func (s *Sweep) load(root *node, chosen []*node) (*Scenario, error) {
	var faults Faults
	for i, a := range s.axes {
		if chosen[i] != nil {
			if rule := a.fits(root); rule != "" {
				faults = append(faults, Fault{File: a.at.file, Line: a.at.line, Path: a.key, Rule: rule})
			}
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	l := newLoader(root, s.path, s.options)
	if len(l.faults) > 0 {
		return nil, l.faults.ordered(s.path)
	}
	l.finish()
	return &l.scenario, nil
}

// fits returns what is wrong with the path of the axis in a scenario, "" if
// nothing: tables by name and elements of lists on the way must be there.
func (a *axis) fits(root *node) string {
	n, pattern := root, ""
	for i, name := range a.path[:len(a.path)-1] {
		switch {
		case n == nil:
			return ""
		case n.form == listForm:
			k := n.element(name)
			if k < 0 {
				return "names no element of the list: one goes by its name or by 0.." + strconv.Itoa(len(n.list)-1)
			}
			n = n.list[k]
			continue
		case n.form == scalarForm:
			return "nothing can be below a value, so not " + strconv.Quote(name)
		}
		next := n.table[name]
		if d := declarations()[pattern]; d != nil && d.Type.kind == namedKind && next == nil {
			near := nearest(name, n.keys())
			rule := "names no table of the file"
			if near != "" {
				fixed := slices.Clone(a.path)
				fixed[i] = near
				rule += " (did you mean " + strconv.Quote(dotted(fixed)) + "?)"
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
	case n.form == scalarForm:
		return "nothing can be below a value, so not " + strconv.Quote(last)
	case n.form == listForm && n.element(last) < 0:
		return "names no element of the list: one goes by its name or by 0.." + strconv.Itoa(len(n.list)-1)
	}
	return ""
}

func dotted(path []string) string {
	text := ""
	for i, p := range path {
		if i > 0 {
			text += "."
		}
		text += quoteKey(p)
	}
	return text
}

// get returns the value at a path, nil if there is none.
func (n *node) get(path []string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		switch n.form {
		case tableForm:
			n = n.table[name]
		case listForm:
			i := n.element(name)
			if i < 0 {
				return nil
			}
			n = n.list[i]
		default:
			return nil
		}
	}
	return n
}

// copied returns a copy of the tree in the same place.
func (n *node) copied() *node {
	c := *n
	c.order = nil
	if n.list != nil {
		c.list = make([]*node, len(n.list))
		for i, e := range n.list {
			c.list[i] = e.copied()
		}
	}
	if n.table != nil {
		c.table = make(map[string]*node, len(n.table))
		for key := range n.table {
			c.table[key] = n.table[key].copied()
		}
	}
	return &c
}

// Summary describes the values of an axis in a few words.
func (s *Sweep) Summary(axis int) string {
	const most = 8
	a := s.axes[axis]
	text := ""
	if a.span != nil {
		text = a.span.at(0, a.at).setting().Brief + " .. " + a.span.at(1, a.at).setting().Brief
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
		text += v.setting().Brief
	}
	for _, c := range a.when {
		text += " when " + c.key + " = " + strings.Join(c.allowed, " or ")
	}
	return text
}

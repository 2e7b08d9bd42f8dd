package space

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// axis is one key that a sweep varies, with its values: a list, or a range for
// sampled designs.
type axis struct {
	key    string
	path   []string
	place  []string // the path with elements of lists by their index
	at     tree.Position
	values []*tree.Node // nil for a range
	span   *span
	when   []condition
	steps  bool // the values are those of a range
}

// span is a range of quantities with a common unit.
type span struct {
	low, high    float64
	before, unit string // around the number: "$", "ms"
	log, integer bool
	bare         bool // min and max are integers without a unit
}

// condition holds when a key has one of some values.
type condition struct {
	key     string
	path    []string
	place   []string // as of an axis
	allowed []string // as TOML
}

// readAxis reads the values of one axis, nil after recording what is wrong.
func readAxis(t *schema.Table, key string, n *tree.Node, ranges bool) *axis {
	path, err := tree.SplitKey(key)
	if n.Form == tree.TableForm && !hasAny(n, "values", "min", "max") {
		t.Mistake(key, `must be a list of values, { min, max } or { values }; quote a dotted key: "`+key+`.…"`, "")
		return nil
	}
	if err != nil || len(path) == 0 {
		t.Mistake(key, "must be a dotted key", "")
		return nil
	}
	a := &axis{key: key, path: path, at: n.At}
	rule := ""
	switch {
	case n.Form == tree.ListForm:
		a.values = n.List
	case n.Form == tree.ScalarForm:
		rule = "must be a list of values or a range { min, max }"
	case n.Table["values"] != nil && n.Table["values"].Form == tree.ListForm:
		a.values = n.Table["values"].List
		rule = only(n, "values", "when")
	case n.Table["values"] != nil:
		rule = "must have a list of values"
	default:
		rule = a.readSpan(n, ranges)
	}
	if rule == "" && n.Form == tree.TableForm {
		rule = a.readWhen(n.Table["when"])
	}
	if rule == "" && a.span == nil && len(a.values) == 0 {
		rule = "must have at least one value: there are no points"
	}
	if rule != "" {
		t.Mistake(key, rule, "")
		return nil
	}
	return a
}

func hasAny(n *tree.Node, keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return n.Table[key] != nil })
}

// only returns the rule that a key other than these breaks.
func only(n *tree.Node, keys ...string) string {
	for _, key := range slices.Sorted(maps.Keys(n.Table)) {
		if !slices.Contains(keys, key) {
			return fmt.Sprintf("must have no other keys than %s, not %q", strings.Join(keys, ", "), key)
		}
	}
	return ""
}

// readSpan reads a range; with steps it is a list of evenly spaced values.
func (a *axis) readSpan(n *tree.Node, ranges bool) string {
	if rule := only(n, "min", "max", "scale", "integer", "steps", "when"); rule != "" {
		return rule
	}
	s := &span{}
	low, high := n.Table["min"], n.Table["max"]
	if low == nil || high == nil {
		return "must have both min and max"
	}
	_, s.bare = low.AsWhole()
	if _, whole := high.AsWhole(); !whole {
		s.bare = false
	}
	okLow, okHigh := false, false
	var before, unit string
	s.low, s.before, s.unit, okLow = splitQuantity(low)
	s.high, before, unit, okHigh = splitQuantity(high)
	switch {
	case !okLow || !okHigh:
		return "must have numbers as min and max, alone or with a unit"
	case before != s.before || unit != s.unit:
		return "must have min and max in the same unit"
	case !(s.low < s.high):
		return "must have a min below its max"
	}
	if rule := s.readInteger(n.Table["integer"]); rule != "" {
		return rule
	}
	if v := n.Table["scale"]; v != nil {
		s.log = v.Is("log")
		if !s.log && !v.Is("linear") {
			return `must have scale "linear" or "log"`
		}
	}
	if s.log && s.low <= 0 {
		return "must have a min above 0 on a log scale"
	}
	steps := n.Table["steps"]
	if steps == nil {
		if !ranges {
			return "must be a list, or have steps, in a design that is not sampled"
		}
		a.span = s
		return ""
	}
	count, ok := steps.AsWhole()
	if !ok || count < 2 || count > 1e6 {
		return "must have 2..1000000 steps"
	}
	a.steps = true
	for i := range count {
		a.values = append(a.values, s.at(float64(i)/float64(count-1), a.at))
	}
	return ""
}

// readInteger reads whether a range is one of integers.
func (s *span) readInteger(n *tree.Node) string {
	if n == nil {
		return ""
	}
	var ok bool
	if s.integer, ok = n.AsFlag(); !ok {
		return "must have integer = true or false"
	}
	if s.integer && (s.low != math.Trunc(s.low) || s.high != math.Trunc(s.high)) {
		return "must have whole numbers as min and max with integer = true"
	}
	return ""
}

// splitQuantity takes a quantity apart: number, and what stands around it.
func splitQuantity(n *tree.Node) (value float64, before, unit string, ok bool) {
	switch v := n.Scalar.(type) {
	case int64:
		return float64(v), "", "", true
	case float64:
		return v, "", "", !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		rest, dollars := strings.CutPrefix(strings.TrimSpace(v), "$")
		if dollars {
			before = "$"
		}
		end := schema.NumberLength(rest)
		value, err := strconv.ParseFloat(rest[:end], 64)
		return value, before, strings.TrimSpace(rest[end:]), err == nil && before+rest[end:] != ""
	}
	return 0, "", "", false
}

// at returns the value at a share of the range, from min at 0 to max at 1.
func (s *span) at(share float64, at tree.Position) *tree.Node {
	v := s.low + share*(s.high-s.low)
	if s.log {
		low, high := math.Log(s.low), math.Log(s.high)
		v = math.Exp(low + share*(high-low))
	}
	if s.integer {
		v = math.Round(v)
	} else {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64) // the last digits of a logarithm are noise
	}
	v = min(max(v, s.low), s.high)
	n := &tree.Node{At: at, Form: tree.ScalarForm, Scalar: v}
	switch {
	case s.before+s.unit != "":
		n.Scalar = s.before + strconv.FormatFloat(v, 'f', -1, 64) + s.unit
	case s.integer || s.bare && v == math.Trunc(v):
		n.Scalar = int64(v)
	}
	return n
}

// sample returns the value of the axis at a coordinate in [0, 1).
func (a *axis) sample(u float64) *tree.Node {
	if a.span == nil {
		return a.values[min(int(u*float64(len(a.values))), len(a.values)-1)]
	}
	if a.span.integer { // every integer as likely as the next
		s := *a.span
		first, last := math.Ceil(s.low), math.Floor(s.high)
		if !s.log {
			return s.at((first+math.Floor(u*(last-first+1))-s.low)/(s.high-s.low), a.at)
		}
	}
	return a.span.at(u, a.at)
}

// readWhen reads the condition of an axis.
func (a *axis) readWhen(n *tree.Node) string {
	if n == nil {
		return ""
	}
	if n.Form != tree.TableForm {
		return `must have a table as when: { "key" = value }`
	}
	for _, key := range slices.Sorted(maps.Keys(n.Table)) {
		path, err := tree.SplitKey(key)
		if err != nil || len(path) == 0 {
			return fmt.Sprintf("must have dotted keys in when, not %q", key)
		}
		c := condition{key: key, path: path}
		v := n.Table[key]
		if v.Form != tree.ListForm {
			v = &tree.Node{Form: tree.ListForm, List: []*tree.Node{v}}
		}
		for _, e := range v.List {
			c.allowed = append(c.allowed, e.String())
		}
		a.when = append(a.when, c)
	}
	return ""
}

// locate finds the place of the axis and of what its conditions name.
func (a *axis) locate(root *tree.Node) {
	a.place = root.Place(a.path)
	for i := range a.when {
		a.when[i].place = root.Place(a.when[i].path)
	}
}

// conditional reports whether there are points to which the axis gives nothing.
func (a *axis) conditional() bool { return len(a.when) > 0 }

// holds reports whether all conditions of the axis are met, given what a key
// has.
func (a *axis) holds(value func(condition) *tree.Node) bool {
	for _, c := range a.when {
		n := value(c)
		if n == nil || !slices.Contains(c.allowed, n.String()) {
			return false
		}
	}
	return true
}

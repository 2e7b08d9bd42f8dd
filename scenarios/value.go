package scenarios

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/model"
	"headroom/sim"
)

// flag reads true or false.
func (t *table) flag(key string) bool {
	n, _ := t.take(key, flagKind)
	if n == nil {
		return false
	}
	v, ok := n.scalar.(bool)
	if !ok {
		t.mistake(key, "must be true or false", "")
	}
	return v
}

// text reads a string.
func (t *table) text(key string) string {
	n, _ := t.take(key, textKind)
	if n == nil {
		return ""
	}
	v, ok := n.scalar.(string)
	if !ok {
		t.mistake(key, "must be a string", "")
	}
	return v
}

// whole reads an integer.
func (t *table) whole(key string) int {
	n, d := t.take(key, wholeKind)
	if n == nil {
		return 0
	}
	v, ok := n.scalar.(int64)
	if !ok {
		t.mistake(key, "must be an integer", "")
		return 0
	}
	if float64(v) < d.Type.low || float64(v) > d.Type.high {
		t.wrong(key, "must be "+d.Type.bounds(d.Type.low, d.Type.high, formatNumber))
		return 0
	}
	return int(v)
}

// optional reads an integer that may be left out.
func (t *table) optional(key string) *int {
	v := t.whole(key)
	if !t.sound(key) {
		return nil
	}
	return &v
}

// quantity reads a number with or without a unit, in base units.
func (t *table) quantity(key string) float64 {
	n, d := t.take(key, quantityKind)
	if n == nil {
		return 0
	}
	m := d.Type.measure
	if t.unit != nil && m == parameter {
		m = t.unit
	}
	v, ok := t.measured(key, n, m)
	if !ok {
		return 0
	}
	if v < d.Type.low || v > d.Type.high {
		format := m.format
		if _, isText := n.scalar.(string); !isText {
			format = func(v float64) string { return formatNumber(v / m.bare) }
		}
		t.wrong(key, "must be "+d.Type.bounds(d.Type.low, d.Type.high, format))
		return 0
	}
	return v
}

// measured reads a node as a quantity of a measure. What is wrong is recorded
// for key.
func (t *table) measured(key string, n *node, m *measure) (float64, bool) {
	v, rule := readQuantity(n, m)
	if rule != "" {
		f := Fault{Rule: rule, Code: noCode}
		if n != t.n.table[key] {
			f.Got = n.got()
		}
		t.reject(key, f)
		return 0, false
	}
	return v, true
}

// readQuantity returns a quantity in base units, or the rule that it breaks.
func readQuantity(n *node, m *measure) (value float64, rule string) {
	switch v := n.scalar.(type) {
	case int64:
		value = float64(v) * m.bare
	case float64:
		value = v * m.bare
	case string:
		if value, rule = m.parse(v); rule != "" {
			return 0, rule
		}
	default:
		return 0, m.rule()
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, "must be finite"
	}
	return value, ""
}

// duration reads a quantity of time.
func (t *table) duration(key string) sim.Time { return sim.Seconds(t.quantity(key)) }

// size reads a quantity of data, rounded to bytes.
func (t *table) size(key string) model.Bytes { return model.Bytes(math.Round(t.quantity(key))) }

// choice reads one of the words that the declaration lists.
func (t *table) choice(key string) string {
	n, d := t.take(key, choiceKind)
	if n == nil {
		return ""
	}
	words := d.Type.choices()
	v, ok := n.scalar.(string)
	if ok && slices.Contains(words, v) {
		return v
	}
	if reason, is := plannedChoice(t.patternOf(key), v); is {
		t.mistake(key, reason, "")
		return ""
	}
	t.reject(key, Fault{Rule: "must be " + strings.Join(words, " | "), Hint: hint(v, words)})
	return ""
}

// hint is the nearest of some words in quotes.
func hint(got string, words []string) string {
	if near := nearest(got, words); near != "" {
		return strconv.Quote(near)
	}
	return ""
}

// instant reads a date and time; without an offset it is UTC. The zero time
// stands for none.
func (t *table) instant(key string) time.Time {
	n, _ := t.take(key, timeKind)
	if n == nil {
		return time.Time{}
	}
	v, ok := n.scalar.(time.Time)
	if s, isText := n.scalar.(string); isText {
		parsed, err := time.Parse(time.RFC3339, s)
		v, ok = parsed, err == nil
	}
	if !ok || v.Location().String() == "time-local" {
		t.mistake(key, "must be a date and time such as 2026-03-02T08:00:00Z", "")
		return time.Time{}
	}
	return universal(v)
}

// universal reads local times of TOML as UTC: a scenario must not depend on
// where it is run.
func universal(v time.Time) time.Time {
	if strings.HasSuffix(v.Location().String(), "-local") {
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC)
	}
	return v.UTC()
}

// texts reads a list of strings; a single string is a list of one.
func (t *table) texts(key string) []string {
	n, _ := t.take(key, textsKind)
	return t.strings(key, n)
}

func (t *table) strings(key string, n *node) []string {
	if n == nil {
		return nil
	}
	elements := n.list
	if n.form == scalarForm {
		elements = []*node{n}
	}
	var all []string
	for _, e := range elements {
		s, ok := e.scalar.(string)
		if !ok {
			t.mistake(key, "must be a list of strings", "")
			return nil
		}
		all = append(all, s)
	}
	if n.form == tableForm {
		t.mistake(key, "must be a list of strings", "")
	}
	return all
}

// reference reads the name of a table and returns its number, -1 if there is
// none.
func (t *table) reference(key string) int {
	n, d := t.take(key, nameKind)
	if n == nil {
		return -1
	}
	v, ok := n.scalar.(string)
	if !ok {
		t.mistake(key, "must be the "+d.Type.String(), "")
		return -1
	}
	return t.find(key, d.Type.of, v)
}

// references reads a list of names.
func (t *table) references(key string) []int {
	n, d := t.take(key, namesKind)
	var found []int
	for _, name := range t.strings(key, n) {
		i := t.find(key, d.Type.of, name)
		switch {
		case i < 0:
		case slices.Contains(found, i):
			t.mistake(key, "must name each once", "")
		default:
			found = append(found, i)
		}
	}
	return found
}

// find returns the number of a named table, -1 after recording that there is
// none of that name.
func (t *table) find(key, of, name string) int {
	known := t.r.known[of]
	if i, ok := slices.BinarySearch(known, name); ok {
		return i
	}
	rule := "must name a [" + of + ".NAME]"
	if len(known) == 0 {
		rule += "; there is none"
	}
	t.reject(key, Fault{Rule: rule, Got: quote(name), Hint: hint(name, known), Code: noCode})
	return -1
}

package schema

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/model"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Flag reads true or false.
func (t *Table) Flag(key string) bool {
	n, _ := t.take(key, flagKind)
	if n == nil {
		return false
	}
	v, ok := n.AsFlag()
	if !ok {
		text, _ := n.AsText()
		hint := strings.ToLower(strings.TrimSpace(text))
		if hint != "true" && hint != "false" {
			hint = ""
		}
		t.Mistake(key, "must be true or false", hint)
	}
	return v
}

// Text reads a string.
func (t *Table) Text(key string) string {
	n, _ := t.take(key, textKind)
	if n == nil {
		return ""
	}
	v, ok := n.AsText()
	if !ok {
		t.Mistake(key, "must be a string", "")
	}
	return v
}

// Whole reads an integer.
func (t *Table) Whole(key string) int {
	n, d := t.take(key, wholeKind)
	if n == nil {
		return 0
	}
	v, ok := n.AsWhole()
	if !ok {
		t.Mistake(key, "must be an integer", d.Type.unquoted(n))
		return 0
	}
	if float64(v) < d.Type.low || float64(v) > d.Type.high {
		t.Wrong(key, "must be "+d.Type.bounds(d.Type.low, d.Type.high, formatNumber))
		return 0
	}
	return int(v)
}

// unquoted is the integer that a text stands for, where it may be one; "" otherwise.
func (t Type) unquoted(n *tree.Node) string {
	text, _ := n.AsText()
	v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || float64(v) < t.low || float64(v) > t.high {
		return ""
	}
	return strconv.FormatInt(v, 10)
}

// Optional reads an integer that may be left out.
func (t *Table) Optional(key string) *int {
	v := t.Whole(key)
	if !t.Sound(key) {
		return nil
	}
	return &v
}

// Quantity reads a number with or without a unit, in base units.
func (t *Table) Quantity(key string) float64 {
	n, d := t.take(key, quantityKind)
	if n == nil {
		return 0
	}
	m := d.Type.Measure
	if t.Unit != nil && m == Parameter {
		m = t.Unit
	}
	v, ok := t.Measured(key, n, m)
	if !ok {
		return 0
	}
	if v < d.Type.low || v > d.Type.high {
		format, unit := m.Format, ""
		if _, isText := n.AsText(); !isText {
			format, unit = func(v float64) string { return formatNumber(v / m.Bare) }, m.bareUnit()
		}
		t.Wrong(key, "must be "+d.Type.bounds(d.Type.low, d.Type.high, format)+unit)
		return 0
	}
	return v
}

// Measured reads a node as a quantity of a measure. What is wrong is recorded
// for key.
func (t *Table) Measured(key string, n *tree.Node, m *Measure) (float64, bool) {
	v, rule := ReadQuantity(n, m)
	if rule != "" {
		f := Fault{Rule: rule, Code: NoCode}
		if n != t.Node.Table[key] {
			f.Got = n.Got()
		}
		t.Reject(key, f)
		return 0, false
	}
	return v, true
}

// ReadQuantity returns a quantity in base units, or the rule that it breaks.
func ReadQuantity(n *tree.Node, m *Measure) (value float64, rule string) {
	switch v := n.Scalar.(type) {
	case int64:
		value = float64(v) * m.Bare
	case float64:
		value = v * m.Bare
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

// Duration reads a quantity of time.
func (t *Table) Duration(key string) sim.Time { return sim.Seconds(t.Quantity(key)) }

// Size reads a quantity of data, rounded to bytes.
func (t *Table) Size(key string) model.Bytes { return model.Bytes(math.Round(t.Quantity(key))) }

// Choice reads one of the words that the declaration lists.
func (t *Table) Choice(key string) string {
	n, d := t.take(key, choiceKind)
	if n == nil {
		return ""
	}
	words := d.Type.words()
	v, ok := n.AsText()
	if ok && slices.ContainsFunc(words, func(w Word) bool { return w.Name == v }) {
		return v
	}
	t.Reject(key, t.OneOf(d.Path, v, namesOf(words)))
	return ""
}

// Decider is [Table.Choice] of the word that decides which other keys of the table apply. Where it is
// missing or wrong, [Table.Done] has [Table.Survey] look at them.
func (t *Table) Decider(key string) string {
	word := t.Choice(key)
	t.Mode = "with " + key + " " + tree.Quote(word)
	t.undecided = !t.Sound(key)
	return word
}

// mostListed is how many words of a choice an error lists.
const mostListed = 16

// OneOf is the fault of a value that is none of some words, those of the key at a path. Of
// many it names the nearest, and the command that lists all.
func (t *Table) OneOf(path, got string, words []string) Fault {
	if len(words) <= mostListed {
		return Fault{Rule: "must be " + strings.Join(words, " | "), Hint: t.Hint(got, words)}
	}
	f := Fault{Rule: fmt.Sprintf("must be one of %d that `headroom explain %s` lists", len(words), strings.ReplaceAll(path, "[]", ""))}
	if !t.MayCompare(len(words)) {
		return f
	}
	near := NearestOf(got, words, 3)
	for i := range near {
		near[i] = strconv.Quote(near[i])
	}
	f.Hint = strings.Join(near, ", ")
	if last := len(near) - 1; last > 0 {
		f.Hint = strings.Join(near[:last], ", ") + " or " + near[last]
	}
	return f
}

// Instant reads a date and time; without an offset it is UTC. The zero time
// stands for none.
func (t *Table) Instant(key string) time.Time {
	n, _ := t.take(key, timeKind)
	if n == nil {
		return time.Time{}
	}
	v, ok := n.AsTime()
	if s, isText := n.AsText(); isText {
		parsed, err := time.Parse(time.RFC3339, s)
		v, ok = parsed, err == nil
	}
	if !ok || v.Location().String() == "time-local" {
		t.Mistake(key, "must be a date and time such as 2026-03-02T08:00:00Z", "")
		return time.Time{}
	}
	return Universal(v)
}

// Universal reads local times of TOML as UTC: a scenario must not depend on
// where it is run.
func Universal(v time.Time) time.Time {
	if strings.HasSuffix(v.Location().String(), "-local") {
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC)
	}
	return v.UTC()
}

// Texts reads a list of strings; a single string is a list of one.
func (t *Table) Texts(key string) []string {
	n, _ := t.take(key, textsKind)
	return t.strings(key, n)
}

func (t *Table) strings(key string, n *tree.Node) []string {
	if n == nil {
		return nil
	}
	elements := n.List
	if n.Form == tree.ScalarForm {
		elements = []*tree.Node{n}
	}
	var all []string
	for _, e := range elements {
		s, ok := e.AsText()
		if !ok {
			t.Mistake(key, "must be a list of strings", "")
			return nil
		}
		all = append(all, s)
	}
	if n.Form == tree.TableForm {
		t.Mistake(key, "must be a list of strings", "")
	}
	return all
}

// Reference reads the name of a table and returns its number, -1 if there is
// none.
func (t *Table) Reference(key string) int {
	n, d := t.take(key, nameKind)
	if n == nil {
		return -1
	}
	v, ok := n.AsText()
	if !ok {
		t.Mistake(key, "must be the "+d.Type.String(), "")
		return -1
	}
	return t.Find(key, d.Type.of, v)
}

// References reads a list of names.
func (t *Table) References(key string) []int {
	n, d := t.take(key, namesKind)
	var found []int
	for _, name := range t.strings(key, n) {
		i := t.Find(key, d.Type.of, name)
		switch {
		case i < 0:
		case slices.Contains(found, i):
			t.Mistake(key, "must name each once", "")
		default:
			found = append(found, i)
		}
	}
	return found
}

// Find returns the number of a named table, -1 after recording that there is
// none of that name.
func (t *Table) Find(key, of, name string) int {
	known := t.r.known[of]
	if i, ok := slices.BinarySearch(known, name); ok {
		t.r.Use(of, i)
		return i
	}
	rule := "must name a [" + of + ".NAME]"
	if len(known) == 0 {
		rule += "; there is none"
	}
	t.Reject(key, Fault{Rule: rule, Got: tree.Quote(name), Hint: t.Hint(name, known), Code: cmp.Or(notFound[of], NoCode)})
	return -1
}

// notFound are AWS's codes for what is named and is not there, by its table.
var notFound = map[string]string{
	"image":                "InvalidAMIID.NotFound",
	"instance":             "InvalidInstanceID.NotFound",
	"key_pair":             "InvalidKeyPair.NotFound",
	"launch_template":      "InvalidLaunchTemplateName.NotFoundException",
	"placement_group":      "InvalidPlacementGroup.Unknown",
	"dedicated_host":       "InvalidHostID.NotFound",
	"capacity_reservation": "InvalidCapacityReservationId.NotFound",
	"volume":               "InvalidVolume.NotFound",
	"snapshot":             "InvalidSnapshot.NotFound",
	"subnet":               "InvalidSubnetID.NotFound",
	"nat_gateway":          "NatGatewayNotFound",
	"security_group":       "InvalidGroup.NotFound",
	"network_interface":    "InvalidNetworkInterfaceID.NotFound",
	"elastic_ip":           "InvalidAllocationID.NotFound",
	"load_balancer":        "LoadBalancerNotFound",
	"target_group":         "TargetGroupNotFound",
}

// Needed reads a quantity that must be there in the mode of the table.
func (t *Table) Needed(key string) float64 {
	t.Require(key)
	return t.Quantity(key)
}

// Require reports a key that is missing in the mode of the table.
func (t *Table) Require(key string) {
	if !t.Has(key) && !t.bad[key] && !t.Broken {
		t.Add(Fault{Path: t.PathOf(key), Rule: strings.TrimSpace("is required " + t.Mode)}, t.Node, key)
	}
}

// Series reads a list of quantities, none of them negative.
func (t *Table) Series(key string, m *Measure) []float64 {
	n, _ := t.take(key, anyKind)
	if n == nil {
		return nil
	}
	if n.Form != tree.ListForm {
		t.Mistake(key, "must be a list of numbers or quantities", "")
		return nil
	}
	values := make([]float64, 0, len(n.List))
	for _, e := range n.List {
		v, ok := t.Measured(key, e, m)
		if ok && v < 0 {
			t.Reject(key, Fault{Rule: "must not be negative", Got: e.Got(), Code: NoCode})
			ok = false
		}
		if !ok {
			return nil
		}
		values = append(values, v)
	}
	return values
}

// Inline passes a key and returns its value, kept in one line of the resolved
// scenario.
func (t *Table) Inline(key string) *tree.Node {
	t.Pass(key)
	t.Node.Note(key)
	n := t.Node.Table[key]
	n.OneLine()
	return n
}

// Value returns the value of a key that may have several forms, nil if there is
// none.
func (t *Table) Value(key string) *tree.Node {
	n, _ := t.take(key, anyKind)
	return n
}

// Law returns the value of a random quantity and what it measures; the value is nil
// if there is none.
func (t *Table) Law(key string) (*tree.Node, *Measure) {
	n, d := t.take(key, lawKind)
	return n, d.Type.Measure
}

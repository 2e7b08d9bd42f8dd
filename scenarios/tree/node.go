package tree

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Position is where something is written.
type Position struct {
	File string
	Line int
}

// Node is one value of the TOML tree, with its position: a scalar, a list or a
// table.
type Node struct {
	At     Position
	Scalar any // string, int64, float64, bool or time.Time; nil for others
	List   []*Node
	Table  map[string]*Node
	Form   Form
	order  []string // keys in the order in which the reader asked for them
	Inline bool     // written in one line
	// Assumed is set of a value that nobody wrote: a default.
	Assumed bool
}

// Form is the shape of a node.
type Form uint8

const (
	ScalarForm Form = iota + 1
	ListForm
	TableForm
)

// NewTable returns an empty table.
func NewTable(at Position) *Node {
	return &Node{At: at, Form: TableForm, Table: map[string]*Node{}}
}

// newNode makes a tree of a decoded value and the marks of its text.
func newNode(value any, m *mark, at Position) *Node {
	at.Line = m.lineOr(at.Line)
	switch v := value.(type) {
	case map[string]any:
		n := NewTable(at)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Table[key] = newNode(v[key], m.key(key), at)
		}
		return n
	case []map[string]any:
		n := &Node{At: at, Form: ListForm}
		for i, e := range v {
			n.List = append(n.List, newNode(e, m.item(i), at))
		}
		return n
	case []any:
		n := &Node{At: at, Form: ListForm}
		for i, e := range v {
			n.List = append(n.List, newNode(e, m.item(i), at))
		}
		return n
	default:
		return &Node{At: at, Form: ScalarForm, Scalar: value}
	}
}

// Clone returns a copy of the tree that stands elsewhere.
func (n *Node) Clone(at Position) *Node {
	c := *n
	c.At = at
	c.List, c.Table = nil, nil
	for _, e := range n.List {
		c.List = append(c.List, e.Clone(at))
	}
	if n.Form == TableForm {
		c.Table = map[string]*Node{}
		for _, key := range slices.Sorted(maps.Keys(n.Table)) {
			c.Table[key] = n.Table[key].Clone(at)
		}
	}
	return &c
}

// merge lays the tree of an including file over n: tables merge, anything else
// is replaced.
func (n *Node) merge(over *Node) {
	for _, key := range slices.Sorted(maps.Keys(over.Table)) {
		below, above := n.Table[key], over.Table[key]
		if below != nil && below.Form == TableForm && above.Form == TableForm {
			below.merge(above)
			below.At = above.At
			continue
		}
		n.Table[key] = above
	}
}

// String returns the value as TOML in one line.
func (n *Node) String() string { return n.text(func(*Node) bool { return true }) }

// text is the value as TOML in one line, with those keys of its tables that are shown.
func (n *Node) text(shown func(*Node) bool) string {
	switch n.Form {
	case ListForm:
		parts := make([]string, len(n.List))
		for i, e := range n.List {
			parts[i] = e.text(shown)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case TableForm:
		var parts []string
		for _, key := range n.Keys() {
			if v := n.Table[key]; shown(v) {
				parts = append(parts, QuoteKey(key)+" = "+v.text(shown))
			}
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	default:
		return FormatScalar(n.Scalar)
	}
}

// longestGot is how much of a value a fault repeats.
const longestGot = 60

// Got returns the value as a fault repeats it: as it was written, without defaults.
func (n *Node) Got() string {
	text := n.text(func(v *Node) bool { return !v.Assumed })
	if len(text) <= longestGot {
		return text
	}
	return strings.ToValidUTF8(text[:longestGot], "") + "…"
}

// Keys returns the keys of a table: those that the reader asked for in its
// order, then the others.
func (n *Node) Keys() []string {
	keys := slices.Clone(n.order)
	for _, key := range slices.Sorted(maps.Keys(n.Table)) {
		if !slices.Contains(n.order, key) {
			keys = append(keys, key)
		}
	}
	return slices.DeleteFunc(keys, func(key string) bool { return n.Table[key] == nil })
}

// FormatScalar writes a scalar as TOML.
func FormatScalar(value any) string {
	switch v := value.(type) {
	case string:
		return Quote(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return formatFloat(v)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return formatTime(v)
	default:
		return fmt.Sprint(v)
	}
}

// formatFloat writes a float so that TOML reads a float.
func formatFloat(v float64) string {
	text := strings.Replace(strings.ToLower(strconv.FormatFloat(v, 'g', -1, 64)), "+inf", "inf", 1)
	if !strings.ContainsAny(text, ".eni") {
		text += ".0"
	}
	return text
}

// formatTime writes a time in the form of TOML that it was written in: the
// library marks local ones by the name of their location.
func formatTime(t time.Time) string {
	switch t.Location().String() {
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05.999999999")
	case "date-local":
		return t.Format("2006-01-02")
	case "time-local":
		return t.Format("15:04:05.999999999")
	default:
		return t.Format(time.RFC3339Nano)
	}
}

// QuoteKey writes a key bare where TOML allows it.
func QuoteKey(key string) string {
	if key != "" && strings.IndexFunc(key, func(r rune) bool { return r > 127 || !isBare(byte(r)) }) < 0 {
		return key
	}
	return Quote(key)
}

// Quote writes a string in TOML's basic form.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case !unicode.IsPrint(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// escaped writes a letter as TOML's basic strings may.
func escaped(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08X`, r)
	}
	return fmt.Sprintf(`\u%04X`, r)
}

// Printable returns a text with every letter that does not show, or that does
// something to a terminal, as its escape: names are the user's, and anybody's.
func Printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(escaped(r))
		}
	}
	return b.String()
}

// Copy returns a copy of the tree in the same place.
func (n *Node) Copy() *Node {
	c := *n
	c.order = nil
	if n.List != nil {
		c.List = make([]*Node, len(n.List))
		for i, e := range n.List {
			c.List[i] = e.Copy()
		}
	}
	if n.Table != nil {
		c.Table = make(map[string]*Node, len(n.Table))
		for key := range n.Table {
			c.Table[key] = n.Table[key].Copy()
		}
	}
	return &c
}

// Written returns the keys of a table in the order of the file: of axes, the last
// varies fastest.
func (n *Node) Written() []string {
	return slices.SortedFunc(maps.Keys(n.Table), func(x, y string) int {
		return cmp.Or(n.Table[x].At.Line-n.Table[y].At.Line, strings.Compare(x, y))
	})
}

// OneLine keeps a value of the sweep in one line of the resolved scenario.
func (n *Node) OneLine() {
	n.Inline = true
	for _, e := range n.List {
		e.OneLine()
	}
	for _, key := range slices.Sorted(maps.Keys(n.Table)) {
		n.Table[key].OneLine()
	}
}

// Note remembers the order in which keys are asked for.
func (n *Node) Note(key string) {
	if !slices.Contains(n.order, key) {
		n.order = append(n.order, key)
	}
}

// AsText returns a string.
func (n *Node) AsText() (string, bool) {
	v, ok := n.Scalar.(string)
	return v, ok
}

// AsWhole returns an integer.
func (n *Node) AsWhole() (int64, bool) {
	v, ok := n.Scalar.(int64)
	return v, ok
}

// AsFlag returns true or false.
func (n *Node) AsFlag() (value, ok bool) {
	value, ok = n.Scalar.(bool)
	return value, ok
}

// AsTime returns a date, a time, or both.
func (n *Node) AsTime() (time.Time, bool) {
	v, ok := n.Scalar.(time.Time)
	return v, ok
}

// Is reports whether a value is a certain word.
func (n *Node) Is(word string) bool { return n != nil && n.Scalar == word }

// Scalar returns a node of a string, int64, float64, bool or time.Time.
func Scalar(at Position, value any) *Node {
	return &Node{At: at, Form: ScalarForm, Scalar: value}
}

package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// position is where something is written.
type position struct {
	file string
	line int
}

// node is one value of the TOML tree, with its position: a scalar, a list or a
// table.
type node struct {
	at     position
	scalar any // string, int64, float64, bool or time.Time; nil for others
	list   []*node
	table  map[string]*node
	form   form
	order  []string // keys in the order in which the reader asked for them
	inline bool     // written in one line
}

// form is the shape of a node.
type form uint8

const (
	scalarForm form = iota + 1
	listForm
	tableForm
)

// newTable returns an empty table.
func newTable(at position) *node {
	return &node{at: at, form: tableForm, table: map[string]*node{}}
}

// newNode makes a tree of a decoded value and the marks of its text.
func newNode(value any, m *mark, at position) *node {
	at.line = m.lineOr(at.line)
	switch v := value.(type) {
	case map[string]any:
		n := newTable(at)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.table[key] = newNode(v[key], m.key(key), at)
		}
		return n
	case []map[string]any:
		n := &node{at: at, form: listForm}
		for i, e := range v {
			n.list = append(n.list, newNode(e, m.item(i), at))
		}
		return n
	case []any:
		n := &node{at: at, form: listForm}
		for i, e := range v {
			n.list = append(n.list, newNode(e, m.item(i), at))
		}
		return n
	default:
		return &node{at: at, form: scalarForm, scalar: value}
	}
}

// clone returns a copy of the tree that stands elsewhere.
func (n *node) clone(at position) *node {
	c := *n
	c.at = at
	c.list, c.table = nil, nil
	for _, e := range n.list {
		c.list = append(c.list, e.clone(at))
	}
	if n.form == tableForm {
		c.table = map[string]*node{}
		for _, key := range slices.Sorted(maps.Keys(n.table)) {
			c.table[key] = n.table[key].clone(at)
		}
	}
	return &c
}

// merge lays the tree of an including file over n: tables merge, anything else
// is replaced.
func (n *node) merge(over *node) {
	for _, key := range slices.Sorted(maps.Keys(over.table)) {
		below, above := n.table[key], over.table[key]
		if below != nil && below.form == tableForm && above.form == tableForm {
			below.merge(above)
			below.at = above.at
			continue
		}
		n.table[key] = above
	}
}

// String returns the value as TOML in one line.
func (n *node) String() string {
	switch n.form {
	case listForm:
		parts := make([]string, len(n.list))
		for i, e := range n.list {
			parts[i] = e.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case tableForm:
		var parts []string
		for _, key := range n.keys() {
			parts = append(parts, quoteKey(key)+" = "+n.table[key].String())
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	default:
		return formatScalar(n.scalar)
	}
}

// longestGot is how much of a value a fault repeats.
const longestGot = 60

// got returns the value as a fault repeats it.
func (n *node) got() string {
	text := n.String()
	if len(text) <= longestGot {
		return text
	}
	return strings.ToValidUTF8(text[:longestGot], "") + "…"
}

// keys returns the keys of a table: those that the reader asked for in its
// order, then the others.
func (n *node) keys() []string {
	keys := slices.Clone(n.order)
	for _, key := range slices.Sorted(maps.Keys(n.table)) {
		if !slices.Contains(n.order, key) {
			keys = append(keys, key)
		}
	}
	return slices.DeleteFunc(keys, func(key string) bool { return n.table[key] == nil })
}

func formatScalar(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
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

// quoteKey writes a key bare where TOML allows it.
func quoteKey(key string) string {
	if key != "" && strings.IndexFunc(key, func(r rune) bool { return r > 127 || !isBare(byte(r)) }) < 0 {
		return key
	}
	return quote(key)
}

// quote writes a string in TOML's basic form.
func quote(s string) string {
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
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

package imports

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"headroom/scenarios/tree"
)

// widest is where comments are broken.
const widest = 92

// Document is a scenario while it is written.
type Document struct {
	text    strings.Builder
	lines   int // in what is counted
	counted int // bytes
}

// Bytes returns what was written.
func (d *Document) Bytes() []byte { return []byte(d.text.String()) }

// Lines returns how many lines were written.
func (d *Document) Lines() int {
	text := d.text.String()
	d.lines += strings.Count(text[d.counted:], "\n")
	d.counted = len(text)
	return d.lines
}

// Comment writes a comment of as many lines as it takes.
func (d *Document) Comment(format string, args ...any) {
	line := "#"
	for word := range strings.FieldsSeq(tree.Printable(fmt.Sprintf(format, args...))) {
		if len(line)+1+len(word) > widest && line != "#" {
			d.text.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	d.text.WriteString(line + "\n")
}

// Gap writes an empty line.
func (d *Document) Gap() { d.text.WriteByte('\n') }

// Table begins a table, by the parts of its name.
func (d *Document) Table(path ...string) { d.text.WriteString("\n[" + quoted(path) + "]\n") }

// Item begins an entry of a list of tables.
func (d *Document) Item(path ...string) { d.text.WriteString("\n[[" + quoted(path) + "]]\n") }

func quoted(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = tree.QuoteKey(p)
	}
	return strings.Join(parts, ".")
}

// Set writes a key and its value, which is a string, a bool, a whole or another number,
// a time, a list of strings, or [Raw].
func (d *Document) Set(key string, value any) { d.SetWith(key, value, "") }

// SetWith is [Document.Set] with a comment behind the value.
func (d *Document) SetWith(key string, value any, comment string) {
	line := tree.QuoteKey(key) + " = " + Literal(value)
	if comment != "" {
		line += "   # " + tree.Printable(comment)
	}
	d.text.WriteString(line + "\n")
}

// Raw is TOML as it stands.
type Raw string

// Literal writes a value as TOML.
func Literal(value any) string {
	switch v := value.(type) {
	case Raw:
		return string(v)
	case int:
		return strconv.Itoa(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []string:
		parts := make([]string, len(v))
		for i, s := range v {
			parts[i] = tree.Quote(s)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return tree.FormatScalar(value)
}

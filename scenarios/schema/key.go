package schema

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// Key declares one key of the scenario file. The reader takes its type, bounds,
// default and error code from here, so what is documented is what happens.
type Key struct {
	Path string // "autoscaling_group.NAME.min_size": NAME is the user's, [] one of a list
	Type Type
	// Default is written as TOML, or in parentheses where it depends on other
	// keys; it is empty where a key may be left out and then means nothing.
	Default string
	Doc     string // one line
	Code    string // of a value that breaks the type's bounds
	// neutral is set of a key that this version does not simulate: it tells the
	// values that mean what happens anyway, which are accepted.
	neutral func(*tree.Node) bool
}

// Row declares a key. What it means is one line; preset is a [Key.Default].
func Row(path string, t Type, preset, meaning string) Key {
	return Key{Path: path, Type: t, Default: preset, Doc: meaning}
}

// Planned declares a key of the vocabulary that this version does not simulate,
// and which of its values it accepts, because they mean what happens anyway.
func Planned(path, meaning string, neutral func(*tree.Node) bool) Key {
	return Key{Path: path, Doc: meaning, neutral: neutral}
}

// Coded returns the key with an error code that is not its table's.
func (k Key) Coded(code string) Key {
	k.Code = code
	return k
}

// Required reports whether the key must be given.
func (k Key) Required() bool { return k.Default == Required }

// Required is the default of a key that has none.
const Required = "(required)"

// kind is the form that a value has in TOML.
type kind uint8

const (
	AnyKind kind = iota + 1
	flagKind
	wholeKind
	quantityKind
	LawKind
	textKind
	choiceKind
	timeKind
	nameKind
	textsKind
	namesKind
	TableKind
	listKind
	namedKind
)

// Type is what a key's value must be.
type Type struct {
	kind      kind
	Measure   *Measure
	low, high float64         // bounds in base units
	choices   func() []string // of a choice
	of        string          // table whose names a name refers to; in words, what anyKind may be
	later     []string        // words of a choice that this version does not simulate
}

// Constructors of types, by the kind of value.

func Whole(low, high float64) Type   { return Type{kind: wholeKind, low: low, high: high} }
func Flag() Type                     { return Type{kind: flagKind} }
func Text() Type                     { return Type{kind: textKind} }
func Texts() Type                    { return Type{kind: textsKind} }
func Instant() Type                  { return Type{kind: timeKind} }
func Name(of string) Type            { return Type{kind: nameKind, of: of} }
func Names(of string) Type           { return Type{kind: namesKind, of: of} }
func Inner() Type                    { return Type{kind: TableKind} }
func List() Type                     { return Type{kind: listKind} }
func Named() Type                    { return Type{kind: namedKind} }
func Free() Type                     { return Type{kind: AnyKind} }
func Loose(what string) Type         { return Type{kind: AnyKind, of: what} }
func Law(m *Measure) Type            { return Type{kind: LawKind, Measure: m, high: math.Inf(1)} }
func Choice(of func() []string) Type { return Type{kind: choiceKind, choices: of} }

func Quantity(m *Measure, low, high float64) Type {
	return Type{kind: quantityKind, Measure: m, low: low, high: high}
}

// OneOf is a choice between fixed words.
func OneOf(words ...string) Type { return Choice(func() []string { return words }) }

// Planned returns a choice with words that a later version simulates.
func (t Type) Planned(words ...string) Type {
	t.later = words
	return t
}

// String says in a few words what a value must be.
func (t Type) String() string {
	switch t.kind {
	case flagKind:
		return "true or false"
	case wholeKind:
		return "integer " + t.bounds(t.low, t.high, formatNumber)
	case quantityKind:
		return t.Measure.Name + " " + t.bounds(t.low, t.high, t.Measure.Format)
	case LawKind:
		return t.Measure.Name + " or distribution"
	case textKind:
		return "string"
	case textsKind:
		return "list of strings"
	case choiceKind:
		return strings.Join(t.choices(), " | ")
	case timeKind:
		return "date and time"
	case nameKind:
		return "name of a [" + t.of + ".NAME]"
	case namesKind:
		return "list of names of [" + t.of + ".NAME]"
	case TableKind:
		return "table"
	case listKind:
		return "list of tables"
	case namedKind:
		return "tables by name"
	case AnyKind:
		return cmp.Or(t.of, "see the text")
	default:
		return "see the text"
	}
}

// bounds writes what a number may be.
func (t Type) bounds(low, high float64, format func(float64) string) string {
	switch {
	case math.IsInf(high, 1) && math.IsInf(low, -1):
		return "of any size"
	case math.IsInf(high, 1):
		return "at least " + format(low)
	case math.IsInf(low, -1):
		return "at most " + format(high)
	default:
		return format(low) + ".." + format(high)
	}
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Within prefixes the paths of keys and gives them the table's error code.
func Within(path, code string, keys []Key) []Key {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Path = path + "." + keys[i].Path
		if keys[i].Code == "" {
			keys[i].Code = code
		}
	}
	return keys
}

package scenarios

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
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
}

// Required reports whether the key must be given.
func (k Key) Required() bool { return k.Default == required }

// required is the default of a key that has none.
const required = "(required)"

// kind is the form that a value has in TOML.
type kind uint8

const (
	anyKind kind = iota + 1
	flagKind
	wholeKind
	quantityKind
	lawKind
	textKind
	choiceKind
	timeKind
	nameKind
	textsKind
	namesKind
	tableKind
	listKind
	namedKind
)

// Type is what a key's value must be.
type Type struct {
	kind      kind
	measure   *measure
	low, high float64         // bounds in base units
	choices   func() []string // of a choice
	of        string          // table whose names a name refers to; in words, what anyKind may be
}

// Constructors of types, by the kind of value.

func whole(low, high float64) Type   { return Type{kind: wholeKind, low: low, high: high} }
func flag() Type                     { return Type{kind: flagKind} }
func text() Type                     { return Type{kind: textKind} }
func texts() Type                    { return Type{kind: textsKind} }
func instant() Type                  { return Type{kind: timeKind} }
func name(of string) Type            { return Type{kind: nameKind, of: of} }
func names(of string) Type           { return Type{kind: namesKind, of: of} }
func inner() Type                    { return Type{kind: tableKind} }
func list() Type                     { return Type{kind: listKind} }
func named() Type                    { return Type{kind: namedKind} }
func free() Type                     { return Type{kind: anyKind} }
func loose(what string) Type         { return Type{kind: anyKind, of: what} }
func law(m *measure) Type            { return Type{kind: lawKind, measure: m, high: math.Inf(1)} }
func choice(of func() []string) Type { return Type{kind: choiceKind, choices: of} }

func quantity(m *measure, low, high float64) Type {
	return Type{kind: quantityKind, measure: m, low: low, high: high}
}

// oneOf is a choice between fixed words.
func oneOf(words ...string) Type { return choice(func() []string { return words }) }

// String says in a few words what a value must be.
func (t Type) String() string {
	switch t.kind {
	case flagKind:
		return "true or false"
	case wholeKind:
		return "integer " + t.bounds(t.low, t.high, formatNumber)
	case quantityKind:
		return t.measure.name + " " + t.bounds(t.low, t.high, t.measure.format)
	case lawKind:
		return t.measure.name + " or distribution"
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
	case tableKind:
		return "table"
	case listKind:
		return "list of tables"
	case namedKind:
		return "tables by name"
	case anyKind:
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

// within prefixes the paths of keys and gives them the table's error code.
func within(path, code string, keys []Key) []Key {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Path = path + "." + keys[i].Path
		if keys[i].Code == "" {
			keys[i].Code = code
		}
	}
	return keys
}

// Keys returns every key that a scenario may have, in the order in which they
// are documented.
func Keys() []Key {
	return slices.Concat(
		topKeys(), runKeys(), regionKeys(), hostKeys(), imageKeys(),
		launchTemplateKeys(), serviceKeys(), targetGroupKeys(), loadBalancerKeys(),
		groupKeys(), policyKeys(), alarmKeys(), instanceKeys(),
		workloadKeys(), instanceWorkloadKeys(), arrivalKeys(), distributionKeys(),
		marketKeys(), outageKeys(), priceBookKeys(), commitmentKeys(), capacityReservationKeys(),
		thresholdKeys(), sweepKeys(), searchKeys(),
	)
}

// declared is a key with its default decoded.
type declared struct {
	Key
	preset *node // nil without a default that is TOML
}

// declarations indexes the keys by path.
var declarations = sync.OnceValue(func() map[string]*declared {
	index := map[string]*declared{}
	for _, k := range Keys() {
		if index[k.Path] != nil {
			panic("scenarios: key " + k.Path + " is declared twice")
		}
		d := &declared{Key: k}
		if k.Default != "" && !strings.HasPrefix(k.Default, "(") {
			d.preset = mustNode(k.Default)
		}
		index[k.Path] = d
	}
	return index
})

// children returns the names of the keys of a table.
func children(pattern string) []string {
	var names []string
	for _, k := range Keys() {
		if parent, name := splitPath(k.Path); parent == pattern && name != "NAME" {
			names = append(names, name)
		}
	}
	return names
}

func splitPath(path string) (parent, name string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], strings.TrimSuffix(path[i+1:], "[]")
	}
	return "", path
}

// mustNode decodes a default that stands in this package.
func mustNode(value string) *node {
	n, err := parseValue(value, position{})
	if err != nil {
		panic(fmt.Sprintf("scenarios: default %s: %v", value, err))
	}
	return n
}

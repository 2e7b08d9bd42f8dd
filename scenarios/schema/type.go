package schema

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"sync"
)

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
	valuesKind
	tableOfKind
)

// Type is what a key's value must be.
type Type struct {
	kind      kind
	Measure   *Measure
	low, high float64       // bounds in base units
	words     func() []Word // of a choice
	of        string        // table whose names a name refers to; in words, what a value of several forms may be
	either    []Type        // of a value that may have several forms
	element   *Type         // of a list or a table of values
	like      string        // where the keys are described of a value that may be a table
}

// Flag is true or false.
func Flag() Type { return Type{kind: flagKind} }

// Whole is an integer within bounds.
func Whole(low, high float64) Type { return Type{kind: wholeKind, low: low, high: high} }

// Quantity is a number with or without a unit, within bounds in base units.
func Quantity(m *Measure, low, high float64) Type {
	return Type{kind: quantityKind, Measure: m, low: low, high: high}
}

// Law is a random quantity: a fixed one, or a table that names a distribution.
func Law(m *Measure) Type {
	return Type{kind: lawKind, Measure: m, high: math.Inf(1), like: "distribution"}
}

// Text is a string.
func Text() Type { return Type{kind: textKind} }

// Texts is a list of strings; one alone counts as a list.
func Texts() Type { return Type{kind: textsKind} }

// TextsOf is [Texts] of which the words are known.
func TextsOf(of func() []Word) Type { return Type{kind: textsKind, words: of} }

// Choice is one of some words.
func Choice(of func() []Word) Type { return Type{kind: choiceKind, words: of} }

// Instant is a date and time.
func Instant() Type { return Type{kind: timeKind} }

// Name is the name of a table [of.NAME].
func Name(of string) Type { return Type{kind: nameKind, of: of} }

// Names is a list of names of tables [of.NAME].
func Names(of string) Type { return Type{kind: namesKind, of: of} }

// Inner is a table, whose keys are rows of their own.
func Inner() Type { return Type{kind: tableKind} }

// List is a list of tables; one alone counts as a list.
func List() Type { return Type{kind: listKind} }

// Named is tables by names of the user's: [key.NAME].
func Named() Type { return Type{kind: namedKind} }

// Free is any value.
func Free() Type { return Type{kind: anyKind} }

// Either is a value of several forms; what says so in a few words.
func Either(what string, forms ...Type) Type { return Type{kind: anyKind, of: what, either: forms} }

// ListOf is a list of values of a type; it stands in [Either].
func ListOf(element Type) Type { return Type{kind: valuesKind, element: &element} }

// TableOf is a table of values of a type, by names of the user's; it stands in
// [Either].
func TableOf(element Type) Type { return Type{kind: tableOfKind, element: &element} }

// OneOf is a choice between fixed words, each as "word: meaning".
func OneOf(words ...string) Type {
	return Choice(sync.OnceValue(func() []Word { return wordsOf(words) }))
}

// Like returns a type whose value may be a table with the keys that are described
// at another path: "distribution".
func (t Type) Like(path string) Type {
	t.like = path
	return t
}

// Word is one word of a choice.
type Word struct {
	Name, Meaning string
}

func wordsOf(texts []string) []Word {
	words := make([]Word, len(texts))
	for i, text := range texts {
		words[i].Name, words[i].Meaning, _ = strings.Cut(text, ": ")
	}
	return words
}

// Words returns the words that a value may have, or its elements; nil where they
// are not counted.
func (t Type) Words() []Word {
	if t.words != nil {
		return t.words()
	}
	if t.element != nil {
		return t.element.Words()
	}
	var words []Word
	for _, form := range t.either {
		words = append(words, form.Words()...)
	}
	return words
}

func namesOf(words []Word) []string {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = w.Name
	}
	return names
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
	case lawKind:
		return t.Measure.Name + " or distribution"
	case textKind:
		return "string"
	case textsKind:
		return "list of strings"
	case choiceKind:
		return strings.Join(namesOf(t.words()), " | ")
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
	case valuesKind:
		return "list of " + t.element.String()
	case tableOfKind:
		return "table of " + t.element.String()
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

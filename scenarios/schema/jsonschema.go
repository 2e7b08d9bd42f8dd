package schema

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// JSON is a value of JSON: a schema, or a part of one.
type JSON map[string]any

// draft is the version of JSON Schema in which editors of TOML look.
const draft = "http://json-schema.org/draft-07/schema#"

// JSONSchema returns the schema as JSON Schema (draft 7): what an editor needs to
// complete keys, show what they mean, and mark what is wrong while somebody types. It
// sees less than the reader of files, which knows what goes with what, and refuses
// nothing that the reader accepts; also are keys that it reads beside those of the schema.
func (s *Schema) JSONSchema(title string, also []Key) JSON {
	w := jsonWriter{schema: s, also: also, definitions: JSON{}, known: map[string]string{}}
	root := w.object(spot{})
	w.requireOfWhole(root)
	root["$schema"], root["title"], root["definitions"] = draft, title, w.definitions
	return root
}

// jsonWriter writes each table once, as a definition under the path that describes it,
// and refers to it wherever it stands.
type jsonWriter struct {
	schema      *Schema
	also        []Key
	definitions JSON
	known       map[string]string // definitions of long lists of words, by their words
}

// table returns a reference to the table that is described at a path. A table of which
// no key is described may have any.
func (w *jsonWriter) table(pattern string) JSON {
	if len(w.schema.places(spot{pattern: pattern})) == 1 && !w.schema.describes(pattern) {
		return JSON{"type": "object"}
	}
	name := definition(pattern)
	if _, ok := w.definitions[name]; !ok {
		w.definitions[name] = JSON{} // for what refers to itself
		w.definitions[name] = w.object(spot{pattern: pattern})
	}
	return JSON{"$ref": definitions + name}
}

// definitions begins every reference.
const definitions = "#/definitions/"

// definition is the name of what is described at a path, of letters that need no escape in
// a reference: not all editors undo it.
func definition(path string) string { return strings.ReplaceAll(path, "[]", ".ITEM") }

// object describes a table: its keys, and that there are no others.
func (w *jsonWriter) object(p spot) JSON {
	properties, required := JSON{}, []string{}
	o := JSON{"type": "object", "additionalProperties": false, "properties": properties}
	for _, place := range w.schema.places(p) {
		for _, k := range w.schema.all() {
			parent, name := splitPath(k.Path)
			if parent != place.pattern || name == "" {
				continue
			}
			switch name {
			case "NAME":
			case "KEY", "METRIC":
				o["additionalProperties"] = w.value(k)
			default:
				properties[name] = w.value(k)
				if k.Required() && !k.sometimes {
					required = append(required, name)
				}
			}
		}
	}
	for _, k := range w.also {
		if parent, name := splitPath(k.Path); parent == p.pattern {
			properties[name] = w.respelled(k, properties[name])
		}
	}
	if len(required) > 0 {
		slices.Sort(required)
		o["required"] = slices.Compact(required)
	}
	return o
}

// respelled describes a key that is read in another spelling too. A word here that is true
// or false there may be anything but another word.
func (w *jsonWriter) respelled(k Key, own any) JSON {
	if k.Type.kind == flagKind && own != nil {
		return anyOf(own.(JSON), JSON{"not": JSON{"type": "string"}})
	}
	return JSON{"description": k.Doc}
}

// places are those whose children are the keys of a table.
func (s *Schema) places(p spot) []spot {
	places := []spot{p}
	if d := s.index[p.pattern]; d != nil && d.Type.like != "" {
		places = append(places, spot{pattern: d.Type.like})
	}
	return places
}

// value describes the value of a key.
func (w *jsonWriter) value(k Key) JSON {
	if k.Neutral != nil {
		return JSON{"description": k.Doc + " (planned: this version does not simulate it)"}
	}
	v := w.form(k.Path, k.Type)
	if k.Type.like != "" && k.Type.kind != lawKind {
		v = anyOf(v, w.table(k.Path))
	}
	if v["$ref"] != nil { // whose neighbours do not count
		v = JSON{"allOf": []JSON{v}}
	}
	v["description"] = k.Doc
	if preset := w.schema.index[k.Path].preset(); preset != nil && preset.Form == tree.ScalarForm {
		v["default"] = preset.Scalar
	}
	if words := k.Type.Words(); 0 < len(words) && len(words) <= longList {
		v["x-taplo"] = JSON{"docs": JSON{"main": k.Doc + "\n\n" + meanings(words)}}
	}
	return v
}

// meanings lists words with what they mean, for people to read.
func meanings(words []Word) string {
	var b strings.Builder
	for _, word := range words {
		b.WriteString("- `" + word.Name + "`")
		if word.Meaning != "" {
			b.WriteString(": " + word.Meaning)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// columnPath is where the keys of a random quantity are described that a trace's file has
// in a column.
const columnPath = "column"

// longList is the number of words above which a list is written once.
const longList = 24

// form describes what a value of a type may look like at a path.
func (w *jsonWriter) form(path string, t Type) JSON {
	switch t.kind {
	case flagKind:
		return JSON{"type": "boolean"}
	case wholeKind:
		return bounded(JSON{"type": "integer"}, t, 1)
	case quantityKind:
		return w.quantity(t)
	case lawKind:
		return anyOf(w.quantity(t), w.table(t.like), w.table(columnPath))
	case textKind, nameKind:
		return JSON{"type": "string"}
	case choiceKind:
		return w.choice(path, t)
	case timeKind:
		return JSON{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}`}
	case textsKind, namesKind:
		return oneOrMore(JSON{"type": "string"})
	default:
		return w.structure(path, t)
	}
}

// structure is [jsonWriter.form] of a value that contains others.
func (w *jsonWriter) structure(path string, t Type) JSON {
	switch t.kind {
	case tableKind:
		return w.table(path)
	case listKind:
		return oneOrMore(w.table(path + "[]"))
	case namedKind:
		return JSON{"type": "object", "propertyNames": JSON{"pattern": plainName, "maxLength": longestTable}, "additionalProperties": w.table(path + ".NAME")}
	case valuesKind:
		return JSON{"type": "array", "items": w.form(path, *t.element)}
	case tableOfKind:
		return JSON{"type": "object", "additionalProperties": w.form(path, *t.element)}
	}
	if len(t.either) == 0 {
		return JSON{}
	}
	var forms []JSON
	for _, form := range t.either {
		forms = append(forms, w.form(path, form))
	}
	return anyOf(forms...)
}

func oneOrMore(element JSON) JSON {
	return anyOf(element, JSON{"type": "array", "items": element})
}

// anyOf is a value of one of some forms; those of a form of several are its own.
func anyOf(forms ...JSON) JSON {
	var all []JSON
	for _, f := range forms {
		if inner, ok := f["anyOf"].([]JSON); ok && len(f) == 1 {
			all = append(all, inner...)
			continue
		}
		all = append(all, f)
	}
	return JSON{"anyOf": all}
}

// choice describes one of some words.
func (w *jsonWriter) choice(path string, t Type) JSON {
	names := namesOf(t.words())
	list := JSON{"enum": values(names)}
	if len(names) <= longList {
		return list
	}
	all := strings.Join(names, " ")
	name, ok := w.known[all]
	if !ok {
		name = "words." + definition(path)
		w.known[all], w.definitions[name] = name, list
	}
	return JSON{"$ref": definitions + name}
}

// values are words as a file may write them: those that are numbers without quotes too.
func values(words []string) []any {
	var all []any
	for _, word := range words {
		all = append(all, word)
		if n, err := strconv.Atoi(word); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// quantity describes a number, or a number with a unit. Bounds are told of numbers that
// stand alone.
func (w *jsonWriter) quantity(t Type) JSON {
	number := JSON{"type": "number"}
	if t.Measure == Parameter { // its unit is that of the quantity around it
		return anyOf(number, JSON{"type": "string"})
	}
	return anyOf(bounded(number, t, t.Measure.Bare), JSON{"type": "string", "pattern": t.Measure.pattern()})
}

// bounded adds the bounds of a type to a number that counts so many base units.
func bounded(number JSON, t Type, unit float64) JSON {
	if !math.IsInf(t.low, 0) {
		number["minimum"] = t.low / unit
	}
	if !math.IsInf(t.high, 0) {
		number["maximum"] = t.high / unit
	}
	return number
}

// pattern is the regular expression of the texts that are quantities of the measure.
func (m *Measure) pattern() string {
	var units []string
	for _, u := range m.units {
		units = append(units, regexp.QuoteMeta(u.name))
	}
	term := `[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)([eE][-+]?\d[\d_]*)? *(` + strings.Join(units, "|") + `) *`
	if m.chain {
		term = "(" + term + ")+"
	}
	return `^\s*` + regexp.QuoteMeta(m.prefix) + optional(m.prefix) + term + `\s*$`
}

// optional is the sign of an optional part, if there is one.
func optional(part string) string {
	if part == "" {
		return ""
	}
	return "?"
}

package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// Topic is what there is to say of a dotted path.
type Topic struct {
	Key   Key   // with the whole path; without a type where only what is below is described
	Below []Key // the keys of a table, with their whole paths
}

// Explain returns what a dotted path means, false if it leads nowhere. The names of
// the user's own tables may be any, or be left out; elements of lists go by any
// index or none. Tables that stand in many places are described in each.
func (s *Schema) Explain(path string) (Topic, bool) {
	return s.explain(spot{}, segments(path))
}

// Ending returns the keys whose paths end with what was asked for.
func (s *Schema) Ending(path string) []Key {
	asked := segments(path)
	var found []Key
	for _, k := range s.all() {
		own := segments(k.Path)
		if n := len(own) - len(asked); n > 0 && len(asked) > 0 && slices.Equal(own[n:], asked) {
			found = append(found, k)
		}
	}
	return found
}

// Top returns the keys that stand above all tables.
func (s *Schema) Top() []Key {
	return slices.DeleteFunc(s.all(), func(k Key) bool {
		return strings.Contains(k.Path, ".") || k.Neutral != nil
	})
}

// Use is a key that a word may stand for, with what the word means there.
type Use struct {
	Key   Key
	Word  Word
	Aside []Key // of the same table, whose description names the word
}

// Uses returns the keys of which a word is a choice.
func (s *Schema) Uses(word string) (uses []Use) {
	for _, k := range s.keys {
		words := k.Type.Words()
		i := slices.IndexFunc(words, func(w Word) bool { return w.Name == word && w.Meaning != "" })
		if i < 0 {
			continue
		}
		u := Use{Key: k, Word: words[i]}
		table, _ := splitPath(k.Path)
		for _, other := range s.keys {
			parent, _ := splitPath(other.Path)
			if parent == table && other.Path != k.Path && other.isFor(word) {
				u.Aside = append(u.Aside, other)
			}
		}
		uses = append(uses, u)
	}
	return uses
}

// isFor reports whether a description says that the key is for a value of another: the word
// stands in a list before a colon, or behind it.
func (k *Key) isFor(word string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(k.Doc, ". ", "; "), "; ") {
		before, after, _ := strings.Cut(part, ": ")
		if slices.Contains(strings.Split(before, ", "), word) || slices.Contains(strings.Split(after, ", "), word) {
			return true
		}
	}
	return false
}

// all returns the keys, those that are planned last.
func (s *Schema) all() []Key {
	keys := slices.Clone(s.keys)
	for _, k := range s.planned().order {
		keys = append(keys, *s.planned().keys[k])
	}
	return keys
}

// index is an element of a list as it may be written too: steps[0]. No list has a billion.
var index = regexp.MustCompile(`\[\d{0,9}\]`)

// segments takes a dotted path apart; which element of a list is meant does not
// matter.
func segments(path string) []string {
	parts, err := tree.SplitKey(index.ReplaceAllString(path, ""))
	if err != nil {
		parts = strings.Split(path, ".")
	}
	return slices.DeleteFunc(parts, func(part string) bool {
		_, err := strconv.Atoi(part)
		return err == nil || part == ""
	})
}

// spot is a place in the schema: the pattern that describes it, and the whole path
// by which it was reached.
type spot struct{ pattern, whole string }

func (p spot) child(name string) spot { return spot{joined(p.pattern, name), joined(p.whole, name)} }

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// key returns what is declared at a place.
func (s *Schema) key(p spot) (Key, bool) {
	k := Key{Path: p.whole}
	switch {
	case s.index[p.pattern] != nil:
		k = *s.index[p.pattern].Key
	case s.planned().keys[p.pattern] != nil:
		k = *s.planned().keys[p.pattern]
	case strings.HasSuffix(p.pattern, ".NAME") && s.Named(strings.TrimSuffix(p.pattern, ".NAME")):
		k = *s.index[strings.TrimSuffix(p.pattern, ".NAME")].Key
		k.Type, k.Default = Inner(), ""
	default:
		return k, s.describes(p.pattern)
	}
	k.Path = p.whole
	return k, true
}

// describes reports whether there are keys below a pattern.
func (s *Schema) describes(pattern string) bool {
	return slices.ContainsFunc(s.keys, func(k Key) bool { return strings.HasPrefix(k.Path, pattern+".") })
}

// inside returns the places whose children are the keys of a value.
func (s *Schema) inside(p spot) []spot {
	places := []spot{p}
	d := s.index[p.pattern]
	if d == nil {
		return places
	}
	if s.describes(p.pattern + "[]") {
		places = append(places, spot{p.pattern + "[]", p.whole + "[]"})
	}
	if d.Type.kind == namedKind {
		places = append(places, p.child("NAME"))
	}
	if d.Type.like != "" {
		places = append(places, spot{d.Type.like, p.whole})
	}
	return places
}

// explain follows a path from a place.
func (s *Schema) explain(p spot, path []string) (Topic, bool) {
	if len(path) == 0 {
		k, ok := s.key(p)
		return Topic{k, s.below(p)}, ok && p.whole != ""
	}
	for _, place := range s.inside(p) {
		next := place.child(path[0])
		if _, ok := s.key(next); ok {
			if topic, ok := s.explain(next, path[1:]); ok {
				return topic, true
			}
		}
		for _, free := range []string{"KEY", "METRIC"} { // the rest of the path, dots and all
			if next := place.child(free); s.index[next.pattern] != nil {
				return s.explain(next, nil)
			}
		}
	}
	if s.Named(p.pattern) {
		return s.explain(p.child("NAME"), path[1:])
	}
	return Topic{}, false
}

// below returns the keys directly in a table.
func (s *Schema) below(p spot) []Key {
	var keys []Key
	for _, place := range s.inside(p) {
		for _, k := range s.all() {
			if parent, name := splitPath(k.Path); parent == place.pattern && name != "NAME" {
				k.Path = joined(place.whole, name)
				keys = append(keys, k)
			}
		}
	}
	return keys
}

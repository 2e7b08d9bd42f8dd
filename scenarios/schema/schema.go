package schema

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"headroom/scenarios/tree"
)

// Schema is every key that a scenario may have.
type Schema struct {
	keys    []Key
	index   map[string]*declared // by path
	planned func() *planned
	named   func() map[string][]string
}

// planned are the keys that this version does not simulate. They are made when somebody writes
// one, or a key that nobody knows, or asks what keys there are.
type planned struct {
	keys  map[string]*Key // by path
	order []string        // of those that are documented
}

// declared is a key and its default, which is decoded when it is first wanted.
type declared struct {
	*Key
	place   int // among all
	row     int // among those of its table
	decoded atomic.Pointer[tree.Node]
}

// preset returns the default, nil where there is none that is TOML.
func (d *declared) preset() *tree.Node {
	n := d.decoded.Load()
	if n == nil && d.Default != "" && !strings.HasPrefix(d.Default, "(") {
		n = tree.MustParse(d.Default) // by two at once, it is the same twice
		d.decoded.Store(n)
	}
	return n
}

// New returns the schema of some keys, in the order in which they are
// documented, and of those that are not simulated. The slice is its own from now on: every start of the program makes one. It panics
// if two have the same path, and whoever reads a default that is no TOML panics.
func New(keys []Key, unsimulated func() []Key) *Schema {
	s := &Schema{index: make(map[string]*declared, len(keys)), keys: keys}
	rows := map[string]int{}
	all := make([]declared, len(s.keys))
	for i := range s.keys {
		d := &all[i]
		d.Key, d.place = &s.keys[i], i
		if s.index[d.Path] != nil {
			panic("schema: key " + d.Path + " is declared twice")
		}
		parent, _ := splitPath(d.Path)
		if d.row = rows[parent]; d.row >= mostRows {
			panic("schema: too many keys in " + parent)
		}
		rows[parent]++
		s.index[d.Path] = d
	}
	s.named = sync.OnceValue(s.byName)
	s.planned = sync.OnceValue(func() *planned { return s.plan(unsimulated()) })
	return s
}

// plan returns keys that are not simulated.
func (s *Schema) plan(keys []Key) *planned {
	p := &planned{keys: make(map[string]*Key, len(keys))}
	for i := range keys {
		k := &keys[i]
		if s.index[k.Path] != nil || p.keys[k.Path] != nil {
			panic("schema: key " + k.Path + " is declared twice")
		}
		p.keys[k.Path] = k
		if !k.foreign {
			p.order = append(p.order, k.Path)
		}
	}
	return p
}

// at returns what is declared of a key of a table, nil if nothing is. Nothing is allocated:
// a scenario asks some hundred times for each of its tables.
func (s *Schema) at(pattern, key string) *declared {
	if pattern == "" {
		return s.index[key]
	}
	var path [128]byte
	return s.index[string(append(append(append(path[:0], pattern...), '.'), key...))]
}

// Keys returns the keys that are simulated, in the order in which they are
// documented.
func (s *Schema) Keys() []Key { return slices.Clone(s.keys) }

// Named reports whether a key is tables by name: [key.NAME].
func (s *Schema) Named(path string) bool {
	d := s.index[path]
	return d != nil && d.Type.kind == namedKind
}

// children returns the names of the keys of a table.
func (s *Schema) children(pattern string) []string {
	var names []string
	for _, k := range s.keys {
		if parent, name := splitPath(k.Path); parent == pattern && name != "NAME" {
			names = append(names, name)
		}
	}
	return names
}

// byName returns the paths of the keys of each name.
func (s *Schema) byName() map[string][]string {
	paths := map[string][]string{}
	for _, k := range s.keys {
		_, name := splitPath(k.Path)
		paths[name] = append(paths[name], k.Path)
	}
	return paths
}

// called returns the key of a table for which people write a word, see [Key.Called].
func (s *Schema) called(pattern, word string) string {
	for _, k := range s.keys {
		if k.called == "" || !slices.Contains(strings.Fields(k.called), word) {
			continue
		}
		if parent, name := splitPath(k.Path); parent == pattern {
			return name
		}
	}
	return ""
}

// elsewhere returns the key of a name that stands in another table than the one where it
// is not known: in [run] for what stands at the top of a file, else the only one within the
// same kind of table, or the only one at all. It is "" if there is none, or several.
func (s *Schema) elsewhere(pattern, name string) string {
	if name == "NAME" {
		return ""
	}
	if pattern == "" && s.index["run."+name] != nil {
		return "run." + name
	}
	root, _, _ := strings.Cut(pattern, ".")
	var near []string
	for _, path := range s.named()[name] {
		if strings.HasPrefix(path, root+".") {
			near = append(near, path)
		}
	}
	if len(near) == 0 {
		near = s.named()[name]
	}
	switch {
	case len(near) != 1:
		return ""
	case near[0] != name:
		return near[0]
	case s.Named(name): // a table of its own: the bare word would be what was written
		return "[" + name + ".NAME]"
	default:
		return "[" + name + "]"
	}
}

// told returns the only key of a table whose line speaks of a name: "windows" is told of
// run.fluid.audit. It is "" if there is none, or several, and for words too short to say what
// they are of.
func (s *Schema) told(pattern, name string) (key string) {
	if len(name) < shortestTold {
		return ""
	}
	word := func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for _, k := range s.keys {
		parent, child := splitPath(k.Path)
		if parent != pattern || child == "NAME" || !slices.Contains(strings.FieldsFunc(k.Doc, word), name) {
			continue
		}
		if key != "" {
			return ""
		}
		key = child
	}
	return key
}

// shortestTold is the length of a word below which lines have it by chance.
const shortestTold = 5

func splitPath(path string) (parent, name string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], strings.TrimSuffix(path[i+1:], "[]")
	}
	return "", path
}

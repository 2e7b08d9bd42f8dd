package schema

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"headroom/scenarios/tree"
)

// Schema is every key that a scenario may have.
type Schema struct {
	keys    []Key
	index   map[string]*declared // by path
	planned map[string]*Key      // by path, those that this version does not simulate
	order   []string             // of the planned ones that are documented
	named   func() map[string][]string
}

// declared is a key and its default, which is decoded when it is first wanted.
type declared struct {
	Key
	preset func() *tree.Node // nil without a default that is TOML
}

// New returns the schema of some keys, in the order in which they are
// documented. It panics if two have the same path, and whoever reads a default that is no
// TOML panics.
func New(keys []Key) *Schema {
	s := &Schema{index: make(map[string]*declared, len(keys)), planned: map[string]*Key{}, keys: make([]Key, 0, len(keys))}
	for _, k := range keys {
		if s.index[k.Path] != nil || s.planned[k.Path] != nil {
			panic("schema: key " + k.Path + " is declared twice")
		}
		if k.Neutral != nil {
			s.planned[k.Path] = &k
			if !k.foreign {
				s.order = append(s.order, k.Path)
			}
			continue
		}
		s.keys = append(s.keys, k)
		d := &declared{Key: k}
		if k.Default != "" && !strings.HasPrefix(k.Default, "(") {
			d.preset = sync.OnceValue(func() *tree.Node { return tree.MustParse(k.Default) })
		}
		s.index[k.Path] = d
	}
	s.named = sync.OnceValue(s.byName)
	return s
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

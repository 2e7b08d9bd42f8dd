package tree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Get returns the value at a path, nil if there is none.
func (n *Node) Get(path []string) *Node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		switch n.Form {
		case TableForm:
			n = n.Table[name]
		case ListForm:
			i := n.Element(name)
			if i < 0 {
				return nil
			}
			n = n.List[i]
		default:
			return nil
		}
	}
	return n
}

// Set puts a value at a path below n. It returns what is wrong with the path.
func (n *Node) Set(path []string, value *Node) string {
	name, rest := path[0], path[1:]
	switch n.Form {
	case TableForm:
		if len(rest) == 0 {
			n.Table[name] = value
			return ""
		}
		if n.Table[name] == nil {
			n.Table[name] = NewTable(value.At)
		}
		return n.Table[name].Set(rest, value)
	case ListForm:
		i := n.Element(name)
		if i < 0 {
			return fmt.Sprintf("element %q is not in the list: name one by its name or by 0..%d", name, len(n.List)-1)
		}
		if len(rest) == 0 {
			n.List[i] = value
			return ""
		}
		return n.List[i].Set(rest, value)
	default:
		return fmt.Sprintf("nothing can be below a value, so not %q", name)
	}
}

// Element returns the index of an element of a list by its index or its name,
// -1 if there is none.
func (n *Node) Element(name string) int {
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.List) {
		return i
	}
	for i, e := range n.List {
		if e.Form == TableForm && e.Table["name"] != nil && e.Table["name"].Scalar == name {
			return i
		}
	}
	return -1
}

// Place returns a path with the elements of lists by their index: a path has many
// spellings, a place has one.
func (n *Node) Place(path []string) []string {
	place := slices.Clone(path)
	for i, name := range path {
		switch {
		case n == nil:
			return place
		case n.Form == ListForm:
			k := n.Element(name)
			if k < 0 {
				return place
			}
			place[i], n = strconv.Itoa(k), n.List[k]
		default:
			n = n.Table[name]
		}
	}
	return place
}

// Named returns a path with the elements of lists that have a name by that name, for
// people to read.
func (n *Node) Named(path []string) []string {
	named := slices.Clone(path)
	for i, key := range n.Place(path) {
		switch {
		case n == nil:
			return named
		case n.Form == ListForm:
			k := n.Element(key)
			if k < 0 {
				return named
			}
			n = n.List[k]
			if name := n.Table["name"]; name != nil {
				if text, ok := name.AsText(); ok && text != "" {
					named[i] = text
				}
			}
		default:
			n = n.Table[key]
		}
	}
	return named
}

// Below returns the rest of a place under another one, false if it is elsewhere.
func Below(place, other []string) (rest []string, ok bool) {
	if len(place) < len(other) || !slices.Equal(place[:len(other)], other) {
		return nil, false
	}
	return place[len(other):], true
}

// Dotted writes a path as one dotted key.
func Dotted(path []string) string {
	text := ""
	for i, p := range path {
		if i > 0 {
			text += "."
		}
		text += QuoteKey(p)
	}
	return text
}

// Nearest returns the node at a dotted path whose names are not quoted, or the
// deepest one above it that there is.
func (n *Node) Nearest(path string) *Node {
	for i, e := range n.List {
		if rest, ok := below(path, strconv.Itoa(i)); ok {
			return e.Nearest(rest)
		}
	}
	for end := range len(path) + 1 { // the shortest key that fits
		if child := n.Table[path[:end]]; child != nil && (end == len(path) || path[end] == '.') {
			return child.Nearest(strings.TrimPrefix(path[end:], "."))
		}
	}
	return n
}

// below returns what follows a name in a path.
func below(path, name string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, name)
	if !ok || rest != "" && rest[0] != '.' {
		return "", false
	}
	return strings.TrimPrefix(rest, "."), true
}

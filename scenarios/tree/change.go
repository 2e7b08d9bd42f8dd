package tree

import (
	"maps"
	"slices"
	"strconv"
)

// Change is a key that two trees give different values.
type Change struct {
	Path string
	A, B string // as TOML; "" where there is none
}

// Changes returns what differs between two trees, in the order of the paths, but
// for some tables at the top.
func Changes(a, b *Node, but ...string) []Change {
	a, b = a.Copy(), b.Copy()
	for _, key := range but {
		delete(a.Table, key)
		delete(b.Table, key)
	}
	var all []Change
	compareNodes("", a, b, &all)
	return all
}

// compareNodes goes down while both are tables or lists of tables.
func compareNodes(path string, a, b *Node, all *[]Change) {
	switch {
	case a != nil && b != nil && a.Form == TableForm && b.Form == TableForm:
		keys := slices.AppendSeq(slices.Collect(maps.Keys(a.Table)), maps.Keys(b.Table))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			below := QuoteKey(key)
			if path != "" {
				below = path + "." + below
			}
			compareNodes(below, a.Table[key], b.Table[key], all)
		}
	case a != nil && b != nil && isSection(a) && isSection(b) && a.Form == ListForm && b.Form == ListForm && len(a.List) == len(b.List):
		for i := range a.List {
			compareNodes(path+"."+strconv.Itoa(i), a.List[i], b.List[i], all)
		}
	default:
		c := Change{Path: path}
		if a != nil {
			c.A = a.sorted()
		}
		if b != nil {
			c.B = b.sorted()
		}
		if c.A != c.B {
			*all = append(*all, c)
		}
	}
}

// sorted writes a value with the keys of tables in order, so that equal values
// are equal texts.
func (n *Node) sorted() string {
	return n.Copy().String() // a copy forgets in which order its keys were read
}

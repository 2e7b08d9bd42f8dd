package scenarios

import (
	"maps"
	"slices"
	"strconv"
)

// Change is a key that two scenarios give different values.
type Change struct {
	Path string
	A, B string // as TOML; "" where there is none
}

// Changes returns what differs between two scenarios with every default spelled
// out, in the order of the paths.
func Changes(a, b *Scenario) []Change {
	var all []Change
	compareNodes("", a.root, b.root, &all)
	return all
}

// compareNodes goes down while both are tables or lists of tables.
func compareNodes(path string, a, b *node, all *[]Change) {
	switch {
	case a != nil && b != nil && a.form == tableForm && b.form == tableForm:
		keys := slices.AppendSeq(slices.Collect(maps.Keys(a.table)), maps.Keys(b.table))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			if path == "" && (key == "sweep" || key == "search") {
				continue
			}
			below := quoteKey(key)
			if path != "" {
				below = path + "." + below
			}
			compareNodes(below, a.table[key], b.table[key], all)
		}
	case a != nil && b != nil && isSection(a) && isSection(b) && a.form == listForm && b.form == listForm && len(a.list) == len(b.list):
		for i := range a.list {
			compareNodes(path+"."+strconv.Itoa(i), a.list[i], b.list[i], all)
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
func (n *node) sorted() string {
	return n.copied().String() // a copy forgets in which order its keys were read
}

package tree

import "strings"

// Text returns a table as a file of TOML.
func (n *Node) Text() string {
	var b strings.Builder
	writeTable(&b, "", n)
	return b.String()
}

// writeTable writes the keys of a table, then the tables below it.
func writeTable(b *strings.Builder, path string, n *Node) {
	keys := n.Keys()
	for _, key := range keys {
		if v := n.Table[key]; !isSection(v) {
			b.WriteString(QuoteKey(key) + " = " + v.String() + "\n")
		}
	}
	for _, key := range keys {
		v := n.Table[key]
		if !isSection(v) {
			continue
		}
		below := QuoteKey(key)
		if path != "" {
			below = path + "." + below
		}
		if v.Form == ListForm {
			for _, e := range v.List {
				b.WriteString("\n[[" + below + "]]\n")
				writeTable(b, below, e)
			}
			continue
		}
		if !onlySections(v) {
			b.WriteString("\n[" + below + "]\n")
		}
		writeTable(b, below, v)
	}
}

// isSection reports whether a value has a header of its own, rather than a
// place in one line.
func isSection(n *Node) bool {
	switch n.Form {
	case TableForm:
		return !n.Inline
	case ListForm:
		for _, e := range n.List {
			if e.Form != TableForm {
				return false
			}
		}
		return len(n.List) > 0
	default:
		return false
	}
}

// onlySections reports whether a table has nothing but tables by name below it,
// and needs no header.
func onlySections(n *Node) bool {
	for _, key := range n.Keys() {
		if v := n.Table[key]; v.Form != TableForm || v.Inline {
			return false
		}
	}
	return len(n.Table) > 0
}

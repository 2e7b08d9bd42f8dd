package scenarios

import "strings"

// Resolved returns the scenario as it was run: includes and overrides merged,
// every default spelled out, data files by absolute path. It loads to an equal
// Config.
func (s *Scenario) Resolved() []byte {
	var b strings.Builder
	writeTable(&b, "", s.root)
	return []byte(b.String())
}

// writeTable writes the keys of a table, then the tables below it.
func writeTable(b *strings.Builder, path string, n *node) {
	keys := n.keys()
	for _, key := range keys {
		if v := n.table[key]; !isSection(v) {
			b.WriteString(quoteKey(key) + " = " + v.String() + "\n")
		}
	}
	for _, key := range keys {
		v := n.table[key]
		if !isSection(v) {
			continue
		}
		below := quoteKey(key)
		if path != "" {
			below = path + "." + below
		}
		if v.form == listForm {
			for _, e := range v.list {
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
func isSection(n *node) bool {
	switch n.form {
	case tableForm:
		return !n.inline
	case listForm:
		for _, e := range n.list {
			if e.form != tableForm {
				return false
			}
		}
		return len(n.list) > 0
	default:
		return false
	}
}

// onlySections reports whether a table has nothing but tables by name below it,
// and needs no header.
func onlySections(n *node) bool {
	for _, key := range n.keys() {
		if v := n.table[key]; v.form != tableForm || v.inline {
			return false
		}
	}
	return len(n.table) > 0
}

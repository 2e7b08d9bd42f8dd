package schema

import (
	"slices"
	"strings"

	"headroom/scenarios/tree"
)

// rows are some keys of a table, by [declared.row].
type rows [mostRows / 64]uint64

// mostRows is how many keys a table may have.
const mostRows = 256

func (r *rows) add(row int)      { r[row/64] |= 1 << (row % 64) }
func (r *rows) has(row int) bool { return r[row/64]>>(row%64)&1 != 0 }

// Pass leaves keys unread on purpose.
func (t *Table) Pass(keys ...string) {
	for _, key := range keys {
		if d := t.declared(key); d != nil {
			t.seen.add(d.row)
		} else {
			t.passed = append(t.passed, key)
		}
	}
}

// PassAll leaves the rest of the table unread on purpose.
func (t *Table) PassAll() { t.all = true }

// Ask notes that keys of the user's own names are read: KEY stands for them.
func (t *Table) Ask(placeholder string) {
	if d := t.declared(placeholder); d != nil {
		t.r.asked[d.place] = true
	}
}

// Done reports every key of the table that no accessor has asked for.
func (t *Table) Done() {
	if t.undecided {
		t.Survey()
	}
	var unread []string
	for key := range t.Node.Table {
		if d := t.declared(key); !(d != nil && (t.all || t.seen.has(d.row))) && !slices.Contains(t.passed, key) {
			unread = append(unread, key)
		}
	}
	slices.Sort(unread)
	for _, key := range unread {
		n, path := t.Node.Table[key], t.PathOf(key)
		if p := t.r.schema.planned().keys[t.PatternOf(key)]; p != nil {
			if !p.Neutral.holds(n) {
				t.Add(Fault{Path: path, Rule: p.unsimulated(), Got: shortGot(n), Code: p.Code, RestSound: true}, n, key)
			}
			continue
		}
		if t.declared(key) != nil {
			t.Add(Fault{Path: path, Rule: "does not apply " + t.Mode, RestSound: true}, n, key)
			continue
		}
		f := Fault{Path: path, Rule: "unknown key", Hint: t.meant(key), RestSound: true}
		if f.Hint == "" {
			f.Rule += t.known()
		}
		t.Add(f, n, key)
	}
}

// mostKnown is how many keys of a table a fault lists; more are easier to read where they are explained.
const mostKnown = 12

// known says which keys a table has, for who wrote one that is near none of them.
func (t *Table) known() string {
	keys := t.r.schema.children(t.Pattern)
	switch {
	case len(keys) == 0:
		return ""
	case len(keys) <= mostKnown:
		return ": it is none of " + strings.Join(keys, ", ")
	case t.Pattern == "":
		return ": `headroom explain` lists the tables of a file"
	}
	return ": `headroom explain " + t.Pattern + "` lists those of the table"
}

// shortGot repeats scalars only: who planned a whole table knows what is in it.
func shortGot(n *tree.Node) string {
	if n.Form == tree.ScalarForm {
		return n.Got()
	}
	return ""
}

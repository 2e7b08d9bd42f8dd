package scenarios

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// reader walks the tree of a scenario and collects its faults.
type reader struct {
	faults Faults
	asked  map[string]bool     // paths of declarations that were read
	known  map[string][]string // names of the tables that others refer to, sorted
}

// table is a cursor on one table of the tree. Each accessor reads one declared
// key, records what is wrong with it and leaves its default in the tree; done
// reports the keys that nobody read.
type table struct {
	r       *reader
	n       *node
	path    string // "autoscaling_group.web"
	pattern string // "autoscaling_group.NAME"
	name    string // "web"
	broken  bool   // it is no table in the file, which has been said
	mode    string // what decides which keys apply: `policy_type "StepScaling"`
	seen    map[string]bool
	bad     map[string]bool
	unit    *measure // of a distribution's parameters
}

func newReader(root *node) (*reader, *table) {
	r := &reader{asked: map[string]bool{}, known: map[string][]string{}}
	for _, key := range slices.Sorted(maps.Keys(root.table)) {
		if n := root.table[key]; n.form == tableForm {
			r.known[key] = slices.Sorted(maps.Keys(n.table))
		}
	}
	return r, r.table(root)
}

func (r *reader) table(n *node) *table {
	return &table{r: r, n: n, seen: map[string]bool{}, bad: map[string]bool{}}
}

func (t *table) below(n *node, path, pattern string) *table {
	child := t.r.table(n)
	child.path, child.pattern = path, pattern
	return child
}

// pathOf returns the dotted path of a key as a fault names it.
func (t *table) pathOf(key string) string {
	if t.path == "" {
		return quoteKey(key)
	}
	return t.path + "." + quoteKey(key)
}

func (t *table) patternOf(key string) string {
	if t.pattern == "" {
		return key
	}
	return t.pattern + "." + key
}

// declaration returns what is declared of a key, which must be of a certain
// kind.
func (t *table) declaration(key string, want kind) *declared {
	d := declarations()[t.patternOf(key)]
	if d == nil || d.Type.kind != want {
		panic("scenarios: key " + t.patternOf(key) + " is not declared, or of another kind")
	}
	t.r.asked[d.Path] = true
	t.n.note(key)
	t.seen[key] = true
	return d
}

// note remembers the order in which keys are asked for.
func (n *node) note(key string) {
	if !slices.Contains(n.order, key) {
		n.order = append(n.order, key)
	}
}

// take returns the value of a key, its default if the file has none, or nil.
func (t *table) take(key string, want kind) (*node, *declared) {
	d := t.declaration(key, want)
	n := t.n.table[key]
	switch {
	case n != nil:
		return n, d
	case d.preset != nil:
		n = d.preset.clone(t.n.at)
		t.n.table[key] = n
		return n, d
	case d.Required() && !t.broken:
		t.add(Fault{Path: t.pathOf(key), Rule: "is required"}, t.n, key)
	}
	return nil, d
}

// assume sets the value of a key that the file does not have: a default that
// depends on other keys.
func (t *table) assume(key string, scalar any) {
	t.assumeNode(key, &node{form: scalarForm, scalar: scalar})
}

func (t *table) assumeNode(key string, n *node) {
	if t.n.table[key] == nil {
		n.at = t.n.at
		t.n.table[key] = n
	}
}

// assumeNames is assume for a list of names.
func (t *table) assumeNames(key string, names []string) {
	list := &node{form: listForm}
	for _, name := range names {
		list.list = append(list.list, &node{at: t.n.at, form: scalarForm, scalar: name})
	}
	t.assumeNode(key, list)
}

// pass leaves keys unread on purpose.
func (t *table) pass(keys ...string) {
	for _, key := range keys {
		t.seen[key] = true
	}
}

// has reports whether the file gives a key.
func (t *table) has(key string) bool { return t.n.table[key] != nil }

// sound reports whether all these keys were given or assumed, and nothing is
// wrong with them so far.
func (t *table) sound(keys ...string) bool {
	for _, key := range keys {
		if t.bad[key] || t.n.table[key] == nil {
			return false
		}
	}
	return true
}

// add records a fault at a node.
func (t *table) add(f Fault, at *node, key string) {
	f.File, f.Line = at.at.file, at.at.line
	t.r.faults = append(t.r.faults, f)
	t.bad[key] = true
}

// wrong records that the value of a key breaks a rule of AWS or of the
// simulator, with the error code of its table.
func (t *table) wrong(key, rule string) { t.reject(key, Fault{Rule: rule}) }

// reject is wrong with a hint, a code or a path of its own.
func (t *table) reject(key string, f Fault) {
	at := t.n
	if n := t.n.table[key]; n != nil {
		at = n
		if f.Got == "" {
			f.Got = n.got()
		}
	}
	if f.Path == "" {
		f.Path = t.pathOf(key)
	}
	if d := declarations()[t.patternOf(key)]; f.Code == "" && d != nil {
		f.Code = d.Code
	}
	f.Code = strings.TrimPrefix(f.Code, noCode)
	t.add(f, at, key)
}

// noCode keeps a fault of form without the code of its table.
const noCode = "-"

// mistake records a fault of form: a wrong type or unit, a name that is not
// there.
func (t *table) mistake(key, rule, hint string) {
	t.reject(key, Fault{Rule: rule, Hint: hint, Code: noCode})
}

// absorb records the faults of a spec from a package of the model, each of
// which begins with the key of its field and a colon.
func (t *table) absorb(errs []error, otherwise string) {
	for _, err := range errs {
		key, rule, ok := strings.Cut(err.Error(), ": ")
		key, index, _ := strings.Cut(key, "[") // as in "transitions[0]"
		if index != "" {
			index = "[" + index
		}
		if !ok || declarations()[t.patternOf(key)] == nil {
			key, rule, index = otherwise, err.Error(), ""
		}
		if t.bad[key] {
			continue
		}
		at := t.n
		if n := t.n.table[key]; n != nil {
			at = n
		}
		code := ""
		if d := declarations()[t.patternOf(key)]; d != nil {
			code = d.Code
		}
		t.add(Fault{Path: t.pathOf(key) + index, Rule: rule, Code: code}, at, key)
	}
}

// done reports every key of the table that no accessor has asked for.
func (t *table) done() {
	for _, key := range slices.Sorted(maps.Keys(t.n.table)) {
		if t.seen[key] {
			continue
		}
		n, path := t.n.table[key], t.pathOf(key)
		if p, ok := planned[t.patternOf(key)]; ok {
			if !p.neutral(n) {
				t.add(Fault{Path: path, Rule: "is not simulated by this version", Got: shortGot(n)}, n, key)
			}
			continue
		}
		if declarations()[t.patternOf(key)] != nil {
			t.add(Fault{Path: path, Rule: "does not apply " + t.mode}, n, key)
			continue
		}
		t.add(Fault{Path: path, Rule: "unknown key", Hint: nearest(key, children(t.pattern))}, n, key)
	}
}

// shortGot repeats scalars only: who planned a whole table knows what is in it.
func shortGot(n *node) string {
	if n.form == scalarForm {
		return n.got()
	}
	return ""
}

// inside returns a cursor on a table below, empty if the file has none.
func (t *table) inside(key string) *table {
	n, d := t.take(key, tableKind)
	child := t.descend(key, n)
	child.broken = child.broken || n == nil && d.Required()
	return child
}

// descend goes into the table that is a key's value.
func (t *table) descend(key string, n *node) *table {
	broken := n != nil && n.form != tableForm
	if broken {
		t.mistake(key, "must be a table", "")
		n = newTable(n.at)
	}
	if n == nil {
		n = newTable(t.n.at)
		t.n.table[key] = n
	}
	child := t.below(n, t.pathOf(key), t.patternOf(key))
	child.broken = broken
	return child
}

// each returns cursors on the tables of a list. A single table counts as a list
// of one.
func (t *table) each(key string) []*table {
	n, _ := t.take(key, listKind)
	if n == nil {
		return nil
	}
	elements := n.list
	if n.form == tableForm {
		elements = []*node{n}
	}
	if n.form == scalarForm {
		t.mistake(key, "must be a list of tables", "")
	}
	var tables []*table
	for i, e := range elements {
		path := t.pathOf(key) + "." + strconv.Itoa(i)
		if e.form != tableForm {
			t.add(Fault{Path: path, Rule: "must be a table", Got: e.got()}, e, key)
			continue
		}
		tables = append(tables, t.below(e, path, t.patternOf(key)+"[]"))
	}
	return tables
}

// orEmpty returns a node, or an empty table in its place.
func orEmpty(n *node, at position) *node {
	if n == nil {
		return newTable(at)
	}
	return n
}

// namedTables returns cursors on the tables of [key.NAME], by name.
func (t *table) namedTables(key string) []*table {
	n, _ := t.take(key, namedKind)
	if n == nil {
		return nil
	}
	if n.form != tableForm {
		t.mistake(key, "must be tables by name: ["+key+".NAME]", "")
		return nil
	}
	var tables []*table
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		e := n.table[name]
		path := t.pathOf(key) + "." + quoteKey(name)
		if e.form != tableForm {
			t.add(Fault{Path: path, Rule: "must be a table: [" + key + ".NAME]", Got: e.got()}, e, key)
			e = nil
		}
		child := t.below(orEmpty(e, n.at), path, t.patternOf(key)+".NAME")
		child.broken = e == nil
		child.name = name
		tables = append(tables, child)
	}
	return tables
}

package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// Reader walks the tree of a scenario and collects its faults.
type Reader struct {
	schema *Schema
	Faults Faults
	asked  []bool                  // which declarations were read, by their places
	known  map[string][]string     // names of the tables that others refer to, sorted
	looked int                     // names that were compared to find those that are meant
	used   map[string]map[int]bool // of the known ones, those that something refers to
}

// Table is a cursor on one table of the tree. Each accessor reads one declared
// key, records what is wrong with it and leaves its default in the tree; Done
// reports the keys that nobody read.
type Table struct {
	r         *Reader
	Node      *tree.Node
	Path      string          // "autoscaling_group.web"
	Pattern   string          // "autoscaling_group.NAME"
	Name      string          // "web", printable
	Broken    bool            // it is no table in the file, which has been said
	Mode      string          // what decides which keys apply: `policy_type "StepScaling"`
	seen      rows            // that somebody has asked for
	passed    []string        // other keys that are left unread on purpose
	all       bool            // every declared key is
	undecided bool            // the word that decides which keys apply is missing or wrong
	bad       map[string]bool // nil until something is wrong
	Unit      *Measure        // of a distribution's parameters
}

// NewReader returns a reader of a scenario, and a cursor on its top.
func NewReader(s *Schema, root *tree.Node) (*Reader, *Table) {
	r := &Reader{schema: s, asked: make([]bool, len(s.keys)), known: map[string][]string{}, used: map[string]map[int]bool{}}
	for _, key := range slices.Sorted(maps.Keys(root.Table)) {
		if n := root.Table[key]; n.Form == tree.TableForm {
			r.known[key] = slices.Sorted(maps.Keys(n.Table))
		}
	}
	return r, r.table(root)
}

// Asked returns the paths of the declarations that were read.
func (r *Reader) Asked() []string {
	var paths []string
	for i, is := range r.asked {
		if is {
			paths = append(paths, r.schema.keys[i].Path)
		}
	}
	return paths
}

// Names returns the names of the tables [of.NAME], sorted.
func (r *Reader) Names(of string) []string { return r.known[of] }

// Use notes that something refers to the table of a number among [of.NAME].
func (r *Reader) Use(of string, number int) {
	if r.used[of] == nil {
		r.used[of] = map[int]bool{}
	}
	r.used[of][number] = true
}

// Used reports whether something refers to a table.
func (r *Reader) Used(of string, number int) bool { return r.used[of][number] }

// Blank returns a cursor on a table without keys, which has the defaults of a
// pattern.
func (r *Reader) Blank(pattern string) *Table {
	t := r.table(tree.NewTable(tree.Position{}))
	t.Pattern = pattern
	return t
}

func (r *Reader) table(n *tree.Node) *Table {
	return &Table{r: r, Node: n}
}

// Below returns a cursor on a table that is found elsewhere than by a key: its path
// is that of faults, its pattern that of its rows.
func (t *Table) Below(n *tree.Node, path, pattern string) *Table {
	child := t.r.table(n)
	child.Path, child.Pattern = path, pattern
	return child
}

// PathOf returns the dotted path of a key as a fault names it.
func (t *Table) PathOf(key string) string {
	if t.Path == "" {
		return tree.QuoteKey(key)
	}
	return t.Path + "." + tree.QuoteKey(key)
}

// PatternOf returns the path of a key as it is declared.
func (t *Table) PatternOf(key string) string {
	if t.Pattern == "" {
		return key
	}
	return t.Pattern + "." + key
}

// declared returns what is declared of a key, nil if nothing is.
func (t *Table) declared(key string) *declared { return t.r.schema.at(t.Pattern, key) }

// declaration returns what is declared of a key, which must be of a certain
// kind.
func (t *Table) declaration(key string, want kind) *declared {
	d := t.declared(key)
	if d == nil || d.Type.kind != want {
		panic("scenarios: key " + t.PatternOf(key) + " is not declared, or of another kind")
	}
	t.r.asked[d.place] = true
	t.Node.Note(key)
	t.seen.add(d.row)
	return d
}

// take returns the value of a key, its default if the file has none, or nil.
func (t *Table) take(key string, want kind) (*tree.Node, *declared) {
	d := t.declaration(key, want)
	if n := t.Node.Table[key]; n != nil {
		return n, d
	}
	if preset := d.preset(); preset != nil {
		n := preset.Clone(t.Node.At)
		n.Assumed = true
		t.Node.Table[key] = n
		return n, d
	}
	if d.Required() && !t.Broken {
		t.Add(Fault{Path: t.PathOf(key), Rule: "is required"}, t.Node, key)
	}
	return nil, d
}

// Assume sets the value of a key that the file does not have: a default that
// depends on other keys.
func (t *Table) Assume(key string, scalar any) {
	t.AssumeNode(key, &tree.Node{Form: tree.ScalarForm, Scalar: scalar})
}

// AssumeNode is [Table.Assume] for any value.
func (t *Table) AssumeNode(key string, n *tree.Node) {
	if t.Node.Table[key] == nil {
		n.At, n.Assumed = t.Node.At, true
		t.Node.Table[key] = n
	}
}

// AssumeNames is assume for a list of names.
func (t *Table) AssumeNames(key string, names []string) {
	list := &tree.Node{Form: tree.ListForm}
	for _, name := range names {
		list.List = append(list.List, &tree.Node{At: t.Node.At, Form: tree.ScalarForm, Scalar: name})
	}
	t.AssumeNode(key, list)
}

// Has reports whether the file gives a key.
func (t *Table) Has(key string) bool { return t.Node.Table[key] != nil }

// Demands reports whether a key is declared as required.
func (t *Table) Demands(key string) bool { return t.declared(key).Required() }

// Sound reports whether all these keys were given or assumed, and nothing is
// wrong with them so far.
func (t *Table) Sound(keys ...string) bool {
	for _, key := range keys {
		if t.bad[key] || t.Node.Table[key] == nil {
			return false
		}
	}
	return true
}

// Faulty reports whether something is wrong with the value of a key.
func (t *Table) Faulty(key string) bool { return t.bad[key] }

// Faultless reports whether nothing is wrong with any key so far.
func (t *Table) Faultless() bool { return len(t.bad) == 0 }

// MarkFaulty notes that something is wrong with the value of a key, which has been said.
func (t *Table) MarkFaulty(key string) {
	if t.bad == nil {
		t.bad = map[string]bool{}
	}
	t.bad[key] = true
}

// Add records a fault at a node.
func (t *Table) Add(f Fault, at *tree.Node, key string) {
	f.File, f.Line = at.At.File, at.At.Line
	t.r.Faults = append(t.r.Faults, f)
	t.MarkFaulty(key)
}

// Wrong records that the value of a key breaks a rule of AWS or of the
// simulator, with the error code of its table.
func (t *Table) Wrong(key, rule string) { t.Reject(key, Fault{Rule: rule}) }

// Reject is wrong with a hint, a code or a path of its own.
func (t *Table) Reject(key string, f Fault) {
	at := t.Node
	if n := t.Node.Table[key]; n != nil {
		at = n
		if f.Got == "" {
			f.Got = n.Got()
		}
	}
	if f.Path == "" {
		f.Path = t.PathOf(key)
	}
	if d := t.declared(key); f.Code == "" && d != nil {
		f.Code = d.Code
	}
	f.Code = strings.TrimPrefix(f.Code, NoCode)
	t.Add(f, at, key)
}

// NoCode keeps a fault of form without the code of its table.
const NoCode = "-"

// Mistake records a fault of form: a wrong type or unit, a name that is not
// there.
func (t *Table) Mistake(key, rule, hint string) {
	t.Reject(key, Fault{Rule: rule, Hint: hint, Code: NoCode})
}

// Absorb records the faults of a spec from a package of the model, each of
// which begins with the key of its field and a colon.
func (t *Table) Absorb(errs []error, otherwise string) {
	for _, err := range errs {
		key, rule, ok := strings.Cut(err.Error(), ": ")
		key, index, _ := strings.Cut(key, "[") // as in "transitions[0]"
		if index != "" {
			index = "[" + index
		}
		if !ok || t.declared(key) == nil {
			key, rule, index = otherwise, err.Error(), ""
		}
		if t.bad[key] {
			continue
		}
		at, got, code := t.Node, "", ""
		if n := t.Node.Table[key]; n != nil {
			at = n
			if n.Form == tree.ScalarForm && !strings.Contains(rule, ", got ") && !strings.Contains(rule, strings.Trim(n.Got(), `"`)) {
				got = n.Got()
			}
		}
		if d := t.declared(key); d != nil {
			code = d.Code
		}
		t.Add(Fault{Path: t.PathOf(key) + index, Rule: rule, Got: got, Code: code}, at, key)
	}
}

// Inside returns a cursor on a table below, empty if the file has none.
func (t *Table) Inside(key string) *Table {
	n, d := t.take(key, tableKind)
	child := t.descend(key, n)
	child.Broken = child.Broken || n == nil && d.Required()
	return child
}

// Within returns a cursor on a table below, nil if the file has none or it is no
// table.
func (t *Table) Within(key string) *Table {
	n, _ := t.take(key, tableKind)
	if n == nil {
		return nil
	}
	child := t.descend(key, n)
	if child.Broken {
		return nil
	}
	return child
}

// descend goes into the table that is a key's value.
func (t *Table) descend(key string, n *tree.Node) *Table {
	broken := n != nil && n.Form != tree.TableForm
	if broken {
		t.Mistake(key, "must be a table", "")
		n = tree.NewTable(n.At)
	}
	if n == nil {
		n = tree.NewTable(t.Node.At)
		t.Node.Table[key] = n
	}
	child := t.Below(n, t.PathOf(key), t.PatternOf(key))
	child.Broken = broken
	return child
}

// Each returns cursors on the tables of a list. A single table counts as a list
// of one.
func (t *Table) Each(key string) []*Table {
	n, _ := t.take(key, listKind)
	if n == nil {
		return nil
	}
	elements := n.List
	if n.Form == tree.TableForm {
		elements = []*tree.Node{n}
	}
	if n.Form == tree.ScalarForm {
		t.Mistake(key, "must be a list of tables", "")
	}
	var tables []*Table
	for i, e := range elements {
		path := t.PathOf(key) + "." + strconv.Itoa(i)
		if e.Form != tree.TableForm {
			t.Add(Fault{Path: path, Rule: "must be a table", Got: e.Got()}, e, key)
			continue
		}
		tables = append(tables, t.Below(e, path, t.PatternOf(key)+"[]"))
	}
	return tables
}

// orEmpty returns a node, or an empty table in its place.
func orEmpty(n *tree.Node, at tree.Position) *tree.Node {
	if n == nil {
		return tree.NewTable(at)
	}
	return n
}

// NamedTables returns cursors on the tables of [key.NAME], by name.
func (t *Table) NamedTables(key string) []*Table {
	n, _ := t.take(key, namedKind)
	if n == nil {
		return nil
	}
	if n.Form != tree.TableForm {
		t.Mistake(key, "must be tables by name: ["+key+".NAME]", "")
		return nil
	}
	var tables []*Table
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		e := n.Table[name]
		path := t.PathOf(key) + "." + tree.QuoteKey(name)
		if e.Form != tree.TableForm {
			t.Add(Fault{Path: path, Rule: "must be a table: [" + key + ".NAME]", Got: e.Got()}, e, key)
			e = nil
		}
		if !soundName(name) {
			t.Add(Fault{Path: path, Rule: nameRule, Got: tree.Quote(name), Hint: otherName(name, n.Table)}, orEmpty(e, n.At), key)
		}
		child := t.Below(orEmpty(e, n.At), path, t.PatternOf(key)+".NAME")
		child.Broken = e == nil
		child.Name = tree.Printable(name)
		tables = append(tables, child)
	}
	return tables
}

// Schema returns the keys that the cursor knows.
func (t *Table) Schema() *Schema { return t.r.schema }

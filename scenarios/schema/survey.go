package schema

import (
	"maps"
	"slices"

	"headroom/scenarios/tree"
)

// Survey checks the form of what the file gives of a table where it is not known which keys apply,
// because the one that says so is missing or wrong: those that nobody has asked for, and whatever
// lies below them. All faults of a file are told at once, not those of one key first.
func (t *Table) Survey() {
	for _, key := range slices.Sorted(maps.Keys(t.Node.Table)) {
		n, d := t.Node.Table[key], t.declared(key)
		if d == nil || n.Assumed || t.seen.has(d.row) || slices.Contains(t.passed, key) {
			continue // Done tells of those that nothing declares
		}
		t.survey(key, n, d)
	}
}

// survey checks the form of one value.
func (t *Table) survey(key string, n *tree.Node, d *declared) {
	switch d.Type.kind {
	case flagKind:
		t.Flag(key)
	case wholeKind:
		t.Whole(key)
	case quantityKind:
		t.Quantity(key)
	case textKind:
		t.Text(key)
	case choiceKind:
		t.Choice(key)
	case timeKind:
		t.Instant(key)
	case nameKind:
		t.Reference(key)
	case namesKind:
		t.References(key)
	case textsKind:
		t.Texts(key)
	case tableKind:
		t.Inside(key).surveyWhole()
	case listKind:
		for _, e := range t.Each(key) {
			e.surveyWhole()
		}
	case lawKind:
		t.Law(key)
		t.surveyLike(key, n, d, d.Type.Measure)
	default:
		t.Value(key)
		t.surveyLike(key, n, d, d.Type.measure())
	}
}

// surveyLike checks a table whose keys are described elsewhere, or a quantity in its place. Values
// of several forms are for whoever knows which one it must be.
func (t *Table) surveyLike(key string, n *tree.Node, d *declared, m *Measure) {
	switch {
	case n.Form == tree.TableForm && d.Type.like != "":
		child := t.Below(n, t.PathOf(key), d.Type.like)
		child.Unit = m
		child.need()
		child.Survey()
	case n.Form == tree.ScalarForm && d.Type.names() != "":
		if name, ok := n.AsText(); ok {
			t.Find(key, d.Type.names(), name)
		}
	case n.Form == tree.ScalarForm && m != nil && len(d.Type.Words()) == 0:
		t.Measured(key, n, m)
	}
}

// measure is that of a value which is either a quantity or a table, nil of others.
func (t Type) measure() *Measure {
	for _, form := range t.either {
		switch form.kind {
		case quantityKind, lawKind:
			return form.Measure
		case tableKind, listKind:
		default:
			return nil
		}
	}
	return nil
}

// names is the kind of table of which a value is a name where it is none itself, "" of others.
func (t Type) names() string {
	if len(t.either) == 2 && t.either[0].kind == nameKind && t.either[1].kind == tableKind {
		return t.either[0].of
	}
	return ""
}

// surveyWhole checks a table below one of unknown mode: its required keys and those that nobody knows too.
func (t *Table) surveyWhole() {
	t.need()
	t.Survey()
	t.Done()
}

// need reports the keys that are always required and are missing.
func (t *Table) need() {
	for _, key := range t.r.schema.children(t.Pattern) {
		if d := t.declared(key); d != nil && d.Required() && !d.sometimes {
			t.Require(key)
		}
	}
}

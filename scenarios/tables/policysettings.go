package tables

import (
	"slices"
	"strings"

	"headroom/model/scaling"
	"headroom/scenarios/schema"
)

// settings reads the parameters of a policy, and whether nothing is wrong with
// them so far.
func settings(t *schema.Table, parameters []scaling.Parameter) (scaling.Values, bool) {
	values := scaling.Values{}
	good := true
	for _, p := range parameters {
		if p.Required && !t.Demands(p.Name) {
			t.Require(p.Name)
		}
		value, ok := setting(t, p)
		if t.Has(p.Name) {
			values[p.Name] = value
		}
		if !ok {
			t.MarkFaulty(p.Name)
		}
		good = good && !t.Faulty(p.Name)
	}
	return values, good
}

// standIns puts something that is allowed in the place of each setting that is wrong, so that the others are judged too, and
// reports whether there is something for each: not for rows, which are judged together, nor for a number that a policy needs.
// A word that it needs is its last one, which goes with every other setting.
func standIns(t *schema.Table, parameters []scaling.Parameter, values scaling.Values) bool {
	for _, p := range parameters {
		switch {
		case !t.Faulty(p.Name):
		case p.Required && p.Form == scaling.Choice:
			values[p.Name] = p.Words[len(p.Words)-1].Name
		case p.Required:
			return false
		default:
			delete(values, p.Name)
		}
	}
	return true
}

// setting reads one parameter.
func setting(t *schema.Table, p scaling.Parameter) (value any, ok bool) {
	switch p.Form {
	case scaling.Flag:
		return t.Flag(p.Name), true
	case scaling.Whole:
		return t.Whole(p.Name), true
	case scaling.Duration:
		return t.Duration(p.Name), true
	case scaling.Choice:
		return t.Choice(p.Name), true
	case scaling.Rows:
		return rowsOf(t, p)
	}
	if len(p.Words) == 0 {
		return t.Quantity(p.Name), true
	}
	n := t.Value(p.Name)
	if n == nil {
		return nil, true
	}
	if word, is := n.AsText(); is && slices.Contains(wordNames(p.Words), word) {
		return word, true
	}
	v, rule := schema.ReadQuantity(n, schema.Number)
	if rule != "" {
		t.Mistake(p.Name, "must be a number or "+strings.Join(quoted(p.Words), " or "), "")
	}
	return v, true
}

// rowsOf reads the tables of a parameter.
func rowsOf(t *schema.Table, p scaling.Parameter) ([]scaling.Values, bool) {
	var rows []scaling.Values
	good := true
	for _, row := range t.Each(p.Name) {
		values, ok := settings(row, p.Columns)
		rows, good = append(rows, values), good && ok
		row.Done()
	}
	return rows, good
}

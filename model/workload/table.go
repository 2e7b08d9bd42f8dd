package workload

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"headroom/sim"
)

// Table is the requested columns of a trace file.
type Table struct {
	rows    int
	numbers map[string][]float64
	texts   map[string]Names
	lines   []lineStep
	gone    int // rows that were left out before the first
	whole   bool
}

// Names is a column of texts.
type Names struct {
	places []uint32 // in names
	names  []string
}

// lineStep says that rows from this one on stand on lines from this one on, one
// beneath the other.
type lineStep struct{ row, line int }

// Rows returns the number of rows that were kept.
func (t *Table) Rows() int { return t.rows }

// Line returns the line of the file that holds a row, from 1.
func (t *Table) Line(row int) int {
	row += t.gone
	i, _ := slices.BinarySearchFunc(t.lines, row+1, func(s lineStep, row int) int { return cmp.Compare(s.row, row) })
	return t.lines[i-1].line + row - t.lines[i-1].row
}

// From returns the table without the rows above the first whose number in a sorted column
// is at least so much; nil if there is none.
func (t *Table) From(name string, least float64) *Table {
	first, _ := slices.BinarySearch(t.numbers[name], least)
	switch first {
	case 0:
		return t
	case t.rows:
		return nil
	}
	rest := &Table{rows: t.rows - first, numbers: map[string][]float64{}, texts: map[string]Names{}, lines: t.lines, gone: t.gone + first, whole: t.whole}
	for _, name := range slices.Sorted(maps.Keys(t.numbers)) {
		rest.numbers[name] = t.numbers[name][first:]
	}
	for _, name := range slices.Sorted(maps.Keys(t.texts)) {
		rest.texts[name] = Names{t.texts[name].places[first:], t.texts[name].names}
	}
	return rest
}

// WholeSeconds reports whether all times of the file are whole seconds after the
// start, those of rows that were not kept too. It is true without [Columns.Until].
func (t *Table) WholeSeconds() bool { return t.whole }

// Numbers returns a column that was requested as numbers; nil if it was not.
func (t *Table) Numbers(name string) []float64 { return t.numbers[name] }

// Texts returns a column that was requested as texts; an empty one if it was not.
func (t *Table) Texts(name string) Names { return t.texts[name] }

// Len returns the number of rows of the column.
func (n Names) Len() int { return len(n.places) }

// At returns the text in a row.
func (n Names) At(row int) string { return n.names[n.places[row]] }

// Times returns a column of numbers as instants, like [Table.Instants]. It is an
// error if they are unsorted.
func (t *Table) Times(name string, unit sim.Time, origin float64) ([]sim.Time, error) {
	at, err := t.Instants(name, unit, origin)
	for i := 1; i < len(at); i++ {
		if column := t.numbers[name]; column[i] < column[i-1] {
			return nil, fmt.Errorf("line %d: column %s: %w", t.Line(i), name, unsorted(column[i], column[i-1]))
		}
	}
	return at, err
}

// Instants returns a column of numbers as instants in that unit since origin, the
// number that stands for the start of the run: 0 for offsets, or the least. It is
// an error if one is before the origin or beyond [sim.Horizon]. Timestamps of this
// century in seconds, or finer, are exact to a quarter of a microsecond.
func (t *Table) Instants(name string, unit sim.Time, origin float64) ([]sim.Time, error) {
	column, ok := t.numbers[name]
	if !ok {
		return nil, fmt.Errorf("column %s: was not read", name)
	}
	at := make([]sim.Time, len(column))
	for i, v := range column {
		offset := (v - origin) * float64(unit)
		switch {
		case !(offset >= 0):
			return nil, fmt.Errorf("line %d: column %s: must not be before the start (%s), got %s", t.Line(i), name, plain(origin), plain(v))
		case offset >= float64(sim.Horizon):
			return nil, fmt.Errorf("line %d: column %s: %w", t.Line(i), name, tooLate(v, origin))
		}
		at[i] = sim.Time(math.Round(offset))
	}
	return at, nil
}

// plain formats a number without an exponent, unless it has more digits than a time or a count.
func plain(v float64) string {
	if math.Abs(v) >= mostPlain {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// mostPlain is above all nanoseconds of a calendar.
const mostPlain = 1e20

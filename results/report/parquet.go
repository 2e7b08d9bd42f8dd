package report

import (
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"headroom/results/sweep"
)

// ordered is a group of columns in an order of its own: the library sorts them
// by name.
type ordered struct {
	parquet.Group
	names []string
}

// Fields implements parquet.Node.
func (o ordered) Fields() []parquet.Field {
	fields := o.Group.Fields()
	place := make(map[string]int, len(o.names))
	for i, name := range o.names {
		place[name] = i
	}
	slices.SortFunc(fields, func(a, b parquet.Field) int { return place[a.Name()] - place[b.Name()] })
	return fields
}

// parquetRows is how many rows make a row group: what is buffered until it is
// written.
const parquetRows = 8192

// rowsAtOnce is how many rows are handed to the Parquet writer at a time.
const rowsAtOnce = 64

// writeParquet writes the columns of writeCSV: parameters are numbers
// if all their values are, else texts, and what is missing is null.
func (p *Points) writeParquet(w io.Writer, l *sheetLayout) error {
	out := parquet.NewWriter(w, parquet.NewSchema("sweep", l.group()), parquet.MaxRowsPerRowGroup(parquetRows))
	var rows [rowsAtOnce]parquet.Row // the writer copies them
	of := columnEstimates{sweep.NewEstimates(l.keys), sweep.NewEstimates(l.counted)}
	n := 0
	flush := func() error {
		_, err := out.WriteRows(rows[:n])
		n = 0
		return err
	}
	err := p.each(l, func(r *sweep.Row) error {
		rows[n] = p.parquetRow(l, r, of, rows[n][:0])
		if n++; n < rowsAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	return out.Close()
}

// group declares the columns.
func (l *sheetLayout) group() ordered {
	o := ordered{Group: parquet.Group{}}
	add := func(name string, node parquet.Node) {
		o.names = append(o.names, name)
		o.Group[name] = parquet.Compressed(node, &parquet.Zstd)
	}
	number := func() parquet.Node { return parquet.Optional(parquet.Leaf(parquet.DoubleType)) }
	add("point", parquet.Int(64))
	for i, name := range l.names {
		if l.numeric[i] {
			add(name, number())
		} else {
			add(name, parquet.Optional(parquet.String()))
		}
	}
	add("replications", parquet.Int(64))
	if l.screen {
		add(FidelityColumn, parquet.Optional(parquet.String()))
	}
	for _, key := range l.keys {
		add(key, number())
		add(key+".half_width", number())
	}
	for _, key := range l.counted {
		add(key+".n", parquet.Optional(parquet.Int(64)))
	}
	if l.judged {
		columns := breachColumns()
		add(columns[0], parquet.Optional(parquet.String()))
		for _, name := range columns[1:] {
			add(name, number())
		}
	}
	if l.ruled {
		add("ruled_out", parquet.Optional(parquet.String()))
	}
	if l.failed {
		add("error", parquet.Optional(parquet.String()))
	}
	return o
}

// columnEstimates are those of the metrics of a layout, and of those whose observations are counted.
type columnEstimates struct{ all, counted *sweep.Estimates }

// parquetRow converts one row, whose columns stand in the order of group, into an empty one.
func (p *Points) parquetRow(l *sheetLayout, r *sweep.Row, of columnEstimates, row parquet.Row) parquet.Row {
	add := func(v parquet.Value, defined bool) {
		column := len(row)
		if !defined {
			row = append(row, parquet.NullValue().Level(0, 0, column))
			return
		}
		row = append(row, v.Level(0, 1, column))
	}
	required := func(n int) { row = append(row, parquet.Int64Value(int64(n)).Level(0, 0, len(row))) }
	required(r.Point)
	settings := p.Settings(r.Point)
	for i, axis := range l.axes {
		s := settings[axis]
		if l.numeric[i] {
			add(parquet.DoubleValue(s.Number), s.Numeric)
		} else {
			add(parquet.ByteArrayValue([]byte(s.Text)), s.Text != "")
		}
	}
	required(len(r.Values))
	if l.screen {
		add(parquet.ByteArrayValue([]byte(r.Fidelity)), r.Fidelity != "")
	}
	for k := range l.keys {
		e, ok := of.all.Of(r, k)
		add(parquet.DoubleValue(e.Value), ok)
		add(parquet.DoubleValue(e.HalfWidth), ok && e.N > 1)
	}
	for k := range l.counted {
		e, ok := of.counted.Of(r, k)
		add(parquet.Int64Value(int64(e.N)), ok)
	}
	if l.judged {
		b := r.Breach(p.Thresholds)
		add(parquet.ByteArrayValue([]byte(strings.Join(b.Thresholds, "; "))), len(b.Thresholds) > 0)
		for _, v := range [...]float64{b.Probability.Value, b.Probability.Low, b.Probability.High} {
			add(parquet.DoubleValue(v), b.N > 0)
		}
	}
	if l.ruled {
		add(parquet.ByteArrayValue([]byte(r.Ruled)), r.Ruled != "")
	}
	if l.failed {
		add(parquet.ByteArrayValue([]byte(r.Err)), r.Err != "")
	}
	return row
}

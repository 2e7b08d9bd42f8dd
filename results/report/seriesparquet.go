package report

import (
	"io"
	"math"

	"github.com/parquet-go/parquet-go"

	"headroom/results"
	"headroom/sim"
)

// writeSeriesParquet writes the columns of writeSeries; what is not there is null.
// Times are UTC.
func writeSeriesParquet(w io.Writer, s *results.Summary) error {
	out := parquet.NewWriter(w, parquet.NewSchema("timeseries", seriesGroup()), parquet.MaxRowsPerRowGroup(1<<17))
	rows := make([]parquet.Row, 0, rowsAtOnce)
	var cells [rowsAtOnce][]parquet.Value
	names := make(map[*results.Column][2]parquet.Value, len(s.Series))
	for i := range s.Series {
		c := &s.Series[i]
		names[c] = [2]parquet.Value{parquet.ByteArrayValue([]byte(c.Entity)).Level(0, 0, 1), parquet.ByteArrayValue([]byte(c.Metric)).Level(0, 0, 2)}
	}
	flush := func() error {
		_, err := out.WriteRows(rows)
		rows = rows[:0]
		return err
	}
	for m := range moments(s) {
		k := len(rows)
		cells[k] = m.parquet(cells[k][:0], names[m.column], s)
		rows = append(rows, cells[k])
		if len(rows) == rowsAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return out.Close()
}

// seriesGroup declares the columns of seriesColumns.
func seriesGroup() ordered {
	o := ordered{Group: parquet.Group{}, names: seriesColumns()}
	number := parquet.Optional(parquet.Leaf(parquet.DoubleType))
	word := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	for i, node := range []parquet.Node{parquet.Timestamp(parquet.Millisecond), word, word, number, number, number, parquet.Int(32)} {
		o.Group[o.names[i]] = parquet.Compressed(node, &parquet.Zstd)
	}
	return o
}

// parquet appends a moment as a row of seriesGroup, with the names of its column.
func (m moment) parquet(to []parquet.Value, names [2]parquet.Value, s *results.Summary) parquet.Row {
	at := s.Config.Start.Add((sim.Time(m.minute) * sim.Minute).Duration())
	number := func(column int, v float64) parquet.Value {
		if math.IsNaN(v) {
			return parquet.NullValue().Level(0, 0, column)
		}
		return parquet.DoubleValue(v).Level(0, 1, column)
	}
	return append(to,
		parquet.Int64Value(at.UnixMilli()).Level(0, 0, 0), names[0], names[1],
		number(3, m.value), number(4, m.band.Value), number(5, m.band.HalfWidth),
		parquet.Int32Value(int32(m.band.N)).Level(0, 0, 6),
	)
}

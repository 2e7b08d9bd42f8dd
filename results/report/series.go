package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"

	"headroom/results"
	"headroom/sim"
	"headroom/sim/stat"
)

// A moment is what a run shows of a metric of an entity in one minute.
type moment struct {
	minute int
	column *results.Column
	value  float64 // of replication 0; NaN: nothing was observed
	band   stat.Estimate
}

// moments yields what replications showed by minute, in the order of time. A minute
// without an observation is left out.
func moments(s *results.Summary) iter.Seq[moment] {
	return func(yield func(moment) bool) {
		minutes := 0
		for _, c := range s.Series {
			minutes = max(minutes, len(c.Values))
		}
		for minute := range minutes {
			for i := range s.Series {
				c := &s.Series[i]
				if minute >= len(c.Values) {
					continue
				}
				m := moment{minute: minute, column: c, value: c.Values[minute], band: c.Over(minute)}
				if math.IsNaN(m.value) && m.band.N == 0 {
					continue
				}
				if !yield(m) {
					return
				}
			}
		}
	}
}

// writeSeries writes a line a minute, entity and metric, in the time zone of the run:
// what replication 0 showed, and the mean of all with the half-width of its interval. There
// may be millions: what lines have in common is formatted once.
func writeSeries(w io.Writer, s *results.Summary) error {
	out := bufio.NewWriterSize(w, 1<<16) // which keeps the first error for Flush
	_, _ = out.WriteString(strings.Join(seriesColumns(), ",") + "\n")
	names := make(map[*results.Column][]byte, len(s.Series))
	for i := range s.Series {
		c := &s.Series[i]
		names[c] = record(c.Entity, c.Metric)
	}
	minute, at := -1, ""
	var line []byte
	for m := range moments(s) {
		if m.minute != minute {
			minute, at = m.minute, s.Config.Stamp(sim.Time(m.minute)*sim.Minute)
		}
		line = append(append(append(line[:0], at...), ','), names[m.column]...)
		for _, v := range [...]float64{m.value, m.band.Value, m.band.HalfWidth} {
			line = appendDecimal(append(line, ','), v)
		}
		line = append(strconv.AppendInt(append(line, ','), int64(m.band.N), 10), '\n')
		_, _ = out.Write(line)
	}
	return out.Flush()
}

// record is a line of CSV without its end.
func record(fields ...string) []byte {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write(fields) // a buffer takes all
	out.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// seriesColumns are the columns of timeseries.csv and timeseries.parquet.
func seriesColumns() []string {
	return []string{"time", "entity", "metric", "value", "mean", "half_width", "n"}
}

// writeActivities writes the activity history of replication 0, in the time zone
// of the run.
func writeActivities(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"time", "until", "subject", "kind", "detail", "cause", "instance"})
	for i := range s.Activities {
		a := &s.Activities[i]
		if a.Untold {
			continue
		}
		until, number := "", ""
		if a.Until != sim.Never {
			until = s.Config.Stamp(a.Until)
		}
		if a.Instance >= 0 {
			number = strconv.Itoa(int(a.Instance))
		}
		_ = out.Write([]string{s.Config.Stamp(a.At), until, a.Subject, a.Kind, a.Detail, a.Cause, number})
	}
	out.Flush()
	return out.Error()
}

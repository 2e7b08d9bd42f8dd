package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"headroom/results"
	"headroom/sim"
)

// writeSeries writes what replication 0 showed, a line a minute, entity and
// metric, in the time zone of the run. A minute without an observation has no line.
func writeSeries(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"time", "entity", "metric", "value"}) // csv.Writer keeps the first error for Error
	minutes := 0
	for _, c := range s.Series {
		minutes = max(minutes, len(c.Values))
	}
	for minute := range minutes {
		at := s.Config.Stamp(sim.Time(minute) * sim.Minute)
		for _, c := range s.Series {
			if minute < len(c.Values) && !math.IsNaN(c.Values[minute]) {
				_ = out.Write([]string{at, c.Entity, c.Metric, decimal(c.Values[minute])})
			}
		}
	}
	out.Flush()
	return out.Error()
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

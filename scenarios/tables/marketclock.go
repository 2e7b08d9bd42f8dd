package tables

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"headroom/scenarios/schema"
	"headroom/sim"
)

// marketClock is how a trace of the Spot market tells the time: in seconds, its rows in any order.
type marketClock struct {
	column   string
	calendar bool // timestamps mean what they say
	told     bool // in the file
}

// marketClockKey declares which clock the rows of a trace are of.
func marketClockKey(of string) schema.Key {
	return schema.Row(of+".clock", schema.OneOf("start: the first timestamp is the start of the run, and offsets count from it",
		"calendar: all are timestamps and mean what they say; the last price or room before run.start is that at the start"),
		`"start"`, "trace: which clock the times are of")
}

// readMarketClock reads how a trace of the Spot market tells the time.
func readMarketClock(t *schema.Table) marketClock {
	c := marketClock{column: t.Text("time"), told: t.Has("clock")}
	c.calendar = t.Choice("clock") == "calendar"
	return c
}

// inOrder returns the rows of a trace of the Spot market in order of time, those of one instant
// as the file has them: the history that AWS prints begins with the newest. Offsets stay as
// they are: who writes them out of order has mixed something up.
func inOrder(d *dataFile, c marketClock, instants []sim.Time) []int {
	rows := make([]int, len(instants))
	for i := range rows {
		rows[i] = i
	}
	if slices.Min(d.table.Numbers(c.column)) >= firstTimestamp {
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(instants[a], instants[b]) })
	}
	return rows
}

// marketTimes returns when the rows of a trace of the Spot market are, as instants of the run,
// or nil after recording what is wrong.
func (l *loader) marketTimes(t *schema.Table, d *dataFile, c marketClock) []sim.Time {
	if c.calendar {
		return l.calendarTimes(t, d, c)
	}
	origin := 0.0
	if first := slices.Min(d.table.Numbers(c.column)); first >= firstTimestamp {
		origin = first
		if !c.told && first != l.startSeconds() {
			l.warnOfMoved(t, d)
		}
	}
	return l.instants(d, c, origin)
}

// calendarTimes is [loader.marketTimes] of timestamps that mean what they say: those
// before the start of the run are negative.
func (l *loader) calendarTimes(t *schema.Table, d *dataFile, c marketClock) []sim.Time {
	numbers, start := d.table.Numbers(c.column), l.startSeconds()
	first, last := slices.Min(numbers), slices.Max(numbers)
	switch {
	case first < firstTimestamp:
		l.Faults = append(l.Faults, schema.Fault{
			File: d.path, Line: d.table.Line(slices.Index(numbers, first)), Path: "column " + c.column,
			Rule: "must be a timestamp where clock is calendar, got " + strconv.FormatFloat(first, 'f', -1, 64),
		})
		return nil
	case last < start:
		l.endsBefore(t, d)
		return nil
	case first-start > l.cfg.Duration.Seconds():
		beginsAfter(t, d)
		return nil
	}
	instants := l.instants(d, c, first)
	before := sim.Time(math.Round((start - first) * float64(sim.Second)))
	for i := range instants {
		instants[i] -= before
	}
	return instants
}

// instants returns the times of a trace, counted from an origin; nil after recording
// what is wrong.
func (l *loader) instants(d *dataFile, c marketClock, origin float64) []sim.Time {
	instants, err := d.table.Instants(c.column, sim.Second, origin)
	if err != nil {
		l.blame(d.path, err)
	}
	return instants
}

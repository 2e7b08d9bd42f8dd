package tables

import (
	"time"

	"headroom/model/workload"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// traceClock is how a trace tells the time.
type traceClock struct {
	column string
	unit   sim.Time
	speed  float64
	start  float64 // the number that stands for the start of the run; 0: as the first row says
	told   bool    // which clock it is, in the file
}

// readTraceClock reads how a trace tells the time.
func (l *loader) readTraceClock(t *schema.Table) traceClock {
	c := traceClock{column: t.Text("time"), unit: timeUnits[t.Choice("time_unit")], speed: t.Quantity("speed"), told: t.Has("clock")}
	if t.Choice("clock") == "calendar" && c.unit > 0 {
		c.start = l.startSeconds() / c.unit.Seconds()
	}
	return c
}

// startSeconds returns the timestamp of the start of the run.
func (l *loader) startSeconds() float64 {
	return float64(l.cfg.Start.Unix()) + float64(l.cfg.Start.Nanosecond())/1e9
}

// until says which rows are of use.
func (c traceClock) until(duration sim.Time) workload.Until {
	return workload.Until{Column: c.column, Unit: c.unit, Timestamps: firstTimestamp, Start: c.start, Span: duration.Scaled(c.speed)}
}

// openTrace opens the file of a trace, from the start of the run on if it keeps the
// calendar.
func (l *loader) openTrace(t *schema.Table, c traceClock, columns workload.Columns) *dataFile {
	d := l.open(t, "file", columns)
	if d == nil || c.start == 0 {
		return d
	}
	rest := d.table.From(c.column, c.start)
	if rest == nil {
		l.endsBefore(t, d)
		return nil
	}
	if first := (rest.Numbers(c.column)[0] - c.start) * float64(c.unit); first > float64(l.cfg.Duration.Scaled(c.speed)) {
		beginsAfter(t, d)
		return nil
	}
	return &dataFile{d.path, rest}
}

// endsBefore says that a calendar trace is over when the run begins.
func (l *loader) endsBefore(t *schema.Table, d *dataFile) {
	t.Mistake("clock", "must be start, or run.start earlier: no row of "+d.path+" is at "+l.cfg.Start.Format(time.RFC3339)+" or later", "")
}

// beginsAfter says that the run is over when a calendar trace begins.
func beginsAfter(t *schema.Table, d *dataFile) {
	t.Mistake("clock", "must be start, or run.start later: the first row of "+d.path+" is after the end of the run", "")
}

// warnOfMoved says that a file's timestamps are taken for the run's, which nobody asked for.
func (l *loader) warnOfMoved(t *schema.Table, d *dataFile) {
	l.warnAt(t.Node, t.PathOf("clock")+": is start: the first row of "+d.path+" is played at run.start, whatever its timestamp says; with calendar each is played when it says")
}

// times returns when the rows of a trace are, as instants of the run.
func (l *loader) times(t *schema.Table, d *dataFile, c traceClock) []sim.Time {
	origin := c.start
	if first := d.table.Numbers(c.column)[0]; origin == 0 && first*c.unit.Seconds() >= firstTimestamp {
		origin = first
		if !c.told && first*c.unit.Seconds() != l.startSeconds() {
			l.warnOfMoved(t, d)
		}
	}
	at, err := d.table.Times(c.column, c.unit, origin)
	if err != nil {
		l.blame(d.path, err)
	}
	return at
}

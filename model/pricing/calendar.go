package pricing

import (
	"sort"
	"time"

	"headroom/sim"
)

// Seconds in the periods that charges are counted by.
const (
	minute = 60
	hour   = 3600
)

// span is a period in whole seconds from the start of the run; to is excluded.
type span struct{ from, to int64 }

func (s span) seconds() int64 { return s.to - s.from }

// join returns the smallest span that contains both; an empty one counts not.
func (s span) join(t span) span {
	switch {
	case s.from == s.to:
		return t
	case t.from == t.to:
		return s
	}
	return span{min(s.from, t.from), max(s.to, t.to)}
}

// billed returns the period that is charged for usage between two instants: from
// the second in which it began, its duration rounded up, at least least seconds.
func billed(from, to sim.Time, least int64) span {
	checkPeriod(from, to)
	first := int64(from / sim.Second)
	return span{first, first + max(wholeSeconds(to-from), least)}
}

func checkPeriod(from, to sim.Time) {
	if from < 0 || to < from {
		panic("pricing: ledger holds usage that ends before it begins, or begins before time 0")
	}
}

// wholeSeconds returns a duration rounded up to seconds.
func wholeSeconds(d sim.Time) int64 { return ceilDivide(int64(d), int64(sim.Second)) }

func ceilDivide(a, b int64) int64 { return (a + b - 1) / b }

// calendar cuts the seconds of a run into months (UTC).
type calendar struct {
	start time.Time // of second 0
	begin []int64   // second at which month i begins; one more than months known
}

func newCalendar(start time.Time) *calendar {
	start = start.UTC().Truncate(time.Second)
	c := &calendar{start: start}
	c.begin = []int64{c.secondOf(0), c.secondOf(1)}
	return c
}

// secondOf returns the second at which month i begins.
func (c *calendar) secondOf(i int) int64 {
	return c.first(i).Unix() - c.start.Unix()
}

// first returns the instant at which month i begins.
func (c *calendar) first(i int) time.Time {
	return time.Date(c.start.Year(), c.start.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
}

// month returns the month of a second, counted from that of the start.
func (c *calendar) month(second int64) int {
	for c.begin[len(c.begin)-1] <= second {
		c.begin = append(c.begin, c.secondOf(len(c.begin)))
	}
	if second < c.begin[1] {
		return 0
	}
	return sort.Search(len(c.begin), func(i int) bool { return c.begin[i] > second }) - 1
}

// seconds returns the length of a month.
func (c *calendar) seconds(month int) int64 {
	return c.secondOf(month+1) - c.secondOf(month)
}

// place returns the month in which s begins and the part of s that is in it.
func (c *calendar) place(s span) (month int, part span) {
	month = c.month(s.from)
	return month, span{s.from, min(s.to, c.begin[month+1])}
}

// cut calls piece with the parts of s in each month.
func (c *calendar) cut(s span, piece func(month int, part span)) {
	for s.from < s.to {
		month, part := c.place(s)
		piece(month, part)
		s.from = part.to
	}
}

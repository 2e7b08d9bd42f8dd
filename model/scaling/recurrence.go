package scaling

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/adhocore/gronx"
)

// recurrence is a cron expression, expanded to one bit a value of each field.
type recurrence struct {
	minutes, hours, days, months, weekdays uint64
	// bothDays: a day must match day of month and day of week, because one of
	// them is a star; else one of the two is enough.
	bothDays bool
}

// cronField is a field of a cron expression: the values that it ranges over, and
// an instant at which it has one of them, for gronx to look at.
type cronField struct {
	name     string
	position int // in gronx, which counts seconds as 0
	from, to int
	at       func(value int) time.Time
}

// cronFields returns the five fields in their order. January 2023 begins on a
// Sunday, the weekday 0.
func cronFields() [5]cronField {
	january := func(day, hour, minute int) time.Time {
		return time.Date(2023, time.January, day, hour, minute, 0, 0, time.UTC)
	}
	return [5]cronField{
		{"minute", 1, 0, 59, func(v int) time.Time { return january(1, 0, v) }},
		{"hour", 2, 0, 23, func(v int) time.Time { return january(1, v, 0) }},
		{"day of month", 3, 1, 31, func(v int) time.Time { return january(v, 0, 0) }},
		{"month", 4, 1, 12, func(v int) time.Time { return time.Date(2023, time.Month(v), 1, 0, 0, 0, 0, time.UTC) }},
		{"day of week", 5, 0, 6, func(v int) time.Time { return january(1+v, 0, 0) }},
	}
}

// cronPart is what a comma-separated part of a field may look like. It excludes
// the L, W and # of other cron dialects.
var cronPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\?|\*(/\d+)?|\d+(-\d+)?(/\d+)?)$`) })

// parseRecurrence parses five cron fields. Names of months and weekdays and 7
// for Sunday are understood.
func parseRecurrence(expression string) (recurrence, error) {
	if got := len(strings.Fields(expression)); got != 5 {
		return recurrence{}, fmt.Errorf("must have 5 cron fields, got %d in %q", got, expression)
	}
	segments, err := gronx.Segments(strings.TrimSpace(expression))
	if err != nil {
		return recurrence{}, fmt.Errorf("cron %q: %w", expression, err)
	}
	var sets [5]uint64
	for i, field := range cronFields() {
		if sets[i], err = field.expand(segments[field.position]); err != nil {
			return recurrence{}, fmt.Errorf("%s of cron: %w", field.name, err)
		}
	}
	open := func(segment string) bool { return strings.HasPrefix(segment, "*") || segment == "?" }
	return recurrence{
		minutes: sets[0], hours: sets[1], days: sets[2], months: sets[3], weekdays: sets[4],
		bothDays: open(segments[3]) || open(segments[5]),
	}, nil
}

// expand returns the set of values that match the segment. Every part is checked
// against every value, because gronx reports a part out of bounds only if it
// comes to look at it.
func (c cronField) expand(segment string) (uint64, error) {
	var set uint64
	checker := &gronx.SegmentChecker{}
	for part := range strings.SplitSeq(segment, ",") {
		if !cronPart().MatchString(part) {
			return 0, fmt.Errorf("%q is not a value, range, step or *", part)
		}
		var matches uint64
		for value := c.from; value <= c.to; value++ {
			checker.SetRef(c.at(value))
			due, err := checker.CheckDue(part, c.position)
			if err != nil {
				return 0, err
			}
			if due {
				matches |= 1 << value
			}
		}
		if matches == 0 {
			return 0, fmt.Errorf("%q matches nothing from %d to %d", part, c.from, c.to)
		}
		set |= matches
	}
	return set, nil
}

// searchYears is how far ahead next looks. The rarest days, a 29 February on a
// given weekday, are 40 years apart at most, across 2100.
const searchYears = 40

// next returns the first run after that instant, by the clock of the zone.
//
// It walks local days and minutes rather than instants. Every local time up to
// the one that the clock shows at after has had its first occurrence by then, so
// the walk can start there.
func (r recurrence) next(after time.Time, zone *time.Location) (time.Time, bool) {
	local := after.In(zone)
	// Local dates are reckoned in UTC, where every day has all its minutes.
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	end := day.AddDate(searchYears, 0, 0)
	minute := local.Hour()*60 + local.Minute()
	for day.Before(end) {
		if r.months&(1<<day.Month()) == 0 {
			day, minute = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC), 0
			continue
		}
		if r.runsOn(day) {
			if at, ok := r.nextOn(day, minute, after, zone); ok {
				return at, true
			}
		}
		day, minute = day.AddDate(0, 0, 1), 0
	}
	return time.Time{}, false
}

// runsOn reports whether the recurrence runs on that day of a matching month.
func (r recurrence) runsOn(day time.Time) bool {
	inMonth := r.days&(1<<day.Day()) != 0
	inWeek := r.weekdays&(1<<day.Weekday()) != 0
	if r.bothDays {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// nextOn returns the first run on that local day, from that minute of it on and
// after that instant.
func (r recurrence) nextOn(day time.Time, minute int, after time.Time, zone *time.Location) (time.Time, bool) {
	for ; minute < 24*60; minute++ {
		if r.hours&(1<<(minute/60)) == 0 || r.minutes&(1<<(minute%60)) == 0 {
			continue
		}
		at, exists := firstOccurrence(day.Add(time.Duration(minute)*time.Minute), zone)
		if exists && at.After(after) {
			return at, true
		}
	}
	return time.Time{}, false
}

// firstOccurrence returns the first instant at which clocks in the zone show the
// date and time that wall has in UTC, or false if they skip it.
func firstOccurrence(wall time.Time, zone *time.Location) (time.Time, bool) {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	_, offset := near.Zone()
	offsets := []int{offset}
	if start, _ := near.ZoneBounds(); !start.IsZero() {
		_, before := start.Add(-1).Zone()
		offsets = append(offsets, before)
	}
	if _, end := near.ZoneBounds(); !end.IsZero() {
		_, behind := end.Zone()
		offsets = append(offsets, behind)
	}
	first, exists := time.Time{}, false
	for _, seconds := range offsets {
		at := wall.Add(-time.Duration(seconds) * time.Second)
		if _, actual := at.In(zone).Zone(); actual != seconds {
			continue
		}
		if !exists || at.Before(first) {
			first, exists = at, true
		}
	}
	return first, exists
}

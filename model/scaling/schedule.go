package scaling

import (
	"fmt"
	"time"

	// A schedule's time zone must not depend on what the machine has installed.
	_ "time/tzdata"
)

// Limits are the capacities of a group that a schedule or a forecast moves.
type Limits struct {
	Min, Max, Desired int
}

// Schedule is a scheduled action of a group: it sets any of min, max and desired
// once at Start, or at each time of a recurrence (PutScheduledUpdateGroupAction,
// Amazon EC2 Auto Scaling API Reference). The zero time means no Start or no End;
// nil leaves that capacity as it is.
type Schedule struct {
	Recurrence        string // five cron fields; empty: once, at Start
	TimeZone          string // IANA name of the recurrence's; empty: UTC
	Start, End        time.Time
	Min, Max, Desired *int
}

// mostSchedules is AWS's quota of scheduled actions in a group.
const mostSchedules = 125

// Validate returns all faults of s for a group that exists since now.
func (s Schedule) Validate(now time.Time) []error {
	var f faults
	if s.Recurrence == "" && s.Start.IsZero() {
		f.add("recurrence", "is required, or start_time")
	}
	if s.Recurrence != "" {
		if _, err := parseRecurrence(s.Recurrence); err != nil {
			f.add("recurrence", "%w", err)
		}
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		f.add("time_zone", "%w", err)
	}
	if !s.Start.IsZero() && s.Start.Before(now) {
		f.add("start_time", "must not lie before %v, got %v", now, s.Start)
	}
	if !s.End.IsZero() && s.End.Before(s.Start) {
		f.add("end_time", "must not lie before start_time")
	}
	if s.Min == nil && s.Max == nil && s.Desired == nil {
		f.add("desired_capacity", "needs one of min_size, max_size and desired_capacity")
	}
	s.validateSizes(&f)
	return f
}

// validateSizes adds the faults of the capacities that the schedule sets, as far
// as they are wrong for every group.
func (s Schedule) validateSizes(f *faults) {
	for _, size := range []struct {
		key   string
		value *int
	}{{"min_size", s.Min}, {"max_size", s.Max}, {"desired_capacity", s.Desired}} {
		if size.value != nil && *size.value < 0 {
			f.add(size.key, "must not be negative, got %d", *size.value)
		}
	}
	if s.Min != nil && s.Max != nil && *s.Min > *s.Max {
		f.add("min_size", "must not exceed max_size (%d), got %d", *s.Max, *s.Min)
	}
	if s.Desired != nil && s.Min != nil && *s.Desired < *s.Min {
		f.add("desired_capacity", "must not be below min_size (%d), got %d", *s.Min, *s.Desired)
	}
	if s.Desired != nil && s.Max != nil && *s.Desired > *s.Max {
		f.add("desired_capacity", "must not exceed max_size (%d), got %d", *s.Max, *s.Desired)
	}
}

// ValidateSchedules returns the faults of a group's schedules in relation to
// each other: too many, or two with the same start time.
func ValidateSchedules(schedules []Schedule) []error {
	var f faults
	if len(schedules) > mostSchedules {
		f.add("schedule", "a group has at most %d, got %d", mostSchedules, len(schedules))
	}
	for i, s := range schedules {
		for j := range i {
			if !s.Start.IsZero() && s.Start.Equal(schedules[j].Start) {
				f.add("start_time", "must be unique in the group, schedules %d and %d share %v", j, i, s.Start)
			}
		}
	}
	return f
}

// Apply returns the group's limits after the action. An explicit desired
// capacity must lie within the resulting min and max, else the action fails and
// changes nothing; a desired capacity that the action does not set is clamped.
func (s Schedule) Apply(l Limits) (Limits, error) {
	after := l
	if s.Min != nil {
		after.Min = *s.Min
	}
	if s.Max != nil {
		after.Max = *s.Max
	}
	if after.Min > after.Max {
		return l, fmt.Errorf("min_size %d exceeds max_size %d", after.Min, after.Max)
	}
	if s.Desired == nil {
		after.Desired = min(max(l.Desired, after.Min), after.Max)
		return after, nil
	}
	after.Desired = *s.Desired
	if after.Desired < after.Min || after.Desired > after.Max {
		return l, fmt.Errorf("desired_capacity %d is outside min_size %d and max_size %d",
			after.Desired, after.Min, after.Max)
	}
	return after, nil
}

// Timetable says when a schedule runs. It is immutable.
type Timetable struct {
	recurs     bool
	recurrence recurrence
	zone       *time.Location
	start, end time.Time
}

// NewTimetable compiles the times of a schedule.
func NewTimetable(s Schedule) (Timetable, error) {
	t := Timetable{recurs: s.Recurrence != "", start: s.Start, end: s.End}
	var err error
	if t.zone, err = time.LoadLocation(s.TimeZone); err != nil {
		return Timetable{}, fmt.Errorf("time zone of a schedule: %w", err)
	}
	if t.recurs {
		t.recurrence, err = parseRecurrence(s.Recurrence)
	}
	return t, err
}

// Next returns the first time after that instant at which the schedule runs, in
// UTC, or false if it never does again. A local time that does not exist on a
// day is skipped; one that occurs twice counts at its first occurrence only.
// It looks 40 years ahead at most, in well under a millisecond.
func (t Timetable) Next(after time.Time) (time.Time, bool) {
	if !t.recurs {
		return t.start.UTC(), t.start.After(after) && !t.start.IsZero()
	}
	if after.Before(t.start) {
		after = t.start.Add(-1)
	}
	next, ok := t.recurrence.next(after, t.zone)
	if !ok || !t.end.IsZero() && next.After(t.end) {
		return time.Time{}, false
	}
	return next.UTC(), true
}

package scaling_test

import (
	"testing"
	"time"

	"github.com/adhocore/gronx"

	"headroom/model/scaling"
)

// instant parses an RFC 3339 time.
func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// timetable compiles a recurrence.
func timetable(t *testing.T, cron, zone string) scaling.Timetable {
	t.Helper()
	table, err := scaling.NewTimetable(scaling.Schedule{Recurrence: cron, TimeZone: zone})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestRecurrenceFollowsTheClockOfItsZone(t *testing.T) {
	for _, row := range []struct{ name, cron, zone, after, want string }{
		{"winter", "0 8 * * 1-5", "America/New_York", "2026-01-05T00:00:00Z", "2026-01-05T13:00:00Z"},
		{"the first Monday of summer time", "0 8 * * 1-5", "America/New_York", "2026-03-07T00:00:00Z", "2026-03-09T12:00:00Z"},
		{"the first Monday after it", "0 8 * * 1-5", "America/New_York", "2026-10-30T12:00:00Z", "2026-11-02T13:00:00Z"},
		{"Tuesdays", "30 6 * * 2", "", "2026-01-05T00:00:00Z", "2026-01-06T06:30:00Z"},
		{"names", "30 6 * JAN TUE", "UTC", "2026-01-05T00:00:00Z", "2026-01-06T06:30:00Z"},
		{"Sunday as 7", "0 0 * * 7", "", "2026-01-05T00:00:00Z", "2026-01-11T00:00:00Z"},
		{"strictly after", "0 8 * * *", "", "2026-01-05T08:00:00Z", "2026-01-06T08:00:00Z"},
		{"within the minute", "0 8 * * *", "", "2026-01-05T08:00:01Z", "2026-01-06T08:00:00Z"},
		{"a local hour that does not exist", "30 2 * * *", "America/New_York", "2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"},
		{"minutes across the gap", "*/30 * * * *", "America/New_York", "2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z"},
		{"a local hour that occurs twice, first", "30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z"},
		{"a local hour that occurs twice, second", "30 1 * * *", "America/New_York", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		{"inside the second hour", "*/30 * * * *", "America/New_York", "2026-11-01T06:10:00Z", "2026-11-01T07:00:00Z"},
		{"a half-hour fold", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z"},
		{"a zone of odd minutes", "0 9 * * *", "Asia/Kathmandu", "2026-01-05T00:00:00Z", "2026-01-05T03:15:00Z"},
		{"29 February", "0 0 29 2 *", "", "2026-01-05T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"29 February, eight years", "0 0 29 2 *", "", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"either of both days", "0 0 13 * 5", "", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"},
		{"both, if one begins with a star", "0 0 */13 * 5", "", "2026-01-05T00:00:00Z", "2026-02-27T00:00:00Z"},
	} {
		got, ok := timetable(t, row.cron, row.zone).Next(instant(t, row.after))
		if want := instant(t, row.want); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %q in %q after %s: got %v %v, want %s", row.name, row.cron, row.zone, row.after, got, ok, row.want)
		}
	}
}

func TestImpossibleDateNeverRuns(t *testing.T) {
	for _, cron := range []string{"0 0 30 2 *", "0 0 31 4,6,9,11 *"} {
		if got, ok := timetable(t, cron, "Europe/Berlin").Next(instant(t, "2026-01-05T00:00:00Z")); ok {
			t.Errorf("%q: got %v, want never", cron, got)
		}
	}
}

// TestRecurrenceAgreesWithTheLibrary compares ten weeks of runs in UTC, where no
// clock changes, with gronx asked minute by minute.
func TestRecurrenceAgreesWithTheLibrary(t *testing.T) {
	begin := instant(t, "2027-12-20T00:00:00Z")
	for _, cron := range []string{"7,37 */6 * * *", "0 3 1-7 * *", "15 0-23/5 10,20 * 1", "0 12 */9 * SUN-3", "5 5 29 2 *"} {
		table, gron, next := timetable(t, cron, ""), gronx.New(), begin
		ran, ok := table.Next(next)
		runs := 0
		for m := 1; m <= 72*24*60; m++ {
			minute := begin.Add(time.Duration(m) * time.Minute)
			due, err := gron.IsDue(cron, minute)
			if err != nil {
				t.Fatal(err)
			}
			if due != (ok && ran.Equal(minute)) {
				t.Fatalf("%q at %v: due %v, but next is %v %v", cron, minute, due, ran, ok)
			}
			if due {
				runs++
				ran, ok = table.Next(minute)
			}
		}
		if runs == 0 {
			t.Errorf("%q never ran", cron)
		}
	}
}

// TestClockChangesSkipAndNeverRepeat compares the runs around a change of clocks
// with a dumb twin: every minute whose local time matches and was not seen.
func TestClockChangesSkipAndNeverRepeat(t *testing.T) {
	for _, change := range []struct{ zone, begin string }{
		{"America/New_York", "2026-03-07T12:00:00Z"},    // 02:00 to 03:00
		{"America/New_York", "2026-10-31T12:00:00Z"},    // 02:00 to 01:00
		{"Australia/Lord_Howe", "2026-04-04T00:00:00Z"}, // half an hour back
		{"Australia/Lord_Howe", "2026-10-03T00:00:00Z"}, // half an hour on
		{"America/Santiago", "2026-09-05T12:00:00Z"},    // midnight does not exist
		{"America/Santiago", "2026-04-04T12:00:00Z"},    // midnight falls back into the day before
		{"Pacific/Apia", "2011-12-29T00:00:00Z"},        // 30 December does not exist
	} {
		zone, err := time.LoadLocation(change.zone)
		if err != nil {
			t.Fatal(err)
		}
		begin := instant(t, change.begin)
		for _, cron := range []string{"* * * * *", "*/20 * * * *", "0 0 * * *", "15,45 0-3,23 * * *", "30 1 * * 6,0"} {
			table, gron, seen := timetable(t, cron, change.zone), gronx.New(), map[string]bool{}
			next, ok := table.Next(begin)
			for m := range 72 * 60 {
				minute := begin.Add(time.Duration(m) * time.Minute)
				local := minute.In(zone)
				wall := local.Format(time.DateTime)
				matches, err := gron.IsDue(cron, local)
				if err != nil {
					t.Fatal(err)
				}
				due := matches && !seen[wall] && m > 0
				seen[wall] = true
				if due != (ok && next.Equal(minute)) {
					t.Fatalf("%s, %q at %v: due %v, but next is %v %v", change.zone, cron, local, due, next, ok)
				}
				if due {
					next, ok = table.Next(minute)
				}
				if again, _ := table.Next(minute); !again.Equal(next) {
					t.Fatalf("%s, %q after %v: got %v, want %v", change.zone, cron, local, again, next)
				}
			}
		}
	}
}

func TestStartAndEndBoundASchedule(t *testing.T) {
	s := scaling.Schedule{
		Recurrence: "0 8 * * *",
		Start:      instant(t, "2026-01-10T08:00:00Z"), End: instant(t, "2026-01-11T08:00:00Z"),
	}
	table, err := scaling.NewTimetable(s)
	if err != nil {
		t.Fatal(err)
	}
	at := instant(t, "2026-01-01T00:00:00Z")
	for _, want := range []string{"2026-01-10T08:00:00Z", "2026-01-11T08:00:00Z"} {
		next, ok := table.Next(at)
		if !ok || !next.Equal(instant(t, want)) {
			t.Fatalf("after %v: got %v %v, want %s", at, next, ok, want)
		}
		at = next
	}
	if next, ok := table.Next(at); ok {
		t.Errorf("after the end: got %v, want none", next)
	}
	once, err := scaling.NewTimetable(scaling.Schedule{Start: s.Start})
	if err != nil {
		t.Fatal(err)
	}
	if next, ok := once.Next(s.Start.Add(-1)); !ok || !next.Equal(s.Start) {
		t.Errorf("once: got %v %v, want %v", next, ok, s.Start)
	}
	if _, ok := once.Next(s.Start); ok {
		t.Error("a schedule without recurrence ran twice")
	}
}

func TestScheduleMovesTheLimits(t *testing.T) {
	six, two, forty := 6, 2, 40
	from := scaling.Limits{Min: 1, Max: 10, Desired: 4}
	for _, row := range []struct {
		name     string
		schedule scaling.Schedule
		want     scaling.Limits
		fails    bool
	}{
		{"min and desired", scaling.Schedule{Min: &six, Desired: &six}, scaling.Limits{Min: 6, Max: 10, Desired: 6}, false},
		{"min above desired", scaling.Schedule{Min: &six}, scaling.Limits{Min: 6, Max: 10, Desired: 6}, false},
		{"max below desired", scaling.Schedule{Max: &two}, scaling.Limits{Min: 1, Max: 2, Desired: 2}, false},
		{"desired alone", scaling.Schedule{Desired: &two}, scaling.Limits{Min: 1, Max: 10, Desired: 2}, false},
		{"desired above max", scaling.Schedule{Desired: &forty}, from, true},
		{"min above max", scaling.Schedule{Min: &forty}, from, true},
	} {
		got, err := row.schedule.Apply(from)
		if got != row.want || (err != nil) != row.fails {
			t.Errorf("%s: got %+v, %v, want %+v, error %v", row.name, got, err, row.want, row.fails)
		}
	}
}

func TestValidateNamesEveryFaultOfASchedule(t *testing.T) {
	now := instant(t, "2026-01-05T00:00:00Z")
	two, six, minus := 2, 6, -1
	for _, row := range []struct {
		name     string
		schedule scaling.Schedule
		want     []string
	}{
		{"sound", scaling.Schedule{Recurrence: "0 8 * * MON-FRI", TimeZone: "Europe/Berlin", Desired: &two}, nil},
		{"zero", scaling.Schedule{}, []string{"recurrence:", "desired_capacity:"}},
		{"times", scaling.Schedule{Start: now.Add(-1), End: now.Add(-2), Desired: &two}, []string{"start_time:", "end_time:"}},
		{"zone", scaling.Schedule{Recurrence: "0 8 * * *", TimeZone: "Mars/Olympus", Desired: &two}, []string{"time_zone:"}},
		{"sizes", scaling.Schedule{Start: now, Min: &six, Max: &two, Desired: &minus},
			[]string{"desired_capacity:", "min_size:", "desired_capacity: must not be below"}},
	} {
		expectFaults(t, row.name, row.schedule.Validate(now), row.want)
	}
	for _, cron := range []string{
		"@daily", "* * * *", "* * * * * *", "60 * * * *", "0,99 * * * *", "*,99 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
		"* * * * 8", "*/0 * * * *", "5-1 * * * *", "* * L * *", "* * 3W * *", "* * * * 2#1", "1- * * * *", "1-2-3 * * * *",
		"70/5 * * * *", ", * * * *", "x * * * *", "-5 * * * *",
	} {
		expectFaults(t, cron, scaling.Schedule{Recurrence: cron, Desired: &two}.Validate(now), []string{"recurrence:"})
	}
	twins := []scaling.Schedule{{Start: now}, {Recurrence: "0 8 * * *"}, {Recurrence: "0 8 * * *"}, {Start: now}}
	expectFaults(t, "same start", scaling.ValidateSchedules(twins), []string{"start_time:"})
	expectFaults(t, "126", scaling.ValidateSchedules(make([]scaling.Schedule, 126)), []string{"schedule:"})
}

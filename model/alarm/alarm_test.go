package alarm_test

import (
	"strings"
	"testing"

	"headroom/model/alarm"
	"headroom/sim"
)

// threeOf returns an alarm on values above 50: m of 3 one-minute datapoints.
func threeOf(m int, missing alarm.Missing) alarm.Config {
	return alarm.Config{
		Period: sim.Minute, EvaluationPeriods: 3, DatapointsToAlarm: m,
		Comparison: alarm.GreaterThanThreshold, Threshold: 50, TreatMissing: missing,
	}
}

// window builds a window of an alarm from a row of the published tables, oldest first.
func window(t *testing.T, cfg alarm.Config, row string) *alarm.Window {
	t.Helper()
	w := alarm.NewWindow(cfg)
	for _, mark := range strings.Fields(row) {
		switch mark {
		case "0":
			w.Push(10, true)
		case "X":
			w.Push(90, true)
		case "-":
			w.Push(0, false)
		default:
			t.Fatalf("mark %q in row %q", mark, row)
		}
	}
	return &w
}

// TestPublishedMissingDataTables has the rows of CloudWatch's own tables, columns
// missing, ignore, breaching, notBreaching; "retain" must hold from every previous
// state.
func TestPublishedMissingDataTables(t *testing.T) {
	rows := []struct {
		m    int
		row  string
		want [4]string
	}{
		{3, "0 - X - X", [4]string{"OK", "OK", "OK", "OK"}},
		{3, "0 - - - -", [4]string{"OK", "OK", "OK", "OK"}},
		{3, "- - - - -", [4]string{"INSUFFICIENT_DATA", "retain", "ALARM", "OK"}},
		{3, "0 X X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{3, "- - X - -", [4]string{"ALARM", "retain", "ALARM", "OK"}},
		{3, "- - - - X", [4]string{"retain", "retain", "ALARM", "OK"}},
		{2, "0 - X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{2, "0 0 X 0 X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{2, "0 - X - -", [4]string{"OK", "OK", "ALARM", "OK"}},
		{2, "- - - - 0", [4]string{"OK", "OK", "ALARM", "OK"}},
		{2, "- - - X -", [4]string{"ALARM", "retain", "ALARM", "OK"}},
	}
	treatments := [4]string{"missing", "ignore", "breaching", "notBreaching"}
	for _, r := range rows {
		for i, name := range treatments {
			treat, err := alarm.ParseMissing(name)
			if err != nil {
				t.Fatal(err)
			}
			for previous := alarm.InsufficientData; previous <= alarm.Alarm; previous++ {
				want := r.want[i]
				if want == "retain" {
					want = previous.String()
				}
				got := alarm.Evaluate(window(t, threeOf(r.m, treat), r.row), previous)
				if got.String() != want {
					t.Errorf("%d of 3, %q, %s, from %v: got %v, want %s", r.m, r.row, name, previous, got, want)
				}
			}
		}
	}
}

func TestAlarmNeedsEveryDatapointBeforeItRises(t *testing.T) {
	// The load jumps at 0, the datapoints of 60, 120 and 180 s breach.
	w := alarm.NewWindow(threeOf(3, alarm.MissingIsMissing))
	w.Push(40, true)
	state := alarm.Evaluate(&w, alarm.InsufficientData)
	for i, want := range []alarm.State{alarm.OK, alarm.OK, alarm.Alarm} {
		w.Push(80, true)
		if state = alarm.Evaluate(&w, state); state != want {
			t.Errorf("after %d breaching datapoints: got %v, want %v", i+1, state, want)
		}
	}
	w.Push(45.7, true)
	if state = alarm.Evaluate(&w, state); state != alarm.OK {
		t.Errorf("after a sound datapoint: got %v, want OK", state)
	}
}

func TestComparisonsDifferOnlyAtTheThreshold(t *testing.T) {
	for name, want := range map[string][3]bool{ // below, at, above
		"GreaterThanThreshold":          {false, false, true},
		"GreaterThanOrEqualToThreshold": {false, true, true},
		"LessThanThreshold":             {true, false, false},
		"LessThanOrEqualToThreshold":    {true, true, false},
	} {
		c, err := alarm.ParseComparison(name)
		if err != nil || c.String() != name || c.Upward() != want[2] {
			t.Errorf("%s: got %v, upward %v, error %v", name, c, c.Upward(), err)
			continue
		}
		if got := [3]bool{c.Breaches(49, 50), c.Breaches(50, 50), c.Breaches(51, 50)}; got != want {
			t.Errorf("%s below, at, above: got %v, want %v", name, got, want)
		}
	}
	if _, err := alarm.ParseComparison("GreaterThan"); err == nil {
		t.Error("an unknown comparison was accepted")
	}
}

func TestWindowKeepsTheNewestAndForgetsTheOldest(t *testing.T) {
	cfg := threeOf(1, alarm.MissingIsMissing)
	cfg.EvaluationPeriods = 1
	w := alarm.NewWindow(cfg)
	if _, ok := w.Latest(); ok {
		t.Error("a new window has a datapoint")
	}
	w.Push(90, true)
	if v, ok := w.Latest(); v != 90 || !ok {
		t.Errorf("latest: got %v %v, want 90 true", v, ok)
	}
	for range 2 { // within the range the old datapoint still counts
		w.Push(0, false)
		if got := alarm.Evaluate(&w, alarm.OK); got != alarm.Alarm {
			t.Errorf("old datapoint within the range: got %v, want ALARM", got)
		}
	}
	w.Push(0, false)
	if got := alarm.Evaluate(&w, alarm.Alarm); got != alarm.InsufficientData {
		t.Errorf("datapoint out of the range: got %v, want INSUFFICIENT_DATA", got)
	}
}

func TestValidateRejectsWhatCloudWatchRejects(t *testing.T) {
	sound := threeOf(3, alarm.MissingIsMissing)
	tests := []struct {
		name   string
		change func(*alarm.Config)
		want   string // prefix of the one fault; "" if sound
	}{
		{"as is", func(*alarm.Config) {}, ""},
		{"10 s", func(c *alarm.Config) { c.Period = 10 * sim.Second }, ""},
		{"45 s", func(c *alarm.Config) { c.Period = 45 * sim.Second }, "period:"},
		{"90 s", func(c *alarm.Config) { c.Period = 90 * sim.Second }, "period:"},
		{"0 s", func(c *alarm.Config) { c.Period = 0 }, "period:"},
		{"M > N", func(c *alarm.Config) { c.DatapointsToAlarm = 4 }, "datapoints_to_alarm:"},
		{"M = 0", func(c *alarm.Config) { c.DatapointsToAlarm = 0 }, "datapoints_to_alarm:"},
		{"one day", func(c *alarm.Config) { c.EvaluationPeriods = 1440 }, ""},
		{"over one day", func(c *alarm.Config) { c.EvaluationPeriods = 1441 }, "evaluation_periods:"},
		{"seven days", func(c *alarm.Config) { c.Period, c.EvaluationPeriods = sim.Hour, 168 }, ""},
		{"over seven days", func(c *alarm.Config) { c.Period, c.EvaluationPeriods = sim.Hour, 169 }, "evaluation_periods:"},
		{"no comparison", func(c *alarm.Config) { c.Comparison = 0 }, "comparison_operator:"},
		{"no treatment", func(c *alarm.Config) { c.TreatMissing = 0 }, "treat_missing_data:"},
	}
	for _, tc := range tests {
		cfg := sound
		tc.change(&cfg)
		faults := cfg.Validate()
		switch {
		case tc.want == "" && len(faults) != 0:
			t.Errorf("%s: got %v, want no fault", tc.name, faults)
		case tc.want != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), tc.want)):
			t.Errorf("%s: got %v, want one fault %s", tc.name, faults, tc.want)
		}
	}
	if got := len((alarm.Config{}).Validate()); got != 5 {
		t.Errorf("faults of the zero config: got %d, want all 5 at once", got)
	}
}

func TestSubMinuteAlarmsAreEvaluatedEveryTenSeconds(t *testing.T) {
	for period, want := range map[sim.Time]sim.Time{
		10 * sim.Second: 10 * sim.Second, 30 * sim.Second: 10 * sim.Second,
		sim.Minute: sim.Minute, 5 * sim.Minute: sim.Minute,
	} {
		if got := alarm.EvaluationInterval(period); got != want {
			t.Errorf("period %v: got %v, want %v", period, got, want)
		}
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	w := window(t, threeOf(2, alarm.MissingIsIgnored), "0 X - X -")
	state := alarm.OK
	if n := testing.AllocsPerRun(100, func() {
		w.Push(60, true)
		state = alarm.Evaluate(w, state)
	}); n != 0 {
		t.Errorf("allocations: got %v, want 0 (state %v)", n, state)
	}
}

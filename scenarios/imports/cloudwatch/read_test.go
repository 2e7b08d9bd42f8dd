package cloudwatch

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/scenarios/imports"
)

// shown returns what is read of a text: each series, then what was left out.
func shown(t *testing.T, text string) string {
	t.Helper()
	skipped := &imports.Skipped{}
	all, err := Read("m.json", []byte(text), skipped)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s/%s %s %s %s:", s.Name, s.ID, s.Statistic, s.Unit, s.Period)
		for _, p := range s.Points {
			fmt.Fprintf(&b, " %s=%g", p.At.Format("01-02T15:04:05"), p.Value)
		}
		b.WriteString("\n")
	}
	return b.String() + strings.Join(skipped.Text(), "\n")
}

func TestAnswersInEveryShapeAreRead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"statistics, unsorted, with a gap": {
			`{"Label": "CPUUtilization", "Datapoints": [
			 {"Timestamp": "2026-03-02T03:18:00Z", "Maximum": 99.67, "Unit": "Percent"},
			 {"Timestamp": "2026-03-02T00:18:00Z", "Maximum": 0.33, "Unit": "Percent"},
			 {"Timestamp": "2026-03-02T01:18:00Z", "Maximum": 0.5, "Unit": "Percent"}]}`,
			"CPUUtilization/ Maximum Percent 1h0m0s: 03-02T00:18:00=0.33 03-02T01:18:00=0.5 03-02T03:18:00=99.67\n"},
		"a list, seconds since 1970, an empty series": {
			`[{"Label": "ReadIOPS", "Datapoints": [{"Timestamp": 1772410080, "Average": 2}, {"Timestamp": 1772409780.0, "Average": 1, "Sum": 5}], "ResponseMetadata": {"RetryAttempts": 0}},
			{"Label": "WriteIOPS", "Datapoints": []}]`,
			"ReadIOPS/ Average  5m0s: 03-02T00:03:00=1 03-02T00:08:00=2\nm.json:2: WriteIOPS: no points"},
		"metric data without a zone": {
			`{"MetricDataResults": [{"Id": "m1", "Label": "RequestCount", "Timestamps": ["2026-03-02T00:10:00", "2026-03-02T00:05:00"], "Values": [2, 1], "StatusCode": "PartialData"}], "NextToken": "x"}`,
			"RequestCount/m1   5m0s: 03-02T00:05:00=1 03-02T00:10:00=2\nm.json:1: RequestCount: its status is PartialData: there may be more that is not in the file\nm.json:1: RequestCount: timestamps without a zone are taken as UTC (and 1 more like it)\nm.json:1: the answer has a NextToken: there is more that is not in the file"},
		"a share above the whole": {
			"{\"MetricDataResults\": [{\"Label\": \"CPUUtilization\",\n\"Timestamps\": [1772409600, 1772409900],\n\"Values\": [15000,\n40]}]}",
			"CPUUtilization/   0s: 03-02T00:05:00=40\nm.json:3: CPUUtilization: more than 100 percent (15000): must be of another metric, or of another unit"},
		"percentiles, milliseconds, other zones": {
			`{"Label": "TargetResponseTime", "Datapoints": [{"Timestamp": 1772409600000, "ExtendedStatistics": {"p99": 0.5, "p50": 0.1}}, {"Timestamp": "2026-03-02T09:01:00+09:00", "ExtendedStatistics": {"p50": 0.2}}, {"Timestamp": "2026-03-02T09:02:00+09:00"}]}`,
			"TargetResponseTime/ p50  1m0s: 03-02T00:00:00=0.1 03-02T00:01:00=0.2\nm.json:1: TargetResponseTime: a datapoint without p50"},
		"one instant twice, numbers that are none": {
			`{"Label": "x", "Datapoints": [{"Timestamp": 60, "Sum": 1}, {"Timestamp": 60, "Sum": 2}, {"Timestamp": "soon", "Sum": 1}, {"Timestamp": 120, "Sum": -1}, {"Timestamp": 180, "Sum": "many"}]}`,
			"x/ Sum  0s: 01-01T00:01:00=1\nm.json:1: x: a timestamp that is none: must be seconds since 1970 or such as 2026-03-02T09:00:00Z\nm.json:1: x: a value that is no number of at least 0 (and 1 more like it)\nm.json:1: x: two values at 1970-01-01T00:01:00Z: the first is taken"},
		"lists of different lengths": {`{"MetricDataResults": [{"Label": "x", "Timestamps": [1], "Values": []}]}`, "m.json:1: x: must have as many Timestamps as Values"},
		"alarms":                     {oneAlarm(), "m.json:1: alarms are no measurements: give the file to `headroom import cloudwatch` alone"},
		"cut off":                    {"{\"Label\": \"x\",\n\"Datapoints\": [{", "m.json: line 2: the JSON ends early"},
		"no JSON":                    {"{\n\"Label\": x}", "m.json: line 2: no JSON: invalid character 'x' looking for beginning of value"},
		"two values":                 {`{"Datapoints": []} {}`, "m.json: line 1: there is more behind the end of the JSON"},
		"something else":             {`{"a": 1}`, "m.json: must be an answer of get-metric-data (MetricDataResults), get-metric-statistics (Datapoints) or describe-alarms (MetricAlarms)"},
	} {
		if got := shown(t, c.text); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
		}
	}
}

// The trace has a row for each period, and 0 where CloudWatch has no point.
func TestTheTraceFillsPeriodsWithoutRequests(t *testing.T) {
	all, err := Read("m.json", []byte(`[{"Label": "RequestCount", "Datapoints": [{"Timestamp": 240, "Sum": 7}, {"Timestamp": 0, "Sum": 3}, {"Timestamp": 60, "Sum": 5}]},
		{"Label": "CPUUtilization", "Datapoints": [{"Timestamp": 60, "Average": 12.5}]}]`), &imports.Skipped{})
	if err != nil {
		t.Fatal(err)
	}
	load, err := LoadOf(all, "")
	if err != nil {
		t.Fatal(err)
	}
	var trace, measured bytes.Buffer
	if err := load.WriteTrace(&trace); err != nil {
		t.Fatal(err)
	}
	if want := "time,requests\n0,3\n60,5\n120,0\n180,0\n240,7\n"; trace.String() != want {
		t.Errorf("got %q, want %q", trace.String(), want)
	}
	if err := WriteMeasured(&measured, all); err != nil {
		t.Fatal(err)
	}
	if want := "time,RequestCount,CPUUtilization\n0,3,\n60,5,12.5\n240,7,\n"; measured.String() != want {
		t.Errorf("got %q, want %q", measured.String(), want)
	}
	if load.Count() != 15 || load.Missing() != 2 {
		t.Errorf("%g requests and %d periods without a point, want 15 and 2", load.Count(), load.Missing())
	}
}

func TestPeriodsAreToldInDays(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1m0s", 23 * time.Hour: "23h0m0s", 24 * time.Hour: "1d", 350_640*time.Hour + time.Minute: "14610d 1m0s",
	} {
		if got := inDays(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

func TestTheSeriesOfTheRequestsIsFoundOrAskedFor(t *testing.T) {
	one := func(name, statistic string) Series {
		return Series{Name: name, Statistic: statistic, Points: make([]Point, 1)}
	}
	for _, c := range []struct {
		all  []Series
		name string
		want string
	}{
		{[]Series{one("CPUUtilization", ""), one("RequestCount", "Sum")}, "", ""},
		{[]Series{one("CPUUtilization", "")}, "", `--series: must say which series it is, as none is called RequestCount or Requests or Invocations or NewFlowCount or NewConnectionCount: there are "CPUUtilization"`},
		{[]Series{one("a RequestCount", ""), one("b RequestCount", "")}, "", `--series: must say which of 2 series it is: "a RequestCount", "b RequestCount"`},
		{[]Series{one("a RequestCount", ""), one("b RequestCount", "")}, "b RequestCount", ""},
		{[]Series{one("CPUUtilization", ""), one("RequestCount", "Sum")}, "Requests", `--series: must be a series, got "Requests": there are "CPUUtilization", "RequestCount"`},
		{[]Series{one("RequestCount", "Average")}, "", "RequestCount: must be a Sum to count requests, got Average"},
	} {
		_, err := LoadOf(c.all, c.name)
		if got := fmt.Sprint(err); got != c.want && !(err == nil && c.want == "") {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// Tables have a series a column; where a field is empty it has no point.
func TestTablesAreReadAsSeries(t *testing.T) {
	text := "time,RequestCount,CPUUtilization\n2026-03-02T09:01:00Z,5,12.5\n1772442000, 3,\noops,1,1\n1,2\n"
	skipped := &imports.Skipped{}
	all, err := ReadAny("t.csv", []byte(text), skipped)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteMeasured(&b, all); err != nil {
		t.Fatal(err)
	}
	if want := "time,RequestCount,CPUUtilization\n1772442000,3,\n1772442060,5,12.5\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if got, want := strings.Join(skipped.Text(), "\n"), "t.csv:4: RequestCount: a timestamp that is none: must be seconds since 1970 or such as 2026-03-02T09:00:00Z\n"+
		"t.csv:4: CPUUtilization: a timestamp that is none: must be seconds since 1970 or such as 2026-03-02T09:00:00Z\nt.csv:5: a row that is none: it must have as many fields as the header"; got != want {
		t.Errorf("left out %q, want %q", got, want)
	}
	for text, want := range map[string]string{"": "must be a table", "a,b\n1,2\n": "must have a column called time", "time,a\n": "has no numbers"} {
		if _, err := ReadAny("t.csv", []byte(text), skipped); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want it to say %q", text, err, want)
		}
	}
	rows, err := ReadRows("t.csv", []byte("time,target_s\n60,0.5\n60,0.25\n59,\n"), skipped)
	if err != nil || len(rows) != 1 || len(rows[0].Points) != 2 {
		t.Errorf("rows of one instant: got %v, %v, want both", rows, err)
	}
}

// FuzzRead: whatever a file holds, series are sorted and sane, or there is an error.
func FuzzRead(f *testing.F) {
	f.Add(`{"Label": "CPUUtilization", "Datapoints": [{"Timestamp": "2026-03-02T03:18:00Z", "Maximum": 99.67, "Unit": "Percent"}]}`)
	f.Add(`[{"MetricDataResults": [{"Id": "m1", "Timestamps": ["2026-03-02T00:10:00", 5], "Values": [2, 1]}], "NextToken": "x"}]`)
	f.Add("time,RequestCount\n2026-03-02T09:01:00Z,5\n1772442000, 3\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadAny("m.json", []byte(text), &imports.Skipped{})
		if err != nil {
			return
		}
		for _, s := range all {
			for i, p := range s.Points {
				if p.Value < 0 || p.At.Unix() < 0 || i > 0 && !s.Points[i-1].At.Before(p.At) {
					t.Fatalf("%q: %+v", text, s)
				}
			}
			if load, err := LoadOf([]Series{s}, s.Name); err == nil && s.Name != "" {
				var b bytes.Buffer
				if load.Missing() < 1000 && load.WriteTrace(&b) != nil || len(load.Scenario("x", nil)) == 0 {
					t.Fatal("not written")
				}
			}
		}
	})
}

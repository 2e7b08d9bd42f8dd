package catalog

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestSpeedTableIsTheOneThatWasChecked(t *testing.T) {
	rows := speeds()[0].rows()
	if len(rows) != 200 || !slices.IsSorted(rows) {
		t.Errorf("%d rows, sorted %v, want 200, sorted", len(rows), slices.IsSorted(rows))
	}
	// A new sum is right only together with a sentence on what changed.
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(rows, "\n"))))[:16]; got != "ffa0b57616b70db3" {
		t.Errorf("checksum of the speeds is %s", got)
	}
}

func TestSpeedTableStatesItsLicence(t *testing.T) {
	text, err := files.ReadFile("data/speeds.csv")
	if err != nil {
		t.Fatal(err)
	}
	notice, _, _ := strings.Cut(string(text), "\nfamily,")
	for _, part := range []string{"Spare Cores", "804d3c71", "Changed by", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"} {
		if !strings.Contains(notice, part) {
			t.Errorf("the notice lacks %q", part)
		}
	}
}

// The figures are the published medians of the families over those of m5,
// whose medians are 1.007 (busy) and 1.041 (alone).
func TestSpeedsAreThoseOfTheMeasurements(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, want := range []struct {
		name        string
		busy, alone float64
		like        string
	}{
		{"m5.large", 1, 1, ""},
		{"m5.metal", 1, 1, ""},
		{"c5.9xlarge", 1.163 / 1.007, 1.189 / 1.041, ""},
		{"t3.nano", 0.868 / 1.007, 0.834 / 1.041, ""},
		{"a1.medium", 0.514 / 1.007, 0.437 / 1.041, ""},
		{"m6g.xlarge", 1.3 / 1.007, 0.842 / 1.041, ""}, // a vCPU is a core: it loses nothing to a neighbour
		{"m7i.large", 1.945 / 1.007, 1.558 / 1.041, ""},
		{"c8a.large", 3.949 / 1.007, 2.29 / 1.041, ""},
		{"p5.48xlarge", 1.324 / 1.007, 1.539 / 1.041, "c6a/m6a"},
		{"m8in.large", 2.211 / 1.007, 1.815 / 1.041, "m8i"},
	} {
		busy, ok := c.Speed(want.name, Busy)
		alone, also := c.Speed(want.name, Alone)
		if !ok || !also || math.Abs(busy-want.busy) > 1e-12 || math.Abs(alone-want.alone) > 1e-12 {
			t.Errorf("%s: busy %v %v, alone %v %v, want %v and %v", want.name, busy, ok, alone, also, want.busy, want.alone)
		}
		if got := c.SpeedLike(want.name); got != want.like {
			t.Errorf("%s: like %q, want %q", want.name, got, want.like)
		}
	}
}

func TestEveryTypeButThoseOfTwelveFamiliesHasASpeed(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	var missing []string
	for _, in := range c.Types() {
		busy, ok := c.Speed(in.Name, Busy)
		alone, also := c.Speed(in.Name, Alone)
		switch {
		case ok != also:
			t.Errorf("%s: busy %v, alone %v", in.Name, ok, also)
		case !ok && !slices.Contains(missing, in.Family):
			missing = append(missing, in.Family)
		case ok && (busy < 0.3 || busy > 5 || alone < 0.3 || alone > 3):
			t.Errorf("%s: busy %v, alone %v: not a CPU of 2006 to 2026", in.Name, busy, alone)
		}
	}
	want := "g7 mac-m3ultra mac-m4 mac-m4max mac-m4pro mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro p6-b200 p6-b300"
	if got := strings.Join(missing, " "); got != want {
		t.Errorf("without a speed: %s\nwant %s", got, want)
	}
}

func TestRelativeSpeedComparesTwoTypes(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, want := range []struct {
		of, on string
		how    Measured
		speed  float64
	}{
		{"m7g.large", "m5.large", Busy, 1.727 / 1.007},
		{"m7g.large", "m5.large", Alone, 1.192 / 1.041},
		{"m5.large", "m7g.16xlarge", Busy, 1.007 / 1.727},
		{"c5.large", "c5.metal", Alone, 1},
	} {
		got, err := c.RelativeSpeed(want.of, want.on, want.how)
		if err != nil || math.Abs(got-want.speed) > 1e-12 {
			t.Errorf("%s on %s: got %v, %v, want %v", want.of, want.on, got, err, want.speed)
		}
	}
}

func TestRelativeSpeedIsNeverGuessed(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, want := range []struct{ of, on, message string }{
		{"m5.lrage", "m5.large", `unknown instance type, got "m5.lrage"; did you mean "m5.large"?`},
		{"m5.large", "m5.7xlarge", `unknown instance type, got "m5.7xlarge"; did you mean "m5.2xlarge"?`},
		{"m5.large", "qqqqqqq", `unknown instance type, got "qqqqqqq"`},
		{"g7.2xlarge", "m5.large", `there is no CPU measurement of family g7, got "g7.2xlarge"; the nearest family with one is g6`},
		{"m5.large", "p6-b200.48xlarge", `there is no CPU measurement of family p6-b200, got "p6-b200.48xlarge"; the nearest family with one is p5`},
		{"mac1.metal", "m5.large", `there is no CPU measurement of family mac1, got "mac1.metal"`},
	} {
		got, err := c.RelativeSpeed(want.of, want.on, Busy)
		if err == nil || err.Error() != want.message || got != 0 {
			t.Errorf("%s on %s: got %v, %v\nwant %s", want.of, want.on, got, err, want.message)
		}
	}
}

func TestSpeedSpreadNamesTheExtremes(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, want := range []struct {
		types            string
		slowest, fastest string
		ratio            float64
	}{
		{"m5.large m7g.large c5.large", "m5.large", "m7g.large", 1.727 / 1.007},
		{"m7g.large g7.2xlarge no.such m5.large m5.xlarge", "m5.large", "m7g.large", 1.727 / 1.007},
		{"m5.large m5.24xlarge", "", "", 0},
		{"m5.large r5.large m5n.large r5n.large", "", "", 0}, // one processor, other luck
		{"m8i.large m8id.large c8i.large", "", "", 0},
		{"m5.large g7.2xlarge", "", "", 0}, // nothing to compare with
		{"", "", "", 0},
	} {
		slowest, fastest, ratio, ok := c.SpeedSpread(strings.Fields(want.types))
		if slowest != want.slowest || fastest != want.fastest || math.Abs(ratio-want.ratio) > 1e-12 || ok != (want.ratio > 0) {
			t.Errorf("%s: got %s %s %v %v, want %+v", want.types, slowest, fastest, ratio, ok, want)
		}
		if warning := c.SpeedWarning(strings.Fields(want.types)); (warning != "") != ok {
			t.Errorf("%s: warning %q, spread %v", want.types, warning, ok)
		}
	}
	const want = "m5.large and m7g.large count as equally fast, but a busy vCPU of m7g.large does 1.71 times the work of one of m5.large: " +
		"`demand.measured_on` names the type that the demand was measured on"
	if got := c.SpeedWarning([]string{"m7g.large", "m5.large"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMeasuredIsNamed(t *testing.T) {
	for name, want := range map[string]Measured{"busy": Busy, "alone": Alone, "Busy": 0, "": 0} {
		if got, ok := ParseMeasured(name); got != want || ok != (want != 0) {
			t.Errorf("ParseMeasured(%q) = %v, %v", name, got, ok)
		}
	}
}

package schema

import (
	"slices"
	"testing"
)

func TestTheNameThatIsMeantIsSuggested(t *testing.T) {
	names := []string{"ASGAverageCPUUtilization", "databases", "desired_capacity", "health_check", "health_check_grace_period", "latency", "phase", "s", "suse", "user.latency"}
	for got, want := range map[string]string{
		"phse":           "phase", // a letter is missing, and "suse" has two wrong
		"Phase":          "phase",
		"latecny":        "latency",
		"health-check":   "health_check",
		"desired":        "desired_capacity", // the beginning
		"health":         "health_check",     // of the first that has it
		"check":          "health_check",     // a word
		"ati":            "",                 // neither, and less than half
		"cpu":            "ASGAverageCPUUtilization",
		"lth_che":        "health_check",
		"ase":            "phase", // three of five letters
		"*":              "",
		"":               "",
		"x":              "",
		"instance_types": "",
	} {
		if near := Nearest(got, names); near != want {
			t.Errorf("%q: got %q, want %q", got, near, want)
		}
	}
}

func TestSeveralNamesAreSuggestedNearestFirst(t *testing.T) {
	names := []string{"c5.large", "m5.large", "m5.xlarge", "m6i.large", "p5.48xlarge"}
	if got, want := NearestOf("m5.lrage", names, 3), []string{"m5.large", "c5.large", "m5.xlarge"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := NearestOf("nothing", names, 3); got != nil {
		t.Errorf("got %q for what nothing is near", got)
	}
}

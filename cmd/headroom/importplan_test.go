package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A plan with modules, count, for_each and values that are not known yet becomes a scenario
// that runs, and whose load is served.
func TestAnImportedPlanRuns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tiers")
	told(t, "import", "terraform", "../../scenarios/imports/terraform/testdata/tiers.json", "--out", dir)
	file := filepath.Join(dir, "scenario.toml")
	if got := told(t, "validate", file); !strings.Contains(got, "2 target groups, 2 Auto Scaling groups, 2 instance tables") {
		t.Errorf("validate says %s", got)
	}
	a := read(t, told(t, "run", file, "--replications", "1", "--set", "run.duration=1h", "--format", "json", "--quiet"))
	if got := a.value(t, "availability"); got < 0.99 {
		t.Errorf("availability %g, want that nearly all are served", got)
	}
	if got := a.value(t, "requests.arrived"); got < 30_000 {
		t.Errorf("%g requests arrived in an hour of 10 a second", got)
	}
}

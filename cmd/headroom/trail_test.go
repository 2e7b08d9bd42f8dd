package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// trailLine is what notebooks look at of a record of CloudTrail.
type trailLine struct {
	Name       string            `json:"eventName"`
	Time       string            `json:"eventTime"`
	Code       string            `json:"errorCode"`
	Region     string            `json:"awsRegion"`
	Parameters map[string]string `json:"requestParameters"`
	Resources  []struct{ ARN, Type string }
	Identity   struct {
		User string `json:"userName"`
		By   string `json:"invokedBy"`
	} `json:"userIdentity"`
}

// trail reads the records of a run.
func trail(t *testing.T, dir string) (all []trailLine) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "cloudtrail.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l trailLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// called counts the calls of a run by name, by who called and by what refused them, and by
// the Region where it is not the usual one.
func called(t *testing.T, dir string) string {
	counts := map[string]int{}
	for _, l := range trail(t, dir) {
		if l.Region != "us-east-1" {
			l.Code += " in " + l.Region
		}
		counts[fmt.Sprintf("%-32s %-25s %s", l.Name, l.Identity.User+l.Identity.By, l.Code)]++
	}
	var rows []string
	for row, n := range counts {
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%3d %s", n, row), " ")+"\n")
	}
	slices.SortFunc(rows, func(a, b string) int { return strings.Compare(a[4:], b[4:]) })
	if len(rows) == 0 {
		return "nothing\n"
	}
	return strings.Join(rows, "")
}

// The box of office-hours is stopped once as the run begins, and started and stopped on five
// days.
func TestTrailOfOfficeHours(t *testing.T) {
	out := t.TempDir()
	told(t, "run", "--quiet", "--replications", "1", "--format", "json", "--out", out, "../../scenarios/office-hours.toml")
	counts := map[string]int{}
	for _, l := range trail(t, out) {
		counts[l.Name]++
		if l.Code != "" || l.Identity.User != "operator" || len(l.Resources) != 1 || !strings.HasSuffix(l.Resources[0].ARN, ":instance/"+l.Parameters["instanceId"]) {
			t.Errorf("unexpected: %+v", l)
		}
	}
	if len(counts) != 3 || counts["RunInstances"] != 2 || counts["StopInstances"] != 6 || counts["StartInstances"] != 5 {
		t.Errorf("calls %v, want 2 RunInstances, 6 StopInstances and 5 StartInstances", counts)
	}
}

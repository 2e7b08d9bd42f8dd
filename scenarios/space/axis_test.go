package space_test

import (
	"slices"
	"strings"
	"testing"
)

// withGroup is the base with a named policy.
const withGroup = base + `
[launch_template.web]
instance_type = "m5.large"
[autoscaling_group.web]
launch_template = "web"
min_size = 1
max_size = 9
[[autoscaling_group.web.policy]]
name = "cpu"
policy_type = "TargetTrackingScaling"
metric = "ASGAverageCPUUtilization"
target_value = 50
[sweep]
[sweep.parameters]
`

const minSize, maxSize = `"autoscaling_group.web.min_size"`, `"autoscaling_group.web.max_size"`

func TestAxesThatCannotBeAreFaults(t *testing.T) {
	const target = "autoscaling_group.web.policy.0.target_value"
	for axes, want := range map[string]string{
		// The same key, or one that another replaces.
		minSize + " = [2]\n" + `'autoscaling_group."web".min_size' = [3]`:                           "must name each key once, and autoscaling_group.web.min_size is the same key",
		`"` + target + `" = [40]` + "\n" + `"autoscaling_group.web.policy.00.target_value" = [45]`:  "must name each key once",
		`"` + target + `" = [40]` + "\n" + `"autoscaling_group.web.policy.cpu.target_value" = [45]`: "must name each key once, and " + target + " is the same key",
		minSize + " = [2]\n" + `"autoscaling_group.web" = [{ min_size = 3 }]`:                       "must stand before autoscaling_group.web.min_size, whose values it would replace",
		// What varies nothing.
		`"autoscaling_group.web.min_size.x" = [1]`: `nothing can be below a value, so not "x"`,
		`"autoscaling_group.web.min_size.0" = [1]`: `nothing can be below a value, so not "0"`,
		`"autoscaling_group.web.policy.1" = [{}]`:  "names no element of the list: one goes by its name or by 0..0",
		`include = [["x.toml"]]`:                   "must be another key: files are included before there is a sweep",
		`"run.replications" = [1, 3]`:              "must be another key: the replications of every point are sweep.replications",
		`"thresholds.'latency.p99'" = ["< 1s"]`:    "must be another key: all points are judged alike",
		// Conditions.
		maxSize + ` = { values = [4, 5], when = { ` + minSize + ` = 2 } }` + "\n" + minSize + " = [1, 2]": "must name an axis above it, or a key that only those change",
		minSize + ` = { values = [4, 5], when = { ` + minSize + ` = 1 } }`:                                "must name an axis above it",
		minSize + " = [1, 2]\n" + maxSize + ` = { values = [4, 5], when = { ` + minSize + ` = "2" } }`:    "must be possible: it never has one of these values",
		minSize + " = [1, 2]\n" + maxSize + ` = { values = [4, 5], when = { ` + minSize + ` = [] } }`:     "must allow at least one value",
		maxSize + ` = { values = [4, 5], when = { ` + minSize + ` = 3 } }`:                                "must be possible: no axis changes autoscaling_group.web.min_size, which is 1",
		// Ranges.
		minSize + " = { min = 1, max = 3, steps = 5 }":                                                 "must be an integer (first in point 1 of the sweep); integer = true makes a range one of integers, got 1.5",
		minSize + ` = { min = 1, max = 3, integer = "yes", steps = 3 }`:                                "must have integer = true or false",
		`"workload.users.arrivals.rate" = { min = "1.2/s", max = "3.8/s", integer = true, steps = 3 }`: "must have whole numbers as min and max with integer = true",
	} {
		_, err := parse(withGroup + axes)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "shop.toml:") {
			t.Errorf("%s\ngot  %v\nwant %s", axes, err, want)
		}
	}
	_, err := parse(strings.Replace(withGroup, "[sweep]\n", "[sweep]\nearly_stop = true\n", 1) + minSize + " = [1]")
	if err == nil || !strings.Contains(err.Error(), "sweep.early_stop: needs [thresholds]") {
		t.Errorf("got %v", err)
	}
}

func TestFaultsOfAxesAreReportedTogether(t *testing.T) {
	_, err := parse(withGroup + minSize + ` = [1, "x"]` + "\n" + `"autoscaling_group.wb.max_size" = [4]` + "\n" + `"service.web.wokers" = [1]`)
	for _, want := range []string{`got "x"`, "names no table of the file", "wokers: unknown key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	_, err = parse(strings.Replace(withGroup, "[sweep]\n", "[sweep]\nreplications = 0\n", 1) + `"autoscaling_group.wb.max_size" = [4]`)
	if err == nil || !strings.Contains(err.Error(), "names no table of the file") || strings.Contains(err.Error(), "max_replications") {
		t.Errorf("got %v", err)
	}
}

// A condition is judged by what the point has, however it is spelled, defaults
// included; no two points are equal.
func TestConditionsAreJudgedByWhatThePointHas(t *testing.T) {
	for axes, want := range map[string][]string{
		minSize + " = [1, 2]\n" + maxSize + ` = { values = [4, 5], when = { 'autoscaling_group."web".min_size' = 2 } }`: {"1 ", "2 4", "2 5"},
		`"autoscaling_group.web.policy.cpu.target_value" = [40, 60]` + "\n" +
			maxSize + ` = { values = [4, 5], when = { "autoscaling_group.web.policy.0.target_value" = 60 } }`: {"40 ", "60 4", "60 5"},
		maxSize + ` = { values = [4, 5], when = { "autoscaling_group.web.health_check_type" = "EC2" } }`: {"4", "5"},
		`"instance.server" = [{ instance_type = "m5.large", service = "web" }, { instance_type = "m5.xlarge", service = "web" }]` + "\n" +
			maxSize + ` = { values = [4, 5], when = { "instance.server.instance_type" = "m5.xlarge" } }`: {
			`{ instance_type = "m5.large", service = "web" } `,
			`{ instance_type = "m5.xlarge", service = "web" } 4`, `{ instance_type = "m5.xlarge", service = "web" } 5`,
		},
	} {
		s, err := parse(withGroup + axes)
		if err != nil {
			t.Errorf("%s\n%v", axes, err)
			continue
		}
		if got := listed(s.Sweep); !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", axes, got, want)
		}
	}
}

// A value that has no place in its point is the error of the point.
func TestMisplacedValueIsTheErrorOfItsPoint(t *testing.T) {
	s, err := parse(withGroup + `"autoscaling_group.web.policy" = [[], [{ policy_type = "TargetTrackingScaling", metric = "ASGAverageCPUUtilization", target_value = 50 }]]` +
		"\n" + `"autoscaling_group.web.policy.0.target_value" = [10, 90]`)
	if err != nil {
		t.Fatal(err)
	}
	for point, want := range []string{"names no element of the list", "names no element of the list", "", ""} {
		_, err := s.Point(point)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("point %d: %v", point, err)
		}
	}
}

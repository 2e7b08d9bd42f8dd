package tables

import "testing"

// What a path is said to mean is what it means in a file.
func TestEveryKeyIsExplainedByItsPath(t *testing.T) {
	for _, k := range Vocabulary().Keys() {
		topic, ok := Vocabulary().Explain(k.Path)
		if !ok || topic.Key.Path != k.Path || topic.Key.Doc != k.Doc {
			t.Errorf("%s: explained as %s: %s", k.Path, topic.Key.Path, topic.Key.Doc)
		}
	}
	for _, k := range plannedKeys() {
		if topic, ok := Vocabulary().Explain(k.Path); !ok || topic.Key.Neutral == nil {
			t.Errorf("%s: not explained as planned", k.Path)
		}
	}
}

func TestPathsAreExplainedWhereTheyStand(t *testing.T) {
	for path, want := range map[string]string{
		"workload.any.arrivals":                           "workload.NAME.arrivals",
		"workload.any.arrivals.rate.peak_at":              "workload.NAME.arrivals.rate.peak_at",
		"workload.any.demand.cpu.median":                  "workload.NAME.demand.cpu.median",
		"workload.any":                                    "workload.NAME",
		"workload.\"a.b\".clients.timeout":                "workload.NAME.clients.timeout",
		"instance_workload.jobs.arrivals.lifetime":        "instance_workload.NAME.arrivals.lifetime",
		"autoscaling_group.min_size":                      "autoscaling_group.NAME.min_size",
		"autoscaling_group.policy.min_size":               "autoscaling_group.NAME.min_size",
		"autoscaling_group.web.policy.1.alarm.period":     "autoscaling_group.NAME.policy[].alarm.period",
		"autoscaling_group.NAME.schedule[].name":          "autoscaling_group.NAME.schedule[].name",
		"service.web.steps[0].cpu":                        "service.NAME.steps[].cpu",
		"fault.0.at":                                      "fault[].at",
		"region":                                          "region",
		"thresholds.latency.p99":                          "thresholds.METRIC",
		"sweep.parameters.autoscaling_group.web.x":        "sweep.parameters.KEY",
		"sweep.nested.0.parameters.\"service.web.limit\"": "sweep.nested[].parameters.KEY",
		"distribution.cv":                                 "distribution.cv",
	} {
		if topic, ok := Vocabulary().Explain(path); !ok || topic.Key.Path != want {
			t.Errorf("%s: got %q, want %s", path, topic.Key.Path, want)
		}
	}
	for _, path := range []string{"", "min_size", "workload.any.arrivals.nothing", "latency.p99", "region.name.x", "a..b", "service.web.steps[99999999999999999999].cpu"} {
		if topic, ok := Vocabulary().Explain(path); ok {
			t.Errorf("%q is explained as %s", path, topic.Key.Path)
		}
	}
	topic, _ := Vocabulary().Explain("workload.any.arrivals")
	if n := len(topic.Below); n < 15 || topic.Below[0].Path != "workload.NAME.arrivals.process" {
		t.Errorf("%d keys below, the first %v", n, topic.Below)
	}
}

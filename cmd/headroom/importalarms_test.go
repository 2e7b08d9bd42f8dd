package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/scenarios/imports/cloudwatch"
)

// Every metric that an import of alarms carries over is one that scenarios know, with the
// statistic that it has there: the scenario of all of them is valid.
func TestEveryCarriedAlarmIsValid(t *testing.T) {
	var alarms []string
	for i, metric := range cloudwatch.CarriedMetrics() {
		for k, statistic := range []string{`"Statistic": "Average"`, `"Statistic": "Sum"`, `"Statistic": "Maximum"`, `"ExtendedStatistic": "p90"`} {
			alarms = append(alarms, fmt.Sprintf(`{"AlarmName": "a%d-%d", "MetricName": %q, "Period": 60, "EvaluationPeriods": 3, "Threshold": 5, "ComparisonOperator": "LessThanOrEqualToThreshold", %s,
 "Dimensions": [{"Name": "AutoScalingGroupName", "Value": "web"}, {"Name": "TargetGroup", "Value": "targetgroup/api/1"}],
 "AlarmActions": ["arn:aws:autoscaling:us-east-1:1:scalingPolicy:1:autoScalingGroupName/web:policyName/p%d"]}`, i, k, metric, statistic, i))
		}
	}
	for i, metric := range []string{"CPUUtilization", "MemoryUtilization"} {
		for k, of := range []string{"GreaterThanThreshold", "LessThanThreshold"} {
			alarms = append(alarms, fmt.Sprintf(`{"AlarmName": "service/%[1]d-%[2]d", "MetricName": %[3]q, "Period": 60, "EvaluationPeriods": 3, "Threshold": 50, "ComparisonOperator": %[4]q, "Statistic": "Average",
 "Dimensions": [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "tasks"}],
 "AlarmActions": ["arn:aws:autoscaling:us-east-1:1:scalingPolicy:1:resource/ecs/service/shop/tasks:policyName/s%[1]d-%[2]d"]}`, i, k, metric, of))
		}
	}
	dir := t.TempDir()
	file, out := filepath.Join(dir, "alarms.json"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, []byte(`{"MetricAlarms": [`+strings.Join(alarms, ",\n")+`]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	told(t, "import", "cloudwatch", file, "--out", out)
	told(t, "validate", filepath.Join(out, "scenario.toml"))
	text, err := os.ReadFile(filepath.Join(out, "scenario.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range cloudwatch.CarriedMetrics() {
		if !strings.Contains(string(text), fmt.Sprintf("metric_name = %q", metric)) {
			t.Errorf("no alarm on %s was written", metric)
		}
	}
}

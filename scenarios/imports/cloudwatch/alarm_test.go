package cloudwatch

import (
	"strings"
	"testing"

	"headroom/scenarios/imports"
)

// oneAlarm is an alarm on the CPU of a group, with some members put in their place.
func oneAlarm(changes ...string) string {
	members := []string{
		`"AlarmName": "hot"`, `"MetricName": "CPUUtilization"`, `"Namespace": "AWS/EC2"`, `"Statistic": "Average"`,
		`"Dimensions": [{"Name": "AutoScalingGroupName", "Value": "web"}]`, `"Period": 300`, `"EvaluationPeriods": 2`,
		`"Threshold": 70.0`, `"ComparisonOperator": "GreaterThanThreshold"`,
	}
	for _, c := range changes {
		key, _, _ := strings.Cut(c, ":")
		found := false
		for i := range members {
			if strings.HasPrefix(members[i], key+":") {
				members[i], found = c, true
			}
		}
		if !found {
			members = append(members, c)
		}
	}
	return `{"MetricAlarms": [{` + strings.Join(members, ", ") + `}]}`
}

const (
	scaleOut = `"AlarmActions": ["arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1f2:autoScalingGroupName/web:policyName/out"]`
	ofTask   = `"AlarmActions": ["arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1f2:resource/ecs/service/shop/api:policyName/out:createdBy/3c4"]`
	ofECS    = `"Dimensions": [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "api"}]`
	ofTarget = `"Dimensions": [{"Name": "TargetGroup", "Value": "targetgroup/api/6d0ecf831eec9f09"}, {"Name": "LoadBalancer", "Value": "app/front/50dc6c495c0c9188"}]`
)

// What a scenario can carry of an alarm is in it.
func TestAlarmsBecomeAlarmsAndPolicies(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a simple policy": {oneAlarm(scaleOut), []string{"policy_type = \"SimpleScaling\"", "scaling_adjustment = 1 ", "alarm = \"hot\"", "[alarm.hot]\nmetric_name = \"CPUUtilization\"\nautoscaling_group = \"web\"\nstatistic = \"Average\"\nperiod = 300\nevaluation_periods = 2\ndatapoints_to_alarm = 2\ncomparison_operator = \"GreaterThanThreshold\"\nthreshold = 70.0\ntreat_missing_data = \"missing\"\n"}},
		"one that takes":  {oneAlarm(scaleOut, `"ComparisonOperator": "LessThanThreshold"`, `"DatapointsToAlarm": 1`, `"TreatMissingData": "breaching"`), []string{"scaling_adjustment = -1 ", "datapoints_to_alarm = 1\n", "treat_missing_data = \"breaching\"\n"}},
		"a target group":  {oneAlarm(`"MetricName": "TargetResponseTime"`, `"Namespace": "AWS/ApplicationELB"`, `"ExtendedStatistic": "p99"`, ofTarget), []string{"[target_group.api]", "target_group = \"api\"\nextended_statistic = \"p99\"\n", `forward = ["api"]`}},
		"target tracking": {oneAlarm(`"AlarmName": "TargetTracking-web-AlarmHigh-1"`, scaleOut), []string{"policy_type = \"TargetTrackingScaling\"\nmetric = \"ASGAverageCPUUtilization\"\ntarget_value = 70.0\n"}},
		"an ECS service": {oneAlarm(ofTask, ofECS, `"Namespace": "AWS/ECS"`), []string{"[container_service.api]\nlaunch_type = \"FARGATE\"", "[[container_service.api.policy]]\nname = \"out\"\npolicy_type = \"StepScaling\"\n",
			"step_adjustment = [{ metric_interval_lower_bound = 0, scaling_adjustment = 1 }] ", "[alarm.hot]\nmetric_name = \"CPUUtilization\"\ncontainer_service = \"api\"\n"}},
		"an ECS service that tracks its memory": {oneAlarm(`"AlarmName": "TargetTracking-service/shop/api-AlarmHigh-1"`, `"MetricName": "MemoryUtilization"`, ofTask, ofECS), []string{"[[container_service.api.policy]]\nname = \"out\"\n",
			"metric = \"ECSServiceAverageMemoryUtilization\"\ntarget_value = 70.0\n"}},
		"requests for the tasks of a service": {oneAlarm(`"AlarmName": "TargetTracking-service/shop/api-AlarmHigh-1"`, `"MetricName": "RequestCountPerTarget"`, `"Statistic": "Sum"`, ofTask, ofTarget), []string{"metric = \"ALBRequestCountPerTarget\"\ntarget_group = \"api\"\ntarget_value = 70.0\n"}},
		"a group's size":                      {oneAlarm(`"MetricName": "GroupTotalInstances"`, `"Namespace": "AWS/AutoScaling"`), []string{`enabled_metrics = ["GroupTotalInstances"]`}},
	} {
		skipped := &imports.Skipped{}
		all, ok := ReadAlarms("a.json", []byte(c.text), skipped)
		if !ok || len(all) != 1 || len(skipped.Text()) > 0 {
			t.Errorf("%s: got %v, %v, %q", name, all, ok, skipped.Text())
			continue
		}
		text := string(AlarmScenario(all, nil))
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
}

// What a scenario cannot carry is listed with its line and the reason.
func TestAlarmsThatCannotBeCarriedAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		oneAlarm(`"Dimensions": [{"Name": "InstanceId", "Value": "i-1"}]`):                       "alarm hot: watches one instance (i-1)",
		oneAlarm(`"MetricName": "MemoryUtilization"`):                                            "alarm hot: MemoryUtilization of no ECS service",
		oneAlarm(`"Dimensions": []`):                                                             "alarm hot: CPUUtilization of no Auto Scaling group",
		oneAlarm(`"MetricName": "CPUCreditBalance"`):                                             "alarm hot: the metric CPUCreditBalance of AWS/EC2 is not carried over",
		oneAlarm(`"MetricName": "RequestCount"`, `"Statistic": "Sum"`):                           "alarm hot: RequestCount of no target group",
		oneAlarm(`"MetricName": "RequestCount"`, ofTarget):                                       "alarm hot: the Average of RequestCount is not simulated, only Sum",
		oneAlarm(`"Metrics": [{"Id": "e1"}]`):                                                    "alarm hot: on a formula over metrics",
		oneAlarm(`"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"`):             "alarm hot: anomaly detection",
		oneAlarm(`"ActionsEnabled": false`):                                                      "alarm hot: its actions are disabled",
		oneAlarm(`"Period": 30`):                                                                 "alarm hot: Period must be whole minutes up to a day, got 30",
		oneAlarm(`"Period": "x"`):                                                                "alarm hot: Period is missing, or no number",
		oneAlarm(`"EvaluationPeriods": 0`):                                                       "alarm hot: EvaluationPeriods must be",
		oneAlarm(`"DatapointsToAlarm": 3`):                                                       "alarm hot: DatapointsToAlarm must be 1 to EvaluationPeriods (2), got 3",
		oneAlarm(`"ComparisonOperator": "Equal"`):                                                `alarm hot: ComparisonOperator "Equal" is none`,
		oneAlarm(`"TreatMissingData": "x"`):                                                      `alarm hot: TreatMissingData "x" is none`,
		oneAlarm(`"AlarmName": "TargetTracking-web-AlarmLow-1"`, scaleOut):                       "alarm TargetTracking-web-AlarmLow-1: target tracking makes it by itself",
		oneAlarm(`"AlarmName": "TargetTracking-web-AlarmHigh-1"`):                                "alarm TargetTracking-web-AlarmHigh-1: of a target tracking policy",
		oneAlarm(`"AlarmActions": ["arn:aws:sns:us-east-1:1:mail"]`):                             "alarm hot: its action arn:aws:sns:us-east-1:1:mail is left out",
		`{"CompositeAlarms": [{"AlarmName": "c", "AlarmRule": "ALARM(x)"}], "MetricAlarms": []}`: "alarm c: of other alarms (ALARM(x))",
		`{"MetricAlarms": [{}], "NextToken": "x"}`:                                               "alarm without a name: an alarm has a name",
	} {
		skipped := &imports.Skipped{}
		if _, ok := ReadAlarms("a.json", []byte(text), skipped); !ok {
			t.Errorf("%s: no alarms", text)
		}
		if got := strings.Join(skipped.Text(), "\n"); !strings.HasPrefix(got, "a.json:1: "+want) {
			t.Errorf("%s:\ngot  %q\nwant a.json:1: %s", text, got, want)
		}
	}
}

// FuzzAlarms: whatever a text holds, it is read or refused, and what is read can be written.
func FuzzAlarms(f *testing.F) {
	f.Add(oneAlarm(scaleOut))
	f.Add(oneAlarm(`"MetricName": "RequestCountPerTarget"`, `"Statistic": "Sum"`, ofTarget))
	f.Add(`{"MetricAlarms": [{"Dimensions": 1, "AlarmActions": {"a": 1}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		skipped := &imports.Skipped{}
		all, ok := ReadAlarms("a.json", []byte(text), skipped)
		if !ok && len(all) > 0 {
			t.Fatal("alarms of a file without alarms")
		}
		if written := AlarmScenario(all, skipped.Text()); strings.ContainsRune(string(written), '\x00') {
			t.Fatalf("wrote %q", written)
		}
	})
}

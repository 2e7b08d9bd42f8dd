package terraform

import (
	"flag"
	"os"
	"strings"
	"testing"

	"headroom/scenarios/imports"
)

var update = flag.Bool("update", false, "write the expected scenarios anew")

// scenarioOf imports a plan.
func scenarioOf(t testing.TB, file, text string) (scenario string, skipped []string) {
	t.Helper()
	all := &imports.Skipped{}
	plan, err := Read(file, []byte(text), all)
	if err != nil {
		t.Fatal(err)
	}
	scenario = string(plan.Scenario(nil))
	return scenario, all.Text()
}

// Two tiers made by one module with for_each, behind a load balancer, with a network,
// instances by count, and nothing known of what refers to what but the references: the
// expected scenario was read beside the plan.
func TestAPlanBecomesItsScenario(t *testing.T) {
	text, err := os.ReadFile("testdata/tiers.json")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := scenarioOf(t, "tiers.json", string(text))
	if *update {
		if err := os.WriteFile("testdata/tiers.toml", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/tiers.toml")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s\nif that is right: go test ./scenarios/imports/terraform -update", got, want)
	}
}

// planOf is a plan of resources with a configuration of them, each as a JSON object.
func planOf(planned, config string) string {
	return `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [` + planned + `]}}, "configuration": {"root_module": {"resources": [` + config + `]}}}`
}

func TestWhatAPlanHoldsIsWrittenOrLeftOutWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		plan    string
		written []string
		skipped string
	}{
		"volumes without type": {
			planOf(`{"address": "aws_ebs_volume.a", "mode": "managed", "type": "aws_ebs_volume", "name": "a", "values": {"availability_zone": "us-west-2a", "size": 40, "encrypted": false, "type": null}}`, ``),
			[]string{"name = \"us-west-2\"\nzones = [\"a\"]", "[volume.a]\navailability_zone = \"a\"\nsize = 40\n"}, ""},
		"a template by the references alone": {
			planOf(`{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "values": {"min_size": 1, "max_size": 1, "launch_template": [{"version": "$Latest"}]}},
				{"address": "aws_launch_template.one", "mode": "managed", "type": "aws_launch_template", "name": "one", "values": {"instance_type": "t2.micro"}},
				{"address": "aws_launch_template.two", "mode": "managed", "type": "aws_launch_template", "name": "two", "values": {"instance_type": "t3.micro"}}`,
				`{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "expressions": {"launch_template": [{"id": {"references": ["aws_launch_template.two.id", "aws_launch_template.two"]}}]}}`),
			[]string{"[autoscaling_group.g]\nlaunch_template = \"two\"\nmin_size = 1\n"}, ""},
		"a template that is not there": {
			planOf(`{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "values": {"max_size": 1}}`, ``),
			[]string{"launch_template = \"assumed\"", "min_size = 1   # to fill in: known only after apply", "[launch_template.assumed]\ninstance_type = \"m6i.large\"", "# assumed: aws_autoscaling_group.g: its min_size is known only after apply: 1\n"}, ""},
		"a type that the Region has": {
			planOf(`{"address": "aws_instance.i", "mode": "managed", "type": "aws_instance", "name": "i", "values": {"availability_zone": "eu-south-2a"}}`, ``),
			[]string{"name = \"eu-south-2\"", "instance_type = \"m6id.large\""}, ""},
		"what is not simulated": {
			planOf(`{"address": "aws_ecs_service.f", "mode": "managed", "type": "aws_ecs_service", "name": "f", "values": {}},
				{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "values": {}},
				{"address": "aws_lb.l", "mode": "managed", "type": "aws_lb", "name": "l", "values": {"load_balancer_type": "gateway"}},
				{"address": "aws_quantum.q", "mode": "managed", "type": "aws_quantum", "name": "q", "values": {}}`, ``),
			nil, "p.json: aws_quantum.q: aws_quantum is not simulated\n" +
				"p.json: aws_lb.l: a Gateway Load Balancer: write it and its appliances by hand\n" +
				"p.json: aws_ecs_service.f: a service on instances whose Auto Scaling group the plan does not tell: write it as [container_service.NAME] with its autoscaling_group or capacity_provider"},
		"a container service on Fargate, with its task definition and its scaling": {
			planOf(`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "values": {"launch_type": "FARGATE", "desired_count": 3, "deployment_maximum_percent": 200, "load_balancer": [{"container_port": 80}]}},
				{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "values": {"cpu": "512", "memory": "1024", "runtime_platform": [{"cpu_architecture": "ARM64"}]}},
				{"address": "aws_lb_target_group.g", "mode": "managed", "type": "aws_lb_target_group", "name": "g", "values": {"port": 80, "protocol": "HTTP"}},
				{"address": "aws_appautoscaling_target.t", "mode": "managed", "type": "aws_appautoscaling_target", "name": "t", "values": {"service_namespace": "ecs", "min_capacity": 2, "max_capacity": 20}},
				{"address": "aws_appautoscaling_policy.cpu", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "cpu", "values": {"target_tracking_scaling_policy_configuration": [{"target_value": 50, "scale_in_cooldown": 120, "predefined_metric_specification": [{"predefined_metric_type": "ECSServiceAverageCPUUtilization"}]}]}},
				{"address": "aws_appautoscaling_policy.asks", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "asks", "values": {"target_tracking_scaling_policy_configuration": [{"predefined_metric_specification": [{"predefined_metric_type": "Mine"}]}]}}`,
				`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]}, "load_balancer": [{"target_group_arn": {"references": ["aws_lb_target_group.g.arn", "aws_lb_target_group.g"]}}]}},
				{"address": "aws_appautoscaling_target.t", "mode": "managed", "type": "aws_appautoscaling_target", "name": "t", "expressions": {"resource_id": {"references": ["aws_ecs_service.web.name", "aws_ecs_service.web"]}}},
				{"address": "aws_appautoscaling_policy.cpu", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "cpu", "expressions": {"resource_id": {"references": ["aws_appautoscaling_target.t.resource_id", "aws_appautoscaling_target.t"]}}},
				{"address": "aws_appautoscaling_policy.asks", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "asks", "expressions": {"resource_id": {"references": ["aws_appautoscaling_target.t.resource_id", "aws_appautoscaling_target.t"]}}}`),
			[]string{"[container_service.web]\nlaunch_type = \"FARGATE\"\ntarget_groups = [\"g\"]\ndesired_count = 3\ndeployment_maximum_percent = 200\ncpu = 512\nmemory = 1024\ncpu_architecture = \"ARM64\"\nmin_capacity = 2\nmax_capacity = 20\n",
				"[[container_service.web.policy]]\nname = \"cpu\"\npolicy_type = \"TargetTrackingScaling\"\nmetric = \"ECSServiceAverageCPUUtilization\"\ntarget_value = 50\nscale_in_cooldown = 120\n"},
			"p.json: aws_appautoscaling_policy.asks: scales by other than the CPU, the memory or the requests of the service: write it by hand"},
		"a container service on instances, by its capacity provider": {
			planOf(`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "values": {"desired_count": 3, "capacity_provider_strategy": [{"weight": 1}], "ordered_placement_strategy": [{"type": "binpack", "field": "cpu"}, {"type": "random"}]}},
				{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "values": {"container_definitions": "[{\"cpu\": 256, \"memory\": 512, \"memoryReservation\": 300}, {\"cpu\": 128, \"memory\": 100}]"}},
				{"address": "aws_ecs_capacity_provider.one", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "one", "values": {"auto_scaling_group_provider": [{"managed_termination_protection": "ENABLED", "managed_scaling": [{"status": "ENABLED", "target_capacity": 90}]}]}},
				{"address": "aws_ecs_capacity_provider.two", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "two", "values": {"auto_scaling_group_provider": [{}]}},
				{"address": "aws_ecs_capacity_provider.none", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "none", "values": {"auto_scaling_group_provider": [{}]}},
				{"address": "aws_ecs_cluster_capacity_providers.c", "mode": "managed", "type": "aws_ecs_cluster_capacity_providers", "name": "c", "values": {}},
				{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "values": {"min_size": 1, "max_size": 9, "protect_from_scale_in": true}},
				{"address": "aws_autoscaling_group.h", "mode": "managed", "type": "aws_autoscaling_group", "name": "h", "values": {"min_size": 1, "max_size": 9}}`,
				`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]}, "capacity_provider_strategy": [{"capacity_provider": {"references": ["aws_ecs_capacity_provider.one.name", "aws_ecs_capacity_provider.one"]}}]}},
				{"address": "aws_ecs_capacity_provider.one", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "one", "expressions": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": {"references": ["aws_autoscaling_group.g.arn", "aws_autoscaling_group.g"]}}]}},
				{"address": "aws_ecs_capacity_provider.two", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "two", "expressions": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": {"references": ["aws_autoscaling_group.h.arn", "aws_autoscaling_group.h"]}}]}}`),
			[]string{"[capacity_provider.one]\nautoscaling_group = \"g\"\nmanaged_termination_protection = \"ENABLED\"\nmanaged_scaling = { status = \"ENABLED\", target_capacity = 90 }\n",
				"[container_service.web]\ncapacity_provider = \"one\"\nservice = \"web\"\ndesired_count = 3\ncpu = 384\nmemory = 400\nordered_placement_strategy = [{ type = \"binpack\", field = \"cpu\" }, { type = \"random\" }]\n"},
			"p.json: aws_ecs_capacity_provider.none: its Auto Scaling group is not in the plan"},
		"a container service on the instances of the only group": {
			planOf(`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "values": {"launch_type": "EC2", "desired_count": 2}},
				{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "values": {"cpu": "512", "memory": "1024"}},
				{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "values": {"min_size": 1, "max_size": 9}}`, ``),
			[]string{"[container_service.web]\nautoscaling_group = \"g\"   # the only one of the plan\n", "# assumed: aws_ecs_service.web: its tasks run on"}, ""},
		"Fargate Spot, and scaling of other than ECS services": {
			planOf(`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "values": {"capacity_provider_strategy": [{"capacity_provider": "FARGATE", "base": 1, "weight": 1}, {"capacity_provider": "FARGATE_SPOT", "weight": 3}]}},
				{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "values": {"cpu": "512", "memory": "1024"}},
				{"address": "aws_appautoscaling_target.table", "mode": "managed", "type": "aws_appautoscaling_target", "name": "table", "values": {"service_namespace": "dynamodb", "resource_id": "table/orders", "max_capacity": 100}},
				{"address": "aws_appautoscaling_policy.table", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "table", "values": {}}`,
				`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]}}},
				{"address": "aws_appautoscaling_policy.table", "mode": "managed", "type": "aws_appautoscaling_policy", "name": "table", "expressions": {"resource_id": {"references": ["aws_appautoscaling_target.table.resource_id", "aws_appautoscaling_target.table"]}}}`),
			[]string{"[container_service.web]\nservice", "cpu = 512\nmemory = 1024\n",
				"[[container_service.web.capacity_provider_strategy]]\ncapacity_provider = \"FARGATE\"\nbase = 1\nweight = 1\n\n[[container_service.web.capacity_provider_strategy]]\ncapacity_provider = \"FARGATE_SPOT\"\nweight = 3\n"},
			"p.json: aws_appautoscaling_target.table: Application Auto Scaling of dynamodb is not simulated, of ECS services alone (and 1 more like it)"},
		"a strategy over the capacity providers of two groups": {
			planOf(`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "values": {"capacity_provider_strategy": [{"base": 2, "weight": 1}, {"weight": 3}]}},
				{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "values": {"cpu": "512", "memory": "1024"}},
				{"address": "aws_ecs_capacity_provider.one", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "one", "values": {"auto_scaling_group_provider": [{}]}},
				{"address": "aws_ecs_capacity_provider.two", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "two", "values": {"auto_scaling_group_provider": [{}]}},
				{"address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g", "values": {"min_size": 1, "max_size": 9}},
				{"address": "aws_autoscaling_group.h", "mode": "managed", "type": "aws_autoscaling_group", "name": "h", "values": {"min_size": 1, "max_size": 9}}`,
				`{"address": "aws_ecs_service.web", "mode": "managed", "type": "aws_ecs_service", "name": "web", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]}, "capacity_provider_strategy": [{"capacity_provider": {"references": ["aws_ecs_capacity_provider.two.name", "aws_ecs_capacity_provider.two"]}}, {"capacity_provider": {"references": ["aws_ecs_capacity_provider.one.name", "aws_ecs_capacity_provider.one"]}}]}},
				{"address": "aws_ecs_capacity_provider.one", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "one", "expressions": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": {"references": ["aws_autoscaling_group.g.arn", "aws_autoscaling_group.g"]}}]}},
				{"address": "aws_ecs_capacity_provider.two", "mode": "managed", "type": "aws_ecs_capacity_provider", "name": "two", "expressions": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": {"references": ["aws_autoscaling_group.h.arn", "aws_autoscaling_group.h"]}}]}}`),
			[]string{"[container_service.web]\nservice = \"web\"\ncpu = 512\nmemory = 1024\n",
				"[[container_service.web.capacity_provider_strategy]]\ncapacity_provider = \"two\"\nbase = 2\nweight = 1\n\n[[container_service.web.capacity_provider_strategy]]\ncapacity_provider = \"one\"\nweight = 3\n"}, ""},
		"scaling of an ECS service that is elsewhere": {
			planOf(`{"address": "aws_appautoscaling_target.t", "mode": "managed", "type": "aws_appautoscaling_target", "name": "t", "values": {"service_namespace": "ecs", "resource_id": "service/a/b", "max_capacity": 9}}`, ``),
			nil, "p.json: aws_appautoscaling_target.t: the ECS service that it scales is not in the plan"},
		"targets that speak HTTPS": {
			planOf(`{"address": "aws_lb_target_group.g", "mode": "managed", "type": "aws_lb_target_group", "name": "g", "values": {"port": 8443, "protocol": "HTTPS", "health_check": [{"path": "/up"}]}},
				{"address": "aws_lb_target_group.h", "mode": "managed", "type": "aws_lb_target_group", "name": "h", "values": {"port": 443, "protocol": "HTTPS", "health_check": [{"protocol": "HTTPS"}]}}`, ``),
			[]string{"[target_group.g]\nservice = \"g\"\nport = 8443\nprotocol = \"HTTPS\"\nhealth_check = { protocol = \"HTTP\", path = \"/up\" }\n", "protocol = \"HTTPS\"\nhealth_check = { protocol = \"HTTPS\" }\n"}, ""},
		"a function by itself": {
			planOf(`{"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f", "values": {"memory_size": 512, "timeout": 10, "reserved_concurrent_executions": -1, "architectures": ["arm64"], "ephemeral_storage": [{"size": 1024}]}}`, ``),
			[]string{"[function.f]\nservice = \"f\"\nmemory_size = 512\ntimeout = 10\narchitectures = \"arm64\"\nephemeral_storage = 1024\n", "to = \"function.f\"", "[service.f]"}, ""},
		"a function behind a load balancer": {
			planOf(`{"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f", "values": {"reserved_concurrent_executions": 50}},
				{"address": "aws_lambda_permission.p", "mode": "managed", "type": "aws_lambda_permission", "name": "p", "values": {}},
				{"address": "aws_lb_target_group.g", "mode": "managed", "type": "aws_lb_target_group", "name": "g", "values": {"target_type": "lambda"}},
				{"address": "aws_lb_target_group_attachment.a", "mode": "managed", "type": "aws_lb_target_group_attachment", "name": "a", "values": {}}`,
				`{"address": "aws_lb_target_group_attachment.a", "mode": "managed", "type": "aws_lb_target_group_attachment", "name": "a", "expressions": {"target_group_arn": {"references": ["aws_lb_target_group.g.arn", "aws_lb_target_group.g"]}, "target_id": {"references": ["aws_lambda_function.f.arn", "aws_lambda_function.f"]}}}`),
			[]string{"[target_group.g]\nservice = \"f\"\ntarget_type = \"lambda\"\n", "reserved_concurrent_executions = 50\n", "target_groups = [\"g\"]\n"}, ""},
		"the wrapper of an action": {
			"[command]terraform show -json p\n" + planOf(`{"address": "aws_eip.e", "mode": "managed", "type": "aws_eip", "name": "e", "values": {}}`, ``) + "\n::set-output name=exitcode::0",
			[]string{"[elastic_ip.e]"}, "p.json:1: a line before the plan, of the wrapper of setup-terraform\np.json: a line behind the plan, of the wrapper of setup-terraform"},
	} {
		scenario, skipped := scenarioOf(t, "p.json", c.plan)
		for _, want := range c.written {
			if !strings.Contains(scenario, want) {
				t.Errorf("%s: got\n%s\nwant it to have\n%s", name, scenario, want)
			}
		}
		if got := strings.Join(skipped, "\n"); got != c.skipped {
			t.Errorf("%s: left out\n%s\nwant\n%s", name, got, c.skipped)
		}
	}
}

func TestWhatIsNoPlanIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "p.json: line 1: the JSON ends early",
		"{\n\"format_version\": ":      "p.json: line 2: the JSON ends early",
		`{"a": 1}`:                     "p.json: no plan as `terraform show -json` writes it: unexpected plan input, format version is missing",
		`{"format_version": "9.0"}`:    "p.json: no plan as `terraform show -json` writes it: unsupported plan format version: \"9.0.0\" does not satisfy \">= 0.1, < 2.0\"",
		`{"format_version": "1.0"}`:    "p.json: has no planned_values: write it with `terraform show -json PLAN`",
		planOf("", ""):                 "p.json: plans nothing that stays",
		`{"format_version": {"a": 1}}`: "p.json: no plan as `terraform show -json` writes it: format_version must not be a JSON object",
		`[1, 2]`:                       "p.json: no plan as `terraform show -json` writes it: must be an object, got a JSON array",
	} {
		if _, err := Read("p.json", []byte(text), &imports.Skipped{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// A number that is none is left out and said so, rather than written for the scenario to
// refuse.
func TestNumbersThatAreNoneAreLeftOut(t *testing.T) {
	skipped := &imports.Skipped{}
	plan, err := Read("p.json", []byte(planOf(`{"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f", "values": {"memory_size": "many", "timeout": "7"}}`, ``)), skipped)
	if err != nil {
		t.Fatal(err)
	}
	scenario := string(plan.Scenario(nil))
	if strings.Contains(scenario, "memory_size =") || !strings.Contains(scenario, "timeout = 7") {
		t.Errorf("got\n%s", scenario)
	}
	if got := strings.Join(skipped.Text(), "\n"); !strings.Contains(got, `aws_lambda_function.f`) || !strings.Contains(got, `memory_size must be a number, got "many"`) {
		t.Errorf("left out: %s", got)
	}
}

// FuzzPlan: whatever a plan holds, there is a scenario or an error.
func FuzzPlan(f *testing.F) {
	f.Add(planOf(`{"address":"aws_lb.l","mode":"managed","type":"aws_lb","name":"l","values":{}},{"address":"aws_lb_target_group.t","mode":"managed","type":"aws_lb_target_group","name":"t","values":{"port":80}},
		{"address":"aws_lb_listener.x","mode":"managed","type":"aws_lb_listener","name":"x","values":{"port":443,"protocol":"HTTPS","default_action":[{"type":"forward"}]}},
		{"address":"aws_security_group.s","mode":"managed","type":"aws_security_group","name":"s","values":{"ingress":[{"from_port":1,"to_port":2,"protocol":"tcp","self":true}]}}`,
		`{"type":"aws_lb_listener","name":"x","mode":"managed","expressions":{"load_balancer_arn":{"references":["aws_lb.l"]},"default_action":[{"target_group_arn":{"references":["module.m.o","each.value","var.v"]}}]}}`))
	f.Add(planOf(`{"address": "module.a[\"x.y\"].aws_lb.l", "mode": "managed", "type": "aws_lb", "name": "l", "index": 0, "values": {"subnets": [null]}}`, `null, {"expressions": {"a": null}}`))
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := Read("p.json", []byte(text), &imports.Skipped{})
		if err == nil && len(plan.Scenario(nil)) == 0 {
			t.Fatal("no scenario")
		}
	})
}

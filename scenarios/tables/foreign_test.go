package tables

import (
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/sim"
)

// resources has a table of each kind of which Terraform's resource has attributes that are
// keys of no table here.
const resources = `
run = { duration = "1h" }
region = { name = "us-east-1", zones = ["a", "b"] }
vpc = { cidr_block = "10.0.0.0/16" }
internet_gateway = {}
vpn_connection.x = {}
vpc_endpoint.x = { service_name = "com.amazonaws.us-east-1.s3" }
elastic_ip.x = {}
elastic_ip.other = {}
nat_gateway.x = { subnet_id = "x", allocation_id = "x", connectivity_type = "public" }
subnet.x = { availability_zone = "a", cidr_block = "10.0.0.0/24" }
subnet.y = { availability_zone = "b", cidr_block = "10.0.1.0/24" }
network_interface.x = { subnet_id = "x", private_ips_count = 2, attachment = { instance = "x", device_index = 1 } }
security_group.x = { ingress = [{ from_port = 443, to_port = 443, ip_protocol = "tcp", cidr_ipv4 = "10.0.0.0/8" }], egress = [{ from_port = 1, to_port = 2, ip_protocol = "tcp", referenced_security_group_id = "x" }] }
key_pair.x = {}
image.x = {}
placement_group.x = { strategy = "spread" }
placement_group.near = { strategy = "cluster" }
dedicated_host.x = { instance_family = "m5", availability_zone = "a" }
capacity_reservation.x = { instance_type = "m5.large", instance_platform = "Linux/UNIX", instance_count = 1, availability_zone = "a", placement_group_arn = "near", end_date = "2026-01-05T00:30:00Z" }
launch_template.x = { instance_type = "m5.large", image_id = "x", key_name = "x", host_id = "", placement = { group_name = "x" }, block_device_mappings = [{ device_name = "/dev/xvda", ebs = { volume_size = 8, encrypted = "true", delete_on_termination = "true" } }], network_interfaces = [{ device_index = 0, security_groups = ["x"] }] }
instance.x = { instance_type = "m5.large", ami = "x", subnet_id = "x", placement = { tenancy = "default" }, block_device_mappings = [{ root = true }], network_interfaces = [{ device_index = 0 }] }
autoscaling_group.x = { launch_template = { id = "x", version = "$Latest" }, min_size = 1, max_size = 2, instance_refresh = { at = "1m" }, vpc_zone_identifier = ["x"], schedule = [{ recurrence = "0 8 * * *", min_size = 1 }], policy = [{ policy_type = "TargetTrackingScaling", metric = "ASGAverageCPUUtilization", target_value = 50 }], initial_lifecycle_hook = [{ name = "x", lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING" }] }
service.x = {}
target_group.x = { service = "x" }
load_balancer.x = { subnets = ["x", "y"], default_action = { forward = "x" }, listener = [{ port = 8080, default_action = { forward = "x" } }], rule = [{ priority = 1, condition = [{ path_pattern = ["/x"] }], action = { forward = "x" } }] }
dns_record.x = { record = [{ alias = { name = "x", zone_id = "Z1", evaluate_target_health = true } }] }
`

// resourceKey is the path of a key in the resources.
func resourceKey(path string) string {
	return strings.NewReplacer(".NAME", ".x", "[]", ".0").Replace(path)
}

// What Terraform's resources say that means what happens anyway is accepted, and what is
// said otherwise there is read.
func TestTerraformAttributesAreAccepted(t *testing.T) {
	var sets []string
	for _, k := range foreignKeys() {
		if text := k.Neutral.Text; text != "" {
			sets = append(sets, resourceKey(k.Path)+"="+text)
		}
	}
	if len(sets) < 100 {
		t.Fatalf("only %d attributes have a value that is accepted", len(sets))
	}
	s, err := parse(resources, sets...)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.Config
	if got := cfg.Interfaces[0].Secondary; got != 2 {
		t.Errorf("private_ips_count: got %d, want 2", got)
	}
	if nat := slices.ContainsFunc(cfg.ElasticIPs, func(e controlplane.ElasticIP) bool { return e.Name == "x" && e.NAT == 0 }); !nat {
		t.Errorf("allocation_id: no Elastic IP of the NAT gateway in %+v", cfg.ElasticIPs)
	}
	if r := cfg.Records[0].Answers; len(r) != 1 || r[0].Interval != targetHealth {
		t.Errorf("alias: got %+v, want one that asks for the health of its targets", r)
	}
	if c := s.Plan.Capacity[0]; c.To != 30*sim.Minute || c.Platform != model.Linux || c.Match == 0 {
		t.Errorf("end_date, instance_platform, placement_group_arn: got %+v", c)
	}
	if _, err := Parse("shop.toml", s.Resolved(), Options{}); err != nil {
		t.Errorf("resolved: %v", err)
	}
}

// What means more than is simulated is refused where it stands, with what to use instead.
func TestTerraformAttributesAreAnswered(t *testing.T) {
	var sets []string
	for _, k := range foreignKeys() {
		sets = append(sets, resourceKey(k.Path)+"=[1979-05-27]") // no attribute is a list of dates
	}
	_, err := parse(resources, sets...)
	got := messages(t, err)
	for _, k := range foreignKeys() {
		want := "--set: " + resourceKey(k.Path) + ": is Terraform's, and not simulated"
		if k.Instead != "" {
			want += ": use " + k.Instead
		}
		if !slices.Contains(got, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if len(got) > len(sets) {
		t.Errorf("more is said than was set: %s", strings.Join(got, "\n"))
	}
}

// Metrics are detailed as a block of aws_launch_template says, or aws_instance.
func TestTerraformMonitoring(t *testing.T) {
	for text, want := range map[string]string{"{enabled=true}": `"detailed"`, "{enabled=false}": `"basic"`, "true": `"detailed"`} {
		s, err := parse(resources, "launch_template.x.monitoring="+text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := string(s.Resolved()); !strings.Contains(got, "monitoring = "+want) {
			t.Errorf("%s: no monitoring = %s in\n%s", text, want, got)
		}
	}
	_, err := parse(resources, "launch_template.x.monitoring={enabled=3}")
	want := "--set: launch_template.x.monitoring: must be basic | detailed, got 3 [ValidationError]"
	if got := messages(t, err); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Its attributes are suggested to nobody.
func TestTerraformAttributesAreNotSuggested(t *testing.T) {
	_, err := parse(resources, "image.x.root_device_nam=1")
	want := "--set: image.x.root_device_nam: unknown key (did you mean root_device_type?)"
	if got := messages(t, err); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A version of a launch template is its newest, its default one, or the number that it has, 1 if it says none.
func TestTemplateBlocksNameItsVersion(t *testing.T) {
	const (
		block = "autoscaling_group.x.launch_template"
		rule  = "--set: " + block + ".version: must be $Latest, $Default or the version of launch_template.x"
	)
	for _, c := range []struct{ version, own, want string }{
		{`"$Default"`, "", ""},
		{`"2"`, "2", ""},
		{"2", "2", ""},
		{`"2"`, "3", rule + ` (3), got "2"`},
		{`"1"`, "", ""},
		{"1", "", ""},
		{`"2"`, "", rule + ` (1), got "2"`},
	} {
		sets := []string{block + `=[{ name = "x", version = ` + c.version + " }]"}
		if c.own != "" {
			sets = append(sets, "launch_template.x.version="+c.own)
		}
		_, err := parse(resources, sets...)
		got := ""
		if err != nil {
			got = strings.Join(messages(t, err), "\n")
		}
		if got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.version, c.own, got, c.want)
		}
	}
}

package tables

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// A subnet of a /27 has 27 addresses: an Application Load Balancer is made in it beside 19
// instances, whoever launches them, and no more.
func TestABalancersSubnetNeedsEightFreeAddresses(t *testing.T) {
	const text = `run = { duration = "1h" }
region = { name = "us-east-1", zones = ["a", "b"] }
vpc = { cidr_block = "10.0.0.0/16" }
internet_gateway = {}
subnet.a = { availability_zone = "a", cidr_block = "10.0.0.0/27", map_public_ip_on_launch = true }
subnet.b = { availability_zone = "b", cidr_block = "10.0.1.0/27" }
service.s = {}
target_group.t = { service = "s" }
launch_template.t = { instance_type = "m5.large" }
load_balancer.front = { default_action = { forward = ["t"] }, subnets = ["a", "b"] }
instance.db = { instance_type = "m5.large", subnet_id = "a", count = %d }
autoscaling_group.g = { launch_template = "t", min_size = %d, max_size = 30, vpc_zone_identifier = ["a"], target_groups = ["t"] }
`
	for _, c := range []struct {
		single, members int
		fits            bool
	}{{9, 10, true}, {10, 10, false}, {9, 11, false}} {
		_, err := parse(fmt.Sprintf(text, c.single, c.members))
		if fits := err == nil; fits != c.fits {
			t.Errorf("%d instances and %d of a group: %v, want it to fit: %v", c.single, c.members, err, c.fits)
		}
	}
}

// A Network Load Balancer sees no path; the rules of the Application Load Balancer behind it do.
func TestPathsMatterBehindANetworkLoadBalancer(t *testing.T) {
	for path, want := range map[string]bool{"path_pattern = [\"/stock*\"]": false, "http_request_method = [\"PUT\"]": true} {
		text, err := os.ReadFile("../chain.toml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse("chain.toml", []byte(strings.Replace(string(text), "path_pattern = [\"/stock*\"]", path, 1)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(s.Warnings, func(w string) bool { return strings.Contains(w, "no rule on its way has a path_pattern") })
		if got != want {
			t.Errorf("with %s: %q", path, s.Warnings)
		}
	}
}

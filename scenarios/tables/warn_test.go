package tables

import (
	"slices"
	"strings"
	"testing"
)

// Applications of one instance share its vCPUs, and each is served by it, whatever comes first: m5.large has two.
func TestApplicationsShareTheCapacityOfTheirInstance(t *testing.T) {
	const file = `run = { duration = "100s" }
region = { name = "us-east-1", zones = ["a", "b"] }
service.x = { discipline = "ps" }
service.y = { discipline = "ps" }
service.z = { discipline = "ps" }
target_group.x = { service = "x", health_check = { enabled = false } }
target_group.y = { service = "y", port = 81, health_check = { enabled = false } }
target_group.z = { service = "z", port = 82, health_check = { enabled = false } }
instance.i = { instance_type = "m5.large", services = [{ service = "x", target_groups = ["x"] }, { service = "y", target_groups = ["y"] }] }
load_balancer.l = { default_action = { forward = FORWARD } }
workload.w = { to = "load_balancer.l", arrivals = { process = "poisson", rate = "RATE" }, demand = { cpu = "1s" } }
`
	for _, test := range []struct{ forward, rate, want string }{
		{`["x"]`, "1/s", ""},
		{`["y"]`, "1/s", ""},
		{`["y"]`, "3/s", "workload.w: asks for 3 vCPUs on average, but what serves it never has more than 2"},
		{`[{ target_group = "x" }, { target_group = "y" }]`, "1/s", ""},
		{`[{ target_group = "x" }, { target_group = "y" }]`, "3/s", "workload.w: asks for 3 vCPUs on average, but what serves it never has more than 2"},
		{`["z"]`, "1/s", "workload.w: nothing serves it: no group, instance or machine outside is behind \"load_balancer.l\""},
	} {
		s, err := parse(strings.NewReplacer("FORWARD", test.forward, "RATE", test.rate).Replace(file))
		if err != nil {
			t.Fatal(err)
		}
		loads := slices.DeleteFunc(slices.Clone(s.Warnings), func(w string) bool {
			return !strings.Contains(w, "nothing serves") && !strings.Contains(w, "asks for")
		})
		if got := strings.Join(loads, "\n"); test.want == "" && got != "" || !strings.HasSuffix(got, test.want) {
			t.Errorf("%s at %s: got %q, want %q", test.forward, test.rate, got, test.want)
		}
	}
}

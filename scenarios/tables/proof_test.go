package tables

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"headroom/model"
)

// A host that a load balancer has no certificate for is told of each on the way: the answers of a name, who stands
// behind a Network Load Balancer, and where a redirect leads to.
func TestEachLoadBalancerOnTheWayNeedsACertificate(t *testing.T) {
	const text = `
run = { duration = "1h" }
region = { name = "us-east-1", zones = ["a", "b"] }
service.web = { discipline = "ps" }
instance.web = { count = 2, instance_type = "m5.large", target_groups = ["one", "two", "three"] }
target_group.one = { service = "web" }
target_group.two = { service = "web" }
target_group.three = { service = "web" }
target_group.behind = { target_type = "alb", load_balancer = "inner", protocol = "TCP", port = 443 }
load_balancer.inner = { listener = [{ port = 443, protocol = "HTTPS", certificates = [{ domains = [INNER] }], default_action = { forward = ["one"] } }] }
load_balancer.outer = { load_balancer_type = "network", listener = [{ port = 443, protocol = "TCP", default_action = { forward = ["behind"] } }] }
load_balancer.other = { listener = [{ port = 443, protocol = "HTTPS", certificates = [{ domains = [OTHER] }], default_action = { forward = ["two"] } }] }
[load_balancer.plain]
listener = [
  { port = 80, protocol = "HTTP", default_action = { redirect = { protocol = "HTTPS", port = 443, status_code = "HTTP_301" } } },
  { port = 443, protocol = "HTTPS", certificates = [{ domains = ["b.net"] }], default_action = { forward = ["three"] } },
]
[dns_record.name]
record = [{ alias = "other", weighted_routing_policy = { weight = 1 } }, { alias = "outer", weighted_routing_policy = { weight = 1 } }]
[workload.w]
to = TO
host = "a.com"
arrivals = { process = "poisson", rate = "1/s" }
demand = { cpu = "1ms", measured_on = "m5.large" }
clients = { port = PORT }
`
	for _, c := range []struct{ to, inner, other, port, want string }{
		{"outer", "b.net", "a.com", "443", "inner"},
		{"outer", "a.com", "b.net", "443", ""},
		{"dns_record.name", "b.net", "b.net", "443", "inner other"},
		{"dns_record.name", "a.com", "b.net", "443", "other"},
		{"dns_record.name", "*.a.com", "a.com", "443", "inner"},
		{"plain", "a.com", "a.com", "80", "plain"},
	} {
		s, err := parse(strings.NewReplacer("INNER", fmt.Sprintf("%q", c.inner), "OTHER", fmt.Sprintf("%q", c.other), "TO", fmt.Sprintf("%q", c.to), "PORT", c.port).Replace(text))
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, w := range s.Warnings {
			if strings.Contains(w, "certificate") {
				got = append(got, w)
			}
		}
		for _, name := range strings.Fields(c.want) {
			want = append(want, fmt.Sprintf("shop.toml:22: workload.w.host: no certificate of load_balancer.%s is for a.com: all its handshakes fail", name))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: got\n%s\nwant\n%s", c, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// Of a file whose search or sweep would screen by rates, a run may play rates everywhere.
func TestRunsByRatesOfWhatWouldBeScreened(t *testing.T) {
	for _, table := range []string{"search", "sweep"} {
		s, err := parse(fmt.Sprintf(`run = { duration = "1h", fidelity = "fluid" }
region = { name = "us-east-1", zones = ["a", "b"] }
service.web = { discipline = "ps" }
instance.web = { count = 2, instance_type = "m5.large", target_groups = ["web"] }
target_group.web = { service = "web" }
load_balancer.front = { default_action = { forward = ["web"] } }
[workload.w]
to = "front"
arrivals = { process = "poisson", rate = "1/s" }
demand = { cpu = "1ms", measured_on = "m5.large" }
[%s]
screen = "fluid"
parameters = { "instance.web.count" = [1, 2] }
`, table))
		if err != nil {
			t.Fatal(err)
		}
		want := "shop.toml:12: " + table + `.screen: has no effect: run.fidelity has all of the ` + table + " play rates"
		if !slices.Contains(s.Warnings, want) {
			t.Errorf("got %q, want %q", s.Warnings, want)
		}
		if s.Search != nil && s.Search.Fluid || s.Sweep != nil && s.Sweep.Fluid {
			t.Errorf("the %s still screens", table)
		}
	}
}

// All that rates do not carry is named at once, and beside keys that nobody knows.
func TestAllThatRatesDoNotCarryIsNamed(t *testing.T) {
	const text = `run = { duration = "1h", fidelity = "fluid", fluid = { windows = 3 } }
region = { name = "us-east-1", zones = ["a", "b"] }
service.web = { discipline = "ps", errors = { rate = 0.1, latency = "1s" } }
instance.web = { count = 2, instance_type = "m5.large", target_groups = ["web"] }
target_group.web = { service = "web", slow_start = 60 }
load_balancer.front = { default_action = { forward = ["web"] } }
[workload.w]
to = "front"
arrivals = { process = "poisson", rate = "1/s" }
demand = { cpu = "1ms", measured_on = "m5.large" }
clients = { connection_duration = "1m" }
[workload.v]
to = "front"
arrivals = { process = "poisson", rate = "1/s" }
demand = { cpu = "1ms", measured_on = "m5.large" }
clients = { sessions = 9, requests_per_connection = 5 }
[service.edge]
steps = [
  { cpu = "1ms" },
  { call = "resize", demand = { cpu = "1ms", request_bytes = "10MiB" } },
]
[instance.edge]
instance_type = "m5.large"
service = "edge"
[service.resize]
bandwidth = "unlimited"
[function.resize]
service = "resize"
`
	want := []string{"shop.toml:1: run.fluid.windows: unknown key (did you mean audit?)"}
	for _, at := range []string{"3: service.web.errors.latency", "5: target_group.web.slow_start", "11: workload.w.clients.connection_duration", "16: workload.v.clients.sessions", "20: service.edge.steps.1"} {
		want = append(want, "shop.toml:"+at+": "+model.NotFluid)
	}
	_, err := parse(text)
	if got := messages(t, err); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

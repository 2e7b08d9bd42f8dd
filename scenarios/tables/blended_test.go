package tables

import (
	"slices"
	"strings"
	"testing"
)

func TestFunctionsThatBlendDemandsByRatesAreAWarning(t *testing.T) {
	const text = `region = { name = "us-east-1", zones = ["a", "b"] }
run = { duration = "1h", fidelity = "FIDELITY" }
[service.web]
[target_group.web]
service = "web"
target_type = "lambda"
[function.web]
service = "web"
memory_size = 1769
target_groups = ["web"]
[load_balancer.front]
load_balancer_type = "application"
default_action = { forward = ["web"] }
[workload.quick]
to = "front"
arrivals = { process = "poisson", rate = "5/s" }
demand = { cpu = "QUICK" }
[workload.slow]
to = "front"
arrivals = { process = "poisson", rate = "5/s" }
demand = { cpu = "100ms" }
`
	want := []string{`shop.toml:7: function.web: rates show one latency for all who call it, though workload.quick computes 20ms on average and workload.slow 100ms: run.fidelity = "request" tells them apart`}
	for _, c := range []struct {
		fidelity, quick string
		want            []string
	}{{"fluid", "20ms", want}, {"fluid", "100ms", nil}, {"request", "20ms", nil}} {
		s, err := parse(strings.NewReplacer("FIDELITY", c.fidelity, "QUICK", c.quick).Replace(text))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Warnings, c.want) {
			t.Errorf("%s, %s: got  %q\nwant %q", c.fidelity, c.quick, s.Warnings, c.want)
		}
	}
}

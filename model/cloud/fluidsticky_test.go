package cloud

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// loyal is 2,000 clients who stay for a quarter of an hour each and ask a target group of four servers, to which they
// come back; one of them is shut for five minutes.
func loyal(kind dataplane.StickinessKind, keeps sim.Time) *Config {
	cfg := balanced("round_robin", 4)
	w := &cfg.Workloads[0]
	w.Arrivals, w.Demand = steadily(200), must(rng.Exponential(0.01))
	w.Visitors = dataplane.Visitors{Count: 2000, Stay: must(rng.Exponential(900))}
	cfg.TargetGroups[0].Stickiness = dataplane.Stickiness{Kind: kind, Duration: keeps}
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: 900 * sim.Second, Duration: must(rng.Fixed(300)), Zone: None, Pool: None, Count: 1,
		On: controlplane.Subject{Kind: controlplane.OfFleet}, Impairment: model.Impairment{Refuses: true},
	}}
	cfg.Duration = sim.Hour
	return cfg
}

// Clients of a server that was shut do not come back to it: as many requests follow a cookie as of requests, and as
// unevenly.
func TestFluidClientsStayWithTheirServers(t *testing.T) {
	for name, test := range map[string]struct {
		kind  dataplane.StickinessKind
		keeps sim.Time
	}{
		"renewed":     {dataplane.LoadBalancerCookie, sim.Hour},
		"silent":      {dataplane.LoadBalancerCookie, 20 * sim.Second},
		"not renewed": {dataplane.ApplicationCookie, 5 * sim.Minute},
	} {
		verifyEvery(t, must(New(fluidly(loyal(test.kind, test.keeps)), 0)), 31*sim.Second, name)
		a, b := play(t, loyal(test.kind, test.keeps)), play(t, fluidly(loyal(test.kind, test.keeps)))
		requests, rates := &a.Targets[0], &b.Targets[0]
		x, y := &a.Routes[len(a.Routes)-1], &b.Routes[len(b.Routes)-1]
		for _, of := range []struct {
			what              string
			got, want, within float64
		}{
			{"share that follows a cookie", float64(rates.Stuck) / float64(y.Arrived), float64(requests.Stuck) / float64(x.Arrived), 0.01},
			{"imbalance", rates.Imbalance, requests.Imbalance, 0.03},
			{"mean latency", y.Latency.Mean(), x.Latency.Mean(), 0.01},
			{"p99", float64(y.Latency.Quantile(0.99)), float64(x.Latency.Quantile(0.99)), 0.02},
			{"unstuck", float64(rates.Unstuck), float64(requests.Unstuck), 0.15},
			{"failed", float64(failures(y)), float64(failures(x)), 0.1},
		} {
			t.Logf("%s: %s %.5g, requests say %.5g", name, of.what, of.got, of.want)
			if math.Abs(of.got/of.want-1) > of.within {
				t.Errorf("%s: %s %.5g, requests say %.5g", name, of.what, of.got, of.want)
			}
		}
	}
}

// Stickiness of few clients, or to who has the fewest in flight, or of clients who try again, is refused by name;
// where nobody tells clients apart it says nothing, and is carried.
func TestFluidNamesStickinessThatItDoesNotCarry(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*Config)
		carried bool
	}{
		"few":     {func(cfg *Config) { cfg.Workloads[0].Visitors.Count = 10 }, false},
		"fewest":  {func(cfg *Config) { cfg.TargetGroups[0].Algorithm = "least_outstanding_requests" }, false},
		"again":   {func(cfg *Config) { cfg.Workloads[0].Clients.RetryAttempts = 1 }, false},
		"nobody":  {func(cfg *Config) { cfg.Workloads[0].Visitors = dataplane.Visitors{} }, true},
		"as many": {func(*Config) {}, true},
	} {
		cfg := fluidly(loyal(dataplane.LoadBalancerCookie, sim.Hour))
		test.change(cfg)
		_, err := New(cfg, 0)
		if refused := err != nil && strings.Contains(err.Error(), "stickiness: "+model.NotFluid); refused == test.carried {
			t.Errorf("%s: %v", name, err)
		}
	}
}

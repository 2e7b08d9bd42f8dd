package cloud

import (
	"math"
	"net/netip"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/rng"
)

// guarded is a load balancer before four servers whose security group lets in what it says, of requests
// that come in evenly, ten a second, for ten minutes.
func guarded(rules ...network.Rule) *Config {
	cfg := balanced("round_robin", 4)
	inside := network.End{Address: netip.MustParsePrefix("172.31.0.0/16"), Groups: []int{0}}
	cfg.Network = dataplane.Network{
		Groups: []network.Group{{Name: "web", Rules: [2][]network.Rule{rules, {network.Everything}}}},
		Ends:   []network.End{{Address: netip.MustParsePrefix("203.0.113.0/24"), Public: true}, {Address: netip.MustParsePrefix("172.31.0.0/16"), Public: true}, inside},
	}
	cfg.Workloads[0].End, cfg.LoadBalancers[0].End = 1, 2
	cfg.Instances[0].Template.Ends = []int32{3, 3}
	cfg.TargetGroups[0].HealthCheck.Enabled = false // they would all be unhealthy
	cfg.Workloads[0].Arrivals = steadily(10)
	cfg.Workloads[0].Demand = must(rng.Fixed(0.01))
	cfg.Duration = 10 * sim.Minute
	return fluidly(cfg)
}

var webFromInside = network.Rule{Protocol: network.TCP, From: 80, To: 80, CIDR: netip.MustParsePrefix("172.31.0.0/16"), Group: network.None}

// What a security group drops waits for a connection for as long as the load balancer does, ten seconds;
// what asks a port where nobody listens is refused.
func TestFluidPacketsAreDroppedOrRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*Config)
		code    dataplane.Code
		dropped bool
	}{
		"allowed": {func(*Config) {}, 0, false},
		"no rule": {func(cfg *Config) { cfg.Network.Groups[0].Rules[0] = nil }, dataplane.Code504, true},
		"not to the load balancer": {func(cfg *Config) {
			cfg.Network.Ends = append(cfg.Network.Ends, network.End{Address: netip.MustParsePrefix("172.31.0.0/16"), Public: true, Groups: []int{0}})
			cfg.LoadBalancers[0].End = 4
		}, dataplane.CodeConnect, true},
		"another port": {func(cfg *Config) {
			cfg.Network = dataplane.Network{}
			cfg.Workloads[0].End, cfg.LoadBalancers[0].End, cfg.Instances[0].Template.Ends = 0, 0, nil
			cfg.Services[0].Port, cfg.TargetGroups[0].Port = 80, 8080
		}, dataplane.Code502, false},
		"no listener":      {func(cfg *Config) { cfg.Workloads[0].Port = 8080 }, dataplane.CodeRefused, false},
		"no such protocol": {func(cfg *Config) { cfg.TargetGroups[0].Version = dataplane.GRPC }, dataplane.Code464, false},
	} {
		cfg := guarded(webFromInside)
		test.change(cfg)
		verifyEvery(t, must(New(cfg, 0)), 31*sim.Second, name)
		a := play(t, cfg)
		requests := *cfg
		requests.Fluid = 0
		b := play(t, &requests)
		for i := range a.Routes {
			x, y := &a.Routes[i], &b.Routes[i]
			if got, want := float64(x.Completed), float64(y.Completed); math.Abs(got-want) > 6*math.Sqrt(want) {
				t.Errorf("%s: %v are served, requests say %v", name, got, want)
			}
			for code := range x.Failed {
				if got, want := float64(x.Failed[code]), float64(y.Failed[code]); math.Abs(got-want) > 6*math.Sqrt(want) {
					t.Errorf("%s: %v fail with %v, requests say %v", name, got, dataplane.Code(code), want)
				}
			}
			if want := oneOf(test.dropped, x.Arrived); x.Dropped != want {
				t.Errorf("%s: %d are dropped, want %d", name, x.Dropped, want)
			}
		}
		if test.code != 0 {
			failed := int64(0)
			for i := range a.Routes {
				failed += a.Routes[i].Failed[test.code]
			}
			if failed < 5000 {
				t.Errorf("%s: %d of about 6,000 fail with %v", name, failed, test.code)
			}
		}
	}
}

func oneOf(is bool, n int64) int64 {
	if is {
		return n
	}
	return 0
}

// Targets that their load balancer may not check are unhealthy after two checks in vain, and all are
// asked then, as before.
func TestFluidChecksAreDroppedToo(t *testing.T) {
	cfg := guarded()
	cfg.TargetGroups[0].HealthCheck.Enabled = true
	out := play(t, cfg)
	requests := *cfg
	requests.Fluid = 0
	want := play(t, &requests)
	if got, want := out.Targets[0].HealthyMean, want.Targets[0].HealthyMean; math.Abs(got-want) > 0.01 {
		t.Errorf("%v healthy targets, requests say %v", got, want)
	}
}

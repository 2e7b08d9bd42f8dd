package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// named is a DNS name for two load balancers, each in a zone of its own, to which 100 requests come
// a second, evenly.
func named() *Config {
	cfg := balanced("round_robin", 4)
	cfg.Instances[0].Zones = []model.Zone{0}
	cfg.Instances = append(cfg.Instances, cfg.Instances[0])
	cfg.Instances[1].Name, cfg.Instances[1].Zones, cfg.Instances[1].TargetGroups = "others", []model.Zone{1}, []int{1}
	group, front := cfg.TargetGroups[0], cfg.LoadBalancers[0]
	group.Name, front.Name = "other", "back"
	front.Zones, front.Default = []model.Zone{1}, Action{Forward: []Forward{{TargetGroup: 1, Weight: 1}}}
	cfg.TargetGroups, cfg.LoadBalancers = append(cfg.TargetGroups, group), append(cfg.LoadBalancers, front)
	cfg.LoadBalancers[0].Zones = []model.Zone{0}
	cfg.Records = []dataplane.Record{{Name: "shop", TTL: sim.Minute, Answers: []dataplane.Answer{
		{Name: "front", Balancer: 0, Weight: 3, Interval: 10 * sim.Second, Threshold: 3}, {Name: "back", Balancer: 1, Weight: 1},
	}}}
	cfg.Workloads[0].Record = 1
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(must(workload.Constant(100))))
	cfg.Workloads[0].Demand = must(rng.Fixed(0.001))
	cfg.Workloads[0].Clients.Timeout = 5 * sim.Second
	cfg.Duration = 2000 * sim.Second
	return fluidly(cfg)
}

// came counts requests that came to a load balancer.
func came(out *Outcome, balancer int) (n float64) {
	for i := range out.Routes {
		if out.Routes[i].LoadBalancer == balancer {
			n += float64(out.Routes[i].Arrived)
		}
	}
	return n
}

func TestFluidNamesDivideByWeight(t *testing.T) {
	if got, want := came(play(t, named()), 1), 0.25*100*2000; math.Abs(got-want) > 2 {
		t.Errorf("%v came by the answer that has a quarter of the weight, want %v", got, want)
	}
}

// The primary's zone is lost at 1000 s, where a check of its health strikes: the third that fails is at 1020 s.
// From then on a client has the old answer for half a minute more on average, and clients who wait
// for a lost node fail after five seconds.
func TestFluidNamesFailOverAfterTheTimeToLive(t *testing.T) {
	cfg := named()
	cfg.Records[0].Answers[1].Secondary = true
	cfg.Faults = []Fault{{Kind: controlplane.ZoneOutage, At: 1000 * sim.Second, Duration: must(rng.Fixed(7200)), Zone: 0, Pool: None}}
	out := play(t, cfg)
	if got, want := came(out, 1), 100.0*(2000-1020-30); math.Abs(got/want-1) > 0.001 {
		t.Errorf("%v came to the secondary, want %v", got, want)
	}
	if got, want := float64(out.Users[0].Failed), 100.0*(20+30); math.Abs(got/want-1) > 0.002 {
		t.Errorf("%v failed, want %v", got, want)
	}
}

// In the minute in which answers turn, too, each request is somewhere.
func TestFluidNamesLoseNoRequest(t *testing.T) {
	cfg := named()
	cfg.Duration = 300 * sim.Second
	cfg.Workloads[0].Clients.RetryAttempts = 1
	cfg.Faults = []Fault{{Kind: controlplane.ZoneOutage, At: 100 * sim.Second, Duration: must(rng.Fixed(60)), Zone: 0, Pool: None}}
	verifyEvery(t, must(New(cfg, 0)), 3*sim.Second, "names")
}

// Without a time to live all clients have the new answer at once; the old one comes back likewise.
func TestFluidNamesTurnAtOnceWithoutTimeToLive(t *testing.T) {
	cfg := named()
	cfg.Records[0].TTL = 0
	cfg.Records[0].Answers[1].Secondary = true
	cfg.Faults = []Fault{{Kind: controlplane.ZoneOutage, At: 1000 * sim.Second, Duration: must(rng.Fixed(300)), Zone: 0, Pool: None}}
	out := play(t, cfg)
	requests := *cfg
	requests.Fluid = 0
	if got, want := came(out, 1), came(play(t, &requests), 1); math.Abs(got-want) > 1001 { // a check of the way back
		t.Errorf("%v came to the secondary, requests say %v", got, want)
	}
}

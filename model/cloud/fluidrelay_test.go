package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// linked is a chain: appliances, a Network Load Balancer and an Application Load Balancer before four servers of
// one vCPU, which answer 280 requests a second.
func linked() *Config {
	cfg := balanced("random", 4)
	cfg.Types[0].VCPUs = 1
	w := &cfg.Workloads[0]
	w.Arrivals, w.Demand, w.Target = steadily(280), must(rng.Exponential(0.01)), 1
	w.Request, w.Response = must(rng.Fixed(2000)), must(rng.Fixed(8000))
	cfg.LoadBalancers[0].Latency, cfg.LoadBalancers[0].CrossLatency = 5*ms, ms
	cfg.Services = append(cfg.Services, Service{Name: "firewall", Discipline: ProcessorSharing})
	cfg.TargetGroups = append(cfg.TargetGroups, TargetGroup{
		Name: "pages", Service: None, Balancer: 1, Algorithm: "round_robin", Port: 80, CrossZone: true, Flows: dataplane.FlowTargets{On: true},
		HealthCheck: HealthCheck{Enabled: true, Check: health.Default(health.ALB)},
	}, TargetGroup{
		Name: "appliances", Service: 1, Algorithm: "round_robin", CrossZone: true, Flows: dataplane.FlowTargets{On: true, PreserveClientIP: true},
		HealthCheck: HealthCheck{Enabled: true, Check: health.Default(health.GWLB), Connects: true, Port: 80},
		Appliances:  dataplane.Appliances{On: true, MTU: dataplane.UsualApplianceMTU},
	})
	forward := func(group int) Action { return Action{Forward: []Forward{{TargetGroup: group, Weight: 1}}} }
	zones := []model.Zone{0, 1}
	cfg.LoadBalancers = append(cfg.LoadBalancers, LoadBalancer{
		Name: "edge", Kind: "network", Zones: zones, Latency: 2 * ms, CrossLatency: 4 * ms, DNSTTL: sim.Minute, Gateway: 3, ConnectTimeout: 10 * sim.Second,
		Listeners: []dataplane.Listener{{Port: 80, Protocol: dataplane.TCP, Default: forward(1)}},
	}, LoadBalancer{Name: "inspection", Kind: "gateway", Zones: zones, Latency: 3 * ms, DNSTTL: sim.Minute, Default: forward(2)})
	cfg.Instances = append(cfg.Instances, Fleet{
		Name: "firewalls", Count: 2, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: zones, Service: 1, TargetGroups: []int{2},
	})
	cfg.Duration = 20 * sim.Minute
	return cfg
}

// A chain adds what each of its links does: 3, 2 and 5 ms, and for half of the flows 4 ms from one zone to another, and
// for half of the requests 1 ms, to targets that are queues M/M/1 of their own.
func TestFluidChainsAddWhatTheirLinksDo(t *testing.T) {
	cfg := fluidly(linked())
	out := play(t, cfg)
	q := must(analytic.NewMMc(70, 100, 1))
	r, edge, inspection := &out.Routes[len(out.Routes)-1], &out.Balancers[1], &out.Balancers[2]
	if got, want := r.Latency.Mean()/1e9, q.MeanResponse()+0.0125; math.Abs(got/want-1) > 0.02 {
		t.Errorf("mean latency %.5f s, want %.5f s", got, want)
	}
	if edge.FlowsOpened != r.Arrived || inspection.GatewayFlows != r.Arrived || r.Arrived < 300_000 {
		t.Errorf("%d flows at the one load balancer and %d at the other, of %d requests", edge.FlowsOpened, inspection.GatewayFlows, r.Arrived)
	}
	if got, want := inspection.InspectedBytes, model.Bytes(2000*r.Arrived+8000*r.Completed); got != want || inspection.Lost > 0 {
		t.Errorf("%d bytes were inspected, want %d; %d requests were lost", got, want, inspection.Lost)
	}
}

// A zone that goes dark, and an appliance that dies, lose as many as they do of requests.
func TestFluidChainsBreakAsThoseOfRequests(t *testing.T) {
	for name, fault := range map[string]Fault{
		"zone":      {Kind: ZoneOutage, At: 300 * sim.Second, Duration: must(rng.Fixed(300)), Zone: 1, Pool: None},
		"appliance": {Kind: ApplicationFault, At: 300 * sim.Second, Duration: must(rng.Fixed(300)), Zone: None, Pool: None, On: controlplane.Subject{Kind: controlplane.OfFleet, Index: 1}, Count: 1, Impairment: model.Impairment{Refuses: true}},
	} {
		broken := func() *Config {
			cfg := linked()
			cfg.Workloads[0].Clients.Timeout = 3 * sim.Second
			cfg.Workloads[0].Arrivals = steadily(100)
			cfg.Faults = []Fault{fault}
			return cfg
		}
		verifyEvery(t, must(New(fluidly(broken()), 0)), 13*sim.Second, name)
		a, b := play(t, broken()), play(t, fluidly(broken()))
		x, y := 0.0, 0.0
		for i := range a.Routes {
			x, y = x+float64(failures(&a.Routes[i])), y+float64(failures(&b.Routes[i]))
		}
		if x < 500 || math.Abs(x-y) > 0.05*x+5*math.Sqrt(x) {
			t.Errorf("%s: %v requests fail of rates, %v of requests", name, y, x)
		}
		for k := range a.Balancers {
			if got, want := float64(b.Balancers[k].Lost), float64(a.Balancers[k].Lost); math.Abs(got-want) > 0.05*want+5*math.Sqrt(want) {
				t.Errorf("%s, load balancer %d: %v requests are lost of rates, %v of requests", name, k, got, want)
			}
		}
	}
}

package cloud

import (
	"net/netip"
	"testing"
	"unsafe"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/rng"
)

func TestAnEventTakesAtMost16Bytes(t *testing.T) {
	if size := unsafe.Sizeof(model.Event{}); size > 16 {
		t.Errorf("an event takes %d bytes, want at most 16", size)
	}
}

// busy are scenarios that use, each, what a request may meet.
func busy() map[string]*Config {
	all := map[string]*Config{}
	for _, add := range []func(map[string]*Config){busyServers, busyJourneys, busyDisks, busyMemories, busyVisitors, busyNetworks, busyListeners, busyFlows, busyFunctions, busyGateways} {
		add(all)
	}
	for _, cfg := range all {
		cfg.Duration = sim.Day
	}
	return all
}

func busyServers(all map[string]*Config) {
	shared := balanced("least_outstanding_requests", 50)
	shared.Services[0] = Service{Discipline: ProcessorSharing, Concurrency: 64, Backlog: 1024, Errors: model.Errors{Rate: 0.1, Status: 500}}
	shared.Workloads[0].Clients.Timeout = sim.Second
	shared.Workloads[0].Clients.RetryAttempts, shared.Workloads[0].Clients.Backoff = 1, sim.Second
	all["shared"] = shared
	all["queue"] = queue(Service{Discipline: FCFS, Workers: 100, Backlog: NoLimit}, 128, 800, must(rng.Exponential(0.1)))
}

func busyJourneys(all map[string]*Config) {
	call := ask(1, must(rng.Exponential(0.01)))
	call.Call.Count, call.Call.Parallel, call.Call.PoolSize = 3, true, 4
	call.Call.Clients = Clients{Timeout: 50 * ms, RetryAttempts: 1, Backoff: 10 * ms, RetryBudget: 0.1}
	internet := pause(5 * ms)
	internet.Sent, internet.Received = must(rng.Fixed(500)), must(rng.Exponential(5000))
	for name, steps := range map[string][]dataplane.Step{
		"journey": {{Kind: dataplane.StepCPU}, call, pause(5 * ms)}, "internet": {{Kind: dataplane.StepCPU}, call, internet},
	} {
		cfg := tiers(must(rng.Exponential(0.001)), poissonAt(100), Service{
			Discipline: ProcessorSharing, Backlog: NoLimit, Steps: steps, Bandwidth: name == "internet",
		}, Service{Discipline: ProcessorSharing, Concurrency: 8, Backlog: 8})
		cfg.Types[0].NetworkBaseGbps, cfg.Types[0].NetworkPeakGbps = 0.75, 10
		cfg.Workloads[0].Clients.Timeout = 100 * ms
		all[name] = cfg
	}
}

func busyDisks(all map[string]*Config) {
	disk := func(volumes ...model.VolumeSpec) *Config {
		read := func(k int) dataplane.Step {
			return dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{Disk: k, Count: must(rng.Exponential(2)), Size: must(rng.Fixed(4096))}}
		}
		cfg := tiers(must(rng.Exponential(0.001)), poissonAt(100), Service{
			Discipline: ProcessorSharing, Backlog: NoLimit, Disks: []string{"root", "b"}, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}, read(0), read(1)},
			Cache: dataplane.Cache{Size: model.MiB, Hit: 0.5, Disk: None},
		})
		cfg.Types[0].EBS = model.EBSLimits{BaseMbps: 100, PeakMbps: 1000, BaseIOPS: 1000, PeakIOPS: 5000}
		cfg.Instances[0].Template.Volumes = volumes
		cfg.Volumes = []Volume{{Name: "b", Spec: volumes[1]}}
		return cfg
	}
	gp2 := model.VolumeSpec{Device: "b", Type: "gp2", SizeGiB: 10}
	shares := gp2
	shares.Shared, shares.Volume, shares.Name = true, 1, "b"
	all["array"], all["shared volume"] = disk(gp2, gp2), disk(gp2, shares)
	own := disk(gp2, gp2)
	own.Services[0].Steps[1].IO = dataplane.IO{Disk: 0, Demand: true}
	own.Workloads[0].Reads = dataplane.DiskDemand{Count: must(rng.Exponential(2)), Size: must(rng.Fixed(4096))}
	all["own reads"] = own
}

// busyMemories are servers of which a part lies in swap, at a load at which the volume keeps
// up with what requests hold: else more of them wait for it, which hold more, until the
// application is killed, again and again.
func busyMemories(all map[string]*Config) {
	terms := dataplane.Memory{
		Base: 900 * model.MiB, PerRequest: model.MiB / 4, PerConnection: model.MiB / 32, Reserved: 200 * model.MiB, PagesTouched: 50, Restart: sim.Second,
		Swap: dataplane.Swap{Size: model.GiB, Block: model.MiB},
	}
	all["pages"] = waiting(200, must(rng.Exponential(0.05)), terms)
	terms.PerRequest = 0
	own := waiting(200, must(rng.Exponential(0.05)), terms)
	own.Workloads[0].Memory = must(rng.Exponential(1 << 18))
	all["own memory"] = own
}

func busyVisitors(all map[string]*Config) {
	for name, kind := range map[string]dataplane.StickinessKind{"sticky": dataplane.LoadBalancerCookie, "application cookie": dataplane.ApplicationCookie} {
		cfg := balanced("round_robin", 20)
		cfg.TargetGroups[0].Stickiness = dataplane.Stickiness{Kind: kind, Duration: 20 * sim.Second}
		cfg.TargetGroups[0].SlowStart = 60 * sim.Second
		cfg.Workloads[0].Visitors = dataplane.Visitors{Count: 500, Stay: must(rng.Exponential(200))}
		all[name] = cfg
	}
	closed := balanced("least_outstanding_requests", 20)
	closed.Workloads[0].Arrivals = nil
	closed.Workloads[0].Visitors = dataplane.Visitors{Count: 500, Think: must(rng.Exponential(2)), Stay: must(rng.Exponential(200))}
	all["closed loop"] = closed
}

// busyNetworks are servers behind security groups: those that keep track of connections,
// that keep track of too few, and that let nobody in.
func busyNetworks(all map[string]*Config) {
	http := network.Rule{Protocol: network.TCP, From: 80, To: 80, CIDR: netip.MustParsePrefix("172.31.0.0/16"), Group: network.None}
	for name, rules := range map[string][]network.Rule{"security groups": {http}, "few tracked": {http}, "shut": nil} {
		cfg := balanced("least_outstanding_requests", 20)
		inside := network.End{Address: netip.MustParsePrefix("172.31.0.0/16"), Groups: []int{0}}
		cfg.Network = dataplane.Network{
			Groups: []network.Group{{Name: "web", Rules: [2][]network.Rule{rules, {network.Everything}}}},
			Ends:   []network.End{{Address: network.Everywhere, Public: true}, {Address: network.Everywhere, Public: true}, inside},
		}
		cfg.Network.Ends[1].Address = inside.Address
		cfg.LoadBalancers[0].End, cfg.Workloads[0].End = 2, 1
		cfg.Instances[0].Template.Ends = []int32{3, 3}
		if name == "few tracked" {
			cfg.Instances[0].Template.MostTracked = 4
		}
		cfg.TargetGroups[0].HealthCheck.Enabled = name != "shut" // they would all be unhealthy
		cfg.Workloads[0].Demand = must(rng.Exponential(0.05))    // short queues have soon been their longest
		cfg.Workloads[0].Clients.Timeout = sim.Second
		all[name] = cfg
	}
}

// busyFlows are connections through a Network Load Balancer: of one request each, of several,
// and of clients that are told apart.
func busyFlows(all map[string]*Config) {
	for _, name := range []string{"flows", "kept flows", "flows of visitors"} {
		cfg := balanced("round_robin", 20)
		cfg.TargetGroups[0].Flows = dataplane.FlowTargets{On: true, MostPerTarget: 50_000}
		lb, w := &cfg.LoadBalancers[0], &cfg.Workloads[0]
		lb.Kind, lb.Default = "network", Action{}
		lb.Listeners = []dataplane.Listener{{Port: 80, Protocol: dataplane.TCP, Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}}}}
		if name != "flows" {
			w.Clients = Clients{PerConnection: 3, KeepAlive: 10 * sim.Second}
		}
		if name == "flows of visitors" {
			w.Visitors = dataplane.Visitors{Count: 500, Stay: must(rng.Exponential(200))}
		}
		all[name] = cfg
	}
}

func busyListeners(all map[string]*Config) {
	cfg := balanced("round_robin", 20)
	lb := &cfg.LoadBalancers[0]
	lb.Latency = 5 * ms
	lb.Default = Action{Redirect: &dataplane.Redirect{Status: 301, Protocol: "HTTPS", Port: "443"}}
	lb.Listeners = []dataplane.Listener{{
		Port: 443, Secure: true, Certificates: []dataplane.Certificate{{Domains: []string{"*.shop.com"}, Expires: sim.Never}},
		Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}},
		Rules:   []Rule{{Priority: 1, Methods: []string{"POST"}, Action: Action{Status: 403}}},
	}}
	w := &cfg.Workloads[0]
	w.Port = 80
	w.Classes = []RequestClass{{Host: "www.shop.com", Path: "/", Weight: 3}, {Host: "www.shop.com", Path: "/", Method: "POST", Weight: 1}}
	w.Clients = Clients{PerConnection: 3, Timeout: sim.Second, RetryAttempts: 1, Backoff: 100 * ms, RoundTrip: 30 * ms, Resumption: 0.5}
	all["listeners"] = cfg
}

func TestNoAllocationPerRequest(t *testing.T) {
	for name, cfg := range busy() {
		t.Run(name, func(t *testing.T) {
			w := must(New(cfg, 0))
			step := func() {
				if !w.step(cfg.Duration) {
					t.Fatal("the horizon is too near")
				}
			}
			for range 300_000 { // pools, rings and histograms reach their size
				step()
			}
			perRun := testing.AllocsPerRun(10, func() {
				for range 10_000 {
					step()
				}
			})
			if perRun > 1 { // a longest queue or a largest latency may still come up
				t.Errorf("%g allocations in 10 000 events, want none", perRun)
			}
		})
	}
}

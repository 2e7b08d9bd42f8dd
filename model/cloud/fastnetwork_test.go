package cloud

import (
	"fmt"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// pressed is a few servers that serve in order of arrival and whose bytes take their time, most
// of them, in all degrees: from flows that hardly ever meet to such as fill the interface, with time limits
// that are far away or near, lines that are short, and credits that run out.
func pressed(seed uint64) *Config {
	s := rng.New(seed, 0, "swarm/pressed")
	cfg := sending([]string{"round_robin", "least_outstanding_requests"}[s.Below(2)], 1+s.Below(4), s.Below(4) > 0)
	cfg.Seed, cfg.Duration = seed, sim.Time(10+s.Below(40))*sim.Second
	typ := &cfg.Types[0]
	typ.NetworkBaseGbps = []float64{0.01, 0.1, 1}[s.Below(3)]
	typ.NetworkPeakGbps = typ.NetworkBaseGbps * []float64{1, 4, 15}[s.Below(3)]
	typ.VCPUs = []int{1, 2, 3, 8}[s.Below(4)]
	cfg.NetworkBurst = sim.Time(1+s.Below(60)) * sim.Second
	cfg.LoadBalancers[0].IdleTimeout = []sim.Time{300 * sim.Millisecond, 2 * sim.Second, sim.Minute}[s.Below(3)]
	cfg.TargetGroups[0].HealthCheck.Interval = 5 * sim.Second
	service := &cfg.Services[0]
	service.Backlog = []int{0, 3, NoLimit}[s.Below(3)]
	w := &cfg.Workloads[0]
	mean := 0.001 * float64(int(1)<<s.Below(8))
	w.Demand = must(rng.Exponential(mean))
	rate := min(1000, (0.3+0.008*float64(s.Below(100)))*float64(typ.VCPUs*cfg.Instances[0].Count)/mean)
	w.Arrivals = poissonAt(rate)
	each := float64(cfg.Instances[0].Count) * typ.NetworkBaseGbps * 125e6 / rate // bytes that fill the base
	size := func() rng.Distribution {
		bytes := max(1, each*[]float64{0.01, 0.3, 1, 3}[s.Below(4)])
		return []rng.Distribution{nil, must(rng.Fixed(bytes)), must(rng.Exponential(bytes)), must(rng.Lognormal(bytes, 2))}[s.Below(4)]
	}
	w.Request, w.Response = size(), size()
	if chance(&s, 0.4) { // some come from the internet, to the servers themselves
		cfg.Instances[0].Template.PublicIP = true
		direct := *w
		direct.Name, direct.To, direct.Target = "visitors", ToInstances, 0
		direct.Request, direct.Response = size(), size()
		cfg.Workloads = append(cfg.Workloads, direct)
	}
	if chance(&s, 0.3) {
		cfg.Workloads[0].Clients.Timeout = sim.Time(1+s.Below(40)) * 50 * sim.Millisecond
	}
	return cfg
}

// A fast path foresees what becomes of bytes as servers do that are watched at every instant,
// under all invariants, and whoever looks on the way changes nothing.
func TestFastPathsForeseeBytes(t *testing.T) {
	all := dataplane.NetworkOutcome{}
	failed := int64(0)
	for seed := uint64(1); seed < 60; seed += 2 {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := pressed(seed)
			settled := run(t, must(build(t.Context(), cfg, 0, reference{})))
			sameOutcome(t, settled, run(t, must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))))
			w := must(New(cfg, 0))
			for n := 0; w.step(cfg.Duration); n++ {
				if n%37 == 0 {
					w.Snapshot()
				}
				if n%501 == 0 {
					if err := w.Verify(); err != nil {
						t.Fatalf("after %d events: %v", n, err)
					}
				}
			}
			sameOutcome(t, settled, w.outcome())
			for i := range settled.Networks {
				all.Merge(&settled.Networks[i])
			}
			for i := range settled.Routes {
				failed += settled.Routes[i].Arrived - settled.Routes[i].Completed
			}
		})
	}
	if all.Throttled < sim.Minute || all.Least > 0 || failed < 1000 {
		t.Errorf("hardly anything was in the way: %+v, %d requests failed", all, failed)
	}
}

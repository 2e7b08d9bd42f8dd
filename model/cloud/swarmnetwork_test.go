package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// wired lets the bytes of a random scenario take their time: those of some services, over
// interfaces that are narrow, with credits that last for seconds.
func wired(cfg *Config, seed uint64) *Config {
	s := rng.New(seed, 0, "swarm/network")
	size := func() rng.Distribution {
		mean := float64(int(1) << (10 + s.Below(16)))
		return []rng.Distribution{nil, must(rng.Fixed(mean)), must(rng.Exponential(mean)), must(rng.Lognormal(mean, 3))}[s.Below(4)]
	}
	for i := range cfg.Types {
		base := []float64{0.01, 0.1, 1}[s.Below(3)]
		cfg.Types[i].NetworkBaseGbps = base
		cfg.Types[i].NetworkPeakGbps = base * []float64{1, 4, 15}[s.Below(3)]
		if seed%5 == 4 {
			cfg.Types[i].EBS = model.EBSLimits{}
		}
	}
	cfg.NetworkBurst = sim.Time(1+s.Below(30)) * sim.Second
	for i := range cfg.Services {
		service := &cfg.Services[i]
		service.Bandwidth = i == 0 || chance(&s, 0.6)
		for k := range service.Steps {
			if c := &service.Steps[k].Call; c.Count > 0 {
				c.Request, c.Response = size(), size()
			}
		}
	}
	for i := range cfg.Workloads {
		cfg.Workloads[i].Request, cfg.Workloads[i].Response = size(), size()
	}
	return cfg
}

// networked is one of four kinds of random scenarios whose bytes take their time.
func networked(seed uint64) *Config {
	cfg := swarm(seed)
	switch seed % 4 {
	case 1:
		cfg = swarmJourney(seed)
	case 2:
		cfg = swarmDisks(seed)
	case 3:
		cfg.Quotas = controlplane.Quotas{}
		cfg.LaunchTemplates[0].PublicIP = true // some come from the internet
		cfg.Instances = append(cfg.Instances, Fleet{
			Name: "open", Count: 2, Template: elsewhere(cfg.LaunchTemplates[0]), Need: Need{Pool: None}, Zones: cfg.LoadBalancers[0].Zones,
		})
		w := cfg.Workloads[0]
		w.Name, w.To, w.Target, w.Record = "visitors", ToInstances, len(cfg.Instances)-1, 0
		cfg.Workloads = append(cfg.Workloads, w)
	}
	cfg.Duration, cfg.Warmup = min(cfg.Duration, 3*sim.Minute), min(cfg.Warmup, sim.Minute)
	return wired(cfg, seed)
}

// Every invariant holds after every seventh event of random scenarios whose bytes take
// their time, of which bytes that have passed and flows that are on their way are some.
func TestInvariantsHoldOnRandomNetworks(t *testing.T) {
	worlds{seeds: 40, make: networked, events: 30_000, stride: 7}.hold(t)
}

// Interfaces come out the same whether their flows end when somebody looks or by an
// event each, and whoever looks at them changes nothing.
func TestFlowsEndAlikeHoweverTheyAreWatched(t *testing.T) {
	all := dataplane.NetworkOutcome{}
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := networked(seed)
			settled := run(t, must(build(t.Context(), cfg, 0, reference{})))
			sameOutcome(t, settled, run(t, must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))))
			for i := range settled.Networks {
				all.Merge(&settled.Networks[i])
			}
			w := must(New(cfg, 0))
			for n := 0; w.step(cfg.Duration); n++ {
				if n%7 == 0 {
					w.Snapshot()
				}
			}
			sameOutcome(t, settled, w.outcome())
		})
	}
	if all.In.Plus(all.Out) < model.GiB || all.Throttled < sim.Minute || all.Least > 0 || all.Limited == all.Servers {
		t.Errorf("hardly anything was in the way: %+v", all)
	}
}

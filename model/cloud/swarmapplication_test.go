package cloud

import (
	"fmt"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// neighbours is a random scenario on each of whose instances one more application runs
// beside the one that was there, with requests of its own.
func neighbours(seed uint64) *Config {
	var cfg *Config
	switch seed % 4 {
	case 0:
		cfg = swarm(seed)
	case 1:
		cfg = swarmJourney(seed)
	case 2:
		cfg = swarmMemory(seed)
	default:
		cfg = networked(seed)
	}
	s := rng.New(seed, 0, "swarm/applications")
	beside := len(cfg.Services)
	service := Service{
		Name: "beside", Discipline: Discipline(1 + s.Below(2)), Backlog: []int{0, 2, NoLimit}[s.Below(3)],
		Concurrency: []int{0, 1, 4}[s.Below(3)], FinishAbandoned: chance(&s, 0.4), Bandwidth: cfg.Services[0].Bandwidth,
	}
	if seed%4 == 2 {
		own := *cfg.Services[0].Memory
		service.Memory, service.Steps = &own, []dataplane.Step{{Kind: dataplane.StepCPU}}
		for i := range cfg.Services {
			if cfg.Services[i].Memory != nil {
				cfg.Services[i].Memory.Swap = dataplane.Swap{}
			}
		}
		own.Swap = dataplane.Swap{}
	}
	cfg.Services = append(cfg.Services, service)
	tg := cfg.TargetGroups[0]
	tg.Name, tg.Service, tg.CrossZone, tg.Flows = "beside", beside, true, dataplane.FlowTargets{}
	cfg.TargetGroups = append(cfg.TargetGroups, tg)
	group := len(cfg.TargetGroups) - 1
	for i := range cfg.Instances {
		if f := &cfg.Instances[i]; f.Service != None {
			f.Applications = []int{f.Service, beside}
			f.TargetGroups = append(append([]int(nil), f.TargetGroups...), group)
		}
	}
	for i := range cfg.Groups {
		if g := &cfg.Groups[i]; g.Service != None {
			g.Applications = []int{g.Service, beside}
			g.TargetGroups = append(append([]int(nil), g.TargetGroups...), group)
		}
	}
	w := cfg.request(poissonAt(1), must(rng.Exponential(0.2)))
	w.Name, w.To, w.Target = "beside", ToTargetGroup, group
	w.Clients.Timeout = []sim.Time{0, 2 * sim.Second}[s.Below(2)]
	cfg.Duration, cfg.Warmup = min(cfg.Duration, 3*sim.Minute), min(cfg.Warmup, sim.Minute)
	return cfg
}

// together is a random scenario of [neighbours] whose applications have a fast path together:
// nobody tries again.
func together(seed uint64) *Config {
	cfg := neighbours(4 * seed)
	hasten(cfg)
	cfg.Services[0].Discipline = Discipline(1 + seed%2)
	return cfg
}

// apart is as [together], where no two requests on a machine share a vCPU: each of its two applications
// serves one at once.
func apart(seed uint64) *Config {
	cfg := together(seed)
	for i := range cfg.Services {
		s := &cfg.Services[i]
		if s.Discipline == FCFS {
			s.Workers, s.Concurrency = 1, 0
		} else {
			s.Workers, s.Concurrency = 0, 1
		}
	}
	return cfg
}

// Every invariant holds after every seventh event of random scenarios on whose instances
// several applications run.
func TestApplicationsAreConservedInRandomWorlds(t *testing.T) {
	worlds{seeds: 40, make: neighbours, events: 20_000, stride: 7}.hold(t)
	worlds{seeds: 20, make: together, events: 20_000, stride: 7}.hold(t)
	worlds{seeds: 20, make: apart, events: 20_000, stride: 7}.hold(t)
	worlds{seeds: 20, make: swarmLined, events: 20_000, stride: 7}.hold(t)
}

// They come out the same whether their departures are events or found when somebody looks.
func TestApplicationsDepartAlikeHoweverTheyAreFound(t *testing.T) {
	served, alone := int64(0), 0
	for seed := range uint64(120) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := neighbours(seed)
			switch seed % 4 {
			case 1:
				cfg = together(seed / 4)
			case 3:
				cfg = apart(seed / 4)
			}
			w := must(build(t.Context(), cfg, 0, reference{}))
			settled := run(t, w)
			alone += w.data.Apart()
			sameOutcome(t, settled, run(t, must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))))
			for i := range settled.Routes {
				if r := &settled.Routes[i]; r.Workload == len(cfg.Workloads)-1 {
					served += r.Completed
				}
			}
		})
	}
	if served < 1000 || alone < 10 {
		t.Errorf("the neighbours served hardly anything, or shared a vCPU nearly always: %d, %d machines", served, alone)
	}
}

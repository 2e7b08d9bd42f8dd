package cloud

import (
	"testing"

	"headroom/model/dataplane"
	"headroom/model/function"
	"headroom/sim"
	"headroom/sim/rng"
)

// calling is a function that is called by itself, of environments that live for so long.
func calling(rate float64, terms function.Terms) *Config {
	cfg := baseConfig()
	cfg.Duration = 300 * sim.Day
	cfg.Services = []Service{{Name: "work", Discipline: ProcessorSharing, Backlog: NoLimit, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}}}}
	cfg.TargetGroups, cfg.LoadBalancers = nil, nil
	cfg.Functions = []dataplane.Function{{Name: "work", Service: 0, Memory: 1769, Threads: 1, Storage: 512, ColdStart: must(rng.Exponential(0.2)), Terms: terms}}
	w := cfg.request(poissonAt(rate), must(rng.Exponential(0.1)))
	w.To, w.Target = dataplane.ToFunction, 0
	return cfg
}

// busyFunctions are functions: of which some calls start cold and others are throttled, and
// whose environments are there.
func busyFunctions(all map[string]*Config) {
	all["function"] = calling(200, function.Terms{Reserved: 30, Idle: 100 * ms, Timeout: sim.Second, ScalingRate: 1000})
	all["warm function"] = calling(200, function.Terms{Reserved: 900, Idle: sim.Hour, Timeout: sim.Minute, ScalingRate: 1000})
}

// busyGateways are appliances before a load balancer, and callers who pass on where a request
// comes from.
func busyGateways(all map[string]*Config) {
	cfg := balanced("round_robin", 20)
	s := rng.New(2, 0, "gateway")
	swarmGateway(&s, cfg)
	cfg.Faults = nil
	group := &cfg.TargetGroups[len(cfg.TargetGroups)-1]
	group.Appliances.MTU, group.Appliances.PacketRate, group.Appliances.ByteRate = dataplane.UsualApplianceMTU, 100_000, 1<<30
	cfg.Workloads[0].Clients.Timeout = sim.Second
	all["gateway"] = cfg
}

// BenchmarkFunctionCalls is the calls of one function, most of which find an environment.
func BenchmarkFunctionCalls(b *testing.B) {
	b.Run("warm", func(b *testing.B) {
		benchAgainst(b, calling(200, function.Terms{Reserved: 900, Idle: sim.Hour, Timeout: sim.Minute}))
	})
	b.Run("cold", func(b *testing.B) { benchAgainst(b, calling(200, function.Terms{Reserved: 900, Timeout: sim.Minute})) })
}

package cloud

import (
	"fmt"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/function"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmFunctions is a random scenario of [swarmJourney] whose last service is that of a
// function, behind a load balancer of its own, called by others, and by users.
func swarmFunctions(seed uint64) *Config {
	cfg := swarmJourney(seed)
	s := rng.New(seed, 0, "swarm/function")
	of := len(cfg.Services) - 1
	service := &cfg.Services[of]
	if len(service.Steps) == 0 {
		service.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}, {Kind: dataplane.StepPause, Time: must(rng.Exponential(0.2))}}
	}
	if chance(&s, 0.3) {
		service.Errors.Rate, service.Errors.Status = 0.1, 500
	}
	group := cfg.TargetGroups[of]
	group.Name, group.CrossZone, group.Mitigation, group.SlowStart = "function", true, false, 0
	cfg.TargetGroups = append(cfg.TargetGroups, group)
	lb := cfg.LoadBalancers[of]
	lb.Name, lb.Rules = "function", nil
	lb.Default = Action{Forward: []Forward{{TargetGroup: len(cfg.TargetGroups) - 1, Weight: 1}}}
	cfg.LoadBalancers = append(cfg.LoadBalancers, lb)
	terms := function.Terms{
		Reserved: []int{function.None, 0, 1, 5}[s.Below(4)], Idle: []sim.Time{0, sim.Second, sim.Minute}[s.Below(3)],
		Timeout: []sim.Time{sim.Second, 3 * sim.Second}[s.Below(2)], ScalingRate: []int{0, 3, 1000}[s.Below(3)],
	}
	terms.Provisioned = s.Below(3)
	if terms.Reserved != function.None {
		terms.Provisioned = min(terms.Provisioned, terms.Reserved)
	}
	if cfg.FunctionConcurrency = []int{0, 4, 50}[s.Below(3)]; cfg.FunctionConcurrency > 0 { // nothing of so little may be reserved
		terms.Reserved, terms.Provisioned = function.None, 0
	}
	cfg.Functions = []dataplane.Function{{
		Name: "last", Service: of, Memory: []int{128, 1769, 4096}[s.Below(3)], Threads: 1, Storage: 512, ARM: chance(&s, 0.5),
		ColdStart: []rng.Distribution{nil, must(rng.Exponential(0.3))}[s.Below(2)], Groups: []int{len(cfg.TargetGroups) - 1}, Terms: terms,
	}}
	web := &cfg.Services[0]
	web.Steps = append(web.Steps, dataplane.Step{Kind: dataplane.StepCall, Call: swarmCall(&s, 0, of)})
	call := &web.Steps[len(web.Steps)-1].Call
	call.To, call.Target = dataplane.ToFunction, 0
	for k, to := range []dataplane.DestinationKind{dataplane.ToFunction, ToLoadBalancer} {
		w := cfg.request(poissonAt(2), must(rng.Exponential(0.2)))
		w.Name, w.To, w.Target = fmt.Sprint("users", k), to, []int{0, len(cfg.LoadBalancers) - 1}[k]
		w.Request, w.Response = must(rng.Exponential(1<<19)), must(rng.Exponential(1<<19))
		w.Clients.Timeout = []sim.Time{0, 700 * sim.Millisecond}[s.Below(2)]
		w.Clients.RetryAttempts, w.Clients.Backoff = s.Below(2), sim.Second
	}
	return cfg
}

// Every invariant holds after every event of random functions.
func TestInvariantsHoldOnRandomFunctions(t *testing.T) {
	var all dataplane.FunctionOutcome
	worlds{
		seeds: 40, make: func(seed uint64) *Config {
			cfg := swarmFunctions(seed)
			cfg.Duration = min(cfg.Duration, 4*sim.Minute)
			cfg.Warmup = min(cfg.Warmup, cfg.Duration)
			return cfg
		},
		see: func(t *testing.T, out *Outcome) {
			usersAddUp(t, out)
			f := out.Functions[0]
			billed, calls := sim.Time(0), int64(0)
			for _, u := range out.Ledger.Functions {
				billed, calls = billed+u.Billed, calls+u.Calls
			}
			if calls != f.Done+f.Failed+f.TimedOut || billed != f.Billed {
				t.Errorf("the ledger has %d calls of %v, there were %d of %v", calls, billed, f.Done+f.Failed+f.TimedOut, f.Billed)
			}
			all.Throttled += f.Throttled
			all.TooFast += f.TooFast
			all.TooLarge += f.TooLarge
			all.Cold += f.Cold
			all.Failed += f.Failed
			all.TimedOut += f.TimedOut
		},
	}.hold(t)
	for what, n := range map[string]int64{
		"throttled": all.Throttled, "too fast": all.TooFast, "too large": all.TooLarge, "cold": all.Cold, "failed": all.Failed, "timed out": all.TimedOut,
	} {
		if n == 0 {
			t.Errorf("no call is ever %s", what)
		}
	}
}

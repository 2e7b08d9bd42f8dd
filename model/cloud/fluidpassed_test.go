package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// billed is how many bytes went to the internet on the bills of instances, and how many load balancers have processed.
func billed(out *Outcome) (internet, processed float64) {
	for i := range out.Ledger.Transfers {
		if x := &out.Ledger.Transfers[i]; x.Path == model.InternetOut {
			internet += float64(x.Amount)
		}
	}
	for i := range out.Ledger.Balancers {
		processed += float64(out.Ledger.Balancers[i].Processed)
	}
	return internet, processed
}

// AWS charges for bytes as they pass, whether those who asked for them have them all in the end or not. A link that is asked for four
// times what it carries passes the same by requests and by rates, and is billed for it: where clients leave after 20 s or
// never, by the instance's own address, by a load balancer, and of what a step says.
func TestBothPlanesBillWhatPasses(t *testing.T) {
	const size, rate = 0.25e9, 10
	direct := func(patience sim.Time) *Config {
		cfg := respondingBy(rate, must(rng.Fixed(size)))
		cfg.Instances[0].Template.PublicIP = true
		cfg.Workloads[0].Clients.Timeout = patience
		cfg.Duration, cfg.Warmup = 5*sim.Minute, 0
		return cfg
	}
	for name, make := range map[string]func() *Config{
		"patient":   func() *Config { return direct(0) },
		"impatient": func() *Config { return direct(20 * sim.Second) },
		"balanced": func() *Config {
			cfg := direct(20 * sim.Second)
			base := baseConfig()
			cfg.TargetGroups, cfg.LoadBalancers = base.TargetGroups, base.LoadBalancers
			cfg.Instances[0].TargetGroups = []int{0}
			cfg.Workloads[0].To, cfg.Workloads[0].Target = ToLoadBalancer, 0
			return cfg
		},
		"steps": func() *Config {
			cfg := direct(20 * sim.Second)
			cfg.Workloads[0].Response = nil
			cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepPause, Time: must(rng.Fixed(0.01)), Sent: must(rng.Fixed(size))}, {Kind: dataplane.StepCPU}}
			cfg.Services[0].Concurrency = NoLimit
			return cfg
		},
	} {
		var bills [2]float64
		for i, cfg := range []*Config{make(), fluidly(make())} {
			out := play(t, cfg)
			internet, processed := billed(out)
			bills[i] = internet + processed
			passed := float64(out.Networks[0].Out)
			if !(math.Abs(bills[i]/passed-1) <= 0.01) {
				t.Errorf("%s, rates %v: %.4g bytes are billed, %.4g have passed", name, i > 0, bills[i], passed)
			}
			asked, answered := 0.0, 0.0
			for k := range out.Routes {
				asked += float64(out.Routes[k].Arrived) * size
				answered += float64(out.Routes[k].Completed) * size
			}
			if passed > 0.4*asked || answered > 0.5*passed {
				t.Errorf("%s, rates %v: %.4g bytes of %.4g have passed, and %.4g were of answers", name, i > 0, passed, asked, answered)
			}
		}
		if !(math.Abs(bills[1]/bills[0]-1) <= 0.01) {
			t.Errorf("%s: rates bill %.4g bytes, requests %.4g", name, bills[1], bills[0])
		}
	}
}

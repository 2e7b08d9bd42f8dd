package cloud

import (
	"fmt"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmResumes is a random scenario of [swarmTails] whose callers compute again after a call, and may call and
// compute once more.
func swarmResumes(seed uint64) *Config {
	cfg := swarmTails(seed)
	s := rng.New(seed, 0, "swarm/resumes")
	cfg.Workloads[0].Demand = must(rng.Exponential(0.02))
	laws := []rng.Distribution{must(rng.Exponential(0.02)), must(rng.Lognormal(0.02, 1)), must(rng.Fixed(0.01)), nil}
	for i := range cfg.Services[:len(cfg.Services)-1] {
		v := &cfg.Services[i]
		if chance(&s, 0.3) {
			v.Concurrency, v.Async, v.FinishAbandoned = 1+s.Below(8), chance(&s, 0.3), chance(&s, 0.5)
		}
		work := dataplane.Step{Kind: dataplane.StepCPU, Time: laws[s.Below(len(laws))]}
		v.Steps = append(v.Steps[:2:2], work)
		if chance(&s, 0.3) {
			v.Steps = append(v.Steps, v.Steps[1], dataplane.Step{Kind: dataplane.StepCPU, Time: laws[s.Below(len(laws))]})
		}
	}
	return cfg
}

// Who computes after a call comes out as by the general way, which draws what it computes only then:
// whatever dies, drains, fails, waits for a place or a connection, runs into a time limit or is tried again.
func TestCallersThatComputeAgainComeOutAsTheGeneralWay(t *testing.T) {
	straight := 0
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmResumes(seed)
			w, full := must(New(cfg, 0)), must(build(t.Context(), cfg, 0, reference{full: true}))
			for at := sim.Time(0); at < cfg.Duration; at += 20 * sim.Second {
				if err := w.RunUntil(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				straight += w.data.Snapshot().Straight
			}
			sameOutcome(t, run(t, w), run(t, full))
		})
	}
	if straight < 100 {
		t.Errorf("%d requests go straight when somebody looks: the test compares hardly any", straight)
	}
}

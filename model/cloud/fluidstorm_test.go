package cloud

import (
	"testing"

	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// crowded is four servers at three quarters of what they can do, to which twice as many come for two minutes,
// and try three times again what takes longer than two seconds.
func crowded(service Service) *Config {
	cfg := balanced("round_robin", 4)
	cfg.Services[0] = service
	rate := must(workload.Steps([]workload.Knot{
		{At: 0, PerSecond: 120}, {At: 5 * sim.Minute, PerSecond: 240}, {At: 7 * sim.Minute, PerSecond: 120},
	}, workload.Tail{}))
	cfg.Workloads[0].Arrivals = must(workload.Poisson(rate))
	cfg.Workloads[0].Demand = must(rng.Exponential(0.05))
	cfg.Workloads[0].Clients = Clients{Timeout: 2 * sim.Second, RetryAttempts: 3, Backoff: 100 * ms}
	cfg.Duration, cfg.Warmup = 25*sim.Minute, 12*sim.Minute
	return cfg
}

// A storm of retries goes on after the crowd has gone: those who fail are those who ask for most, and they
// ask for it again. Rates show that too, within a third of what is answered.
func TestFluidRetryStormsLast(t *testing.T) {
	for name, service := range map[string]Service{
		"in order":           {Discipline: FCFS, Backlog: NoLimit},
		"in order, finished": {Discipline: FCFS, Backlog: NoLimit, FinishAbandoned: true},
		"shared":             {Discipline: dataplane.ProcessorSharing, Concurrency: 64, Backlog: 1024},
	} {
		a, b := play(t, crowded(service)), play(t, fluidly(crowded(service)))
		requests, rates := &a.Routes[len(a.Routes)-1], &b.Routes[len(b.Routes)-1]
		want := float64(requests.MeasuredCompleted) / float64(requests.MeasuredCompleted+requests.MeasuredFailed)
		got := float64(rates.MeasuredCompleted) / float64(rates.MeasuredCompleted+rates.MeasuredFailed)
		if want > 0.4 || got > want*4/3+0.02 || got < want*2/3-0.02 {
			t.Errorf("%s: %.3f of the attempts are answered, requests say %.3f", name, got, want)
		}
	}
}

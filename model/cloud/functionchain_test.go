package cloud

import (
	"math"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/function"
	"headroom/sim"
	"headroom/sim/rng"
)

// setupChain is a loss system whose servers are set up anew for every call: calls arrive at rate,
// at most c are there, each starts for an exponential time and is served for another. It returns
// the mean numbers that start and that are served, and the share of the calls that are lost, from
// the balance of the chain of both numbers, solved by Gauss-Seidel.
func setupChain(c int, rate, start, service float64) (starting, serving, lost float64) {
	at := func(i, j int) int { return i*(c+1) + j }
	p := make([]float64, (c+1)*(c+1))
	p[0] = 1
	for range 20_000 {
		worst := 0.0
		for i := 0; i <= c; i++ {
			for j := 0; i+j <= c; j++ {
				if i+j == 0 {
					continue // stays 1: all others are in proportion to it
				}
				in, out := 0.0, float64(i)/start+float64(j)/service
				if i+j < c {
					out += rate
					in += p[at(i, j+1)] * float64(j+1) / service
				}
				if i > 0 {
					in += p[at(i-1, j)] * rate
				}
				if j > 0 {
					in += p[at(i+1, j-1)] * float64(i+1) / start
				}
				worst = max(worst, math.Abs(p[at(i, j)]-in/out))
				p[at(i, j)] = in / out
			}
		}
		if worst < 1e-13 {
			break
		}
	}
	sum := 0.0
	for i := 0; i <= c; i++ {
		for j := 0; i+j <= c; j++ {
			sum += p[at(i, j)]
		}
	}
	for i := 0; i <= c; i++ {
		for j := 0; i+j <= c; j++ {
			starting += float64(i) * p[at(i, j)] / sum
			serving += float64(j) * p[at(i, j)] / sum
		}
		lost += p[at(i, c-i)] / sum
	}
	return starting, serving, lost
}

// A function without idle time starts an environment for every call: with exponential times it is
// the chain of those that start and those that serve, whose ends the bill has too.
func TestFunctionsThatStartEveryTimeAreTheChain(t *testing.T) {
	const c, rate, start, service = 8, 4.0, 0.5, 1.0
	cfg := baseConfig()
	cfg.Duration = 40 * sim.Hour
	cfg.Services = []Service{{Name: "work", Discipline: ProcessorSharing, Backlog: NoLimit, Steps: []dataplane.Step{{Kind: dataplane.StepCPU}}}}
	cfg.TargetGroups, cfg.LoadBalancers = nil, nil
	cfg.Functions = []dataplane.Function{{
		Name: "work", Service: 0, Memory: 1769, Threads: 1, Storage: 512, ColdStart: must(rng.Exponential(start)),
		Terms: function.Terms{Reserved: c, Timeout: 900 * sim.Second},
	}}
	w := cfg.request(poissonAt(rate), must(rng.Exponential(service)))
	w.To, w.Target = dataplane.ToFunction, 0
	f := play(t, cfg).Functions[0]
	starting, serving, lost := setupChain(c, rate, start, service)
	near := func(what string, got, want, within float64) {
		if !(math.Abs(got-want) <= within*want) { // NaN is not near either
			t.Errorf("%s: %g, the chain has %g", what, got, want)
		}
	}
	calls := float64(f.Called + f.Throttled)
	near("lost", float64(f.Throttled)/calls, lost, 0.02)
	near("at once", f.Busy, starting+serving, 0.005)
	near("served", f.Duration.Mean()/float64(sim.Second)*float64(f.Done)/cfg.Duration.Seconds(), serving, 0.01)
	near("billed", f.Billed.Seconds()/cfg.Duration.Seconds(), starting+serving+0.0005*float64(f.Done)/cfg.Duration.Seconds(), 0.005)
	if f.Cold != f.Called {
		t.Errorf("of %d calls %d started an environment", f.Called, f.Cold)
	}
}

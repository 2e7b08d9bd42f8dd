package cloud

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// journeying is a tier that computes, asks the next one three times, and waits for somebody else.
func journeying(discipline dataplane.Discipline) *Config {
	front := Service{Discipline: discipline, Backlog: NoLimit, Steps: []dataplane.Step{
		{Kind: dataplane.StepCPU}, ask(1, must(rng.Exponential(0.02))), {Kind: dataplane.StepPause, Time: must(rng.Exponential(0.03))}, cpu(5 * ms),
	}}
	if discipline == FCFS {
		front.Workers = 8
	}
	front.Steps[1].Call.Count = 3
	cfg := tiers(must(rng.Exponential(0.01)), steadily(60), front, Service{Discipline: ProcessorSharing})
	if discipline == dataplane.ProcessorSharing {
		cfg.Workloads[0].Arrivals = steadily(100)
	} else {
		cfg.Workloads[0].Arrivals = steadily(40)
	}
	cfg.Duration, cfg.Warmup = 30*sim.Minute, sim.Minute
	return cfg
}

// TestFluidTiersAreThoseOfRequests compares both planes where requests wait for calls and pauses: with places
// enough, and with workers that are held meanwhile.
func TestFluidTiersAreThoseOfRequests(t *testing.T) {
	for name, discipline := range map[string]dataplane.Discipline{"shared": dataplane.ProcessorSharing, "held": FCFS} {
		a, b := play(t, journeying(discipline)), play(t, fluidly(journeying(discipline)))
		for i := range a.Fleets {
			requests, rates := &append(a.Routes, a.Hops...)[i], &append(b.Routes, b.Hops...)[i]
			for _, of := range []struct {
				name      string
				got, want float64
				within    float64
			}{
				{"arrived", float64(rates.Arrived), float64(requests.Arrived), 0.01},
				{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.02},
				{"p50", float64(rates.Latency.Quantile(0.5)), float64(requests.Latency.Quantile(0.5)), 0.02},
				{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.05},
				{"busy", b.Fleets[i].BusyVCPUSeconds, a.Fleets[i].BusyVCPUSeconds, 0.01},
			} {
				if math.Abs(of.got/of.want-1) > of.within {
					t.Errorf("%s, tier %d: %s %v, requests say %v", name, i, of.name, of.got, of.want)
				}
			}
		}
	}
}

// TestFluidPhasesAreThoseOfRequests compares where the time of each tier goes.
func TestFluidPhasesAreThoseOfRequests(t *testing.T) {
	for name, discipline := range map[string]dataplane.Discipline{"shared": dataplane.ProcessorSharing, "held": FCFS} {
		x, y := journeying(discipline), fluidly(journeying(discipline))
		x.Observe.Phases, y.Observe.Phases = true, true
		a, b := play(t, x).Observed.Phases, play(t, y).Observed.Phases
		for i := range a {
			for k, phase := range dataplane.PhaseNames() {
				if got, want := b[i][k].Mean(), a[i][k].Mean(); math.Abs(got-want) > 0.03*want+2e5 {
					t.Errorf("%s, tier %d: %s takes %v ns in the mean, requests say %v", name, i, phase, got, want)
				}
			}
		}
	}
}

// A call that fails, after its retries, fails the request that it was made for: of two calls one of
// which fails in ten, and with a retry one in a hundred.
func TestFluidCallsBreakTheirRequests(t *testing.T) {
	for retries, broken := range []float64{0.1, 0.01} {
		front := Service{Discipline: dataplane.ProcessorSharing, Steps: []dataplane.Step{ask(1, fixed(ms))}}
		front.Steps[0].Call.Count = 2
		front.Steps[0].Call.Clients = Clients{RetryAttempts: retries, Backoff: 10 * ms}
		cfg := fluidly(tiers(fixed(ms), steadily(100), front, Service{Errors: model.Errors{Rate: 0.1, Status: 503}}))
		cfg.Duration = 30 * sim.Minute
		out := play(t, cfg)
		r := &out.Routes[0]
		want := 2 * broken // the second is not made after the first has failed: 1 − (1 − broken)², nearly
		if got := float64(failures(r)) / float64(r.Arrived); math.Abs(got/want-1) > 0.12 {
			t.Errorf("%d retries: %.4f of the requests fail, want %.4f", retries, got, want)
		}
	}
}

// Ten places that are held for a pause of a second let ten requests a second through: of twenty that come half
// are refused, once a line of a hundred is full, and the others wait for ten seconds.
func TestFluidPlacesAreHeldWhileRequestsWait(t *testing.T) {
	cfg := fluidly(tiers(fixed(ms), steadily(20), Service{Discipline: dataplane.ProcessorSharing, Concurrency: 10, Backlog: 100, Steps: []dataplane.Step{cpu(ms), pause(sim.Second)}}))
	cfg.Duration, cfg.Warmup = 30*sim.Minute, 2*sim.Minute
	r := &play(t, cfg).Routes[0]
	if got, want := float64(r.MeasuredFailed)/float64(r.MeasuredFailed+r.MeasuredCompleted), 0.5; math.Abs(got-want) > 0.01 {
		t.Errorf("%.3f are refused, want %.3f", got, want)
	}
	if got, want := r.Latency.Mean()/1e9, 11.0; math.Abs(got/want-1) > 0.03 {
		t.Errorf("mean latency %.2f s, want %.2f s", got, want)
	}
}

// Two connections that a call keeps for 100 ms let twenty calls a second through: of thirty that come
// a third find none within a second, and fail.
func TestFluidCallsWaitForConnections(t *testing.T) {
	front := Service{Discipline: dataplane.ProcessorSharing, Steps: []dataplane.Step{ask(1, fixed(100*ms))}}
	front.Steps[0].Call.PoolSize, front.Steps[0].Call.PoolTimeout = 2, sim.Second
	cfg := fluidly(tiers(fixed(ms), steadily(30), front, Service{Discipline: dataplane.ProcessorSharing}))
	cfg.Duration = 30 * sim.Minute
	out := play(t, cfg)
	r := &out.Routes[0]
	if got, want := float64(failures(r))/float64(r.Arrived), 1.0/3; math.Abs(got-want) > 0.02 {
		t.Errorf("%.3f fail, want %.3f", got, want)
	}
	if got := out.Hops[0].Failed[dataplane.CodePool]; float64(got) < 0.95*float64(failures(r)) {
		t.Errorf("%d calls find no connection, %d requests fail", got, failures(r))
	}
	if got := out.Hops[0].PoolWait.Mean() / 1e9; math.Abs(got-1) > 0.03 {
		t.Errorf("calls wait %.3f s for their connection, want the second after which others give up", got)
	}
}

// TestFluidCallsLoseNone looks at the invariants all the time, with a callee that errs, times out and is killed.
func TestFluidCallsLoseNone(t *testing.T) {
	cfg := journeying(dataplane.ProcessorSharing)
	call := &cfg.Services[0].Steps[1].Call
	call.Clients = Clients{Timeout: 100 * ms, RetryAttempts: 2, Backoff: 50 * ms, RetryBudget: 0.2}
	cfg.Workloads[0].Clients = Clients{Timeout: 2 * sim.Second, RetryAttempts: 1, Backoff: sim.Second}
	cfg.Services[1].Errors = model.Errors{Rate: 0.05, Status: 503}
	cfg.Faults = []Fault{{
		Kind: ApplicationFault, At: 300 * sim.Second, Duration: must(rng.Fixed(200)), Zone: None, Pool: None,
		Count: 1, Impairment: model.Impairment{Refuses: true},
	}}
	w := must(New(fluidly(cfg), 0))
	verifyEvery(t, w, 7*sim.Second, t.Name())
}

// One server that gets evenly spaced requests is D/M/1: who waits does so for 1/(1−σ) mean services, where σ = exp(−(1−σ)/ρ).
func TestFluidArrivalsMayBeEven(t *testing.T) {
	const load, sigma = 0.8, 0.6286
	cfg := fluidly(queue(Service{Discipline: FCFS, Backlog: NoLimit}, 1, 1, must(rng.Exponential(0.01))))
	cfg.Workloads[0].Arrivals = must(workload.Deterministic(must(workload.Constant(load / 0.01))))
	cfg.Duration, cfg.Warmup = 30*sim.Minute, sim.Minute
	if got, want := play(t, cfg).Routes[0].Latency.Mean()/1e9, 0.01/(1-sigma); math.Abs(got/want-1) > 0.01 {
		t.Errorf("mean latency %.5f s, D/M/1 has %.5f s", got, want)
	}
}

// Rates know no way to another Region, which calls may take.
func TestFluidNamesCallsBetweenRegions(t *testing.T) {
	cfg := fluidly(journeying(dataplane.ProcessorSharing))
	if got := fmt.Sprint(cfg.Validate()); strings.Contains(got, model.NotFluid) {
		t.Errorf("one Region: got %s", got)
	}
	cfg.Regions, cfg.ZoneRegions = []string{"us-east-1", "eu-west-1"}, []int{0, 1}
	if got := fmt.Sprint(cfg.Validate()); !strings.Contains(got, "service.a.steps.1: "+model.NotFluid) {
		t.Errorf("two Regions: got %s", got)
	}
}

package cloud

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// respondingBy is a server that sends so many responses a second of a size by an interface of 5 Gbit/s, which is what one
// flow has: 0.625 GB/s.
func respondingBy(rateHz float64, size rng.Distribution) *Config {
	cfg := queue(Service{Discipline: dataplane.ProcessorSharing, Backlog: NoLimit, Bandwidth: true}, 4, rateHz, must(rng.Exponential(0.001)))
	cfg.Types[0].NetworkBaseGbps, cfg.Types[0].NetworkPeakGbps = 5, 5
	cfg.Workloads[0].Arrivals, cfg.Workloads[0].Response = steadily(rateHz), size
	cfg.Duration, cfg.Warmup = 20*sim.Minute, sim.Minute
	return cfg
}

// Flows that share a link are M/G/1 under processor sharing, whatever their sizes.
func TestFluidLinkIsProcessorSharing(t *testing.T) {
	for _, load := range []float64{0.1, 0.5, 0.9} {
		const alone = 0.1
		out := play(t, fluidly(respondingBy(load/alone, must(rng.Exponential(alone*0.625e9)))))
		want := alone/(1-load) + 0.001
		if got := out.Routes[0].Latency.Mean() / 1e9; math.Abs(got/want-1) > 0.01 {
			t.Errorf("load %v: mean %.4f s, processor sharing says %.4f s", load, got, want)
		}
		if over := out.Networks[0].Overloaded; over != 0 {
			t.Errorf("load %v: overloaded for %v", load, over)
		}
	}
}

// TestFluidLinksAreThoseOfRequests compares both planes where two sources send what differs in size, one with its
// requests, through an interface that is as wide as 2.4 flows.
func TestFluidLinksAreThoseOfRequests(t *testing.T) {
	make := func() *Config {
		cfg := respondingBy(20, must(rng.Fixed(20e6)))
		cfg.Types[0].NetworkBaseGbps, cfg.Types[0].NetworkPeakGbps = 12, 12
		small := cfg.Workloads[0]
		small.Name, small.Arrivals = "small", steadily(150)
		small.Request, small.Response = must(rng.Exponential(3e6)), must(rng.Exponential(0.5e6))
		cfg.Workloads = append(cfg.Workloads, small)
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	for i, name := range []string{"large", "small"} {
		requests, rates := &a.Routes[i], &b.Routes[i]
		for _, of := range []struct {
			name      string
			got, want float64
			within    float64
		}{
			{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.02},
			{"p50", float64(rates.Latency.Quantile(0.5)), float64(requests.Latency.Quantile(0.5)), 0.02},
			{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.08}, // of few large ones among many
		} {
			if !(math.Abs(of.got/of.want-1) <= of.within) {
				t.Errorf("%s: %s %v, requests say %v", name, of.name, of.got, of.want)
			}
		}
	}
	for _, of := range [][2]model.Bytes{{b.Networks[0].In, a.Networks[0].In}, {b.Networks[0].Out, a.Networks[0].Out}} {
		if math.Abs(float64(of[0])/float64(of[1])-1) > 0.01 {
			t.Errorf("%v bytes have passed, requests say %v", of[0], of[1])
		}
	}
}

// Credits of 4 Gbit/s for five minutes are 1,200 Gbit. At 3 Gbit/s, 2 above the base, they last 600 s; from then on
// what passes is the base. A server that stopped earns them while it rests.
func TestFluidCreditsOfAnInterfaceRunOut(t *testing.T) {
	cfg := respondingBy(3, must(rng.Fixed(125e6)))
	cfg.NetworkBurst = 5 * sim.Minute
	cfg.Types[0].NetworkBaseGbps = 1
	cfg.Workloads[0].Clients.Timeout = 20 * sim.Second
	out := play(t, fluidly(cfg))
	u := &out.Networks[0]
	if got, want := u.Throttled.Seconds(), 1200-600.0; math.Abs(got/want-1) > 0.02 {
		t.Errorf("throttled for %.0f s, want %.0f s", got, want)
	}
	if got, want := u.Overloaded.Seconds(), 1200-600.0; math.Abs(got/want-1) > 0.02 {
		t.Errorf("overloaded for %.0f s, want %.0f s", got, want)
	}
	if got, want := float64(u.Out)*8e-9, 600*3+600*1.0; math.Abs(got/want-1) > 0.01 {
		t.Errorf("%.0f Gbit have passed, want %.0f", got, want)
	}
	if u.Least != 0 || math.Abs(u.LeftArea-1) > 0.01 { // inward it has all
		t.Errorf("%v of the credits are left at least, and %v in the end both ways, want 0 and 1", u.Least, u.LeftArea)
	}
	if got := float64(out.Routes[0].Completed) / float64(out.Routes[0].Arrived); math.Abs(got-0.5) > 0.02 {
		t.Errorf("availability %.3f, want that of the time with credits: 0.5", got)
	}
}

// Two servers that take turns have their responses further apart than chance would: at a fourth of what their links carry
// those take 32 % longer than alone if they come at random.
func TestFluidLinksOfServersThatTakeTurnsMeetLess(t *testing.T) {
	make := func() *Config {
		cfg := respondingBy(2.4, must(rng.Fixed(125e6)))
		cfg.Instances[0].Count = 2
		cfg.Duration = 4 * sim.Hour
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	got, want := b.Routes[0].Latency.Mean()/1e9, a.Routes[0].Latency.Mean()/1e9
	if math.Abs(got/want-1) > 0.02 || got > 0.2*1.2 {
		t.Errorf("mean %.4f s, requests say %.4f s", got, want)
	}
}

// Two interfaces that are asked for four times what they carry, for clients that wait for 20 s: both planes answer those
// of the first seconds, and pass as many bytes.
func TestFluidLinksThatAreOverloadedAnswerWhoCameFirst(t *testing.T) {
	make := func() *Config {
		cfg := respondingBy(10, must(rng.Fixed(0.25e9)))
		cfg.Workloads[0].Clients.Timeout = 20 * sim.Second
		cfg.Duration, cfg.Warmup = 5*sim.Minute, 0
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	answered := [2]float64{float64(a.Routes[0].Completed), float64(b.Routes[0].Completed)}
	if answered[0] == 0 || math.Abs(answered[1]-answered[0]) > 10 { // of 3000
		t.Errorf("%v are answered, requests say %v", answered[1], answered[0])
	}
	if got, want := b.Routes[0].Latency.Mean(), a.Routes[0].Latency.Mean(); math.Abs(got/want-1) > 0.2 {
		t.Errorf("those take %v, requests say %v", got, want)
	}
	if got, want := float64(b.Networks[0].Out), float64(a.Networks[0].Out); math.Abs(got/want-1) > 0.01 {
		t.Errorf("%v bytes have passed, requests say %v", got, want)
	}
	if b.Networks[0].Overloaded < 4*sim.Minute {
		t.Errorf("overloaded for %v", b.Networks[0].Overloaded)
	}
}

// A step that talks to somebody on the internet ends with its pause or with its last byte, whichever is later.
func TestFluidStepsTalkForAsLongAsTheirBytesTake(t *testing.T) {
	for received, want := range map[float64]float64{31.25e6: 0.08, 125e6: 0.2} { // 0.05 s and 0.2 s at 5 Gbit/s
		cfg := respondingBy(0.05, nil)
		cfg.Services[0].Steps = []dataplane.Step{
			{Kind: dataplane.StepCPU}, {Kind: dataplane.StepPause, Time: must(rng.Fixed(0.08)), Received: must(rng.Fixed(received))},
		}
		cfg.Services[0].Concurrency = 100
		out := play(t, fluidly(cfg))
		if got := out.Routes[0].Latency.Mean()/1e9 - 0.001; math.Abs(got/want-1) > 0.02 {
			t.Errorf("%v bytes: %.4f s, want %v s", received, got, want)
		}
		all := received * float64(out.Routes[0].Completed)
		if got := float64(out.Networks[0].In); math.Abs(got/all-1) > 0.2 { // the chance that how many come has
			t.Errorf("%v bytes came in, want %v", got, all)
		}
	}
}

func TestFluidNamesInterfacesThatItDoesNotCarry(t *testing.T) {
	cfg := fluidly(respondingBy(3, must(rng.Fixed(1e6))))
	name := "service." + cfg.Services[0].Name
	if got := fmt.Sprint(cfg.Validate()); strings.Contains(got, model.NotFluid) {
		t.Errorf("responses: got %s", got)
	}
	cfg.Services[0].Disks, cfg.Types[0].EBS.BaseMbps = []string{"/dev/sdf"}, 0 // as of t2
	if got, want := fmt.Sprint(cfg.Validate()), name+".bandwidth: "+model.NotFluid; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	cfg.Services[0].Disks = nil
	other := cfg.Services[0]
	other.Name = "other"
	cfg.Services = append(cfg.Services, other)
	cfg.Instances = append(cfg.Instances, cfg.Instances[0])
	cfg.Instances[1].Name, cfg.Instances[1].Service = "other", 1
	cfg.Services[0].Steps = []dataplane.Step{{Kind: dataplane.StepCall, Call: dataplane.Call{
		To: dataplane.ToInstances, Target: 1, Count: 1, Response: must(rng.Fixed(1e6)),
	}}}
	if got, want := fmt.Sprint(cfg.Validate()), name+".steps.0: "+model.NotFluid; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

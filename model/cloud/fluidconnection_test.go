package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
)

// secure is a load balancer that redirects HTTP to HTTPS, to which requests come evenly, so many a second, for
// ten minutes.
func secure(perSecond float64) *Config {
	cfg := balanced("round_robin", 4)
	cfg.LoadBalancers[0].Default = Action{Redirect: &dataplane.Redirect{Protocol: "HTTPS", Port: "443", Status: 301}}
	cfg.LoadBalancers[0].Listeners = []dataplane.Listener{{
		Port: 443, Secure: true, Certificates: []dataplane.Certificate{{Domains: []string{"shop.com"}, Expires: sim.Never}},
		Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}},
	}}
	w := &cfg.Workloads[0]
	w.Classes = []dataplane.RequestClass{{Host: "shop.com", Weight: 1}}
	w.Arrivals = must(workload.Deterministic(must(workload.Constant(perSecond))))
	w.Demand = must(rng.Fixed(0.001))
	w.Port = 443
	w.Clients = Clients{RoundTrip: 40 * ms, PerConnection: 8, Resumption: 0.5}
	cfg.Duration = 10 * sim.Minute
	return fluidly(cfg)
}

// Each connection carries eight requests: an eighth of them shakes hands, half of these fully, with two round
// trips and a millisecond, half with one.
func TestFluidConnectionsCarrySoManyRequests(t *testing.T) {
	cfg := secure(100)
	out := play(t, cfg)
	b, r := &out.Balancers[0], &out.Routes[len(out.Routes)-1]
	if got, want := float64(b.Handshakes), 60_000.0/8; math.Abs(got-want) > 10 {
		t.Errorf("%v handshakes, want %v", got, want)
	}
	if got, want := float64(b.Resumed), 60_000.0/16; math.Abs(got-want) > 10 {
		t.Errorf("%v resumed, want %v", got, want)
	}
	if got, want := r.Latency.Mean()/1e6, 1+(81+40)/16.0; math.Abs(got/want-1) > 0.01 {
		t.Errorf("mean latency %.3f ms, want %.3f ms", got, want)
	}
}

// A connection ends that is silent for a minute, so that at two requests a minute that come at random, one after a
// longer pause begins another, as requests do one by one.
func TestFluidConnectionsEndWhenSilent(t *testing.T) {
	opened := func(rates bool) float64 {
		cfg := secure(1)
		if cfg.Workloads[0].Arrivals = steadily(1.0 / 30); !rates {
			cfg.Fluid = 0
		}
		cfg.Duration = 200 * sim.Hour
		cfg.Workloads[0].Clients.PerConnection = 1000
		cfg.Instances[0].Count = 1
		return float64(play(t, cfg).Balancers[0].Handshakes)
	}
	got, want := opened(true), opened(false)
	if theory := 24_000 * math.Exp(-2); math.Abs(got/theory-1) > 0.05 || math.Abs(want/theory-1) > 0.05 {
		t.Errorf("%v connections, requests %v, want %.0f", got, want, theory)
	}
}

// From the instant on at which the certificate expires no request is answered.
func TestFluidHandshakesFailWhenTheCertificateExpires(t *testing.T) {
	cfg := secure(100)
	cfg.Fluid = 7 * sim.Second // which does not divide the instant
	cfg.LoadBalancers[0].Listeners[0].Certificates[0].Expires = 5 * sim.Minute
	out := play(t, cfg)
	failed := int64(0)
	for i := range out.Routes {
		failed += out.Routes[i].Failed[dataplane.CodeHandshake]
	}
	if math.Abs(float64(failed)-30_000) > 10 || out.Balancers[0].HandshakesFailed != failed {
		t.Errorf("%d fail, %d handshakes do, want 30,000", failed, out.Balancers[0].HandshakesFailed)
	}
}

// Who comes by HTTP is sent to HTTPS: one user request, two requests. The users' latency is that of both.
func TestFluidRedirectsAreFollowed(t *testing.T) {
	cfg := secure(100)
	cfg.Workloads[0].Port = 80
	cfg.Workloads[0].Clients.RetryAttempts = 1
	cfg.Services[0].Errors = model.Errors{Rate: 0.1, Status: 503}
	cfg.LoadBalancers[0].Latency = 5 * ms
	verifyEvery(t, must(New(cfg, 0)), 13*sim.Second, "redirected")
	out := play(t, cfg)
	requests := *cfg
	requests.Fluid = 0
	want := play(t, &requests)
	for _, of := range []struct {
		name      string
		got, want float64
		within    float64
	}{
		{"user requests", float64(out.Users[0].Requests), 60_000, 0.001},
		{"answered", float64(out.Users[0].Completed), 60_000 * 0.99, 0.002},
		{"redirected", float64(out.Balancers[0].Answers[3]), 60_000, 0.001},
		{"their latency", out.Users[0].Latency.Mean(), want.Users[0].Latency.Mean(), 0.02},
		{"handshakes", float64(out.Balancers[0].Handshakes), float64(want.Balancers[0].Handshakes), 0.02},
	} {
		if math.Abs(of.got/of.want-1) > of.within {
			t.Errorf("%s: %v, want %v", of.name, of.got, of.want)
		}
	}
}

// hashed is balanced behind a Network Load Balancer, with four targets of one vCPU.
func hashed() *Config {
	cfg := balanced("round_robin", 4)
	cfg.Types[0].VCPUs = 1
	cfg.TargetGroups[0].Flows = dataplane.FlowTargets{On: true}
	lb, w := &cfg.LoadBalancers[0], &cfg.Workloads[0]
	lb.Kind, lb.Default, lb.IdleTimeout = "network", Action{}, 0
	lb.Listeners = []dataplane.Listener{{Port: 80, Protocol: dataplane.TCP, Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}}}}
	w.Arrivals, w.Demand = steadily(280), must(rng.Exponential(0.01))
	cfg.Duration = sim.Hour
	return fluidly(cfg)
}

// The hash of their flows divides requests at random: each target is a queue of its own.
func TestFluidFlowsAreDividedByChance(t *testing.T) {
	out := play(t, hashed())
	q := must(analytic.NewMMc(70, 100, 1))
	r, b := &out.Routes[len(out.Routes)-1], &out.Balancers[0]
	if got, want := r.Latency.Mean()/1e9, q.MeanResponse(); math.Abs(got/want-1) > 0.02 {
		t.Errorf("mean response %.4f s, the queue M/M/1 has %.4f s", got, want)
	}
	if b.FlowsOpened != r.Arrived || r.Arrived < 1_000_000 {
		t.Errorf("%d flows of %d requests", b.FlowsOpened, r.Arrived)
	}
	if got, want := b.FlowTime/1e9, float64(r.Arrived)*q.MeanResponse(); math.Abs(got/want-1) > 0.02 {
		t.Errorf("flows are open for %.0f s in all, want %.0f s", got, want)
	}
}

// No target, no connection; a target that fails is a reset, not an answer.
func TestFluidFlowsAreRefusedAndReset(t *testing.T) {
	for code, change := range map[dataplane.Code]func(*Config){
		dataplane.CodeRefused: func(cfg *Config) { cfg.Instances[0].TargetGroups = nil },
		dataplane.CodeReset:   func(cfg *Config) { cfg.Services[0].Errors = model.Errors{Rate: 1, Status: 502} },
	} {
		cfg := hashed()
		cfg.Duration = sim.Minute
		change(cfg)
		verifyEvery(t, must(New(cfg, 0)), 7*sim.Second, code)
		out := play(t, cfg)
		failed, arrived := int64(0), int64(0)
		for i := range out.Routes {
			failed, arrived = failed+out.Routes[i].Failed[code], arrived+out.Routes[i].Arrived
		}
		if arrived < 16_000 || failed < arrived-10 {
			t.Errorf("%d of %d fail with %v", failed, arrived, code)
		}
	}
}

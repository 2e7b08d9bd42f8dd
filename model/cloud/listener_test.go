package cloud

import (
	"context"
	"fmt"
	"testing"

	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/rng"
)

// listenersConfig has a balancer that redirects from port 80 to HTTPS, whose certificate
// expires, with rules on headers and moving weights; clients give up and try again.
func listenersConfig(seed uint64) *Config {
	cfg := baseConfig()
	cfg.Seed, cfg.Duration = seed, 5*sim.Minute
	other := cfg.TargetGroups[0]
	other.Name = "new"
	cfg.TargetGroups = append(cfg.TargetGroups, other)
	lb := &cfg.LoadBalancers[0]
	lb.Latency = 5 * sim.Millisecond
	lb.Default = Action{Redirect: &dataplane.Redirect{Status: 301, Protocol: "HTTPS", Port: "443"}}
	lb.Listeners = []dataplane.Listener{{
		Port: 443, Secure: true,
		Certificates: []dataplane.Certificate{{Domains: []string{"*.shop.com"}, Expires: 4 * sim.Minute}, {Domains: []string{"old.com"}, Expires: sim.Never}},
		Default:      Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}, {TargetGroup: 1, Weight: 0}}},
		Rules: []Rule{
			{Priority: 1, Headers: []routing.HeaderCondition{{Name: "x", Values: []string{"1"}}}, Action: Action{Status: 503}},
			{Priority: 2, Paths: []string{"/round/*"}, Action: Action{Redirect: &dataplane.Redirect{Status: 302, Path: "/#{path}" + "/x"}}},
			{Priority: 3, Methods: []string{"POST"}, Action: Action{Status: 403}},
		},
	}}
	cfg.Instances = []Fleet{{Name: "web", Count: 2, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: lb.Zones, Service: 0, TargetGroups: []int{0, 1}}}
	w := cfg.request(poissonAt(20), must(rng.Exponential(0.15)))
	w.Port = []uint16{0, 80, 80, 8443}[seed%4]
	for i, class := range []RequestClass{
		{Host: "www.shop.com", Path: "/"}, {Host: "old.com", Path: "/", Method: "POST"}, {Host: "x.y.com", Path: "/"},
		{Host: "a.shop.com", Path: "/", Headers: []routing.Header{{Name: "X", Value: "1"}}}, {Host: "old.com", Path: "/round/a"},
	} {
		class.Weight = float64(5 - i)
		w.Classes = append(w.Classes[:i:i], class)
	}
	w.Clients = Clients{
		PerConnection: 1 + int(seed%3), Timeout: sim.Second, RetryAttempts: 2, Backoff: 100 * sim.Millisecond,
		RoundTrip: 30 * sim.Millisecond, Resumption: 0.5, StayPut: seed%5 == 4,
	}
	cfg.Actions = []controlplane.Action{{Do: controlplane.SetWeights, At: sim.Minute, Every: sim.Minute, Fleet: None}}
	cfg.Actions[0].Weights.Of.Listener = 1
	cfg.Actions[0].Weights.Of.Rule = 3
	cfg.Actions[0].Weights.Weights = []int{int(seed % 2), 1}
	return cfg
}

// Redirects, handshakes, refusals and weights that move lose no request and count none
// twice, whatever the clients do.
func TestInvariantsHoldBehindListeners(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w, err := New(listenersConfig(seed), 0)
			if err != nil {
				t.Fatal(err)
			}
			for at := sim.Time(0); at <= 5*sim.Minute; at += 7 * sim.Second {
				if err := w.RunUntil(context.Background(), at); err != nil {
					t.Fatal(err)
				}
				if err := w.Verify(); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
			out, err := w.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			u, b := out.Users[0], out.Balancers[0]
			if u.Completed+u.Failed > u.Requests || u.Requests == 0 {
				t.Errorf("seed %d: %d user requests, %d answered, %d failed", seed, u.Requests, u.Completed, u.Failed)
			}
			if b.Resumed > b.Handshakes || b.Handshakes == 0 && listenersConfig(seed).Workloads[0].Port != 8443 && seed%5 != 4 {
				t.Errorf("seed %d: %d handshakes, %d of them resumed", seed, b.Handshakes, b.Resumed)
			}
		})
	}
}

package cloud

import (
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmConnections has the clients of a random scenario keep their connections.
func swarmConnections(s *rng.Stream, cfg *Config) {
	lb := &cfg.LoadBalancers[0]
	lb.IdleTimeout = sim.Time(1+s.Below(60)) * sim.Second
	if chance(s, 0.5) {
		lb.Listeners = []dataplane.Listener{{
			Port: dataplane.PortHTTPS, Secure: true, Default: lb.Default, Rules: lb.Rules,
			Certificates: []dataplane.Certificate{{Domains: []string{"shop.com"}, Expires: cfg.Duration / 2}},
		}}
		lb.Default, lb.Rules = dataplane.Action{}, nil
	}
	for i := range cfg.Services {
		if chance(s, 0.5) {
			cfg.Services[i].KeepAlive = sim.Time(1+s.Below(5000)) * sim.Millisecond
		}
	}
	for i := range cfg.Workloads {
		c := &cfg.Workloads[i].Clients
		c.PerConnection, c.Streams = []int{1, 3, 1000}[s.Below(3)], []int{0, 1, 3, 128}[s.Below(4)]
		if chance(s, 0.5) {
			c.KeepAlive = sim.Time(1+s.Below(20)) * sim.Second
		}
		if chance(s, 0.5) {
			c.Lasts = sim.Time(1+s.Below(100)) * sim.Second
		}
		if chance(s, 0.5) {
			c.Timeout = sim.Time(1+s.Below(1000)) * sim.Millisecond
		}
	}
	for i := range cfg.Services {
		cfg.Services[i].Handshake = sim.Time(s.Below(20)) * sim.Millisecond
	}
	for i := range cfg.TargetGroups {
		g := &cfg.TargetGroups[i]
		g.Secure = g.Picks() && g.Service != dataplane.None && chance(s, 0.5)
	}
	if chance(s, 0.5) {
		w := &cfg.Workloads[0]
		w.Record = 0 // they are told apart
		w.Visitors.Count = 1 + s.Below(40)
		w.Visitors.Stay = must(rng.Exponential(100))
		if chance(s, 0.5) {
			w.Arrivals, w.Visitors.Think = nil, must(rng.Exponential(100*s.Uniform()))
		}
	}
}

// At every fifth event each connection that clients keep carries the requests that it
// counts, is on the lists that it belongs to, and is open at its load balancer.
func TestClientConnectionsAreConservedInRandomWorlds(t *testing.T) {
	opened, used, shaken := int64(0), int64(0), int64(0)
	worlds{
		seeds: 80, make: withSwarm("connections", swarmConnections), events: 20_000, stride: 5,
		see: func(t *testing.T, out *Outcome) {
			for i := range out.Ledger.Balancers {
				opened += out.Ledger.Balancers[i].NewConnections
			}
			for i := range out.Balancers {
				shaken += out.Balancers[i].TargetHandshakes
			}
			for i := range out.Routes {
				used += out.Routes[i].Arrived
			}
		},
	}.hold(t)
	if opened == 0 || used < opened+opened/4 || shaken == 0 || shaken > used {
		t.Errorf("in the random worlds %d connections carried %d requests, and targets shook hands %d times", opened, used, shaken)
	}
}

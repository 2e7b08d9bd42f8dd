package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmWebsockets has the clients of a random scenario open WebSockets.
func swarmWebsockets(s *rng.Stream, cfg *Config) {
	cfg.LoadBalancers[0].IdleTimeout = sim.Time(1+s.Below(60)) * sim.Second
	for i := range cfg.TargetGroups {
		cfg.TargetGroups[i].DeregistrationDelay = sim.Time(s.Below(120)) * sim.Second
	}
	for i := range cfg.Services {
		if m := cfg.Services[i].Memory; m != nil {
			m.PerConnection = model.Bytes(s.Below(8)) * model.MiB
		}
		if chance(s, 0.3) {
			cfg.Services[i].KeepAlive = sim.Time(1+s.Below(5000)) * sim.Millisecond
		}
	}
	for i := range cfg.Workloads {
		w := &cfg.Workloads[i]
		if w.To != dataplane.ToLoadBalancer || w.Record != 0 || w.Rows != nil || w.Arrivals == nil {
			continue
		}
		w.Visitors = dataplane.Visitors{}
		w.Clients.RetryAttempts, w.Clients.StayPut = 0, true
		if chance(s, 0.5) {
			w.Clients.Timeout = sim.Time(1+s.Below(1000)) * sim.Millisecond
		}
		w.Websocket = dataplane.Websocket{
			Lifetime: must(rng.Exponential(1 + 300*s.Uniform())), Interval: must(rng.Exponential(0.1 + 20*s.Uniform())), Reconnect: chance(s, 0.5),
		}
	}
}

// At every fifth event each WebSocket leads to a target that counts it, holds its memory
// there, is open at its load balancer, and is open or was closed for one reason.
func TestWebsocketsAreConservedInRandomWorlds(t *testing.T) {
	var sum dataplane.BalancerOutcome
	worlds{
		seeds: 40, make: withSwarm("websockets", swarmWebsockets), events: 20_000, stride: 5,
		see: func(t *testing.T, out *Outcome) {
			for i := range out.Balancers {
				b := &out.Balancers[i]
				sum.SocketsOpened += b.SocketsOpened
				sum.SocketsEnded += b.SocketsEnded
				sum.SocketsSilent += b.SocketsSilent
				sum.SocketsReset += b.SocketsReset
			}
		},
	}.hold(t)
	if sum.SocketsOpened == 0 || sum.SocketsEnded == 0 || sum.SocketsSilent == 0 || sum.SocketsReset == 0 {
		t.Errorf("in the random worlds %d WebSockets were opened, %d ended, %d fell silent, %d were reset", sum.SocketsOpened, sum.SocketsEnded, sum.SocketsSilent, sum.SocketsReset)
	}
	t.Logf("%d opened, %d ended, %d silent, %d reset", sum.SocketsOpened, sum.SocketsEnded, sum.SocketsSilent, sum.SocketsReset)
}

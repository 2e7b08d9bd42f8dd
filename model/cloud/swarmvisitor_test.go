package cloud

import (
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmVisitors lets clients be told apart, stay with their targets, and ask in a closed
// loop, and targets start slowly.
func swarmVisitors(s *rng.Stream, cfg *Config) {
	tg := &cfg.TargetGroups[0]
	if chance(s, 0.5) {
		tg.Algorithm, tg.Mitigation = "round_robin", false
		tg.SlowStart = sim.Time(30+s.Below(100)) * sim.Second
	}
	if tg.CrossZone && chance(s, 0.7) {
		tg.Stickiness = dataplane.Stickiness{
			Kind: dataplane.StickinessKind(1 + s.Below(2)), Duration: sim.Time(1+s.Below(900)) * sim.Second,
		}
	}
	w := &cfg.Workloads[0]
	w.Visitors.Count, w.Record = 1+s.Below(40), 0
	if chance(s, 0.5) {
		w.Visitors.Stay = must(rng.Exponential(300))
	}
	if chance(s, 0.5) {
		w.Arrivals, w.Visitors.Think = nil, must(rng.Exponential(20*s.Uniform()))
	}
}

// swarmBaskets lets clients stay with their targets and target groups, and nothing else
// be known of their requests.
func swarmBaskets(s *rng.Stream, cfg *Config) {
	swarmVisitors(s, cfg)
	cfg.Services[0].Discipline = dataplane.FCFS
	tg := &cfg.TargetGroups[0]
	tg.CrossZone = true
	tg.Stickiness = dataplane.Stickiness{Kind: dataplane.StickinessKind(1 + s.Below(2)), Duration: sim.Time(1+s.Below(900)) * sim.Second}
	w := &cfg.Workloads[0]
	if w.Arrivals == nil {
		w.Arrivals, w.Visitors.Think = poissonAt(3), nil
	}
	w.Clients.PerConnection, w.Clients.RetryAttempts, w.Clients.Deadline, w.Clients.StayPut = 1, 0, 0, true
	if chance(s, 0.5) {
		lb := &cfg.LoadBalancers[0]
		lb.Default.Forward = []dataplane.Forward{{TargetGroup: 0, Weight: 1}, {TargetGroup: 0, Weight: 2}}
		lb.Default.Sticky = sim.Minute
	}
}

// At every fifth event each visitor of a closed loop thinks or waits, and all that must
// always hold does.
func TestVisitorsAreConservedInRandomWorlds(t *testing.T) {
	stuck, unstuck := int64(0), int64(0)
	for name, change := range map[string]func(*rng.Stream, *Config){"visitors": swarmVisitors, "baskets": swarmBaskets} {
		t.Run(name, func(t *testing.T) {
			worlds{
				seeds: 60, make: withSwarm(name, change), events: 20_000, stride: 5,
				see: func(t *testing.T, out *Outcome) {
					stuck += out.Targets[0].Stuck
					unstuck += out.Targets[0].Unstuck
				},
			}.hold(t)
		})
	}
	if stuck == 0 || unstuck == 0 {
		t.Errorf("in the random worlds %d requests followed a cookie and %d lost their target", stuck, unstuck)
	}
}

// visited is a group that shrinks and grows under sticky visitors, on fast paths if they do
// not think.
func visited(think rng.Distribution) *Config {
	cfg := drained()
	tg := &cfg.TargetGroups[0]
	tg.Algorithm, tg.SlowStart = "round_robin", 60*sim.Second
	tg.Stickiness = dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: 20 * sim.Second}
	cfg.Services[0].Discipline, cfg.Services[0].FinishAbandoned = FCFS, false
	w := &cfg.Workloads[0]
	w.Clients.Timeout = 0
	w.Visitors = dataplane.Visitors{Count: 30, Think: think, Stay: must(rng.Exponential(200))}
	if think != nil {
		w.Arrivals = nil
	}
	return cfg
}

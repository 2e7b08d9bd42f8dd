package dataplane

import (
	"testing"

	"headroom/model"
	"headroom/model/health"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// A target that refuses from t = 0+ is unhealthy at its second check, and healthy
// again at the fifth success after it comes back.
func TestHealthFollowsRefusedChecks(t *testing.T) {
	b := start(t, behindBalancer(script{}, must(rng.Fixed(1))))
	h := b.serve(0, 0)
	b.serve(1, 0)
	b.servers.Get(h).open = false
	state := func(at sim.Time) health.State {
		b.until(at * sim.Second)
		return b.server(h).Targets[0].Health
	}
	for _, step := range []struct {
		at   sim.Time
		want health.State
	}{{30, health.Healthy}, {59, health.Healthy}, {60, health.Unhealthy}} {
		if got := state(step.at); got != step.want {
			t.Errorf("at %d s: %v, want %v", step.at, got, step.want)
		}
	}
	state(70)
	if !b.Unhealthy(h) {
		t.Error("the control plane is not told that the server is unhealthy")
	}
	b.Listen(h)
	if got := state(209); got != health.Unhealthy {
		t.Errorf("at 209 s: %v after four successes, want unhealthy", got)
	}
	if got := state(210); got != health.Healthy {
		t.Errorf("at 210 s: %v after five successes, want healthy", got)
	}
}

// A request of 45 s that started 5 s before the deregistration is answered 502
// when the deregistration delay of 30 s is over, and then the server is drained.
func TestDeregistrationDelayEndsWith502(t *testing.T) {
	traffic := behindBalancer(seconds(10), must(rng.Fixed(45)))
	traffic.TargetGroups[0].DeregistrationDelay = 30 * sim.Second
	b := start(t, traffic)
	h := b.serve(0, 0)
	b.until(15 * sim.Second)
	if n := b.Deregister(h); n != 1 {
		t.Errorf("still in %d target groups, want 1", n)
	}
	b.until(45*sim.Second - 1)
	if n := b.Snapshot().Routes[1].Failed[Code502]; n != 0 || len(b.fake.drained) != 0 {
		t.Errorf("%d answered 502 and %v drained before the delay was over", n, b.fake.drained)
	}
	b.until(45 * sim.Second)
	if n := b.Snapshot().Routes[1].Failed[Code502]; n != 1 {
		t.Errorf("%d answered 502 when the delay was over, want 1", n)
	}
	if at := b.fake.drained[1]; at != 45*sim.Second {
		t.Errorf("drained at %v, want 45 s", at)
	}
}

// A target drains for the whole delay while the balancer keeps a connection to it,
// which it does for the idle timeout after the last answer; one without is done at
// once. It is decided at the deregistration.
func TestDrainingLastsWhileAConnectionIsKept(t *testing.T) {
	for _, step := range []struct{ deregistered, drained sim.Time }{
		{12, 72},   // two in flight, the last of them until 16 s
		{17, 77},   // idle, but 1 s after the last answer
		{76, 136},  // 60 s after it
		{77, 77},   // the connection is closed
		{300, 300}, // long ago
	} {
		traffic := behindBalancer(seconds(10, 11), must(rng.Fixed(5)))
		traffic.TargetGroups = append(traffic.TargetGroups, traffic.TargetGroups[0])
		traffic.TargetGroups[1].Name = "idle"
		b := start(t, traffic)
		h := b.serve(0, 0, 1)
		b.until(step.deregistered * sim.Second)
		if n := b.Deregister(h); n != 2 {
			t.Errorf("still in %d target groups, want 2", n)
		}
		b.until(400 * sim.Second)
		if at := b.fake.drained[1]; at != step.drained*sim.Second {
			t.Errorf("deregistered at %d s: drained at %v, want %d s", step.deregistered, at, step.drained)
		}
		if r := b.Snapshot().Routes[1]; r.Completed != 2 {
			t.Errorf("%d answered, want both", r.Completed)
		}
	}
}

// Without a balancer nobody keeps a connection: a server drains with the last
// response that it owes.
func TestDrainingEndsWithTheLastResponseWithoutABalancer(t *testing.T) {
	traffic := behindBalancer(seconds(10, 11, 20), must(rng.Fixed(5)))
	traffic.LoadBalancers, traffic.Workloads[0].To = nil, ToTargetGroup
	b := start(t, traffic)
	h := b.serve(0, 0)
	b.until(12 * sim.Second)
	b.Deregister(h)
	b.until(30 * sim.Second)
	if at := b.fake.drained[1]; at != 16*sim.Second {
		t.Errorf("drained at %v, want 16 s", at)
	}
	r := b.Snapshot().Routes[0]
	if r.Completed != 2 || r.Failed[Code503] != 1 {
		t.Errorf("%d answered, %d answered 503, want 2 and 1: nobody is left", r.Completed, r.Failed[Code503])
	}
}

// A kill ends everything aboard at once and leaves no target behind; nobody is
// told that the server is drained.
func TestKillEndsEverythingAboard(t *testing.T) {
	for cause, lost := range map[model.Cause]int64{model.Failed: 0, model.Reclaimed: 4} {
		b := start(t, behindBalancer(seconds(10, 11, 12, 13), must(rng.Fixed(100))))
		h := b.serve(0, 0) // two workers, two in line
		b.until(20 * sim.Second)
		if got := b.server(h); got.InService != 2 || got.Waiting != 2 || got.Targets[0].InFlight != 4 {
			t.Fatalf("before the kill: %+v", got)
		}
		b.Kill(h, cause)
		r := b.Snapshot().Routes[1]
		if r.Failed[Code502] != 4 || r.SpotLost != lost {
			t.Errorf("cause %d: %d answered 502, %d lost to Spot, want 4 and %d", cause, r.Failed[Code502], r.SpotLost, lost)
		}
		if g := b.Snapshot().TargetGroups[0].Scopes[0]; g != (ScopeState{}) {
			t.Errorf("cause %d: the target group still has %+v", cause, g)
		}
		b.Close(h)
		b.until(200 * sim.Second)
		if len(b.fake.drained) != 0 || b.servers.Len() != 0 || b.targets.Len() != 0 {
			t.Errorf("cause %d: drained %v, %d servers and %d targets left", cause, b.fake.drained, b.servers.Len(), b.targets.Len())
		}
	}
}

// A failure comes before the departures of its instant, a reclaim after them.
func TestFailuresComeBeforeDepartures(t *testing.T) {
	for cause, completed := range map[model.Cause]int64{model.Failed: 0, model.Reclaimed: 1, model.Terminated: 1} {
		b := start(t, behindBalancer(seconds(10), must(rng.Fixed(5))))
		h := b.serve(0, 0)
		b.until(15*sim.Second - 1)
		b.kernel.At(15*sim.Second, sim.RankFailure, model.Event{})
		if ev, ok := b.kernel.Next(15 * sim.Second); !ok || ev != (model.Event{}) {
			t.Fatal("the kernel has lost an event")
		}
		b.Kill(h, cause)
		if r := b.Snapshot().Routes[1]; r.Completed != completed || r.Failed[Code502] != 1-completed {
			t.Errorf("cause %d: %d answered, %d lost, want %d and %d", cause, r.Completed, r.Failed[Code502], completed, 1-completed)
		}
	}
}

// What a server has used is exact at any instant, and a load balancer's use is
// taken once.
func TestUseIsWhatItIsNow(t *testing.T) {
	traffic := behindBalancer(seconds(10, 12), must(rng.Fixed(10)))
	traffic.Workloads[0].Request, traffic.Workloads[0].Response = must(rng.Fixed(100)), must(rng.Fixed(1000))
	b := start(t, traffic)
	h := b.serve(0, 0)
	for at, want := range map[sim.Time]model.ServerUse{
		5: {}, 11: {Busy: 1e9}, 15: {Busy: 8e9}, 21: {Busy: 19e9, In: 100, Out: 1000}, 60: {Busy: 20e9, In: 200, Out: 2000},
	} {
		fresh := start(t, traffic)
		server := fresh.serve(0, 0)
		fresh.until(at * sim.Second)
		if got := fresh.ServerUse(server); got != want {
			t.Errorf("at %d s: %+v, want %+v", at, got, want)
		}
	}
	b.until(21 * sim.Second)
	b.Settle()
	use := b.TakeBalancerUse(0)
	if use.NewConnections != 2 || use.Processed != 1200 || use.Out != 1000 || use.ActiveTime != 19*sim.Second {
		t.Errorf("until 21 s: %+v, want 2 connections, 1200 bytes, 1000 out, 19 s", use)
	}
	b.until(60 * sim.Second)
	b.Settle()
	use = b.TakeBalancerUse(0)
	if use.NewConnections != 0 || use.Processed != 1000 || use.ActiveTime != sim.Second || use.From != 21*sim.Second {
		t.Errorf("from 21 s: %+v, want no connection, 1000 bytes, 1 s", use)
	}
	counts := b.TargetCounts(0)
	if counts.Requests != 2 || counts.Responses != 2 || counts.Latency.Int64() != int64(20*sim.Second) || counts.Healthy != 1 || counts.Unhealthy != 0 {
		t.Errorf("target group: %+v", counts)
	}
	if b.ServerUse(h).Busy != 20e9 {
		t.Error("looking changed what was used")
	}
}

// A server at half its speed serves at half the rate from that instant on.
func TestSpeedChangesFromNowOn(t *testing.T) {
	b := start(t, behindBalancer(seconds(10), must(rng.Fixed(10))))
	h := b.serve(0, 0)
	b.until(14 * sim.Second)
	b.Impair(h, model.Impairment{Slow: 2})
	b.until(26*sim.Second - 1)
	if r := b.Snapshot().Routes[1]; r.Completed != 0 {
		t.Error("done before its time")
	}
	b.until(26 * sim.Second)
	if r := b.Snapshot().Routes[1]; r.Completed != 1 {
		t.Error("not done at 26 s: four seconds at full speed and six at half")
	}
	if busy := b.ServerUse(h).Busy; busy != 10e9 {
		t.Errorf("%d ns of work done, want 10 s", busy)
	}
}

// A zone that fails leaves clients at its node until they give up, and DNS learns
// of it: half of them at first, none after the life of an answer.
func TestZoneOutageHangsItsClients(t *testing.T) {
	arrivals := script{}
	for i := range sim.Time(40) {
		arrivals = append(arrivals, (10+i)*sim.Second)
	}
	b := start(t, behindBalancer(arrivals, must(rng.Fixed(0.001))))
	b.serve(0, 0)
	b.until(sim.Second)
	b.FailZone(1, true)
	b.until(59 * sim.Second)
	hung := b.Snapshot().Routes[0].Failed[CodeConnect]
	if hung == 0 || hung > 20 {
		t.Errorf("%d of 40 hung at a node that is down, want about a quarter", hung)
	}
	b.until(61 * sim.Second)
	if dns := b.balancers[0].dns; len(dns) != 1 || dns[0] != 0 {
		t.Errorf("clients are sent to %v after the life of a DNS answer, want zone 0 only", dns)
	}
	b.FailZone(1, false)
	b.until(125 * sim.Second)
	if dns := b.balancers[0].dns; len(dns) != 2 {
		t.Errorf("clients are sent to %v after the recovery, want both", dns)
	}
}

// Servers of a fleet are asked in turn, and those that are gone are not.
func TestFleetIsAskedInTurn(t *testing.T) {
	traffic := behindBalancer(seconds(1, 2, 3, 4, 5, 6, 7, 8, 9), must(rng.Fixed(0.1)))
	traffic.Workloads[0].To = ToInstances
	b := start(t, traffic)
	var all []slab.Handle
	for range 3 {
		all = append(all, b.serve(0))
	}
	b.until(6 * sim.Second)
	for _, h := range all {
		if busy := b.ServerUse(h).Busy; busy != 2e8 && busy != 1e8 {
			t.Errorf("server %v has worked %d ns, want one or two requests", h, busy)
		}
	}
	b.Kill(all[1], model.Failed)
	b.Close(all[1])
	b.until(20 * sim.Second)
	if r := b.Snapshot().Routes[0]; r.Completed != 9 {
		t.Errorf("%d of 9 answered, want all: nobody asks a server that is gone", r.Completed)
	}
}

package dataplane

import (
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// A flow that ends with its request needs no record on a fast path, and has one again as soon
// as its target is on its way out.
func TestABriefFlowHasARecordOnlyWhereItIsDisturbed(t *testing.T) {
	traffic := behindBalancer(seconds(1, 2, 3, 4, 5, 6, 7, 8), must(rng.Fixed(20)))
	lb := &traffic.LoadBalancers[0]
	lb.Kind, lb.Default, lb.IdleTimeout = "network", Action{}, 0
	lb.Listeners = []Listener{{Port: 80, Protocol: TCP, Idle: IdleTCP, Default: Action{Forward: []Forward{{TargetGroup: 0, Weight: 1}}}}}
	traffic.TargetGroups[0].Flows = FlowTargets{On: true, PreserveClientIP: true, MostPerTarget: 55_000}
	b := start(t, traffic)
	b.serve(0, 0)
	b.serve(1, 0)
	b.until(9 * sim.Second)
	const first = 2 // requests, one a server, that open its fast path
	if got := b.balancers[0].flowsOpen(); got != 8 || b.flows.Len() > first {
		t.Fatalf("%d flows are open, %d have a record, want 8 and at most %d", got, b.flows.Len(), first)
	}
	busy := int32(0)
	for h, server := range b.servers.All() {
		for _, id := range server.targets {
			if n := b.sharing(indexOf(id), 0); n > 0 && busy == 0 {
				busy = int32(n)
				b.Deregister(h)
			}
		}
	}
	if got := b.flows.Len(); busy <= first || got < int(busy) || got > int(busy)+first {
		t.Fatalf("%d flows have a record, want the %d of the target that drains", got, busy)
	}
	b.until(2 * sim.Minute)
	if got := b.balancers[0].flowsOpen(); got != 0 || b.flows.Len() != 0 {
		t.Errorf("%d flows are open, %d have a record, want none", got, b.flows.Len())
	}
}

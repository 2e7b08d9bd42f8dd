package dataplane

import (
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// Requests are compact where some server may serve them by a fast path, and nowhere else: to be
// made compact and at once a full one costs.
func TestRequestsAreCompactOnlyWhereAFastPathMayServeThem(t *testing.T) {
	for _, c := range []struct {
		what       string
		discipline Discipline
		steps      []Step
		to         DestinationKind
		compact    bool
	}{
		{"first come, first served", FCFS, nil, ToLoadBalancer, true},
		{"first come, first served, by no balancer", FCFS, nil, ToInstances, true},
		{"processor sharing", ProcessorSharing, nil, ToLoadBalancer, true},
		{"processor sharing, by no balancer", ProcessorSharing, nil, ToInstances, true},
		{"processor sharing, a journey", ProcessorSharing, []Step{{Kind: StepCPU}}, ToLoadBalancer, false},
		{"a journey", FCFS, []Step{{Kind: StepCPU}}, ToLoadBalancer, false},
	} {
		traffic := behindBalancer(seconds(1), must(rng.Fixed(0.1)))
		traffic.Services[0].Discipline, traffic.Services[0].Steps, traffic.Workloads[0].To = c.discipline, c.steps, c.to
		b := start(t, traffic)
		b.serve(0, 0)
		if got := b.sources[0].compact; got != c.compact {
			t.Errorf("%s: requests are compact: %t, want %t", c.what, got, c.compact)
		}
		b.until(20 * sim.Second)
		var done int64
		for _, r := range b.Snapshot().Routes {
			done += r.Completed
		}
		if done != 1 {
			t.Errorf("%s: %d requests were served, want 1", c.what, done)
		}
	}
}

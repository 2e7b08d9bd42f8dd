package model

import (
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// What the two planes of a cloud tell each other: the control plane decides what
// servers there are, the data plane serves requests with them.

// ServerSpec is what the control plane says of a server that it opens.
type ServerSpec struct {
	Instance slab.Handle // the control plane's own name for it
	Service  int         // None: serves no requests
	Fleet    int         // index of the [instance.NAME] that it belongs to; None
	Zone     Zone
	Type     int // index into Frame.Types
	// Speed is how fast its CPU is, relative to the one that demands were
	// measured on; 0 means 1.
	Speed float64
}

// Cause says why a server ends.
type Cause uint8

// Causes.
const (
	Terminated Cause = iota + 1 // by its owner, in good order
	Failed                      // with its host or zone
	Reclaimed                   // by the Spot market
)

// LeaseEnd returns who ended the lease of an instance.
func (c Cause) LeaseEnd() LeaseEnd {
	if c == Reclaimed {
		return EndedByReclaim
	}
	return EndedByUser
}

// ServerUse is what a server has used so far.
type ServerUse struct {
	Busy    uint64 // vCPU-nanoseconds spent on requests
	In, Out Bytes
}

// TargetCounts are what a target group's metrics are made of: running totals and
// the state now.
type TargetCounts struct {
	Requests, Responses int64
	Latency             stat.Sum // ns, over responses
	HealthyArea         float64  // target-nanoseconds
	Healthy, Registered int
}

// BalancerUse is what a load balancer did between two instants.
type BalancerUse struct {
	From, To       sim.Time
	NewConnections int64
	ActiveTime     sim.Time // Σ over connections; Never for more than 2.5 million hours
	Processed, Out Bytes
	Evaluations    int64 // of rules, beyond the free ones
}

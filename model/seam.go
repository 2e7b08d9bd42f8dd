package model

import (
	"strconv"
	"strings"

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
	// Applications are the services of an instance that runs several, each on a port of its
	// own, Service first; none: Service alone.
	Applications []int
	Fleet        int // index of the [instance.NAME] that it belongs to; None
	Zone         Zone
	Type         int // index into Frame.Types
	// Speed is how fast its CPU is, relative to the one that demands were
	// measured on; 0 means 1.
	Speed float64
	// Public says that it has a public address, so that responses to clients that
	// reach it without a balancer go out to the internet, on the account of its Owner.
	Public bool
	Owner  int32 // index into Ledger.Owners
	// Gateway is the NAT gateway by which it reaches the internet; none: it does by a public
	// address or an Elastic IP, or is ShutIn.
	Gateway Gateway
	// ShutIn says that no route leads from it to the internet.
	ShutIn bool
	// Credits are its CPU credits, if it has any.
	Credits CreditTerms
	// Host is its number among the machines that may promise more vCPUs than they have
	// Threads; 0 threads: it is on none.
	Host    int32
	Threads int
	Volumes []VolumeSpec // that it is launched with; shared, not to be changed
	Warm    bool         // it runs from the start: its caches are full, its swap is on
	// Cluster says that it is in a cluster placement group.
	Cluster bool
	// Rebooted says that it has been there before: what its first boot wrote is there.
	Rebooted bool
	// Resumed says that it was hibernated: what was in its memory is there, too.
	Resumed bool
	// End is the kind of its network interface, counted from 1; 0: open to all.
	End int32
	// MostTracked is how many connections its security groups keep track of; 0: any number.
	MostTracked int32
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

// RuleName names a rule of a load balancer: its listener, and its place among the rules
// there by priority; the default rule comes after the last.
type RuleName struct{ Listener, Rule int }

// Weights are those that the target groups of a rule's forward have from now on, in its
// order.
type Weights struct {
	Balancer int
	Of       RuleName
	Weights  []int
	Names    []string // of those target groups
}

// String lists the weights as the history has them.
func (w Weights) String() string {
	text := ""
	for i, weight := range w.Weights {
		name := strconv.Itoa(i)
		if i < len(w.Names) {
			name = w.Names[i]
		}
		text += name + " " + strconv.Itoa(weight) + ", "
	}
	return strings.TrimSuffix(text, ", ")
}

// ServerUse is what a server has used so far.
type ServerUse struct {
	Busy    uint64 // vCPU-nanoseconds of work
	In, Out Bytes
	Memory  float64 // nanoseconds, times the share of its memory in use; 0 where that is not known
}

// TargetCounts are what a target group's metrics are made of: running totals and
// the state now.
type TargetCounts struct {
	Requests, Responses int64
	Latency             stat.Sum // ns, over responses
	HealthyArea         float64  // target-nanoseconds
	Healthy, Unhealthy  int      // targets now; those that are neither wait for their first check
}

// BalancerUse is what a load balancer did between two instants.
type BalancerUse struct {
	From, To       sim.Time
	NewConnections int64
	ActiveTime     sim.Time // Σ over connections; Never for more than 2.5 million hours
	Processed, Out Bytes
	ByVPN          Bytes // to targets outside: data out, whatever the load balancer's addresses; no part of Out
	Evaluations    int64 // of rules, beyond the free ones
	Side           Bytes // between callers and nodes of other zones
	Away           Bytes // to callers in other Regions, which is no part of Out
	Crossed        Bytes // between nodes and targets of other zones
	Flows          [FlowParts]FlowUse
}

// FlowUse is the part of a Network Load Balancer's use that its flows of one kind made.
type FlowUse struct {
	NewConnections int64
	ActiveTime     sim.Time // as that of BalancerUse
	Processed      Bytes
}

// Kinds of flows, as they are billed.
const (
	FlowsTCP = iota
	FlowsUDP
	FlowsTLS
	FlowParts
)

// Impairment is what keeps a server from its work. The zero Impairment is nothing.
type Impairment struct {
	Cut     bool    // running but unreachable: no packet arrives or leaves
	Hangs   bool    // its application takes requests and never answers
	Refuses bool    // its application port is closed
	Slow    float64 // its CPU takes so many times as long; 0: 1
	Errors  Errors  // beside the service's own
}

// Errors are the failures of an application.
type Errors struct {
	Rate    float64  // share of requests
	Status  int      // of the answer: 500, 502, 503 or 504
	Latency sim.Time // CPU time of a request that fails; 0: its own demand
}

// With returns the impairment of a server that suffers from both.
func (i Impairment) With(o Impairment) Impairment {
	i.Cut, i.Hangs, i.Refuses = i.Cut || o.Cut, i.Hangs || o.Hangs, i.Refuses || o.Refuses
	i.Slow = max(i.Slow, 1) * max(o.Slow, 1)
	if o.Errors.Rate > 0 {
		both := i.Errors.Rate + o.Errors.Rate - i.Errors.Rate*o.Errors.Rate
		i.Errors = o.Errors
		i.Errors.Rate = both
	}
	return i
}

// Plus returns what two servers have used together.
func (u ServerUse) Plus(o ServerUse) ServerUse {
	return ServerUse{Busy: u.Busy + o.Busy, In: u.In.Plus(o.In), Out: u.Out.Plus(o.Out), Memory: u.Memory + o.Memory}
}

// ServerSample is what a server shows at an instant of what it runs out of.
type ServerSample struct {
	HasCredits, HasMemory, HasBurst bool
	Still                           bool // it shows the same until it stirs

	Credits Credits // CPU credits
	Memory  Bytes   // that its application holds, in swap too
	Burst   float64 // share of the burst credit of a volume, the least of all
}

package dataplane

import (
	"headroom/model"
	"headroom/model/fluid"
	"headroom/sim"
	"headroom/sim/stat"
)

// Code is the HTTP status that a failed request ends with.
type Code uint8

// Codes, in the order in which outcomes list them.
const (
	Code460       Code = iota // client closed before the response
	Code502                   // refused, unreachable, or the target died
	Code503                   // no registered target
	Code504                   // no response within the idle timeout
	CodeConnect               // no answer from the load balancer's node
	CodeFixed                 // fixed response of 500 or above
	Code500                   // the application failed: a call of its own did
	CodePool                  // a call that got no connection of its pool in time
	CodeRefused               // nobody listens on the port of the load balancer
	CodeHandshake             // no certificate that the client accepts
	CodeRedirects             // sent on and on
	Code463                   // more than 30 addresses in X-Forwarded-For
	CodeReset                 // a connection that a Network Load Balancer, or its target, broke off
	Code413                   // a body that is too large for a function
	Code429                   // a call of a function that was throttled
	Code464                   // a protocol that targets do not speak
	Code400                   // malformed, or broken off before its body has ended
	Code403                   // blocked by AWS WAF
	Code408                   // begun, and nothing sent for the idle timeout
	Code414                   // a URI that is too long
	Code561                   // an error of the identity provider
	codeCount

	// codeReclaimed is a 502 of a Spot instance that was reclaimed.
	codeReclaimed
)

// Codes lists every code.
func Codes() []Code {
	return []Code{Code460, Code502, Code503, Code504, CodeConnect, CodeFixed, Code500, CodePool, CodeRefused, CodeHandshake, CodeRedirects, Code463, CodeReset, Code413, Code429, Code464, Code400, Code403, Code408, Code414, Code561}
}

// String returns the code as metric labels write it.
func (c Code) String() string {
	return [...]string{"460", "502", "503", "504", "timeout", "fixed", "500", "pool", "refused", "handshake", "redirects", "463", "reset", "413", "429", "464", "400", "403", "408", "414", "561"}[c]
}

// ByClients lists the codes with which an Application Load Balancer answers what its clients do wrong,
// whatever its rules and its targets are.
func ByClients() []Code { return []Code{Code400, Code403, Code408, Code414, Code561} }

// CodeSet is a set of codes. The empty set stands for all.
type CodeSet uint32

// With returns the set with one more code.
func (s CodeSet) With(c Code) CodeSet { return s | 1<<c }

func (s CodeSet) allows(c Code) bool {
	if c == codeReclaimed {
		c = Code502
	}
	return s == 0 || s&(1<<c) != 0
}

// Outcome is what one replication showed of its requests.
type Outcome struct {
	Networks  []NetworkOutcome // sorted by owner
	Routes    []RouteOutcome   // of workloads
	Hops      []RouteOutcome   // of calls
	Users     []UserOutcome    // by workload
	Targets   []TargetGroupOutcome
	Balancers []BalancerOutcome
	Functions []FunctionOutcome
	Observed  Observed
	Minutes   *Minutes        // of runs whose minutes are kept
	Disks     []DiskOutcome   // that steps use; sorted by owner and name
	Memories  []MemoryOutcome // of services that say what they hold; sorted by owner

	// Restored is how long after the first loss of a Region requests were served again, by
	// workload and in the whole at the end; Never: not any more. nil without a loss.
	Restored []sim.Time

	Audit *fluid.Findings // of rates against requests; nil: none
	Exact *fluid.Exact    // where requests were played among rates; nil: nobody was to

	StepsEnded   int64 // on servers
	Overtaken    int64 // events whose entity had gone: cancelled timers and departures
	Housekeeping int64 // events of the engine's own: not of the scenario
}

// Observed is what was kept beyond the usual; nil what was not asked for.
type Observed struct {
	Phases [][PhaseCount]*stat.Histogram // by service; ns
	Zones  []*stat.Histogram             // latency by the target's zone; ns
	Types  []*stat.Histogram             // latency by instance type; ns
}

// PhaseCount is the number of phases: balancer, queue, cpu, call, pool, pause,
// disk, network.
const PhaseCount = int(phaseCount)

// PhaseNames are the phases of a request's latency, in the order of
// Outcome.Phases.
func PhaseNames() [PhaseCount]string {
	return [PhaseCount]string{"balancer", "queue", "cpu", "call", "pool", "pause", "disk", "network"}
}

// RouteOutcome is the traffic of one workload or call through one target group.
type RouteOutcome struct {
	Workload     int `window:"key"` // None: of a call
	Service      int `window:"key"` // whose step calls; None: of a workload
	Step         int `window:"key"` // of Service
	TargetGroup  int `window:"key"` // None: no target group was reached (fixed responses, a dead node)
	LoadBalancer int `window:"key"` // None: without one
	Callee       int `window:"key"` // service that it asks, by TargetGroup or fleet; None: none

	// Counts of the whole run.
	Arrived, Completed int64
	InFlight           int64 `window:"to"`
	Failed             [codeCount]int64
	Causes             CauseCounts // of what came through a load balancer
	Retried            int64       // attempts that were retries
	SpotLost           int64       // failed because their Spot instance was reclaimed
	Dropped            int64       // attempts that a security group let nobody answer
	Refused            int64       // attempts without a load balancer that their server refused: nobody listened, or its backlog was full

	Early *stat.Histogram // ns, of completed ones that arrived before the warm-up had ended; nil unless minutes are kept

	// Of requests that arrived after the warm-up.
	Latency           *stat.Histogram // ns, of completed ones
	Wait              stat.Tally      // ns, of those that entered service
	Waited            int64           // of those, how many waited
	PoolWait          stat.Tally      // ns, of calls that got a connection of their pool
	MeasuredCompleted int64
	MeasuredFailed    int64

	// Per minute of the run, by the minute in which the request ended
	// (Arrivals: in which it arrived).
	Arrivals  []int64
	Completes []int64
	Failures  []int64
	LatencyNs []stat.Sum // over Completes
}

// UserOutcome is the user requests of one workload: all attempts of one request
// together, from the first arrival to the last response.
type UserOutcome struct {
	Requests, Completed, Failed int64
	// Of requests whose first attempt arrived after the warm-up.
	MeasuredCompleted, MeasuredFailed int64
	InDeadline                        int64
	Latency                           *stat.Histogram // ns, of completed ones
}

// Merge adds the user requests of another workload.
func (u *UserOutcome) Merge(other *UserOutcome) {
	u.Requests += other.Requests
	u.Completed += other.Completed
	u.Failed += other.Failed
	u.MeasuredCompleted += other.MeasuredCompleted
	u.MeasuredFailed += other.MeasuredFailed
	u.InDeadline += other.InDeadline
	u.Latency.Merge(other.Latency)
}

// TargetGroupOutcome is the health of one target group, and how evenly its targets are
// asked where they are weighed.
type TargetGroupOutcome struct {
	HealthyMean float64 `window:"to"`
	HealthyMin  int64   `window:"to"`
	Weighed     bool    // clients stay with its targets, or those start slowly
	Stuck       int64   // requests that followed a cookie to its target
	Unstuck     int64   // requests whose cookie led to a target that takes none
	// Of the windows in which it was asked, weighed by requests: those of the busiest of
	// the targets that were in rotation all the time, relative to their mean.
	ImbalanceMax float64 `window:"to"`
	Imbalance    float64 `window:"to"`
}

// BalancerOutcome is what one load balancer did by itself.
type BalancerOutcome struct {
	Rules [][]int64 // requests by listener and rule, the default one last
	// Answers are fixed responses and redirects by the hundreds of their status.
	Answers          [6]int64
	Failed           [codeCount]int64
	TargetErrors     int64 // errors of targets with codes that a balancer has too
	TargetAnswers    int64
	Handshakes       int64 // of new connections to HTTPS, that succeeded
	Resumed          int64 // of those, that resumed a session
	HandshakesFailed int64
	TargetHandshakes int64 // of new connections to targets that speak HTTPS
	TargetCloses     int64 // requests that met a kept connection which their target closed

	Nodes []NodeOutcome // by zone

	ConnectionsReset int64 // of an Application Load Balancer, which clients closed while they waited for an answer

	// WebSockets that were opened, and that closed: by their clients, by this for their silence,
	// and with a message that failed or a target that ended.
	SocketsOpened, SocketsEnded, SocketsSilent, SocketsReset int64

	// Of a Gateway Load Balancer: requests that came, of those that got lost, flows, those that
	// changed their appliance, what passed, and how long that took in all, in ns.
	Inspected, Lost, GatewayFlows, Moved int64
	// OfferedBytes are what came, InspectedBytes what passed, and LostBytes the rest.
	OfferedBytes, InspectedBytes, LostBytes model.Bytes
	Delay                                   stat.Sum

	// Of a Network Load Balancer.
	FlowsOpened, FlowsReset, PortAllocationErrors int64
	FlowTime                                      float64 // ns: Σ over flows of how long they were open
}

// NodeOutcome is what the node of a load balancer in one zone did.
type NodeOutcome struct {
	Requests int64    // that clients sent to it
	Rejected int64    // new connections that found it too small
	Shifted  sim.Time // how long a zonal shift kept clients away from it
}

func (o *BalancerOutcome) rule(of model.RuleName) *int64 { return &o.Rules[of.Listener][of.Rule] }

// prepare gives a route that can be used its histogram and series.
func (o *RouteOutcome) prepare(minutes int) {
	o.Latency = new(stat.Histogram)
	o.Arrivals = make([]int64, minutes+1)
	o.Completes = make([]int64, minutes+1)
	o.Failures = make([]int64, minutes+1)
	o.LatencyNs = make([]stat.Sum, minutes+1)
}

// failed sums a route's failures over all codes.
func (o *RouteOutcome) failed() int64 {
	n := int64(0)
	for _, c := range o.Failed {
		n += c
	}
	return n
}

// trim leaves out the minutes that a run did not come to which ended early.
func (o *RouteOutcome) trim(minutes int) {
	o.Arrivals, o.Completes, o.Failures = o.Arrivals[:minutes+1], o.Completes[:minutes+1], o.Failures[:minutes+1]
	o.LatencyNs = o.LatencyNs[:minutes+1]
}

// Outcome closes the books at the horizon.
func (p *Plane) Outcome() Outcome {
	p.settleAll()
	p.recordFluid()
	p.meter.recordNoTime()
	end := p.frame.Duration
	out := Outcome{
		StepsEnded: p.stepsEnded, Overtaken: p.meter.late, Housekeeping: p.housekeeping,
		Observed: p.meter.observed, Minutes: p.timeline.outcome(p.meter.routes, minutesOf(end)), Disks: p.disksOutcome(), Memories: p.memoriesOutcome(), Networks: p.networksOutcome(), Restored: p.meter.recovery.restored(),
	}
	if p.fluid != nil && p.fluid.audit != nil {
		out.Audit = p.fluid.audit.Play(p.stream("fluid/audit"))
	}
	if p.fluid != nil && p.fluid.auto != nil {
		out.Exact = p.fluid.auto.Found()
	}
	if f := p.fluid; f != nil && f.laws != nil {
		p.cfg.Laws.Put(f.laws)
		f.laws = nil // they are somebody else's
	}
	for i := range p.meter.routes {
		r := &p.meter.routes[i]
		if r.Latency == nil {
			continue
		}
		r.trim(minutesOf(end))
		r.InFlight = r.Arrived - r.Completed - r.failed()
		if r.Workload != None {
			out.Routes = append(out.Routes, *r)
		} else {
			out.Hops = append(out.Hops, *r)
		}
	}
	out.Users = usersOf(out.Routes, len(p.cfg.Workloads))
	for i := range out.Users {
		if p.sources[i].tracked {
			out.Users[i] = p.meter.users[i]
		}
	}
	out.Balancers, out.Functions = p.balancerOutcomes(), p.functionOutcomes()
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		out.Targets = append(out.Targets, TargetGroupOutcome{
			HealthyMean: g.healthy.Mean(end), HealthyMin: g.healthy.Min(end),
			Weighed: g.balance.weighed, Stuck: g.balance.stuck, Unstuck: g.balance.unstuck,
			Imbalance: g.balance.mean(), ImbalanceMax: g.balance.worst,
		})
	}
	return out
}

// balancerOutcomes are what load balancers counted, with what the routes through them did.
func (p *Plane) balancerOutcomes() []BalancerOutcome {
	all := make([]BalancerOutcome, len(p.balancers))
	p.endAllSilentFlows()
	p.endAllIdleConnections()
	for i := range all {
		p.countShift(&p.balancers[i])
		all[i] = p.balancers[i].counts
		for _, n := range p.balancers[i].nodes {
			all[i].Nodes = append(all[i].Nodes, NodeOutcome{Requests: n.requests, Rejected: n.rejected, Shifted: n.shifted})
		}
		active := p.balancers[i].flowTime
		for k := range p.balancers[i].parts {
			part := &p.balancers[i].parts[k]
			active.Merge(part.until(p.kernel.Now()))
			all[i].FlowsOpened += part.connections
		}
		all[i].FlowTime = active.Float64()
	}
	for i := range p.meter.routes {
		r := &p.meter.routes[i]
		if r.LoadBalancer == None {
			continue
		}
		o := &all[r.LoadBalancer]
		if r.TargetGroup != None {
			o.TargetAnswers += r.Completed
		}
		for code, n := range r.Failed {
			o.Failed[code] += n
		}
		if p.resetsWithRequest(r) {
			o.ConnectionsReset += r.Failed[Code460]
		}
	}
	return all
}

// resetsWithRequest reports whether clients who leave before they are answered close the
// connection to their Application Load Balancer: of HTTP/2 they reset a stream only, and
// WebSockets are counted by themselves.
func (p *Plane) resetsWithRequest(r *RouteOutcome) bool {
	lb := &p.cfg.LoadBalancers[r.LoadBalancer]
	if lb.Network() || lb.IsGateway() {
		return false
	}
	if r.Workload == None {
		return true // calls are of HTTP/1.1
	}
	s := &p.sources[r.Workload]
	return !s.sockets.on && (!s.connections.on || s.connections.streams <= 1)
}

// usersOf sums the routes of workloads. Where clients try once each attempt is a user request.
func usersOf(routes []RouteOutcome, workloads int) []UserOutcome {
	all := make([]UserOutcome, workloads)
	for i := range all {
		all[i].Latency = new(stat.Histogram)
	}
	for i := range routes {
		r := &routes[i]
		u := &all[r.Workload]
		u.Requests += r.Arrived
		u.Completed += r.Completed
		u.Failed += r.failed()
		u.MeasuredCompleted += r.MeasuredCompleted
		u.MeasuredFailed += r.MeasuredFailed
		u.Latency.Merge(r.Latency)
	}
	for i := range all {
		all[i].InDeadline = all[i].MeasuredCompleted
	}
	return all
}

// minutesOf returns the number of whole minutes of a run, rounded up.
func minutesOf(d sim.Time) int { return int((d + sim.Minute - 1) / sim.Minute) }

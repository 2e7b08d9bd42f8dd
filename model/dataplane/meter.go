package dataplane

import (
	"slices"

	"headroom/sim"
	"headroom/sim/stat"
)

// meter turns what happens to requests into statistics: one line in a handler,
// everything else here.
type meter struct {
	warmup sim.Time
	spans  []span // of routes, by source
	routes []RouteOutcome
	late   int64 // events overtaken by what happened before
	users  []UserOutcome
	limits []sim.Time // deadline by workload; 0: none

	observed  Observed
	noTime    [][PhaseCount]int64 // phases that took none, by service: see [meter.recordNoTime]
	apart     bool                // something of that is kept of each request
	workloads []uint16            // by source; ofCall
	recovery  *recovery           // nil before a Region is lost

	cause ErrorCause // of the failure that is being counted
}

// ofCall is the workload of calls.
const ofCall = 1<<16 - 1

// newMeter prepares the routes of every source, and what is observed of them.
func (p *Plane) newMeter(observe Observe) meter {
	m := meter{warmup: p.frame.Warmup}
	for i := range p.sources {
		p.addRoutes(&m, i)
	}
	for i := range p.sources {
		if p.sources[i].call != nil {
			m.workloads = append(m.workloads, ofCall)
			continue
		}
		m.workloads = append(m.workloads, uint16(p.sources[i].workload))
	}
	for i := range p.cfg.Workloads {
		m.users = append(m.users, UserOutcome{Latency: new(stat.Histogram)})
		m.limits = append(m.limits, p.cfg.Workloads[i].Clients.Deadline)
	}
	if observe.Phases {
		m.observed.Phases = make([][PhaseCount]*stat.Histogram, len(p.cfg.Services))
		m.noTime = make([][PhaseCount]int64, len(p.cfg.Services))
		for i := range m.observed.Phases {
			for k := range m.observed.Phases[i] {
				m.observed.Phases[i][k] = new(stat.Histogram)
			}
		}
	}
	if observe.Zones {
		m.observed.Zones = histograms(len(p.frame.Zones))
	}
	if observe.Types {
		m.observed.Types = histograms(len(p.frame.Types))
	}
	m.apart = observe.Phases || observe.Zones || observe.Types
	return m
}

func histograms(n int) []*stat.Histogram {
	list := make([]*stat.Histogram, n)
	for i := range list {
		list[i] = new(stat.Histogram)
	}
	return list
}

// span is where the routes of a source are: the first is that without a target
// group, the others those of consecutive target groups. Of n workloads that each
// have a target group, each has two routes, not n.
type span struct {
	first  int32 // in meter.routes
	others int32 // what leads from a target group to its route
}

// addRoutes prepares the routes of a source: without a target group, and from the
// lowest that it reaches to the highest.
func (p *Plane) addRoutes(m *meter, source int) {
	s := &p.sources[source]
	var reached []int
	nowhere := true // requests may end without a target group
	switch s.to {
	case ToTargetGroup:
		reached, nowhere = []int{s.target}, s.call != nil
	case ToInstances, ToAddress, ToFunction:
	default:
		reached = p.cfg.reached(s.target)
	}
	own := RouteOutcome{
		Workload: None, Service: s.service, Step: s.step, TargetGroup: None, LoadBalancer: s.balancer, Callee: None,
	}
	if s.call == nil {
		own.Workload = s.workload
	}
	at := span{first: int32(len(m.routes))}
	m.routes = append(m.routes, own)
	if s.to == ToAddress {
		m.routes[at.first].Callee = p.cfg.Addresses[s.target].Service
	}
	if s.to == ToFunction {
		m.routes[at.first].Callee = p.cfg.Functions[s.target].Service
	}
	if s.to == ToInstances {
		m.routes[at.first].Callee = p.fleetServices[s.target]
	}
	if len(reached) > 0 {
		lowest := slices.Min(reached)
		at.others = int32(len(m.routes) - lowest)
		for g := lowest; g <= slices.Max(reached); g++ {
			own.TargetGroup, own.Callee = g, p.cfg.TargetGroups[g].Service
			m.routes = append(m.routes, own)
		}
	}
	m.spans = append(m.spans, at)
	minutes := minutesOf(p.frame.Duration)
	if nowhere {
		m.routes[at.first].prepare(minutes)
	}
	for _, g := range reached {
		if r := &m.routes[m.at(int32(source), int32(g))]; r.Latency == nil {
			r.prepare(minutes)
		}
	}
}

// at is the position of a route: of a source to a target group, or None.
func (m *meter) at(source, group int32) int {
	s := &m.spans[source]
	if group == None {
		return int(s.first)
	}
	return int(s.others + group)
}

// route is where a request counts.
func (m *meter) route(r *request) *RouteOutcome {
	return &m.routes[m.at(int32(r.source), int32(r.group))]
}

func (m *meter) overtaken() { m.late++ }

// arrived counts a request whose target group is known, or will never be.
func (m *meter) arrived(now sim.Time, r *request) {
	o := m.route(r)
	o.arrives(now)
	if r.attempt > 0 {
		o.Retried++
	}
}

// arrives counts a first attempt.
func (o *RouteOutcome) arrives(now sim.Time) {
	o.Arrived++
	o.Arrivals[uint64(now)/uint64(sim.Minute)]++ // one division, of what is not negative
}

// dropped counts an attempt whose packets security groups drop.
func (m *meter) dropped(r *request) { m.route(r).Dropped++ }

// started counts the beginning of service of a request that could have begun at an
// instant.
func (m *meter) started(now sim.Time, r *request, since sim.Time) {
	m.begins(m.route(r), r.arrived, now-since)
}

// begins counts the beginning of service of a request that arrived at an instant and
// waited for so long.
func (m *meter) begins(o *RouteOutcome, arrived, wait sim.Time) {
	if arrived < m.warmup {
		return
	}
	o.Wait.Record(int64(wait))
	if wait > 0 {
		o.Waited++
	}
}

// connected counts that a call got a connection of its pool, for which it waited for so long.
func (m *meter) connected(r *request, wait sim.Time) {
	if r.arrived >= m.warmup {
		m.route(r).PoolWait.Record(int64(wait))
	}
}

// completed counts a response.
func (m *meter) completed(now sim.Time, r *request, hop sim.Time) {
	m.ends(m.route(r), r.arrived, now-r.arrived+hop, now)
	if m.recovery != nil {
		m.saw(r.source, r.arrived, true)
	}
}

// ends counts the response to a request that arrived at an instant.
func (m *meter) ends(o *RouteOutcome, arrived, latency, now sim.Time) {
	minute := uint64(now) / uint64(sim.Minute)
	o.Completed++
	o.Completes[minute]++
	o.LatencyNs[minute].Add(int64(latency))
	if arrived >= m.warmup {
		o.MeasuredCompleted++
		o.Latency.Record(int64(latency))
	} else if o.Early != nil {
		o.Early.Record(int64(latency))
	}
}

// failed counts an attempt that ended without a response.
func (m *meter) failed(now sim.Time, r *request, code Code) {
	o := m.route(r)
	if code == codeReclaimed {
		code, m.cause = Code502, CauseEnded
		o.SpotLost++
	}
	o.Failed[code]++
	m.countCause(o, code)
	o.Failures[now/sim.Minute]++
	if r.arrived >= m.warmup {
		o.MeasuredFailed++
	}
	if m.recovery != nil {
		m.saw(r.source, r.arrived, false)
	}
}

// userAnswered counts a user request that was answered at an instant.
func (m *meter) userAnswered(r *request, t *trip, at sim.Time) {
	u := &m.users[m.workloads[r.source]]
	u.Completed++
	if t.began < m.warmup {
		return
	}
	u.MeasuredCompleted++
	u.Latency.Record(int64(at - t.began))
	if limit := m.limits[m.workloads[r.source]]; limit == 0 || at-t.began <= limit {
		u.InDeadline++
	}
}

// userFailed counts a user request that got no answer.
func (m *meter) userFailed(r *request, t *trip) {
	u := &m.users[m.workloads[r.source]]
	u.Failed++
	if t.began >= m.warmup {
		u.MeasuredFailed++
	}
}

// userArrived counts a user request.
func (m *meter) userArrived(workload int) { m.users[workload].Requests++ }

package dataplane

import (
	"headroom/sim"
	"headroom/sim/stat"
)

// meter turns what happens to requests into statistics: one line in a handler,
// everything else here.
type meter struct {
	warmup sim.Time
	groups int // target groups
	routes []RouteOutcome
	late   int64 // events overtaken by what happened before
	users  []UserOutcome
	limits []sim.Time // deadline by workload; 0: none

	observed Observed
}

// newMeter prepares the routes of every source, and what is observed of them.
func (p *Plane) newMeter(observe Observe) meter {
	m := meter{warmup: p.frame.Warmup, groups: len(p.cfg.TargetGroups)}
	minutes := minutesOf(p.frame.Duration)
	m.routes = make([]RouteOutcome, len(p.sources)*(m.groups+1))
	for i := range m.routes {
		r := &m.routes[i]
		s := &p.sources[i/(m.groups+1)]
		*r = RouteOutcome{
			Workload: None, Service: s.service, Step: s.step,
			TargetGroup: i%(m.groups+1) - 1, LoadBalancer: s.balancer, Callee: None,
		}
		if s.call == nil {
			r.Workload = i / (m.groups + 1)
		}
		if p.reachable(s, r.TargetGroup) {
			r.prepare(minutes)
		}
		switch {
		case r.TargetGroup != None:
			r.Callee = p.cfg.TargetGroups[r.TargetGroup].Service
		case s.to == ToInstances:
			r.Callee = p.fleetServices[s.target]
		}
	}
	for i := range p.cfg.Workloads {
		m.users = append(m.users, UserOutcome{Latency: new(stat.Histogram)})
		m.limits = append(m.limits, p.cfg.Workloads[i].Clients.Deadline)
	}
	if observe.Phases {
		m.observed.Phases = make([][PhaseCount]*stat.Histogram, len(p.cfg.Services))
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
	return m
}

func histograms(n int) []*stat.Histogram {
	list := make([]*stat.Histogram, n)
	for i := range list {
		list[i] = new(stat.Histogram)
	}
	return list
}

// reachable reports whether requests of a source can end at a target group, or
// without one.
func (p *Plane) reachable(s *source, group int) bool {
	switch s.to {
	case ToTargetGroup:
		return group == s.target || group == None && s.call != nil
	case ToInstances:
		return group == None
	}
	if group == None {
		return true
	}
	for _, g := range p.cfg.LoadBalancers[s.target].forwards() {
		if g == group {
			return true
		}
	}
	return false
}

// forwards lists the target groups of a load balancer's actions.
func (lb *LoadBalancer) forwards() []int {
	var groups []int
	add := func(a Action) {
		for _, f := range a.Forward {
			groups = append(groups, f.TargetGroup)
		}
	}
	add(lb.Default)
	for _, r := range lb.Rules {
		add(r.Action)
	}
	return groups
}

// route is where a request counts.
func (m *meter) route(r *request) *RouteOutcome {
	return &m.routes[int(r.source)*(m.groups+1)+int(r.group)+1]
}

func (m *meter) overtaken() { m.late++ }

// arrived counts a request whose target group is known, or will never be.
func (m *meter) arrived(now sim.Time, r *request) {
	o := m.route(r)
	o.Arrived++
	o.Arrivals[now/sim.Minute]++
	if r.attempt > 0 {
		o.Retried++
	}
}

// started counts the beginning of service.
func (m *meter) started(now sim.Time, r *request) {
	if r.arrived < m.warmup {
		return
	}
	o := m.route(r)
	o.Wait.Record(int64(now - r.arrived))
	if now > r.arrived {
		o.Waited++
	}
}

// completed counts a response.
func (m *meter) completed(now sim.Time, r *request, hop sim.Time) {
	o := m.route(r)
	latency := int64(now - r.arrived + hop)
	minute := now / sim.Minute
	o.Completed++
	o.Completes[minute]++
	o.LatencyNs[minute].Add(latency)
	if r.arrived >= m.warmup {
		o.MeasuredCompleted++
		o.Latency.Record(latency)
	}
}

// failed counts an attempt that ended without a response.
func (m *meter) failed(now sim.Time, r *request, code Code) {
	o := m.route(r)
	if code == codeReclaimed {
		code = Code502
		o.SpotLost++
	}
	o.Failed[code]++
	o.Failures[now/sim.Minute]++
	if r.arrived >= m.warmup {
		o.MeasuredFailed++
	}
}

// userAnswered counts a user request that was answered at an instant.
func (m *meter) userAnswered(r *request, t *trip, at sim.Time) {
	u := &m.users[r.source]
	u.Completed++
	if t.began < m.warmup {
		return
	}
	u.MeasuredCompleted++
	u.Latency.Record(int64(at - t.began))
	if limit := m.limits[r.source]; limit == 0 || at-t.began <= limit {
		u.InDeadline++
	}
}

// userFailed counts a user request that got no answer.
func (m *meter) userFailed(r *request, t *trip) {
	u := &m.users[r.source]
	u.Failed++
	if t.began >= m.warmup {
		u.MeasuredFailed++
	}
}

// userArrived counts a user request.
func (m *meter) userArrived(workload int) { m.users[workload].Requests++ }

// phasesOf counts where the latency of an attempt went, if anybody looks.
func (m *meter) phasesOf(s *server, t *trip, r *request, hop sim.Time) {
	if r.arrived < m.warmup {
		return
	}
	if m.observed.Phases != nil {
		t.phases[phaseBalancer] = hop
		for k, h := range m.observed.Phases[s.service] {
			h.Record(int64(t.phases[k]))
		}
	}
	if m.observed.Zones == nil && m.observed.Types == nil || t.parent != 0 {
		return
	}
	latency := int64(t.mark - r.arrived + hop)
	if m.observed.Zones != nil {
		m.observed.Zones[s.zone].Record(latency)
	}
	if m.observed.Types != nil {
		m.observed.Types[s.typ].Record(latency)
	}
}

package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/station"
)

// runner is a request in a lane of which only that is kept which somebody may still ask:
// 40 bytes. What it met on its way met nobody else, and what becomes of it is known; its
// end counts for its source and for the target of its lane. Where the lane is left, a
// request is made of it that is as it would have been.
type runner struct {
	arrived sim.Time
	demand  sim.Time // CPU time
	in, out uint32   // as of a request; in: of one that is a request of its own, which
	server  uint32
	route   int32  // where it counts; without a target group that of no group
	source  uint16 // ofItself: it is a request of its own
	class   uint16
	zone    uint8 // of the balancer's node
	high    uint8 // as of a request
}

// ofItself is the source of a runner that is a request of its own: a check, or one that
// more is to be remembered of.
const ofItself = checkSource - 1

// runners are those in all lanes, and the places that are free.
type runners struct {
	all  []runner
	free []uint32
}

// take gives a runner a place.
func (r *runners) take() uint32 {
	if last := len(r.free) - 1; last >= 0 {
		i := r.free[last]
		r.free = r.free[:last]
		return i
	}
	r.all = append(r.all, runner{})
	return uint32(len(r.all) - 1)
}

func (r *runners) leave(i uint32) { r.free = append(r.free, i) }

func (r *runner) requestBytes() model.Bytes { return model.Bytes(r.high&15)<<32 | model.Bytes(r.in) }

func (r *runner) responseBytes() model.Bytes { return model.Bytes(r.high>>4)<<32 | model.Bytes(r.out) }

// joins lets a target be the one of a lane, unless there is another.
func (p *Plane) joins(l *lane, target uint32) bool {
	if l.target != noIndex {
		return false
	}
	t := p.targets.at(target)
	l.target, l.group, l.scope, l.local = target, t.group, t.scope, t.local
	return true
}

// seat gives a runner its place in a lane, whose start and end are known.
func (p *Plane) seat(r *runner, l *lane, start, end sim.Time) {
	k := p.runners.take()
	p.runners.all[k] = *r
	told := l.station.Offer(k, r.arrived, start, end)
	switch {
	case l.counted:
		p.ends.insert(k, end)
	case told.Leaves != station.NoJob:
		p.runnerEnds(told.Leaves, l, told.At)
	}
}

// runnerEnds is [Plane.completeInLane] for a runner.
func (p *Plane) runnerEnds(k uint32, l *lane, at sim.Time) {
	r := &p.runners.all[k]
	p.runners.leave(k)
	if r.source == ofItself {
		p.completeInLane(r.in, l, at)
		return
	}
	p.stepsEnded++
	if p.meter.recovery != nil {
		p.meter.saw(r.source, r.arrived, true)
	}
	s := &p.sources[r.source]
	if r.in|r.out|uint32(r.high) != 0 {
		p.countRunner(r, l, s)
	}
	o := &p.meter.routes[r.route]
	if s.direct {
		p.meter.ends(o, r.arrived, at-r.arrived+s.distance(model.Zone(l.zone)), at)
		return
	}
	b := s.lb
	b.hour.open--
	b.hour.active.Add(int64(at))
	latency := at - r.arrived
	if l.zone != r.zone {
		latency += b.cfg.CrossLatency
	}
	p.meter.ends(o, r.arrived, latency+s.hop, at)
	l.ended++
	l.answered = max(l.answered, at)
	g := &p.targetGroups[l.group]
	g.responded(latency)
	if l.counted && g.counts {
		g.scopes[l.scope].policy.Ended(int(l.local))
	}
}

// countRunner counts the bytes of a runner that was served.
func (p *Plane) countRunner(r *runner, l *lane, s *source) {
	in, out := r.requestBytes(), r.responseBytes()
	l.in, l.out = l.in.Plus(in), l.out.Plus(out)
	if s.direct {
		if of := p.servers.at(r.server); of.public {
			m := &p.transfers.moved[of.payer]
			m.Out = m.Out.Plus(out)
		}
		return
	}
	h := &s.lb.hour
	h.processed, h.out = h.processed.Plus(out), h.out.Plus(out)
	if l.zone != r.zone {
		h.crossed = h.crossed.Plus(in).Plus(out)
	}
}

// runnerBegins counts that a runner who has waited is served.
func (p *Plane) runnerBegins(k uint32, at sim.Time) {
	r := &p.runners.all[k]
	if r.source == ofItself {
		of := p.requests.at(r.in)
		of.phase = inService
		p.begins(r.in, of, at)
		return
	}
	p.meter.begins(&p.meter.routes[r.route], r.arrived, at-r.arrived)
}

// tellTarget brings the counts of the target of a lane in line with it.
func (p *Plane) tellTarget(l *lane) {
	if l.asked|l.ended == 0 {
		return
	}
	t := p.targets.at(l.target)
	t.inFlight += l.asked - l.ended
	t.since.answered += l.ended
	t.answered = max(t.answered, l.answered)
	l.asked, l.ended = 0, 0
}

// request is the runner as a request on its way to a target.
func (p *Plane) request(r *runner, target uint32) request {
	of := request{
		arrived: r.arrived, demand: r.demand, in: r.in, out: r.out, high: r.high, server: r.server, target: target,
		group: None, source: r.source, class: r.class, zone: r.zone, phase: dispatched,
	}
	if group := p.meter.routes[r.route].TargetGroup; group != None {
		of.group = int16(group)
	}
	return of
}

// request is a runner that is served as the request that it would be.
func (p *Plane) requestInLane(r *runner, l *lane) request {
	target := l.target
	if p.sources[r.source].direct {
		target = noIndex
	}
	of := p.request(r, target)
	of.phase = inService
	return of
}

// leaveTrack makes a request of a runner that is on its way to a target; noIndex: it has
// none.
func (p *Plane) leaveTrack(r *runner, target uint32) uint32 {
	h, of := p.requests.Alloc()
	*of = p.request(r, target)
	i := indexOf(h)
	if s := &p.sources[r.source]; s.limits.limit != sim.Never {
		p.addDeadline(&s.limits, i, of)
		if !s.limits.watched {
			p.watchLimits(int(r.source), r.arrived)
		}
	}
	return i
}

// requestsOf makes requests of the runners in a lane, and returns all that are in it.
func (p *Plane) requestsOf(l *lane, jobs []uint32) (list []uint32) {
	for _, k := range jobs {
		r := &p.runners.all[k]
		if r.source != ofItself {
			h, of := p.requests.Alloc()
			*of = p.requestInLane(r, l)
			r.source, r.in = ofItself, indexOf(h)
		}
		list = append(list, r.in)
	}
	return list
}

// running calls see with each runner in a settled lane as the request that it would be: who
// checks the plane asks.
func (p *Plane) running(see func(r *request)) {
	for id := range p.lanes {
		l := &p.lanes[id]
		if !l.open {
			continue
		}
		for _, k := range l.station.Jobs(p.settledUntil(l), nil) {
			if r := &p.runners.all[k]; r.source != ofItself {
				of := p.requestInLane(r, l)
				see(&of)
			}
		}
	}
}

// everyRequest calls see with all requests, runners among them.
func (p *Plane) everyRequest(see func(r *request)) {
	for _, r := range p.requests.All() {
		see(r)
	}
	p.running(see)
}

// alive is how many requests there are, runners among them.
func (p *Plane) alive() int {
	n := p.requests.Len()
	p.running(func(*request) { n++ })
	return n
}

package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/station"
)

// compactRequest is a request on a fast path of which only that is kept which somebody may
// still ask: 48 bytes, a cache line with the announcement of its end. What it met on its way met nobody else, and what becomes of it is
// known; its end counts for its source and for the target of its fast path. Where that is
// left, a full request is made of it that is as it would have been ([Plane.expandAll]).
type compactRequest struct {
	arrived sim.Time
	demand  sim.Time // CPU time
	in, out uint32   // as of a request; in: of one that stands for a full request, which
	server  uint32
	route   int32  // where it counts; without a target group that of no group
	source  uint16 // fullRequest: it stands for one
	class   uint16
	zone    uint8 // of the balancer's node
	high    uint8 // as of a request

	received sim.Time // at an interface: when its bytes had come
}

// fullRequest is the source of a compact request that only stands for a request of the pool:
// for a check, or for one of which more is to be remembered.
const fullRequest = checkSource - 1

// compactRequests are those on all fast paths, and the places that are free.
type compactRequests struct {
	ends   calendar[compactRequest] // all, by place; announced are those whose targets are picked by requests in flight
	free   uint32                   // the place that was left last; the entry of each has the one before in prev
	listed []uint32                 // room for a list of some
}

// at is the compact request at a place.
func (r *compactRequests) at(k uint32) *compactRequest { return &r.ends.entries[k].of }

// alloc gives a compact request a place.
func (r *compactRequests) alloc() uint32 {
	k := r.free
	if k == noIndex {
		k = uint32(len(r.ends.entries))
		r.ends.grow(k)
		return k
	}
	r.free = r.ends.entries[k].prev
	return k
}

func (r *compactRequests) release(k uint32) { r.ends.entries[k].prev, r.free = r.free, k }

func (r *compactRequest) requestBytes() model.Bytes {
	return model.Bytes(r.high&15)<<32 | model.Bytes(r.in)
}

func (r *compactRequest) responseBytes() model.Bytes {
	return model.Bytes(r.high>>4)<<32 | model.Bytes(r.out)
}

// bindTarget lets a target be the one of a fast path, unless there is another.
func (p *Plane) bindTarget(f *fastPath, target uint32) bool {
	if f.target != noIndex {
		return false
	}
	t := p.targets.at(target)
	f.target, f.scope, f.local = target, uint8(t.scope), t.local
	f.flows = p.targetGroups[t.group].cfg.Flows.On
	return true
}

// enqueue gives a compact request its place on a fast path, whose start and end are known.
func (p *Plane) enqueue(r *compactRequest, f *fastPath, start, end sim.Time) {
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	left, leaves := f.station.Offer(k, r.arrived, start, end)
	switch {
	case f.counted:
		p.compact.ends.insert(k, end)
	case left != station.NoJob:
		p.compactEnds(left, f, leaves)
	}
}

// compactEnds is [Plane.completeOnFastPath] for a compact request.
func (p *Plane) compactEnds(k uint32, f *fastPath, at sim.Time) {
	r := p.compact.at(k)
	p.compact.release(k)
	if r.source == fullRequest {
		if r.out == keepsLimit {
			p.completeLimited(r.in, at)
		} else {
			p.completeOnFastPath(r.in, f, at)
		}
		return
	}
	p.stepsEnded++
	n := &p.lanes[r.route]
	if n.group != nil {
		f.ended++
		f.answered = max(f.answered, at)
	}
	if f.counted || p.meter.recovery != nil {
		p.tellOfEnd(r, f, n)
	}
	latency := n.latency(r, f, at)
	if e := &n.ended; e.takes(at, latency) && r.arrived >= p.meter.warmup {
		e.add(at, latency)
		if !n.source.bare {
			p.gatherBytes(r, f, n, latency)
		}
		n.route.Latency.Place(int64(latency + n.hop))
		return
	}
	p.countCompactEnd(r, f, latency, at)
}

// tellOfEnd counts of the end of a compact request what is not gathered.
func (p *Plane) tellOfEnd(r *compactRequest, f *fastPath, n *lane) {
	if p.meter.recovery != nil {
		p.meter.saw(r.source, r.arrived, true)
	}
	if g := n.group; f.counted && g != nil && g.counts {
		g.scopes[f.scope].policy.Ended(int(f.local))
	}
}

// countCompactEnd counts the end of a compact request for itself. Those that follow may be
// gathered.
func (p *Plane) countCompactEnd(r *compactRequest, f *fastPath, latency, at sim.Time) {
	n := &p.lanes[r.route]
	s := n.source
	if !s.bare {
		p.countCompactBytes(r, f, s)
	}
	if r.arrived >= p.meter.warmup && latency < mostGatheredLatency {
		p.gatherEnds(n, at)
	}
	if s.direct {
		p.meter.ends(n.route, r.arrived, latency+s.distance(model.Zone(f.zone)), at)
		return
	}
	n.open.closes(at)
	if n.group.translates() {
		p.countAtNode(p.targets.at(f.target), r.zone, -1)
	}
	p.meter.ends(n.route, r.arrived, latency+n.hop, at)
	if !f.wired || r.responseBytes() == 0 { // else it did when its response went out
		n.group.responded(latency)
	}
}

// gatherBytes gathers the bytes of a compact request whose end is gathered.
func (p *Plane) gatherBytes(r *compactRequest, f *fastPath, n *lane, latency sim.Time) {
	in, out := r.requestBytes(), r.responseBytes()
	if n.source.direct {
		p.countCompactBytes(r, f, n.source)
	} else {
		f.in, f.out = f.in.Plus(in), f.out.Plus(out)
		n.ended.out += out
		if f.zone != r.zone {
			n.ended.crossed += in + out
		}
	}
	if f.wired && out > 0 {
		n.ended.wired++
		n.ended.wiredLatency += int64(latency)
	}
}

// countCompactBytes counts the bytes of a compact request that was served.
func (p *Plane) countCompactBytes(r *compactRequest, f *fastPath, s *source) {
	in, out := r.requestBytes(), r.responseBytes()
	if in|out == 0 {
		return
	}
	f.in, f.out = f.in.Plus(in), f.out.Plus(out)
	if s.direct {
		if of := p.servers.at(r.server); of.public {
			m := &p.transfers.moved[of.payer]
			m.Out = m.Out.Plus(out)
		}
		return
	}
	crossed := model.Bytes(0)
	if f.zone != r.zone {
		crossed = in + out
	}
	s.countResponses(out, crossed)
}

// countResponses counts the bytes of responses to compact requests at the load balancer of their source,
// and those of them and their requests that went to another zone.
func (s *source) countResponses(out, crossed model.Bytes) {
	h := &s.lb.hour
	h.out, h.crossed = h.out.Plus(out), h.crossed.Plus(crossed)
	if s.flows.on {
		part := &s.lb.parts[s.flows.protocol]
		part.processed = part.processed.Plus(out)
	} else {
		h.processed = h.processed.Plus(out)
	}
}

// compactBegins counts that a compact request which has waited is served.
func (p *Plane) compactBegins(k uint32, at sim.Time) {
	r := p.compact.at(k)
	if r.source == fullRequest {
		of := p.requests.at(r.in)
		of.phase = inService
		p.begins(r.in, of, at)
		return
	}
	p.meter.begins(p.lanes[r.route].route, r.arrived, at-r.arrived)
}

// tellTarget brings the counts of the target of a fast path in line with it.
func (p *Plane) tellTarget(f *fastPath) {
	if f.asked|f.ended == 0 {
		return
	}
	t := p.targets.at(f.target)
	t.inFlight += f.asked - f.ended
	if f.flows {
		t.flows += f.asked - f.ended
	}
	t.since.answered += f.ended
	t.answered = max(t.answered, f.answered)
	f.asked, f.ended = 0, 0
}

// request is a compact request as the full one that it would be on its way to a target.
func (p *Plane) request(r *compactRequest, target uint32) request {
	of := request{
		arrived: r.arrived, demand: r.demand, in: r.in, out: r.out, high: r.high, server: r.server, target: target,
		group: None, source: r.source, class: r.class, zone: r.zone, phase: dispatched,
	}
	if group := p.meter.routes[r.route].TargetGroup; group != None {
		of.group = int16(group)
	}
	return of
}

// requestInService is a compact request as the full one that it would be at its server.
func (p *Plane) requestInService(r *compactRequest, f *fastPath) request {
	target := f.target
	if p.sources[r.source].direct {
		target = noIndex
	}
	of := p.request(r, target)
	of.phase = inService
	return of
}

// expand makes a full request of a compact one that is on its way to a target; noIndex: it
// has none.
func (p *Plane) expand(r *compactRequest, target uint32) uint32 {
	h, of := p.requests.Alloc()
	*of = p.request(r, target)
	i := indexOf(h)
	s := &p.sources[r.source]
	p.tripOfCompact(i, r)
	p.forgetVisitor(i, s)
	if s.flows.on {
		p.setCarrier(i, noIndex)
		if target != noIndex {
			p.regainFlow(i, of)
			p.targets.at(target).flows++
		}
	}
	if s.limits.limit != sim.Never {
		p.addDeadline(&s.limits, i, of)
		if !s.limits.watched {
			p.watchLimits(int(r.source), r.arrived)
		}
	}
	return i
}

// tripOfCompact puts a trip beside a full request that is made of a compact one, where each has one: of that
// nobody will ask for more than when it came.
func (p *Plane) tripOfCompact(i uint32, r *compactRequest) {
	if p.tracked {
		p.beginTrip(i, 0, 0, r.arrived)
	}
}

// forgetVisitor says of a full request, made of a compact one, that nobody knows any more who
// sent it: nothing that it may still meet asks.
func (p *Plane) forgetVisitor(i uint32, s *source) {
	if len(s.visitors.all) > 0 {
		p.setVisit(i, noIndex)
	}
}

// expandAll makes full requests of the compact ones on a fast path, and returns all that are
// there.
func (p *Plane) expandAll(f *fastPath, jobs []uint32) (list []uint32) {
	for _, k := range jobs {
		list = append(list, p.expandOne(f, k))
	}
	return list
}

// expandOne makes a full request of a compact one on a fast path, unless it stands for one.
func (p *Plane) expandOne(f *fastPath, k uint32) uint32 {
	r := p.compact.at(k)
	if r.source != fullRequest {
		h, of := p.requests.Alloc()
		*of = p.requestInService(r, f)
		p.tripOfCompact(indexOf(h), r)
		r.source, r.in = fullRequest, indexOf(h)
		s := &p.sources[of.source]
		p.forgetVisitor(r.in, s)
		if s.flows.on {
			p.regainFlow(r.in, of)
		}
	}
	return r.in
}

// eachCompact calls see with each compact request on a settled fast path as the full one that
// it would be: who checks the plane asks.
func (p *Plane) eachCompact(see func(r *request)) {
	for id := range p.fastPaths {
		f := &p.fastPaths[id]
		if !f.open {
			continue
		}
		if f.shared {
			computing, waiting := p.onShared(uint32(id))
			p.seeCompact(f, computing, inService, see)
			p.seeCompact(f, waiting, queued, see)
			continue
		}
		p.seeCompact(f, f.station.Jobs(p.settledUntil(f), nil), inService, see)
		if f.wired {
			p.seeCompact(f, f.nic.links[inward].Jobs(nil), receiving, see)
			p.seeCompact(f, f.nic.links[outward].Jobs(nil), sending, see)
		}
	}
}

// seeCompact is [Plane.eachCompact] for those among jobs of a fast path.
func (p *Plane) seeCompact(f *fastPath, jobs []uint32, in phase, see func(r *request)) {
	for _, k := range jobs {
		if r := p.compact.at(k); r.source != fullRequest {
			of := p.requestInService(r, f)
			of.phase = in
			see(&of)
		}
	}
}

// everyRequest calls see with all requests, compact requests among them.
func (p *Plane) everyRequest(see func(r *request)) {
	for _, r := range p.requests.All() {
		see(r)
	}
	p.eachCompact(see)
}

// alive is how many requests there are, compact requests among them.
func (p *Plane) alive() int {
	n := p.requests.Len()
	p.eachCompact(func(*request) { n++ })
	return n
}

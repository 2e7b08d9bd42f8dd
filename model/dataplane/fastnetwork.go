package dataplane

import (
	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/sim"
	"headroom/sim/station"
)

// fastNetwork is what the fast path of a server with an interface keeps beyond that of others.
// There the end of a request is not known when it comes, for others may come whose bytes pass
// with its own. But nobody comes back or leaves: as time goes on, who has come in enters the
// CPU, who leaves that is sent, each in order of time, as a server's own links and stations
// would have it. What becomes of it all is played when somebody looks ([Plane.playFlows]).
type fastNetwork struct {
	coming   int32       // requests whose bytes come in
	public   bool        // as the server's
	work     sim.Time    // that those have for the CPU
	in, out  model.Bytes // of those, and of the responses of all aboard
	last     sim.Time    // the last known end on the CPU
	tightest sim.Time    // nobody aboard has a time limit that ends before
	until    sim.Time    // things are played up to then
	played   sim.Time    // and have been
	slow     float64     // nanoseconds that a byte takes when nothing is faster
}

// openFastNetwork makes ready what the fast path of a server keeps of its interface, or
// returns false if that is in use.
func (p *Plane) openFastNetwork(f *fastPath, s *server, now sim.Time) bool {
	n := s.nic
	if f.nic, f.wired = n, n != nil; n == nil {
		return true
	}
	if n.disks || n.links[inward].Flows() > 0 || n.links[outward].Flows() > 0 {
		return false
	}
	n.fast = fastNetwork{tightest: sim.Never, played: now, slow: 1e6 / float64(n.links[inward].Least()), public: s.public}
	return true
}

// fullBytes returns the bytes of a full request on a fast path, in and out.
func (p *Plane) fullBytes(i uint32) (in, out model.Bytes) {
	r := p.requests.at(i)
	return r.requestBytes(), r.responseBytes()
}

// wayOn is [Plane.wayOfBytes] for a request on a fast path.
func (p *Plane) wayOn(r *compactRequest, f *fastPath) bandwidth.Way {
	source := r.source
	if source == fullRequest {
		source = p.requests.at(r.in).source
	}
	if f.nic.fast.public && source != checkSource && p.sources[source].direct {
		return bandwidth.Internet
	}
	return bandwidth.Region
}

// cargo is what a request brings to a fast path.
type cargo struct {
	in, out model.Bytes
	work    sim.Time // on the CPU
	way     bandwidth.Way
}

// receiveCompact is [Plane.enterCompact] for the fast path of a server with an interface.
func (p *Plane) receiveCompact(r *compactRequest, f *fastPath, n *lane, patience sim.Time) bool {
	now := r.arrived
	p.playComing(f, now)
	c := cargo{in: r.requestBytes(), out: r.responseBytes(), work: f.time(r.demand)}
	if p.fullPath(f, now) || !p.clears(now, &c, f, sim.Sum(now, patience)) {
		return false
	}
	if f.nic.fast.public && n.source.direct {
		c.way = bandwidth.Internet
	}
	if !n.came.add(now) {
		p.gatherArrivals(n, now)
	}
	p.takeIn(r, f, &c)
	return true
}

// receiveFull is [Plane.enterFastPath] for the fast path of a server with an interface.
func (p *Plane) receiveFull(i uint32, r *request, f *fastPath) bool {
	now := r.arrived
	p.playComing(f, now)
	if p.fullPath(f, now) {
		p.turnAway(i)
		return true
	}
	limits, patience := p.patience(i, r, f)
	one := compactRequest{arrived: now, source: fullRequest, in: i, server: r.server}
	c := cargo{in: r.requestBytes(), out: r.responseBytes(), work: f.time(r.demand), way: p.wayOn(&one, f)}
	if !p.clears(now, &c, f, sim.Sum(now, patience)) {
		p.refuseFastPath(r.server)
		return false
	}
	if limits != nil {
		p.removeDeadline(limits, r)
	}
	r.phase = receiving
	p.takeIn(&one, f, &c)
	return true
}

// playComing lets those enter the CPU whose bytes have come in until an instant.
func (p *Plane) playComing(f *fastPath, until sim.Time) {
	if f.counted && p.compact.ends.behind(until) {
		p.compact.ends.turn(until, p.endDue)
	}
	n := f.nic
	if n.fast.until = until; n.links[inward].Due(until) {
		p.playInward(f, until)
	}
	n.fast.played = max(n.fast.played, until)
}

// playInward lets those enter the CPU whose bytes have come in until an instant.
func (p *Plane) playInward(f *fastPath, until sim.Time) {
	link := &f.nic.links[inward]
	for k, at, ok := link.Settle(until); ok; k, at, ok = link.Settle(until) {
		p.stepsEnded++
		p.hasCome(k, f, at)
	}
}

// playFlows plays what happened on a fast path with an interface up to and including an
// instant. At one instant departures from the CPU come before who has come in, and responses
// that have gone out come last.
func (p *Plane) playFlows(f *fastPath, until sim.Time) {
	n := f.nic
	if n.fast.until = until; n.links[inward].Due(until) {
		p.playInward(f, until)
	}
	if f.station.Waiting() > 0 {
		p.passComing(f, until)
	}
	for next := sim.Time(0); next <= until; {
		d, ok := f.station.Leave(until)
		if !ok {
			break
		}
		p.sendCompactResponse(d.Job, f, d.At, d.Next)
		next = d.Next
	}
	if n.links[outward].Due(until) {
		p.playSent(f, until)
	}
	n.fast.played = max(n.fast.played, until)
}

// playSent ends the responses that have gone out until an instant.
func (p *Plane) playSent(f *fastPath, until sim.Time) {
	link := &f.nic.links[outward]
	for k, at, ok := link.Settle(until); ok; k, at, ok = link.Settle(until) {
		p.hasGone(k, f, at)
	}
}

// passComing lets who waits enter the CPU until an instant, and sends the responses of those
// whose places they take.
func (p *Plane) passComing(f *fastPath, until sim.Time) {
	for passage, ok := f.station.Pass(until); ok; passage, ok = f.station.Pass(until) {
		p.sendCompactResponse(passage.Leaves, f, passage.At, f.station.Next())
		p.compactStarts(passage.Enters, passage.At, p.compact.at(passage.Enters).received)
	}
}

// fullPath is [server.full] for a fast path with an interface.
func (p *Plane) fullPath(f *fastPath, now sim.Time) bool {
	backlog := f.station.Backlog()
	if int64(f.station.Waiting())+int64(f.nic.fast.coming) < backlog {
		return false
	}
	p.passComing(f, now)
	there := int64(f.station.InService(now)) + int64(f.station.Waiting()) + int64(f.nic.fast.coming)
	return there >= f.station.Servers()+backlog
}

// jobsOn appends to list all that is on a fast path with an interface, played up to an instant.
func (p *Plane) jobsOn(f *fastPath, at sim.Time, list []uint32) []uint32 {
	list = f.station.Jobs(at, list)
	for d := range f.nic.links {
		list = f.nic.links[d].Jobs(list)
	}
	return list
}

// takeIn begins to take in the bytes of a request that a fast path has room for. It is
// announced for the instant at which it ends if nobody meets it. Bytes that have come before
// anything else happens anywhere have come at once.
func (p *Plane) takeIn(r *compactRequest, f *fastPath, c *cargo) {
	if c.in == 0 && r.source != fullRequest {
		p.entersAtOnce(r, f, c)
		return
	}
	now, n := r.arrived, f.nic
	k := p.compact.alloc()
	*p.compact.at(k) = *r
	n.fast.coming++
	n.fast.work += c.work
	n.fast.in += c.in
	n.fast.out += c.out
	link, came, come := &n.links[inward], now, c.in == 0
	if !come && p.following > now {
		came, come = link.Through(now, min(p.following, p.kernel.Still(&p.lead)), c.in, c.way)
	}
	if f.counted {
		begin := came
		if !come {
			begin = now + link.Alone(c.in, c.way)
		}
		if start, ok := f.station.Foresee(begin); ok {
			begin = start
		}
		p.compact.ends.insert(k, begin+c.work+n.links[outward].Alone(c.out, c.way))
	}
	switch {
	case !come:
		link.Offer(now, k, c.in, c.way)
		return
	case c.in > 0:
		p.stepsEnded++
		n.fast.until, n.fast.played = came, came
	}
	p.hasCome(k, f, came)
}

// entersAtOnce is takeIn for a compact request without bytes, which is at the CPU when it comes.
func (p *Plane) entersAtOnce(r *compactRequest, f *fastPath, c *cargo) {
	now, n := r.arrived, f.nic
	if f.station.Due(now) {
		p.passComing(f, now)
	}
	start, ok := f.station.Foresee(now)
	if !ok {
		panic("dataplane: a request has come for which there is no place")
	}
	end := sim.Sum(start, c.work)
	n.fast.last = max(n.fast.last, end)
	n.fast.out += c.out
	k := p.compact.alloc()
	of := p.compact.at(k)
	*of = *r
	of.received = now
	if f.counted {
		p.compact.ends.insert(k, start+c.work+n.links[outward].Alone(c.out, c.way))
	}
	left, leaves := f.station.Offer(k, now, start, end)
	if start == now {
		p.compactStarts(k, now, now)
	}
	if left != station.NoJob {
		p.sendCompactResponse(left, f, leaves, f.station.Next())
	}
}

// hasCome takes a request whose bytes have come to the CPU.
func (p *Plane) hasCome(k uint32, f *fastPath, at sim.Time) {
	if f.station.Waiting() > 0 {
		p.passComing(f, at)
	}
	r, n := p.compact.at(k), &f.nic.fast
	start, ok := f.station.Foresee(at)
	if !ok {
		panic("dataplane: a request has come for which there is no place")
	}
	in, work := r.requestBytes(), f.time(r.demand)
	if r.source == fullRequest {
		of := p.requests.at(r.in)
		in, work = of.requestBytes(), f.time(of.demand)
	}
	n.coming--
	n.in -= in
	n.work -= work
	end := sim.Sum(start, work)
	n.last = max(n.last, end)
	left, leaves := f.station.Offer(k, at, start, end)
	p.compact.at(k).received = at
	if start == at {
		p.compactStarts(k, at, at)
	} else if r.source == fullRequest {
		p.requests.at(r.in).phase = queued
	}
	if left != station.NoJob {
		p.sendCompactResponse(left, f, leaves, f.station.Next())
	}
}

// compactStarts counts that a request is served from an instant on that had come at another.
func (p *Plane) compactStarts(k uint32, at, came sim.Time) {
	r := p.compact.at(k)
	if r.source == fullRequest {
		of := p.requests.at(r.in)
		of.phase = inService
		if !of.gone {
			p.meter.started(at, of, came)
		}
		return
	}
	n := &p.lanes[r.route]
	if at == came && n.came.from != noMinute && r.arrived >= p.meter.warmup {
		n.came.atOnce++
		return
	}
	p.meter.begins(n.route, r.arrived, at-came)
}

// endWithFlows is [Plane.endOnFastPath] for a fast path with an interface: the request may have
// met others, and end later.
func (p *Plane) endWithFlows(k uint32, f *fastPath, now sim.Time) sim.Time {
	p.playFlows(f, now)
	if p.compact.at(k).server == noIndex {
		return sim.Never
	}
	return min(f.nic.next(), f.station.Next())
}

// leaveFastNetwork gives a server's own interface the flows of its fast path, of which full
// requests have been made, and notes where they are.
func (p *Plane) leaveFastNetwork(f *fastPath, s *server) {
	n := f.nic
	for d, in := range [...]phase{inward: receiving, outward: sending} {
		for _, k := range n.links[d].Jobs(nil) {
			i := p.compact.at(k).in
			if p.requests.at(i).phase = in; p.tracked {
				p.trips[i].flows = 1
			}
		}
		n.links[d].Rename(func(k uint32) uint32 { return p.compact.at(k).in })
	}
	s.receiving = n.fast.coming
}

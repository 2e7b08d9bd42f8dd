package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// nic is the network interface of a server. What a request carries comes in before it
// has a place, and its response goes out after it has given that back. The bytes of a
// call pass the interface of its caller at the same time.
type nic struct {
	fast   fastNetwork       // on the fast path
	links  [2]bandwidth.Link // inward and outward
	unsent model.Bytes       // of responses that nobody waited for
	disks  bool              // what volumes read and write passes too
}

// Directions of a nic.
const (
	inward = iota
	outward
)

// stepFlow marks the flow of what a step of a request reads, writes or says.
const stepFlow = 1 << 31

func (n *nic) next() sim.Time { return min(n.links[inward].Next(), n.links[outward].Next()) }

// equipNetwork gives a server its interface, if bytes take their time there.
func (p *Plane) equipNetwork(s *server, spec *model.ServerSpec) {
	if !s.cfg.Bandwidth {
		return
	}
	burst := p.cfg.NetworkBurst
	if burst == 0 {
		burst = bandwidth.DefaultBurst
	}
	typ := &p.frame.Types[spec.Type]
	terms := bandwidth.TermsOf(typ, burst, spec.Cluster)
	if terms.Peak == 0 {
		return
	}
	now := p.kernel.Now()
	s.nic = &nic{disks: typ.EBS.BaseMbps == 0 && len(s.cfg.Disks) > 0}
	for d := range s.nic.links {
		s.nic.links[d] = bandwidth.NewLink(now, terms)
	}
}

// Fetched passes what the user data of a server fetched, before its port was open, through
// its interface: at the peak while that had credits, and then at the base.
func (p *Plane) Fetched(h slab.Handle, bytes model.Bytes, from, to sim.Time) {
	if s := p.servers.Get(h); s.nic != nil && !s.nic.disks {
		s.nic.links[inward].Pass(bytes, from, to)
	}
}

// wayOfBytes is where the bytes of a request at a server come from and go to.
func (p *Plane) wayOfBytes(r *request, s *server) bandwidth.Way {
	if s.public && p.sources[r.source].direct {
		return bandwidth.Internet
	}
	return bandwidth.Region
}

// receive begins to take in the bytes of a request that comes to a server with an
// interface, or turns it away, and returns false if it has none. A connection takes its
// place in line before its bytes come.
func (p *Plane) receive(i uint32, r *request, s *server) bool {
	if s.full() {
		p.turnAway(i)
		return true
	}
	now, id, bytes := p.kernel.Now(), r.server, r.requestBytes()
	if bytes == 0 {
		p.noteReceived(i, now)
		return false
	}
	r.phase = receiving
	s.receiving++
	s.nic.links[inward].Offer(now, i, bytes, p.wayOfBytes(r, s))
	p.passCaller(i, outward, bytes, now)
	if s.base != noIndex {
		id, s = s.base, p.servers.at(s.base)
	}
	p.changed(id, s)
	return true
}

// full reports whether all places of a server and of its line are taken, with those
// whose bytes come in.
func (s *server) full() bool {
	if g := &s.gate; s.journey {
		return int64(g.held)+int64(g.line.Len())+int64(s.receiving) >= int64(g.limit)+int64(g.backlog)
	}
	spec := s.station.Spec()
	there := int64(s.station.InService()) + int64(s.station.Waiting()) + int64(s.receiving)
	return there >= int64(spec.Limit)+int64(spec.Backlog)
}

// noteReceived notes when the bytes of a request had come.
func (p *Plane) noteReceived(i uint32, at sim.Time) {
	for int(i) >= len(p.received) {
		p.received = append(p.received, 0)
	}
	p.received[i] = at
}

// receivedAt is when a request could have begun.
func (p *Plane) receivedAt(i uint32, r *request) sim.Time {
	if p.received == nil || p.servers.at(r.server).nic == nil {
		return r.arrived
	}
	return p.received[i]
}

// begin takes a request whose bytes have come to its server's CPU.
func (p *Plane) begin(i uint32, at sim.Time) {
	r := p.requests.at(i)
	id := r.server
	s := p.servers.at(id)
	s.receiving--
	r.phase = dispatched
	p.endPhase(i, phaseNetwork, at)
	p.noteReceived(i, at)
	if s.journey {
		p.admit(p.job(i), at)
	} else if p.serveOrQueue(i, r, s, at) && s.supply != nil {
		p.follow(id, s, at)
	}
	p.flowsChanged(id)
}

// send begins to send the response of a request that was served, and returns false if
// nothing is to be sent any more.
func (p *Plane) send(i uint32, r *request, s *server, at sim.Time) bool {
	bytes := r.responseBytes()
	switch {
	case r.phase == sending || bytes == 0:
		return false
	case r.gone || r.errs():
		s.nic.unsent = s.nic.unsent.Plus(bytes)
		return false
	}
	id := r.server
	p.settleOutward(id, s.nic, at)
	if r.target != noIndex {
		p.targetResponds(i, s, at)
	}
	r.phase = sending
	s.nic.links[outward].Offer(at, i, bytes, p.wayOfBytes(r, s))
	p.passCaller(i, inward, bytes, at)
	p.flowsChanged(id)
	return true
}

// passCaller begins to pass the bytes of a call through the interface of its caller too.
func (p *Plane) passCaller(i uint32, direction int, bytes model.Bytes, at sim.Time) {
	if !p.tracked {
		return
	}
	t := &p.trips[i]
	t.flows = 1
	id, n := p.callersNetwork(t.parent)
	if n == nil {
		return
	}
	t.flows, t.atCaller = 2, true
	n.links[direction].Offer(at, i, bytes, bandwidth.Region)
	p.flowsChanged(id)
}

// callersNetwork returns the server of a request that calls, and its interface; nil if
// there is none.
func (p *Plane) callersNetwork(parent slab.Handle) (id uint32, n *nic) {
	caller := p.requests.Get(parent)
	if parent == 0 || caller == nil {
		return 0, nil
	}
	return caller.server, p.servers.at(caller.server).nic
}

// flowsChanged makes sure that the end of a flow is not missed at a server whose
// departures are in the kernel; for others, and those that are being settled from long
// ago, whoever looks does so.
func (p *Plane) flowsChanged(id uint32) {
	id = p.baseOf(id)
	s := p.servers.at(id)
	if (s.watch == inKernel || s.attended > 0) && s.next() >= p.kernel.Now() {
		p.changed(id, s)
	}
}

// settleNetwork is [Plane.settle] for a server with an interface. At one instant
// departures from the CPU come before requests that have come in, and responses that
// have gone out come last.
func (p *Plane) settleNetwork(id uint32, n *nic, until sim.Time) {
	in, s := &n.links[inward], p.servers.at(id)
	for next := in.Next(); next <= until; next = in.Next() {
		p.settleStation(id, s, next)
		if job, at, ok := in.Settle(next); ok {
			p.flowEnds(job, at, inward)
		}
	}
	p.settleStation(id, s, until)
	p.settleOutward(id, n, until)
}

// settleOutward ends the responses that have gone out until an instant.
func (p *Plane) settleOutward(id uint32, n *nic, until sim.Time) {
	out := &n.links[outward]
	for job, at, ok := out.Settle(until); ok; job, at, ok = out.Settle(until) {
		p.flowEnds(job, at, outward)
	}
}

// flowEnds goes on with a request whose bytes have passed an interface, once they have
// passed all that they have to.
func (p *Plane) flowEnds(of uint32, at sim.Time, direction int) {
	p.stepsEnded++
	i := of &^ stepFlow
	r := p.requests.at(i)
	if of != i {
		if r.phase == talking {
			p.countTalk(p.servers.at(r.server), direction, p.saidBy(i, direction))
		}
		p.lastOut(p.requests.handle(i), at)
		return
	}
	if p.tracked {
		t := &p.trips[i]
		p.forgetFlow(t, r, direction)
		if t.flows > 0 {
			return
		}
	}
	if r.phase == receiving {
		p.begin(i, at)
		return
	}
	p.endPhase(i, phaseNetwork, at)
	p.complete(job{i: i, r: r, s: p.servers.at(r.server)}, at)
}

// forgetFlow notes that the bytes of a request are in an interface no more.
func (p *Plane) forgetFlow(t *trip, r *request, direction int) {
	t.flows--
	if (direction == outward) == (r.phase == receiving) {
		t.atCaller = false
	}
}

// cutFlow ends the flows of a request at its settled server.
func (p *Plane) cutFlow(i uint32) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	own, direction := true, outward
	if r.phase == receiving {
		s.receiving--
		direction = inward
	}
	if p.tracked {
		own = p.cutAtCaller(i) > 0
		p.trips[i].flows = 0
	}
	left := model.Bytes(0)
	if own {
		left = s.nic.links[direction].Drop(p.kernel.Now(), i, p.wayOfBytes(r, s))
	}
	p.countCut(i, r, s, left)
}

// cutAtCaller ends the flow of a call at its caller, if there is one, and returns how
// many are left.
func (p *Plane) cutAtCaller(i uint32) uint8 {
	t := &p.trips[i]
	if !t.atCaller {
		return t.flows
	}
	direction := inward
	if p.requests.at(i).phase == receiving {
		direction = outward
	}
	t.atCaller = false
	t.flows--
	if id, n := p.callersNetwork(t.parent); n != nil {
		n.links[direction].Drop(p.kernel.Now(), i, bandwidth.Region)
		p.flowsChanged(id)
	}
	return t.flows
}

// flowsAboard lists the requests at a server that are in interfaces, in order of arrival.
func (p *Plane) flowsAboard(id uint32) (list []uint32) {
	for h, r := range p.requests.All() {
		if r.server == id && r.phase.flows() {
			list = append(list, indexOf(h))
		}
	}
	slices.SortFunc(list, p.byArrival)
	return list
}

// evictFlows empties the interface of a server, and returns the requests there whose
// flows that ends.
func (p *Plane) evictFlows(id uint32, s *server, now sim.Time) []uint32 {
	p.countOnTheWay(id, s, now)
	for direction := range s.nic.links {
		for _, job := range s.nic.links[direction].Evict(now, nil) {
			if i := job &^ stepFlow; i == job && p.tracked {
				p.forgetFlow(&p.trips[i], p.requests.at(i), direction)
			}
		}
	}
	list := p.flowsAboard(id)
	if p.tracked {
		for _, i := range list {
			p.cutAtCaller(i)
			p.trips[i].boarded = false // what it held in memory is given back, or was never taken
		}
	}
	s.receiving = 0
	return list
}

// linkOf returns what a server can do with its volumes, unless they share its interface.
func (p *Plane) linkOf(s *server) storage.Link {
	if s.nic != nil && s.nic.disks {
		return storage.Link{}
	}
	return storage.LinkOf(&p.frame.Types[s.typ])
}

// passDisk passes what a request reads or writes through the interface of its server: of file
// systems, and of volumes where the type has no bandwidth for them alone.
func (p *Plane) passDisk(i uint32, d *disk, io *storage.IO, now sim.Time) {
	id := p.requests.at(i).server
	n := p.servers.at(id).nic
	if n == nil || !n.disks && !d.mounted || p.diskUses[d.use].Kind == InstanceStore {
		return
	}
	p.trips[i].out++
	direction := inward
	if io.Write {
		direction = outward
	}
	n.links[direction].Offer(now, i|stepFlow, model.Bytes(io.Count)*io.Size, bandwidth.Region)
	p.flowsChanged(id)
}

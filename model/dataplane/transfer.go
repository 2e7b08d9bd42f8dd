package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/sim"
	"headroom/sim/slab"
)

// transfers is whether bytes are looked at that AWS charges for by their path, and what
// owners had of them since somebody last asked.
type transfers struct {
	counts bool          // some step or call has bytes that may cross zones, or go out
	moved  []model.Moved // by owner
}

// sends reports whether a service sends bytes to others.
func (s *Service) sends() bool {
	for k := range s.Steps {
		step := &s.Steps[k]
		if step.Sent != nil || step.Received != nil || step.Kind == StepCall && (step.Call.Request != nil || step.Call.Response != nil) {
			return true
		}
	}
	return false
}

// TalksOutside reports whether a step of the service talks to somebody on the internet.
func (s *Service) TalksOutside() bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return step.outside() })
}

// newTransfers finds out whether bytes are to be looked at.
func (p *Plane) newTransfers() {
	p.leads = slices.Repeat([]uint32{noIndex}, len(p.cfg.Addresses))
	for i := range p.cfg.Services {
		p.transfers.counts = p.transfers.counts || p.cfg.Services[i].sends()
	}
}

// account opens the accounts of a server.
func (p *Plane) account(s *server, spec *model.ServerSpec) {
	s.payer, s.public, s.gateway, s.shutIn = spec.Owner, spec.Public, spec.Gateway, spec.ShutIn
	if p.direct || p.transfers.counts {
		p.openAccount(spec.Owner)
		p.openAccount(spec.Gateway.Owner)
	}
}

// openAccount makes room for what an owner moves.
func (p *Plane) openAccount(owner int32) {
	for int(owner) >= len(p.transfers.moved) {
		p.transfers.moved = append(p.transfers.moved, model.Moved{})
	}
}

// TakeMoved appends what servers sent by paths that are charged for since it was last
// asked, not counting what went to the internet through a balancer, by owner. All are
// settled.
func (p *Plane) TakeMoved(into []model.Moved) []model.Moved {
	moved := p.transfers.moved
	if len(moved) > 0 {
		p.settleAll()
	}
	into = append(into, moved...)
	clear(moved)
	return into
}

// countDirect counts the response to a client that reached a server by its public address.
func (p *Plane) countDirect(s *server, r *request) {
	if s.public || p.sources[r.source].to == ToAddress {
		m := &p.transfers.moved[s.payer]
		m.Out = m.Out.Plus(r.responseBytes())
	}
}

// countCall counts the bytes of a call that was answered. Between zones each of its sides
// pays for them, and so they do by public addresses, of which an internet-facing load
// balancer's are; a load balancer is a side of the zone of its node.
func (p *Plane) countCall(i uint32, r *request, s *server) {
	parent := p.requests.Get(p.trips[i].parent)
	bytes := r.requestBytes().Plus(r.responseBytes())
	if parent == nil || bytes == 0 {
		return
	}
	caller := p.servers.at(parent.server)
	if caller.function != nil || s.function != nil {
		return // within a Region that is free
	}
	if p.apart != nil && p.frame.RegionOf(caller.zone) != p.frame.RegionOf(p.entrance(r, s.zone)) {
		return // see countInside
	}
	source := &p.sources[r.source]
	if b := source.balancer; b != None {
		node := r.zone
		if f := &source.flows; f.relayed && p.carriers[i] != noIndex {
			b, node = f.balancer, p.flows.at(p.carriers[i]).zone
		}
		if caller.zone != model.Zone(node) || p.balancers[b].cfg.PublicIPs {
			p.addSide(caller.payer, bytes)
			h := &p.balancers[b].hour
			h.side = h.side.Plus(bytes)
		}
		return
	}
	if caller.zone != s.zone || source.call.Public {
		p.addSide(caller.payer, bytes)
		p.addSide(s.payer, bytes)
	}
}

func (p *Plane) addSide(owner int32, bytes model.Bytes) {
	m := &p.transfers.moved[owner]
	m.Side = m.Side.Plus(bytes)
}

// countCrossing counts what went between a balancer's node and a target in another zone.
func (p *Plane) countCrossing(r *request, zone model.Zone) {
	if zone == model.Zone(r.zone) {
		return
	}
	if b := p.sources[r.source].balancer; b != None {
		h := &p.balancers[b].hour
		h.crossed = h.crossed.Plus(r.requestBytes()).Plus(r.responseBytes())
	}
}

// Reroute says how a server reaches the internet from now on: by a NAT gateway or without one, or
// not at all.
func (p *Plane) Reroute(h slab.Handle, nat model.Gateway, out bool) {
	p.regroupAll()
	if p.direct || p.transfers.counts {
		p.openAccount(nat.Owner)
	}
	s := p.servers.Get(h)
	for _, id := range append(s.applications, h) {
		of := p.servers.Get(id)
		of.gateway, of.shutIn = nat, !out
		if p.isPlaced(indexOf(id)) {
			p.regroup(indexOf(id))
		}
	}
}

// getsOut reports whether what a server sends to the internet gets there: it has a route, and its
// security groups let it out.
func (p *Plane) getsOut(s *server) bool {
	return !s.shutIn && (p.filter == nil || p.filter.out[s.end])
}

// inVain is what a trip whose step asks somebody on the internet in vain has left to do.
const inVain = -1

// askInVain has a step wait for a connection to somebody on the internet that is not made.
func (p *Plane) askInVain(j job, now sim.Time) {
	j.t.left = inVain
	p.schedule(p.later(now, clientConnect), handled(stepEnds, p.requests.handle(j.i)))
}

// endPause ends a pause, or fails the request that asked in vain meanwhile.
func (p *Plane) endPause(j job, now sim.Time) {
	if j.t.left == inVain {
		j.t.left = 0
		p.endPhase(j.i, phasePause, now)
		p.breakOff(j.i, now)
		return
	}
	p.endStep(j, phasePause, now)
}

// talk counts what a step sends to the internet and receives from there: by a public
// address, or by the NAT gateway of its server, which may be in another zone.
// It returns false where that takes no time, and the step ends by itself.
func (p *Plane) talk(i uint32, step *Step, end sim.Time) bool {
	s := p.servers.at(p.requests.at(i).server)
	sent, received := p.drawBytes(i, 1, step.Sent), p.drawBytes(i, 2, step.Received)
	if s.nic == nil || sent == 0 && received == 0 {
		p.countTalk(s, inward, received)
		p.countTalk(s, outward, sent)
		s.in, s.out = s.in.Plus(received), s.out.Plus(sent)
		return false
	}
	p.passTalk(i, s, [2]model.Bytes{inward: received, outward: sent}, end)
	return true
}

// passTalk passes what a step says through the interface of its server. The step ends when
// both sides have said it, and not before an instant. A NAT gateway is a neighbour.
func (p *Plane) passTalk(i uint32, s *server, bytes [2]model.Bytes, end sim.Time) {
	way, t := bandwidth.Internet, &p.trips[i]
	if s.gateway.There {
		way = bandwidth.Region
	}
	p.requests.at(i).phase = talking
	t.out, t.known = 0, end
	for direction, n := range bytes {
		if n > 0 {
			t.out++
			s.nic.links[direction].Offer(p.kernel.Now(), i|stepFlow, n, way)
		}
	}
	p.flowsChanged(p.requests.at(i).server)
}

// endTalk goes on with a request that has talked to somebody on the internet, or lets go of it
// if nobody waits for it any more.
func (p *Plane) endTalk(i uint32, now sim.Time) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	step := &s.cfg.Steps[p.trips[i].step]
	s.in, s.out = s.in.Plus(p.drawBytes(i, 2, step.Received)), s.out.Plus(p.drawBytes(i, 1, step.Sent))
	if r.gone && !s.finishes() {
		p.letGo(i, now)
		return
	}
	p.endStep(p.job(i), phasePause, now)
}

// outside reports whether a step talks to somebody on the internet.
func (step *Step) outside() bool { return step.Sent != nil || step.Received != nil }

// Point says which server an address leads to from now on; 0: none. What is aboard the one
// that it led to is answered.
func (p *Plane) Point(address int, server slab.Handle) {
	if address >= len(p.leads) {
		return // nobody sends requests there
	}
	p.regroupAll()
	before := p.leads[address]
	p.leads[address] = noIndex
	if server != 0 {
		p.leads[address] = indexOf(p.applicationOf(server, p.cfg.Addresses[address].Service))
	}
	for _, id := range []uint32{before, p.leads[address]} {
		if id != noIndex && p.isPlaced(id) {
			p.regroup(id)
		}
	}
}

// toAddress sends a request to the server that an address leads to. Where it leads to none,
// no packet arrives.
func (p *Plane) toAddress(i uint32, r *request, address int) {
	p.meter.arrived(r.arrived, r)
	if p.leads[address] == noIndex {
		r.phase = connecting
		p.scheduleAfter(clientConnect, handled(requestGivesUp, p.requests.handle(i)))
		return
	}
	r.server = p.leads[address]
	p.sendDirect(i, r)
}

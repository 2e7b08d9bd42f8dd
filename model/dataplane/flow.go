package dataplane

import (
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/slab"
)

// flow is a connection of a client through a Network Load Balancer to the target that it
// was given when it was opened: the packets that follow go there too.
type flow struct {
	target slab.Handle
	since  sim.Time // when the last answer came; of a flow that is silent
	source uint16
	zone   uint8
	onward uint8 // the zone of the node that it leads to of a load balancer that is its target
	told   bool  // what it carried was answered by that, if not by its target
	state  flowState
	// protocol is an index of flowProtocols.
	protocol uint8
	owner    uint32 // who of the source's clients
	carried  int32  // requests
	silent   links  // in the source's list of silent flows
	pooled   links  // in its owner's list of flows to use
}

// flowState says what a flow does.
type flowState uint8

const (
	flowIsBusy      flowState = iota + 1 // it carries a request
	flowIsFree                           // silent, and its client will use it again
	flowIsDone                           // silent for good: UDP says no good-bye
	flowIsForgotten                      // by the load balancer; its client does not know yet
	flowIsCut                            // it carries a request that does not know yet
)

// flows are what a source has of them.
type flows struct {
	on        bool  // its load balancer forwards flows
	relayed   bool  // to another, which is the source's balancer then
	balancer  int   // its load balancer
	group     int   // that it forwards to, of one that is relayed
	shown     int32 // as senders, the clients whom that other load balancer sees; None
	number    uint64
	listener  *Listener
	listening routing.Listening // the same, to hash its flows
	packets   bool              // they are of UDP
	protocol  uint8             // as of a flow
	limit     sim.Time          // after which a silent one ends
	forgets   bool              // the load balancer ends it, not its client
	silent    chain             // those that the load balancer knows
	pools     []flowPool
	opened    uint64
	ahead     hashesAhead
}

// flowPool is the flows that one client may use again: it takes the one that was silent
// for longest. In it are free ones and forgotten ones.
type flowPool struct {
	chain
	who slab.Handle // the server that calls; 0 of a workload
}

// newFlows prepares a source whose load balancer forwards flows.
func (p *Plane) newFlows(s *source) {
	lb := &p.cfg.LoadBalancers[s.target]
	if !lb.Network() {
		return
	}
	s.carried = true
	s.flows = flows{on: true, relayed: s.balancer != s.target, balancer: s.target, shown: None, number: uint64(len(p.sources)), silent: chain{noIndex, noIndex}}
	l := lb.ListenerFor(int(s.asks(nil).port))
	if l == None {
		return
	}
	s.flows.listener = &lb.AllListeners()[l]
	s.flows.protocol = s.flows.listener.Protocol.part()
	s.flows.packets = s.flows.listener.Protocol == UDP
	s.flows.listening = routing.NewListening(s.flows.listener.Protocol.number(), uint16(s.flows.listener.Port))
	s.flows.group = s.flows.listener.Default.Forward[0].TargetGroup
	s.flows.limit = s.flows.listener.idle()
	s.flows.forgets = true
	if keep := s.clients.KeepAlive; keep > 0 && keep <= s.flows.limit && s.flows.listener.Protocol != UDP {
		s.flows.limit, s.flows.forgets = keep, false
	}
	if s.flows.relayed {
		next := &p.cfg.LoadBalancers[s.balancer]
		for _, limit := range []sim.Time{next.IdleTimeout, next.ClientKeepAlive} {
			if limit > 0 && limit <= s.flows.limit { // it tells its client
				s.flows.limit, s.flows.forgets = limit, false
			}
		}
	}
	if s.flows.listener.idle() < s.limits.limit {
		s.limits.limit, s.limits.code = s.flows.listener.idle(), CodeReset
	}
}

// keeps reports whether what a source does next depends on which of its flows is silent.
func (f *flows) keeps(c *Clients) bool {
	return f.on && f.listener != nil && (c.PerConnection > 1 || f.listener.Protocol == UDP)
}

// carry takes a request through a Network Load Balancer: on a flow that its client has,
// or on a new one. It reports whether the flow leads to an Application Load Balancer, whose
// turn it is then.
func (p *Plane) carry(i uint32, r *request, s *source) (onward bool) {
	p.setCarrier(i, noIndex)
	if s.way.kinds > 0 {
		r.class %= s.way.kinds // it may have shaken hands before
	}
	action := &s.way.actions[r.class]
	owner := p.ownerOf(i, s)
	p.endSilentFlows(s)
	id := p.takeFlow(s, owner)
	b := &p.balancers[s.flows.balancer]
	if id != noIndex && p.flows.at(id).state == flowIsForgotten {
		r.zone = p.flows.at(id).zone
		p.flows.Free(p.flows.handle(id))
		if s.flows.listener.Protocol != UDP {
			p.meter.arrived(r.arrived, r)
			p.fail(i, CodeReset)
			return false
		}
		id = noIndex
	}
	fresh := id == noIndex
	if fresh {
		r.zone = uint8(p.nodeFor(i, s, b))
	} else {
		r.zone = p.flows.at(id).zone
	}
	b.nodes[r.zone].requests++
	if p.zoneDown[r.zone] > 0 {
		if !fresh {
			p.endFlow(id, p.kernel.Now())
		}
		p.meter.arrived(r.arrived, r)
		r.phase = connecting
		p.scheduleAfter(b.cfg.ConnectTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return false
	}
	if s.flows.relayed {
		if fresh {
			id = p.openFlow(i, r, owner, s.flows.group)
		}
		if id != noIndex {
			p.relays(i, r, id)
		}
		return id != noIndex
	}
	if !s.way.simple && !p.comesIn(i, r, action, fresh) {
		return false
	}
	*action.matched++
	if fresh {
		if id = p.openFlow(i, r, owner, action.groups[0]); id == noIndex {
			return false
		}
	}
	p.ride(i, r, id, action.groups[0])
	return false
}

// embark puts a request on a flow.
func (p *Plane) embark(i uint32, r *request, id uint32) *flow {
	f := p.flows.at(id)
	f.carried++
	f.state, f.told = flowIsBusy, false
	p.setCarrier(i, id)
	b := &p.balancers[p.sources[r.source].flows.balancer]
	if b.limited {
		b.carrier.add(p.kernel.Now(), r.requestBytes()+r.responseBytes())
	}
	part := &b.parts[f.protocol]
	part.processed = part.processed.Plus(r.requestBytes())
	return f
}

// ride sends a request along a flow.
func (p *Plane) ride(i uint32, r *request, id uint32, group int) {
	f := p.embark(i, r, id)
	r.group = int16(group)
	p.meter.arrived(r.arrived, r)
	p.targetGroups[group].requests++
	r.target = indexOf(f.target)
	t := p.targets.at(r.target)
	t.inFlight++
	r.server = t.server
	if f.carried == 1 {
		p.shakeHands(r, &p.targetGroups[group], p.sources[r.source].balancer)
	}
	if p.filter != nil {
		if p.dropped(i, r) {
			return
		}
		r = p.requests.at(i) // the pool may have moved
	}
	p.offer(i, r)
}

// openFlow opens a flow for a request and gives it a target by its hash; noIndex where
// that fails, and the request with it.
func (p *Plane) openFlow(i uint32, r *request, owner uint32, group int) uint32 {
	now := p.kernel.Now()
	s := &p.sources[r.source]
	b := &p.balancers[s.flows.balancer]
	g := &p.targetGroups[group]
	at := &g.scopes[0]
	if !g.cfg.CrossZone {
		at = &g.scopes[r.zone]
	}
	if b.limited && !b.carrier.carries(now) {
		b.nodes[r.zone].rejected++
		p.meter.arrived(r.arrived, r)
		p.fail(i, CodeRefused)
		return noIndex
	}
	s.flows.opened++
	local, ok := at.hash.PickFlow(s.flows.hash(g, p.addressOf(s, owner), r.zone))
	if !ok { // nobody to send it to
		p.meter.arrived(r.arrived, r)
		p.fail(i, CodeRefused)
		return noIndex
	}
	if g.relay != nil {
		p.balancers[s.balancer].hour.opens(now)
		return p.newFlow(flow{source: r.source, zone: r.zone, onward: uint8(local), protocol: s.flows.protocol, owner: owner})
	}
	target := g.routed[local].target
	if most := g.cfg.Flows.MostPerTarget; most > 0 && p.flowsAt(target, r.zone, most) >= most {
		r = p.requests.at(i) // the pool may have moved
		b.counts.PortAllocationErrors++
		r.group = int16(group)
		p.meter.arrived(r.arrived, r)
		p.fail(i, CodeRefused)
		return noIndex
	}
	p.countFlow(target, r.zone, 1)
	return p.newFlow(flow{target: p.targets.handle(target), source: r.source, zone: r.zone, protocol: s.flows.protocol, owner: owner})
}

// newFlow adds a flow to those that a load balancer knows.
func (p *Plane) newFlow(as flow) uint32 {
	now := p.kernel.Now()
	h, f := p.flows.Alloc()
	*f = as
	p.balancers[p.sources[f.source].flows.balancer].parts[f.protocol].opens(now)
	return indexOf(h)
}

// flowsOpen is how many flows are open.
func (b *balancer) flowsOpen() int64 {
	return b.parts[0].open + b.parts[1].open + b.parts[2].open
}

// alight ends what a request has to do with its flow, at an instant that may lie before
// now. The flow lives on if its client was answered and will use it again.
func (p *Plane) alight(i uint32, r *request, at sim.Time) {
	id := p.carriers[i]
	if id == noIndex {
		return
	}
	p.carriers[i] = noIndex
	f := p.flows.at(id)
	s := &p.sources[r.source]
	if r.phase == answered {
		p.countOnFlow(r, s, f)
	}
	last := int(f.carried) >= s.clients.PerConnection
	udp := s.flows.listener.Protocol == UDP
	switch {
	case f.state == flowIsCut, r.phase != answered && !r.errs() && !udp && !f.told, last && !udp:
		p.endFlow(id, at)
		return
	}
	f.state, f.since = flowIsFree, at
	if last {
		f.state = flowIsDone
	}
	p.append(&s.flows.silent, id, silentLinks)
	if f.state == flowIsFree {
		p.append(&p.poolOf(s, f.owner).chain, id, pooledLinks)
	}
}

// endFlow closes a flow that the load balancer knows and that is on no list.
func (p *Plane) endFlow(id uint32, at sim.Time) {
	p.unlearnFlow(id, at)
	p.flows.Free(p.flows.handle(id))
}

// unlearnFlow lets the load balancer forget a flow.
func (p *Plane) unlearnFlow(id uint32, at sim.Time) {
	f := p.flows.at(id)
	s := &p.sources[f.source]
	b := &p.balancers[s.flows.balancer]
	if s.flows.relayed {
		p.balancers[s.balancer].hour.closes(at)
	}
	b.parts[f.protocol].closes(at)
	if p.targets.Get(f.target) != nil {
		p.countFlow(indexOf(f.target), f.zone, -1)
	}
	f.target = 0
}

// endSilentFlows ends the flows of a source that have been silent for too long.
func (p *Plane) endSilentFlows(s *source) {
	now := p.kernel.Now()
	for s.flows.silent.oldest != noIndex {
		id := s.flows.silent.oldest
		f := p.flows.at(id)
		end := sim.Sum(f.since, s.flows.limit)
		if end > now {
			return
		}
		p.cut(&s.flows.silent, id, silentLinks)
		if f.state == flowIsFree && s.flows.forgets {
			p.unlearnFlow(id, end)
			f.state = flowIsForgotten
			continue
		}
		if f.state == flowIsFree {
			p.cut(&p.poolOf(s, f.owner).chain, id, pooledLinks)
		}
		p.endFlow(id, end)
	}
}

// endAllSilentFlows does so for every source.
func (p *Plane) endAllSilentFlows() {
	for k := range p.sources {
		if p.sources[k].flows.on {
			p.endSilentFlows(&p.sources[k])
		}
	}
}

// takeFlow takes a flow out of the pool of a client; noIndex if it has none.
func (p *Plane) takeFlow(s *source, owner uint32) uint32 {
	if s.clients.PerConnection <= 1 {
		return noIndex
	}
	pool := p.poolOf(s, owner)
	id := pool.oldest
	if id == noIndex {
		return noIndex
	}
	p.cut(&pool.chain, id, pooledLinks)
	if p.flows.at(id).state == flowIsFree {
		p.cut(&s.flows.silent, id, silentLinks)
	}
	return id
}

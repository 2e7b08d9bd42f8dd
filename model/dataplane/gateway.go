package dataplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/slab"
)

// Gateways: a Gateway Load Balancer sends all packets of clients to another load balancer,
// and what that answers, through appliances, in GENEVE. (Elastic Load Balancing, Gateway Load
// Balancers.)

// What packets are to a Gateway Load Balancer.
const (
	// GenevePort is where appliances take packets.
	GenevePort = 6081
	// MostPacket is the largest packet that passes, in bytes; larger ones are dropped, and
	// nobody tells their sender.
	MostPacket = 8500
	// geneveHeader is what each packet is longer by on its way to an appliance and back.
	geneveHeader = 64
	// MTUs of appliances: what takes all packets that pass is the usual one.
	UsualApplianceMTU = MostPacket + geneveHeader
	// idleGateway is after how long without a packet a TCP flow is forgotten that nobody set.
	idleGateway = 350 * sim.Second
)

// Tuple is what packets must have in common to go to one appliance.
type Tuple uint8

// Tuples.
const (
	FiveTuple  Tuple = iota // addresses, ports and protocol
	ThreeTuple              // addresses and protocol
	TwoTuple                // addresses
)

// Appliances is how a target group of a Gateway Load Balancer treats packets.
type Appliances struct {
	On         bool
	Tuple      Tuple
	Rebalance  bool  // flows whose appliance is unhealthy, or has gone, go to another
	PacketRate int64 // that an appliance passes a second; 0: as many as come
	ByteRate   int64 // bytes a second; 0: as many as come
	MTU        int   // of its interface
}

// IsGateway reports whether it sends packets to appliances.
func (lb *LoadBalancer) IsGateway() bool { return lb.Kind == "gateway" }

// gateway is what the clients of a source have to do with the Gateway Load Balancer before
// the load balancer that they ask.
type gateway struct {
	balancer int // None without
	limit    sim.Time
	opened   uint64
	flows    []inspected // by client, where they are told apart and keep connections
	crossing float64     // by rates: the share of what appliances pass that is in another zone than its node
}

// inspector is the appliance of a flow.
type inspector struct {
	appliance slab.Handle // 0: none
	node      model.Zone  // of the Gateway Load Balancer, by which its packets come and go
}

// inspected is a flow that is known to a Gateway Load Balancer.
type inspected struct {
	inspector
	last    sim.Time
	carried int
}

// appliance is a target as a station of packets: one after the other, in order of arrival.
type appliance struct {
	of     slab.Handle
	free   sim.Time
	passed model.Bytes
}

// newGateway prepares a source whose load balancer has a Gateway Load Balancer before it.
func (p *Plane) newGateway(s *source) {
	s.gateway.balancer = None
	if s.to != ToLoadBalancer || p.cfg.LoadBalancers[s.target].Gateway == 0 {
		return
	}
	s.gateway.balancer = p.cfg.LoadBalancers[s.target].Gateway - 1
	s.patience = min(s.patience, sim.Horizon)
	s.gateway.limit = p.cfg.LoadBalancers[s.gateway.balancer].IdleTimeout
	if s.gateway.limit == 0 {
		s.gateway.limit = idleGateway
	}
}

// heldBefore ends or holds a request that does not get to its load balancer, or does not get
// through the appliances before it.
func (p *Plane) heldBefore(i uint32, r *request, s *source) bool {
	if s.gateway.balancer != None && !p.inspects(i, r, s) {
		return true
	}
	return p.filter != nil && p.keptOut(i, r, s)
}

// inspects takes a request through an appliance, and reports whether it has come through
// already. Its response goes back by the same. Packets may get lost: their client learns by
// its own time limit.
func (p *Plane) inspects(i uint32, r *request, s *source) bool {
	if r.phase == inspecting {
		r.phase = dispatched
		return true
	}
	b := &p.balancers[s.gateway.balancer]
	b.counts.Inspected++
	b.counts.OfferedBytes = b.counts.OfferedBytes.Plus(r.requestBytes())
	at, fresh := p.applianceFor(i, s, b)
	if at.appliance == 0 || !p.fitsGateway(r, s, b) || !p.takesPackets(at) {
		p.blackhole(i, r, s, fresh)
		return false
	}
	p.setInspector(i, at)
	delay := p.passAppliance(r.requestBytes(), s, b, at)
	if delay == 0 {
		return true
	}
	if s.flows.on || s.connections.on {
		p.setCarrier(i, noIndex)
	}
	r.zone, r.phase = noNode, inspecting
	p.scheduleAfter(delay, handled(requestIsInspected, p.requests.handle(i)))
	return false
}

// onRequestIsInspected brings a request to the load balancer behind an appliance.
func (p *Plane) onRequestIsInspected(ev model.Event) {
	r := p.requests.Get(ev.Handle())
	if r == nil || r.phase != inspecting {
		p.meter.overtaken()
		return
	}
	p.balance(indexOf(ev.Handle()), r, &p.sources[r.source])
}

// giveUpFlow ends the flow of a client who has given it up: the next one may go to another
// appliance.
func (p *Plane) giveUpFlow(i uint32, s *source) {
	if s.gateway.balancer == None {
		return
	}
	if k := p.inspectedOf(i, s); k != nil {
		*k = inspected{}
	}
}

// countInspected counts a request that ends before it comes to its load balancer.
func (p *Plane) countInspected(r *request) {
	if r.phase == inspecting {
		p.meter.arrived(r.arrived, r)
	}
}

// neverBack is how long a response takes that gets lost: longer than any client of a Gateway
// Load Balancer waits.
const neverBack = sim.Horizon + 1

// passBack takes a response through the appliance of its request, and returns how long that
// delays it; [neverBack] where its packets get lost there.
func (p *Plane) passBack(i uint32, r *request, s *source) sim.Time {
	b := &p.balancers[s.gateway.balancer]
	b.counts.OfferedBytes = b.counts.OfferedBytes.Plus(r.responseBytes())
	if at := p.returnsBy(i, s, b); at.appliance != 0 {
		return sim.Sum(p.passAppliance(r.responseBytes(), s, b, at), b.cfg.Latency)
	}
	b.counts.Lost++
	b.counts.LostBytes = b.counts.LostBytes.Plus(r.responseBytes())
	p.giveUpFlow(i, s)
	return neverBack
}

// returnsBy finds the appliance of a response: that of its request as long as it is there, and
// where flows are rebalanced another as soon as that one has gone, or is known to be ill.
// Without, the flow stays with what is no more. (Elastic Load Balancing, "Target groups for
// your Gateway Load Balancers", target failover.)
func (p *Plane) returnsBy(i uint32, s *source, b *balancer) (at inspector) {
	t := p.targets.Get(p.inspectors[i].appliance)
	switch cfg := &p.targetGroups[b.groups[0]].cfg.Appliances; {
	case cfg.Rebalance && (t == nil || t.unhealthy()):
		b.counts.Moved++
		at = p.hashAppliance(i, s, b)
	case t != nil:
		at = p.inspectors[i]
	}
	if at.appliance != 0 && !p.takesPackets(at) {
		return inspector{}
	}
	return at
}

// takesPackets reports whether an appliance is there to take them.
func (p *Plane) takesPackets(at inspector) bool {
	return p.servers.at(p.targets.at(indexOf(at.appliance)).server).open
}

// fitsGateway reports whether no packet of a request or its response is too large.
func (p *Plane) fitsGateway(r *request, s *source, b *balancer) bool {
	most := b.cfg.mostPacket(&p.targetGroups[b.groups[0]].cfg.Appliances)
	return min(s.clients.packet(), int(max(r.requestBytes(), r.responseBytes()))) <= most
}

// mostPacket is the largest packet that passes a Gateway Load Balancer to some appliances, in bytes.
func (lb *LoadBalancer) mostPacket(a *Appliances) int {
	return min(cmp.Or(lb.MTU, MostPacket), a.MTU-geneveHeader)
}

// packet is how large the packets of clients are that have enough to say.
func (c *Clients) packet() int {
	if c.Packet == 0 {
		return UsualPacket
	}
	return c.Packet
}

// UsualPacket is the largest packet of most paths through the internet, in bytes.
const UsualPacket = 1500

// blackhole loses the packets of a request: the flow ends for its client, who comes again, if
// at all, by another.
func (p *Plane) blackhole(i uint32, r *request, s *source, fresh bool) {
	c := &p.balancers[s.gateway.balancer].counts
	c.Lost++
	c.LostBytes = c.LostBytes.Plus(r.requestBytes())
	if k := p.inspectedOf(i, s); k != nil {
		*k = inspected{}
	}
	if s.flows.on || s.connections.on {
		p.setCarrier(i, noIndex)
	}
	r.zone = noNode
	p.meter.arrived(r.arrived, r)
	if fresh {
		r.phase = connecting
		p.scheduleAfter(p.balancers[s.balancer].cfg.ConnectTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return
	}
	p.hang(i)
}

// inspectedOf is the flow of a request's client; nil where each request is one of its own.
func (p *Plane) inspectedOf(i uint32, s *source) *inspected {
	if s.call != nil || len(s.visitors.all) == 0 || s.clients.PerConnection <= 1 {
		return nil
	}
	if s.gateway.flows == nil {
		s.gateway.flows = make([]inspected, len(s.visitors.all))
	}
	return &s.gateway.flows[p.visits[i]]
}

// applianceFor finds the appliance of a request, by the flow that it belongs to, or by the hash
// of a new one.
func (p *Plane) applianceFor(i uint32, s *source, b *balancer) (at inspector, fresh bool) {
	now := p.kernel.Now()
	k := p.inspectedOf(i, s)
	if k != nil && k.appliance != 0 && now-k.last <= s.gateway.limit && k.carried < s.clients.PerConnection {
		b.hour.active.Add(int64(now - k.last))
		k.last = now
		k.carried++
		t := p.targets.Get(k.appliance)
		cfg := &p.targetGroups[b.groups[0]].cfg.Appliances
		if t != nil && !(cfg.Rebalance && t.unhealthy()) {
			return k.inspector, false
		}
		if !cfg.Rebalance {
			return inspector{}, false
		}
		b.counts.Moved++
		k.inspector = p.hashAppliance(i, s, b)
		return k.inspector, false
	}
	s.gateway.opened++
	b.counts.GatewayFlows++
	b.hour.connections++
	at = p.hashAppliance(i, s, b)
	if k != nil && at.appliance != 0 {
		*k = inspected{inspector: at, last: now, carried: 1}
	}
	return at, true
}

// hashAppliance picks an appliance by the tuple of a flow, at the node of a zone that is there.
func (p *Plane) hashAppliance(i uint32, s *source, b *balancer) inspector {
	g := &p.targetGroups[b.groups[0]]
	tuple := routing.Flow{Source: p.addressBehind(i, s), Protocol: 6, Destination: uint32(s.target)}
	if g.cfg.Appliances.Tuple == FiveTuple {
		tuple.SourcePort, tuple.Sequence = ephemeral(s.gateway.opened), uint32(s.gateway.opened)
	}
	hash := tuple.Hash()
	zone := b.dns[hash%uint64(len(b.dns))]
	if p.zoneDown[zone] > 0 {
		return inspector{}
	}
	at := &g.scopes[g.scopeIn(zone)]
	local, ok := at.hash.PickFlow(hash)
	if !ok {
		return inspector{}
	}
	b.nodes[zone].requests++
	return inspector{p.targets.handle(g.routed[local].target), zone}
}

// addressBehind is the address of a request's client: that of one who is told apart, or of a
// stranger.
func (p *Plane) addressBehind(i uint32, s *source) uint64 {
	const sourceBits = 48
	number := uint64(s.workload+1) << sourceBits
	if s.call == nil && len(s.visitors.all) > 0 {
		return number | uint64(s.visitors.all[p.visits[i]].came)<<32 | uint64(p.visits[i])
	}
	return number | s.gateway.opened
}

// passAppliance takes the bytes of a request, or of its response, through an appliance, and
// returns how long that delays them: what is before them there, their own packets, and the way to a
// machine outside and back.
func (p *Plane) passAppliance(bytes model.Bytes, s *source, b *balancer, at inspector) sim.Time {
	now, target := p.kernel.Now(), indexOf(at.appliance)
	cfg := &p.targetGroups[b.groups[0]].cfg.Appliances
	size := int64(s.clients.packet())
	packets := max(1, (int64(bytes)+size-1)/size)
	took := sim.Time(0)
	if cfg.PacketRate > 0 {
		took = sim.Seconds(float64(packets) / float64(cfg.PacketRate))
	}
	if cfg.ByteRate > 0 {
		took = max(took, sim.Seconds((float64(bytes)+geneveHeader*float64(packets))/float64(cfg.ByteRate)))
	}
	a := p.applianceAt(target)
	a.free = sim.Sum(max(a.free, now), took)
	a.passed = a.passed.Plus(bytes)
	b.hour.processed = b.hour.processed.Plus(bytes)
	b.counts.InspectedBytes = b.counts.InspectedBytes.Plus(bytes)
	b.counts.Delay.Add(int64(a.free - now))
	machine := p.servers.at(p.targets.at(target).server)
	if !machine.allZones && machine.zone != at.node {
		b.crossesTwice(bytes)
	}
	if machine.metered { // they leave AWS, and come back
		b.hour.byVPN = b.hour.byVPN.Plus(bytes)
	}
	return sim.Sum(a.free-now, machine.travel)
}

// crossesTwice counts bytes that go to an appliance in another zone than the node's, and come back from it.
func (b *balancer) crossesTwice(bytes model.Bytes) {
	b.hour.crossed = b.hour.crossed.Plus(bytes).Plus(bytes)
}

// applianceAt is a target as an appliance. What another passed that had its place is kept.
func (p *Plane) applianceAt(target uint32) *appliance {
	for int(target) >= len(p.appliances) {
		p.appliances = append(p.appliances, appliance{})
	}
	a := &p.appliances[target]
	if h := p.targets.handle(target); a.of != h {
		p.retired = p.retired.Plus(a.passed)
		*a = appliance{of: h}
	}
	return a
}

// setInspector notes which appliance a request has gone through.
func (p *Plane) setInspector(i uint32, at inspector) {
	for int(i) >= len(p.inspectors) {
		p.inspectors = append(p.inspectors, inspector{})
	}
	p.inspectors[i] = at
}

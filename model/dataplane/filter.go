package dataplane

import (
	"cmp"
	"math"
	"slices"

	"headroom/model/network"
	"headroom/sim/slab"
)

// Network is which packets may pass. The zero Network lets all pass.
type Network struct {
	Groups []network.Group
	Ends   []network.End
	Rules  int   // that a group may have in each direction; 0: network.RulesPerGroup
	Mounts []int // ends of the mount targets, by file system, counted from 1; nil: open to all
}

// usualPort is asked where nobody says which.
const usualPort = 80

// noNode is the zone of a request that has reached no node of its load balancer.
const noNode = math.MaxUint8

// filter drops what no security group allows. What it says of each sender and each end is
// compiled, and compiled anew when a rule changes.
type filter struct {
	ends    []network.End // the first is that of what is open to all
	elastic int           // from which one on they stand again, as an Elastic IP leads to them
	real    int           // so many; those that follow are clients as a load balancer shows them
	senders []network.Sender
	mounts  int32 // sender of the first end's connections to file systems
	policy  *network.Policy
	passes  network.Matrix
	tracked network.Matrix // by the end that is asked
	out     []bool         // by end: its groups let it ask somebody on the internet

	services, groups, fleets []homes // of the servers that have been of each
}

// newFilter prepares the filter, where there is something to look at: ends with security
// groups, or ports where nobody listens.
func (p *Plane) newFilter() {
	f := &filter{
		ends:     append([]network.End{{Address: network.Everywhere, Public: true}}, p.cfg.Network.Ends...),
		policy:   network.NewPolicy(p.cfg.Network.Groups),
		services: make([]homes, len(p.cfg.Services)), groups: make([]homes, len(p.targetGroups)), fleets: make([]homes, len(p.fleets)),
	}
	if f.elastic = len(f.ends); len(p.cfg.Addresses) > 0 {
		for _, e := range f.ends {
			e.Public = true
			f.ends = append(f.ends, e)
		}
	}
	f.real = len(f.ends)
	needed := len(p.cfg.Network.Ends) > 0
	for i := range p.sources {
		p.guard(f, &p.sources[i])
		needed = needed || p.sources[i].misses
	}
	for i := range p.targetGroups {
		p.guardTargets(f, &p.targetGroups[i])
		needed = needed || p.targetGroups[i].misses || p.targetGroups[i].unchecked
	}
	if needed {
		f.mounts = f.add(0, f.real, network.Sender{Protocol: network.TCP, Port: network.NFS})
		f.compile()
		p.filter = f
	}
	p.findGuarded()
}

// add puts the connections of so many ends, from one on, among the senders.
func (f *filter) add(from, count int, s network.Sender) int32 {
	first := len(f.senders)
	for k := range count {
		s.From = from + k
		f.senders = append(f.senders, s)
	}
	return int32(first)
}

func (f *filter) compile() {
	f.passes = network.Compile(f.senders, f.ends, f.policy.Allows)
	f.out = make([]bool, len(f.ends))
	for e := range f.ends {
		f.out[e] = f.policy.LetsOut(&f.ends[e])
	}
	f.tracked = network.Compile(f.senders, f.ends, func(flow network.Flow) bool { return f.policy.Tracks(flow, network.Ingress) })
}

// guard finds out by which port a source goes where, and who it is to the filter.
func (p *Plane) guard(f *filter, s *source) {
	asks, listens, public := uint16(0), uint16(0), false
	switch s.to {
	case ToLoadBalancer:
		lb := &p.cfg.LoadBalancers[s.target] // who asks another port is refused there
		asks, public = lb.portFor(s), s.call != nil && lb.PublicIPs
	case ToTargetGroup:
		g := &p.cfg.TargetGroups[s.target]
		asks, listens = g.Port, p.portOf(g.Service)
	case ToAddress:
		listens = p.portOf(p.cfg.Addresses[s.target].Service)
	case ToInstances:
		listens = p.portOf(p.fleetServices[s.target])
	}
	if s.cfg != nil {
		public = s.cfg.Public
		if s.cfg.Port != 0 {
			asks = s.cfg.Port
		}
	}
	s.misses = asks != 0 && listens != 0 && asks != listens
	asks = cmp.Or(asks, listens, usualPort)
	sender := network.Sender{Public: public, Protocol: s.flows.transport(), Port: asks}
	from, count := 0, f.real
	if s.cfg != nil {
		from, count = s.cfg.End, 1
	}
	s.sender = f.add(from, count, sender)
	p.guardShown(f, s, from, count)
}

// guardShown puts the clients of a source among the senders as the targets behind a load
// balancer see them that preserves their addresses: with those addresses, and the security
// groups of the load balancer. (Elastic Load Balancing, Network Load Balancers, "Update the
// security groups for your Network Load Balancer".)
func (p *Plane) guardShown(f *filter, s *source, from, count int) {
	s.shown = None
	if !s.flows.on || s.flows.listener == nil {
		return
	}
	group := s.flows.listener.Default.Forward[0].TargetGroup
	g := &p.cfg.TargetGroups[group]
	if !g.Flows.PreserveClientIP {
		return
	}
	lb := &f.ends[p.cfg.LoadBalancers[s.target].End]
	first := len(f.ends)
	for k := range count {
		f.ends = append(f.ends, network.End{Groups: lb.Groups, Address: f.ends[from+k].Address, Public: lb.Public})
	}
	port := cmp.Or(g.Port, p.portOf(g.Service), usualPort)
	shown := f.add(first, count, network.Sender{Protocol: s.flows.transport(), Port: port})
	if s.flows.shown = shown; !s.flows.relayed {
		s.shown = shown
	}
}

// transport is what the connections of a source are to security groups.
func (f *flows) transport() network.Protocol {
	if f.listener != nil && f.listener.Protocol == UDP {
		return network.UDP
	}
	return network.TCP
}

// guardTargets finds out by which port the load balancer of a target group goes to its
// targets. Nobody knows who would check those of one without a load balancer: they are.
func (p *Plane) guardTargets(f *filter, g *targetGroup) {
	listens := p.portOf(g.cfg.Service)
	asks := g.cfg.Port
	g.misses = asks != 0 && listens != 0 && asks != listens
	asks = cmp.Or(asks, listens, usualPort)
	checks := cmp.Or(g.cfg.HealthCheck.Port, asks)
	g.unchecked = listens != 0 && checks != listens
	if g.sender, g.checker = None, None; len(g.balancers) > 0 {
		end := p.cfg.LoadBalancers[g.balancers[0]].End
		g.sender = f.add(end, 1, network.Sender{Protocol: network.TCP, Port: asks})
		if g.checker = g.sender; checks != asks {
			g.checker = f.add(end, 1, network.Sender{Protocol: network.TCP, Port: checks})
		}
	}
}

// senderOf is who a request of a source comes from, to the filter.
func (p *Plane) senderOf(i uint32, s *source) int {
	return p.callerAt(i, s, s.sender)
}

// callerAt is the sender of a request among those of a source, from the first on.
func (p *Plane) callerAt(i uint32, s *source, first int32) int {
	if s.call == nil {
		return int(first)
	}
	parent := p.requests.Get(p.trips[i].parent)
	if parent == nil {
		return int(first)
	}
	return int(first + p.servers.at(parent.server).end)
}

// keptOut ends or holds a request that does not get to its load balancer: a packet that is
// dropped is one that nobody answers, and a port without a listener refuses.
func (p *Plane) keptOut(i uint32, r *request, s *source) bool {
	lb := &p.cfg.LoadBalancers[s.target]
	if s.flows.on || s.connections.on {
		p.setCarrier(i, noIndex)
	}
	switch {
	case !p.filter.passes.Says(p.senderOf(i, s), lb.End), s.flows.relayed && !p.relayLetsIn(i, s):
		r.zone = noNode
		p.meter.arrived(r.arrived, r)
		p.meter.dropped(r)
		r.phase = connecting
		p.scheduleAfter(lb.ConnectTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return true
	case s.misses:
		r.zone = noNode
		p.meter.arrived(r.arrived, r)
		p.failFor(i, Code502, CauseRefused)
		return true
	}
	return false
}

// dropped ends or holds a request whose packets do not get to its server, or come to a port
// where nobody listens.
func (p *Plane) dropped(i uint32, r *request) bool {
	s := p.servers.at(r.server)
	if s.function != nil { // it is called by the API of AWS, not by its address
		return false
	}
	sender, misses := p.connectionOf(i, r)
	switch {
	case sender != None && (!p.filter.passes.Says(sender, p.endAsked(r, s)) || s.tracks > 0 && p.overflows(r.server, sender)):
		r = p.requests.at(i)
		p.connectInVain(i, r)
		if r.source != checkSource {
			p.meter.dropped(r)
		}
		return true
	case misses && !s.silent():
		p.turnAway(i)
		return true
	}
	return false
}

// endAsked is the end of a server that a request asks: its own, with a public address if it
// is an Elastic IP that leads there.
func (p *Plane) endAsked(r *request, s *server) int {
	if r.source != checkSource {
		if to := &p.sources[r.source]; to.to == ToAddress {
			return p.filter.endOf(&p.cfg.Addresses[to.target], int(s.end))
		}
	}
	return int(s.end)
}

// endOf is the end behind an address of a server: that of an interface with security groups
// of its own, or the server's; with a public address if it is an Elastic IP.
func (f *filter) endOf(a *Address, end int) int {
	if a.End > 0 {
		end = a.End
	}
	if a.Elastic {
		end += f.elastic
	}
	return end
}

// connectionOf is who sends a request to its server, to the filter, and whether that is to a
// port where nobody listens; None: nobody whom it could stop.
func (p *Plane) connectionOf(i uint32, r *request) (sender int, misses bool) {
	if r.source == checkSource {
		g := &p.targetGroups[p.targets.at(r.older).group]
		return int(g.checker), g.unchecked
	}
	if s := &p.sources[r.source]; s.balancer == None {
		return p.senderOf(i, s), s.misses
	}
	g := &p.targetGroups[r.group]
	if s := &p.sources[r.source]; s.shown != None {
		return p.callerAt(i, s, s.shown), g.misses
	}
	return int(g.sender), g.misses
}

// overflows reports whether a server has as many connections as its security groups can
// keep track of, so that they drop one more that they would have to.
func (p *Plane) overflows(server uint32, sender int) bool {
	s := p.servers.at(server)
	if !p.filter.tracked.Says(sender, int(s.end)) {
		return false
	}
	p.settle(server, p.kernel.Now())
	s = p.servers.at(server)
	held, waiting := p.atStation(server, s)
	if s.journey {
		held = p.placesHeld(server, s) + s.gate.line.Len()
	}
	return held+waiting >= int(s.tracks)
}

// mounted reports whether a server has the file system of a disk, which it mounts if it
// can and is asked to.
func (p *Plane) mounted(s *server, disk uint32, mount bool) bool {
	k := slices.IndexFunc(p.fileSystems, func(f fileSystem) bool { return f.there && f.disk == disk })
	if !s.files[k] && mount {
		s.files[k] = p.filter.passes.Says(int(p.filter.mounts+s.end), p.mountEnd(k))
	}
	return s.files[k]
}

// mountEnd is the end of a file system's mount targets.
func (p *Plane) mountEnd(k int) int {
	if p.cfg.Network.Mounts == nil {
		return 0
	}
	return p.cfg.Network.Mounts[k]
}

// LetsOut reports whether the security groups of a server let it ask somebody on the internet.
func (p *Plane) LetsOut(server slab.Handle) bool {
	return p.filter == nil || p.filter.out[p.servers.at(indexOf(server)).end]
}

// LetsIn reports whether the security groups of a server let a connection in, whose end To
// is the server.
func (p *Plane) LetsIn(server slab.Handle, flow network.Flow) bool {
	if p.filter == nil {
		return true
	}
	flow.To = &p.filter.ends[p.servers.at(indexOf(server)).end]
	return p.filter.policy.Lets(flow, network.Ingress)
}

package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// connection is one that clients keep to a node of an Application Load Balancer, for more
// than one request.
type connection struct {
	opened  sim.Time
	since   sim.Time // when the last answer came; of one that is silent
	due     sim.Time // when its client has its next request; 0: whenever it wants
	source  uint16
	zone    uint8
	done    bool // it carries no request any more
	usable  bool // it is in its owner's pool
	ages    bool // it is on the list of those that end by age
	owner   uint32
	busy    int32 // requests on it now
	carried int32 // requests so far
	silent  links
	pooled  links
	aged    links
}

// MaxStreams is how many requests at once an Application Load Balancer lets a connection of
// HTTP/2 carry.
const MaxStreams = 128

// connections are those of a source that keeps them.
type connections struct {
	on        bool
	limit     sim.Time // after which a silent one ends
	lasts     sim.Time // how long one is kept; 0: until it has carried all that it may
	spacing   sim.Time // between the requests on one
	silent    chain    // by the last answer
	aged      chain    // by when they were opened, where they last
	pools     []chain  // of those that may carry another request, by client and listener
	frontEnds uint32   // listeners, and one for none
	streams   int32    // requests at once on one to a secure listener
}

// newConnections prepares a source whose clients keep their connections to an Application
// Load Balancer. A connection that carries one request ends with it, and nobody needs to
// know it.
func (p *Plane) newConnections(s *source) {
	lb := &p.cfg.LoadBalancers[s.target]
	if lb.Network() || s.clients.PerConnection <= 1 && s.clients.Lasts == 0 {
		return
	}
	c := connections{
		on: true, limit: sim.Never, lasts: s.clients.Lasts, silent: chain{noIndex, noIndex}, aged: chain{noIndex, noIndex}, frontEnds: s.way.frontEnds,
		streams: int32(max(1, s.clients.Streams)),
	}
	if lb.OldHTTP {
		c.streams = 1
	}
	for _, limit := range []sim.Time{s.clients.KeepAlive, lb.IdleTimeout, lb.ClientKeepAlive} {
		if limit > 0 {
			c.limit = min(c.limit, limit)
		}
	}
	if c.lasts > 0 {
		c.spacing = c.lasts / sim.Time(max(1, s.clients.PerConnection))
	}
	s.connections = c
}

// takeConnection puts a request on a connection that its client has, or on a new one, and
// returns its node. A client takes the one that was silent for longest; where connections
// last for a time, that whose next request is due.
func (p *Plane) takeConnection(i uint32, s *source, a *classAction) (zone model.Zone, fresh bool) {
	now := p.kernel.Now()
	c := &s.connections
	p.endIdleConnections(s)
	owner := p.ownerOf(i, s)*c.frontEnds + a.frontEnd.number
	id := p.connectionPool(c, owner).oldest
	if fresh = id == noIndex || p.connections.at(id).due > now; fresh {
		id = p.openConnection(s, p.requests.at(i).source, owner)
	}
	k := p.connections.at(id)
	if !fresh && k.busy == 0 {
		p.silentOnes(c).remove(id)
	}
	k.carried++
	k.busy++
	if c.spacing > 0 {
		k.due = sim.Sum(now, c.spacing)
	}
	p.pool(s, id, a.frontEnd.secure)
	p.setCarrier(i, id)
	return model.Zone(k.zone), fresh
}

// openConnection opens a connection to a node that DNS names.
func (p *Plane) openConnection(s *source, source uint16, owner uint32) uint32 {
	now := p.kernel.Now()
	b := &p.balancers[s.balancer]
	zone := s.nodeOf(b.dns)
	h, k := p.connections.Alloc()
	*k = connection{opened: now, source: source, zone: uint8(zone), owner: owner}
	if s.connections.lasts > 0 {
		k.ages = true
		p.agedOnes(&s.connections).append(indexOf(h))
	}
	b.hour.opens(now)
	return indexOf(h)
}

// pool puts a connection into its owner's pool, in order of when its next request is due,
// if it may carry one, and takes it out if not.
func (p *Plane) pool(s *source, id uint32, secure bool) {
	c, k := &s.connections, p.connections.at(id)
	pool := p.pooledOnes(c, k.owner)
	streams := int32(1)
	if secure {
		streams = c.streams
	}
	may := !k.done && k.busy < streams && (s.clients.PerConnection <= 0 || int(k.carried) < max(1, s.clients.PerConnection))
	if k.usable && may && c.spacing == 0 {
		return // it keeps its place
	}
	if k.usable {
		pool.remove(id)
	}
	if k.usable = may; !may {
		return
	}
	behind := pool.newest
	for behind != noIndex && p.connections.at(behind).due > k.due {
		behind = p.connections.at(behind).pooled.older
	}
	pool.insert(id, behind)
}

// leaveConnection ends what a request has to do with its connection, which its client keeps
// unless it carries no more.
func (p *Plane) leaveConnection(i uint32, r *request, at sim.Time) {
	id := p.carriers[i]
	if id == noIndex {
		return
	}
	p.carriers[i] = noIndex
	s := &p.sources[r.source]
	if r.phase == answered {
		p.balancers[s.balancer].answers(r)
	}
	k := p.connections.at(id)
	k.busy--
	if k.busy == 0 && (k.done || s.connections.lasts == 0 && int(k.carried) >= s.clients.PerConnection) {
		p.endConnection(id, at)
		return
	}
	if k.busy == 0 {
		k.since = at
		p.silentOnes(&s.connections).append(id)
	}
	p.pool(s, id, s.way.actions[r.class].frontEnd.secure)
}

// breaksOff has the connection of a request end with it, where its failure is one of the
// connection. Of HTTP/2 only the stream of a client that left is reset.
func (p *Plane) breaksOff(i uint32, r *request, code Code) {
	s := &p.sources[r.source]
	if code == Code460 {
		p.giveUpFlow(i, s)
	}
	if id := p.carriers[i]; id != noIndex && (code == CodeConnect || code == CodeHandshake || code == CodeRefused || code == Code460 && s.connections.streams <= 1) {
		p.connections.at(id).done = true
	}
}

// endConnection closes a connection that carries no request.
func (p *Plane) endConnection(id uint32, at sim.Time) {
	k := p.connections.at(id)
	s := &p.sources[k.source]
	c := &s.connections
	if k.usable {
		p.pooledOnes(c, k.owner).remove(id)
	}
	if k.ages {
		p.agedOnes(c).remove(id)
	}
	p.balancers[s.balancer].hour.closes(at)
	p.connections.Free(p.connections.handle(id))
}

// endIdleConnections ends the connections of a source that have been silent for too long,
// or are as old as they get.
func (p *Plane) endIdleConnections(s *source) {
	c, now := &s.connections, p.kernel.Now()
	for id := c.silent.oldest; id != noIndex; id = c.silent.oldest {
		end := p.endOf(c, id)
		if sim.Sum(p.connections.at(id).since, c.limit) > now {
			break
		}
		p.silentOnes(c).remove(id)
		p.endConnection(id, end)
	}
	for id := c.aged.oldest; id != noIndex; id = c.aged.oldest {
		k := p.connections.at(id)
		if sim.Sum(k.opened, c.lasts) > now {
			break
		}
		if k.busy > 0 { // it closes when they are answered
			p.agedOnes(c).remove(id)
			k.ages, k.done = false, true
			p.pool(s, id, false)
			continue
		}
		p.silentOnes(c).remove(id)
		p.endConnection(id, p.endOf(c, id))
	}
}

// endOf is when a silent connection ends.
func (p *Plane) endOf(c *connections, id uint32) sim.Time {
	k := p.connections.at(id)
	end := sim.Sum(k.since, c.limit)
	if k.ages {
		end = min(end, sim.Sum(k.opened, c.lasts))
	}
	return end
}

// endAllIdleConnections does so for every source.
func (p *Plane) endAllIdleConnections() {
	for k := range p.sources {
		if p.sources[k].connections.on {
			p.endIdleConnections(&p.sources[k])
		}
	}
}

// partConnections ends the connections of a client that has gone; one that carries a
// request ends with it.
func (p *Plane) partConnections(s *source, client uint32) {
	c := &s.connections
	p.endIdleConnections(s)
	for frontEnd := range c.frontEnds {
		pool := p.connectionPool(c, client*c.frontEnds+frontEnd)
		for id := pool.oldest; id != noIndex; id = pool.oldest {
			k := p.connections.at(id)
			if k.busy > 0 {
				k.done = true
				p.pool(s, id, false)
				continue
			}
			p.silentOnes(c).remove(id)
			p.endConnection(id, p.kernel.Now())
		}
	}
}

// connectionPool is the pool of a client at a listener.
func (p *Plane) connectionPool(c *connections, owner uint32) *chain {
	for int(owner) >= len(c.pools) {
		c.pools = append(c.pools, chain{noIndex, noIndex})
	}
	return &c.pools[owner]
}

// silentOnes, agedOnes and pooledOnes are the lists that a connection may be on.
func (p *Plane) silentOnes(c *connections) list[connection] {
	return list[connection]{&p.connections, &c.silent, func(k *connection) *links { return &k.silent }}
}

func (p *Plane) agedOnes(c *connections) list[connection] {
	return list[connection]{&p.connections, &c.aged, func(k *connection) *links { return &k.aged }}
}

func (p *Plane) pooledOnes(c *connections, owner uint32) list[connection] {
	return list[connection]{&p.connections, p.connectionPool(c, owner), func(k *connection) *links { return &k.pooled }}
}

package dataplane

import (
	"headroom/model"
	"headroom/model/routing"
)

// ownerOf is who of a source's clients sent a request: a visitor, a calling server, or
// all those together that nobody tells apart.
func (p *Plane) ownerOf(i uint32, s *source) uint32 {
	if s.call != nil {
		if parent := p.requests.Get(p.trips[i].parent); parent != nil {
			p.welcomeCaller(s, parent.server)
			return parent.server
		}
		return 0
	}
	if len(s.visitors.all) > 0 {
		return p.visits[i]
	}
	return 0
}

// welcomeCaller ends the flows that a server has left whose number another has now.
func (p *Plane) welcomeCaller(s *source, server uint32) {
	pool := p.poolOf(s, server)
	if h := p.servers.handle(server); pool.who != h {
		if pool.who != 0 {
			p.endSilentFlows(s)
			p.hangUpFlows(s, server)
		}
		pool.who = h
	}
}

// poolOf is the pool of a client.
func (p *Plane) poolOf(s *source, owner uint32) *flowPool {
	for int(owner) >= len(s.flows.pools) {
		s.flows.pools = append(s.flows.pools, flowPool{chain: chain{noIndex, noIndex}})
	}
	return &s.flows.pools[owner]
}

// sourceBits is where the number of a source begins in the addresses of its clients.
const sourceBits = 48

// addressOf is the address of a client, as far as the hash of its flows is concerned:
// clients that nobody tells apart have one for each flow.
func (p *Plane) addressOf(s *source, owner uint32) uint64 {
	if s.call == nil && len(s.visitors.all) == 0 {
		return s.flows.ownAddress(s.flows.opened)
	}
	if s.call == nil {
		return s.flows.number<<sourceBits | uint64(s.visitors.all[owner].came)<<32 | uint64(owner)
	}
	return uint64(p.servers.handle(owner))
}

// hash is that of the flow which was opened last, from an address by the node of a zone.
func (f *flows) hash(g *targetGroup, address uint64, zone uint8) uint64 {
	if g.cfg.Flows.BySource {
		return routing.Flow{Source: address}.Hash()
	}
	sequence := uint32(f.opened)
	if f.packets {
		sequence = 0
	}
	return f.listening.Hash(address, ephemeral(f.opened), uint32(zone), sequence)
}

// hashesAhead are the parts of the hashes of flows over where they come from, some at a time.
type hashesAhead struct {
	block uint64 // of flows, by number, and 1; 0: none
	begun [drawnAhead]uint64
}

// nextHash is [flows.hash] of a flow that comes from an address of its own ([Plane.addressOf]).
func (f *flows) nextHash(g *targetGroup, zone uint8) uint64 {
	if g.cfg.Flows.BySource {
		return f.hash(g, f.ownAddress(f.opened), zone)
	}
	if f.ahead.block != f.opened/drawnAhead+1 {
		f.hashAhead()
	}
	return f.listening.End(f.ahead.begun[f.opened%drawnAhead], uint32(zone), uint32(f.opened))
}

// hashAhead begins the hashes of the block of flows that the last one belongs to.
func (f *flows) hashAhead() {
	block := f.opened / drawnAhead
	f.ahead.block = block + 1
	for i := range f.ahead.begun {
		opened := block*drawnAhead + uint64(i)
		f.ahead.begun[i] = f.listening.Begin(f.ownAddress(opened), ephemeral(opened))
	}
}

// ownAddress is the address of the client that nobody tells apart, of a flow by its number.
func (f *flows) ownAddress(opened uint64) uint64 { return f.number<<sourceBits | opened }

// ephemeral is the port of a client's flow: of the range that Linux takes them from.
func ephemeral(opened uint64) uint16 {
	const first, count = 32768, 28232
	return uint16(first + opened%count)
}

// nodeFor is the node that a client learns from DNS: its own zone's for a share of the
// answers that the load balancer's routing policy says, any of them otherwise.
func (p *Plane) nodeFor(i uint32, s *source, b *balancer) model.Zone {
	if s.call != nil && b.cfg.ZoneAffinity > 0 {
		if parent := p.requests.Get(p.trips[i].parent); parent != nil {
			own := p.servers.at(parent.server).zone
			for _, z := range b.dns {
				if z != own {
					continue
				}
				if b.cfg.ZoneAffinity >= 1 || s.nodes.Uniform() < b.cfg.ZoneAffinity {
					return own
				}
				break
			}
		}
	}
	return s.nodeOf(b.dns)
}

// setCarrier writes a request's flow beside it.
func (p *Plane) setCarrier(i, flow uint32) {
	for int(i) >= len(p.carriers) {
		p.carriers = append(p.carriers, noIndex)
	}
	p.carriers[i] = flow
}

// silentLinks and pooledLinks are the places of a flow in the two kinds of lists.
func silentLinks(f *flow) *links { return &f.silent }
func pooledLinks(f *flow) *links { return &f.pooled }

// append puts a flow at the end of a list.
func (p *Plane) append(c *chain, id uint32, of func(*flow) *links) {
	list[flow]{&p.flows, c, of}.append(id)
}

// cut takes a flow out of a list.
func (p *Plane) cut(c *chain, id uint32, of func(*flow) *links) {
	list[flow]{&p.flows, c, of}.remove(id)
}

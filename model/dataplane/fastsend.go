package dataplane

import (
	"headroom/model/bandwidth"
	"headroom/sim"
)

// How responses go out through the interface of a fast path, from the CPU to the end of their requests.

// sendCompactResponse is [Plane.send] for a request on a fast path, where the next one leaves
// the CPU at another instant.
func (p *Plane) sendCompactResponse(k uint32, f *fastPath, at, next sim.Time) {
	if f.nic.links[outward].Due(at) {
		p.playSent(f, at)
	}
	r := p.compact.at(k)
	if r.source != fullRequest {
		p.sendOfCompact(k, f, at, next)
		return
	}
	_, out := p.fullBytes(r.in)
	if out == 0 {
		p.hasGone(k, f, at)
		return
	}
	if of := p.requests.at(r.in); of.gone {
		f.nic.unsent = f.nic.unsent.Plus(out)
		p.hasGone(k, f, at)
		return
	} else {
		if of.target != noIndex {
			p.targetResponds(r.in, p.servers.at(of.server), at)
		}
		of.phase = sending
	}
	p.stepsEnded++
	link, way := &f.nic.links[outward], p.wayOn(r, f)
	if end, ok := link.Through(at, min(f.nic.fast.until, next), out, way); ok {
		p.hasGone(k, f, end)
		return
	}
	link.Offer(at, k, out, way)
}

// sendOfCompact is [Plane.sendCompactResponse] for a request that is compact itself.
func (p *Plane) sendOfCompact(k uint32, f *fastPath, at, next sim.Time) {
	r, nic := p.compact.at(k), f.nic
	n, out := &p.lanes[r.route], r.responseBytes()
	if out == 0 {
		p.hasGone(k, f, at)
		return
	}
	if n.group != nil { // as in targetResponds
		f.answered = max(f.answered, at)
		if latency := n.latency(r, f, at); !n.ended.leads(latency) {
			n.group.responded(latency)
		}
	}
	p.stepsEnded++
	way := bandwidth.Region
	if nic.fast.public && n.source.direct {
		way = bandwidth.Internet
	}
	end, ok := nic.links[outward].Through(at, min(nic.fast.until, next), out, way)
	if !ok {
		nic.links[outward].Offer(at, k, out, way)
		return
	}
	if f.counted {
		p.compact.ends.remove(k)
	}
	nic.fast.out -= out
	p.compactEnds(k, f, end)
	r.server = noIndex
}

// hasGone ends a request whose response has gone out.
func (p *Plane) hasGone(k uint32, f *fastPath, at sim.Time) {
	if f.counted {
		p.compact.ends.remove(k)
	}
	r := p.compact.at(k)
	out := r.responseBytes()
	if r.source == fullRequest {
		_, out = p.fullBytes(r.in)
	}
	f.nic.fast.out -= out
	p.compactEnds(k, f, at)
	r.server = noIndex
}

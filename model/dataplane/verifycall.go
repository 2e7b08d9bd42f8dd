package dataplane

import (
	"fmt"

	"headroom/sim/slab"
)

// pendingCalls ranges over the calls whose caller must be waiting for them.
func (p *Plane) pendingCalls(yield func(slab.Handle, *request) bool) {
	for h, r := range p.requests.All() {
		if r.source != checkSource && p.sources[r.source].call != nil && !r.gone && !yield(h, r) {
			return
		}
	}
}

// verifyCalls: a call's caller waits for it, and for nothing else.
func (p *Plane) verifyCalls() error {
	children := map[uint32]int32{}
	for h := range p.pendingCalls {
		parent := p.trips[indexOf(h)].parent
		if caller := p.requests.Get(parent); caller == nil || caller.phase != calling {
			return fmt.Errorf("call %v: nobody waits for it", h)
		}
		children[indexOf(parent)]++
	}
	for h, r := range p.requests.All() {
		if r.phase != calling {
			continue
		}
		i, listed := indexOf(h), int32(0)
		for c := p.trips[i].child; c != noIndex; c = p.trips[c].sibling {
			listed++
		}
		if n := children[i]; n != p.trips[i].out || n != listed || n == 0 {
			return fmt.Errorf("request %v: %d calls on their way, %d listed, counted %d", h, p.trips[i].out, listed, n)
		}
	}
	return nil
}

// verifyOutlets: the connections in use are those of calls on their way, within the
// pool, and no call waits beside a free one.
func (p *Plane) verifyOutlets() error {
	type use struct{ inUse, waiting int }
	outlets := map[*outlet]use{}
	for h, r := range p.pendingCalls {
		o := p.outletOf(indexOf(h))
		u := outlets[o]
		if p.trips[indexOf(h)].connected {
			u.inUse++
		}
		if r.phase == pooling {
			u.waiting++
		}
		outlets[o] = u
	}
	for h, s := range p.servers.All() {
		for k := range s.outlets {
			o := &s.outlets[k]
			u := outlets[o]
			if u.inUse != int(o.inUse) || u.waiting != o.line.Len() {
				return fmt.Errorf("server %v: %d connections and %d calls in line, counted %+v", h, o.inUse, o.line.Len(), u)
			}
			size := p.sources[p.calls[s.service].first+k].call.PoolSize
			if size > 0 && (u.inUse > size || u.waiting > 0 && u.inUse < size) {
				return fmt.Errorf("server %v: %d of %d connections in use, %d calls in line", h, u.inUse, size, u.waiting)
			}
		}
	}
	return nil
}

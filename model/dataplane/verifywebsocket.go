package dataplane

import "fmt"

// opensSocket reports whether a request is the one that opens a WebSocket.
func (p *Plane) opensSocket(i uint32) bool {
	id := p.carriers[i]
	return id != noIndex && p.sockets.at(id).state == socketOpens
}

// verifySockets: a WebSocket with a message under way is carried by one, one that is open
// leads to a target that counts it, and every one that was opened is open, or was closed by
// its client, its load balancer or its target.
func (p *Plane) verifySockets() error {
	carried := map[uint32]int{}
	for h, r := range p.requests.All() {
		i := indexOf(h)
		if r.inFlight() && p.sources[r.source].sockets.on && p.carriers[i] != noIndex {
			carried[p.carriers[i]]++
		}
	}
	at := map[uint32]int32{}
	open := make([]int64, len(p.balancers))
	for h, k := range p.sockets.All() {
		id := indexOf(h)
		switch {
		case k.busy && carried[id] != 1, !k.busy && carried[id] != 0:
			return fmt.Errorf("WebSocket %d: a message is under way: %v, counted %d", id, k.busy, carried[id])
		case k.state == socketOpens && !k.busy:
			return fmt.Errorf("WebSocket %d opens without a message", id)
		case k.state != socketIsOpen:
			continue
		case p.targets.Get(k.target) == nil:
			return fmt.Errorf("WebSocket %d is open to a target that has gone", id)
		}
		at[indexOf(k.target)]++
		open[p.sources[k.source].balancer]++
	}
	for h, t := range p.targets.All() {
		if t.sockets != at[indexOf(h)] {
			return fmt.Errorf("target %v: %d WebSockets, counted %d", h, at[indexOf(h)], t.sockets)
		}
	}
	for b := range p.balancers {
		c := &p.balancers[b].counts
		if c.SocketsOpened != open[b]+c.SocketsEnded+c.SocketsSilent+c.SocketsReset {
			return fmt.Errorf("load balancer %d: of %d WebSockets %d are open, %d ended, %d fell silent and %d were reset", b, c.SocketsOpened, open[b], c.SocketsEnded, c.SocketsSilent, c.SocketsReset)
		}
	}
	return nil
}

package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// Websocket is what clients do who upgrade their connections to WebSockets. The zero
// Websocket is none.
type Websocket struct {
	Lifetime  rng.Distribution // seconds from the first message to the end
	Interval  rng.Distribution // seconds from the answer to a message to the next message
	Reconnect bool             // who is cut off opens another with the next message
}

// websocket is a client who sends messages over a connection that an Application Load
// Balancer has upgraded: all of them go to the target that got the first one.
type websocket struct {
	target slab.Handle // while it is open
	since  sim.Time    // when the last answer came
	next   sim.Time    // when its client has its next message
	ends   sim.Time    // when its client has no more of them
	number uint64      // among those of its source
	sent   uint32      // messages so far
	source uint16
	zone   uint8 // of the node, while it is open
	state  socketState
	busy   bool // a message is under way
	broken bool // the message failed with the connection
}

// socketState says what there is of a WebSocket.
type socketState uint8

const (
	socketIsClosed socketState = iota // its client may open it again
	socketOpens                       // the request that upgrades it is under way
	socketIsOpen
)

// sockets are the WebSockets of a source.
type sockets struct {
	on     bool
	cfg    *Websocket
	idle   sim.Time // after which the load balancer closes a silent one
	draws  rng.Stream
	number uint64
}

// newSockets prepares a workload whose clients open WebSockets.
func (p *Plane) newSockets(s *source) {
	cfg := &s.cfg.Websocket
	if cfg.Interval == nil {
		return
	}
	s.sockets = sockets{on: true, cfg: cfg, idle: sim.Never, draws: p.stream("workload/" + s.cfg.Name + "/websocket")}
	if idle := p.cfg.LoadBalancers[s.target].IdleTimeout; idle > 0 {
		s.sockets.idle = idle
	}
	s.carried, s.arrives = true, socketArrives
}

// draw draws a time of a WebSocket: part 0 is its lifetime.
func (c *sockets) draw(k *websocket, part uint32, d rng.Distribution) sim.Time {
	draws := c.draws.Fork(rng.Key(k.number, uint64(part)))
	return max(0, sim.Seconds(draws.Draw(d)))
}

// onSocketArrives brings a client who opens a WebSocket with its first message.
func (p *Plane) onSocketArrives(ev model.Event) {
	source := ev.Index()
	s := &p.sources[source]
	h, k := p.sockets.Alloc()
	*k = websocket{source: uint16(source), number: s.sockets.number}
	s.sockets.number++
	k.ends = sim.Sum(p.kernel.Now(), s.sockets.draw(k, 0, s.sockets.cfg.Lifetime))
	p.scheduleArrival(s, source)
	p.sendMessage(indexOf(h))
}

// onSocketTurns ends a WebSocket, closes it for its silence, or sends its next message.
func (p *Plane) onSocketTurns(ev model.Event) {
	k := p.sockets.Get(ev.Handle())
	if k == nil {
		p.meter.overtaken()
		return
	}
	id, now := indexOf(ev.Handle()), p.kernel.Now()
	s := &p.sources[k.source]
	if k.state == socketIsOpen && now < k.ends && now >= sim.Sum(k.since, s.sockets.idle) {
		p.closeSocket(id, now)
		p.balancers[s.balancer].counts.SocketsSilent++
	}
	switch {
	case now >= k.ends, k.state == socketIsClosed && !s.sockets.cfg.Reconnect:
		if k.state == socketIsOpen {
			p.balancers[s.balancer].counts.SocketsEnded++
			p.closeSocket(id, now)
		}
		p.sockets.Free(ev.Handle())
	case now >= k.next:
		p.sendMessage(id)
	default:
		p.turnSocket(id)
	}
}

// turnSocket schedules what a WebSocket does next.
func (p *Plane) turnSocket(id uint32) {
	k := p.sockets.at(id)
	at := min(k.next, k.ends)
	if c := &p.sources[k.source].sockets; k.state == socketIsOpen {
		at = min(at, sim.Sum(k.since, c.idle))
	} else if !c.cfg.Reconnect {
		at = p.kernel.Now()
	}
	p.schedule(max(at, p.kernel.Now()), handled(socketTurns, p.sockets.handle(id)))
}

// sendMessage sends the next message of a WebSocket. Without an open connection it is the
// request that opens one, and goes where any request goes.
func (p *Plane) sendMessage(id uint32) {
	source := int(p.sockets.at(id).source)
	s := &p.sources[source]
	i, r := p.newRequest(source, s)
	k := p.sockets.at(id)
	k.busy, k.broken = true, false
	k.sent++
	p.setCarrier(i, id)
	if k.state == socketIsClosed {
		k.state = socketOpens
		p.enter(i, r)
		return
	}
	if s.limits.limit != sim.Never {
		p.addDeadline(&s.limits, i, r)
		if !s.limits.watched {
			p.watchLimits(source, r.arrived)
		}
	}
	p.rideSocket(i, r, k)
}

// rideSocket sends a message over an open WebSocket: no rule, no algorithm and no health is
// asked.
func (p *Plane) rideSocket(i uint32, r *request, k *websocket) {
	b := &p.balancers[p.sources[r.source].balancer]
	r.zone = k.zone
	r.target = indexOf(k.target)
	t := p.targets.at(r.target)
	r.group, r.server = int16(t.group), t.server
	p.meter.arrived(r.arrived, r)
	b.carries(r, 0)
	p.letGoSocket(t.server, r.arrived)
	t.inFlight++
	g := &p.targetGroups[t.group]
	if g.counts {
		p.turnCalendar(r.arrived)
		g.scopes[t.scope].policy.Began(int(t.local))
	}
	if p.zoneDown[k.zone] > 0 {
		r.phase = connecting
		p.scheduleAfter(b.cfg.ConnectTimeout, handled(requestGivesUp, p.requests.handle(i)))
		return
	}
	if p.filter != nil {
		if p.dropped(i, r) {
			return
		}
		r = p.requests.at(i) // the pool may have moved
	}
	p.offer(i, r)
}

// isMessage reports whether a request is a message over a WebSocket, not what opens it.
func (p *Plane) isMessage(i uint32) bool {
	return p.sources[p.requests.at(i).source].sockets.on && p.carriers[i] != noIndex && p.sockets.at(p.carriers[i]).state != socketOpens
}

// asSocketFails is how the client of a WebSocket sees the failure of a message: its
// connection is reset, unless the application itself answers with the error.
func (p *Plane) asSocketFails(i uint32, r *request, code Code) Code {
	id := p.carriers[i]
	if id == noIndex {
		return code
	}
	k := p.sockets.at(id)
	k.broken = !r.errs() || code != p.servers.at(r.server).code
	if k.broken && k.state != socketOpens && (code == Code502 || code == Code503 || code == Code504) {
		code = CodeReset
	}
	return code
}

// leaveSocket ends what a message has to do with its WebSocket, which stays open if it was
// answered.
func (p *Plane) leaveSocket(i uint32, r *request, at sim.Time) {
	id := p.carriers[i]
	if id == noIndex {
		return
	}
	p.carriers[i] = noIndex
	k := p.sockets.at(id)
	s := &p.sources[k.source]
	b := &p.balancers[s.balancer]
	if r.phase == answered {
		b.answers(r)
	}
	switch opens := k.state == socketOpens; {
	case opens && r.phase == answered && r.target != noIndex:
		k.state, k.target, k.zone = socketIsOpen, p.targets.handle(r.target), r.zone
		p.targets.at(r.target).sockets++
		b.counts.SocketsOpened++
		p.holdSocket(r.server, at)
	case opens: // it was not upgraded
		k.state = socketIsClosed
		if r.zone != noNode {
			b.hour.closes(at)
		}
	case k.state == socketIsOpen && k.broken:
		p.resetSocket(id, at)
	case k.state == socketIsOpen:
		p.holdSocket(r.server, at)
	}
	k.busy, k.since = false, at
	k.next = sim.Sum(at, s.sockets.draw(k, k.sent, s.sockets.cfg.Interval))
	p.turnSocket(id)
}

// closeSocket closes the connection of a WebSocket that is open. While a message is under way
// that holds its memory.
func (p *Plane) closeSocket(id uint32, at sim.Time) {
	k := p.sockets.at(id)
	t := p.targets.Get(k.target)
	t.sockets--
	if !k.busy {
		p.letGoSocket(t.server, at)
	}
	k.state, k.target = socketIsClosed, 0
	p.balancers[p.sources[k.source].balancer].hour.closes(at)
}

// resetSocket closes the connection of a WebSocket against the will of its client.
func (p *Plane) resetSocket(id uint32, at sim.Time) {
	p.balancers[p.sources[p.sockets.at(id).source].balancer].counts.SocketsReset++
	p.closeSocket(id, at)
}

// resetSocketsOf resets the WebSockets of a target that has gone, or whose application has.
// Messages on them fail with it.
func (p *Plane) resetSocketsOf(target uint32) {
	if p.targets.at(target).sockets == 0 {
		return
	}
	h, now := p.targets.handle(target), p.kernel.Now()
	for sh, k := range p.sockets.All() {
		if k.state != socketIsOpen || k.target != h {
			continue
		}
		p.resetSocket(indexOf(sh), now)
	}
}

// holdSocket has a silent WebSocket hold its memory at a server; a message holds that of its
// connection itself.
func (p *Plane) holdSocket(server uint32, at sim.Time) {
	if s := p.servers.at(server); s.memory != nil && s.memory.runs {
		s.memory.Connect(at)
		p.watchMemory(server, s)
	}
}

// letGoSocket gives the memory of a silent WebSocket back.
func (p *Plane) letGoSocket(server uint32, at sim.Time) {
	if s := p.servers.at(server); s.memory != nil && s.memory.runs {
		s.memory.End(at, false, 0)
	}
}

// websocket checks a workload whose clients open WebSockets.
func (v *validator) websocket(w *Workload, at string) {
	s, c := &w.Websocket, &w.Clients
	v.Check((s.Interval == nil) == (s.Lifetime == nil), at, "must have both an interval and a lifetime, or none")
	if s.Interval == nil || s.Lifetime == nil {
		return
	}
	v.Check(s.Interval.Mean() >= MinThink.Seconds(), at+".interval", "must have a mean of at least %v, got %gs", MinThink, s.Interval.Mean())
	v.Check(s.Lifetime.Mean() > 0, at+".lifetime", "must be longer than 0")
	v.Check(w.To == ToLoadBalancer && w.Record == 0 && w.Target >= 0 && w.Target < len(v.LoadBalancers) && !v.LoadBalancers[w.Target].Network(), at, "must go to an Application Load Balancer")
	v.Check(w.Rows == nil, at, "must not have columns of a trace")
	v.Check(w.Visitors.Count == 0 && c.PerConnection <= 1 && c.Lasts == 0 && c.Streams <= 1 && c.KeepAlive == 0 && c.RetryAttempts == 0 && c.StayPut, at,
		"must be clients who are not told apart, keep no other connection, try nothing again and follow no redirects")
}

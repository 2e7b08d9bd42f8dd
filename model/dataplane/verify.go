package dataplane

import (
	"fmt"

	"headroom/sim"
)

// Verify settles every server and returns the first invariant that does not
// hold. It takes time in proportion to all that is alive and is meant for tests.
func (p *Plane) Verify() error {
	if len(p.gathering) > 0 {
		return fmt.Errorf("%d lanes have ends that are not counted", len(p.gathering))
	}
	p.settleAll()
	for _, check := range []func() error{p.verifyRequests, p.verifyLists, p.verifyServers, p.verifySupplies, p.verifyTargets, p.verifyVisitors, p.verifyThinkers, p.verifyConnections, p.verifyClientConnections, p.verifySockets, p.verifyKept, p.verifyCalls, p.verifyOutlets, p.verifyDisks, p.verifyMemories, p.verifyNetworks, p.verifyFunctions, p.verifyGateways, p.verifyUsers} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// verifyRequests: arrived = completed + failed + in flight, for every route.
func (p *Plane) verifyRequests() error {
	inFlight := make([]int64, len(p.meter.routes))
	p.everyRequest(func(r *request) {
		if r.inFlight() {
			inFlight[p.meter.at(int32(r.source), int32(r.group))]++
		}
	})
	p.addInside(inFlight)
	for i := range p.meter.routes {
		r := &p.meter.routes[i]
		if r.Arrived != r.Completed+r.failed()+inFlight[i] {
			return fmt.Errorf("route %d: arrived %d, completed %d, failed %d, in flight %d",
				i, r.Arrived, r.Completed, r.failed(), inFlight[i])
		}
		if err := r.verifyCauses(); err != nil {
			return fmt.Errorf("route %d: %w", i, err)
		}
	}
	return nil
}

// inFlight reports whether an attempt has been sent and has not ended.
func (r *request) inFlight() bool {
	if r.source == checkSource {
		return false
	}
	return r.phase < pooling && !r.gone || r.phase == hanging || r.phase == connecting
}

// verifyLists: what is in flight is an open connection of its load balancer, and on
// the list of its source's time limits, in order of arrival.
func (p *Plane) verifyLists() error {
	open := make([]int64, len(p.balancers))
	limited := make([]int, len(p.sources))
	for h, r := range p.requests.All() {
		if r.phase == inspecting && p.sources[r.source].limits.limit != sim.Never {
			limited[r.source]++
		}
		if !r.inFlight() {
			continue
		}
		s := &p.sources[r.source]
		if s.balancer != None && r.zone != noNode && !s.flows.on && !s.connections.on && (!s.sockets.on || p.opensSocket(indexOf(h))) {
			open[s.balancer]++
		}
		if s.limits.limit != sim.Never && !p.takesFastPath(r) {
			limited[r.source]++
		}
	}
	p.eachLimitKept(func(r *request) { limited[r.source]++ })
	p.eachCompact(func(r *request) {
		if s := &p.sources[r.source]; s.balancer != None && !s.flows.on {
			open[s.balancer]++
		}
	})
	for _, k := range p.connections.All() {
		open[p.sources[k.source].balancer]++
	}
	for _, k := range p.sockets.All() {
		if k.state == socketIsOpen {
			open[p.sources[k.source].balancer]++
		}
	}
	for _, f := range p.flows.All() {
		if s := &p.sources[f.source]; s.flows.relayed && f.state != flowIsForgotten {
			open[s.balancer]++
		}
	}
	for b := range p.balancers {
		if got := p.balancers[b].hour.open; got != open[b] {
			return fmt.Errorf("load balancer %d: %d connections open, counted %d", b, got, open[b])
		}
	}
	for k := range p.sources {
		last := sim.Time(0)
		for i := p.sources[k].limits.oldest; i != noIndex; i = p.requests.at(i).newer {
			r := p.requests.at(i)
			if !r.inFlight() && r.phase != inspecting || int(r.source) != k || r.arrived < last {
				return fmt.Errorf("source %d: request %d is out of place among its time limits", k, i)
			}
			last = r.arrived
			limited[k]--
		}
		if limited[k] != 0 {
			return fmt.Errorf("source %d: %d requests without a time limit", k, limited[k])
		}
	}
	return nil
}

// presence is what requests say of a server.
type presence struct {
	aboard int // that are there
	away   int // of those: on a call, a pause or a disk
	placed int // of those: that hold a place of a journey
	flows  int // of those aboard: whose bytes are in an interface
}

// present counts the requests at each server, by index, and those elsewhere.
func (p *Plane) present() (at map[uint32]presence, elsewhere int) {
	at = map[uint32]presence{}
	for h, r := range p.requests.All() {
		if !r.phase.aboard() {
			elsewhere++
			continue
		}
		l := at[r.server]
		l.aboard++
		if r.phase.away() {
			l.away++
		}
		if r.phase.flows() {
			l.flows++
		}
		if p.tracked && p.trips[indexOf(h)].placed || p.hasPlace(r) {
			l.placed++
		}
		at[r.server] = l
	}
	p.eachCompact(func(r *request) {
		l := at[r.server]
		l.aboard++
		if r.phase.flows() {
			l.flows++
		}
		if p.hasPlace(r) {
			l.placed++
		}
		at[r.server] = l
	})
	return at, elsewhere
}

// hasPlace reports whether a request without a trip is counted at the gate of its application.
func (p *Plane) hasPlace(r *request) bool {
	return p.servers.at(r.server).untracked && r.phase == inService && !p.fastPaths[r.server].open
}

// verifyServers: no free place while a request waits, and every request in
// exactly one place.
func (p *Plane) verifyServers() error {
	at, elsewhere := p.present()
	there := 0
	for h, s := range p.servers.All() {
		demand := func(i uint32) sim.Time {
			switch {
			case s.journey:
				return sim.Horizon >> 10
			case s.settles == settlesShared:
				return s.time(p.compact.at(i).demand)
			}
			return s.time(s.work(p.requests.at(i)))
		}
		if err := s.station.Verify(demand); err != nil {
			return fmt.Errorf("server %v: %w", h, err)
		}
		if err := p.verifyFastPath(s, indexOf(h)); err != nil {
			return fmt.Errorf("server %v: %w", h, err)
		}
		if s.serves && !s.servesStraight() {
			return fmt.Errorf("server %v: is said to serve whoever comes straight, and does not", h)
		}
		if next := s.station.Next(); s.watch == onReturn && s.attended == 0 && !s.disturbed() && next < s.due-s.lag {
			return fmt.Errorf("server %v: departs at %v, and no event comes by %v after that", h, next, s.lag)
		}
		if due := s.departs(); s.watch == inKernel && s.settles == settlesStation && due < s.due {
			return fmt.Errorf("server %v: departs at %v, and no event comes before %v", h, due, s.due)
		}
		l := at[indexOf(h)]
		there += l.aboard
		if len(s.applications) > 0 {
			if err := p.verifyBase(s); err != nil {
				return fmt.Errorf("server %v: %w", h, err)
			}
			continue
		}
		serving, waiting := p.atStation(indexOf(h), s)
		if found := serving + waiting + s.gate.line.Len() + l.away + l.flows; found != l.aboard {
			return fmt.Errorf("server %v: %d requests are aboard, %d found", h, l.aboard, found)
		}
		if s.silent() && l.aboard > 0 {
			return fmt.Errorf("server %v is silent and serves %d", h, l.aboard)
		}
		if !s.journey {
			continue
		}
		if l.placed != int(s.gate.held) {
			return fmt.Errorf("server %v: %d places held, counted %d", h, l.placed, s.gate.held)
		}
		if free := int(s.gate.limit) - p.placesHeld(indexOf(h), s); s.gate.line.Len() > 0 && free > 0 {
			return fmt.Errorf("server %v: %d wait beside %d free places", h, s.gate.line.Len(), free)
		}
	}
	if there+elsewhere != p.alive() {
		return fmt.Errorf("%d requests alive, %d at servers and %d elsewhere", p.alive(), there, elsewhere)
	}
	return nil
}

// verifyTargets: scopes count their targets, only those that are healthy, or all
// when failing open, are in rotation, and each knows what it has in flight.
func (p *Plane) verifyTargets() error {
	type count struct{ registered, healthy int }
	counts := map[[2]int32]count{}
	inFlight := map[uint32]int32{}
	p.everyRequest(func(r *request) {
		if r.target != noIndex {
			inFlight[r.target]++
		}
	})
	for h, t := range p.targets.All() {
		scopes, first := p.targetGroups[t.group].scopesOf(t)
		rotates := false
		for k := range scopes {
			of := [2]int32{t.group, int32(first + k)}
			c := counts[of]
			if !t.draining {
				c.registered++
				if t.healthy() {
					c.healthy++
				}
			}
			counts[of] = c
			wanted := !t.draining && (t.healthy() || scopes[k].failOpen)
			if rotates = rotates || wanted; t.rotatesIn != nil && t.rotatesIn[k] != wanted {
				return fmt.Errorf("target %v: in rotation %v in scope %d, should be %v", h, !wanted, k, wanted)
			}
		}
		if rotates != t.rotating {
			return fmt.Errorf("target %v: in rotation %v, should be %v", h, t.rotating, rotates)
		}
		if in := p.targetGroups[t.group].routed[t.local]; in.target != indexOf(h) || in.server != t.server || in.admits != 0 != t.rotating || t.rotating && in.admits != t.tenancy {
			return fmt.Errorf("target %v: in rotation %v, is routed as %+v", h, t.rotating, in)
		}
		if n := inFlight[indexOf(h)]; n != t.inFlight {
			return fmt.Errorf("target %v: %d in flight, counted %d", h, n, t.inFlight)
		}
	}
	for g := range p.targetGroups {
		if p.targetGroups[g].relay != nil { // its targets are nodes
			continue
		}
		for k := range p.targetGroups[g].scopes {
			s := &p.targetGroups[g].scopes[k]
			if c := counts[[2]int32{int32(g), int32(k)}]; c.registered != s.registered || c.healthy != s.healthy {
				return fmt.Errorf("target group %d scope %d: %+v, counted %d registered, %d healthy", g, k, c, s.registered, s.healthy)
			}
		}
	}
	return nil
}

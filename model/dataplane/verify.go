package dataplane

import (
	"fmt"

	"headroom/sim"
)

// Verify settles every server and returns the first invariant that does not
// hold. It takes time in proportion to all that is alive and is meant for tests.
func (p *Plane) Verify() error {
	p.settleAll()
	for _, check := range []func() error{p.verifyRequests, p.verifyServers, p.verifyTargets} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// verifyRequests: arrived = completed + failed + in flight, for every route.
func (p *Plane) verifyRequests() error {
	inFlight := make([]int64, len(p.meter.routes))
	for _, r := range p.requests.All() {
		if r.source == checkSource {
			continue
		}
		if r.phase < pooling && !r.gone || r.phase == hanging || r.phase == connecting {
			inFlight[int(r.source)*(p.meter.groups+1)+int(r.group)+1]++
		}
	}
	for i := range p.meter.routes {
		r := &p.meter.routes[i]
		if r.Arrived != r.Completed+r.failed()+inFlight[i] {
			return fmt.Errorf("route %d: arrived %d, completed %d, failed %d, in flight %d",
				i, r.Arrived, r.Completed, r.failed(), inFlight[i])
		}
	}
	return nil
}

// verifyServers: no free place while a request waits, and every request in
// exactly one place.
func (p *Plane) verifyServers() error {
	present := 0
	for h, s := range p.servers.All() {
		id := indexOf(h)
		demand := func(i uint32) sim.Time {
			if s.journey {
				return sim.Horizon >> 10
			}
			return s.time(s.work(p.requests.at(i)))
		}
		if err := s.station.Verify(demand); err != nil {
			return fmt.Errorf("server %v: %w", h, err)
		}
		aboard := 0
		if s.cfg != nil {
			aboard = len(p.aboard(id))
		}
		if s.silent() && aboard > 0 {
			return fmt.Errorf("server %v is silent and serves %d", h, aboard)
		}
		held := 0
		for j, r := range p.requests.All() {
			if r.server != id || !r.phase.aboard() {
				continue
			}
			aboard--
			if s.journey && p.trips[indexOf(j)].placed {
				held++
			}
			present++
		}
		if aboard != 0 || s.journey && held != int(s.gate.held) {
			return fmt.Errorf("server %v: %d more aboard than found, %d places held, %d counted", h, aboard, held, s.gate.held)
		}
		if s.journey && s.gate.line.Len() > 0 && s.gate.held < s.gate.limit {
			return fmt.Errorf("server %v: %d wait beside %d free places", h, s.gate.line.Len(), s.gate.limit-s.gate.held)
		}
	}
	elsewhere := 0
	for _, r := range p.requests.All() {
		if !r.phase.aboard() {
			elsewhere++
		}
	}
	if present+elsewhere != p.requests.Len() {
		return fmt.Errorf("%d requests alive, %d at servers and %d elsewhere", p.requests.Len(), present, elsewhere)
	}
	return nil
}

// verifyTargets: scopes count their targets, only those that are healthy, or all
// when failing open, are in rotation, and each knows what it has in flight.
func (p *Plane) verifyTargets() error {
	type count struct{ registered, healthy int }
	counts := map[[2]int32]count{}
	for h, t := range p.targets.All() {
		c := counts[[2]int32{t.group, t.scope}]
		if !t.draining {
			c.registered++
			if t.healthy() {
				c.healthy++
			}
		}
		counts[[2]int32{t.group, t.scope}] = c
		s := &p.targetGroups[t.group].scopes[t.scope]
		if wanted := !t.draining && (t.healthy() || s.failOpen); wanted != t.rotating {
			return fmt.Errorf("target %v: in rotation %v, should be %v", h, t.rotating, wanted)
		}
		aboard := int32(0)
		for _, r := range p.requests.All() {
			if r.target == uint32(h.Index()) {
				aboard++
			}
		}
		if aboard != t.inFlight {
			return fmt.Errorf("target %v: %d in flight, counted %d", h, aboard, t.inFlight)
		}
	}
	for g := range p.targetGroups {
		for k := range p.targetGroups[g].scopes {
			s := &p.targetGroups[g].scopes[k]
			if c := counts[[2]int32{int32(g), int32(k)}]; c.registered != s.registered || c.healthy != s.healthy {
				return fmt.Errorf("target group %d scope %d: %+v, counted %d registered, %d healthy", g, k, c, s.registered, s.healthy)
			}
		}
	}
	return nil
}

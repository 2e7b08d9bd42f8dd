package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// flowHour is the part of a [balancerHour] of the flows of one kind.
type flowHour struct {
	connections int64
	processed   model.Bytes
	open        int64
	active      stat.Sum
}

// balancerHour accumulates a [model.BalancerUse]. active is Σ (end − start) of
// connections in nanoseconds, kept as Σ end − Σ start so that a running sum is
// exact at any instant: ∫ active dt = active + open × now.
type balancerHour struct {
	open        int64
	active      stat.Sum
	connections int64
	evaluations int64
	processed   model.Bytes
	out         model.Bytes
	side        model.Bytes // from callers in other zones and to them
	away        model.Bytes // to callers in other Regions
	crossed     model.Bytes // between nodes and targets of other zones
	from        sim.Time
}

// TakeBalancerUse returns what a load balancer did since it was last asked, as of
// when its servers were settled last: see [Plane.Settle].
func (p *Plane) TakeBalancerUse(index int) model.BalancerUse {
	now := p.kernel.Now()
	b := &p.balancers[index]
	h := &b.hour
	p.endAllSilentFlows()
	p.endAllIdleConnections()
	active := h.active
	active.AddProduct(h.open, int64(now))
	use := model.BalancerUse{
		From: h.from, To: now, NewConnections: h.connections, ActiveTime: sim.Time(active.Int64()),
		Processed: h.processed, Out: h.out, Side: h.side, Away: h.away, Crossed: h.crossed, Evaluations: h.evaluations,
	}
	b.evaluated -= h.evaluations
	*h = balancerHour{from: now, open: h.open}
	h.active.AddProduct(-h.open, int64(now))
	for k := range use.Flows {
		part := &b.parts[k]
		part.active.AddProduct(part.open, int64(now))
		b.flowTime.Merge(part.active)
		b.counts.FlowsOpened += part.connections
		use.Flows[k] = model.FlowUse{NewConnections: part.connections, ActiveTime: sim.Time(part.active.Int64()), Processed: part.processed}
		*part = flowHour{open: part.open}
		part.active.AddProduct(-part.open, int64(now))
	}
	return use
}

// opened counts a new connection.
func (b *balancer) opened(now sim.Time) {
	b.hour.open++
	b.hour.connections++
	b.hour.active.Add(-int64(now))
}

// carries counts what a request is to the balancer.
func (b *balancer) carries(r *request, evaluations int64) {
	b.hour.evaluations += evaluations
	b.hour.processed = b.hour.processed.Plus(r.requestBytes())
}

// closed ends a request at the balancer whose connection it was alone on.
func (b *balancer) closed(now sim.Time, r *request) {
	if r.zone == noNode || b.cfg.Network() {
		return
	}
	b.hour.open--
	b.hour.active.Add(int64(now))
	if r.phase == answered {
		b.answers(r)
	}
}

// ends is closed for the answer to a request of a plain source, with what it is across
// the border of a zone. It returns the time that this takes.
func (b *balancer) ends(at sim.Time, r *request, zone model.Zone) sim.Time {
	b.hour.open--
	b.hour.active.Add(int64(at))
	if r.carries() {
		b.answers(r)
		if zone != model.Zone(r.zone) {
			b.hour.crossed = b.hour.crossed.Plus(r.requestBytes()).Plus(r.responseBytes())
		}
	}
	across := b.cfg.CrossLatency
	if zone == model.Zone(r.zone) {
		across = 0
	}
	return across
}

// answers counts a response, which is data out.
func (b *balancer) answers(r *request) {
	b.hour.processed = b.hour.processed.Plus(r.responseBytes())
	b.hour.out = b.hour.out.Plus(r.responseBytes())
}

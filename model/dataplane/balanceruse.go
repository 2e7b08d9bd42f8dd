package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// openTime counts connections and for how long they are open. active is Σ (end − start) in
// nanoseconds, kept as Σ end − Σ start so that a running sum is exact at any instant:
// ∫ active dt = active + open × now.
type openTime struct {
	open        int64
	connections int64 // that were opened
	active      stat.Sum
}

// opens counts a new connection.
func (o *openTime) opens(now sim.Time) {
	o.open++
	o.connections++
	o.active.Add(-int64(now))
}

// closes counts the end of a connection.
func (o *openTime) closes(at sim.Time) {
	o.open--
	o.active.Add(int64(at))
}

// until is the time that connections have been open until now.
func (o *openTime) until(now sim.Time) stat.Sum {
	active := o.active
	active.AddProduct(o.open, int64(now))
	return active
}

// from begins anew at an instant, with what is open.
func (o *openTime) from(now sim.Time) openTime {
	next := openTime{open: o.open}
	next.active.AddProduct(-o.open, int64(now))
	return next
}

// flowHour is the part of a [balancerHour] of the flows of one kind.
type flowHour struct {
	openTime
	processed model.Bytes
}

// balancerHour accumulates a [model.BalancerUse].
type balancerHour struct {
	openTime
	evaluations int64
	processed   model.Bytes
	out         model.Bytes
	side        model.Bytes // from callers in other zones and to them
	byVPN       model.Bytes // to targets outside
	away        model.Bytes // to callers in other Regions
	crossed     model.Bytes // between nodes and targets of other zones
	began       sim.Time
}

// TakeBalancerUse returns what a load balancer did since it was last asked, as of
// when its servers were settled last: see [Plane.Settle].
func (p *Plane) TakeBalancerUse(index int) model.BalancerUse {
	now := p.kernel.Now()
	b := &p.balancers[index]
	h := &b.hour
	p.endAllSilentFlows()
	p.endAllIdleConnections()
	active := h.until(now)
	use := model.BalancerUse{
		From: h.began, To: now, NewConnections: h.connections, ActiveTime: sim.Time(active.Int64()),
		Processed: h.processed, Out: h.out, ByVPN: h.byVPN, Side: h.side, Away: h.away, Crossed: h.crossed, Evaluations: h.evaluations,
	}
	b.evaluated -= h.evaluations
	*h = balancerHour{began: now, openTime: h.from(now)}
	for k := range use.Flows {
		part := &b.parts[k]
		active := part.until(now)
		b.flowTime.Merge(active)
		b.counts.FlowsOpened += part.connections
		use.Flows[k] = model.FlowUse{NewConnections: part.connections, ActiveTime: sim.Time(active.Int64()), Processed: part.processed}
		*part = flowHour{openTime: part.from(now)}
	}
	return use
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
	b.hour.closes(now)
	if r.phase == answered {
		b.answers(r)
	}
}

// ends is closed for the answer to a request of a plain source, with what it is across
// the border of a zone. It returns the time that this takes.
func (b *balancer) ends(at sim.Time, r *request, zone model.Zone) sim.Time {
	b.hour.closes(at)
	if r.carries() {
		b.carriesBack(r, zone)
	}
	across := b.cfg.CrossLatency
	if zone == model.Zone(r.zone) {
		across = 0
	}
	return across
}

// carriesBack counts the bytes of a response from a zone, and those of all the request if that
// is not its node's.
func (b *balancer) carriesBack(r *request, zone model.Zone) {
	b.answers(r)
	if zone != model.Zone(r.zone) {
		b.hour.crossed = b.hour.crossed.Plus(r.requestBytes()).Plus(r.responseBytes())
	}
}

// answers counts a response, which is data out.
func (b *balancer) answers(r *request) {
	b.hour.processed = b.hour.processed.Plus(r.responseBytes())
	b.hour.out = b.hour.out.Plus(r.responseBytes())
}

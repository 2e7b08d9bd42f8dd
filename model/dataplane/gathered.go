package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// A lane gathers what comes to it and what ends on it, many in a row within one minute, and
// counts it as one sum. Whoever lets requests come or end has all that is gathered counted
// ([Plane.countGathered]) before anybody else may look, so that nobody misses any: for a row of
// arrivals, departures and answers, at which nobody looks, whoever plays what comes after them
// ([Plane.EndRow]). The first that comes or ends counts for itself, and those after it are
// gathered: for one alone it is not worth it.

// gatheredArrivals are the requests that have come to fast paths and are not counted yet. A row is as
// long as nobody looks, some 2¹⁸ at most, so that its sums stay below 2⁶³.
type gatheredArrivals struct {
	from   sim.Time // the minute in which they came; noMinute: none are gathered
	count  int64
	since  int64 // Σ time from then to their arrivals
	atOnce int64 // who was served at once, after the warm-up
}

// gatheredEnds are the requests that have ended and are not counted yet.
type gatheredEnds struct {
	from    sim.Time // as of gatheredArrivals
	count   int64
	since   int64
	latency int64 // Σ latency without the load balancer's share

	out, crossed model.Bytes // of those with a load balancer; see countResponses

	// Where bytes take their time a target responds before its response has gone out.
	wired, wiredLatency int64 // of count, who did so, and their part of latency
	led, ledLatency     int64 // responses that have begun, and Σ latency until then
}

// Limits of gatheredEnds: their sums stay below 2⁶³.
const (
	mostGatheredLatency = sim.Time(1) << 38 // 4.6 minutes; who took longer is counted alone
	mostGathered        = 1 << 24
)

// noMinute is the minute of a lane that gathers nothing: no instant is in it.
const noMinute = -2 * sim.Minute

// takes reports whether an end can be added, of a request with a latency.
func (e *gatheredEnds) takes(at, latency sim.Time) bool {
	return uint64(at-e.from) < uint64(sim.Minute) && latency < mostGatheredLatency && e.count < mostGathered
}

// leads adds the beginning of a response, or returns false if it cannot be.
func (e *gatheredEnds) leads(latency sim.Time) bool {
	if e.from == noMinute || latency >= mostGatheredLatency || e.led >= mostGathered {
		return false
	}
	e.led++
	e.ledLatency += int64(latency)
	return true
}

// add adds the arrival of a request, or returns false if it cannot be.
func (a *gatheredArrivals) add(now sim.Time) bool {
	since := now - a.from
	if uint64(since) >= uint64(sim.Minute) {
		return false
	}
	a.count++
	a.since += int64(since)
	return true
}

// add adds an end that is taken; the caller places its latency.
func (e *gatheredEnds) add(at, latency sim.Time) {
	e.count++
	e.since += int64(at - e.from)
	e.latency += int64(latency)
}

// gatherArrivals counts a request that comes to a fast path of a lane for itself, and has those
// like it gathered.
func (p *Plane) gatherArrivals(n *lane, now sim.Time) {
	p.countArrival(n, now)
	p.noteGathering(n)
	p.countGatheredArrivals(n)
	n.came.from = now - now%sim.Minute
}

// countArrival counts a request that comes on a lane for itself.
func (p *Plane) countArrival(n *lane, now sim.Time) {
	n.route.arrives(now)
	if n.group != nil {
		n.open.opens(now)
		n.group.requests++
	}
}

// countEnd counts the end of a request on a lane with a target group for itself.
func (p *Plane) countEnd(n *lane, arrived, latency, at sim.Time) {
	n.open.closes(at)
	p.meter.ends(n.route, arrived, latency+n.hop, at)
	n.group.responded(latency)
}

// gatherEnds has the ends of a lane gathered, like one at an instant, if they may be: where all
// that each of them counts for is a sum.
func (p *Plane) gatherEnds(n *lane, at sim.Time) {
	p.countGatheredEnds(n)
	if g := n.group; g != nil && (len(g.times) > 0 || g.translates()) || g == nil && n.source.away != nil {
		return
	}
	p.noteGathering(n)
	n.ended.from = at - at%sim.Minute
}

// noteGathering notes that a lane is about to gather.
func (p *Plane) noteGathering(n *lane) {
	if n.came.from == noMinute && n.ended.from == noMinute {
		p.gathering = append(p.gathering, n)
	}
}

// EndRow ends a row: whoever looks at the plane calls it, or plays another event than those of a row, of
// a rank.
func (p *Plane) EndRow(rank sim.Rank) {
	if p.inRow {
		if p.tiers.since = 0; p.tiers.spell {
			until := p.kernel.Now()
			if rank <= sim.RankDeparture {
				until--
			}
			p.endSpell(until)
		}
		p.inRow = false
		p.countGathered()
	}
}

// countGathered counts what all lanes have gathered, and ends that, unless a row does so at its end.
func (p *Plane) countGathered() {
	if len(p.gathering) > 0 && !p.inRow {
		p.countLanes()
	}
}

// countLanes counts what all lanes have gathered.
func (p *Plane) countLanes() {
	for _, n := range p.gathering {
		p.countGatheredArrivals(n)
		p.countGatheredEnds(n)
	}
	p.gathering = p.gathering[:0]
}

// countGatheredArrivals counts what has come to a lane and is gathered, and ends that.
func (p *Plane) countGatheredArrivals(n *lane) {
	a, o := n.came, n.route
	n.came = gatheredArrivals{from: noMinute}
	o.Wait.RecordZeros(a.atOnce)
	if a.count == 0 {
		return
	}
	o.Arrived += a.count
	o.Arrivals[a.from/sim.Minute] += a.count
	if n.group != nil {
		n.open.open += a.count
		n.open.connections += a.count
		n.open.active.AddProduct(-a.count, int64(a.from))
		n.open.active.Add(-a.since)
		n.group.requests += a.count
	}
}

// countGatheredEnds counts what has ended on a lane and is gathered, and ends that.
func (p *Plane) countGatheredEnds(n *lane) {
	e, o := n.ended, n.route
	if n.ended = (gatheredEnds{from: noMinute}); e.count|e.led == 0 {
		return
	}
	if g := n.group; g != nil {
		n.open.open -= e.count
		n.open.active.AddProduct(e.count, int64(e.from))
		n.open.active.Add(e.since)
		g.responses += e.count - e.wired + e.led
		g.latency.Add(e.latency - e.wiredLatency)
		g.latency.Add(e.ledLatency)
		if e.out|e.crossed != 0 {
			n.source.countResponses(e.out, e.crossed)
		}
	}
	minute := e.from / sim.Minute
	o.Completed += e.count
	o.Completes[minute] += e.count
	o.MeasuredCompleted += e.count
	o.Latency.AddTotals(e.count, e.latency, int64(n.hop))
	o.LatencyNs[minute].AddProduct(e.count, int64(n.hop))
	o.LatencyNs[minute].Add(e.latency)
}

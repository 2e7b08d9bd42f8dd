package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// What comes to a lane and what ends on it, many in a row within one minute, is counted as one
// sum: it is on a tab. Whoever lets requests come or end pays all tabs ([Plane.payTabs]) before
// anybody else may look, so that nobody sees one: for a row of arrivals, departures and answers,
// at which nobody looks, whoever plays what comes after them ([Plane.EndRow]).
// The first that comes or ends counts for itself, and opens the tab: one alone is not worth it.

// arrivalTab is what has come to fast paths and is not counted yet. A row is as
// long as nobody looks, some 2¹⁸ at most, so that its sums stay below 2⁶³.
type arrivalTab struct {
	from   sim.Time // the minute in which they came; shut: nothing is put on it
	count  int64
	since  int64 // Σ time from then to their arrivals
	atOnce int64 // who was served at once, after the warm-up
}

// endTab is what has ended and is not counted yet.
type endTab struct {
	from    sim.Time // as of an arrivalTab
	count   int64
	since   int64
	latency int64 // Σ latency without the load balancer's share

	out, crossed model.Bytes // of those with a load balancer; see countResponses

	// Where bytes take their time a target responds before its response has gone out.
	wired, wiredLatency int64 // of count, who did so, and their part of latency
	led, ledLatency     int64 // responses that have begun, and Σ latency until then
}

// Limits of an endTab: its sums stay below 2⁶³.
const (
	tabLatency = sim.Time(1) << 38 // 4.6 minutes; who took longer is counted alone
	tabCount   = 1 << 24
)

// shut is the beginning of the minute of a tab on which nothing is put: no instant is in it.
const shut = -2 * sim.Minute

// takes reports whether an end can be put on a tab, of a request with a latency.
func (t *endTab) takes(at, latency sim.Time) bool {
	return uint64(at-t.from) < uint64(sim.Minute) && latency < tabLatency && t.count < tabCount
}

// leads puts the beginning of a response on a tab, or returns false if it cannot be.
func (t *endTab) leads(latency sim.Time) bool {
	if t.from == shut || latency >= tabLatency || t.led >= tabCount {
		return false
	}
	t.led++
	t.ledLatency += int64(latency)
	return true
}

// put puts the arrival of a request on a tab, or returns false if it cannot be.
func (t *arrivalTab) put(now sim.Time) bool {
	since := now - t.from
	if uint64(since) >= uint64(sim.Minute) {
		return false
	}
	t.count++
	t.since += int64(since)
	return true
}

// put puts an end on a tab that takes it; the caller places its latency.
func (t *endTab) put(at, latency sim.Time) {
	t.count++
	t.since += int64(at - t.from)
	t.latency += int64(latency)
}

// openArrivalTab counts a request that comes to a fast path of a lane for itself, and begins a
// tab for those like it.
func (p *Plane) openArrivalTab(n *lane, now sim.Time) {
	p.countArrival(n, now)
	p.owe(n)
	p.payArrivals(n)
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

// openEndTab begins a tab for the ends of a lane, like one at an instant, if it may have one: where
// all that each of them counts for is a sum.
func (p *Plane) openEndTab(n *lane, at sim.Time) {
	p.payEnds(n)
	if g := n.group; g != nil && (len(g.times) > 0 || g.translates()) || g == nil && n.source.away != nil {
		return
	}
	p.owe(n)
	n.ended.from = at - at%sim.Minute
}

// owe notes that a lane is about to have a tab.
func (p *Plane) owe(n *lane) {
	if n.came.from == shut && n.ended.from == shut {
		p.owing = append(p.owing, n)
	}
}

// EndRow ends a row: whoever looks at the plane calls it, or plays another event than those of a row.
func (p *Plane) EndRow() {
	if p.inRow {
		p.inRow = false
		p.payTabs()
	}
}

// payTabs counts what is on all tabs, and shuts them, unless a row does so at its end.
func (p *Plane) payTabs() {
	if len(p.owing) > 0 && !p.inRow {
		p.payAll()
	}
}

func (p *Plane) payAll() {
	for _, n := range p.owing {
		p.payArrivals(n)
		p.payEnds(n)
	}
	p.owing = p.owing[:0]
}

// payArrivals counts what has come to a lane, and shuts that tab.
func (p *Plane) payArrivals(n *lane) {
	t, o := n.came, n.route
	n.came = arrivalTab{from: shut}
	o.Wait.RecordZeros(t.atOnce)
	if t.count == 0 {
		return
	}
	o.Arrived += t.count
	o.Arrivals[t.from/sim.Minute] += t.count
	if n.group != nil {
		n.open.open += t.count
		n.open.connections += t.count
		n.open.active.AddProduct(-t.count, int64(t.from))
		n.open.active.Add(-t.since)
		n.group.requests += t.count
	}
}

// payEnds counts what has ended on a lane, and shuts that tab.
func (p *Plane) payEnds(n *lane) {
	t, o := n.ended, n.route
	if n.ended = (endTab{from: shut}); t.count|t.led == 0 {
		return
	}
	if g := n.group; g != nil {
		n.open.open -= t.count
		n.open.active.AddProduct(t.count, int64(t.from))
		n.open.active.Add(t.since)
		g.responses += t.count - t.wired + t.led
		g.latency.Add(t.latency - t.wiredLatency)
		g.latency.Add(t.ledLatency)
		if t.out|t.crossed != 0 {
			n.source.countResponses(t.out, t.crossed)
		}
	}
	minute := t.from / sim.Minute
	o.Completed += t.count
	o.Completes[minute] += t.count
	o.MeasuredCompleted += t.count
	o.Latency.AddTotals(t.count, t.latency, int64(n.hop))
	o.LatencyNs[minute].AddProduct(t.count, int64(n.hop))
	o.LatencyNs[minute].Add(t.latency)
}

package dataplane

import "headroom/sim"

// tab is what has ended on a lane and is not counted yet: many ends in a row, within one minute,
// are counted as one sum. Whoever lets requests end pays all tabs ([Plane.payTabs]) before
// anybody else may look, so that nobody sees one.
type tab struct {
	from    sim.Time // the minute in which they ended; shut: nothing is put on it
	count   int64
	since   int64 // Σ time from then to their ends
	latency int64 // Σ latency without the load balancer's share
}

// Limits of a tab: its sums stay below 2⁶³.
const (
	tabLatency = sim.Time(1) << 38 // 4.6 minutes; who took longer is counted alone
	tabCount   = 1 << 24
)

// shut is the beginning of the minute of a tab on which nothing is put: no instant is in it.
const shut = -2 * sim.Minute

// takes reports whether an end can be put on a tab, of a request with a latency.
func (t *tab) takes(at, latency sim.Time) bool {
	return uint64(at-t.from) < uint64(sim.Minute) && latency < tabLatency && t.count < tabCount
}

// openTab begins a tab for the ends of a lane, like one at an instant, if it may have one: where
// all that each of them counts for is a sum.
func (p *Plane) openTab(n *lane, at sim.Time) {
	p.payTab(n)
	switch s := n.source; {
	case s.plain && len(n.group.times) == 0, s.direct && s.away == nil:
	default:
		return
	}
	if n.tab.from = at - at%sim.Minute; !n.owes {
		n.owes, p.owing = true, append(p.owing, n)
	}
}

// payTabs counts what is on all tabs, and shuts them.
func (p *Plane) payTabs() {
	if len(p.owing) > 0 {
		p.payAll()
	}
}

func (p *Plane) payAll() {
	for _, n := range p.owing {
		p.payTab(n)
		n.owes = false
	}
	p.owing = p.owing[:0]
}

// payTab counts what is on a tab, and shuts it.
func (p *Plane) payTab(n *lane) {
	t := n.tab
	if n.tab = (tab{from: shut}); t.count == 0 {
		return
	}
	if g := n.group; g != nil {
		hour := &n.source.lb.hour
		hour.open -= t.count
		hour.active.AddProduct(t.count, int64(t.from))
		hour.active.Add(t.since)
		g.responses += t.count
		g.latency.Add(t.latency)
	}
	o := n.route
	minute := t.from / sim.Minute
	o.Completed += t.count
	o.Completes[minute] += t.count
	o.MeasuredCompleted += t.count
	o.Latency.AddTotals(t.count, t.latency, int64(n.hop))
	o.LatencyNs[minute].AddProduct(t.count, int64(n.hop))
	o.LatencyNs[minute].Add(t.latency)
}

package dataplane

import "headroom/model"

// alikeRow is what requests have in common that a source sends in a row, where they differ in nothing
// but their CPU time and their bytes and all go to one target group: what [Plane.sendByBalancer] and
// [Plane.forwardCompact] find for each is found once.
type alikeRow struct {
	source  *source
	lane    *lane
	group   *targetGroup
	dns     []model.Zone
	nodes   []node
	limited bool           // they may be too small
	zonal   bool           // they choose among the targets of their zones
	sent    int64          // that the rule of its load balancer has not counted
	aside   int64          // of them, who did not go on in a row
	bytes   model.Bytes    // of those
	request compactRequest // the present one
}

// openRow finds what a row of requests of a source have in common; where they may differ, it
// has no source.
func (p *Plane) openRow(w *alikeRow, index int, s *source) {
	if !s.alike {
		return
	}
	action := &s.way.actions[0]
	choice, ok := action.forward.Next() // among one: whose turn it is does not change
	if !ok {
		return
	}
	w.request = compactRequest{source: uint16(index), route: s.span.others + int32(action.groups[choice])}
	w.source, w.lane = s, &p.lanes[w.request.route]
	w.group, w.dns, w.nodes = w.lane.group, s.lb.dns, s.lb.nodes
	w.limited, w.zonal = s.lb.limited, !w.group.cfg.CrossZone
}

// closeRow counts what the rule of a row has met.
func (p *Plane) closeRow(w *alikeRow) {
	p.inRows += w.sent - w.aside
	action := &w.source.way.actions[0]
	h := &w.source.lb.hour
	h.evaluations += w.sent * action.evaluations
	h.processed = h.processed.Plus(w.bytes)
	*action.matched += w.sent
}

// sendInRow is [Plane.sendCompact] for a request of a row.
func (p *Plane) sendInRow(w *alikeRow) {
	s, g, r := w.source, w.group, &w.request
	r.arrived, r.demand = p.kernel.Now(), s.demand.draw()
	if s.carries {
		of := s.sizes.draw()
		r.in, r.out, r.high = of.in, of.out, of.high
	}
	zone := s.nodeOf(w.dns)
	r.zone = uint8(zone)
	n := &w.nodes[zone]
	n.requests++
	if w.limited && !n.admits(r.arrived) {
		p.rejectCompact(r, s.lb)
		return
	}
	w.sent++
	w.bytes += r.requestBytes()
	sc := &g.scopes[0]
	if w.zonal {
		sc = &g.scopes[zone]
	}
	if g.counts {
		p.passCalendar(r.arrived)
	}
	local, ok := sc.policy.Pick(int(zone))
	if !ok {
		w.aside++
		p.failCompact(r, w.lane)
		return
	}
	if g.counts {
		sc.policy.Began(local)
	}
	in := &g.routed[local]
	r.server = in.server
	if f := &p.fastPaths[in.server]; f.open && f.target == in.target && p.enterCompact(r, f, w.lane, w.lane.patienceFor(r, f)) {
		f.asked++
	} else {
		w.aside++
		other := *r
		p.sendCompactTo(&other, w.lane, *in)
	}
	if sc.least != nil && len(p.fastPaths) >= p.many {
		p.fetchNext(g, sc, int(zone))
	}
}

// InRows returns how many requests went to their servers in rows. It is meant for tests.
func (p *Plane) InRows() int64 { return p.inRows }

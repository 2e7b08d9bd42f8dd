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
func (w *alikeRow) closeRow() {
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
	zone := w.dns[0]
	if len(w.dns) > 1 {
		zone = w.dns[s.nodes.Below(len(w.dns))]
	}
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
		p.failCompact(r, w.lane)
		return
	}
	if g.counts {
		sc.policy.Began(local)
	}
	in := &g.routed[local]
	r.server = in.server
	if f := &p.fastPaths[in.server]; f.open && f.target == in.target && p.enterAlike(r, f, w.lane) {
		f.asked++
	} else {
		other := *r
		p.sendCompactTo(&other, w.lane, *in)
	}
	if sc.least != nil && len(p.fastPaths) >= p.many {
		p.fetchNext(g, sc, int(zone))
	}
}

// enterAlike is [Plane.enterCompact] for a request of a row, where servers do not share their CPU.
func (p *Plane) enterAlike(r *compactRequest, f *fastPath, n *lane) bool {
	switch {
	case f.shared:
		return false
	case f.wired:
		return p.receiveCompact(r, f, n, n.patienceFor(r, f))
	}
	return p.enterInOrder(r, f, n, n.patienceFor(r, f))
}

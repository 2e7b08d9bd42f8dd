package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Departures of one nanosecond at several servers come in an order that all ways of playing them know: those of
// who is called before those of who calls, of one service by server, and those who have come in that very nanosecond,
// with nothing to do, after all others, as they came. So a call meets nobody who departs as it comes, and
// nothing follows from when which event was scheduled, which depends on who looked when.

// findHeights finds how many services call each other below each, at most: those that it calls are lower.
func (p *Plane) findHeights() {
	for again := true; again; { // services do not call each other in a circle
		again = false
		for i := range p.sources {
			s := &p.sources[i]
			if s.call == nil {
				continue
			}
			for _, callee := range p.calleesOf(s) {
				if c, least := &p.calls[s.service], p.calls[callee].height+1; c.height < least {
					c.height, again = least, true
				}
			}
		}
	}
}

// heightOf is that of the service of a server, which it may have none of.
func (p *Plane) heightOf(server uint32) int {
	if s := p.servers.at(server); s.service >= 0 {
		return p.calls[s.service].height
	}
	return 0
}

// onServerDeparts plays the departures of a server that must not wait, and all others of the same instant.
func (p *Plane) onServerDeparts(ev model.Event) {
	if p.kernel.Tied() {
		p.departTogether(ev)
		return
	}
	p.serverDeparts(uint32(ev.Index()))
	if p.atOnce {
		p.departAtOnce()
	}
}

// departTogether plays an event and all others of its instant.
func (p *Plane) departTogether(ev model.Event) {
	list := append(p.together[:0], uint32(ev.Index()))
	for next, ok := p.kernel.NextTied(sim.RankDeparture); ok; next, ok = p.kernel.NextTied(sim.RankDeparture) {
		if p.tiers.spell {
			p.departsInSpell(next)
		}
		list = append(list, uint32(next.Index()))
	}
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b uint32) int { return cmp.Or(p.heightOf(a)-p.heightOf(b), cmp.Compare(a, b)) })
	}
	for _, id := range list {
		p.serverDeparts(id)
		p.departAtOnce()
	}
	p.together = list
}

// departAtOnce plays the departures of this instant that a departure has led to.
func (p *Plane) departAtOnce() {
	for p.atOnce {
		next, ok := p.kernel.NextTied(sim.RankDeparture)
		if p.atOnce = ok; ok {
			p.serverDeparts(uint32(next.Index()))
			p.atOnce = true
		}
	}
}

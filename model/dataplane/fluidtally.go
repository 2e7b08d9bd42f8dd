package dataplane

import (
	"headroom/model/fluid"
	"headroom/sim"
)

// tally is responses of a law that are not recorded yet.
type tally struct {
	stay     fluid.Stay
	hop      sim.Time // with what is across
	across   sim.Time
	before   sim.Time // since the first attempt
	route    *RouteOutcome
	group    int32
	source   int
	of       *cohort // if somebody looks at phases, zones or types
	measured bool
	n        int64
}

// tallyMany notes responses, to be recorded with others that take as long.
func (p *Plane) tallyMany(c *current, r *RouteOutcome, n int64, measured bool) {
	f, of := p.fluid, c.cohort
	stay := fluid.Stay{Law: c.law(), Limit: c.patience}
	before, who := f.inflows[c.inflow].before, (*cohort)(nil)
	if p.meter.looks() {
		who = of
	}
	for i := range f.tallies {
		t := &f.tallies[i]
		if t.before == before && t.stay == stay && t.route == r && t.hop == c.hop+c.across && t.measured == measured && t.of == who {
			t.n += n
			return
		}
	}
	f.tallies = append(f.tallies, tally{
		stay: stay, hop: c.hop + c.across, across: c.across, before: before, route: r, group: c.group,
		source: c.source, measured: measured, n: n, of: who,
	})
}

// recordFluid records the responses that were noted: the tail of a law is found once for all
// of them.
func (p *Plane) recordFluid() {
	f := p.fluid
	if f == nil {
		return
	}
	for i := range f.tallies {
		t := &f.tallies[i]
		u := f.draws.Uniform()
		switch {
		case t.measured:
			t.stay.Record(t.route.Latency, t.n, t.hop, u)
		case t.route.Early != nil:
			t.stay.Record(t.route.Early, t.n, t.hop, u)
		}
		p.recordOthers(t, u)
		p.recordObserved(t, u)
	}
	f.tallies = f.tallies[:0]
	p.recordDurations()
}

// recordOthers records the responses for who looks at them beside their route.
func (p *Plane) recordOthers(t *tally, u float64) {
	if t.group != None {
		for _, h := range p.targetGroups[t.group].times {
			t.stay.Record(h, t.n, t.across, u)
		}
	}
	if !p.tracked || !t.measured || !p.isUser(t.source) {
		return
	}
	who := p.meter.workloads[t.source]
	user := &p.meter.users[who]
	t.stay.Record(user.Latency, t.n, t.hop+t.before, u)
	user.InDeadline += t.n
	if limit := p.meter.limits[who]; limit > 0 {
		user.InDeadline -= int64(float64(t.n)*t.stay.Tail(limit-t.hop-t.before) + u)
	}
}

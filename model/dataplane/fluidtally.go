package dataplane

import (
	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/stat"
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
		f.into = f.into[:0]
		switch {
		case t.measured:
			f.record(t.route.Latency, t.hop)
		case t.route.Early != nil:
			f.record(t.route.Early, t.hop)
		}
		p.recordOthers(t, u)
		p.recordObserved(t, u)
		t.stay.Record(f.into, t.n, u)
	}
	f.tallies = f.tallies[:0]
	p.recordDurations()
}

// record has the responses of a tally recorded, each with what is added to its stay.
func (f *fluidly) record(h *stat.Histogram, also sim.Time) {
	f.into = append(f.into, law.Into{Histogram: h, Longer: int64(also)})
}

// recordOthers records the responses for who looks at them beside their route.
func (p *Plane) recordOthers(t *tally, u float64) {
	if t.group != None {
		for _, h := range p.targetGroups[t.group].times {
			p.fluid.record(h, t.across)
		}
	}
	if !p.tracked || !t.measured || !p.isUser(t.source) {
		return
	}
	who := p.meter.workloads[t.source]
	user := &p.meter.users[who]
	p.fluid.record(user.Latency, t.hop+t.before)
	user.InDeadline += t.n
	if limit := p.meter.limits[who]; limit > 0 {
		user.InDeadline -= int64(float64(t.n)*t.stay.Tail(limit-t.hop-t.before) + u)
	}
}

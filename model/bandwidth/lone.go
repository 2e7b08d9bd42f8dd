package bandwidth

import (
	"math/bits"

	"headroom/model"
	"headroom/sim"
)

// lone is a flow that has a link to itself, as most have: its end is known when it begins.
// It becomes a job of a station when a second one comes, or when it is disturbed.
type lone struct {
	begin, end sim.Time // end: Never without a flow
	bytes      model.Bytes
	job        uint32
	way        Way
}

// light is the state of a link on which no flow meets another: the lone one, and what is
// missing from full credits. While it is on, the bucket and the stations of the link rest.
type light struct {
	on    bool
	base  Rate // of the link's terms
	lone  lone
	at    sim.Time // of the debt: the lone flow's begin, or when the last one ended
	debt  uint64   // credits that are missing, in thousandths of a byte times a nanosecond per second
	most  uint64   // that it ever was since the link is light
	bound uint64   // debt stays below: beyond it, credits may run out, or the number be too large

	rates [wayCount]Rate  // of a lone flow
	over  [wayCount]int64 // those less the base
}

const (
	mostDebt = 1 << 62
	// mostTook is longer than a lone flow takes: beyond, its credits might not fit.
	mostTook sim.Time = 1 << 30
)

func newLight(at sim.Time, terms *Terms) light {
	l := light{on: true, base: terms.Base, lone: lone{end: sim.Never}, at: at, bound: mostDebt}
	if hi, lo := bits.Mul64(uint64(terms.credits()), uint64(sim.Second)); hi == 0 {
		l.bound = min(l.bound, lo)
	}
	for way := range l.rates {
		l.rates[way] = terms.loneRate(Way(way))
		l.over[way] = int64(l.rates[way]) - int64(terms.Base)
	}
	return l
}

// loneRate is what a flow has that is alone.
func (t *Terms) loneRate(way Way) Rate {
	rate := min(t.Flow, t.Peak)
	if way == Internet {
		rate = min(rate, t.Internet)
	}
	return max(1, rate)
}

// Alone returns how long bytes take that have a link to themselves, while it has credits: less
// they never take.
func (l *Link) Alone(bytes model.Bytes, way Way) sim.Time {
	rate := uint64(l.light.rates[way])
	return sim.Time((uint64(bytes)*1_000_000 + rate - 1) / rate)
}

// Least is the rate that all flows together have at least, whatever they are.
func (l *Link) Least() Rate { return max(1, min(l.terms.Base, l.terms.Flow, l.terms.Internet)) }

// alone returns how long bytes take that have the link to themselves from an instant on, up to
// which it brings the credits; or false if they have not, or if credits might run out before.
func (l *Link) alone(at sim.Time, bytes model.Bytes, way Way) (took sim.Time, ok bool) {
	m := &l.light
	if !m.on && !l.lighten(at) || m.lone.end != sim.Never {
		return 0, false
	}
	if m.debt > 0 {
		m.debt = l.earned(uint64(m.base), at)
	}
	m.at = at
	took = l.Alone(bytes, way)
	return took, took < mostTook && (m.over[way] <= 0 || m.debt+uint64(m.over[way])*uint64(took) < m.bound)
}

// beginLone begins a flow that has the link to itself, or returns false if it has not, or if
// credits might run out before its end.
func (l *Link) beginLone(at sim.Time, job uint32, bytes model.Bytes, way Way) bool {
	took, ok := l.alone(at, bytes, way)
	if !ok {
		return false
	}
	f := &l.light.lone
	f.begin, f.end, f.bytes, f.job, f.way = at, at+took, bytes, job, way
	l.most = max(l.most, l.light.rates[way])
	return true
}

// Through passes bytes that have the link to themselves from an instant up to which it is
// settled, and returns when they have passed; or it does nothing and returns false if they have
// not, or if that is later than an instant before which no other flow begins.
func (l *Link) Through(at, before sim.Time, bytes model.Bytes, way Way) (end sim.Time, ok bool) {
	m := &l.light
	if !m.on && !l.lighten(at) || m.lone.end != sim.Never {
		return 0, false
	}
	took := l.Alone(bytes, way)
	if end = at + took; end > before || took >= mostTook {
		return 0, false
	}
	debt := m.debt
	if debt > 0 {
		debt = l.earned(uint64(m.base), at)
	}
	if over := m.over[way]; over > 0 {
		if debt += uint64(over) * uint64(took); debt >= m.bound {
			return 0, false
		}
		m.most = max(m.most, debt)
	} else if debt > 0 {
		m.debt, m.at = debt, at
		debt = l.earned(uint64(-over), end)
	}
	m.debt, m.at = debt, end
	l.begun += bytes
	l.most = max(l.most, m.rates[way])
	return end, true
}

// endLone ends the lone flow, and returns it.
func (l *Link) endLone() (job uint32, at sim.Time) {
	f := &l.light.lone
	job, at = f.job, f.end
	f.end = sim.Never
	l.owe(at-f.begin, f.way)
	return job, at
}

// owe spends the credits of bytes that have passed alone in a time.
func (l *Link) owe(took sim.Time, way Way) {
	m := &l.light
	if over := m.over[way]; over > 0 {
		m.debt += uint64(over) * uint64(took)
		m.most = max(m.most, m.debt)
	} else if m.debt > 0 {
		m.debt = l.earned(uint64(-over), m.at+took)
	}
	m.at += took
}

// earned is what is missing when so much a second was earned until an instant.
func (l *Link) earned(rate uint64, at sim.Time) uint64 {
	hi, earned := bits.Mul64(rate, uint64(at-l.light.at))
	if hi > 0 || earned >= l.light.debt {
		return 0
	}
	return l.light.debt - earned
}

// debtAt is what is missing from the full credits of a light link at an instant.
func (l *Link) debtAt(at sim.Time) uint64 {
	if !l.bursts {
		return 0
	}
	if l.light.lone.end == sim.Never {
		return l.earned(uint64(l.terms.Base), at)
	}
	if over := l.light.over[l.light.lone.way]; over <= 0 {
		return l.earned(uint64(-over), at)
	} else {
		return l.light.debt + uint64(over)*uint64(at-l.light.at)
	}
}

// leftLone is what has not passed yet of the lone flow, rounded up.
func (l *Link) leftLone(at sim.Time) model.Bytes {
	f := &l.light.lone
	if f.end == sim.Never {
		return 0
	}
	hi, lo := bits.Mul64(uint64(at-f.begin), uint64(l.light.rates[f.way])<<clockShift)
	passed, _ := bits.Div64(hi, lo, 1_000_000)
	all := uint64(f.bytes) << clockShift
	return model.Bytes((all - min(all, passed) + 1<<clockShift - 1) >> clockShift)
}

// clockShift is the precision of package station, of which a lone flow has what it had there.
const clockShift = 8

// lighten makes a link light on which there are no flows at an instant, or returns false.
func (l *Link) lighten(at sim.Time) bool {
	if l.flows[Region].InService() > 0 || l.flows[Internet].InService() > 0 {
		return false
	}
	debt := uint64(0)
	if l.bursts {
		missing, ok := l.bucket.Missing(at)
		if !ok || missing >= l.light.bound {
			return false
		}
		debt = missing
	}
	l.light.on, l.light.at, l.light.debt, l.light.most = true, at, debt, 0
	return true
}

// weigh brings the stations and the bucket of a link up to date, which is not light any more.
func (l *Link) weigh() {
	if !l.light.on {
		return
	}
	l.light.on = false
	f := l.light.lone
	l.light.lone.end = sim.Never
	if l.bursts {
		l.least = min(l.least, l.lightCredits(l.light.most))
		l.bucket.Miss(l.light.at, l.light.debt)
	}
	if f.end != sim.Never {
		l.join(f.begin, f.job, f.bytes, f.way)
	}
}

// lightCredits are the whole credits that a debt leaves.
func (l *Link) lightCredits(debt uint64) int64 {
	return l.terms.credits() - int64((debt+uint64(sim.Second)-1)/uint64(sim.Second))
}

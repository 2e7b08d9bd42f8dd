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
	rate       Rate
	way        Way
}

// light is the state of a link on which no flow meets another: the lone one, and what is
// missing from full credits. While it is on, the bucket and the stations of the link rest.
type light struct {
	on    bool
	lone  lone
	at    sim.Time // of the debt: the lone flow's begin, or when the last one ended
	debt  uint64   // credits that are missing, in thousandths of a byte times a nanosecond per second
	most  uint64   // that it ever was since the link is light
	bound uint64   // debt stays below: beyond it, credits may run out, or the number be too large
}

const (
	mostDebt = 1 << 62
	// mostLone is more bytes than a lone flow has: beyond, times would not fit.
	mostLone = 1 << 43
)

func newLight(at sim.Time, terms *Terms) light {
	l := light{on: true, lone: lone{end: sim.Never}, at: at, bound: mostDebt}
	if hi, lo := bits.Mul64(uint64(terms.credits()), uint64(sim.Second)); hi == 0 {
		l.bound = min(l.bound, lo)
	}
	return l
}

// loneRate is what a flow has that is alone.
func (t *Terms) loneRate(way Way) Rate {
	rate := min(t.Flow, t.Peak)
	if way == Internet {
		rate = min(rate, t.Internet)
	}
	return rate
}

// beginLone begins a flow that has the link to itself, or returns false if it has not, or if
// credits might run out before its end.
func (l *Link) beginLone(at sim.Time, job uint32, bytes model.Bytes, way Way) bool {
	if !l.light.on && !l.lighten(at) || l.light.lone.end != sim.Never || bytes >= mostLone {
		return false
	}
	rate := l.terms.loneRate(way)
	if rate == 0 {
		return false
	}
	end := at + sim.Time((uint64(bytes)*1_000_000+uint64(rate)-1)/uint64(rate))
	if l.bursts {
		debt := l.debtAt(at)
		if rate > l.terms.Base {
			hi, spent := bits.Mul64(uint64(rate-l.terms.Base), uint64(end-at))
			if hi > 0 || spent >= l.light.bound || debt+spent >= l.light.bound {
				return false
			}
		}
		l.light.debt = debt
	}
	l.light.at = at
	l.light.lone = lone{begin: at, end: end, bytes: bytes, job: job, rate: rate, way: way}
	l.most = max(l.most, rate)
	return true
}

// endLone ends the lone flow, and returns it.
func (l *Link) endLone() (job uint32, at sim.Time) {
	f := &l.light.lone
	job, at = f.job, f.end
	if l.bursts {
		l.light.debt = l.debtAt(at)
		if f.rate > l.terms.Base {
			l.light.most = max(l.light.most, l.light.debt)
		}
	}
	l.light.at = at
	f.end = sim.Never
	return job, at
}

// debtAt is what is missing from the full credits of a light link at an instant.
func (l *Link) debtAt(at sim.Time) uint64 {
	rate := Rate(0)
	if l.light.lone.end != sim.Never {
		rate = l.light.lone.rate
	}
	elapsed := uint64(at - l.light.at)
	if rate > l.terms.Base {
		return l.light.debt + uint64(rate-l.terms.Base)*elapsed
	}
	if l.light.debt == 0 {
		return 0
	}
	hi, earned := bits.Mul64(uint64(l.terms.Base-rate), elapsed)
	if hi > 0 || earned >= l.light.debt {
		return 0
	}
	return l.light.debt - earned
}

// leftLone is what has not passed yet of the lone flow, rounded up.
func (l *Link) leftLone(at sim.Time) model.Bytes {
	f := &l.light.lone
	if f.end == sim.Never {
		return 0
	}
	hi, lo := bits.Mul64(uint64(at-f.begin), uint64(f.rate)<<clockShift)
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

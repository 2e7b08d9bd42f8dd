package fluid

import (
	"math"
	"sort"

	"headroom/sim/stat"
)

// maker is of what a law is made that is asked few questions: they are not worth the shares below
// all bounds.
type maker interface {
	tail(seconds float64) float64
	meanBelow(seconds float64) float64
	record(into []Into, b Batch)
}

// Mix returns the law of requests of which each law has its share.
func Mix(laws []*Law, shares []float64) *Law {
	m := &Law{made: &blend{laws, shares}, find: func() []float64 { return mixBelow(laws, shares) }}
	for k, l := range laws {
		m.mean += shares[k] * l.mean
		m.blocked += shares[k] * l.blocked
		m.waits += shares[k] * l.waits
	}
	m.of = func(d *demand) *Law { return Mix(owning(laws, d), shares) }
	return m
}

type blend struct {
	laws   []*Law
	shares []float64
}

func (m *blend) tail(seconds float64) float64 {
	sum := 0.0
	for k, l := range m.laws {
		sum += m.shares[k] * l.Tail(seconds)
	}
	return sum
}

func (m *blend) meanBelow(seconds float64) float64 {
	sum, all := 0.0, 0.0
	for k, l := range m.laws {
		within := m.shares[k] * (1 - l.Tail(seconds))
		sum += within * l.MeanBelow(seconds)
		all += within
	}
	if all <= 0 {
		return seconds
	}
	return sum / all
}

// record divides a batch by the offset, too: of few stays a law of a small share has one only where that is large. What it says
// beyond that is each law's own offset, which is spread evenly whatever the number of stays is.
func (m *blend) record(into []Into, b Batch) {
	all := 0.0
	for k, l := range m.laws {
		all += m.shares[k] * l.within(b)
	}
	upTo, before, n, offset := 0.0, int64(0), b.N, b.Offset
	for k, l := range m.laws {
		share := m.shares[k] * l.within(b) / all
		b.Offset = ownOffset(float64(n)*upTo+offset, float64(n)*share)
		upTo += share
		b.N = n - before
		if k < len(m.laws)-1 {
			b.N = min(b.N, max(0, int64(math.Floor(float64(n)*upTo+offset))-before))
		}
		if b.N > 0 {
			l.Record(into, b)
		}
		before += b.N
	}
}

// ownOffset is where in its part of a batch the first stay of a law lies that has so many on average, and begins at a place
// between whole ones: spread evenly among the places that make as many.
func ownOffset(place, many float64) float64 {
	first := 1 - (place - math.Floor(place))
	more := many - math.Floor(many)
	if first <= more {
		return min(first/more, 1-1e-12)
	}
	return (first - more) / (1 - more)
}

// Stretched returns the law of stays that are so many times as long.
func (l *Law) Stretched(by float64) *Law {
	law := &Law{mean: l.mean * by, blocked: l.blocked, waits: l.waits, made: &stretched{l, by}, find: func() []float64 {
		return fill(func(seconds float64) float64 { return 1 - l.Tail(seconds/by) })
	}}
	law.of = func(d *demand) *Law { return l.own(d).Stretched(by) }
	return law
}

type stretched struct {
	law *Law
	by  float64
}

func (s *stretched) tail(seconds float64) float64 { return s.law.Tail(seconds / s.by) }

func (s *stretched) meanBelow(seconds float64) float64 { return s.by * s.law.MeanBelow(seconds/s.by) }

func (s *stretched) record(into []Into, b Batch) {
	within := 1.0
	if b.Limit > 0 {
		within = max(1-s.tail(b.Limit), 1e-12)
	}
	for k := range b.N {
		stay := s.by * s.law.Quantile((float64(k)+b.Offset)/float64(b.N)*within)
		b.record(into, nanoseconds(stay), 1)
	}
}

// fill works out the shares below the bounds.
func fill(within func(seconds float64) float64) []float64 {
	below := []float64{0}
	for b := 1; ; b++ {
		bound, _ := stat.Bin(b)
		share := within(float64(bound) * 1e-9)
		below = append(below, share)
		if share > 1-beyond || b > stat.BinOf(math.MaxInt64/4) {
			return complete(below)
		}
	}
}

// Taking returns the law of stays of which each follows from the demand, in seconds of a server; it is
// asked for them from the smallest on, and they do not decrease.
func (l *Laws) Taking(stay func(demand float64) float64) *Law {
	took := make([]float64, len(l.demand.parts))
	for i, p := range l.demand.parts {
		took[i] = stay(p.demand * l.demand.mean * l.demand.speed)
	}
	law := takingOf(l.demand, took)
	law.of = func(d *demand) *Law { return takingOf(d, l.demand.takes(took, d.parts)) }
	return law
}

// takes is how long parts take of another demand, between those of this one.
func (d *demand) takes(took []float64, parts []part) []float64 {
	own, k := make([]float64, len(parts)), 0
	for i, p := range parts {
		for k < len(d.parts)-2 && d.parts[k+1].demand < p.demand {
			k++
		}
		own[i] = took[k]
		if k+1 < len(d.parts) {
			from, to := d.parts[k].demand, d.parts[k+1].demand
			own[i] = max(0, took[k]+(p.demand-from)/(to-from)*(took[k+1]-took[k]))
		}
	}
	return own
}

// takingOf is the law of stays of which each part of a demand has its own.
func takingOf(d *demand, tooks []float64) *Law {
	parts := d.parts
	t := &taking{ends: make([]float64, len(parts)+1), upTo: make([]float64, len(parts)+1)}
	law := &Law{waits: 1, made: t}
	last := 0.0
	for i, p := range parts {
		took := tooks[i]
		law.mean += p.share * took
		t.ends[i], t.upTo[i+1] = (last+took)/2, t.upTo[i]+p.share
		if i == 0 {
			t.ends[i] = took
		}
		last = took
	}
	t.ends[len(parts)], t.upTo[len(parts)] = last, 1
	law.find = func() []float64 {
		return fill(func(seconds float64) float64 { return 1 - t.tail(seconds) })
	}
	return law
}

// taking is stays by their bounds; between them they are spread evenly.
type taking struct {
	ends []float64 // seconds
	upTo []float64 // share that stays no longer
}

func (t *taking) tail(seconds float64) float64 {
	i := sort.SearchFloat64s(t.ends, seconds)
	switch {
	case i == 0:
		return 1
	case i == len(t.ends):
		return 0
	}
	inside := (seconds - t.ends[i-1]) / (t.ends[i] - t.ends[i-1])
	return 1 - t.upTo[i-1] - inside*(t.upTo[i]-t.upTo[i-1])
}

func (t *taking) meanBelow(seconds float64) float64 {
	sum, all := 0.0, 0.0
	for i := 1; i < len(t.ends) && t.ends[i-1] < seconds; i++ {
		from, to, share := t.ends[i-1], t.ends[i], t.upTo[i]-t.upTo[i-1]
		if to > seconds {
			share *= (seconds - from) / (to - from)
			to = seconds
		}
		sum += share * (from + to) / 2
		all += share
	}
	if all <= 0 {
		return seconds
	}
	return sum / all
}

func (t *taking) record(into []Into, b Batch) {
	within := 1.0
	if b.Limit > 0 {
		within = 1 - t.tail(b.Limit)
	}
	i := 1
	for k := range b.N {
		p := (float64(k) + b.Offset) / float64(b.N) * within
		for i < len(t.upTo)-1 && t.upTo[i] < p {
			i++
		}
		inside := (p - t.upTo[i-1]) / max(t.upTo[i]-t.upTo[i-1], 1e-12)
		stay := t.ends[i-1] + min(1, max(0, inside))*(t.ends[i]-t.ends[i-1])
		b.record(into, nanoseconds(stay), 1)
	}
}

package storage

import (
	"headroom/sim"
	"headroom/sim/bucket"
)

// meter is an allowance at work. Its credit is in two buckets: what the base leaves,
// and, of a daily allowance, what is earned over the day; the first of them then holds
// no more than a second of the base, so that only what exceeds the base on the average
// of a second takes from the other.
type meter struct {
	base, peak float64 // a second
	scale      float64 // tokens a unit
	left       bucket.Bucket
	day        bucket.Bucket
	earn       int64 // of the day, for dailyPer
	sure       int64 // tokens of left that there are at any rate, in a queue
	credits    bool
	daily      bool
	capacity   float64 // units of credit
	dry        bool    // of an array's: nothing is left above the base
}

// daySpreads is how many bursts long it takes to earn the credit of a burst.
const daySpreads = 48

const dailyPer = daySpreads * sim.Second

// newMeter returns the meter of an allowance with its credit full. Tokens are so many a
// unit, so that fractions of an I/O count.
func newMeter(a Allowance, at sim.Time, scale float64) meter {
	m := meter{base: float64(a.Base), peak: float64(max(a.Base, a.Peak)), scale: scale, capacity: float64(a.Credit)}
	if a.Credit <= 0 || a.Peak <= a.Base {
		return m
	}
	m.credits, m.daily = true, a.Daily
	tokens := int64(scale)
	if !a.Daily {
		m.left = full(at, a.Credit*tokens, sim.Second)
		m.left.SetEarn(at, a.Base*tokens)
		return m
	}
	m.left = full(at, a.Base*tokens, sim.Second)
	m.left.SetEarn(at, a.Base*tokens)
	m.day = full(at, a.Credit*tokens, dailyPer)
	m.earn = (a.Peak - a.Base) * tokens
	m.day.SetEarn(at, m.earn)
	return m
}

func full(at sim.Time, tokens int64, per sim.Time) bucket.Bucket {
	return bucket.New(at, bucket.Spec{Capacity: tokens, Start: tokens, Per: per})
}

// transfer returns how many nanoseconds so many units take with credit.
func (m *meter) transfer(units float64) float64 {
	if m.peak == 0 {
		return 0
	}
	return units * 1e9 / m.peak
}

// level returns the units that may be spent above the base at an instant.
func (m *meter) level(at sim.Time) float64 {
	tokens := m.left.At(at)
	if m.daily {
		tokens += m.day.At(at)
	}
	return float64(tokens) / m.scale
}

// credit returns what is left of the credit, of 1.
func (m *meter) credit(at sim.Time) float64 {
	b := &m.left
	if m.daily {
		b = &m.day
	}
	return float64(b.At(at)) / m.scale / m.capacity
}

// tokens returns what a cost takes.
func (m *meter) tokens(cost float64) int64 { return int64(min(cost*m.scale+0.5, 1<<62)) }

// spend takes what a batch cost that was served between two instants.
func (m *meter) spend(begin, end sim.Time, cost float64) {
	tokens := m.tokens(cost)
	m.sure = 0
	if m.left.At(begin) >= tokens {
		m.left.Put(begin, -tokens)
	} else if m.daily {
		m.exceed(begin, end, tokens)
	} else {
		m.left.Put(end, -tokens)
	}
}

// exceed takes what a batch cost that needs more than is left of the last second. What
// the base does not earn meanwhile is taken from the day's credit, which earns nothing.
func (m *meter) exceed(begin, end sim.Time, tokens int64) {
	m.day.SetEarn(begin, 0)
	held := min(m.left.At(end), tokens)
	m.left.Put(end, -held)
	m.day.Put(end, held-tokens)
	m.day.SetEarn(end, m.earn)
}

// trace is how many tokens count as nothing, so that rounding does not revive a credit.
const trace = 1_000

// rate returns what the allowance gives at an instant, and whether it is out of credit.
func (m *meter) rate(now sim.Time) (rate float64, dry bool) {
	if !m.credits {
		return m.peak, false
	}
	tokens := m.left.At(now)
	if m.daily {
		tokens += m.day.At(now)
	}
	if m.dry = tokens < trace; m.dry {
		return m.base, true
	}
	return m.peak, false
}

// run spends so many units a second from an instant on, and returns when that changes
// what the allowance gives.
func (m *meter) run(now sim.Time, rate float64) sim.Time {
	if !m.credits {
		return sim.Never
	}
	tokens, base := int64(rate*m.scale+0.5), int64(m.base*m.scale)
	m.left.SetSpend(now, tokens)
	if !m.daily {
		return m.ends(now, &m.left)
	}
	if m.left.At(now) >= trace || tokens < base {
		m.day.SetEarn(now, m.earn)
		m.day.SetSpend(now, 0)
		return m.ends(now, &m.left)
	}
	m.day.SetEarn(now, 0)
	m.day.SetSpend(now, max(0, tokens-base)*int64(dailyPer/sim.Second))
	return m.ends(now, &m.day)
}

// ends is when a bucket that is not dry yet is empty.
func (m *meter) ends(now sim.Time, b *bucket.Bucket) sim.Time {
	if m.dry || b.At(now) < trace {
		return sim.Never
	}
	return max(b.EmptyAt(), now+1)
}

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
	credits    bool
	daily      bool
	capacity   float64 // units of credit
	least      float64 // of them, so far
}

// daySpreads is how many bursts long it takes to earn the credit of a burst.
const daySpreads = 48

const dailyPer = daySpreads * sim.Second

// newMeter returns the meter of an allowance with its credit full. Tokens are so many a
// unit, so that fractions of an I/O count.
func newMeter(a Allowance, at sim.Time, scale float64) meter {
	m := meter{base: float64(a.Base), peak: float64(max(a.Base, a.Peak)), scale: scale, capacity: float64(a.Credit), least: float64(a.Credit)}
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

// spend takes what a batch cost that was served between two instants.
func (m *meter) spend(begin, end sim.Time, cost float64) {
	tokens := int64(cost*m.scale + 0.5)
	if m.left.At(begin) >= tokens {
		m.left.Put(begin, -tokens)
	} else if m.daily {
		m.exceed(begin, end, tokens)
	} else {
		m.left.Put(end, -tokens)
	}
	if b := &m.left; !m.daily {
		m.least = min(m.least, float64(b.At(end))/m.scale)
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
	m.least = min(m.least, float64(m.day.At(end))/m.scale)
}

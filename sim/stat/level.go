package stat

import "headroom/sim"

// Level is an integer that holds over time: a queue's length, a group's
// capacity. It starts as 0 at instant 0. Only what holds for some time counts:
// values that come and go within one instant touch neither area nor extremes.
type Level struct {
	value    int64
	since    sim.Time // value holds since then; all before is in area, min, max
	start    sim.Time // measuring began; min and max mean nothing while since == start
	area     Sum
	min, max int64
}

// Set makes the level v from now on. It panics if now is before the last change.
func (l *Level) Set(now sim.Time, v int64) {
	if now != l.since {
		l.advance(now)
	}
	l.value = v
}

// Add changes the level by delta from now on. It panics if now is before the
// last change.
func (l *Level) Add(now sim.Time, delta int64) {
	if now != l.since {
		l.advance(now)
	}
	l.value += delta
}

// Reset forgets the past and measures from now on, after a warm-up. The value
// stays.
func (l *Level) Reset(now sim.Time) {
	*l = Level{value: l.value, since: now, start: now}
}

// Value returns the level.
func (l *Level) Value() int64 { return l.value }

// Start returns the instant at which measuring began: the last Reset, or 0.
func (l *Level) Start() sim.Time { return l.start }

// Area returns the exact integral of the level from Start to now, in
// units × nanoseconds.
func (l *Level) Area(now sim.Time) Sum { return l.at(now).area }

// Mean returns the time-weighted mean from Start to now; the value, if no time
// has passed.
func (l *Level) Mean(now sim.Time) float64 {
	if now == l.start {
		return float64(l.value)
	}
	return l.Area(now).Over(int64(now - l.start))
}

// Min returns the smallest level that held for some time between Start and now;
// the value, if no time has passed.
func (l *Level) Min(now sim.Time) int64 {
	if now == l.start {
		return l.value
	}
	return l.at(now).min
}

// Max returns the largest level that held for some time between Start and now;
// the value, if no time has passed.
func (l *Level) Max(now sim.Time) int64 {
	if now == l.start {
		return l.value
	}
	return l.at(now).max
}

// at returns the level as it will be at now if nothing changes.
func (l *Level) at(now sim.Time) Level {
	later := *l
	if now != later.since {
		later.advance(now)
	}
	return later
}

// advance accounts for the value's time from since to now ≠ since.
func (l *Level) advance(now sim.Time) {
	if now < l.since {
		panic("stat: level set in the past")
	}
	if l.since == l.start {
		l.min, l.max = l.value, l.value
	}
	l.min = min(l.min, l.value)
	l.max = max(l.max, l.value)
	l.area.AddProduct(l.value, int64(now-l.since))
	l.since = now
}

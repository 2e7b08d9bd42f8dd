package sim

import (
	"math"
	"time"
)

// Time is an instant or a duration of virtual time, in nanoseconds. Instants
// count from the start of the run.
type Time int64

// Units of virtual time.
const (
	Nanosecond  Time = 1
	Microsecond      = 1000 * Nanosecond
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
	Day              = 24 * Hour
)

// Horizon is the largest instant that a run may reach, about 18 years: an
// instant and its rank share one 64-bit key in the pending events.
const Horizon Time = 1<<59 - 1

// Never is later than every instant of every run.
const Never Time = math.MaxInt64

// exactHalves is where floats become too coarse to hold a half.
const exactHalves = 1 << 51

// Seconds converts a number of seconds, rounded to the nearest nanosecond and
// held to ±Horizon. NaN becomes 0.
func Seconds(s float64) Time {
	if s *= 1e9; s >= 0 && s < exactHalves { // nanoseconds now
		return Time(s + 0.5)
	}
	return unusual(s)
}

// unusual is [Seconds] for a number of nanoseconds that is negative, large or none. It stays
// out of Seconds.
//
//go:noinline
func unusual(ns float64) Time {
	ns = math.Round(ns)
	switch {
	case ns >= float64(Horizon):
		return Horizon
	case ns <= -float64(Horizon):
		return -Horizon
	case ns != ns:
		return 0
	}
	return Time(ns)
}

// Sum adds two times that are not negative, such as an instant and a duration. A
// sum that is too large for a Time is [Never].
func Sum(a, b Time) Time {
	if a > Never-b {
		return Never
	}
	return a + b
}

// Scaled returns t times a factor, neither of them negative, rounded to the
// nearest nanosecond. A product beyond [Horizon] is [Never].
func (t Time) Scaled(factor float64) Time {
	ns := float64(t)*factor + 0.5
	if !(ns < float64(Horizon)) {
		return Never
	}
	return Time(ns)
}

// Seconds returns t in seconds.
func (t Time) Seconds() float64 { return float64(t) / float64(Second) }

// Duration returns t as a [time.Duration].
func (t Time) Duration() time.Duration { return time.Duration(t) }

// String formats t like a [time.Duration].
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	return time.Duration(t).String()
}

package stat

import "headroom/sim"

// Series keeps count, sum and maximum of the observations in each interval of
// virtual time. It allocates once, 32 bytes an interval.
type Series struct {
	cells       []Cell
	at          int
	from, until sim.Time // cells[at] takes from ≤ now < until
	interval    sim.Time
	horizon     sim.Time
}

// A Cell is one interval of a [Series].
type Cell struct {
	Count int64
	Sum   Sum
	Max   int64 // 0 if Count is 0
}

// NewSeries returns a series over [0, horizon], cut into intervals of which the
// last may be shorter. It panics if interval or horizon is not positive.
func NewSeries(interval, horizon sim.Time) *Series {
	if interval <= 0 || horizon <= 0 {
		panic("stat: interval and horizon of a series must be positive")
	}
	cells := (horizon-1)/interval + 1
	return &Series{cells: make([]Cell, cells), interval: interval, horizon: horizon}
}

// Record takes one observation at an instant, the horizon included. It panics
// outside. It is fastest when instants do not decrease.
func (s *Series) Record(now sim.Time, v int64) {
	if now < s.from || now >= s.until {
		s.seek(now)
	}
	c := &s.cells[s.at]
	if c.Count == 0 {
		c.Max = v
	}
	c.Count++
	c.Sum.Add(v)
	c.Max = max(c.Max, v)
}

// Merge takes all observations of another series of the same interval and
// horizon; it panics if they differ.
func (s *Series) Merge(other *Series) {
	if s.interval != other.interval || s.horizon != other.horizon {
		panic("stat: merge of series of different shapes")
	}
	for i := range other.cells {
		c, o := &s.cells[i], &other.cells[i]
		if o.Count == 0 {
			continue
		}
		if c.Count == 0 {
			c.Max = o.Max
		}
		c.Count += o.Count
		c.Sum.Merge(o.Sum)
		c.Max = max(c.Max, o.Max)
	}
}

// Interval returns the length of an interval.
func (s *Series) Interval() sim.Time { return s.interval }

// Len returns the number of intervals.
func (s *Series) Len() int { return len(s.cells) }

// Cell returns the interval that starts at i × Interval.
func (s *Series) Cell(i int) Cell { return s.cells[i] }

// seek moves to the interval of now. It stays out of Record.
//
//go:noinline
func (s *Series) seek(now sim.Time) {
	if now < 0 || now > s.horizon {
		panic("stat: instant outside the series")
	}
	last := len(s.cells) - 1
	s.at = min(int(now/s.interval), last)
	s.from = sim.Time(s.at) * s.interval
	s.until = s.from + s.interval
	if s.at == last {
		s.until = s.horizon + 1
	}
}

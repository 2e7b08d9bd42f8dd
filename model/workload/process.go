package workload

import (
	"errors"
	"fmt"
	"math"

	"headroom/sim"
	"headroom/sim/rng"
)

// Source yields the arrivals of one replication.
type Source interface {
	// Next returns the instant of the next arrival. Instants never decrease.
	// ok is false, from then on, when there are no more arrivals before
	// [sim.Horizon]. The caller asks again when it has handled the arrival.
	Next() (at sim.Time, ok bool)
}

// Traced is a source whose arrivals are rows of a file, with columns of their
// own.
type Traced interface {
	Source
	// Row returns the index of the row that Next last returned.
	Row() int
}

// Process specifies arrivals. It is immutable and shared between replications.
type Process interface {
	// Start returns fresh arrivals from the beginning of the run.
	Start(stream rng.Stream) Source
	// Mean returns the expected arrivals per second until the horizon.
	Mean(horizon sim.Time) float64
}

// Description is a process as people choose it.
type Description struct {
	Name    string
	Summary string
}

// Processes returns the arrival processes that a scenario can name. A trace that has a row for a period plays
// [Counts], any other [Trace].
func Processes() []Description {
	return []Description{
		{"poisson", "independent of each other, at a rate"},
		{"deterministic", "evenly spaced, at a rate"},
		{"renewal", "with random times between them"},
		{"mmpp", "Poisson at a rate that jumps between states"},
		{"trace", "as a file says"},
	}
}

// MaxRate is the largest rate, per second: one arrival per nanosecond.
const MaxRate = 1e9

// checkRate returns an error unless a rate is usable.
func checkRate(name string, perSecond float64) error {
	if !(perSecond >= 0 && perSecond <= MaxRate) { // also refuses NaN
		return fmt.Errorf("%s: must be between 0 and %g per second, got %g", name, float64(MaxRate), perSecond)
	}
	return nil
}

var errNoRate = errors.New("rate: must be given")

type poisson struct{ rate *Rate }

// Poisson returns the Poisson process of that rate: arrival k is where the
// cumulative rate reaches the sum of k exponential variates of mean 1.
func Poisson(rate *Rate) (Process, error) {
	if rate == nil {
		return nil, errNoRate
	}
	return poisson{rate}, nil
}

// Start implements [Process].
func (p poisson) Start(stream rng.Stream) Source {
	if perSecond, ok := p.rate.constant(); ok {
		return newSteady(stream, perSecond)
	}
	return &poissonSource{stream: stream, cursor: newCursor(p.rate)}
}

// Mean implements [Process].
func (p poisson) Mean(horizon sim.Time) float64 { return p.rate.Mean(horizon) }

type poissonSource struct {
	stream rng.Stream
	cursor cursor
}

// Next implements [Source].
func (s *poissonSource) Next() (at sim.Time, ok bool) {
	return s.cursor.advance(s.stream.Exponential())
}

// Steady is a poissonSource of a constant rate, in a third of the time.
type Steady struct {
	stream rng.Stream
	gap    float64 // mean, s
	clock  clock
	next   int                 // in ahead
	drawn  int                 // up to there Step may be asked; 0 near the horizon
	ahead  [drawnAhead]float64 // gaps, ns
}

// drawnAhead is how many gaps a steady source draws at a time.
const drawnAhead = 32

func newSteady(stream rng.Stream, perSecond float64) *Steady {
	return &Steady{stream: stream, gap: 1 / perSecond, next: drawnAhead}
}

// Next implements [Source].
func (s *Steady) Next() (at sim.Time, ok bool) {
	if s.next >= drawnAhead {
		s.draw()
	}
	if s.Ready() {
		return s.Step(), true
	}
	i := s.next
	s.next++
	return s.clock.move(s.ahead[i])
}

// Ready reports whether the next arrival is drawn and surely before [sim.Horizon], so that
// [Steady.Step] may be asked for it in place of Next.
func (s *Steady) Ready() bool { return s.next < s.drawn }

// Step is Next where Ready says so: without a call.
func (s *Steady) Step() sim.Time {
	ns := s.ahead[s.next%drawnAhead] + s.clock.carry
	s.next++
	whole := sim.Time(ns)
	s.clock.carry = ns - float64(whole)
	s.clock.at += whole
	return s.clock.at
}

// draw draws the next gaps.
func (s *Steady) draw() {
	s.stream.Exponentials(s.ahead[:])
	sum := float64(drawnAhead) // of carries
	for i, e := range s.ahead {
		s.ahead[i] = s.gap * e * float64(sim.Second)
		sum += s.ahead[i]
	}
	s.next, s.drawn = 0, 0
	if sum < float64(sim.Horizon-s.clock.at)/2 {
		s.drawn = drawnAhead
	}
}

type deterministic struct{ rate *Rate }

// Deterministic returns evenly spaced arrivals: arrival k, from 1, is where the
// cumulative rate reaches k-½. So the first comes after half a gap, and a time
// over which the rate adds up to n sees n arrivals, whatever the rounding.
func Deterministic(rate *Rate) (Process, error) {
	if rate == nil {
		return nil, errNoRate
	}
	return deterministic{rate}, nil
}

// Start implements [Process]. The stream is not used.
func (p deterministic) Start(rng.Stream) Source {
	return &deterministicSource{cursor: newCursor(p.rate), step: 0.5}
}

// Mean implements [Process].
func (p deterministic) Mean(horizon sim.Time) float64 { return p.rate.Mean(horizon) }

type deterministicSource struct {
	cursor cursor
	step   float64
}

// Next implements [Source].
func (s *deterministicSource) Next() (at sim.Time, ok bool) {
	at, ok = s.cursor.advance(s.step)
	s.step = 1
	return at, ok
}

type renewal struct{ gap rng.Distribution }

// Renewal returns arrivals whose gaps, in seconds, are independent draws. The
// first arrival comes after one gap. Its Mean is that of the long run.
func Renewal(gap rng.Distribution) (Process, error) {
	if gap == nil {
		return nil, errors.New("interarrival: must be given")
	}
	mean := gap.Mean()
	if !(mean >= 1/MaxRate && !math.IsInf(mean, 1)) {
		return nil, fmt.Errorf("interarrival: its mean must be finite and at least 1ns, got %gs", mean)
	}
	return renewal{gap}, nil
}

// Start implements [Process].
func (p renewal) Start(stream rng.Stream) Source {
	return &renewalSource{stream: stream, gap: p.gap}
}

// Mean implements [Process].
func (p renewal) Mean(sim.Time) float64 { return 1 / p.gap.Mean() }

type renewalSource struct {
	stream rng.Stream
	gap    rng.Distribution
	clock  clock
}

// Next implements [Source].
func (s *renewalSource) Next() (at sim.Time, ok bool) {
	return s.clock.advance(s.stream.Draw(s.gap))
}

// clock adds up durations without losing what is below a nanosecond. Its zero
// value is at the start of the run.
type clock struct {
	at    sim.Time
	carry float64 // nanoseconds, in [0, 1)
	done  bool
}

// advance moves the clock by a number of seconds, and returns false from when
// it has reached the horizon.
func (c *clock) advance(seconds float64) (at sim.Time, ok bool) {
	return c.move(seconds * float64(sim.Second))
}

// move is advance by a number of nanoseconds.
func (c *clock) move(ns float64) (at sim.Time, ok bool) {
	ns += c.carry
	if c.done || !(ns < float64(sim.Horizon-c.at)) {
		c.done = true
		return sim.Never, false
	}
	whole := sim.Time(ns) // it is not negative
	c.carry = ns - float64(whole)
	c.at += whole
	return c.at, true
}

package workload

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"headroom/sim"
	"headroom/sim/rng"
)

type counts struct {
	bins   Bins
	counts []int64 // rounded
}

// Counts returns exactly as many arrivals in each bin as its count says, evenly
// spaced: arrival k of n, from 0, is (k+½)/n into the bin. Scaled counts are
// rounded so that the running total never is off by more than a half. For
// random arrivals give [Poisson] the rate [FromCounts].
func Counts(b Bins) (Process, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	b.Starts, b.Counts = slices.Clone(b.Starts), slices.Clone(b.Counts)
	p := &counts{bins: b, counts: make([]int64, len(b.Counts))}
	total, rounded := 0.0, int64(0)
	for i, count := range b.Counts {
		total += count
		upTo := int64(math.Round(total * b.Scale))
		p.counts[i] = upTo - rounded
		rounded = upTo
	}
	if rounded == 0 {
		return nil, errors.New("counts: must add up to at least one arrival")
	}
	return p, nil
}

// Start implements [Process]. The stream is not used.
func (p *counts) Start(rng.Stream) Source { return &countsSource{counts: p} }

// Mean implements [Process].
func (p *counts) Mean(horizon sim.Time) float64 {
	if horizon <= 0 {
		return 0
	}
	total := 0.0
	for i, n := range p.counts {
		start, end := p.bins.Starts[i], p.bins.end(i)
		if start >= horizon {
			break
		}
		total += float64(n) * min(1, float64(horizon-start)/float64(end-start))
	}
	return total / horizon.Seconds()
}

type countsSource struct {
	*counts
	bin  int
	next int64 // arrival in the bin
}

// Next implements [Source].
func (s *countsSource) Next() (at sim.Time, ok bool) {
	for s.bin < len(s.counts.counts) {
		n := s.counts.counts[s.bin]
		if s.next == n {
			s.bin, s.next = s.bin+1, 0
			continue
		}
		start, end := s.bins.Starts[s.bin], s.bins.end(s.bin)
		at = start + share(end-start, 2*s.next+1, 2*n)
		s.next++
		return at, true
	}
	return sim.Never, false
}

// share returns d·k/n, rounded down, for 0 ≤ k < n.
func share(d sim.Time, k, n int64) sim.Time {
	high, low := bits.Mul64(uint64(d), uint64(k))
	quotient, _ := bits.Div64(high, low, uint64(n))
	return sim.Time(quotient)
}

// Instants are the arrivals of a file with a row for each.
type Instants struct {
	At         []sim.Time // sorted, from the start of the run
	Speed      float64    // 2 replays twice as fast; 1 leaves the instants
	Resolution sim.Time   // rows that share an instant are spread over this; 0: they stay
}

type trace []sim.Time

// Trace replays instants; its sources are [Traced]. Rows that a file stamps
// with the same instant, because it counts in whole seconds, say, are spread
// evenly over the resolution: row k of n, from 0, moves by k/n of it, or of the
// time to the next instant in the file if that is shorter.
func Trace(t Instants) (Process, error) {
	switch {
	case len(t.At) == 0:
		return nil, errors.New("trace: must not be empty")
	case !(t.Speed > 0 && t.Speed <= MaxRate):
		return nil, fmt.Errorf("speed: must be positive, at most %g, got %g", float64(MaxRate), t.Speed)
	case t.Resolution < 0 || t.Resolution > sim.Horizon:
		return nil, fmt.Errorf("resolution: must not be negative, got %v", t.Resolution)
	}
	for i, at := range t.At {
		if at < 0 || at > sim.Horizon {
			return nil, fmt.Errorf("row %d: must be between 0 and %v, got %v", i, sim.Horizon, at)
		}
		if i > 0 && at < t.At[i-1] {
			return nil, fmt.Errorf("row %d: must not be before the row above (%v), got %v", i, t.At[i-1], at)
		}
	}
	out := slices.Clone(t.At)
	spread(out, t.Resolution)
	if t.Speed != 1 {
		for i, at := range out {
			out[i] = sim.Seconds(at.Seconds() / t.Speed)
		}
	}
	return trace(out), nil
}

// spread moves equal instants apart within the resolution.
func spread(at []sim.Time, resolution sim.Time) {
	for i := 0; i < len(at); {
		j := i + 1
		for j < len(at) && at[j] == at[i] {
			j++
		}
		room := resolution
		if j < len(at) {
			room = min(room, at[j]-at[i])
		}
		for k := i + 1; k < j; k++ {
			at[k] += share(room, int64(k-i), int64(j-i))
		}
		i = j
	}
}

// Start implements [Process]. The stream is not used.
func (p trace) Start(rng.Stream) Source { return &traceSource{rows: p} }

// Mean implements [Process].
func (p trace) Mean(horizon sim.Time) float64 {
	if horizon <= 0 {
		return 0
	}
	n, _ := slices.BinarySearch(p, horizon)
	return float64(n) / horizon.Seconds()
}

type traceSource struct {
	rows trace
	next int
}

// Next implements [Source].
func (s *traceSource) Next() (at sim.Time, ok bool) {
	if s.next == len(s.rows) || s.rows[s.next] >= sim.Horizon {
		return sim.Never, false
	}
	s.next++
	return s.rows[s.next-1], true
}

// Row implements [Traced].
func (s *traceSource) Row() int { return s.next - 1 }

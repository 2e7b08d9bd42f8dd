package workload

import (
	"math"

	"headroom/sim"
	"headroom/sim/rng"
)

// Flow yields the arrivals of one replication by their number instead of their instants.
type Flow interface {
	// Upto returns how many arrive after the instant that it was last asked for, the
	// beginning of the run at first, up to and including another, and how many are
	// expected then by who knows the rate. Instants never decrease.
	Upto(at sim.Time) (count int64, expected float64)
}

// NewFlow returns fresh arrivals of a process from the beginning of the run. Those at a
// rate that is known take a constant time whatever it is; of the other processes each
// arrival is counted, and the instants are those of [Process.Start].
func NewFlow(p Process, stream rng.Stream) Flow {
	switch p := p.(type) {
	case poisson:
		return &poissonFlow{rate: p.rate, stream: stream}
	case deterministic:
		return &evenFlow{rate: p.rate}
	case *counts:
		return &binFlow{counts: p}
	}
	f := &countedFlow{source: p.Start(stream)}
	f.next, f.more = f.source.Next()
	return f
}

// Evenly reports whether the arrivals of a process are evenly spaced, as long as its rate stays.
func Evenly(p Process) bool {
	switch p.(type) {
	case deterministic, *counts:
		return true
	}
	return false
}

// poissonFlow draws counts at a rate.
type poissonFlow struct {
	rate   *Rate
	stream rng.Stream
	before float64 // expected until it was last asked
}

// Upto implements [Flow].
func (f *poissonFlow) Upto(at sim.Time) (count int64, expected float64) {
	now := f.rate.Cumulative(at)
	expected, f.before = now-f.before, now
	return f.stream.Poisson(expected), expected
}

// evenFlow counts evenly spaced arrivals: as many as the halves that the cumulative rate
// has passed.
type evenFlow struct {
	rate   *Rate
	before float64
}

// Upto implements [Flow].
func (f *evenFlow) Upto(at sim.Time) (count int64, expected float64) {
	now := f.rate.Cumulative(at)
	count = int64(math.Floor(now+0.5)) - int64(math.Floor(f.before+0.5))
	expected, f.before = now-f.before, now
	return count, expected
}

// binFlow counts the arrivals of bins, which are evenly spaced in each.
type binFlow struct {
	*counts
	bin  int
	next int64    // arrival in the bin
	last sim.Time // that it was asked for
}

// Upto implements [Flow].
func (f *binFlow) Upto(at sim.Time) (count int64, expected float64) {
	for f.bin < len(f.counts.counts) {
		n, start, end := f.counts.counts[f.bin], f.bins.Starts[f.bin], f.bins.end(f.bin)
		if from, to := max(f.last, start), min(at, end); to > from {
			expected += float64(n) * float64(to-from) / float64(end-start)
		}
		if at < end {
			upTo := f.upto(at)
			count, f.next = count+upTo-f.next, upTo
			break
		}
		count += n - f.next
		f.bin, f.next = f.bin+1, 0
	}
	f.last = at
	return count, expected
}

// upto is how many of a bin arrive by an instant in it.
func (f *binFlow) upto(at sim.Time) int64 {
	n, start, end := f.counts.counts[f.bin], f.bins.Starts[f.bin], f.bins.end(f.bin)
	if n == 0 || at < start {
		return 0
	}
	comes := func(k int64) sim.Time { return start + share(end-start, 2*k+1, 2*n) }
	k := max(f.next, min(n, int64(float64(at-start)/float64(end-start)*float64(n))))
	for k > f.next && comes(k-1) > at {
		k--
	}
	for k < n && comes(k) <= at {
		k++
	}
	return k
}

// A counted flow expects what came lately: of so many arrivals, or in so long a time,
// whichever is shorter.
const (
	enoughArrivals = 400
	enoughTime     = 30 * sim.Second
)

// countedFlow counts the arrivals of a source.
type countedFlow struct {
	source Source
	next   sim.Time
	more   bool
	last   sim.Time
	rate   float64 // per second, as it was lately
}

// Upto implements [Flow].
func (f *countedFlow) Upto(at sim.Time) (count int64, expected float64) {
	for f.more && f.next <= at {
		count++
		f.next, f.more = f.source.Next()
	}
	length := (at - f.last).Seconds()
	if length <= 0 {
		return count, float64(count)
	}
	weight := min(1, max(float64(count)/enoughArrivals, length/enoughTime.Seconds()))
	if f.last == 0 {
		weight = 1
	}
	f.rate += weight * (float64(count)/length - f.rate)
	f.last = at
	return count, f.rate * length
}

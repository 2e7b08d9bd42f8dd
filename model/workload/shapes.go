package workload

import (
	"fmt"
	"math"

	"headroom/sim"
)

// Day is a daily swing of a rate.
type Day struct {
	Mean       float64  // per second
	PeakToMean float64  // between 1 and 100
	PeakAt     sim.Time // of the first peak or any other, from the start of the run
}

const (
	dayKnots      = 1440 // one a minute
	maxPeakToMean = 100
)

// Diurnal returns a rate that repeats every 24 hours, linear between the
// minutes. Up to a peak of twice the mean it is a sinusoid,
//
//	rate(t) = mean·(1 + (p-1)·cos 2π(t-peak)/24h);
//
// beyond, where a sinusoid would be negative, it has the shape of the von Mises
// law, exp(κ·cos 2π(t-peak)/24h), with κ such that the mean and the peak are as
// asked.
func Diurnal(d Day) (*Rate, error) {
	if !(d.PeakToMean >= 1 && d.PeakToMean <= maxPeakToMean) {
		return nil, fmt.Errorf("peak_to_mean: must be between 1 and %d, got %g", maxPeakToMean, d.PeakToMean)
	}
	if !(d.Mean > 0) {
		return nil, fmt.Errorf("mean: must be positive, got %g", d.Mean)
	}
	if err := checkRate("peak", d.Mean*d.PeakToMean); err != nil {
		return nil, err
	}
	phase := 2 * math.Pi * float64(d.PeakAt%sim.Day) / float64(sim.Day)
	shape := make([]float64, dayKnots)
	swing(shape, d.PeakToMean, phase)
	knots := make([]Knot, dayKnots+1)
	for i := range knots {
		knots[i] = Knot{At: sim.Time(i) * sim.Minute, PerSecond: d.Mean * shape[i%dayKnots]}
	}
	return Linear(knots, Tail{Period: sim.Day})
}

// swing fills shape with a day of mean 1 whose peak is at an angle.
func swing(shape []float64, peak, phase float64) {
	angle := func(i int) float64 { return 2*math.Pi*float64(i)/dayKnots - phase }
	if peak <= 2 {
		for i := range shape {
			shape[i] = max(0, 1+(peak-1)*math.Cos(angle(i)))
		}
		return
	}
	kappa := concentration(peak)
	total := 0.0
	for i := range shape {
		shape[i] = math.Exp(kappa * (math.Cos(angle(i)) - 1))
		total += shape[i]
	}
	for i := range shape {
		shape[i] *= dayKnots / total
	}
}

// concentration returns the κ for which exp(κ·cos) has that ratio of its peak
// to its mean, by bisection. The ratio grows like √(2πκ).
func concentration(peak float64) float64 {
	ratio := func(kappa float64) float64 {
		total := 0.0
		for i := range dayKnots {
			total += math.Exp(kappa * (math.Cos(2*math.Pi*float64(i)/dayKnots) - 1))
		}
		return dayKnots / total
	}
	low, high := 0.0, 2*peak*peak
	for range 60 {
		middle := (low + high) / 2
		if ratio(middle) < peak {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// Bins are numbers of requests per period, as monitoring exports them.
type Bins struct {
	Starts []sim.Time // ascending, from the start of the run
	Width  sim.Time   // of each; 0: each lasts until the next, the last as long as the one before
	Counts []float64
	Scale  float64 // multiplies the counts; 1 leaves them
}

// maxCount is the largest number of requests, of all bins together.
const maxCount = 1e15

// check returns an error unless b is usable.
func (b *Bins) check() error {
	n := len(b.Starts)
	switch {
	case n == 0:
		return fmt.Errorf("counts: must have at least one period")
	case len(b.Counts) != n:
		return fmt.Errorf("counts: must be as many as the periods (%d), got %d", n, len(b.Counts))
	case b.Width < 0 || b.Width == 0 && n == 1:
		return fmt.Errorf("width: must be positive, got %v", b.Width)
	case !(b.Scale > 0 && b.Scale <= maxCount):
		return fmt.Errorf("scale: must be positive, got %g", b.Scale)
	case b.Width > sim.Horizon/4:
		return fmt.Errorf("width: must be at most %v, got %v", sim.Horizon/4, b.Width)
	}
	for i, start := range b.Starts {
		if start < 0 || start > sim.Horizon/4 {
			return fmt.Errorf("period %d: must start between 0 and %v, got %v", i, sim.Horizon/4, start)
		}
		if i > 0 && start < b.Starts[i-1]+max(1, b.Width) {
			return fmt.Errorf("period %d: must not start before the end of the one above (%v), got %v", i, b.Starts[i-1]+max(1, b.Width), start)
		}
	}
	return b.checkCounts()
}

// checkCounts returns an error unless the counts of well-placed bins are usable.
func (b *Bins) checkCounts() error {
	total := 0.0
	for i, count := range b.Counts {
		if !(count >= 0 && count <= maxCount) {
			return fmt.Errorf("period %d: count must be between 0 and %g, got %g", i, float64(maxCount), count)
		}
		perSecond := count * b.Scale / (b.end(i) - b.Starts[i]).Seconds()
		if err := checkRate(fmt.Sprintf("period %d", i), perSecond); err != nil {
			return err
		}
		total += count * b.Scale
	}
	if !(total > 0 && total <= maxCount) {
		return fmt.Errorf("counts: must add up to more than 0 and at most %g, got %g", float64(maxCount), total)
	}
	return nil
}

// end returns when bin i ends.
func (b *Bins) end(i int) sim.Time {
	n := len(b.Starts)
	switch {
	case b.Width > 0:
		return b.Starts[i] + b.Width
	case i+1 < n:
		return b.Starts[i+1]
	}
	return b.Starts[i] + b.Starts[i] - b.Starts[i-1]
}

// FromCounts returns the rate of bins: constant in each, 0 outside.
func FromCounts(b Bins) (*Rate, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	knots := make([]Knot, 0, len(b.Starts)+2)
	if b.Starts[0] > 0 {
		knots = append(knots, Knot{})
	}
	for i, start := range b.Starts {
		end := b.end(i)
		knots = append(knots, Knot{start, b.Counts[i] * b.Scale / (end - start).Seconds()})
		if i+1 == len(b.Starts) || b.Starts[i+1] > end {
			knots = append(knots, Knot{end, 0})
		}
	}
	return Steps(knots, Tail{Stop: true})
}

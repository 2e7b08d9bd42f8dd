package stat

import "math"

// batchLimit is where neighbouring batches are joined, so that between half of
// it and all of it remain. Schmeiser (1982), "Batch size effects in the analysis
// of simulation output", finds little gain beyond 30 batches.
const batchLimit = 64

// Batches estimates a mean from one long run by batch means: observations in
// the order they came, cut into batches of equal size, whose means are taken as
// independent. The size doubles as the run grows: up to 63 observations are each
// their own batch, after that there are 32 to 63 batches.
//
// There is no Merge: one run is one sequence.
type Batches struct {
	sums    [batchLimit]Sum
	full    int
	size    int64 // observations in a full batch; 0 before the first
	current Sum
	filled  int64 // observations in current
}

// Record takes the next observation of the run.
func (b *Batches) Record(v int64) {
	b.current.Add(v)
	b.filled++
	if b.filled >= b.size {
		b.next()
	}
}

// Size returns the number of observations in a batch.
func (b *Batches) Size() int64 { return b.size }

// Means returns the means of the full batches. If their [Lag1] is beyond
// ±2/√n, the run is too short for its interval.
func (b *Batches) Means() []float64 {
	means := make([]float64, b.full)
	for i := range means {
		means[i] = b.sums[i].Over(b.size)
	}
	return means
}

// Estimate returns the mean of the full batches, with its Student-t interval of
// the given confidence, as [Interval] does. What came after the last full batch
// is left out: less than a thirty-second of the run.
func (b *Batches) Estimate(confidence float64) Estimate {
	return Interval(b.Means(), confidence)
}

// next ends the current batch and joins neighbours when there are too many.
func (b *Batches) next() {
	b.size = max(b.size, 1)
	b.sums[b.full] = b.current
	b.full++
	b.current, b.filled = Sum{}, 0
	if b.full < batchLimit {
		return
	}
	for i := range batchLimit / 2 {
		b.sums[i] = b.sums[2*i]
		b.sums[i].Merge(b.sums[2*i+1])
	}
	b.full = batchLimit / 2
	b.size *= 2
}

// MSER5 finds the end of the warm-up of a run from its observations in order:
// drop the first truncate of them. It takes means of five and minimises
// Σ(yᵢ−ȳ)²/(n−d)², the squared standard error of what remains, over d in the
// first half: White, Cobb and Spratt (2000), "A comparison of five steady-state
// truncation heuristics for simulation", WSC. ok is false if the minimum is at
// the middle, so that the run is too short to tell, if there are fewer than ten
// means, or if a value is not finite.
func MSER5(xs []float64) (truncate int, ok bool) {
	const group, fewest = 5, 10
	means := len(xs) / group
	if means < fewest {
		return 0, false
	}
	// From the back, by Welford's update: mean and squares of what remains.
	var mean, squares float64
	best, bestAt := math.Inf(1), means/2
	for d := means - 1; d >= 0; d-- {
		y := 0.0
		for _, x := range xs[d*group : (d+1)*group] {
			y += x / group
		}
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return 0, false
		}
		n := float64(means - d)
		delta := y - mean
		mean += delta / n
		squares += delta * (y - mean)
		if score := squares / (n * n); d <= means/2 && score <= best {
			best, bestAt = score, d
		}
	}
	return bestAt * group, bestAt < means/2
}

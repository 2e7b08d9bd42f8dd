package sweep

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"headroom/results"
	"headroom/sim/rng"
)

// Share is a part of a variance, with its 95 % bootstrap interval.
type Share struct {
	Value, Low, High float64 // NaN: the design does not tell
}

// Index says how much of the variance of a metric over the design one axis
// explains: alone, and with all its interactions (Sobol's first-order and total
// index).
type Index struct {
	First, Total Share
}

// resamples is how often the bootstrap draws; percentiles of 400 are good to
// about a tenth of the interval.
const resamples = 400

// Indices returns the Sobol indices of each axis.
//
// A full factorial design gives both exactly for the points it has, by analysis
// of variance; the bootstrap resamples the replications. A Saltelli design gives
// both for the ranges it samples, by Jansen's estimators (1999); the bootstrap
// resamples its rows. Any other design gives the first-order index only: the
// correlation ratio between the levels of the axis, corrected for what chance
// would explain (epsilon squared); the bootstrap resamples the points.
func (s *Surface) Indices() []Index {
	points, axes, replications := s.Points(), len(s.Levels), sequence(len(s.Values))
	if points < 2 {
		return nil
	}
	if s.Rows > 1 && points == s.Rows*(axes+2) {
		means := s.means(replications)
		return bootstrap(s.Rows, axes, func(pick []int) []Index { return jansen(means, axes, pick) })
	}
	if s.factorial() {
		return bootstrap(len(s.Values), axes, func(pick []int) []Index { return s.variances(s.means(pick)) })
	}
	means, sizes := s.means(replications), s.sizes()
	return bootstrap(points, axes, func(pick []int) []Index { return s.ratios(means, sizes, pick) })
}

func sequence(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// bootstrap estimates from all n units, and draws them with replacement for the
// interval, on all cores.
func bootstrap(n, axes int, estimate func(pick []int) []Index) []Index {
	indices := estimate(sequence(n))
	var drawn [resamples][]Index
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			pick := make([]int, n)
			for b := int(next.Add(1)) - 1; b < resamples; b = int(next.Add(1)) - 1 {
				stream := rng.New(0, b, "sweep/bootstrap")
				for i := range pick {
					pick[i] = stream.Below(n)
				}
				drawn[b] = estimate(pick)
			}
		})
	}
	group.Wait()
	first, total := make([]float64, resamples), make([]float64, resamples)
	for axis := range axes {
		for b, e := range drawn {
			first[b], total[b] = e[axis].First.Value, e[axis].Total.Value
		}
		indices[axis].First.within(first, n)
		indices[axis].Total.within(total, n)
	}
	return indices
}

// within sets the interval of a share to percentiles of its resamples.
func (s *Share) within(values []float64, units int) {
	s.Low, s.High = math.NaN(), math.NaN()
	values = slices.DeleteFunc(values, math.IsNaN)
	if len(values) == 0 || units < 2 {
		return
	}
	slices.Sort(values)
	tail := (1 - results.Confidence) / 2
	s.Low = values[int(tail*float64(len(values)))]
	s.High = values[int((1-tail)*float64(len(values)-1))]
}

// factorial reports whether every combination of levels occurs once.
func (s *Surface) factorial() bool {
	product, points := 1, s.Points()
	sizes := s.sizes()
	for _, size := range sizes {
		if product *= size; product > points {
			return false
		}
	}
	if product != points {
		return false
	}
	seen := make([]bool, product)
	for i := range points {
		place := 0
		for axis, size := range sizes {
			place = place*size + int(s.Levels[axis][i])
		}
		if seen[place] {
			return false
		}
		seen[place] = true
	}
	return true
}

// variances decomposes the variance of a full factorial design.
func (s *Surface) variances(y []float64) []Index {
	mean, whole := spread(y)
	sizes := s.sizes()
	indices := make([]Index, len(sizes))
	for axis, own := range s.Levels {
		rest := make([]int32, len(y)) // below the number of points
		for other, levels := range s.Levels {
			for i, level := range levels {
				if other != axis {
					rest[i] = rest[i]*int32(sizes[other]) + level
				}
			}
		}
		indices[axis].First.Value = part(between(y, mean, own), whole)
		indices[axis].Total.Value = 1 - part(between(y, mean, rest), whole)
	}
	return indices
}

// between is the variance of the means of groups, weighted by their size, of numbers with a mean.
func between(y []float64, mean float64, group []int32) float64 {
	size := slices.Max(group) + 1
	sums, sizes := make([]float64, size), make([]float64, size)
	for i, g := range group {
		sums[g] += y[i] - mean
		sizes[g]++
	}
	variance, _ := ofGroups(sums, sizes)
	return variance / float64(len(y))
}

// ofGroups adds up what groups, by their sums about the mean and their sizes, are off it; and counts them.
func ofGroups(sums, sizes []float64) (total float64, groups int) {
	for g, n := range sizes {
		if n > 0 {
			total += sums[g] * sums[g] / n
			groups++
		}
	}
	return total, groups
}

// rounding is how far apart numbers are, of themselves, that are the same but for the order of sums.
const rounding = 1e-12

// spread is the mean and the variance of numbers that are all there are: 0 where they are the same,
// so that no axis has a share of it.
func spread(y []float64) (mean, variance float64) {
	more := 0.0
	for _, v := range y {
		more += (v - y[0]) / float64(len(y))
	}
	mean = y[0] + more
	for _, v := range y {
		variance += (v - mean) * (v - mean) / float64(len(y))
	}
	if math.Sqrt(variance) <= rounding*math.Abs(mean) {
		return mean, 0
	}
	return mean, variance
}

// part is a share of a variance; NaN where there is none.
func part(of, whole float64) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return of / whole
}

// jansen estimates the indices from rows of a Saltelli design: with A, B and A
// with coordinate i of B, first = 1 - E(B-ABi)²/2V, total = E(A-ABi)²/2V.
func jansen(y []float64, axes int, rows []int) []Index {
	var both []float64
	for _, row := range rows {
		both = append(both, y[row*(axes+2)], y[row*(axes+2)+1])
	}
	_, whole := spread(both)
	indices := make([]Index, axes)
	for axis := range indices {
		first, total := 0.0, 0.0
		for _, row := range rows {
			block := y[row*(axes+2) : (row+1)*(axes+2)]
			mixed := block[2+axis]
			first += (block[1] - mixed) * (block[1] - mixed)
			total += (block[0] - mixed) * (block[0] - mixed)
		}
		n := 2 * whole * float64(len(rows))
		indices[axis].First.Value = 1 - part(first, n)
		indices[axis].Total.Value = part(total, n)
	}
	return indices
}

// ratios estimates first-order indices from some points of any design, whose axes have so many levels.
func (s *Surface) ratios(means []float64, sizes, points []int) []Index {
	y := make([]float64, len(points))
	for i, p := range points {
		y[i] = means[p]
	}
	mean, whole := spread(y)
	n := float64(len(y))
	indices := make([]Index, len(s.Levels))
	for axis, levels := range s.Levels {
		sums, counts := make([]float64, sizes[axis]), make([]float64, sizes[axis])
		for i, p := range points {
			level := levels[p]
			sums[level] += y[i] - mean
			counts[level]++
		}
		total, groups := ofGroups(sums, counts)
		within, k := whole-total/n, float64(groups)
		value := math.NaN()
		if n > k {
			value = 1 - part(within/(n-k)*(n-1), whole)
		}
		indices[axis] = Index{First: Share{Value: value}, Total: Share{Value: math.NaN()}}
	}
	return indices
}

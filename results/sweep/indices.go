package sweep

import (
	"math"
	"slices"

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
	if len(s.Values) < 2 || s.common() == 0 {
		return nil
	}
	if axes := len(s.Levels[0]); s.Rows > 1 && len(s.Values) == s.Rows*(axes+2) {
		means := s.means(sequence(s.common()))
		return bootstrap(s.Rows, axes, func(pick []int) []Index { return jansen(means, axes, pick) })
	}
	if s.factorial() {
		return bootstrap(s.common(), len(s.Levels[0]), func(pick []int) []Index { return s.variances(s.means(pick)) })
	}
	means := s.means(sequence(s.common()))
	return bootstrap(len(means), len(s.Levels[0]), func(pick []int) []Index { return s.ratios(means, pick) })
}

func sequence(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// bootstrap estimates from all n units, and draws them with replacement for the
// interval.
func bootstrap(n, axes int, estimate func(pick []int) []Index) []Index {
	indices := estimate(sequence(n))
	first, total := make([][]float64, axes), make([][]float64, axes)
	pick := make([]int, n)
	for b := range resamples {
		stream := rng.New(0, b, "sweep/bootstrap")
		for i := range pick {
			pick[i] = stream.Below(n)
		}
		for axis, e := range estimate(pick) {
			first[axis] = append(first[axis], e.First.Value)
			total[axis] = append(total[axis], e.Total.Value)
		}
	}
	for axis := range indices {
		indices[axis].First.within(first[axis], n)
		indices[axis].Total.within(total[axis], n)
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
	product := 1
	sizes := s.sizes()
	for _, size := range sizes {
		if product *= size; product > len(s.Levels) {
			return false
		}
	}
	if product != len(s.Levels) {
		return false
	}
	seen := make([]bool, product)
	for _, l := range s.Levels {
		place := 0
		for axis, size := range sizes {
			place = place*size + l[axis]
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
	_, whole := spread(y)
	sizes := s.sizes()
	indices := make([]Index, len(sizes))
	for axis := range indices {
		own := make([]int, len(y))
		rest := make([]int, len(y))
		for i, l := range s.Levels {
			own[i] = l[axis]
			for other := range l {
				if other != axis {
					rest[i] = rest[i]*sizes[other] + l[other]
				}
			}
		}
		indices[axis].First.Value = part(between(y, own), whole)
		indices[axis].Total.Value = 1 - part(between(y, rest), whole)
	}
	return indices
}

// between is the variance of the means of groups, weighted by their size.
func between(y []float64, group []int) float64 {
	mean, _ := spread(y)
	size := slices.Max(group) + 1
	sums, sizes := make([]float64, size), make([]float64, size)
	for i, g := range group {
		sums[g] += y[i] - mean
		sizes[g]++
	}
	total := 0.0
	for g, n := range sizes {
		if n > 0 {
			total += sums[g] * sums[g] / n
		}
	}
	return total / float64(len(y))
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

// ratios estimates first-order indices from some points of any design.
func (s *Surface) ratios(means []float64, points []int) []Index {
	y := make([]float64, len(points))
	for i, p := range points {
		y[i] = means[p]
	}
	_, whole := spread(y)
	indices := make([]Index, len(s.Levels[0]))
	for axis := range indices {
		group := make([]int, len(points))
		used := map[int]bool{}
		for i, p := range points {
			group[i] = s.Levels[p][axis]
			used[group[i]] = true
		}
		n, k := float64(len(y)), float64(len(used))
		within := whole - between(y, group)
		value := math.NaN()
		if n > k {
			value = 1 - part(within/(n-k)*(n-1), whole)
		}
		indices[axis] = Index{First: Share{Value: value}, Total: Share{Value: math.NaN()}}
	}
	return indices
}

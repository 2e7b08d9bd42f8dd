package results

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/sim/stat"
)

// Difference is one metric of two scenarios that met the same random numbers.
type Difference struct {
	Key, Unit string
	A, B      stat.Estimate
	// Delta is the mean of B - A over replications, with its paired 95 % interval.
	Delta stat.Estimate
	// P is the two-sided p-value of the paired t-test: how likely so large a
	// difference is where there is none. NaN for one replication.
	P float64
	// Reduction is by how much the common random numbers divide the variance of
	// the difference: (Var A + Var B) / Var (B - A). NaN where nothing varies.
	Reduction float64
}

// Significant reports whether the difference is one at 95 %.
func (d *Difference) Significant() bool { return d.P < 1-Confidence }

// Comparison is two scenarios, replication by replication.
type Comparison struct {
	Replications int
	Differences  []Difference // of the metrics that both have, in the order of A
	OnlyA, OnlyB []string     // metrics that the other has not
}

// Compare pairs what two scenarios showed, replication by replication, each read
// by the meter of its scenario. Where both met the same arrivals and demands,
// what differs is due to the scenarios.
func Compare(a, b *Meter, left, right [][]float64) *Comparison {
	if len(left) != len(right) {
		panic("results: a comparison of unequally many replications")
	}
	c := &Comparison{Replications: len(left)}
	for i, e := range a.entries {
		k := b.find(e.key)
		if k < 0 {
			c.OnlyA = append(c.OnlyA, e.key)
			continue
		}
		var xs, ys []float64
		for r := range left {
			if x, y := left[r][i], right[r][k]; !math.IsNaN(x) && !math.IsNaN(y) {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
		if len(xs) > 0 {
			c.Differences = append(c.Differences, paired(e.key, e.metric.Unit, xs, ys))
		}
	}
	for _, e := range b.entries {
		if a.find(e.key) < 0 {
			c.OnlyB = append(c.OnlyB, e.key)
		}
	}
	return c
}

// paired compares the values of one metric.
func paired(key, unit string, a, b []float64) Difference {
	deltas := make([]float64, len(a))
	for i := range a {
		deltas[i] = b[i] - a[i]
	}
	d := Difference{
		Key: key, Unit: unit, P: math.NaN(), Reduction: math.NaN(),
		A: stat.Interval(a, Confidence), B: stat.Interval(b, Confidence), Delta: stat.Interval(deltas, Confidence),
	}
	n := float64(len(a))
	if n < 2 {
		return d
	}
	student := distuv.StudentsT{Sigma: 1, Nu: n - 1}
	quantile := student.Quantile(0.5 + Confidence/2)
	switch {
	case d.Delta.HalfWidth > 0: // half-width = quantile · standard error
		d.P = 2 * student.Survival(math.Abs(d.Delta.Value)/d.Delta.HalfWidth*quantile)
		d.Reduction = (d.A.HalfWidth*d.A.HalfWidth + d.B.HalfWidth*d.B.HalfWidth) / (d.Delta.HalfWidth * d.Delta.HalfWidth)
	case d.Delta.Value == 0:
		d.P = 1
	default:
		d.P = 0 // the same difference in every replication
	}
	return d
}

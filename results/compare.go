package results

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/sim/stat"
)

// MostReduction is where [Difference.Reduction] is cut: beyond it, the variance of
// the difference is that of a handful of requests, and its inverse says nothing.
const MostReduction = 1000

// Difference is one metric of two scenarios.
type Difference struct {
	Key, Unit string
	A, B      stat.Estimate
	// Delta is the mean of B - A over replications, with its 95 % interval.
	Delta stat.Estimate
	// P is the two-sided p-value of the t-test: how likely so large a difference is
	// where there is none. NaN for one replication.
	P float64
	// Reduction is by how much the common random numbers divide the variance of
	// the difference: (Var A + Var B) / Var (B - A), at most [MostReduction]. NaN
	// where nothing varies, and without pairs.
	Reduction float64
	// Constant says that neither scenario varies over replications: the difference
	// is what it is, without an interval or a test.
	Constant bool
}

// Significant reports whether the difference is one at 95 %.
func (d *Difference) Significant() bool { return d.P < 1-Confidence }

// Sample is what the replications of a scenario measured.
type Sample struct {
	Keys, Units []string    // of the metrics
	Values      [][]float64 // by replication, then metric; NaN: none observed
}

func (s *Sample) places() map[string]int {
	at := make(map[string]int, len(s.Keys))
	for i, key := range s.Keys {
		at[key] = i
	}
	return at
}

// Comparison is two scenarios, metric by metric.
type Comparison struct {
	Replications int          // of A
	Paired       bool         // replication by replication: both have as many
	Differences  []Difference // of the metrics that both have, in the order of A
	OnlyA, OnlyB []string     // metrics that the other has not
}

// Compare pairs what two scenarios showed, replication by replication, of which
// there are equally many. Where both met the same arrivals and demands, what differs
// is due to the scenarios.
func Compare(a, b Sample) *Comparison {
	if len(a.Values) != len(b.Values) {
		panic("results: a comparison of unequally many replications")
	}
	c := match(a.Keys, b.Keys, func(i, k int) (Difference, bool) {
		var xs, ys []float64
		for r := range a.Values {
			if x, y := a.Values[r][i], b.Values[r][k]; !math.IsNaN(x) && !math.IsNaN(y) {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
		if len(xs) == 0 {
			return Difference{}, false
		}
		return paired(a.Keys[i], a.Units[i], xs, ys), true
	})
	c.Replications, c.Paired = len(a.Values), true
	return c
}

// CompareApart compares estimates of two scenarios that met other random numbers, or
// of which only these are known, with the test of Welch.
func CompareApart(a, b []Value) *Comparison {
	keys := func(values []Value) []string {
		var all []string
		for _, v := range values {
			all = append(all, v.Key)
		}
		return all
	}
	return match(keys(a), keys(b), func(i, k int) (Difference, bool) {
		return apart(a[i], b[k]), true
	})
}

// match finds the metrics that both have; compare is called with their places.
func match(a, b []string, compare func(i, k int) (Difference, bool)) *Comparison {
	c := &Comparison{}
	left, right := (&Sample{Keys: a}).places(), (&Sample{Keys: b}).places()
	for i, key := range a {
		k, both := right[key]
		if !both {
			c.OnlyA = append(c.OnlyA, key)
		} else if d, some := compare(i, k); some {
			c.Differences = append(c.Differences, d)
		}
	}
	for _, key := range b {
		if _, both := left[key]; !both {
			c.OnlyB = append(c.OnlyB, key)
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
	if len(a) < 2 {
		return d
	}
	d.test(float64(len(a) - 1))
	if !d.Constant {
		halves := d.A.HalfWidth*d.A.HalfWidth + d.B.HalfWidth*d.B.HalfWidth
		d.Reduction = min(MostReduction, halves/(d.Delta.HalfWidth*d.Delta.HalfWidth))
	}
	return d
}

// apart compares two estimates of one metric that have nothing in common: B. L.
// Welch, The generalization of "Student's" problem when several different population
// variances are involved, Biometrika 34, 1947.
func apart(a, b Value) Difference {
	d := Difference{Key: a.Key, Unit: a.Unit, A: a.Estimate, B: b.Estimate, P: math.NaN(), Reduction: math.NaN()}
	d.Delta = stat.Estimate{Value: b.Value - a.Value, HalfWidth: math.NaN(), N: min(a.N, b.N)}
	if d.Delta.N < 2 {
		return d
	}
	x, y := meanVariance(a.Estimate), meanVariance(b.Estimate)
	freedom := 1.0
	d.Delta.HalfWidth = 0
	if x+y > 0 {
		freedom = (x + y) * (x + y) / (x*x/float64(a.N-1) + y*y/float64(b.N-1))
		d.Delta.HalfWidth = quantile95(freedom) * math.Sqrt(x+y)
	}
	d.test(freedom)
	return d
}

// test fills in the p-value of a difference with an interval of so many degrees of
// freedom.
func (d *Difference) test(freedom float64) {
	d.Constant = d.A.HalfWidth == 0 && d.B.HalfWidth == 0
	switch {
	case d.Delta.HalfWidth > 0: // half-width = quantile · standard error
		student := distuv.StudentsT{Sigma: 1, Nu: freedom}
		d.P = 2 * student.Survival(math.Abs(d.Delta.Value)/d.Delta.HalfWidth*quantile95(freedom))
	case d.Delta.Value == 0:
		d.P = 1
	default:
		d.P = 0 // the same difference in every replication
	}
}

// meanVariance returns the variance of a mean from its interval.
func meanVariance(e stat.Estimate) float64 {
	deviation := e.HalfWidth / quantile95(float64(e.N-1))
	return deviation * deviation
}

// quantile95 is by how many standard errors a 95 % interval reaches to each side.
func quantile95(freedom float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(0.5 + Confidence/2)
}

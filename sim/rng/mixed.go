package rng

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// hyperexponential draws from an exponential law chosen at random.
type hyperexponential struct {
	mean, variance float64
	law            hyperexponentialLaw
	table          *quantiles
}

// hyperexponentialLaw has a mean of 1.
type hyperexponentialLaw struct{ shares, means []float64 }

func (l hyperexponentialLaw) tail(x float64, above bool) (probability, density float64) {
	for i, share := range l.shares {
		survival := math.Exp(-x / l.means[i])
		density += share / l.means[i] * survival
		if above {
			probability += share * survival
		} else {
			probability -= share * math.Expm1(-x/l.means[i])
		}
	}
	return probability, density
}

// The largest number of branches, and ratio between the means of two.
const (
	maxBranches  = 64
	maxMeanRatio = 1e12
)

// Hyperexponential returns the law that is exponential of mean means[i] with a
// probability proportional to weights[i]; no weights mean equal ones.
func Hyperexponential(weights, means []float64) (Distribution, error) {
	if len(means) == 0 || len(means) > maxBranches {
		return nil, fmt.Errorf("means: must be between 1 and %d of them, got %d", maxBranches, len(means))
	}
	for i, m := range means {
		if err := checkPositive(fmt.Sprintf("means[%d]", i), m); err != nil {
			return nil, err
		}
	}
	if slices.Max(means)/slices.Min(means) > maxMeanRatio {
		return nil, fmt.Errorf("means: must be within a factor of %g of each other", maxMeanRatio)
	}
	shares, err := normalise(weights, len(means))
	if err != nil {
		return nil, err
	}
	d := &hyperexponential{}
	second := 0.0
	for i, share := range shares {
		d.mean += share * means[i]
		second += 2 * share * means[i] * means[i]
	}
	d.variance = second - d.mean*d.mean
	scaled := make([]float64, len(means))
	for i, m := range means {
		scaled[i] = m / d.mean
	}
	d.law = hyperexponentialLaw{shares: shares, means: scaled}
	d.table = newQuantiles(logInverse{d.law})
	return d, nil
}

// HyperexponentialBalanced returns the hyperexponential law of that mean and
// cv, at least 1, that has two branches which contribute half of the mean each
// (Whitt, "Approximating a Point Process by a Renewal Process", 1982).
func HyperexponentialBalanced(mean, cv float64) (Distribution, error) {
	if err := checkMeanCV(mean, cv); err != nil {
		return nil, err
	}
	if cv < 1 {
		return nil, fmt.Errorf("cv: must be at least 1, got %g", cv)
	}
	square := cv * cv
	p := (1 + math.Sqrt((square-1)/(square+1))) / 2
	q := 1 / (square + 1) / (2 * p) // 1-p, without the loss of digits
	return Hyperexponential([]float64{p, q}, []float64{mean / (2 * p), mean / (2 * q)})
}

// Quantile implements [Distribution].
func (d *hyperexponential) Quantile(u float64) float64 { return d.mean * d.table.at(u) }

// Mean implements [Distribution].
func (d *hyperexponential) Mean() float64 { return d.mean }

// Variance implements [Distribution].
func (d *hyperexponential) Variance() float64 { return d.variance }

// empirical is a discrete law.
type empirical struct {
	values         []float64 // ascending
	upTo           []float64 // probability of a value not above values[i]; the last is 1
	guide          []int32   // the first i with upTo[i] ≥ j/(len(guide)-1)
	mean, variance float64
}

// maxEmpirical is the largest number of values.
const maxEmpirical = 50_000_000

// Empirical returns the law that yields values[i] with a probability
// proportional to weights[i]; no weights mean equal ones. It copies both. A
// draw finds its value through an index: it takes constant time on average, and
// logarithmic at worst.
func Empirical(values, weights []float64) (Distribution, error) {
	n := len(values)
	if n == 0 {
		return nil, errors.New("values: must not be empty")
	}
	if n > maxEmpirical {
		return nil, fmt.Errorf("values: must be at most %d, got %d", maxEmpirical, n)
	}
	if err := checkEach("values", values); err != nil {
		return nil, err
	}
	shares, err := normalise(weights, n)
	if err != nil {
		return nil, err
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	if !slices.IsSorted(values) {
		slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(values[a], values[b]) })
	}
	d := &empirical{values: make([]float64, 0, n), upTo: make([]float64, 0, n)}
	total := 0.0
	for _, i := range order {
		if shares[i] == 0 {
			continue
		}
		total += shares[i]
		d.values = append(d.values, values[i])
		d.upTo = append(d.upTo, total)
		d.mean += shares[i] * values[i]
	}
	for _, i := range order {
		off := values[i] - d.mean
		d.variance += shares[i] * off * off
	}
	d.upTo[len(d.upTo)-1] = 1
	d.index()
	return d, nil
}

// index builds the guide, with one entry a value.
func (d *empirical) index() {
	n := len(d.values)
	d.guide = make([]int32, n+1)
	i := 0
	for j := range d.guide {
		for i < n-1 && d.upTo[i] < float64(j)/float64(n) {
			i++
		}
		d.guide[j] = int32(i)
	}
}

// Quantile implements [Distribution].
func (d *empirical) Quantile(u float64) float64 {
	j := int(u * float64(len(d.values)))
	j = min(max(j, 0), len(d.values)-1)
	low, high := d.guide[j], d.guide[j+1]
	for low < high {
		middle := int32(uint32(low+high) >> 1)
		if d.upTo[middle] < u {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return d.values[low]
}

// Mean implements [Distribution].
func (d *empirical) Mean() float64 { return d.mean }

// Variance implements [Distribution].
func (d *empirical) Variance() float64 { return d.variance }

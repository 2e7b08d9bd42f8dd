package fluid

import (
	"math"

	"headroom/sim/rng"
)

// part is a part of all requests, with their demand in mean services.
type part struct{ share, demand float64 }

// demand is the law of what requests ask for, in mean services.
type demand struct {
	law         rng.Distribution
	speed       float64 // by which law is divided
	mean        float64 // in seconds
	scv         float64
	exponential bool
	parts       []part
}

// Cells of the demand: bodyParts of equal share below bodyShare, then tailParts a
// factor of ten of the tail.
const (
	bodyParts = 144
	bodyShare = 0.9
	tailParts = 12
	leastTail = 1e-7
)

func newDemand(law rng.Distribution, speed float64) *demand {
	mean := law.Mean()
	d := &demand{law: law, speed: speed, mean: mean / speed, scv: law.Variance() / (mean * mean)}
	d.exponential = math.Abs(d.scv-1) < 1e-9
	for _, u := range []float64{0.1, 0.5, 0.9, 0.99} {
		d.exponential = d.exponential && math.Abs(law.Quantile(u)+mean*math.Log(1-u)) < 1e-4*mean
	}
	d.parts = even(cut(law, bodyParts, tailParts))
	return d
}

// cut takes a law to pieces.
func cut(law rng.Distribution, body, tail int) []part {
	var parts []part
	add := func(from, to float64) { // of the tail: shares above
		parts = append(parts, part{from - to, law.Quantile(1 - (from+to)/2)})
	}
	for i := range body {
		add(1-bodyShare*float64(i)/float64(body), 1-bodyShare*float64(i+1)/float64(body))
	}
	from := 1 - bodyShare
	for from > leastTail {
		to := from * math.Pow(10, -1/float64(tail))
		if to < leastTail {
			to = 0
		}
		add(from, to)
		from = to
	}
	return parts
}

// even makes the mean of parts 1.
func even(parts []part) []part {
	mean := 0.0
	for _, p := range parts {
		mean += p.share * p.demand
	}
	for i := range parts {
		parts[i].demand /= mean
	}
	return parts
}

// below is the share of the requests whose demand is less than so many seconds.
func (d *demand) below(seconds float64) float64 {
	low, high := 0.0, 1.0
	for range 50 {
		middle := (low + high) / 2
		if d.law.Quantile(middle) < seconds*d.speed {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

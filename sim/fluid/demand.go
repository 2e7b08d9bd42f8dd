package fluid

import (
	"math"

	"headroom/sim/rng"
	"headroom/sim/stat"
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
	start       int     // the first bucket of a [stat.Histogram] that demands are in
	bounds      []bound // of the buckets from there on
	coarse      int     // buckets in which what is smooth is worked out at once
}

// bound is the upper bound of a bucket.
type bound struct {
	below float64 // share of the demands
	part  int     // of those in the bucket
}

// Cells of the demand: bodyParts of equal share below bodyShare, then tailParts a
// factor of ten of the tail.
const (
	bodyParts = 96
	bodyShare = 0.9
	tailParts = 12
	leastTail = 1e-7

	manyBuckets = 8
	fewParts    = 24
)

func newDemand(law rng.Distribution, speed float64) *demand {
	mean := law.Mean()
	d := &demand{law: law, speed: speed, mean: mean / speed, scv: law.Variance() / (mean * mean)}
	d.exponential = math.Abs(d.scv-1) < 1e-9
	for _, u := range []float64{0.1, 0.5, 0.9, 0.99} {
		d.exponential = d.exponential && math.Abs(law.Quantile(u)+mean*math.Log(1-u)) < 1e-4*mean
	}
	cells := even(cut(law, bodyParts, tailParts))
	if math.IsInf(d.scv, 1) { // no run is long enough to see all of it
		d.scv = -1
		for _, p := range cells {
			d.scv += p.share * p.demand * p.demand
		}
	}
	d.parts = merged(cells)
	d.coarse = manyBuckets
	if len(d.parts) <= fewParts {
		d.coarse = 1
	}
	d.measure()
	return d
}

// constant reports whether all ask for the same.
func (d *demand) constant() bool { return len(d.parts) == 1 && d.scv == 0 }

// longest is the longest part.
func (d *demand) longest() float64 { return d.parts[len(d.parts)-1].demand }

// measure finds the demands in each bucket.
func (d *demand) measure() {
	d.start = stat.BinOf(nanoseconds(d.law.Quantile(1e-9) / d.speed))
	part, upTo, last := 0, d.parts[0].share, 0.0
	for b := d.start; last <= 1-beyond && b < stat.BinOf(math.MaxInt64/4); b++ {
		upper, _ := stat.Bin(b + 1)
		below := d.below(float64(upper) * 1e-9)
		for part < len(d.parts)-1 && upTo < (below+last)/2 {
			part++
			upTo += d.parts[part].share
		}
		d.bounds = append(d.bounds, bound{below, part})
		last = below
	}
}

// merged makes one part of neighbours that ask for the same.
func merged(parts []part) []part {
	kept := parts[:1]
	for _, p := range parts[1:] {
		last := &kept[len(kept)-1]
		if p.demand <= last.demand*(1+1e-9) {
			last.share += p.share
			continue
		}
		kept = append(kept, p)
	}
	return kept
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

// Longer returns the share of the requests whose demand is longer than so many seconds of a server, to
// within what a bucket of a histogram tells.
func (l *Laws) Longer(seconds float64) float64 {
	d := l.demand
	i := stat.BinOf(int64(min(seconds/d.speed*1e9, math.MaxInt64/2))) - d.start
	switch {
	case i < 0:
		return 1
	case i >= len(d.bounds):
		return 0
	}
	return 1 - d.bounds[i].below
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

package fluid

import (
	"math"
	"sort"

	"headroom/sim/stat"
)

// Law is how long requests stay at a station, those that are let in.
type Law struct {
	bounds  []float64        // share of stays below the lower bound of each bucket of a [stat.Histogram]
	find    func() []float64 // these, which are more work than all else, when they are asked for
	made    maker            // of other laws or of points; nil: not
	mean    float64          // seconds
	blocked float64
	waits   float64
}

// below returns the share of stays below each bound.
func (l *Law) below() []float64 {
	if l.bounds == nil {
		l.bounds, l.find = l.find(), nil
	}
	return l.bounds
}

// Mean returns the mean stay in seconds.
func (l *Law) Mean() float64 { return l.mean }

// Blocked returns the share of requests that find the station full.
func (l *Law) Blocked() float64 { return l.blocked }

// Delayed returns the share of the admitted that stay longer than their demand.
func (l *Law) Delayed() float64 { return l.waits }

// Weights returns the share of the stays in each bucket of a [stat.Histogram].
func (l *Law) Weights() []float64 {
	below := l.below()
	weights := make([]float64, len(below)-1)
	for i := range weights {
		weights[i] = below[i+1] - below[i]
	}
	return weights
}

// Tail returns the share of the stays that are longer than so many seconds.
func (l *Law) Tail(seconds float64) float64 {
	if seconds < 0 {
		return 1
	}
	if l.made != nil {
		return l.made.tail(seconds)
	}
	ns := seconds * 1e9
	if ns > math.MaxInt64/2 {
		return 0
	}
	i, below := stat.BinOf(int64(ns)), l.below()
	if i >= len(below)-1 {
		return 0
	}
	from, width := stat.Bin(i)
	inside := (ns - float64(from)) / float64(width)
	return 1 - (below[i] + inside*(below[i+1]-below[i]))
}

// MeanBelow returns the mean of the stays that are not longer than so many seconds.
func (l *Law) MeanBelow(seconds float64) float64 {
	if l.made != nil {
		return l.made.meanBelow(seconds)
	}
	sum, all, below := 0.0, 0.0, l.below()
	for i := range len(below) - 1 {
		from, width := stat.Bin(i)
		if float64(from)*1e-9 >= seconds {
			break
		}
		w := below[i+1] - below[i]
		sum += w * (float64(from) + float64(width)/2) * 1e-9
		all += w
	}
	if all <= 0 {
		return seconds
	}
	return min(sum/all, seconds)
}

// Record adds n stays to a histogram, each longer by so many nanoseconds, as the law
// divides them: the k-th of them is that which a share (k + offset)/n does not exceed,
// for an offset from 0 to 1. Where offsets are spread evenly over the calls nothing that the law
// holds possible is left out in the long run, however few each n is.
func (l *Law) Record(h *stat.Histogram, n, longer int64, offset float64) {
	if l.made != nil && l.bounds == nil && n <= fewStays {
		l.made.record(h, n, longer, offset)
		return
	}
	if n < fewStays/16 {
		l.recordFew(h, n, longer, offset)
		return
	}
	before, below := int64(0), l.below()
	for i, upTo := range below[1:] {
		if i+1 < len(below)-1 && float64(n)*upTo <= offset+float64(before) {
			continue
		}
		many := min(n, int64(math.Ceil(float64(n)*upTo-offset)))
		if i+2 == len(below) {
			many = n
		}
		from, width := stat.Bin(i)
		h.RecordMany(from+width/2+longer, many-before)
		before = many
	}
}

// fewStays are recorded one by one or law by law, not bucket by bucket.
const fewStays = 4096

// recordFew looks for the bucket of each stay.
func (l *Law) recordFew(h *stat.Histogram, n, longer int64, offset float64) {
	below := l.below()
	for k := range n {
		p := min((float64(k)+offset)/float64(n), below[len(below)-1])
		from, width := stat.Bin(max(0, sort.SearchFloat64s(below, p)-1))
		h.Record(from + width/2 + longer)
	}
}

// Quantile returns the stay in seconds that a share p do not exceed.
func (l *Law) Quantile(p float64) float64 {
	below := l.below()
	i := max(1, sort.SearchFloat64s(below, p)) // the first bound below which p stay
	if i >= len(below) {
		i = len(below) - 1
	}
	from, width := stat.Bin(i - 1)
	inside := 1.0
	if weight := below[i] - below[i-1]; weight > 0 {
		inside = min(1, max(0, (p-below[i-1])/weight))
	}
	return (float64(from) + inside*float64(width)) * 1e-9
}

// beyond is the share of stays that a law leaves out at its end.
const beyond = 1e-8

// newLaw puts the demand and the delay together. Those without delay stay as long
// as they ask for, whatever the law of demands; the others are smooth.
func newLaw(d *demand, late delay) *Law {
	l := &Law{}
	given := make([]longer, len(d.parts))
	for i, p := range d.parts {
		given[i] = late.given(p.demand)
		l.mean += p.share * (p.demand + given[i].mean)
		l.waits += p.share * (1 - given[i].none)
	}
	l.mean *= d.mean
	l.find = func() []float64 { return l.spread(d, given) }
	return l
}

// spread works out the share of stays below each bound for a demand and the delays of its
// parts: those who are delayed for some buckets at once, since their law is smooth.
func (l *Law) spread(d *demand, given []longer) []float64 {
	below := make([]float64, d.start+1, d.start+1+len(d.bounds)+perhapsMore)
	prompt, last, lastShare := 0.0, 0.0, 0.0 // those without delay; those with, so far
	for b := d.start; ; b += d.coarse {
		from, _ := stat.Bin(b + d.coarse)
		smooth := l.delayed(d.parts, given, float64(from)*1e-9/d.mean)
		for i := range d.coarse {
			if k := b + i - d.start; k < len(d.bounds) {
				bound := d.bounds[k]
				prompt += (bound.below - lastShare) * given[bound.part].none
				lastShare = bound.below
			}
			below = append(below, prompt+last+(smooth-last)*float64(i+1)/float64(d.coarse))
		}
		last = smooth
		if lastShare > 1-beyond && smooth > l.waits-beyond || b > stat.BinOf(math.MaxInt64/4) {
			return complete(below)
		}
	}
}

// perhapsMore is how many buckets more stays have than demands, often.
const perhapsMore = 600

// complete makes the shares sum to 1, whatever was left out.
func complete(below []float64) []float64 {
	all := below[len(below)-1]
	for i := range below {
		below[i] /= all
	}
	return below
}

// delayed is the share of all requests that are delayed and stay less than t.
func (l *Law) delayed(parts []part, given []longer, t float64) float64 {
	sum := 0.0
	for i, p := range parts {
		if p.demand >= t {
			break
		}
		if late := 1 - given[i].none; late > 0 {
			sum += p.share * late * given[i].within(t-p.demand)
		}
	}
	return sum
}

// mixBelow is the share of the stays of a mixture below each bound.
func mixBelow(laws []*Law, shares []float64) []float64 {
	most := 0
	for _, l := range laws {
		most = max(most, len(l.below()))
	}
	below := make([]float64, most)
	for k, l := range laws {
		of := l.below()
		for i := range below {
			if i < len(of) {
				below[i] += shares[k] * of[i]
			} else {
				below[i] += shares[k]
			}
		}
	}
	below[most-1] = 1
	return below
}

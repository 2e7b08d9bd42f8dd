package fluid

import (
	"math"
	"slices"
	"sort"

	"headroom/sim"
	"headroom/sim/stat"
)

// Law is how long requests stay at a station, those that are let in.
type Law struct {
	bounds  []float64          // share of stays below the lower bound of each bucket of a [stat.Histogram]
	find    func() []float64   // these, which are more work than all else, when they are asked for
	guide   []int32            // of shares in guides-ths, the first bound that is no smaller; nil: not asked for
	upTo    []float64          // sum of the stays below each bound, in seconds of a stay; nil: not asked for
	made    maker              // of other laws or of points; nil: not
	of      func(*demand) *Law // the law of those with a demand of their own; nil: nobody knows
	owned   []ownLaw           // that were asked for
	mean    float64            // seconds
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
	i, below := stat.BinOf(int64(min(seconds*1e9, math.MaxInt64/2))), l.below()
	if l.upTo == nil {
		l.upTo = make([]float64, len(below))
		for k := range len(below) - 1 {
			from, width := stat.Bin(k)
			l.upTo[k+1] = l.upTo[k] + (below[k+1]-below[k])*(float64(from)+float64(width)/2)*1e-9
		}
	}
	i = min(i, len(below)-1)
	if below[i] <= 0 {
		return seconds
	}
	return min(l.upTo[i]/below[i], seconds)
}

// Batch is stays that are to be recorded.
type Batch struct {
	N      int64
	Offset float64 // from 0 to 1: the k-th stay is that which a share (k + offset)/n does not exceed
	Limit  float64 // seconds that none exceeds; those that would are left out of the law. 0: none
}

// Into is a histogram, and how many nanoseconds longer than a stay each of its observations is.
type Into struct {
	*stat.Histogram
	Longer int64
}

// nanoseconds is so many seconds, which a law that is stretched or chained may have beyond all that a run holds.
func nanoseconds(seconds float64) int64 { return int64(min(seconds*1e9, float64(sim.Horizon))) }

// record adds as many stays to each histogram.
func (b *Batch) record(into []Into, stay, n int64) {
	if b.Limit > 0 {
		stay = min(stay, nanoseconds(b.Limit))
	}
	for _, to := range into {
		if n == 1 {
			to.Record(stay + to.Longer)
		} else {
			to.RecordMany(stay+to.Longer, n)
		}
	}
}

// Record adds the same stays to histograms as the law divides them. Where offsets are spread evenly over the
// calls nothing that the law holds possible is left out in the long run, however few each batch is.
func (l *Law) Record(into []Into, b Batch) {
	switch {
	case len(into) == 0:
	case l.made != nil && b.N <= fewStays: // whatever it was asked before
		l.made.record(into, b)
	case b.N < fewStays/16:
		l.recordFew(into, b)
	default:
		l.recordMany(into, b)
	}
}

// fewStays are recorded one by one or law by law, not bucket by bucket.
const fewStays = 4096

// within is the share of the stays that are not longer than the limit.
func (l *Law) within(b Batch) float64 {
	if b.Limit == 0 {
		return 1
	}
	return max(1-l.Tail(b.Limit), 1e-12)
}

// recordMany goes through the buckets.
func (l *Law) recordMany(into []Into, b Batch) {
	before, below, within := int64(0), l.below(), l.within(b)
	for i, upTo := range below[1:] {
		if i+1 < len(below)-1 && float64(b.N)*upTo <= (b.Offset+float64(before))*within {
			continue
		}
		many := min(b.N, int64(math.Ceil(float64(b.N)*upTo/within-b.Offset)))
		if i+2 == len(below) {
			many = b.N
		}
		from, width := stat.Bin(i)
		b.record(into, from+width/2, many-before)
		if before = many; before == b.N {
			return
		}
	}
}

// recordFew looks for the bucket of each stay.
func (l *Law) recordFew(into []Into, b Batch) {
	below, within := l.below(), l.within(b)
	if l.guide == nil {
		l.guide = guideTo(below)
	}
	for k := range b.N {
		p := min((float64(k)+b.Offset)/float64(b.N)*within, below[len(below)-1])
		from, width := stat.Bin(max(0, seek(below, l.guide, p)-1))
		b.record(into, from+width/2, 1)
	}
}

// guides is how many parts the shares have between which a bound is looked for.
const guides = 4096

// guideTo finds the first bound that is no smaller than each of so many shares, and the last.
func guideTo(below []float64) []int32 {
	guide, at := make([]int32, guides+1), 0
	for i := range guide {
		for at < len(below)-1 && below[at] < float64(i)/guides {
			at++
		}
		guide[i] = int32(at)
	}
	return guide
}

// seek is sort.SearchFloat64s of a share that is no larger than the last bound.
func seek(below []float64, guide []int32, p float64) int {
	i := min(int(p*guides), guides-1)
	low, high := int(guide[i]), int(guide[i+1])
	for low < high { // below[low-1] < p <= below[high]
		if middle := (low + high) / 2; below[middle] < p {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// Quantile returns the stay in seconds that a share p do not exceed.
func (l *Law) Quantile(p float64) float64 {
	switch made := l.made.(type) {
	case *points:
		return made.quantile(p)
	case *chained:
		return made.points().quantile(p)
	}
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
	l.of = func(own *demand) *Law { return newLaw(own, late) }
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

// complete makes the shares sum to 1, whatever was left out. Stays that are all beyond the last bound end there.
func complete(below []float64) []float64 {
	all := below[len(below)-1]
	if all <= 0 {
		below[len(below)-1] = 1
		return below
	}
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

// Among returns the law of some stays, in seconds, which it sorts; there is one at least.
func Among(stays []float64) *Law {
	slices.Sort(stays)
	p := newPoints(stays)
	law := &Law{mean: p.upTo[len(stays)] / float64(len(stays)), made: p}
	law.find = func() []float64 {
		return fill(func(seconds float64) float64 { return 1 - p.tail(seconds) })
	}
	return law
}

// Observed returns the law of stays that were recorded, in nanoseconds; there are some.
func Observed(h *stat.Histogram) *Law {
	return &Law{mean: h.Mean() * 1e-9, bounds: h.Below()}
}

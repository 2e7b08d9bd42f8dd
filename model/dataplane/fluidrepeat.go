package dataplane

import (
	"fmt"
	"math"

	"headroom/sim/rng"
)

// repeat is what of a source's requests is tried again since it took too long. A request asks for the same each
// time, so these are those that ask for most, and ask for it again: a retry storm does not end by itself
// where only they are left. Smoothed over some steps.
type repeat struct {
	now, kept repeated
	share     float64 // of the demands, the longest, that are tried again
	times     float64 // how often each of them is
}

// repeated is requests, of a step or of one in the mean.
type repeated struct{ first, failed, again float64 }

// Steps over which retries are smoothed, parts in which they are told apart, and the least of them that matters.
const (
	repeatSmooth = 0.2
	repeatParts  = 8
	repeatPoints = 800
)

// noteLong notes that so many attempts have failed since they took too long for what they ask for, and are tried again.
func (f *fluidly) noteLong(inflow int, n float64) {
	in := &f.inflows[inflow]
	r := &f.inflows[inflow-in.attempt].repeat
	if r.now.again += n; in.attempt == 0 {
		r.now.failed += n
	}
}

// followRepeats finds out after a step which requests are tried again.
func (f *fluidly) followRepeats() {
	for i := range f.inflows {
		in := &f.inflows[i]
		if in.attempt > 0 || i+1 == len(f.inflows) || f.inflows[i+1].attempt == 0 {
			continue
		}
		r := &in.repeat
		r.now.first = in.expected
		smooth := func(kept *float64, now float64) { *kept += repeatSmooth * (now - *kept) }
		smooth(&r.kept.first, r.now.first)
		smooth(&r.kept.failed, r.now.failed)
		smooth(&r.kept.again, r.now.again)
		r.now = repeated{}
		share, times := 0.0, 0.0
		if r.kept.first > 0 {
			share = math.Round(min(1, r.kept.failed/r.kept.first)*repeatParts) / repeatParts
		}
		if share > 0 {
			times = math.Round(2*r.kept.again/r.kept.failed) / 2
		}
		if share != r.share || times != r.times {
			r.share, r.times, f.stale = share, times, true
		}
	}
}

// repeatOf is what of the requests of a current's source is tried again.
func (f *fluidly) repeatOf(c *current) *repeat {
	return &f.inflows[c.inflow-f.inflows[c.inflow].attempt].repeat
}

// lateOf is the share of those of a current who leave that were there for too long.
func (f *fluidly) lateOf(c *current) float64 {
	late, r := c.lateAfter(c.patience), f.repeatOf(c)
	if r.share == 0 {
		return late
	}
	all := late * (1 + r.times*r.share) // of first attempts that are one
	longest := all / (1 + r.times)
	if longest > r.share {
		longest = r.share + all - r.share*(1+r.times)
	}
	if f.inflows[c.inflow].attempt > 0 {
		longest /= r.share
	}
	return min(1, longest)
}

// asRepeated is the demand of all attempts of a source together.
func (p *Plane) asRepeated(c *current) rng.Distribution {
	r := p.fluid.repeatOf(c)
	if r.share == 0 || r.share == 1 {
		return c.demand
	}
	key := fmt.Sprintf("repeat %p %v %v", c.demand, r.share, r.times)
	known := p.fluid.mixtures[key]
	if known == nil {
		values, weights := make([]float64, repeatPoints), make([]float64, repeatPoints)
		for k := range values {
			u := (float64(k) + 0.5) / repeatPoints
			values[k], weights[k] = c.demand.Quantile(u), 1
			if u > 1-r.share {
				weights[k] += r.times
			}
		}
		var err error
		if known, err = rng.Empirical(values, weights); err != nil {
			known = c.demand
		}
		p.fluid.mixtures[key] = known
	}
	return known
}

package fluid

import (
	"math"

	"headroom/sim"
)

// noise is how far what windows show may be from what the same requests would show for good: by how the parts of
// a window differ in what is played less what rates say of each. What both do alike, as in a line that grows, is none.
type noise struct {
	parts []part // of the window that is played
	off   [measures]deviation
	alone float64 // variance of the sum of the stays, if each were by itself
}

// part is some of the time of a window.
type part struct {
	is, says            ends
	mean                float64 // seconds, as rates say
	stays, squares      float64 // sum of those that were played less it, and of the squares of these
	worked, works, able float64
	waits, said         waits // played, and what rates say: which share waits, and for how long
}

// deviation is the variance of a sum, and what that is divided by.
type deviation struct{ variance, of float64 }

// What is measured in parts.
const (
	ofMean = iota
	ofRefused
	ofFailed
	ofBusy
	ofWait
	ofWaits
	measures
)

// mostParts is how many parts a window has at most.
const mostParts = 16

// differs is by how much what was played in a part differs from what rates say, in sum, and of how much.
func (p *part) differs(measure int) (sum, of float64) {
	all := p.is.served + p.is.refused + p.is.late
	switch measure {
	case ofMean:
		return p.stays, p.is.served
	case ofRefused:
		return p.is.refused - all*p.says.refused/p.says.all(), all
	case ofFailed:
		return p.is.refused + p.is.late - all*(p.says.refused+p.says.late)/p.says.all(), all
	case ofBusy:
		return p.worked - p.works, p.able
	case ofWait:
		return p.waits.sum.Seconds() - p.waits.began*p.said.n*p.said.sum.Seconds(), p.waits.began
	case ofWaits:
		return p.waits.n - p.waits.began*p.said.n, p.waits.began
	}
	panic("fluid: what is measured?")
}

// add adds what is of the same part.
func (p *part) add(o *part) {
	p.is.add(o.is)
	p.says.add(o.says)
	p.stays += o.stays
	p.squares += o.squares
	p.worked += o.worked
	p.works += o.works
	p.able += o.able
	more := p.waits.began + o.waits.began // what rates say counts as often as somebody began
	if more > 0 {
		n := p.said.n*p.waits.began + o.said.n*o.waits.began
		p.said.sum = sim.Time((p.said.n*float64(p.said.sum)*p.waits.began + o.said.n*float64(o.said.sum)*o.waits.began) / max(n, 1e-300))
		p.said.n = n / more
	}
	p.waits.add(&o.waits)
}

// take takes a part of a window, one of so many in its order, and puts it with its neighbours if they are too many.
func (c *noise) take(p *part, index, of int) {
	if to := index * min(of, mostParts) / of; to < len(c.parts) {
		c.parts[to].add(p)
		return
	}
	c.parts = append(c.parts, *p)
}

// conclude ends a window.
func (c *noise) conclude() {
	for m := range c.off {
		sum, of, seen := 0.0, 0.0, 0.0
		for i := range c.parts {
			if s, n := c.parts[i].differs(m); n > 0 {
				sum, of, seen = sum+s, of+n, seen+1
			}
		}
		c.off[m].of += of
		if seen < 2 {
			continue
		}
		for i := range c.parts {
			s, n := c.parts[i].differs(m)
			c.off[m].variance += (s - n*sum/of) * (s - n*sum/of) * seen / (seen - 1)
		}
	}
	for i := range c.parts {
		c.alone += c.parts[i].squares
	}
	c.parts = nil
}

// add adds what another window showed.
func (c *noise) add(o *noise) {
	for m := range c.off {
		c.off[m].variance += o.off[m].variance
		c.off[m].of += o.off[m].of
	}
	c.alone += o.alone
}

// sigmas is the half-width of an interval at 95 %.
const sigmas = 1.96

// half is the half-width of what was measured.
func (c *noise) half(measure int) float64 {
	return sigmas * math.Sqrt(c.off[measure].variance) / max(c.off[measure].of, 1e-9)
}

// crowding is by how many times the stays of windows vary more, all together, than stays by themselves would: requests that
// meet take long together.
func (c *noise) crowding() float64 {
	return max(1, c.off[ofMean].variance/max(c.alone, 1e-300))
}

// share is the half-width of a share of so many stays.
func (c *noise) share(share, stays float64) float64 {
	return sigmas * math.Sqrt(share*(1-share)/max(stays, 1)*c.crowding())
}

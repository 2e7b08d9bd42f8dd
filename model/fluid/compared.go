package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/stat"
)

// compared is what a window showed, of requests or of flows: played one by one, and by rates.
type compared struct {
	played, rates       stat.Histogram // stays, in ns
	came                int64
	is, says            ends
	worked, works, able float64 // played, by rates, and at most
	waits, saysWaits    waits
	noise               noise
}

// add adds what another window showed.
func (c *compared) add(o *compared) {
	c.played.Merge(&o.played)
	c.rates.Merge(&o.rates)
	c.came += o.came
	c.is.add(o.is)
	c.says.add(o.says)
	c.worked += o.worked
	c.works += o.works
	c.able += o.able
	c.waits.add(&o.waits)
	c.saysWaits.add(&o.saysWaits)
	c.noise.add(&o.noise)
}

// finding completes what is found in a window. Fewer stays than some say nothing.
func (c *compared) finding(f Finding, few float64) Finding {
	shown := func(h *stat.Histogram, e *ends, work float64) Shown {
		s := Shown{Refused: e.refused / e.all(), Failed: (e.refused + e.late) / e.all()}
		if c.able > 0 {
			s.Busy = work / c.able
		}
		if c.is.served >= few {
			s.Mean, s.P50, s.P99 = h.Mean()*1e-9, float64(h.Quantile(0.5))*1e-9, float64(h.Quantile(0.99))*1e-9
		}
		return s
	}
	f.Requests = c.came
	f.Played, f.Rates = shown(&c.played, &c.is, c.worked), shown(&c.rates, &c.says, c.works)
	f.Played.Wait, f.Played.Waits = c.waits.means()
	f.Rates.Wait, f.Rates.Waits = c.saysWaits.means()
	f.Chance = Shown{
		Wait: c.noise.half(ofWait), Waits: c.noise.half(ofWaits),
		Mean: c.noise.half(ofMean), P50: c.quantileHalf(0.5), P99: c.quantileHalf(0.99),
		Refused: c.noise.half(ofRefused), Failed: c.noise.half(ofFailed), Busy: c.noise.half(ofBusy),
	}
	return f
}

// quantileHalf is the half-width of a quantile of the stays that were played; NaN: they are too few.
func (c *compared) quantileHalf(share float64) float64 {
	half := c.noise.share(share, float64(c.played.Count()))
	if c.played.Count() == 0 || share+half >= 1 || share-half <= 0 {
		return math.NaN()
	}
	return float64(c.played.Quantile(share+half)-c.played.Quantile(share-half)) / 2 * 1e-9
}

// ends is how many ended in a window, and how.
type ends struct{ served, refused, late float64 }

func (e *ends) add(o ends) {
	e.served += o.served
	e.refused += o.refused
	e.late += o.late
}

func (e *ends) all() float64 { return max(e.served+e.refused+e.late, 1e-9) }

// add adds those of another window.
func (w *waits) add(o *waits) {
	w.n += o.n
	w.began += o.began
	w.ended += o.ended
	w.sum = sim.Sum(w.sum, o.sum)
}

// means is how many seconds those waited on average who began to be served, and which share of them waited at all.
func (w *waits) means() (seconds, share float64) {
	return w.sum.Seconds() / max(w.began, 1), w.n / max(w.began, 1)
}

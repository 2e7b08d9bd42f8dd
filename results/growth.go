package results

import (
	"headroom/model/cloud"
	"headroom/sim"
	"headroom/sim/stat"
)

// A queue is called growing when, over the quarters of the run's second half,
// the requests in flight per arrival (by Little's law, a time in the system)
// rise each time and by half in all. Fewer than leastInFlight at the end are
// noise.
const (
	growthWindows = 4
	growthRise    = 1.5
	leastInFlight = 20
)

// growing reports whether the part's queue was still growing at the end of the
// run. Dividing by arrivals tells a growing queue from a growing load.
func (p *part) growing() bool {
	if p.traffic().inFlight < leastInFlight {
		return false
	}
	m := p.byMinute()
	first := len(m.arrived) / 2
	width := (len(m.arrived) - first) / growthWindows
	if width < 1 {
		return false
	}
	first = len(m.arrived) - growthWindows*width
	var stay [growthWindows]float64
	for w := range stay {
		arrived, inFlight := int64(0), int64(0)
		for i := first + w*width; i < first+(w+1)*width; i++ {
			arrived += m.arrived[i]
			inFlight += m.inFlight[i]
		}
		if arrived == 0 || inFlight == 0 {
			return false
		}
		stay[w] = float64(inFlight) / float64(arrived)
		if w > 0 && stay[w] <= stay[w-1] {
			return false
		}
	}
	return stay[growthWindows-1] >= growthRise*stay[0]
}

// initial is the bias that the start of a run leaves in its mean latency, as
// MSER-5 sees it in the latencies by minute.
type initial struct {
	cut  sim.Time // the warm-up that MSER-5 asks for
	bias float64  // (mean after the warm-up) / (mean after the cut) - 1
	ok   bool     // there is a longer warm-up to ask for, under a steady load
}

// steadyLoad is how much the arrivals before and after the cut may differ for
// the cut to be the end of a transient. Under a load that moves, latency moves
// with it and there is no steady state to warm up to.
const steadyLoad = 0.1

// initialBias looks for a transient that outlasts the warm-up.
func initialBias(outcome *cloud.Outcome) initial {
	m := allTraffic(outcome)
	var means []float64
	var at []int // minute of each mean
	for i, n := range m.completed {
		if n > 0 {
			means = append(means, m.latencyNs[i].Over(n))
			at = append(at, i)
		}
	}
	truncate, ok := stat.MSER5(means)
	if !ok || truncate == 0 {
		return initial{}
	}
	cut := at[truncate]
	warm := int((outcome.Config.Warmup + sim.Minute - 1) / sim.Minute)
	if cut <= warm || !m.steady(warm, cut) {
		return initial{}
	}
	return initial{
		cut: sim.Time(cut) * sim.Minute, ok: true,
		bias: m.latencyFrom(warm)/m.latencyFrom(cut) - 1,
	}
}

// steady reports whether as much arrives between two minutes as after them.
func (m minutes) steady(from, cut int) bool {
	before, after := int64(0), int64(0)
	for i, n := range m.arrived {
		switch {
		case i >= cut:
			after += n
		case i >= from:
			before += n
		}
	}
	if before == 0 || after == 0 {
		return false
	}
	rates := float64(before) / float64(cut-from) * float64(len(m.arrived)-cut) / float64(after)
	return rates > 1-steadyLoad && rates < 1+steadyLoad
}

// latencyFrom is the mean latency from a minute on, in nanoseconds.
func (m minutes) latencyFrom(minute int) float64 {
	sum, n := stat.Sum{}, int64(0)
	for i := minute; i < len(m.completed); i++ {
		sum.Merge(m.latencyNs[i])
		n += m.completed[i]
	}
	return sum.Over(n)
}

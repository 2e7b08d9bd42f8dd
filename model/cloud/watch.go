package cloud

import "headroom/sim"

// idle is which share of the work of a run goes with time alone: checks, metrics,
// scaling. It is a guess; where there are requests they take most.
const idle = 0.05

// Share is how much of the work of a run is expected to be done at an instant, of 1: the
// arrivals until then, of all, and a little for the time.
func (c *Config) Share(at sim.Time) float64 {
	if at <= 0 {
		return 0
	}
	at = min(at, c.Duration)
	passed := float64(at) / float64(c.Duration)
	arrived, all := 0.0, 0.0
	for i := range c.Workloads {
		if p := c.Workloads[i].Arrivals; p != nil {
			arrived += p.Mean(at) * float64(at)
			all += p.Mean(c.Duration) * float64(c.Duration)
		} else { // a closed loop asks on and on
			return passed
		}
	}
	if all <= 0 {
		return passed
	}
	return idle*passed + (1-idle)*min(arrived/all, 1)
}

// fewestSteps is how many times a run is told of, if it has so many events.
const fewestSteps = 200

// Watch has the world tell now and then how much of its run is done, of 1. It is asked
// for before [World.Run].
func (w *World) Watch(tell func(share float64)) {
	next := sim.Time(0)
	w.watch = func(now sim.Time) {
		if now >= next {
			next = now + w.cfg.Duration/fewestSteps
			tell(w.cfg.Share(now))
		}
	}
}

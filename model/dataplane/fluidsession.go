package dataplane

import (
	"fmt"

	"headroom/model/fluid"
	"headroom/model/workload"
	"headroom/sim"
)

// What clients are in a run of rates who ask in a closed loop.

// Rate is how many requests a workload sends a second, on average over a time, without those that are tried again;
// of clients in a closed loop as many as they do where nobody lets them wait.
func (w *Workload) Rate(duration sim.Time) float64 {
	switch {
	case w.Arrivals != nil:
		return w.Arrivals.Mean(duration)
	case w.Visitors.Think != nil:
		return float64(w.Visitors.Count) / w.Visitors.Think.Mean()
	}
	return 0
}

// flowOf is the first attempts of a workload: of clients in a closed loop, those who have thought.
func (p *Plane) flowOf(f *fluidly, source int) workload.Flow {
	w := &p.cfg.Workloads[source]
	if w.Visitors.Think == nil {
		return workload.NewFlow(w.Arrivals, p.stream("workload/"+w.Name+"/arrivals"))
	}
	if f.thinkers == nil {
		f.thinkers = make([]*fluid.Thinkers, len(p.cfg.Workloads))
	}
	t := fluid.NewThinkers(w.Visitors.Count, w.Visitors.Think, f.step, p.stream("workload/"+w.Name+"/visitors"))
	f.thinkers[source] = t
	return t
}

// thinkersOf is who sends the requests of a current in a closed loop; nil: nobody does.
func (f *fluidly) thinkersOf(c *current) *fluid.Thinkers {
	if source := f.inflows[c.inflow].source; source < len(f.thinkers) {
		return f.thinkers[source]
	}
	return nil
}

// restMany has clients in a closed loop think who were answered, or have given up, and know it some time later.
func (p *Plane) restMany(c *current, n int64, later sim.Time) {
	if t := p.fluid.thinkersOf(c); t != nil {
		t.Rest(n, later)
	}
}

// fewer is by how many fewer requests come to a cohort in a second for each that is there, since its client waits.
func (p *Plane) fewer(c *cohort, expected float64) (fewer float64) {
	if p.fluid.thinkers == nil || expected <= 0 {
		return 0
	}
	for _, u := range c.currents {
		if p.fluid.thinkersOf(u) != nil {
			fewer += u.expected / expected / p.cfg.Workloads[p.fluid.inflows[u.inflow].source].Visitors.Think.Mean()
		}
	}
	return fewer
}

// verifyThinkers: in a closed loop each client thinks, or waits for an answer.
func (p *Plane) verifyThinkers() error {
	if p.fluid == nil {
		return nil
	}
	for i, t := range p.fluid.thinkers {
		if t == nil {
			continue
		}
		awaited, coming, count := p.fluid.awaited(i), int64(0), int64(p.cfg.Workloads[i].Visitors.Count)
		for k := range p.fluid.inflows {
			if in := &p.fluid.inflows[k]; in.source == i && in.flow != nil && in.attempt == 0 {
				coming += in.count - in.given
			}
		}
		if t.Thinking()+coming+awaited != count {
			return fmt.Errorf("workload %d: of %d clients %d think, %d are to ask and %d wait", i, count, t.Thinking(), coming, awaited)
		}
	}
	return nil
}

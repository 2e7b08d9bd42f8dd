package dataplane

import (
	"fmt"

	"headroom/model/fluid"
	"headroom/sim"
)

// comeback is requests that are tried again at an instant, all of one source and attempt.
type comeback struct {
	at     sim.Time
	n      int64
	before float64 // ns since the first attempt, of all together
}

// beginAttempts prepares a step of an inflow of retries: those come whose time is.
func (in *inflow) beginAttempts(until sim.Time) (come int64) {
	before, kept := 0.0, in.back[:0]
	for _, b := range in.back {
		if b.at > until {
			kept = append(kept, b)
			continue
		}
		come += b.n
		before += b.before
	}
	in.back = kept
	if come > 0 {
		in.before = coarse(sim.Time(before / float64(come)))
	}
	return come
}

// retryMany lets clients try again whose attempts have failed by an instant, and returns how
// many do.
func (p *Plane) retryMany(c *current, at sim.Time, n int64, why failure) int64 {
	f, s := p.fluid, &p.sources[c.source]
	in, clients := &f.inflows[c.inflow], s.clients
	if in.attempt >= clients.RetryAttempts || !clients.RetryOn.allows(why.code) {
		return 0
	}
	if clients.RetryBudget > 0 {
		budget := &p.sources[in.source].tokens
		n = min(n, int64(*budget))
		*budget -= float64(n)
	}
	if n <= 0 {
		return 0
	}
	f.noteLong(c.inflow, float64(n)*why.long)
	next := &f.inflows[c.inflow+1]
	wait := clients.Backoff << min(in.attempt, 20)
	took := in.before + why.took + wait
	again := max(at-f.length/2+why.still+wait, f.done)
	if k := len(next.back) - 1; k >= 0 && next.back[k].at == again {
		next.back[k].n += n
		next.back[k].before += float64(n) * float64(took)
	} else {
		next.back = append(next.back, comeback{at: again, n: n, before: float64(n) * float64(took)})
	}
	return n
}

// earnRetries adds what first attempts earn, and holds the budgets to what they may keep.
func (p *Plane) earnRetries(in *inflow, come int64) {
	s := &p.sources[in.source]
	if in.attempt == 0 && in.calls == nil && !in.redirected && s.clients.RetryBudget > 0 {
		s.tokens = min(s.tokens, RetryBurst) + float64(come)*s.clients.RetryBudget
	}
}

// countAttempts counts attempts that came: user requests, where somebody tells them from
// attempts, or retries.
func (p *Plane) countAttempts(c *current, n int64) {
	if p.fluid.inflows[c.inflow].attempt > 0 {
		p.routeOf(c).Retried += n
		return
	}
	if p.tracked && p.isUser(c.source) && !p.fluid.inflows[c.inflow].redirected {
		p.meter.users[p.meter.workloads[c.source]].Requests += n
	}
}

// isUser reports whether a source is a workload.
func (p *Plane) isUser(source int) bool { return p.meter.workloads[source] != ofCall }

// answerUsers records answers after the same time, where somebody tells user requests from
// attempts.
func (p *Plane) answerUsers(c *current, latency sim.Time, n int64) {
	if !p.tracked || !p.isUser(c.source) {
		return
	}
	in, who := &p.fluid.inflows[c.inflow], p.meter.workloads[c.source]
	latency += in.before
	u, limit := &p.meter.users[who], p.meter.limits[who]
	u.Latency.RecordMany(int64(latency), n)
	if limit == 0 || latency <= limit {
		u.InDeadline += n
	}
}

// verifyUsers: user requests of rates are answered, given up, or on their way.
func (p *Plane) verifyUsers() error {
	if p.fluid == nil || !p.tracked {
		return nil
	}
	for i := range p.meter.users {
		u, awaited := &p.meter.users[i], p.fluid.awaited(i)
		if u.Requests != u.Completed+u.Failed+awaited {
			return fmt.Errorf("workload %d: %d user requests, %d answered, %d failed, %d on their way", i, u.Requests, u.Completed, u.Failed, awaited)
		}
	}
	return nil
}

// awaited is how many user requests of a workload are neither answered nor given up.
func (f *fluidly) awaited(source int) (n int64) {
	for i := range f.inflows {
		if f.inflows[i].source != source {
			continue
		}
		if f.inflows[i].redirected && f.inflows[i].attempt == 0 {
			n += f.inflows[i].count
		}
		for _, b := range f.inflows[i].back {
			n += b.n
		}
	}
	for _, c := range f.currents {
		if f.inflows[c.inflow].source == source {
			n += c.inside
			for _, h := range c.held {
				n += h.n
			}
		}
	}
	return n
}

// coarse is a time to within half a percent.
func coarse(t sim.Time) sim.Time {
	unit := sim.Time(1)
	for t>>8 >= unit {
		unit <<= 1
	}
	return t / unit * unit
}

// tellRetries tells an audit how clients try again, where all do alike and nothing holds them back.
func (p *Plane) tellRetries(c *cohort, a *fluid.Arrivals) {
	if p.fluid.audit == nil {
		return
	}
	for i, u := range c.currents {
		clients := p.sources[u.source].clients
		of := fluid.Retries{Attempts: clients.RetryAttempts, Backoff: clients.Backoff}
		if clients.RetryBudget > 0 || i > 0 && of != a.Retries {
			a.Retries, a.Again = fluid.Retries{}, 0
			return
		}
		if a.Retries = of; p.fluid.inflows[u.inflow].attempt > 0 {
			a.Again += u.expected
		}
	}
}

package dataplane

import (
	"math"

	"headroom/model"
	"headroom/sim"
)

// served reports whether the requests of a current reach a server that takes them.
func (c *current) served() bool {
	return c.outcome == arrivesThere && c.cohort.key.reach == serves
}

// passCurrent counts what becomes of the requests of a current in what is being played, which
// ends with an instant.
func (p *Plane) passCurrent(c *current, at sim.Time) {
	if c.came > 0 {
		p.countArrivals(c, at)
	}
	switch {
	case c.outcome != arrivesThere:
		if c.came > 0 {
			p.endNowhere(c, at)
		}
	case c.cohort.key.reach == serves:
		switch {
		case c.came+c.inside == 0:
		case c.cohort.function != nil:
			p.serveFunction(c, at)
		default:
			p.serveCurrent(c, at)
		}
	case c.came > 0:
		p.meetClosed(c, at)
	}
	c.came = 0
}

// countArrivals counts who came: at their route, their node and their target group.
func (p *Plane) countArrivals(c *current, at sim.Time) {
	n, r := c.came, p.routeOf(c)
	r.Arrived += n
	r.Arrivals[at/sim.Minute] += n
	p.countAttempts(c, n)
	p.countAskers(c, n)
	if c.group != None {
		p.targetGroups[c.group].requests += n
		p.countCookies(c, n)
	}
	s := &p.sources[c.source]
	if s.lb == nil {
		return
	}
	bytes := c.wholeBytes(0, float64(n)*c.request)
	p.inspectMany(c, n, bytes)
	switch {
	case c.action == nil || s.flows.relayed && !p.relayMany(c, n, bytes):
	case s.flows.on && !s.flows.relayed:
		p.openFlows(c, n, bytes)
	default:
		b := s.lb
		p.countConnections(c, n)
		b.nodes[c.zone].requests += n
		b.hour.evaluations += c.action.evaluations * n
		b.hour.processed = b.hour.processed.Plus(bytes)
		switch c.outcome {
		case findsNodeDown, isRefused, isRejected, shakesInVain:
		default:
			*c.action.matched += n
		}
	}
}

// routeOf is where the requests of a current count.
func (p *Plane) routeOf(c *current) *RouteOutcome {
	return &p.meter.routes[p.meter.at(int32(c.source), p.groupOf(c))]
}

// groupOf is the target group that the requests of a current count in.
func (p *Plane) groupOf(c *current) int32 {
	if c.outcome == findsNodeDown || c.outcome == isAnswered || c.outcome == findsNoWeight {
		return None
	}
	return c.group
}

// wholeBytes makes whole bytes of some; what it leaves out comes later.
func (c *current) wholeBytes(direction int, bytes float64) model.Bytes {
	bytes += c.bytes[direction]
	whole := math.Floor(bytes)
	c.bytes[direction] = bytes - whole
	return model.Bytes(whole)
}

// serveCurrent ends the requests that servers were done with.
func (p *Plane) serveCurrent(c *current, at sim.Time) {
	of := c.cohort
	if lost := c.lost.Of(c.came, p.losesKept(c)); lost > 0 {
		p.sources[c.source].lb.counts.TargetCloses += lost
		p.failMany(c, at, lost, failure{code: Code502, cause: CauseKeptClosed})
		c.came -= lost
	}
	refused := c.refused.Of(c.came, of.refuses())
	if refused > 0 {
		p.failMany(c, at, refused, failure{code: Code502, cause: CauseRefused})
	}
	pool := c.inside + c.came - refused
	c.inside = c.stay.Of(pool, c.line)
	ended := pool - c.inside
	if ended == 0 {
		return
	}
	share := p.fluid.lateOf(c)
	late := c.late.Of(ended, share)
	if late > 0 {
		p.failLate(c, at, late)
	}
	served := ended - late
	if c.group != None {
		c.lately.follow(served, at, p.fluid.length, p.targetGroups[c.group].idle)
	}
	p.countWaits(c, at, c.began.Of(ended, of.began(c.patience, share)))
	in, out := float64(served)*c.request, float64(served)*c.response
	if of.links == nil {
		of.in += in / float64(max(of.servers, 1))
		of.out += out / float64(max(of.servers, 1))
	}
	p.stepsEnded += served
	if wrong := c.errs.Of(served, of.key.errors.Rate); wrong > 0 {
		p.failApplied(c, at, wrong)
		served -= wrong
	}
	if broken := c.breaks.Of(served, of.broken); broken > 0 {
		p.failMany(c, at, broken, failure{code: Code500, cause: CauseOther, took: c.mean()})
		served -= broken
	}
	if served > 0 {
		p.completeMany(c, at, served)
	}
}

// countWaits counts the waits of requests that began to be served, whether their clients gave up after it or not: those who
// wait at all do so as long as they do on average.
func (p *Plane) countWaits(c *current, at sim.Time, n int64) {
	if n == 0 || at < p.meter.warmup {
		return
	}
	r := p.routeOf(c)
	share, mean := c.cohort.waits()
	waited := c.waited.Of(n, share)
	r.Waited += waited
	r.Wait.RecordMany(int64(mean), waited)
	r.Wait.RecordMany(0, n-waited)
}

// failLate fails requests whose clients, or whose load balancer, would not wait.
func (p *Plane) failLate(c *current, at sim.Time, n int64) {
	limits := &p.sources[c.source].limits
	p.failMany(c, at, n, failure{
		code: limits.code, cause: CauseOther, took: limits.limit, still: max(0, limits.limit-c.cohort.delay()), long: c.cohort.selects(),
	})
}

// failApplied fails requests that were answered with an error.
func (p *Plane) failApplied(c *current, at sim.Time, n int64) {
	code := codeOf(c.cohort.key.errors.Status)
	if b := p.sources[c.source].balancer; b != None && code != Code500 {
		p.balancers[b].counts.TargetErrors += n
	}
	p.respondMany(c, n)
	took := c.mean() // clients see it at once, as those of requests do
	p.failMany(c, at, n, failure{code: code, cause: CauseApplication, took: took, still: max(0, took-c.cohort.delay())})
}

// failure is how requests end without a response.
type failure struct {
	code  Code
	cause ErrorCause
	took  sim.Time // since they came
	still sim.Time // of it, what is to come yet
	long  float64  // share of them that ask for too much, and will do so again
}

// failMany counts requests that ended without a response.
func (p *Plane) failMany(c *current, at sim.Time, n int64, why failure) {
	b := p.sources[c.source].lb
	p.loseFlows(c, n)
	switch {
	case b != nil && b.cfg.Network():
		why.code = p.flowsFail(&p.sources[c.source], n, why.code)
		p.endFlows(c, n, why.took)
	case b != nil:
		if p.sources[c.source].flows.relayed {
			p.relayEnds(c, n, why.took)
			if why.code == CodeReset {
				why.code = p.flowsFail(&p.sources[c.source], n, why.code)
			}
		}
		b.hour.active.AddProduct(n, int64(why.took))
	}
	code, cause := why.code, why.cause
	r := p.routeOf(c)
	if code == codeReclaimed {
		code, cause = Code502, CauseEnded
		r.SpotLost += n
	}
	r.Failed[code] += n
	if r.LoadBalancer == None && cause == CauseRefused {
		r.Refused += n
	}
	if r.LoadBalancer != None && (code == Code502 || code == Code503 || code == Code504) {
		if code == Code504 && cause == CauseOther {
			cause = CauseIdle
		}
		r.Causes.Add(code, cause, n)
	}
	r.Failures[at/sim.Minute] += n
	measured := at >= p.meter.warmup
	if measured {
		r.MeasuredFailed += n
	}
	p.meter.sawMany(c.source, at-why.took, n, false)
	if p.tracked {
		n -= p.retryMany(c, at, n, why)
		if !p.isUser(c.source) {
			p.fluid.callsFailed(c.inflow, n)
			return
		}
		u := &p.meter.users[p.meter.workloads[c.source]]
		u.Failed += n
		if measured {
			u.MeasuredFailed += n
		}
		p.restMany(c, n, why.still)
	}
}

// meetClosed ends or holds requests to servers that do not take them.
func (p *Plane) meetClosed(c *current, at sim.Time) {
	s := &p.sources[c.source]
	switch {
	case c.cohort.key.reach == refuses:
		p.failMany(c, at, c.came, failure{code: Code502, cause: CauseRefused})
	case c.cohort.key.reach == isCut && (s.balancer == None || c.limit > targetConnect):
		c.hold(at, c.came, p.unconnected(c))
	case c.limit == sim.Never:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: retransmissions})
	default:
		c.hold(at, c.came, failure{code: s.limits.code, cause: CauseOther, took: c.limit})
	}
}

// hold keeps requests that came by an instant until they give up.
func (c *current) hold(at sim.Time, n int64, why failure) {
	c.held = append(c.held, holding{at: at + why.took, n: n, failure: why})
}

// giveUp fails those held whose time is over.
func (p *Plane) giveUp(c *current, at sim.Time) {
	k := 0
	for ; k < len(c.held) && c.held[k].at <= at; k++ {
		p.failMany(c, at, c.held[k].n, c.held[k].failure)
	}
	c.held = append(c.held[:0], c.held[k:]...)
}

// respondMany counts the responses of targets, whatever they say.
func (p *Plane) respondMany(c *current, n int64) {
	if c.group == None {
		return
	}
	g := &p.targetGroups[c.group]
	g.responses += n
	g.latency.AddProduct(n, int64(c.mean()+c.across))
}

// mean is how long requests are at the server, on average.
func (c *current) mean() sim.Time {
	if c.cohort == nil || c.cohort.Law == nil {
		return 0
	}
	if stay := c.law(); stay != c.cohort.Law || c.cohort.function != nil {
		if c.patience == sim.Never {
			return sim.Seconds(stay.Mean())
		}
		return sim.Seconds(stay.MeanBelow(c.patience.Seconds()))
	}
	return c.cohort.Mean()
}

// completeMany counts responses.
func (p *Plane) completeMany(c *current, at sim.Time, n int64) {
	r := p.routeOf(c)
	latency := c.mean() + c.hop + c.across
	minute := at / sim.Minute
	r.Completed += n
	r.Completes[minute] += n
	r.LatencyNs[minute].AddProduct(n, int64(latency))
	measured := at >= p.meter.warmup
	if measured {
		r.MeasuredCompleted += n
	}
	p.meter.sawMany(c.source, at-latency, n, true)
	p.keepServed(c, n)
	user := p.tracked && p.isUser(c.source) && !p.redirect(c, n, latency)
	if user {
		u := &p.meter.users[p.meter.workloads[c.source]]
		u.Completed += n
		if measured {
			u.MeasuredCompleted += n
		}
		p.restMany(c, n, c.hop+c.across)
	}
	p.respondMany(c, n)
	if c.cohort != nil && c.cohort.Law != nil {
		p.tallyMany(c, r, n, measured)
	} else if measured {
		r.Latency.RecordMany(int64(latency), n)
		if user {
			p.answerUsers(c, latency, n)
		}
	}
	bytes := c.completes(n)
	if b := p.sources[c.source].lb; b != nil {
		if b.cfg.Network() {
			p.endFlows(c, n, latency-c.hop-c.across)
		} else {
			b.hour.active.AddProduct(n, int64(sim.Sum(latency, c.keeps)))
			if p.sources[c.source].flows.relayed {
				p.relayEnds(c, n, latency-c.hop-c.across)
			}
		}
	}
	p.countBytes(c, bytes)
}

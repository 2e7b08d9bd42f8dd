package dataplane

import "headroom/sim"

// endNowhere ends requests that reach no server.
func (p *Plane) endNowhere(c *current, at sim.Time) {
	s := &p.sources[c.source]
	refused := failure{code: Code502, cause: CauseRefused}
	switch c.outcome {
	case findsNobody:
		p.failMany(c, at, c.came, failure{code: Code503, cause: p.targetGroups[c.group].whyNone()})
	case findsNoWeight:
		p.failMany(c, at, c.came, failure{code: Code503, cause: CauseNoWeight})
	case findsNoServer:
		p.failMany(c, at, c.came, failure{code: Code502, cause: CauseOther})
	case findsNodeDown:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: min(s.lb.cfg.ConnectTimeout, c.limit)})
	case findsEntryDown:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: min(p.balancers[s.flows.balancer].cfg.ConnectTimeout, c.limit)})
	case isLost:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: min(s.lb.cfg.ConnectTimeout, c.limit)})
	case findsNoAddress:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: min(clientConnect, c.limit)})
	case isKeptOut:
		p.routeOf(c).Dropped += c.came
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: min(p.cfg.LoadBalancers[s.target].ConnectTimeout, c.limit)})
	case isDropped:
		p.routeOf(c).Dropped += c.came
		c.hold(at, c.came, p.unconnected(c))
	case missesPort:
		p.failMany(c, at, c.came, refused)
	case isForgotten:
		p.failMany(c, at, c.came, failure{code: CodeReset, cause: CauseOther})
	case isRefused:
		p.failMany(c, at, c.came, failure{code: CodeRefused, cause: CauseOther})
	case findsNoTarget:
		p.failMany(c, at, c.came, failure{code: CodeRefused, cause: CauseOther})
	case shakesInVain:
		p.failMany(c, at, c.came, failure{code: CodeHandshake, cause: CauseOther})
	case isRejected:
		p.rejectByRule(c, at)
	case isAnswered:
		p.answerMany(c, at)
	}
}

// unconnected is how requests end whose connection to a server is not made.
func (p *Plane) unconnected(c *current) failure {
	s := &p.sources[c.source]
	switch {
	case s.balancer == None:
		return failure{code: CodeConnect, cause: CauseConnect, took: min(clientConnect, c.limit)}
	case c.limit > targetConnect:
		return failure{code: Code504, cause: CauseConnect, took: targetConnect}
	}
	return failure{code: s.limits.code, cause: CauseOther, took: c.limit}
}

// rejectByRule gives the answer of a load balancer that does not take requests as they are: at once, or, to who
// says nothing that it understands, after its idle timeout.
func (p *Plane) rejectByRule(c *current, at sim.Time) {
	idle := p.sources[c.source].lb.cfg.IdleTimeout
	switch {
	case c.action.rejects != Code408:
		p.failMany(c, at, c.came, failure{code: c.action.rejects, cause: CauseOther})
	case c.limit < idle:
		c.hold(at, c.came, failure{code: CodeConnect, cause: CauseConnect, took: c.limit})
	default:
		c.hold(at, c.came, failure{code: Code408, cause: CauseConnect, took: idle})
	}
}

// answerMany gives a load balancer's own answer.
func (p *Plane) answerMany(c *current, at sim.Time) {
	s := &p.sources[c.source]
	s.lb.counts.Answers[c.action.status/100] += c.came
	switch {
	case c.action.status >= 500:
		p.failMany(c, at, c.came, failure{code: CodeFixed, cause: CauseOther})
		return
	case c.action.circles:
		p.failMany(c, at, c.came, failure{code: CodeRedirects, cause: CauseOther})
		return
	}
	p.completeMany(c, at, c.came)
}

package dataplane

import (
	"math"

	"headroom/model"
	"headroom/sim"
	law "headroom/sim/fluid"
)

// callFlow is a call step as rates see it: its callers send an inflow of their own, and wait.
type callFlow struct {
	source  int
	call    *Call
	inflow  int     // of its first attempts
	begun   float64 // calls that its callers begin in what is being played
	came    int64   // of these, that are sent
	carry   float64
	failed  int64      // calls that ended without an answer in it
	lately  [2]float64 // of those that were sent lately, and of them that failed
	callers []caller

	// What callers find, by the last calls that ended.
	choices  []law.Choice
	took     float64 // seconds of a call that was answered
	attempts float64 // seconds that an attempt keeps its connection
	pool     queue
}

// caller is a part of those who call.
type caller struct {
	cohort *cohort
	share  float64
}

// fluidService is what is known of a service with fluid fidelity: what its journeys do besides computing.
type fluidService struct {
	away  bool        // it has pauses or calls
	talks bool        // some of its pauses are talks with somebody on the internet
	level int         // of calls before it, at most
	calls []*callFlow // by call step
	owed  float64     // requests whose calls have failed, and that have not
}

// newFluidServices finds out which services wait for others, and in which order they are played: callers first.
func (p *Plane) newFluidServices() {
	f := p.fluid
	f.services = make([]fluidService, len(p.cfg.Services))
	for i := range p.cfg.Services {
		service := &f.services[i]
		service.talks = p.cfg.Services[i].TalksOutside()
		for k := range p.cfg.Services[i].Steps {
			service.away = service.away || p.cfg.Services[i].Steps[k].Kind != StepCPU
		}
		from := p.calls[i].first
		for source := from; source < from+p.calls[i].count; source++ {
			s := &p.sources[source]
			e := &callFlow{source: source, call: s.call, inflow: len(f.inflows)}
			for attempt := range s.clients.RetryAttempts + 1 {
				f.inflows = append(f.inflows, inflow{source: source, attempt: attempt, calls: e})
			}
			f.fleets = f.fleets || s.to == ToInstances
			service.calls = append(service.calls, e)
		}
	}
	for range f.services { // as deep as calls can be
		for i := range f.services {
			for _, e := range f.services[i].calls {
				for _, callee := range p.cfg.Callees(e.call.To, e.call.Target, p.fleetServices) {
					f.services[callee].level = max(f.services[callee].level, f.services[i].level+1)
					f.deepest = max(f.deepest, f.services[callee].level)
				}
			}
		}
	}
}

// levelOf is the level at which a source sends: below its service.
func (p *Plane) levelOf(source int) int {
	if s := p.sources[source].service; s != None {
		return p.fluid.services[s].level + 1
	}
	return 0
}

// callClasses are the classes of what a call step sends, up to cumulative shares: one, or, of calls that pass on
// headers, one for each kind of those who make them.
func (p *Plane) callClasses(source int) []float64 {
	s := &p.sources[source]
	if !s.passes {
		return []float64{1}
	}
	parts, total := make([]float64, len(s.passed.all)), 0.0
	for i := range p.fluid.inflows {
		in := &p.fluid.inflows[i]
		if in.attempt > 0 || in.redirected || p.levelOf(in.source) >= p.levelOf(source) {
			continue
		}
		for _, c := range in.currents {
			classes := s.passed.of[c.source]
			if c.cohort != nil && int(c.cohort.key.service) == s.service && len(classes) > 0 {
				part := c.share * p.weightOf(in.source)
				parts[classes[max(0, int(c.class))%len(classes)]] += part
				total += part
			}
		}
	}
	if total == 0 {
		parts[0], total = 1, 1 // nobody calls
	}
	before := 0.0
	for k := range parts {
		before += parts[k] / total
		parts[k] = before
	}
	return parts
}

// playDown plays the requests of a level at their servers, and what these send below.
func (p *Plane) playDown(level int, until sim.Time) {
	f := p.fluid
	for i := range f.nodes {
		if in := &f.nodes[i]; in.level == level && !in.atOnce {
			p.admitMany(in, until)
		}
	}
	for _, c := range f.cohorts {
		if f.services[c.key.service].level == level {
			p.advanceCohort(c, until, f.length)
		}
	}
	for i := range f.services {
		if s := &f.services[i]; s.level == level {
			reach := 1.0 // who fails at a call makes none after it
			for _, e := range s.calls {
				p.beginCalls(i, e, until, reach)
				reach *= math.Pow(e.answered(), float64(e.call.Count))
			}
		}
	}
}

// playUp ends what has been done at a level, once all below has ended.
func (p *Plane) playUp(level int, until sim.Time) {
	f := p.fluid
	for i := range f.services {
		if s := &f.services[i]; s.level == level && s.away {
			p.endCalls(i, s)
		}
	}
	for _, c := range f.cohorts {
		if c.links != nil && f.services[c.key.service].level == level {
			p.takeNetwork(c)
		}
	}
	for _, c := range f.currents {
		if c.level == level {
			p.passCurrent(c, until)
		}
	}
}

// answered is the share of calls after which those who call go on, lately.
func (e *callFlow) answered() float64 {
	if e.call.IgnoreErrors || e.lately[0] < 1 {
		return 1
	}
	return max(0, 1-e.lately[1]/e.lately[0])
}

// made is how many calls a step makes: one after the other up to the first that fails, or all at once.
func (e *callFlow) made() float64 {
	if e.call.Parallel {
		return float64(e.call.Count)
	}
	sum, still := 0.0, 1.0
	for range e.call.Count {
		sum += still
		still *= e.answered()
	}
	return sum
}

// lasting is the part of what is known of calls that is kept from one step of time to the next.
const lasting = 0.95

// beginCalls sends the calls of the share of the requests that have been at the CPU which come as far.
func (p *Plane) beginCalls(service int, e *callFlow, until sim.Time, reach float64) {
	f := p.fluid
	e.begun, e.callers = 0, e.callers[:0]
	servers := 0
	for _, c := range f.cohorts {
		if int(c.key.service) != service || c.key.reach != serves {
			continue
		}
		servers += c.servers
		if p.failsBefore(c, p.sources[e.source].step) {
			continue
		}
		n := c.Done * float64(c.servers) * (1 - c.lost)
		if n <= 0 {
			continue
		}
		e.begun += n
		e.callers = append(e.callers, caller{c, n})
	}
	for i := range e.callers {
		e.callers[i].share /= e.begun
	}
	e.begun *= e.made() * reach
	if s := &p.sources[e.source]; s.clients.RetryBudget > 0 {
		s.tokens = min(s.tokens+e.begun*s.clients.RetryBudget, RetryBurst*float64(servers))
	}
	if e.call.PoolSize > 0 {
		p.drawConnections(e, servers, until)
	}
	e.came = whole(e.begun, &e.carry)
	if e.call.PoolSize > 0 && until >= p.meter.warmup {
		p.routeOf(e.unsent()).PoolWait.RecordMany(int64(sim.Seconds(e.pool.wait)), e.came)
	}
	for i := range e.call.Clients.RetryAttempts + 1 {
		p.playInflow(&f.inflows[e.inflow+i], until)
	}
}

// whole makes a whole number of a part; what it leaves out comes later.
func whole(part float64, carry *float64) int64 {
	want := part + *carry
	n := max(0, int64(want+0.5))
	*carry = want - float64(n)
	return n
}

// drawConnections lets those calls go out for which there are connections, and fails those that have waited too long.
func (p *Plane) drawConnections(e *callFlow, servers int, until sim.Time) {
	seconds := p.fluid.length.Seconds()
	places := float64(e.call.PoolSize * servers)
	came := e.begun
	e.begun = e.pool.admit(came, places, e.attempts, seconds)
	if limit := e.call.PoolTimeout; limit > 0 {
		if over := e.pool.line - came/seconds*limit.Seconds(); over > 0 {
			e.pool.line -= over
			p.failUnsent(e, until, whole(over, &e.carry))
		}
		e.pool.wait = min(e.pool.wait, limit.Seconds())
	}
}

// failUnsent fails calls that have found no connection.
func (p *Plane) failUnsent(e *callFlow, at sim.Time, n int64) {
	if n <= 0 {
		return
	}
	unsent := e.unsent()
	r := p.routeOf(unsent)
	r.Arrived += n
	r.Arrivals[at/sim.Minute] += n
	p.failMany(unsent, at, n, failure{code: CodePool, cause: CauseOther, took: e.call.PoolTimeout})
}

// unsent is what calls count as that have no server yet.
func (e *callFlow) unsent() *current {
	return &current{currentKey: currentKey{source: e.source, inflow: e.inflow, group: None, class: None, outcome: findsNoServer}}
}

// endCalls finds out how the calls of a service have fared, and so how long its own requests take.
func (p *Plane) endCalls(service int, s *fluidService) {
	f, done := p.fluid, 0.0
	for _, e := range s.calls {
		p.observeAnswers(e)
		if !e.call.IgnoreErrors {
			s.owed += float64(e.failed)
		}
		e.lately = [2]float64{e.lately[0]*lasting + float64(e.came), e.lately[1]*lasting + float64(e.failed)}
		e.failed = 0
	}
	for _, c := range f.currents { // who ends now may have called long ago
		if of := c.cohort; of != nil && int(of.key.service) == service {
			done += float64(c.inside+c.came) * (1 - of.line)
		}
	}
	broken := 0.0
	if s.owed > 0 && done > 0 {
		broken = min(1, s.owed/done)
		s.owed -= broken * done
	}
	for _, c := range f.cohorts {
		if int(c.key.service) == service {
			if c.broken = broken; p.isShutIn(c) {
				c.broken = 1
			}
			p.takeStay(c, s)
		}
	}
}

// observeAnswers finds out what callers find: who answered in what is being played, and after which time.
func (p *Plane) observeAnswers(e *callFlow) {
	var now []law.Choice
	total, took, busy := 0.0, 0.0, 0.0
	for i := range e.call.Clients.RetryAttempts + 1 {
		in := &p.fluid.inflows[e.inflow+i]
		for _, c := range in.currents {
			if n := c.expected; n > 0 && c.served() && c.cohort.Law != nil {
				late := c.lateAfter(c.patience)
				longer := (c.hop + c.across).Seconds()
				stay := c.mean().Seconds() + longer
				busy += n * stay
				if late > 0 && c.patience != sim.Never {
					busy += n * late * (c.patience.Seconds() - stay)
				}
				total += n
				if n *= 1 - late; n > 0 {
					if i > 0 {
						longer += in.before.Seconds()
					}
					now = append(now, law.Choice{Time: c.law(), Share: n, Longer: longer, Within: 1 - late})
					took += n * (c.mean().Seconds() + longer)
				}
			}
		}
	}
	if total > 0 {
		e.attempts = busy / total
	}
	all := 0.0
	for i := range now {
		all += now[i].Share
	}
	if all == 0 {
		return
	}
	for i := range now {
		now[i].Share /= all
	}
	e.took = took / all
	if !alikeChoices(e.choices, now) {
		e.choices = now
	}
}

// callsFailed counts calls that got no answer.
func (f *fluidly) callsFailed(inflow int, n int64) {
	if e := f.inflows[inflow].calls; e != nil {
		e.failed += n
	}
}

// countSides counts the bytes of calls that were answered, as [Plane.countCall] does.
func (p *Plane) countSides(c *current, bytes float64) {
	s := &p.sources[c.source]
	if s.call == nil || !p.transfers.counts || bytes == 0 || c.cohort == nil || c.cohort.function != nil {
		return
	}
	for _, from := range p.fluid.inflows[c.inflow].calls.callers {
		part := model.Bytes(bytes * from.share)
		k := &from.cohort.key
		if k.function > 0 {
			continue // within a Region that is free
		}
		if b := s.balancer; b != None {
			if k.zone != c.zone || p.balancers[b].cfg.PublicIPs {
				p.addSide(k.payer, part)
				h := &p.balancers[b].hour
				h.side = h.side.Plus(part)
			}
			continue
		}
		if k.zone != c.cohort.key.zone || s.call.Public {
			p.addSide(k.payer, part)
			p.addSide(c.cohort.key.payer, part)
		}
	}
}

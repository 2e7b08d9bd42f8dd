package dataplane

import (
	"headroom/model"
	"headroom/model/fluid"
	"headroom/model/workload"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// fluidly is how a plane plays rates instead of requests (package fluid): in steps of its
// time it draws how many come, divides them as its balancers would, and counts what becomes
// of them where requests would be counted. Everything else is the plane's own: who is
// registered, healthy and draining, which nodes clients know, who is impaired. What changes
// at a server plays the time up to then first ([Plane.regroup]).
type fluidly struct {
	step      sim.Time
	from, to  sim.Time          // the present step, with its end
	done      sim.Time          // what comes before is played
	length    sim.Time          // of what is being played
	inflows   []inflow          // by workload, and by attempt
	thinkers  []*fluid.Thinkers // by workload, where some ask in a closed loop
	cohorts   []*cohort
	byKey     map[cohortKey]*cohort
	places    []place // by server
	currents  []*current
	known     map[currentKey]*current
	stale     bool // currents lead where requests go no more
	nodes     []nodeFlow
	tallies   []tally
	into      []law.Into // where one of them is recorded
	draws     rng.Stream
	checks    rng.Stream
	works     rng.Stream
	answers   rng.Stream
	bursts    bool // some servers have CPU credits
	laws      *fluid.Laws
	audit     *fluid.Audit                // nil: none
	auto      *fluid.Auto                 // nil: rates everywhere
	mixtures  map[string]rng.Distribution // of demands, by whose they are
	demands   []rng.Distribution          // that differ
	blends    []blend
	links     map[linkKey]*law.Laws // of flows of one size
	minute    sim.Time              // when responses are recorded next
	services  []fluidService        // by service
	deepest   int                   // level of services
	fleets    bool                  // calls lead to instances without a balancer
	sticky    []stickyClients
	held      []heldFlows
	divisions knownDivisions
	unlike    []*unlike
	expiries  []sim.Time // of certificates, that are to come
}

// inflow is the arrivals of a workload: its first attempts, or those of one number of retries.
type inflow struct {
	source     int
	attempt    int
	flow       workload.Flow // of first attempts
	calls      *callFlow     // of calls; nil: of a workload
	repeat     repeat        // of first attempts
	back       []comeback    // of the others
	before     sim.Time      // since the first attempt, of those that come back in the present step
	redirected bool          // by a load balancer
	class      int           // that these ask for
	sent       float64       // ns since the first attempt, of those who come next
	count      int64         // in the present step
	expected   float64       // in it
	given      int64         // of count, what is played
	currents   []*current
	led        []*current     // where they led before currents were found last
	division   fluid.Division // among the currents
}

// newFluid makes the plane play rates, if it is to.
func (p *Plane) newFluid() {
	if p.cfg.Fluid == 0 {
		return
	}
	f := &fluidly{
		step: p.cfg.Fluid, byKey: map[cohortKey]*cohort{}, known: map[currentKey]*current{}, stale: true,
		draws: p.stream("fluid/latency"), checks: p.stream("fluid/checks"), works: p.stream("fluid/work"), answers: p.stream("fluid/answers"), minute: sim.Minute - 1,
		laws: p.cfg.Laws.Take(p.cfg.demands()), mixtures: map[string]rng.Distribution{}, links: map[linkKey]*law.Laws{},
	}
	for i := range p.cfg.Workloads {
		w := &p.cfg.Workloads[i]
		first := p.flowOf(f, i)
		for attempt := range w.Clients.RetryAttempts + 1 {
			f.inflows = append(f.inflows, inflow{source: i, attempt: attempt, flow: first})
		}
	}
	p.fluid = f
	for i := range p.cfg.Workloads {
		p.newRedirected(i)
	}
	f.expiries = p.expiries()
	if p.cfg.Audit > 0 && p.replication == 0 {
		f.audit = fluid.NewAudit(p.frame.Warmup, p.frame.Duration, p.cfg.Audit)
	}
	if p.cfg.Auto {
		f.auto = fluid.NewAuto(p.stream("fluid/auto"))
	}
	p.findStickyClients()
	p.findHeldFlows()
	p.newFluidServices()
	p.openFunctionRates()
	f.begin(0, p.frame.Duration)
	p.schedule(f.to, indexed(fluidSteps, 0))
}

// begin draws what comes in the step from an instant on: to just before the next one, so
// that whoever looks then sees all of it.
func (f *fluidly) begin(from, end sim.Time) {
	f.from, f.to = from, min(from+f.step-1, f.minute, end)
	for len(f.expiries) > 0 && f.expiries[0] <= from {
		f.expiries, f.stale = f.expiries[1:], true
	}
	if len(f.expiries) > 0 {
		f.to = min(f.to, f.expiries[0]-1)
	}
	for i := range f.inflows {
		in := &f.inflows[i]
		if in.flow != nil && in.attempt == 0 {
			in.count, in.expected = in.flow.Upto(f.to)
			in.given = 0
		}
	}
}

// onFluidSteps ends a step and begins the next one.
func (p *Plane) onFluidSteps(ev model.Event) {
	p.housekeeping++
	f := p.fluid
	p.playFluid(f.to)
	p.spendCredits()
	f.followRepeats()
	p.followRates()
	if f.to == f.minute {
		p.recordFluid()
		f.minute += sim.Minute
	}
	if f.to < p.frame.Duration {
		f.begin(f.to+1, p.frame.Duration)
		p.schedule(f.to, ev)
	}
}

// playFluid plays the present step up to an instant in it.
func (p *Plane) playFluid(until sim.Time) {
	f := p.fluid
	until = min(until, f.to)
	if until < f.done {
		return
	}
	f.length = until + 1 - f.done
	if f.stale {
		p.findCurrents()
	}
	for _, c := range f.currents {
		if c.came, c.expected = 0, 0; len(c.held) > 0 {
			p.giveUp(c, until)
		}
	}
	for i := range f.inflows {
		if f.inflows[i].calls == nil {
			p.playInflow(&f.inflows[i], until)
		}
	}
	for level := 0; level <= f.deepest; level++ {
		p.playDown(level, until)
	}
	for level := f.deepest; level >= 0; level-- {
		p.playUp(level, until)
	}
	p.playCookies()
	p.playHeld(until)
	p.noteUnlike(until)
	f.done = until + 1
}

// playInflow divides what comes of an inflow in what is being played. Those that reach no
// server end at once, so that their clients may try again in the same step.
func (p *Plane) playInflow(in *inflow, until sim.Time) {
	f := p.fluid
	come, expected := in.come(f, until)
	if come == 0 && expected == 0 {
		return
	}
	p.earnRetries(in, come)
	in.division.Divide(come)
	for k, c := range in.currents {
		c.came, c.expected = in.division.Parts[k], expected*in.division.Shares[k]
		limited := p.limits(c)
		if limited && c.redirects() {
			p.admitMany(&f.nodes[c.nodeFlow], until)
			limited = false
		}
		if !c.served() && !limited {
			p.passCurrent(c, until)
		}
	}
}

// come returns how many come up to an instant of the step, and how many are expected.
func (in *inflow) come(f *fluidly, until sim.Time) (come int64, expected float64) {
	switch {
	case in.attempt > 0:
		come = in.beginAttempts(until)
		return come, float64(come)
	case in.redirected:
		come = in.follow()
		return come, float64(come)
	case in.calls != nil:
		return in.calls.came, in.calls.begun
	}
	all, played := float64(f.to+1-f.from), float64(until+1-f.from)
	come = in.count - in.given
	if until < f.to {
		come = int64(float64(in.count)*played/all) - in.given
	}
	in.given += come
	return come, in.expected * float64(f.length) / all
}

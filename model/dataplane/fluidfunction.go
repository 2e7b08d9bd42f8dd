package dataplane

import (
	"fmt"
	"math"

	"headroom/model/fluid"
	"headroom/model/function"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// functionRates is a function to which calls come at a rate: the one server of its cohort. Those of its calls that find
// an environment compute as if they were alone, and go through the journey of its service; those that have one made wait
// for it before. Who hangs up does not end a call.
type functionRates struct {
	*function.Rates
	of         *lambda
	began      sim.Time // of what is measured
	demand     rng.Distribution
	cpu        *law.Law          // of demand
	stay       *law.Law          // of a call that had all the time that it wants, from when its environment is ready
	held       *law.Law          // the same to its timeout
	start      *law.Law          // of what a cold start takes; nil: nothing
	startsIn   sim.Time          // on average
	long       float64           // share of the calls that run into their timeout
	warm, cold *function.Holding // of environments
	answers    [2]*law.Law       // of those that do not run into it: warm, and with a cold start
	mixed      *law.Law          // of both
	mixedAt    float64           // share of cold starts in that
	finished   int64             // measured, since durations were recorded last

	// Shares of those who came in what is being played.
	refused, tooFast, coldly, ready float64
}

// functionShares is what becomes of the calls of a current.
type functionShares struct {
	tooFast, begun, cold fluid.Share
	slow, over           [2]fluid.Share
	starting             int64 // of those inside, that had a cold start
}

// holdingPoints stand for a law of times that environments are kept; who waits for calls hears of another share of cold
// starts once it differs by so much, and by such a part of it.
const (
	holdingPoints = 2048
	mixedNear     = 0.002
	mixedPart     = 0.1
)

// openFunctionRates makes each function a cohort of its own.
func (p *Plane) openFunctionRates() {
	accounts := map[int]*function.Shares{}
	terms := map[int][]function.Terms{}
	for i := range p.cfg.Functions {
		f := &p.cfg.Functions[i]
		terms[p.frame.RegionOf(f.Zone)] = append(terms[p.frame.RegionOf(f.Zone)], f.Terms)
	}
	concurrency := p.cfg.FunctionConcurrency
	if concurrency == 0 {
		concurrency = function.AccountConcurrency
	}
	for i := range p.functions {
		f := &p.functions[i]
		region := p.frame.RegionOf(f.cfg.Zone)
		if accounts[region] == nil {
			accounts[region] = function.NewShares(concurrency, terms[region])
		}
		f.rates = &functionRates{Rates: function.NewRates(f.cfg.Terms, accounts[region]), of: f}
		if start := f.cfg.ColdStart; start != nil && start.Mean() > 0 {
			f.rates.start = law.Chain([]law.Stage{{Choices: []law.Choice{{Time: start, Share: 1}}, Times: 1}})
			f.rates.startsIn = sim.Seconds(start.Mean())
		}
		p.regroup(f.server)
	}
}

// divideFunction sends calls to a function without a load balancer.
func (p *Plane) divideFunction(key currentKey, index int) {
	p.divideCohorts(key, 1, func(c *cohort) bool { return int(c.key.function) == index+1 }, func(*cohort) float64 { return 1 })
}

// advanceFunction plays a step of a function.
func (p *Plane) advanceFunction(c *cohort, a fluid.Arrivals) {
	f := c.function
	c.Content, c.Done, c.Refused, c.Delay, c.line = 0, 0, 0, 0, 0
	if c.Demand == nil {
		return
	}
	if f.demand != c.Demand {
		f.demand = c.Demand
		f.cpu = law.Chain([]law.Stage{{Choices: []law.Choice{{Time: scaled{c.Demand, 1 / c.Speed}, Share: 1}}, Times: 1}}) // to the ms, which is billed
	}
	c.Law = f.cpu
	if of := c.cohortLaw(); f.stay != of {
		f.follow(of)
	}
	seconds := a.Length.Seconds()
	counts := f.Advance(function.Calls{Rate: a.Expected / seconds, Seconds: seconds, Warm: f.warm, Cold: f.cold})
	if counts != (function.Counts{}) { // else a step of no length: who comes back in it finds what those before found
		f.refused, f.tooFast, f.coldly, f.ready = 0, 0, 0, 0
	}
	if lost := counts.Throttled + counts.TooFast; lost > 0 {
		f.refused, f.tooFast = min(1, lost/a.Expected), counts.TooFast/lost
	}
	if counts.Taken > 0 {
		f.coldly, f.ready = min(1, counts.Cold/counts.Taken), counts.Ready/counts.Taken
	}
	c.Refused, c.Content = f.refused, f.Busy
	c.Done = counts.Taken * (1 - f.long)
	c.rate = c.Done / seconds
	f.finishes(c)
}

// finishes finds out who is still inside at the end of a step.
func (f *functionRates) finishes(c *cohort) {
	pool := 0.0
	for _, u := range c.currents {
		pool += float64(u.came)*(1-f.refused) + float64(u.inside)
	}
	if pool > 0 {
		c.line = min(1, f.Busy/pool)
	}
}

// cohortLaw is how long requests are at servers of a cohort, for all that it knows.
func (c *cohort) cohortLaw() *law.Law {
	if c.stay != nil {
		return c.stay
	}
	return c.Law
}

// follow finds out what it means that calls take another time.
func (f *functionRates) follow(stay *law.Law) {
	limit := f.of.cfg.Timeout.Seconds()
	f.stay, f.held, f.long = stay, stay, stay.Tail(limit)
	if f.long < mayBeLong {
		f.long = 0
	}
	inTime := law.Choice{Time: stay, Share: 1 - f.long, Within: 1 - f.long}
	if f.long > 0 {
		f.held = law.Chain([]law.Stage{{Choices: []law.Choice{inTime, {Longer: limit, Share: f.long}}, Times: 1}})
	}
	f.warm, f.cold = f.holding(f.held), nil
	f.answers = [2]*law.Law{stay, stay}
	f.mixed = nil
	if f.start == nil {
		f.cold = f.warm
		return
	}
	begins := law.Stage{Choices: []law.Choice{{Time: f.start, Share: 1}}, Times: 1}
	inTime.Share = 1
	f.answers[1] = law.Chain([]law.Stage{begins, {Choices: []law.Choice{inTime}, Times: 1}})
	f.cold = f.holding(law.Chain([]law.Stage{begins, {Choices: []law.Choice{{Time: f.held, Share: 1}}, Times: 1}}))
}

// mayBeLong is a share of the calls that is none.
const mayBeLong = 1e-6

// holding is a law as points, which have its mean.
func (f *functionRates) holding(of *law.Law) *function.Holding {
	points, sum := make([]float64, holdingPoints), 0.0
	for k := range points {
		points[k] = of.Quantile((float64(k) + 0.5) / holdingPoints)
		sum += points[k]
	}
	if more := of.Mean() * holdingPoints / sum; f.long == 0 && !math.IsNaN(more) && !math.IsInf(more, 0) {
		for k := range points {
			points[k] *= more
		}
	}
	return function.NewHolding(points)
}

// serveFunction counts what becomes of the calls of a current.
func (p *Plane) serveFunction(c *current, at sim.Time) {
	f := c.cohort.function
	counts := &f.of.counts
	refused := c.refused.Of(c.came, f.refused)
	if refused > 0 {
		fast := c.calls.tooFast.Of(refused, f.tooFast)
		counts.TooFast += fast
		counts.Throttled += refused - fast
		why := failure{code: Code429, cause: CauseOther}
		if p.sources[c.source].balancer != None {
			why = failure{code: Code502, cause: CauseThrottled}
		}
		p.failMany(c, at, refused, why)
	}
	let := c.came - refused
	begun := c.calls.begun.Of(let, f.coldly)
	counts.Called += let
	counts.Cold += begun
	pool := c.inside + let
	c.calls.starting += begun
	c.inside = c.stay.Of(pool, c.cohort.line)
	ended := pool - c.inside
	if ended == 0 {
		return
	}
	p.stepsEnded += ended
	cold := min(ended, c.calls.starting, c.calls.cold.Of(ended, min(1, float64(c.calls.starting)/float64(pool))))
	c.calls.starting -= cold
	f.bill(ended-cold, cold)
	if at >= p.meter.warmup {
		f.finished += ended
	}
	p.endFunctionCalls(c, at, 0, ended-cold)
	p.endFunctionCalls(c, at, 1, cold)
	c.stays = f.mixture()
}

// mixture is the law of the answers, warm or not: the last one while it is near enough.
func (f *functionRates) mixture() *law.Law {
	if f.mixed == nil || !near(f.coldly, f.mixedAt, mixedNear+mixedPart*f.mixedAt) {
		f.mixedAt = f.coldly
		f.mixed = law.Mix(f.answers[:], []float64{1 - f.coldly, f.coldly})
	}
	return f.mixed
}

// bill bills calls that have ended, so many of them with cold starts.
func (f *functionRates) bill(warm, cold int64) {
	billed := sim.Seconds(float64(warm)*f.warm.Billed() + float64(cold)*f.cold.Billed())
	f.of.counts.Billed = sim.Sum(f.of.counts.Billed, billed)
	hour := &f.of.hour
	hour.Calls += warm + cold
	hour.Billed = sim.Sum(hour.Billed, billed)
	if f.ready > 0 {
		hour.Ready = sim.Sum(hour.Ready, billed.Scaled(f.ready))
	}
}

// endFunctionCalls counts calls of a current that have ended: of kind 1 those with a cold start.
func (p *Plane) endFunctionCalls(c *current, at sim.Time, kind int, n int64) {
	if n == 0 {
		return
	}
	f, patience := c.cohort.function, c.patience
	counts, limit, before := &f.of.counts, f.of.cfg.Timeout, sim.Time(0)
	c.stays = f.answers[kind]
	if kind == 1 {
		before = f.startsIn
	}
	p.countStarts(c, at, kind, n)
	if slow := c.calls.slow[kind].Of(n, f.long); slow > 0 {
		counts.TimedOut += slow
		n -= slow
		if sim.Sum(limit, before) < patience {
			p.failMany(c, at, slow, failure{code: Code502, cause: CauseFunctionTimeout, took: limit + before, long: 1})
		} else {
			p.failLate(c, at, slow)
		}
	}
	late := 0.0
	switch {
	case patience == sim.Never:
	case kind == 1 || f.long == 0:
		late = f.answers[kind].Tail(patience.Seconds())
	case patience < limit:
		late = max(0, f.stay.Tail(patience.Seconds())-f.long) / (1 - f.long)
	}
	wrong, broken := c.errs.Of(n, c.cohort.key.errors.Rate), int64(0)
	broken = c.breaks.Of(n-wrong, c.cohort.broken)
	counts.Failed += wrong + broken
	counts.Done += n - wrong - broken
	if over := c.calls.over[kind].Of(n-wrong-broken, late); over > 0 {
		p.failLate(c, at, over)
		n -= over
	}
	if wrong > 0 {
		p.failApplied(c, at, wrong)
	}
	if broken > 0 {
		p.failMany(c, at, broken, failure{code: Code502, cause: CauseFunction, took: c.mean()})
	}
	if kind == 0 && f.long > 0 {
		c.patience = min(c.patience, limit)
	}
	if n -= wrong + broken; n > 0 {
		p.completeMany(c, at, n)
	}
	c.patience = patience
}

// countStarts counts how long calls waited for their environments: all that did, as long as they do on average.
func (p *Plane) countStarts(c *current, at sim.Time, kind int, n int64) {
	r, f := p.routeOf(c), c.cohort.function
	switch {
	case at < p.meter.warmup:
	case kind == 1 && f.start != nil:
		r.Waited += n
		r.Wait.RecordMany(int64(f.startsIn), n)
	default:
		r.Wait.RecordMany(0, n)
	}
}

// recordDurations records how long calls of functions took.
func (p *Plane) recordDurations() {
	for i := range p.functions {
		if f := p.functions[i].rates; f.finished > 0 {
			f.held.Record([]law.Into{{Histogram: f.of.counts.Duration}}, law.Batch{N: f.finished, Offset: p.fluid.draws.Uniform()})
			f.finished = 0
		}
	}
}

// outcome says how many calls are served at once.
func (f *functionRates) outcome(now sim.Time, inside int64) (inFlight int64, busy float64, most int64) {
	busy = f.Busy
	if now > f.began {
		busy = f.Area / (now - f.began).Seconds()
	}
	return inside, busy, int64(math.Round(f.Most()))
}

// insideFunction is how many calls a function serves.
func (p *Plane) insideFunction(index int) (n int64) {
	for _, c := range p.fluid.currents {
		if c.cohort != nil && int(c.cohort.key.function) == index+1 {
			n += c.inside
		}
	}
	return n
}

// verifyFunctionRates: calls = done + failed + timed out + in flight.
func (p *Plane) verifyFunctionRates() error {
	for i := range p.functions {
		c, inside := &p.functions[i].counts, p.insideFunction(i)
		if c.Called != c.Done+c.Failed+c.TimedOut+inside {
			return fmt.Errorf("function %s: called %d, done %d, failed %d, timed out %d; %d in flight", p.functions[i].cfg.Name, c.Called, c.Done, c.Failed, c.TimedOut, inside)
		}
	}
	return nil
}

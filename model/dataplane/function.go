package dataplane

import (
	"headroom/model"
	"headroom/model/function"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// lambda is the state of one function. Its server, on which the steps of its calls are
// played, is always open, and has a vCPU for each of them.
type lambda struct {
	cfg     *Function
	index   int
	server  uint32
	pool    *function.Pool
	starts  rng.Stream
	counts  FunctionOutcome
	busy    stat.Level
	callers []uint32 // requests, by environment
	due     sim.Time // of the pending functionTimesOut; Never without one
	timeout bool     // a call is ended by its timeout now
	hour    model.FunctionUse
	rates   *functionRates // nil: calls are played one by one
}

// FunctionOutcome is what one function was asked.
type FunctionOutcome struct {
	Called    int64 // that were not throttled
	Throttled int64 // as many were served at once as may be
	TooFast   int64 // environments were made as fast as may be
	TooLarge  int64 // requests whose bodies no function takes
	Cold      int64 // of those called, that had an environment made
	Done      int64
	Failed    int64
	TimedOut  int64
	InFlight  int64           `window:"to"`
	Busy      float64         `window:"to"` // mean of the calls that are served at once
	MostBusy  int64           `window:"to"` // of those, the most
	Duration  *stat.Histogram // ns, from when its environment is ready
	Billed    sim.Time
}

// mostAtOnce is how many vCPUs the server of a function has.
const mostAtOnce = 1 << 24

// openFunctions makes a server for each function, and registers it with its target groups.
func (p *Plane) openFunctions() {
	terms := map[int][]function.Terms{}
	for i := range p.cfg.Functions {
		f := &p.cfg.Functions[i]
		region := p.frame.RegionOf(f.Zone)
		terms[region] = append(terms[region], f.Terms)
	}
	concurrency := p.cfg.FunctionConcurrency
	if concurrency == 0 {
		concurrency = function.AccountConcurrency
	}
	accounts := map[int]*function.Account{}
	p.functions = make([]lambda, len(p.cfg.Functions))
	for i := range p.functions {
		cfg := &p.cfg.Functions[i]
		region := p.frame.RegionOf(cfg.Zone)
		if accounts[region] == nil {
			accounts[region] = function.NewAccount(concurrency, terms[region])
		}
		f := &p.functions[i]
		*f = lambda{
			cfg: cfg, index: i, pool: function.NewPool(cfg.Terms, accounts[region]), due: sim.Never,
			starts: p.stream("function/" + cfg.Name + "/start"),
			counts: FunctionOutcome{Duration: new(stat.Histogram)},
		}
		p.openFunction(f)
	}
}

func (p *Plane) openFunction(f *lambda) {
	h, s := p.servers.Alloc()
	f.server = indexOf(h)
	p.calendar.grow(f.server)
	p.growFastPaths(f.server)
	*s = server{
		zone: f.cfg.Zone, fleet: None, service: int32(f.cfg.Service), typ: None, due: sim.Never, watch: inKernel,
		pace: 1 / function.Speed(f.cfg.Memory, f.cfg.Threads), end: int32(f.cfg.End), public: true,
		open: true, listens: true, function: f, id: f.server, base: noIndex,
	}
	cfg := &p.cfg.Services[f.cfg.Service]
	s.cfg, s.journey = cfg, true
	s.gate = gate{limit: station.NoLimit}
	s.station = station.New(station.Spec{Servers: mostAtOnce, Limit: station.NoLimit})
	s.errors, s.code = cfg.Errors, codeOf(cfg.Errors.Status)
	p.equipCalls(s)
	if p.direct || p.transfers.counts {
		p.openAccount(0)
	}
	for _, g := range f.cfg.Groups {
		p.register(h, g, true)
	}
}

// OwnFunction says on whose account a function is.
func (p *Plane) OwnFunction(index int, owner int32) {
	p.servers.at(p.functions[index].server).payer = owner
	if p.direct || p.transfers.counts {
		p.openAccount(owner)
	}
}

// toFunction calls a function without a load balancer.
func (p *Plane) toFunction(i uint32, r *request, index int) {
	p.meter.arrived(r.arrived, r)
	r.server = p.functions[index].server
	p.offer(i, r)
}

// invoke finds a call an environment, and reports whether its journey begins at once: it
// may have to wait for its environment, or be throttled.
func (p *Plane) invoke(i uint32, r *request, s *server, now sim.Time) bool {
	f := s.function
	behind := p.behind(r)
	if behind && r.source != checkSource {
		r.zone = uint8(s.zone) // it is in no zone in particular: no call crosses
	}
	if r.requestBytes() > bodyLimit(behind) {
		f.counts.TooLarge++
		p.fail(i, Code413)
		return false
	}
	id, answer := f.pool.Take(now)
	switch answer {
	case function.Throttled:
		f.counts.Throttled++
		p.throttle(i, behind)
		return false
	case function.TooFast:
		f.counts.TooFast++
		p.throttle(i, behind)
		return false
	}
	f.counts.Called++
	f.busy.Add(now, 1)
	p.setEnvironment(f, i, id)
	p.trips[i].placed = true
	s.gate.held++
	if answer == function.Warm {
		p.watchTimeouts(f)
		return true
	}
	f.counts.Cold++
	wait := sim.Time(0)
	if f.cfg.ColdStart != nil {
		wait = max(0, sim.Seconds(f.starts.Draw(f.cfg.ColdStart)))
	}
	if wait == 0 {
		f.pool.Begin(id, now)
		p.watchTimeouts(f)
		return true
	}
	r.phase = starting
	p.endStepAt(i, p.later(now, wait))
	return false
}

// bodyLimit is how large a body a function takes and gives.
func bodyLimit(behind bool) model.Bytes {
	if behind {
		return function.BodyLimit
	}
	return function.CallLimit
}

// throttle ends a call that finds no environment: a load balancer answers its client 502.
func (p *Plane) throttle(i uint32, behind bool) {
	switch {
	case p.requests.at(i).source == checkSource:
		p.checked(i, false)
	case behind:
		p.failFor(i, Code502, CauseThrottled)
	default:
		p.fail(i, Code429)
	}
}

// endStart begins the journey of a call whose environment is ready.
func (p *Plane) endStart(i uint32, now sim.Time) {
	f := p.servers.at(p.requests.at(i).server).function
	f.pool.Begin(p.environments[i], now)
	p.watchTimeouts(f)
	p.board(p.job(i), now)
}

// leaveEnvironment ends the use of an environment, and bills it.
func (p *Plane) leaveEnvironment(i uint32, s *server) {
	f, now, r := s.function, p.kernel.Now(), p.requests.at(i)
	taken, began := f.pool.Release(p.environments[i], now, f.timeout)
	f.busy.Add(now, -1)
	billed := function.Billed(now - taken)
	f.counts.Billed = sim.Sum(f.counts.Billed, billed)
	f.hour.Calls++
	f.hour.Billed = sim.Sum(f.hour.Billed, billed)
	if f.pool.Provisioned(p.environments[i]) {
		f.hour.Ready = sim.Sum(f.hour.Ready, billed)
	}
	if began != sim.Never && r.arrived >= p.meter.warmup {
		f.counts.Duration.Record(int64(now - began))
	}
	switch {
	case f.timeout:
		f.counts.TimedOut++
	case r.errs() || !p.wentThrough(i, s) || r.responseBytes() > bodyLimit(p.behind(r)):
		f.counts.Failed++
	default:
		f.counts.Done++
	}
}

// wentThrough reports whether all steps of a journey have ended.
func (p *Plane) wentThrough(i uint32, s *server) bool {
	return p.requests.at(i).source == checkSource || int(p.trips[i].step) == len(s.cfg.Steps)
}

// behind reports whether a load balancer passes a request on.
func (p *Plane) behind(r *request) bool {
	return r.source == checkSource || p.sources[r.source].balancer != None
}

// answersTooMuch ends a call of a function whose answer is too large, and reports whether
// it is.
func (p *Plane) answersTooMuch(i uint32) bool {
	r := p.requests.at(i)
	if r.responseBytes() <= bodyLimit(p.behind(r)) {
		return false
	}
	p.vacate(p.job(i))
	p.dropFor(i, Code502, CauseFunction)
	return true
}

// watchTimeouts makes sure that the next timeout of a function is not missed.
func (p *Plane) watchTimeouts(f *lambda) {
	if f.due != sim.Never {
		return
	}
	if _, due := f.pool.Overdue(); due != sim.Never {
		f.due = due
		p.schedule(due, indexed(functionTimesOut, f.index))
	}
}

// onFunctionTimesOut ends the calls of a function that have run for too long. One that
// ends in this instant has ended before.
func (p *Plane) onFunctionTimesOut(ev model.Event) {
	p.housekeeping++
	f := &p.functions[ev.Index()]
	now := p.kernel.Now()
	p.settle(f.server, now)
	for {
		id, due := f.pool.Overdue()
		if due > now {
			break
		}
		p.timeOut(f, id)
	}
	f.due = sim.Never
	p.watchTimeouts(f)
}

// timeOut ends the call that an environment serves.
func (p *Plane) timeOut(f *lambda, environment uint32) {
	i := f.callers[environment]
	f.timeout = true
	p.withdraw(i)
	f.timeout = false
	switch r := p.requests.at(i); {
	case r.source == checkSource:
		p.checked(i, false)
	default:
		p.dropFor(i, Code502, CauseFunctionTimeout)
	}
	p.changed(f.server, p.servers.at(f.server))
	p.relieve()
}

// setEnvironment notes which environment serves a request.
func (p *Plane) setEnvironment(f *lambda, i, id uint32) {
	for int(id) >= len(f.callers) {
		f.callers = append(f.callers, 0)
	}
	f.callers[id] = i
	for int(i) >= len(p.environments) {
		p.environments = append(p.environments, 0)
	}
	p.environments[i] = id
}

// TakeFunctionUse returns what a function was used for since it was last asked.
func (p *Plane) TakeFunctionUse(index int) model.FunctionUse {
	f := &p.functions[index]
	now := p.kernel.Now()
	p.settle(f.server, now)
	use := f.hour
	use.To, use.ARM, use.Memory, use.Storage, use.Provisioned = now, f.cfg.ARM, int64(f.cfg.Memory), int64(f.cfg.Storage), int64(f.cfg.Provisioned)
	f.hour = model.FunctionUse{From: now}
	return use
}

// functionOutcomes returns what functions were asked.
func (p *Plane) functionOutcomes() []FunctionOutcome {
	list := make([]FunctionOutcome, len(p.functions))
	now := p.kernel.Now()
	for i := range p.functions {
		f := &p.functions[i]
		list[i] = f.counts
		list[i].InFlight = int64(f.pool.Busy())
		list[i].Busy, list[i].MostBusy = f.busy.Mean(now), f.busy.Max(now)
		if f.rates != nil {
			list[i].InFlight, list[i].Busy, list[i].MostBusy = f.rates.outcome(now, p.insideFunction(i))
		}
	}
	return list
}

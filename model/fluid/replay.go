package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/station"
)

// mostTargets is how many targets a replay has at most: with more, each of them has very
// nearly the same.
const mostTargets = 48

// replay plays the requests of a window one by one, from the numbers that the rates had.
type replay struct {
	shape    Shape
	member   []*member // what each target is; nil: all are of the shape
	targets  []station.Station
	requests []attempt
	first    uint32 // job of the first of them
	oldest   int    // of those whose clients may still give up
	patience sim.Time
	retries  Retries
	back     [][]sim.Time // when those come back who have failed so often
	turn     int
	turns    []int   // of each of several nodes
	now      float64 // seconds
	stream   rng.Stream

	counting bool // what happens is of the window
	compared
	part      part // that is played
	parts     int  // of each step
	steps     int
	stretches int     // that are played
	carry     float64 // stays of rates that are still to be recorded
	offset    float64
	stays     []float64 // seconds, of those who left, where they are listed
	lists     bool
	kinds     []playedKind // nil: all ask for alike
	checks    checking
}

// attempt is a request as it is played.
type attempt struct {
	arrived sim.Time
	job     uint32
	ticket  uint32
	target  int32
	number  uint8 // of failures before
	kind    uint8
	check   uint8 // which check it is, counted from 1; 0: none
	state   standing
}

// standing is where an attempt is.
type standing uint8

const (
	served standing = iota
	inLine
	gone
)

// The targets begin where they would be after so many requests each, at least and at
// most, at the rate of the step before, if they have no line and that makes none; but not after more than come in so many
// seconds, for whom those before are long gone. What counts is who leaves in the window,
// as in the law of the rates: in an overload those came before it.
const (
	leastLead   = 2_000
	mostLead    = 30_000
	leadStays   = 30
	leadSeconds = 1e7
	golden      = 0.6180339887498949
)

func newReplay(w *window, stream rng.Stream) *replay {
	first := w.moments[0]
	r := &replay{shape: w.shape, stream: stream, patience: first.stay.Limit, retries: first.retries}
	r.back = make([][]sim.Time, r.retries.Attempts)
	if w.members != nil {
		r.newTogether(w)
		r.resize(len(r.member))
		return r
	}
	r.resize(r.shape.played())
	return r
}

// spec is what a target is.
func (s *Shape) spec() station.Spec {
	places := station.NoLimit
	if p := s.Places; p > 0 && p < NoLimit {
		places = int32(p)
	}
	return station.Spec{Servers: int64(s.Servers), Limit: places, Backlog: int32(min(s.Backlog, NoLimit))}
}

// play plays a window.
func (r *replay) play(w *window) {
	r.begin(w)
	before := r.work()
	r.counting = true
	awaited := w.begins.awaited
	if w.begins.targets == 0 {
		awaited = w.moments[0].awaited
	}
	r.beginChecks(w.checks)
	r.steps, r.parts = len(w.moments), (mostParts+len(w.moments)-1)/len(w.moments)
	for _, m := range w.moments {
		r.step(m, awaited)
		awaited = m.awaited
	}
	r.worked = r.work() - before - r.checks.worked
	r.noise.conclude()
	r.counting = false
	r.awaitChecks(&w.moments[len(w.moments)-1])
}

// begin brings the targets to where the rates have them when a window begins.
func (r *replay) begin(w *window) {
	if r.member != nil {
		r.fillTogether(w)
		return
	}
	first := w.moments[0]
	each := first.each * (1 - first.again)
	if w.begins.targets > 0 && w.begins.each > 0 { // else it is the first step of all
		each = w.begins.each * (1 - w.begins.again)
	}
	if w.begins.line > 0 || each*r.shape.Demand.Mean() >= r.shape.speed()*float64(r.shape.Servers) {
		r.fill(w)
		return
	}
	rate := each * float64(len(r.targets))
	lead := min(mostLead, max(leastLead, int(leadStays*first.stay.Law.Mean()*rate)))
	for range int(min(float64(lead), rate*leadSeconds)) {
		r.arrive(rate)
	}
}

// step plays a step of the window, and counts what the rates say of it, at whose beginning clients wait for
// a number of requests at a target.
func (r *replay) step(m moment, awaited float64) {
	seconds := m.length.Seconds() / float64(r.parts)
	ended := max(0, m.each*m.length.Seconds()*(1-m.refused)-(m.awaited-awaited)) // at a target
	says := part{
		says: ends{served: ended * (1 - m.late), refused: m.each * m.length.Seconds() * m.refused, late: ended * m.late},
		mean: m.stay.mean(), works: m.busy,
	}
	says.said = waits{n: m.waits, began: ended * m.began, sum: m.wait}
	r.checks.fails = m.fails
	for range r.parts {
		r.stretch(&m, seconds, says)
	}
}

// stretch plays some seconds of a step, of which all that rates say is known.
func (r *replay) stretch(m *moment, seconds float64, p part) {
	rate := m.each * (1 - m.again) * float64(len(r.targets))
	before, begin, worked, checks, waited := r.is, r.now, r.work(), r.checks.worked, r.waits
	r.part = part{mean: p.mean}
	for r.came < 2*enoughRequests && r.until(rate, begin+seconds) {
	}
	done := r.work() - worked - (r.checks.worked - checks)
	share := (r.now - begin) / m.length.Seconds() * float64(len(r.targets)) // less than all where enough have come
	p.is = ends{r.is.served - before.served, r.is.refused - before.refused, r.is.late - before.late}
	p.says = ends{p.says.served * share, p.says.refused * share, p.says.late * share}
	p.stays, p.squares = r.part.stays, r.part.squares
	p.worked, p.works, p.able = done, p.works*share, (r.now-begin)*1e9*r.servers()
	p.waits = waits{n: r.waits.n - waited.n, began: r.waits.began - waited.began, sum: r.waits.sum - waited.sum}
	p.said.began *= share
	r.saysWaits.n += p.said.n * p.said.began
	r.saysWaits.began += p.said.began
	r.saysWaits.sum += sim.Time(p.said.n * p.said.began * float64(p.said.sum))
	r.says.add(p.says)
	r.works += p.works
	r.able += p.able
	r.record(m, p.says.served)
	r.noise.take(&p, r.stretches, r.parts*r.steps)
	r.stretches++
}

// record notes the stays that rates say of so many who are answered: of each so many that their law shows where few are.
func (r *replay) record(m *moment, served float64) {
	n := served*copies + r.carry
	whole := int64(n)
	r.carry = n - float64(whole)
	m.stay.Record([]fluid.Into{{Histogram: &r.rates}}, whole, r.offset)
	r.offset = math.Mod(r.offset+golden, 1)
}

// copies is how often stays that rates say are recorded.
const copies = 64

// work is what all targets have done, in ns of a server.
func (r *replay) work() (sum float64) {
	at := sim.Seconds(r.now)
	r.settleAll(at)
	for i := range r.targets {
		if r.serves(int32(i)) {
			sum += float64(r.targets[i].Busy(max(at, r.targets[i].Changed())))
		}
	}
	return sum
}

// until plays the next request if it comes before an instant.
func (r *replay) until(rate, end float64) bool {
	next := math.Inf(1)
	if rate > 0 {
		next = r.now + r.stream.Exponential()/rate
	}
	next = r.retryUpto(min(next, end))
	if r.checkUpto(next); next >= end {
		r.now = end
		return false
	}
	r.now = next
	r.offer(r.pick(), 0)
	return true
}

// arrive plays the next request.
func (r *replay) arrive(rate float64) {
	r.now = r.retryUpto(r.now + r.stream.Exponential()/rate)
	r.offer(r.pick(), 0)
}

// offer brings a request to a target, one that has failed so often.
func (r *replay) offer(target int, failures uint8) {
	at := max(sim.Seconds(r.now), r.targets[target].Changed()) // somebody may have given up since
	r.settle(target, at)
	demand, kind, taken := r.asks(target)
	a := attempt{arrived: at, target: int32(target), number: failures, kind: kind}
	if !taken {
		r.refuse(&a, at)
		return
	}
	r.admit(a, at, demand)
}

// admit lets a target take or refuse a request at an instant.
func (r *replay) admit(a attempt, at, demand sim.Time) {
	a = r.place(a, at, demand)
	if r.counting {
		r.came++
		r.waits.began += boolean(a.state == served && r.serves(a.target))
	}
	if a.state == gone {
		if r.counting {
			r.is.refused++
		}
		r.tryAgain(&a, at)
	}
}

// refuse ends a request that comes to a target which takes none.
func (r *replay) refuse(a *attempt, at sim.Time) {
	if r.counting {
		r.came++
		r.is.refused++
	}
	r.tryAgain(a, at)
}

// place offers an attempt to its target.
func (r *replay) place(a attempt, at, demand sim.Time) attempt {
	a.job = r.first + uint32(len(r.requests))
	verdict, ticket := r.targets[a.target].Offer(at, a.job, demand)
	a.ticket = ticket
	switch verdict {
	case station.Waits:
		a.state = inLine
	case station.Refused:
		a.state = gone
	}
	r.requests = append(r.requests, a)
	return a
}

// speed is that of a server, in seconds of Demand.
func (s *Shape) speed() float64 {
	if s.Speed == 0 {
		return 1 / s.scale()
	}
	return s.Speed / s.scale()
}

func (s *Shape) scale() float64 {
	if s.Scale == 0 {
		return 1
	}
	return s.Scale
}

func (r *replay) settleAll(until sim.Time) {
	r.expire(until)
	for i := range r.targets {
		if r.targets[i].Next() <= until {
			r.settle(i, until)
		}
	}
}

// settle plays a target up to an instant.
func (r *replay) settle(target int, until sim.Time) {
	r.expire(until)
	r.serve(target, until)
}

func (r *replay) serve(target int, until sim.Time) {
	s := &r.targets[target]
	for turn, ok := s.Settle(until); ok; turn, ok = s.Settle(until) {
		i := turn.Job - r.first
		if int64(i) >= int64(len(r.requests)) || r.requests[i].state == gone { // its client has left
			continue
		}
		a := &r.requests[i]
		if turn.Kind == station.Started {
			if a.state = served; r.counting && a.check == 0 {
				r.waits.n++
				r.waits.began++
				r.waits.sum = sim.Sum(r.waits.sum, turn.At-a.arrived)
			}
			continue
		}
		if a.state = gone; a.check > 0 {
			r.checks.ends(a, true)
		} else if !r.serves(a.target) {
			r.is.late += boolean(r.counting)
			r.tryAgain(a, turn.At)
		} else if r.counting {
			r.is.served++
			if len(r.kinds) > 0 {
				r.kinds[a.kind].stays.Record(int64(turn.At - a.arrived))
			}
			off := (turn.At - a.arrived).Seconds() - r.part.mean
			r.part.stays += off
			r.part.squares += off * off
			if r.lists {
				r.stays = append(r.stays, (turn.At - a.arrived).Seconds())
			} else {
				r.played.Record(int64(turn.At - a.arrived))
			}
		}
	}
}

// forget lets go of the oldest requests that have ended.
func (r *replay) forget() {
	k := 0
	for k < len(r.requests) && r.requests[k].state == gone {
		k++
	}
	if k < len(r.requests)/2 || k < 64 {
		return
	}
	r.requests = r.requests[:copy(r.requests, r.requests[k:])]
	r.first += uint32(k)
	r.oldest = max(0, r.oldest-k)
}

// resize has so many targets: a new one is empty, and the last one takes with it what is there.
func (r *replay) resize(targets int) {
	for len(r.targets) < targets {
		r.targets = append(r.targets, station.New(r.of(len(r.targets)).spec()))
	}
	if len(r.targets) == targets {
		return
	}
	r.targets = r.targets[:targets]
	for i := range r.requests {
		if a := &r.requests[i]; int(a.target) >= targets {
			a.state = gone
		}
	}
}

// inside is how many requests are at all targets, and for how many of them a client waits.
func (r *replay) inside() (there, awaited float64) {
	for i := range r.targets {
		there += float64(r.targets[i].InService() + r.targets[i].Waiting())
	}
	for i := range r.requests {
		if r.requests[i].state != gone && r.requests[i].check == 0 {
			awaited++
		}
	}
	return there, awaited
}

package fluid

import (
	"headroom/sim"
	"headroom/sim/rng"
)

// Auto has the requests of cohorts played one by one in the steps for which rates are not good enough
// ([Reason]), from the state that the rates have there. What is played takes the place of the law: how long
// requests stay, how many are refused or given up, what is there and what the targets have worked. So
// balancers, alarms and policies see it. The rates go on from where it ends.
type Auto struct {
	stream      rng.Stream
	players     uint64
	linkPlayers uint64
	open        map[spanOf]int // the last span of each service, by index
	found       Exact

	everywhere bool // play all, to compare with
}

// Reason is why requests are played one by one; several may hold at once. That servers are few is none: in steady
// state the law is that of their number.
type Reason uint8

// Reasons.
const (
	Turning      Reason = 1 << iota // the rate of requests has just become another
	NearCapacity                    // targets have about as much as they can serve, or more
	Reshaped                        // the number of targets has just become another
	Linked                          // a link has more to carry than it can: its flows are played
)

// Reasons lists them with the words that people read.
var Reasons = []struct {
	Reason
	Name, Meaning string
}{
	{Turning, "steep", "the rate of requests changes quickly"},
	{NearCapacity, "overloaded", "targets have about as much as they can serve, or more"},
	{Reshaped, "rescaled", "the number of targets has just changed"},
	{Linked, "link", "a link has more to carry than it can (its flows)"},
}

// Bounds of the reasons. Rates are within 1 % of requests up to a load of 0.95 in steady state; the
// law follows a change of the rate by less than a tenth closely.
const (
	nearCapacity = 0.95
	turningBy    = 0.1
	turningFrom  = 0.5 // load below which a change of the rate makes no line
	stepsBehind  = 30.0
	spanLasts    = 30 * sim.Second // at least, and after the last reason
)

// Exact is what [Auto] had played request by request, and how much there was in all.
type Exact struct {
	Spans         []Span
	Requests, All float64 // that came in spans, and in the run
	Flows         float64 // that began on links with more to carry than they can and were played
	AllFlows      float64 // all of those
	Time          sim.Time
	upTo          sim.Time // end of the time that is counted
}

// Span is a time in which requests to a service are played one by one.
type Span struct {
	Service  int32
	From, To sim.Time
	Why      Reason
	Requests float64 // flows of links
}

// spanOf is what a span is of: the requests to a service, or the flows on its links.
type spanOf struct {
	service int32
	links   bool
}

// NewAuto returns one that plays with the arrivals, demands and choices of a stream.
func NewAuto(stream rng.Stream) *Auto { return &Auto{stream: stream, open: map[spanOf]int{}} }

// Player returns what plays the requests of another cohort, of a service.
func (a *Auto) Player(service int32) *Player {
	a.players++
	return &Player{auto: a, service: service, stream: a.stream.Fork(a.players)}
}

// Found returns what was played.
func (a *Auto) Found() *Exact { return &a.found }

// note counts a step of a cohort that was played.
func (a *Auto) note(step Span) {
	z, of := &a.found, spanOf{step.Service, step.Why == Linked}
	if !of.links {
		z.Requests += step.Requests
	}
	z.Time += max(0, step.To-max(step.From, z.upTo))
	z.upTo = max(z.upTo, step.To)
	if i, ok := a.open[of]; ok && z.Spans[i].To >= step.From {
		s := &z.Spans[i]
		s.To, s.Why, s.Requests = max(s.To, step.To), s.Why|step.Why, s.Requests+step.Requests
		return
	}
	a.open[of] = len(z.Spans)
	z.Spans = append(z.Spans, step)
}

// Player plays the requests of one cohort where [Auto] says so.
type Player struct {
	auto    *Auto
	service int32
	stream  rng.Stream
	known   bool    // it has seen a step
	usual   float64 // requests a second to each target, of late
	each    float64 // in the last step
	targets int
	changed sim.Time // when the number of targets last did; 0: never
	until   sim.Time // a span lasts
	why     Reason
	play    *replay // nil: no span
	carry   float64 // requests that are still to be played
	times   []float64
}

// waits is how long requests waited until they were served, in the last step.
type waits struct {
	n, began, ended float64 // who waited, of those who began to be served; who left
	sum             sim.Time
}

// shown is the share of those who ended that waited, and for how long they did on average.
func (w *waits) shown() (share float64, mean sim.Time) {
	if w.n == 0 {
		return 0, 0
	}
	return min(1, w.n/w.began), w.sum / sim.Time(w.n)
}

// reasons says why a step is to be played, by what it brings and by what was there before it.
func (p *Player) reasons(c *Cohort, f *flow, a *Arrivals, overloaded bool) (why Reason) {
	load := f.each / f.able
	if overloaded || load > nearCapacity {
		why |= NearCapacity
	}
	if p.known && load > turningFrom && (f.each > p.usual*(1+turningBy) || f.each < p.usual*(1-turningBy)) {
		why |= Turning
	}
	if p.auto.everywhere {
		why |= Turning
	}
	if p.changed > 0 && a.At-p.changed <= afterChange {
		why |= Reshaped
	}
	return why
}

// look notes a step, and says whether its requests are to be played.
func (p *Player) look(c *Cohort, f *flow, a *Arrivals, overloaded bool) bool {
	if p.known && p.targets != c.Targets {
		p.changed = a.At - a.Length
	}
	if !p.known {
		p.usual = f.each
	}
	why := p.reasons(c, f, a, overloaded)
	p.known, p.targets = true, c.Targets
	p.usual += (f.each - p.usual) * min(1, f.seconds/stepsBehind)
	p.auto.found.All += a.Came
	switch {
	case max(c.Number, f.each*f.seconds)*float64(c.played()) > mostThere:
		p.play = nil
		return false
	case why != 0:
		p.until, p.why = a.At+spanLasts, why
	case a.At > p.until:
		p.play = nil
		return false
	}
	return true
}

package dataplane

import (
	"fmt"
	"sort"

	"headroom/model"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// source is who sends requests: a workload, or a call step of a service.
type source struct {
	clients  *Clients
	lookup   *lookup   // by which it finds its balancer; nil: it is always the same
	call     *Call     // that sends; nil: a workload does
	lb       *balancer // whose rules its requests meet, maybe behind that of its flows
	way      *way      // what its rules say
	limits   deadlines
	patience sim.Time // how long its clients wait; sim.Never: forever
	tracked  bool     // its requests have trips, and its user requests are counted apart: see [Plane.trackSources]
	plain    bool     // its requests come to an Application Load Balancer one a connection, and nothing is to be seen to before its rules or afterwards
	bare     bool     // all that its requests differ in is their CPU time
	carries  bool     // they have bytes, or their responses
	straight bool     // its requests go straight: see [Plane.sendStraight]
	closed   bool     // its visitors think before they ask again
	passes   bool     // what it says of a request comes from that which called
	last     bool     // a call that is all its caller still has to do before it answers: see [Plane.markReturns]
	descends bool     // a workload whose requests come to a tier: see [tiers]
	nearby   bool     // they go straight, no bytes of its answers are charged for by their way to the caller, and no distance lies on it
	compact  bool     // the requests it sends are compact on their way: see [Plane.sendCompact]
	alike    bool     // and differ in nothing but CPU time and bytes: see [Plane.sendInRow]
	hop      sim.Time // of a plain source, and of flows: its balancer's share of a latency, without a way to another zone
	direct   bool     // clients that reach their targets without a balancer
	to       DestinationKind
	outlet   int32 // of a call: among those of its service
	span     span  // its routes
	nodes    rng.Stream
	target   int
	balancer int // that of lb; None without
	next     int // fleet round robin
	workload int // that sends; of a call its own index
	resumes  rng.Stream
	sender   int32      // in the filter, of its connections, or of those of its callers' first end
	far      sim.Time   // round trip to the Region of its balancer; 0 in its own, and of calls
	away     []sim.Time // the same to each zone, without a balancer; nil: in its own Region
	shown    int32      // the same as targets see them that a load balancer shows them to; None: they see the load balancer
	guarded  bool       // appliances are before its load balancer, or packets may be dropped: see [Plane.findGuarded]
	misses   bool       // it asks a port where nobody listens
	gateway  gateway    // before its load balancer

	disk   [2]DiskDemand    // what its requests read and write
	memory rng.Distribution // bytes that each holds of its server's; nil: none

	// Of a workload.
	cfg     *Workload
	events  workload.Source
	traced  workload.Traced         // events, if it has rows
	steady  *workload.Steady        // events, if its rate is constant
	timer   *sim.Timer[model.Event] // its next arrival
	demand  demands
	sizes   sizes
	classes rng.Stream
	class   classTable
	tokens  float64 // retries that its budget allows now
	number  uint64  // requests so far

	visitors visitors
	flows    flows

	connections connections
	sockets     sockets
	passed      passedHeaders
	outside     bool // some of its targets are machines outside
	carried     bool // flows or WebSockets carry its requests
	connected   bool // they come to an Application Load Balancer by connections that somebody knows
	arrives     kind // what an arrival of it is

	// Of a call.
	service int // that calls; None of a workload
	step    int // of the service
}

// classTable draws a request's class by inversion.
type classTable struct{ upTo []float64 }

func newClassTable(classes []RequestClass) classTable {
	total := 0.0
	for _, c := range classes {
		total += c.Weight
	}
	t := classTable{upTo: make([]float64, len(classes))}
	sum := 0.0
	for i, c := range classes {
		sum += c.Weight
		t.upTo[i] = sum / total
	}
	t.upTo[len(classes)-1] = 1
	return t
}

func (t classTable) draw(s *rng.Stream) uint16 {
	u := s.Uniform()
	return uint16(sort.Search(len(t.upTo)-1, func(i int) bool { return u < t.upTo[i] }))
}

// newSources prepares the workloads, then the calls of every service.
func (p *Plane) newSources() error {
	for i := range p.cfg.Workloads {
		if err := p.newWorkload(&p.cfg.Workloads[i]); err != nil {
			return err
		}
	}
	for i := range p.cfg.Services {
		p.calls[i].first, p.calls[i].callers = len(p.sources), make([]uint16, len(p.cfg.Services[i].Steps))
		for k := range p.cfg.Services[i].Steps {
			if p.cfg.Services[i].Steps[k].Kind != StepCall {
				continue
			}
			if err := p.newCaller(i, k); err != nil {
				return err
			}
		}
	}
	for i := range p.cfg.Workloads {
		if err := p.newVariants(i); err != nil {
			return err
		}
	}
	return p.passHeaders()
}

func (p *Plane) newWorkload(cfg *Workload) error {
	name := "workload/" + cfg.Name
	p.sources = append(p.sources, source{
		clients: &cfg.Clients, to: cfg.To, target: cfg.Target, cfg: cfg, service: None, workload: len(p.sources), disk: [2]DiskDemand{cfg.Reads, cfg.Writes}, memory: cfg.Memory,
		timer:   p.kernel.NewTimer(0, p.table[requestArrives].rank),
		demand:  demands{law: cfg.Demand, stream: p.stream(name + "/demand")},
		sizes:   sizes{laws: [2]rng.Distribution{cfg.Request, cfg.Response}, stream: p.stream(name + "/bytes")},
		classes: p.stream(name + "/class"),
		nodes:   p.stream(name + "/node"),
		resumes: p.stream(name + "/handshake"),
		class:   newClassTable(cfg.Classes),
		tokens:  RetryBurst, arrives: requestArrives,
	})
	i := len(p.sources) - 1
	s := &p.sources[i]
	s.carries = cfg.Request != nil || cfg.Response != nil
	s.bare = len(cfg.Classes) <= 1 && !s.carries
	if err := p.connectSource(s, cfg.Classes); err != nil {
		return err
	}
	p.newSockets(s)
	p.newVisitors(i)
	if cfg.Arrivals == nil {
		return nil
	}
	s.events = cfg.Arrivals.Start(p.stream(name + "/arrivals"))
	s.traced, _ = s.events.(workload.Traced)
	s.steady, _ = s.events.(*workload.Steady)
	if p.cfg.Fluid == 0 {
		p.scheduleArrival(s, i)
	}
	return nil
}

// newCaller makes a source of a service's call step.
func (p *Plane) newCaller(service, step int) error {
	cfg := &p.cfg.Services[service]
	call := &cfg.Steps[step].Call
	p.sources = append(p.sources, source{
		clients: &call.Clients, to: call.To, target: call.Target, call: call, disk: [2]DiskDemand{call.Reads, call.Writes}, memory: call.Memory,
		service: service, step: step, outlet: int32(p.calls[service].count),
		nodes: p.stream(fmt.Sprintf("service/%s/%d/node", cfg.Name, step)),
	})
	p.calls[service].callers[step] = uint16(len(p.sources) - 1)
	p.calls[service].count++
	return p.connectSource(&p.sources[len(p.sources)-1], []RequestClass{call.Class})
}

// connectSource puts between a source and its targets what is there: the rules of
// a load balancer and its idle timeout.
func (p *Plane) connectSource(s *source, classes []RequestClass) error {
	s.balancer, s.direct = None, s.call == nil && s.to != ToLoadBalancer && !(s.to == ToAddress && !p.cfg.Addresses[s.target].Elastic)
	p.direct = p.direct || s.direct
	s.limits = deadlines{oldest: noIndex, newest: noIndex, limit: sim.Never, code: Code460}
	if s.clients.Timeout > 0 {
		s.limits.limit = s.clients.Timeout
	}
	s.patience = s.limits.limit
	p.newGateway(s)
	if s.to != ToLoadBalancer {
		s.away = p.waysFrom(s.clients.Region)
		return nil
	}
	if err := p.newWayOf(s, classes); err != nil {
		return err
	}
	s.lb = &p.balancers[s.balancer]
	lb := s.lb.cfg
	if lb.IdleTimeout > 0 && lb.IdleTimeout < s.limits.limit {
		s.limits.limit, s.limits.code = lb.IdleTimeout, Code504
	}
	p.newFlows(s)
	p.newConnections(s)
	s.connected = s.connections.on || s.flows.relayed
	return nil
}

// newWayOf resolves the rules of the load balancer that a source comes to, maybe behind
// another, for what its requests look like.
func (p *Plane) newWayOf(s *source, classes []RequestClass) (err error) {
	s.balancer = s.target
	asks := s.asks(classes)
	if next, port := p.cfg.behind(s.target, asks.port); next != None {
		s.balancer, asks.port, asks.relayed = next, port, true
	}
	s.outside = p.cfg.leadsOutside(s.balancer)
	asks.versions, asks.outside = p.cfg.versions(), s.outside
	lb := &p.cfg.LoadBalancers[s.balancer]
	p.measureWay(s, lb)
	asks.far = s.far
	balancer := s.balancer
	count := func(of model.RuleName) *int64 { return p.balancers[balancer].counts.rule(of) }
	if s.way, err = newWay(lb, asks, count); err != nil {
		return fmt.Errorf("load_balancer.%s: %w", lb.Name, err)
	}
	return nil
}

// onRequestArrives draws a request from its workload and sends it on its way, and
// schedules the next one. Those that nothing comes before follow at once, up to as many
// as the plane may play ahead.
func (p *Plane) onRequestArrives(ev model.Event) {
	s := &p.sources[ev.Index()]
	if s.goesCompact() {
		p.sendCompactRequests(ev, s)
		p.inRow = true // and on, if the next event is such an arrival, too
		return
	}
	p.inRow = true
	p.sendFullRequests(ev, s)
}

// sendFullRequests is [Plane.onRequestArrives] for a source whose requests are not compact.
func (p *Plane) sendFullRequests(ev model.Event, s *source) {
	for left := p.ahead; ; left-- {
		if s.descends {
			p.comesToTier()
		}
		i, r := p.newRequest(ev.Index(), s)
		next, ok := s.events.Next()
		ok = ok && next <= p.frame.Duration
		var place sim.Place // before all that this request leads to
		if ok {
			place = p.kernel.Reserve()
		}
		if len(s.visitors.all) > 0 {
			p.visit(i, s, s.visitors.chosen())
		}
		if s.lookup == nil && s.goesStraight() {
			p.sendStraight(i, r, s)
		} else {
			p.enter(i, r)
		}
		if !ok {
			return
		}
		if left <= 0 || !p.kernel.Advance(next, p.table[requestArrives].rank) {
			s.timer.StartAtPlace(next, place, ev)
			return
		}
	}
}

// PlayAhead lets the plane play up to so many arrivals more, whose instants nothing else
// comes before, with each that it is given.
func (p *Plane) PlayAhead(arrivals int) { p.ahead = arrivals }

// newRequest draws a request of a workload.
func (p *Plane) newRequest(source int, s *source) (uint32, *request) {
	h, r := p.requests.Alloc()
	i := indexOf(h)
	now := p.kernel.Now()
	r.arrived, r.source, r.group, r.target = now, uint16(source), None, noIndex
	s.fill(r)
	if p.tracked {
		p.beginTrip(i, journeyKey(uint64(source), s.number), 0, now)
		s.number++
	}
	if s.tracked {
		p.meter.userArrived(source)
		s.tokens = min(s.tokens+s.clients.RetryBudget, RetryBurst)
	}
	return i, r
}

// fill draws what the request will ask for, one variate of each stream whatever
// the policies do.
func (s *source) fill(r *request) {
	cfg := s.cfg
	if len(s.class.upTo) > 1 {
		r.class = s.class.draw(&s.classes)
	}
	row := -1
	if cfg.Rows != nil && s.traced != nil {
		row = s.traced.Row()
	}
	if row >= 0 && cfg.Rows.Demand != nil {
		r.demand = cfg.Rows.Demand[row]
	} else {
		r.demand = s.demand.draw()
	}
	if cfg.Rows == nil {
		if s.carries {
			of := s.sizes.draw()
			r.in, r.out, r.high = of.in, of.out, of.high
		}
		return
	}
	in, out := model.Bytes(0), model.Bytes(0)
	switch {
	case row >= 0 && cfg.Rows.Request != nil:
		in = heldBytes(float64(cfg.Rows.Request[row]))
	case cfg.Request != nil:
		in = s.sizes.drawOne(cfg.Request)
	}
	switch {
	case row >= 0 && cfg.Rows.Response != nil:
		out = heldBytes(float64(cfg.Rows.Response[row]))
	case cfg.Response != nil:
		out = s.sizes.drawOne(cfg.Response)
	}
	r.setBytes(in, out)
}

func (p *Plane) scheduleArrival(s *source, i int) {
	if at, ok := s.events.Next(); ok && at <= p.frame.Duration {
		s.timer.StartAt(at, indexed(s.arrives, i))
	}
}

// portOf is where a service listens; 0: wherever it is asked.
func (p *Plane) portOf(service int) uint16 {
	if service == None {
		return 0
	}
	return p.cfg.Services[service].Port
}

package dataplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/contention"
	"headroom/model/routing"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// ControlPlane is what the data plane says to who runs the servers.
type ControlPlane interface {
	// Drained says that an instance has left the last of its target groups.
	Drained(instance slab.Handle)
	// OutOfMemory says that the kernel has killed the application of an instance.
	OutOfMemory(instance slab.Handle)
	// RecordTurns says that an answer of a DNS name has become healthy, or unhealthy.
	RecordTurns(record, answer int, healthy bool)
}

// Observe says which statistics are kept beyond the usual, at a cost for each
// request.
type Observe struct {
	Phases bool // where the latency of a request goes, by service
	Zones  bool // latency by the zone of the target
	Types  bool // latency by instance type
	Shares bool // how evenly the targets of each group are asked that are picked for requests
	Series bool // by minute: points of the latency, CPU credits, memory, burst credit of volumes; at no cost for requests
}

// Setup is what a plane is made from.
type Setup struct {
	Traffic     *Traffic
	Frame       *model.Frame
	Kernel      *sim.Kernel[model.Event]
	Replication int
	Fleets      []int // service of each [instance.NAME], None without
	Shares      bool  // some servers run several applications
	Observe     Observe
	// EveryDeparture makes each departure an event of its instant instead of
	// settling servers when somebody looks: the same outcome, slower. It is meant
	// for tests and debuggers.
	EveryDeparture bool
	// Full keeps each request as a full one and takes it the general way, also where a compact
	// one or a straight way says the same: the same outcome, slower. It is meant for tests.
	Full bool
}

// Plane is the data plane of one replication.
type Plane struct {
	cfg         *Traffic
	frame       *model.Frame
	replication int
	kernel      *sim.Kernel[model.Event]
	control     ControlPlane
	filter      *filter // nil: all packets pass
	loaded      bool    // some server has computed without requests
	table       [kindCount]row
	meter       meter
	timeline    *timeline // nil: nobody asked for minutes
	stills      []bool    // by server: it shows what its last sample said would hold

	sources       []source
	calls         []calls // by service
	requests      pool[request]
	trips         []trip       // beside requests, where tracked
	work          []sim.Time   // beside trips: see [Plane.foreknow]
	phases        []phaseTimes // beside trips, where somebody looks at them
	holdings      []memoryHeld // beside trips, where holds
	holds         bool         // servers of some service say what they hold of their memory
	besides       bool         // there is something beside trips
	flows         pool[flow]
	sockets       pool[websocket]
	connections   pool[connection] // that clients keep to Application Load Balancers
	carriers      []uint32         // beside requests: the flow, the WebSocket or the kept connection that carries one
	inspectors    []inspector      // beside requests: the appliance that one has gone through
	appliances    []appliance      // by target
	retired       model.Bytes      // that appliances passed which are no more, and those of rates
	visits        []uint32         // beside requests, where somebody asks who sent them: the visitor
	tracked       bool             // full requests have trips, which are of use to some sources
	shares        bool             // some servers run several applications
	balancers     []balancer
	functions     []lambda
	environments  []uint32 // beside requests, of those that functions serve
	records       []record
	targetGroups  []targetGroup
	targets       pool[target]
	servers       pool[server]
	fleets        [][]uint32 // servers by [instance.NAME], open or not
	fleetServices []int
	outside       [][]slab.Handle
	direct        bool // some source is
	transfers     transfers
	apart         [][]sim.Time        // round trips between zones of several Regions; nil: there is one
	leads         []uint32            // servers by address; noIndex: none
	zoneDown      []int               // outages that hold each zone
	vacated       []uint32            // servers that dropped calls have left; see relieve
	replies       callReplies         // answers to calls, of the servers that are settled
	together      []uint32            // servers from which somebody departs in one nanosecond: room for some
	atOnce        bool                // somebody departs in the nanosecond of a departure that led to it
	tiers         tiers               // services that are played one after the other
	calendar      calendar[struct{}]  // departures of servers
	endDue        dueFunc             // Plane.endOnFastPath
	announced     dueFunc             // Plane.settleDue
	fastPaths     []fastPath          // by server
	many          int                 // from so many of them on what is needed soon is asked for ahead
	lanes         []lane              // by route
	gathering     []*lane             // those with what is gathered and not counted yet
	inRow         bool                // arrivals, departures and answers follow each other, whose end counts what they gathered
	compact       compactRequests     // on them
	bases         []base              // kinds of servers that applications share
	remainders    []station.Remainder // room for some
	foresights    int64               // times that the ends of who share a CPU were announced each by itself, and are no more
	foreseen      int64               // requests that no vCPU was shared for: see [Plane.Foresight]
	inRows        int64               // requests that went to their servers in rows
	hosts         []host
	claims        []contention.Claim // of one host: scratch
	disks         pool[disk]
	diskUses      []DiskOutcome
	memoryUses    []MemoryOutcome
	networkUses   []NetworkOutcome
	received      []sim.Time           // by request, of those that came through an interface: when
	diskSlots     map[diskKey]int32    // in diskUses
	shared        map[int]uint32       // disks by volume, of those that servers share
	fileSystems   []fileSystem         // by index in the frame
	writes        []model.VolumeWrites // by volume of its own table, counted from 1

	fluid     *fluidly      // nil: every request is played
	accessLog func(*Access) // hears of what ended at an Application Load Balancer; nil: nobody

	ahead          int      // arrivals that may follow another at once
	lead           sim.Lead // while compact requests are sent: until when nothing else comes
	following      sim.Time // the same: the next arrival of their source; 0 where each event is looked at
	everyDeparture bool     // as Setup
	full           bool     // as Setup

	stepsEnded   int64
	housekeeping int64
}

// New builds the data plane of a replication at time 0, without servers. It
// fails when the traffic is not valid.
func New(setup Setup) (*Plane, error) {
	p := &Plane{
		cfg: setup.Traffic, frame: setup.Frame, kernel: setup.Kernel, replication: setup.Replication,
		table:          newTable(),
		zoneDown:       make([]int, len(setup.Frame.Zones)),
		fleets:         make([][]uint32, len(setup.Fleets)),
		fleetServices:  setup.Fleets,
		calls:          make([]calls, len(setup.Traffic.Services)),
		calendar:       newCalendar[struct{}](),
		many:           manyFastPaths,
		compact:        compactRequests{ends: newCalendar[compactRequest](), free: noIndex},
		replies:        callReplies{until: -1, heard: -1},
		everyDeparture: setup.EveryDeparture,
		full:           setup.Full,
		shares:         setup.Shares,
		diskSlots:      map[diskKey]int32{},
		shared:         map[int]uint32{},
	}
	p.newFileSystems()
	p.bind()
	p.newTransfers()
	p.apart = p.distances()
	for i := range p.calls {
		p.calls[i].instant, p.calls[i].lag, p.calls[i].lead = setup.EveryDeparture, sim.Never, sim.Never
		p.calls[i].ios = fixedIOs(p.cfg.Services[i].Steps)
		p.calls[i].draws = p.stream("service/" + p.cfg.Services[i].Name)
		p.calls[i].errors = p.stream("service/" + p.cfg.Services[i].Name + "/errors")
	}
	for _, build := range []func() error{p.newTargetGroups, p.newBalancers, p.newRelays, p.newRecords, p.newSources} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	p.newFilter()
	p.trackSources(&setup)
	p.markInstant()
	p.scheduleMitigation()
	p.scheduleWeighing(setup.Observe.Shares)
	p.findWays()
	p.markReturns()
	p.findHeights()
	p.findTiers()
	p.meter = p.newMeter(setup.Observe)
	p.besides = p.meter.apart || p.holds
	p.newLanes()
	if setup.Observe.Series {
		p.newTimeline()
	}
	p.openFunctions()
	p.newFluid()
	return p, p.openOutside()
}

// Connect tells the plane who runs its servers.
func (p *Plane) Connect(control ControlPlane) { p.control = control }

// markInstant finds the services whose departures lead somewhere else at once:
// those with journeys of calls, those that are called, those whose failures may be
// tried again, and those whose clients think after an answer.
func (p *Plane) markInstant() {
	for i := range p.cfg.Services {
		s, c := &p.cfg.Services[i], &p.calls[i]
		if c.instant || s.Errors.Rate > 0 {
			c.lag, c.lead = 0, 0
		}
		switch {
		case s.keeping() && !c.instant:
			c.keeps = true
		case len(s.Steps) > 0 || s.Errors.Rate > 0:
			c.instant = true
		}
	}
	for i := range p.cfg.Functions {
		p.calls[p.cfg.Functions[i].Service].leadOn(0)
	}
	for i := range p.targetGroups { // who keeps a connection asks when it was answered
		if g := &p.targetGroups[i]; g.keeps > 0 {
			p.calls[g.cfg.Service].leadOn(0)
		}
	}
	for i := range p.sources {
		s, lag := &p.sources[i], sim.Never
		if s.visitors.thinks() || s.flows.keeps(s.clients) || s.connections.on || s.sockets.on || s.gateway.balancer != None {
			lag = 0
		} else if s.call == nil {
			continue
		}
		for _, service := range p.calleesOf(s) {
			p.calls[service].leadOn(lag)
		}
	}
}

// leadOn says that departures of a service's servers lead somewhere else, at the earliest after a
// lag.
func (c *calls) leadOn(lag sim.Time) {
	c.instant, c.keeps, c.lag, c.lead = true, false, min(c.lag, lag), min(c.lead, lag)
}

func (p *Plane) stream(name string) rng.Stream {
	return rng.New(p.frame.Seed, p.replication, name)
}

func (p *Plane) newTargetGroups() error {
	p.targetGroups = make([]targetGroup, len(p.cfg.TargetGroups))
	for i := range p.targetGroups {
		cfg := &p.cfg.TargetGroups[i]
		g := &p.targetGroups[i]
		g.cfg, g.minimum = cfg, cfg.minimum()
		entry, ok := routing.Find(cfg.Algorithm, p.cfg.Algorithms...)
		if !ok {
			return fmt.Errorf("target_group.%s: unknown algorithm %q", cfg.Name, cfg.Algorithm)
		}
		g.counts, g.rule = entry.Counts && !cfg.Flows.On, entry.Rule
		scopes := 1
		if !cfg.CrossZone {
			scopes = len(p.frame.Zones)
		}
		for z := range scopes {
			draws := p.stream(fmt.Sprintf("routing/%s/%d", cfg.Name, z))
			s := scope{policy: entry.New(routing.Setup{Nodes: len(p.frame.Zones), Chooser: &draws})}
			if cfg.Flows.On {
				s.hash = routing.NewFlowHash()
				s.policy = s.hash
			}
			if cfg.SlowStart > 0 {
				s.slow = routing.NewSlowStart(len(p.frame.Zones), cfg.SlowStart, p.kernel)
				s.policy = s.slow
			}
			s.least, _ = s.policy.(*routing.LeastOutstanding)
			g.scopes = append(g.scopes, s)
		}
	}
	return nil
}

func (p *Plane) newBalancers() error {
	p.balancers = make([]balancer, len(p.cfg.LoadBalancers))
	ages := dnsAges
	if p.cfg.Fluid > 0 {
		ages = 1
	}
	for i := range p.balancers {
		cfg := &p.cfg.LoadBalancers[i]
		b := &p.balancers[i]
		*b = balancer{cfg: cfg, groups: cfg.forwards(), nodes: make([]node, len(p.frame.Zones)), shifted: None}
		b.newNodes(ages)
		b.limited = cfg.Growth.grows()
		for _, l := range cfg.AllListeners() {
			b.counts.Rules = append(b.counts.Rules, make([]int64, len(l.Rules)+1))
		}
		for _, g := range b.groups {
			tg := &p.targetGroups[g]
			tg.balancers = append(tg.balancers, i)
			tg.enable(cfg.Zones, len(p.frame.Zones))
			if tg.cfg.Balancer > 0 {
				continue
			}
			tg.idle = max(tg.idle, cfg.IdleTimeout)
			if cfg.IdleTimeout == 0 { // it keeps them for good
				tg.idle = sim.Horizon
			}
			if tg.cfg.Flows.On { // their clients keep them, not the load balancer
				continue
			}
			if keep := p.cfg.Services[tg.cfg.Service].KeepAlive; keep > 0 {
				tg.keeps, tg.idle = keep, min(tg.idle, keep)
			} else if tg.cfg.Secure {
				tg.keeps = keptLonger
			}
		}
		p.newGrowth(i)
	}
	return nil
}

// Settle brings the counts of all servers, target groups and balancers up to now.
func (p *Plane) Settle() { p.settleAll() }

// settleAll settles every server.
func (p *Plane) settleAll() {
	now := p.kernel.Now()
	for h := range p.servers.All() {
		p.settle(indexOf(h), now)
	}
}

package dataplane

import (
	"headroom/model"
	"headroom/model/health"
	"headroom/sim"
	"headroom/sim/slab"
)

// Snapshot is the state of a data plane at an instant, in plain values that stay
// as they are when the run goes on.
type Snapshot struct {
	At           sim.Time
	Alive        int                // attempts that have not ended, and calls that have but whose caller does not know yet
	Compact      int                // of those: of which only the end is kept
	Straight     int                // sources whose requests go straight to their targets
	Servers      []ServerState      // by slot
	TargetGroups []TargetGroupState // by index in Traffic.TargetGroups
	// Routes are the counts so far, in the order of Outcome.Routes and
	// Outcome.Hops; of the rest of their outcome they have nothing.
	Routes, Hops []RouteOutcome
}

// ServerState is a server at an instant.
type ServerState struct {
	Instance  slab.Handle // the control plane's
	Service   int         // None: serves no requests
	Fleet     int         // None: of a group
	Zone      model.Zone
	Open      bool // the application port listens
	InService int  // requests on the CPU
	Away      int  // requests that wait for a call, a pause or a disk
	Waiting   int  // requests in line
	Places    int  // of journeys: places taken
	Use       model.ServerUse
	Burst     model.BurstUse
	Gets      uint64 // millionths of a vCPU that it computes with
	Targets   []TargetState
	Outlets   []OutletState // by call of its service
}

// TargetState is a server in one of its target groups.
type TargetState struct {
	Group    int
	Health   health.State
	InFlight int
	Draining bool
	Rotating bool // new requests may come
}

// TargetGroupState is a target group at an instant.
type TargetGroupState struct {
	Name   string
	Scopes []ScopeState // one, or one a zone without cross-zone balancing
}

// ScopeState is the targets that one node chooses among.
type ScopeState struct {
	Registered, Healthy int
	FailOpen            bool
}

// OutletState is one call step of a server: connections in use, calls that wait
// for one, and the retries that its budget allows now.
type OutletState struct {
	InUse, Waiting int
	Retries        float64
}

// Snapshot settles every server and returns the state of the plane now. It takes
// time in proportion to all that is alive: it is meant for tests and debuggers.
func (p *Plane) Snapshot() Snapshot {
	p.settleAll()
	all := p.alive()
	s := Snapshot{At: p.kernel.Now(), Alive: all, Compact: all - p.requests.Len()}
	for i := range p.sources {
		if p.sources[i].straight {
			s.Straight++
		}
	}
	for h, server := range p.servers.All() {
		s.Servers = append(s.Servers, p.serverState(indexOf(h), server))
	}
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		state := TargetGroupState{Name: g.cfg.Name}
		for k := range g.scopes {
			sc := &g.scopes[k]
			state.Scopes = append(state.Scopes, ScopeState{sc.registered, sc.healthy, sc.failOpen})
		}
		s.TargetGroups = append(s.TargetGroups, state)
	}
	for i := range p.meter.routes {
		r := p.meter.routes[i]
		if r.Latency == nil {
			continue
		}
		r.InFlight = r.Arrived - r.Completed - r.failed()
		r.Latency, r.Arrivals, r.Completes, r.Failures, r.LatencyNs = nil, nil, nil, nil, nil
		if r.Workload != None {
			s.Routes = append(s.Routes, r)
		} else {
			s.Hops = append(s.Hops, r)
		}
	}
	return s
}

func (p *Plane) serverState(id uint32, s *server) ServerState {
	state := ServerState{
		Instance: s.owner, Service: int(s.service), Fleet: int(s.fleet), Zone: s.zone, Open: s.open,
		Places: p.placesHeld(id, s), Use: p.used(id, s, p.kernel.Now()),
	}
	state.InService, state.Waiting = p.atStation(id, s)
	state.Waiting += s.gate.line.Len()
	if s.supply != nil {
		state.Burst = p.Burst(p.servers.handle(id))
		state.Gets = s.supply.load.gets
	}
	state.Gets += s.station.Rate()
	for _, r := range p.requests.All() {
		if r.server == id && r.phase.away() {
			state.Away++
		}
	}
	for _, h := range s.targets {
		t := p.targets.Get(h)
		state.Targets = append(state.Targets, TargetState{
			Group: int(t.group), Health: t.health.State(), InFlight: int(t.inFlight), Draining: t.draining, Rotating: t.rotating,
		})
	}
	for k := range s.outlets {
		o := &s.outlets[k]
		state.Outlets = append(state.Outlets, OutletState{InUse: int(o.inUse), Waiting: o.line.Len(), Retries: o.tokens})
	}
	return state
}

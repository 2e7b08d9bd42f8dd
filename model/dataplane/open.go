package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// Open makes a server whose port is closed yet.
func (p *Plane) Open(spec model.ServerSpec) slab.Handle {
	if len(spec.Applications) > 0 {
		return p.openBase(spec)
	}
	h := p.place(&spec)
	s := p.servers.Get(h)
	if spec.Service != None {
		s.equip(&p.cfg.Services[spec.Service], p.frame.Types[spec.Type].VCPUs)
		if p.calls[spec.Service].instant {
			s.watch = inKernel
		}
		p.equipCalls(s)
		p.equipNetwork(s, &spec)
		s.foreseen = p.foreseeable(s)
		p.attachDisks(s, &spec)
		p.equipMemory(s, &spec)
		p.keep(s)
	}
	s.settles = s.settling()
	s.lone = s.cfg != nil && !p.full && s.isLone()
	if s.supply = p.newSupply(&spec); s.cfg != nil {
		p.returns(s)
		p.joinHost(indexOf(h), s)
		s.foreseen = s.foreseen || p.foreseeableAlone(s)
	}
	s.serves = s.servesStraight()
	p.regroup(indexOf(h))
	if spec.Fleet != None {
		p.joinFleet(spec.Fleet, indexOf(h))
	}
	return h
}

// place makes a server that has nothing yet.
func (p *Plane) place(spec *model.ServerSpec) slab.Handle {
	h, s := p.servers.Alloc()
	p.calendar.grow(indexOf(h))
	p.growFastPaths(indexOf(h))
	p.stills = append(p.stills, make([]bool, max(0, h.Index()+1-len(p.stills)))...)
	p.stills[h.Index()] = false
	targets, ends := s.targets[:0], s.kept.ends
	*s = server{
		kept: kept{ends: ends},
		zone: spec.Zone, owner: spec.Instance, targets: targets, fleet: int32(spec.Fleet),
		service: int32(spec.Service), typ: int32(spec.Type), due: sim.Never, behind: sim.Never, pace: 1,
		since: p.kernel.Now(), id: indexOf(h), base: noIndex,
		station: station.New(station.Spec{Servers: 1}), // takes nobody
	}
	s.end, s.tracks = spec.End, spec.MostTracked
	if p.filter != nil && spec.Service != None {
		p.addHome(&p.filter.services[spec.Service], s)
	}
	if p.filter != nil && len(p.fileSystems) > 0 {
		s.files = make([]bool, len(p.fileSystems))
	}
	p.account(s, spec)
	if spec.Speed > 0 {
		s.pace = 1 / spec.Speed
	}
	return h
}

// joinFleet makes a server one of a fleet.
func (p *Plane) joinFleet(fleet int, id uint32) {
	p.fleets[fleet] = append(p.fleets[fleet], id)
	if p.filter != nil {
		p.addHome(&p.filter.fleets[fleet], p.servers.at(id))
	}
}

// equipCalls gives a server what the calls of its service need.
func (p *Plane) equipCalls(s *server) {
	s.outlets, s.callers = make([]outlet, p.calls[s.service].count), p.calls[s.service].callers
	s.asks = p.cfg.Services[s.service].callsNext(0)
	for k := range s.outlets {
		s.outlets[k].tokens = RetryBurst
	}
}

// equip gives a server its station: one that takes its requests itself, or one
// behind the gate of a journey.
func (s *server) equip(cfg *Service, vcpus int) {
	spec := station.Spec{Servers: int64(vcpus), Limit: int32(cfg.Concurrency), Backlog: int32(cfg.Backlog)}
	if cfg.Discipline == FCFS {
		spec.Limit = int32(spec.Servers)
		if cfg.Workers > 0 { // more than vCPUs share them
			spec.Limit = int32(cfg.Workers)
			spec.Servers = min(spec.Servers, int64(cfg.Workers))
		}
	}
	if spec.Limit == 0 {
		spec.Limit = station.NoLimit
	}
	s.cfg = cfg
	if s.journey = len(cfg.Steps) > 0; s.journey {
		s.gate = gate{limit: spec.Limit, backlog: spec.Backlog}
		spec.Limit, spec.Backlog = station.NoLimit, 0
	}
	s.station = station.New(spec)
	s.errors = cfg.Errors
	s.code = codeOf(cfg.Errors.Status)
}

package dataplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// Several applications run on one instance, each on a port of its own. Each is a server
// of its own, with its targets, its gate, its backlog and its errors; the CPU, the
// network interface and the disks are those of one more server, their base, which serves
// nobody itself. Its CPU is one station: all that computes there shares the vCPUs evenly,
// whichever application it is of, as Linux does with the threads of all processes. How
// many requests of an application compute at once is up to its own gate.

// settling says what has to be played to bring a server up to an instant.
type settling uint8

const (
	settlesStation settling = iota // what happened on its CPU
	settlesKept                    // that, and what it keeps to itself
	settlesNetwork                 // its CPU and its interface
	settlesBase                    // those of its base
	settlesShared                  // its CPU, where those who share it have their fast path
	settlesApart                   // the CPUs of its applications, where each has a fast path
)

func (s *server) settling() settling {
	switch {
	case s.base != noIndex:
		return settlesBase
	case s.keeps:
		return settlesKept
	case s.nic != nil:
		return settlesNetwork
	}
	return settlesStation
}

// base is what the servers have together that run the same applications.
type base struct {
	services []int
	cfg      Service
}

// baseOf returns the server whose CPU, interface and disks a server has.
func (p *Plane) baseOf(id uint32) uint32 {
	if b := p.servers.at(id).base; b != noIndex {
		return b
	}
	return id
}

// serviceOfBase returns what a base offers that so many services share: all of their disks,
// and an interface if one of them needs it.
func (p *Plane) serviceOfBase(services []int) *Service {
	for i := range p.bases {
		if slices.Equal(p.bases[i].services, services) {
			return &p.bases[i].cfg
		}
	}
	b := base{services: services, cfg: Service{Discipline: ProcessorSharing}}
	for _, i := range services {
		s := &p.cfg.Services[i]
		b.cfg.Bandwidth = b.cfg.Bandwidth || s.Bandwidth
		for _, name := range s.Disks {
			if !slices.Contains(b.cfg.Disks, name) {
				b.cfg.Disks = append(b.cfg.Disks, name)
			}
		}
	}
	p.bases = append(p.bases, b)
	return &p.bases[len(p.bases)-1].cfg
}

// openBase makes a server that several applications share, and these.
func (p *Plane) openBase(spec model.ServerSpec) slab.Handle {
	services, fleet := spec.Applications, spec.Fleet
	spec.Service, spec.Fleet, spec.Applications = None, None, nil
	h := p.place(&spec)
	s := p.servers.Get(h)
	s.cfg = p.serviceOfBase(services)
	s.journey, s.untracked = true, !slices.ContainsFunc(services, func(i int) bool { return p.calls[i].tracked })
	s.station = station.New(station.Spec{Servers: int64(p.frame.Types[spec.Type].VCPUs), Limit: station.NoLimit})
	s.fleet = int32(fleet)
	p.equipNetwork(s, &spec)
	p.attachDisks(s, &spec)
	s.kept.wakes = sim.Never
	s.settles = s.settling()
	if s.nic != nil || slices.ContainsFunc(services, p.needsKernel) {
		s.watch = inKernel
	}
	s.supply = p.newSupply(&spec)
	p.joinHost(indexOf(h), s)
	shared := p.sharedMemory(services, &spec)
	for k, service := range services {
		spec.Service = service
		a := p.openApplication(h, &spec)
		p.holdIn(a, shared, k == 0)
		if k == 0 && fleet != None {
			p.servers.Get(a).fleet = int32(fleet)
			p.joinFleet(fleet, indexOf(a))
		}
	}
	s = p.servers.Get(h)
	s.foreseen = p.applicationsForeseen(s)
	return h
}

// needsKernel reports whether what happens at the servers of a service cannot wait until
// somebody looks.
func (p *Plane) needsKernel(service int) bool {
	return p.calls[service].instant || len(p.cfg.Services[service].Steps) > 0
}

// openApplication makes a server that shares all that it computes, sends and stores with
// with its base.
func (p *Plane) openApplication(on slab.Handle, spec *model.ServerSpec) slab.Handle {
	h := p.place(spec)
	s, b := p.servers.Get(h), p.servers.Get(on)
	s.equip(&p.cfg.Services[spec.Service], p.frame.Types[spec.Type].VCPUs)
	s.gateOnly()
	s.untracked = b.untracked
	p.equipCalls(s)
	s.base, s.nic, s.watch = indexOf(on), b.nic, b.watch
	s.kept.wakes = sim.Never
	s.array, s.link, s.mounts, s.volumes = b.array, b.link, b.mounts, b.volumes
	if spec.Warm {
		s.cached = s.cfg.Cache.Size
	}
	for _, name := range s.cfg.Disks {
		s.disks = append(s.disks, b.disks[slices.Index(b.cfg.Disks, name)])
	}
	p.equipMemory(s, spec)
	s.settles = s.settling()
	b.applications, p.stills[b.id] = append(b.applications, h), false
	return h
}

// gateOnly puts a server that has no CPU of its own behind a gate, which keeps what its
// service says of places and of the line before them.
func (s *server) gateOnly() {
	if !s.journey {
		own := s.station.Spec()
		s.gate = gate{limit: own.Limit, backlog: own.Backlog}
	}
	s.journey = true
	s.station = station.New(station.Spec{Servers: 1})
}

// applicationOf returns the server of a service at an instance: the instance's own, unless
// several share that.
func (p *Plane) applicationOf(h slab.Handle, service int) slab.Handle {
	for _, a := range p.servers.Get(h).applications {
		if int(p.servers.Get(a).service) == service {
			return a
		}
	}
	return h
}

// othersRegistered reports whether another application of the same instance is still in a
// target group.
func (p *Plane) othersRegistered(s *server) bool {
	if s.base == noIndex {
		return false
	}
	return slices.ContainsFunc(p.servers.at(s.base).applications, func(a slab.Handle) bool { return len(p.servers.Get(a).targets) > 0 })
}

// settleBase brings a base up to an instant, unless the kernel does so.
func (p *Plane) settleBase(id uint32, now sim.Time) {
	if b := p.servers.at(id); b.watch != inKernel && b.next() <= now || b.supply != nil && b.supply.outAt <= now {
		if b.untracked && b.settles == settlesStation {
			p.settleStation(id, b, now)
			return
		}
		p.settle(id, now)
	}
}

// onCPU lists the requests of an application that compute.
func (p *Plane) onCPU(id uint32) (list []uint32) {
	for _, i := range p.servers.at(p.servers.at(id).base).station.Jobs(nil) {
		if p.requests.at(i).server == id {
			list = append(list, i)
		}
	}
	return list
}

// computing counts them.
func (p *Plane) computing(id uint32) int {
	switch f := &p.fastPaths[id]; {
	case !f.open:
		return len(p.onCPU(id))
	case f.shared:
		computing, _ := p.onShared(id)
		return len(computing)
	default:
		return f.station.InService(p.settledUntil(f))
	}
}

// evictApplication is [Plane.evicted] for an application.
func (p *Plane) evictApplication(id uint32, until sim.Time) []uint32 {
	p.leaveFastPath(id)
	s := p.servers.at(id)
	list := p.onCPU(id)
	for _, i := range list {
		p.abandon(id, s, i)
	}
	slices.SortFunc(list, p.byArrival)
	if s.nic != nil {
		list = append(p.cutFlows(id, s), list...)
	}
	list = p.evictJourneys(id, until, list)
	p.changed(s.base, p.servers.at(s.base))
	return list
}

// cutFlows takes the bytes of an application's requests out of interfaces, and returns the
// requests that waited for them.
func (p *Plane) cutFlows(id uint32, s *server) []uint32 {
	for direction := range s.nic.links {
		for _, job := range s.nic.links[direction].Jobs(nil) {
			if job&stepFlow != 0 && p.requests.at(job&^stepFlow).server == id {
				left := s.nic.links[direction].Drop(p.kernel.Now(), job, bandwidth.Region)
				p.countTalkCut(job&^stepFlow, direction, left)
			}
		}
	}
	list := p.flowsAboard(id)
	for _, i := range list {
		p.cutFlow(i)
		p.trips[i].boarded = false
	}
	return list
}

// addApplication adds what an application has used to what its base has.
func (p *Plane) addApplication(use *model.ServerUse, a *server, now sim.Time) {
	if a.nic == nil || a.nic.disks {
		use.In, use.Out = use.In.Plus(a.in), use.Out.Plus(a.out)
	}
	if a.memory != nil {
		use.Memory += a.memory.usedTime(now)
	}
}

// memoryOfAll is what the applications of a base have in the memory of their instance.
func (p *Plane) memoryOfAll(b *server, all model.Bytes) model.Bytes {
	used := model.Bytes(0)
	for k, a := range b.applications {
		m := p.servers.Get(a).memory
		switch {
		case m == nil:
			return all
		case k == 0:
			used = m.terms.Reserved
		}
		if m.runs {
			used = used.Plus(m.Holds())
		}
	}
	return min(all, used)
}

// forgetApplication takes a server that is closed off its base, or closes the applications
// on it.
func (p *Plane) forgetApplication(h slab.Handle) {
	s := p.servers.Get(h)
	if s.base != noIndex {
		s.array, s.link, s.mounts, s.held = nil, nil, nil, nil
		b := p.servers.at(s.base)
		b.applications = slices.DeleteFunc(b.applications, func(a slab.Handle) bool { return a == h })
	}
	for _, a := range slices.Clone(s.applications) {
		p.Close(a)
	}
}

// verifyPlaces: who computes on a CPU that is shared on a fast path has a place, and nobody waits beside a free one.
func (p *Plane) verifyPlaces(b *server, id uint32) error {
	f, g := &p.fastPaths[id], &p.servers.at(id).gate
	if !f.open || !f.shared {
		return nil
	}
	computing, limit := p.computing(id), b.shared.places(g.limit)
	if int(limit-f.free) != computing {
		return fmt.Errorf("%d requests compute where there are %d places, of which %d are free", computing, limit, f.free)
	}
	if g.line.Len() > 0 && f.free > 0 {
		return fmt.Errorf("%d requests wait beside %d free places", g.line.Len(), f.free)
	}
	return nil
}

// verifyBase: what is on the CPU of a base is of its applications.
func (p *Plane) verifyBase(b *server) error {
	there, waiting := 0, 0
	for _, a := range b.applications {
		there += p.computing(indexOf(a))
		if err := p.verifyPlaces(b, indexOf(a)); err != nil {
			return err
		}
		if f := &p.fastPaths[indexOf(a)]; f.open && f.shared {
			waiting += p.servers.Get(a).gate.line.Len()
		}
	}
	if waiting != int(b.shared.waits) {
		return fmt.Errorf("%d requests wait in the lines before a CPU, not %d", waiting, b.shared.waits)
	}
	if b.settles == settlesApart {
		if int64(there) > b.station.Servers() || !b.station.Idle() {
			return fmt.Errorf("%d requests compute on %d vCPUs, of which none should be shared, and %d share them", there, b.station.Servers(), b.station.InService())
		}
		return nil
	}
	if there != b.station.InService() || b.station.Waiting() > 0 {
		return fmt.Errorf("%d requests compute, of applications that have %d", b.station.InService(), there)
	}
	return nil
}

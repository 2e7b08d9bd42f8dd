package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/memory"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// Memory is what a service holds on its server.
type Memory struct {
	Base          model.Bytes // of the application that serves nobody
	PerRequest    model.Bytes // from the beginning of service to its end
	PerConnection model.Bytes // of each request, in line too
	Reserved      model.Bytes // that the operating system keeps
	PagesTouched  float64     // by a request, as it begins
	Restart       sim.Time    // of the application, after the kernel has killed it
	Swap          Swap
}

// Swap is the swap file of a server. The zero Swap is none.
type Swap struct {
	Size  model.Bytes
	Disk  int         // index into Service.Disks, of one that is the server's own
	Block model.Bytes // in which it is written
	Fstab bool        // it is on after a reboot
	Off   bool        // nobody has turned it on before one
	Raw   bool        // no swap area has been made of it: it cannot be turned on
}

// On is how much swap there is, before a reboot or after one.
func (s *Swap) On(rebooted bool) model.Bytes {
	if s.Raw || rebooted && !s.Fstab || !rebooted && s.Off {
		return 0
	}
	return s.Size
}

// ram is the memory of a server whose service says what it holds.
type ram struct {
	memory.Level          // while its application runs
	runs         bool     // it does
	since        sim.Time // it does so
	used         float64  // [memory.Level.UsedTime] of before
	terms        memory.Terms
	use          int32        // in Plane.memoryUses
	ends         bool         // an event that looks whether it is to be killed is pending
	restarts     sim.Time     // Never
	swapMade     bool         // its file is written, or begun
	swapWaits    bool         // it is to be turned on
	settled      bool         // what does not fit into RAM at its start is in swap already
	hung         int          // requests that wait in vain, and hold memory all the same
	pool         *memory.Pool // that applications of one instance share; nil
	beside       bool         // another of these applications stands for the instance in the counts
}

// usedTime is [memory.Level.UsedTime] over all times that the application has run.
func (m *ram) usedTime(now sim.Time) float64 {
	if !m.runs {
		return m.used
	}
	return m.used + m.UsedTime(now)
}

// equipMemory gives a server the memory that its service is held to. Its swap is on from
// the start where it was made before.
func (p *Plane) equipMemory(s *server, spec *model.ServerSpec) {
	cfg := s.cfg.Memory
	if cfg == nil {
		return
	}
	s.memory = &ram{
		terms: memory.Terms{
			RAM: model.Bytes(p.frame.Types[spec.Type].MemoryMiB) * model.MiB, Reserved: cfg.Reserved,
			Base: cfg.Base, PerRequest: cfg.PerRequest, PerConnection: cfg.PerConnection, PagesTouched: cfg.PagesTouched,
		},
		use: p.memoryUse(spec.Owner), restarts: sim.Never, swapMade: spec.Warm || spec.Rebooted, settled: !spec.Warm,
	}
	if spec.Warm || spec.Rebooted {
		s.memory.terms.Swap = cfg.Swap.On(spec.Rebooted)
	}
	p.memoryUses[s.memory.use].Servers++
}

// MakeSwap begins to write the swap file of a server that boots for the first time, and
// returns how long that takes; called again after that, it turns the swap on and returns 0.
func (p *Plane) MakeSwap(h slab.Handle) sim.Time {
	s := p.servers.Get(h)
	if s.memory == nil || s.cfg.Memory.Swap.Size == 0 {
		return 0
	}
	swap := &s.cfg.Memory.Swap
	if s.memory.swapMade {
		if s.memory.swapWaits {
			s.memory.swapWaits, s.memory.terms.Swap = false, swap.On(false)
		}
		return 0
	}
	s.memory.swapMade, s.memory.swapWaits = true, true
	blocks := int64((swap.Size + swap.Block - 1) / swap.Block)
	return max(1, p.write(s, s.disks[swap.Disk], storage.IO{Count: blocks, Size: swap.Size / model.Bytes(blocks), Sequential: true, Write: true}))
}

// write writes to a disk of a server that does nothing else, through no request, and
// returns how long that takes.
func (p *Plane) write(s *server, id uint32, io storage.IO) sim.Time {
	now := p.kernel.Now()
	d := p.disks.at(id)
	p.diskUses[d.use].Asked += io.Count
	if d.member == None {
		p.serve(d, d.use, io, now)
		return d.queue.Free() - now
	}
	p.settleArray(s, now)
	k := int(d.member)
	alone := storage.NewQueue(now, *s.array.Limits(k), storage.LinkOf(&p.frame.Types[s.typ]))
	s.array.Offer(now, k, 0, s.array.Limits(k).Cost(io))
	s.array.asked[k].push(batch{use: d.use, begun: now, count: io.Count, bytes: model.Bytes(io.Count) * io.Size, write: true, credit: 1})
	return alone.Serve(now, s.array.Limits(k).Cost(io)).End - now
}

// startApplication lets the application of a server hold its memory.
func (p *Plane) startApplication(id uint32, s *server) {
	m := s.memory
	if m == nil {
		return
	}
	m.Level, m.since = memory.NewLevel(p.kernel.Now(), m.terms), p.kernel.Now()
	m.runs, m.ends = true, false
	if m.pool != nil {
		m.Share(m.since, m.pool)
	}
	p.watchMemory(id, s)
}

// watchMemory has the application of a server killed that holds more than there is. What
// fits into RAM no more is written to swap.
func (p *Plane) watchMemory(id uint32, s *server) {
	switch out := s.memory.PageOut(); {
	case s.memory.Exhausted() && !s.memory.ends:
		s.memory.ends = true
		p.schedule(p.kernel.Now(), handled(memoryRunsOut, p.servers.handle(id)))
	case out > 0 && s.memory.settled:
		p.pageOut(id, s, out)
	}
	s.memory.settled = true
}

// pageCluster is how much the kernel writes to swap at once: 32 pages.
const pageCluster = 32 * memory.Page

// pageOut writes a part of the memory of a server to swap. Nobody waits for that, but for
// the volume.
func (p *Plane) pageOut(id uint32, s *server, out model.Bytes) {
	clusters := int64((out + pageCluster - 1) / pageCluster)
	u := &p.memoryUses[s.memory.use]
	u.PagedOut = u.PagedOut.Plus(out)
	p.write(s, s.disks[s.cfg.Memory.Swap.Disk], storage.IO{Count: clusters, Size: out / model.Bytes(clusters), Sequential: true, Write: true})
	if s.array != nil {
		p.turnsNext(id, s)
	}
}

// takeMemory gives a request that begins its memory, and reports whether it has to wait
// for pages that lie in swap. It touches one after the other, so that they take the disk's
// latency each, or longer if the disk does.
func (p *Plane) takeMemory(i uint32, now sim.Time) (waits bool) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if s.memory == nil {
		return false
	}
	t := &p.trips[i]
	h := &p.holdings[i]
	h.holds = p.drawMemory(r, t)
	faults := min(s.memory.Begin(now, h.holds), MaxIOs)
	p.watchMemory(r.server, s)
	if faults == 0 || s.memory.terms.Swap == 0 {
		return false
	}
	r.phase, h.paged = paging, now
	u := &p.memoryUses[s.memory.use]
	u.Paged++
	u.Faults += faults
	id := s.disks[s.cfg.Memory.Swap.Disk]
	latency := p.disks.at(id).queue.Limits().Latency
	t.out, t.known = 0, sim.Sum(now, latency*sim.Time(faults))
	p.ask(i, id, storage.IO{Count: faults, Size: memory.Page}, now)
	if t.out == 0 {
		p.schedule(p.later(now, t.known-now), handled(stepEnds, p.requests.handle(i)))
	}
	return true
}

// endPaging goes on with a request that has read its pages. It fails with its disk, and
// is let go of if nobody waits for it any more.
func (p *Plane) endPaging(i uint32, now sim.Time) {
	r := p.requests.at(i)
	server := r.server
	s := p.servers.at(server)
	failed := p.disks.at(s.disks[s.cfg.Memory.Swap.Disk]).failed
	abandoned := r.gone && r.source != checkSource && !s.finishes()
	u := &p.memoryUses[s.memory.use]
	u.Paging = sim.Sum(u.Paging, now-p.holdings[i].paged)
	switch {
	case abandoned:
		p.vacate(p.job(i))
		p.free(i)
		p.nextInLine(server, now)
	case failed && r.source == checkSource:
		p.vacate(p.job(i))
		p.checked(i, false)
		p.nextInLine(server, now)
	case failed:
		p.breakOff(i, now)
	default:
		p.endPhase(i, phaseDisk, now)
		p.proceed(p.job(i), now)
	}
}

// onMemoryRunsOut kills the application of a server that holds more than there is, which
// is its largest process. All that it serves fails, and until it has started again it
// takes nothing.
func (p *Plane) onMemoryRunsOut(ev model.Event) {
	p.housekeeping++
	s := p.servers.Get(ev.Handle())
	if s == nil || !s.memory.runs {
		p.meter.overtaken()
		return
	}
	id, now := indexOf(ev.Handle()), p.kernel.Now()
	p.settle(id, now)
	s = p.servers.at(id)
	s.memory.ends = false
	if !s.memory.Exhausted() {
		p.meter.overtaken()
		return
	}
	if s.memory.pool != nil {
		id = p.largest(s)
		s = p.servers.at(id)
		defer p.watchAgain(ev.Handle())
	}
	p.memoryUses[s.memory.use].Kills++
	p.stopApplication(s)
	p.closeKept(s)
	s.listens = false
	s.updateOpen()
	if s.cfg.Cache.Disk == None {
		s.cached = 0
	}
	p.resetHung(id)
	for _, i := range p.evicted(id, now) {
		if p.requests.at(i).source == checkSource {
			p.checked(i, false)
			continue
		}
		p.dropFor(i, Code502, CauseMemory)
	}
	p.relieve()
	s = p.servers.at(id)
	s.memory.restarts = sim.Sum(now, s.cfg.Memory.Restart)
	p.schedule(s.memory.restarts, handled(applicationRestarts, p.servers.handle(id)))
	p.control.OutOfMemory(s.owner)
}

// onApplicationRestarts opens the port of an application that was killed.
func (p *Plane) onApplicationRestarts(ev model.Event) {
	s := p.servers.Get(ev.Handle())
	if s == nil || s.memory.restarts != p.kernel.Now() {
		p.meter.overtaken()
		return
	}
	s.memory.restarts = sim.Never
	s.listens = true
	s.updateOpen()
	p.startApplication(indexOf(ev.Handle()), s)
}

// stopApplication closes the books of an application's memory.
func (p *Plane) stopApplication(s *server) {
	m, now := s.memory, p.kernel.Now()
	if !m.runs {
		return
	}
	u := &p.memoryUses[m.use]
	u.add(m, now)
	m.used += m.UsedTime(now)
	m.Leave()
	m.runs = false
}

// endMemory closes the books of the memory of a server that ends.
func (p *Plane) endMemory(s *server) {
	if s.memory != nil {
		p.stopApplication(s)
		s.memory.restarts = sim.Never
		for _, i := range p.hungAt(s) {
			p.trips[i].hung = false
		}
		s.memory.hung = 0
	}
}

// memoryHeld is what a request has of the memory of its server: kept beside the trips where servers say
// what they hold.
type memoryHeld struct {
	paged sim.Time    // when it began to read pages of it
	holds model.Bytes // of its own
}

// beginHolding notes that a new request holds nothing.
func (p *Plane) beginHolding(i uint32) {
	for int(i) >= len(p.holdings) {
		p.holdings = append(p.holdings, memoryHeld{})
	}
	p.holdings[i] = memoryHeld{}
}

// drawMemory draws what a request holds of its own.
func (p *Plane) drawMemory(r *request, t *trip) model.Bytes {
	if r.source == checkSource {
		return 0
	}
	d := p.sources[r.source].memory
	switch {
	case d == nil:
		return 0
	case d.Variance() == 0:
		return heldBytes(d.Mean())
	}
	draws := p.calls[p.servers.at(r.server).service].draws.Fork(rng.Key(t.key, 4))
	return heldBytes(draws.Draw(d))
}

// holdHung lets a request that hangs hold its memory until it ends: its application has
// it still, though nobody answers. began says whether it was being served.
func (p *Plane) holdHung(i uint32, began bool) {
	r := p.requests.at(i)
	s := p.servers.at(r.server)
	if s.memory == nil || !s.memory.runs || r.source == checkSource || !s.impairment.Hangs || s.impairment.Cut {
		return
	}
	t, now := &p.trips[i], p.kernel.Now()
	t.hung, t.boarded = true, began
	s.memory.hung++
	s.memory.Hold(now, began, p.holdings[i].holds)
	p.watchMemory(r.server, s)
}

// letGoHung has a request that ends hanging give its memory back.
func (p *Plane) letGoHung(i uint32) {
	if !p.tracked || !p.trips[i].hung {
		return
	}
	t, m := &p.trips[i], p.servers.at(p.requests.at(i).server).memory
	t.hung = false
	m.hung--
	m.End(p.kernel.Now(), t.boarded, p.holdings[i].holds)
}

// hungAt lists the requests that hang at a server and hold memory there, in order of
// arrival.
func (p *Plane) hungAt(s *server) (list []uint32) {
	if s.memory.hung == 0 {
		return nil
	}
	for h, r := range p.requests.All() {
		if p.trips[indexOf(h)].hung && p.servers.at(r.server) == s {
			list = append(list, indexOf(h))
		}
	}
	slices.SortFunc(list, p.byArrival)
	return list
}

// resetHung ends the requests that hang at an application that is killed.
func (p *Plane) resetHung(id uint32) {
	for _, i := range p.hungAt(p.servers.at(id)) {
		p.failFor(i, Code502, CauseMemory)
	}
}

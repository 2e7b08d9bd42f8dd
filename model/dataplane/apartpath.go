package dataplane

import (
	"headroom/sim"
	"headroom/sim/station"
)

// Where the applications of a machine serve no more requests at once, all together, than it has
// vCPUs, each request has one of its own whatever the others do: an application is a server in
// order of arrival with as many workers, and has the fast path of one (fastpath.go). Their base has
// nothing to do meanwhile. All of them leave together, and what is left of each request goes to
// the station of the base and into the lines before it.

// openApart takes the fast paths of all applications of a base that is settled, empty and
// undisturbed from now on.
func (p *Plane) openApart(base *fastPath, b *server) {
	for _, h := range b.applications {
		a, f := p.servers.Get(h), &p.fastPaths[indexOf(h)]
		f.opensInOrder(a, b.watch == inCalendar, p.kernel.Now())
		f.station.Reset(station.Spec{Servers: int64(a.gate.limit), Backlog: a.gate.backlog}, 0)
	}
	base.shared, b.settles = true, settlesApart
}

// settleApart is [Plane.settleFastPath] for all applications of a base.
func (p *Plane) settleApart(b *server, until sim.Time) {
	for _, h := range b.applications {
		p.settleFastPath(&p.fastPaths[indexOf(h)], until)
	}
	p.tellShared(b)
}

// busyApart is the CPU work of a settled base while its applications have fast paths of their own.
func (p *Plane) busyApart(b *server, now sim.Time) uint64 {
	busy := b.station.Done()
	for _, h := range b.applications {
		busy += p.fastPaths[indexOf(h)].station.Busy(now)
	}
	return busy
}

// leaveApart gives the station of a base, and the gates of its applications, what these have aboard
// their fast paths, as it was when one of them was last settled. The pool of requests may move.
func (p *Plane) leaveApart(base *fastPath, b *server) {
	at := sim.Time(0)
	for _, h := range b.applications {
		at = max(at, p.settledUntil(&p.fastPaths[indexOf(h)]))
	}
	p.settleApart(b, at)
	busy := p.busyApart(b, at)
	base.shared, b.settles = false, settlesStation
	jobs, remainders := []uint32{}, p.remainders[:0]
	for _, h := range b.applications {
		a := p.servers.Get(h)
		own, aboard := p.unfold(&p.fastPaths[indexOf(h)], a, at)
		jobs = append(jobs, aboard...)
		a.gate.held, a.gate.line = int32(own.InService()), own.TakeLine()
		remainders = own.Unload(at, remainders)
	}
	b.station.Load(at, busy, remainders)
	p.remainders = remainders
	if b.watch == inCalendar {
		p.calendar.announce(b.id, b.station.Next())
	}
	p.limitAgain(jobs)
}

// Apart returns how many machines there are whose applications have fast paths of their own now. It
// is meant for tests.
func (p *Plane) Apart() (machines int) {
	for _, s := range p.servers.All() {
		if s.settles == settlesApart {
			machines++
		}
	}
	return machines
}

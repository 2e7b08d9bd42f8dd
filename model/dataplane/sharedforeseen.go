package dataplane

import (
	"math"

	"headroom/sim"
)

// While no more requests compute where they share a CPU than it has vCPUs, each has one of its own:
// nobody is slower for another, and when a request ends is known when it comes, as where they are
// served in order of arrival. Then whoever comes takes the vCPU of who leaves first, if that one has
// left by now, and only that one is told of: the others that may have left are until somebody
// looks, or until one more would share. There is nothing else to bring up to date.
//
// Where somebody picks by requests in flight each must be told of as it ends. Its end is then
// announced by itself, not that of its base: whose vCPU another takes has been told of. That takes
// announcements, and takes them back when one more shares, so that it begins while so few compute
// that it lasts for a while.

// foreseeUpTo is how many compute at most where somebody picks by requests in flight when the ends
// of all are announced from then on: their number goes up and down by about the square root of it.
// None do where a request may wait for a place while a vCPU is free.
func (p *Plane) foreseeUpTo(b *server) int32 {
	servers := b.station.Servers()
	if len(b.applications) == 0 && int64(b.gate.limit) < servers {
		return -1
	}
	for _, h := range b.applications {
		if int64(p.servers.Get(h).gate.limit) < servers {
			return -1
		}
	}
	return int32(servers - 1 - int64(math.Sqrt(float64(servers))))
}

// computes puts a compact request that comes now on the CPU of a base.
func (p *Plane) computes(k uint32, f *fastPath, b *server, time sim.Time) {
	now, s := p.compact.at(k).arrived, &b.station
	if b.shared.foresees {
		p.foreseen++
		p.compact.ends.insert(k, now+time)
		if s.Next() <= now {
			s.Replace(now, k, time)
		} else {
			s.Begin(now, k, time)
		}
		return
	}
	for s.Next() <= now { // and nobody shares
		if b.shared.waits == 0 {
			p.foreseen++
			at := s.Next()
			p.leavesPlace(s.Replace(now, k, time), at)
			return
		}
		p.departs(b)
	}
	s.Begin(now, k, time)
	if f.counted {
		p.calendar.announce(f.base, s.Next())
	}
}

// foreseeAgain sees to it that one more can compute on a base where somebody picks by requests in
// flight: its ends are foreseen if so few compute, and no more if one more shares a vCPU.
func (p *Plane) foreseeAgain(f *fastPath, b *server, now sim.Time) {
	s := &b.station
	if p.compact.ends.behind(now) { // who picks by requests in flight has turned it
		p.compact.ends.turn(now, p.endDue)
	}
	switch {
	case b.shared.foresees:
		if s.Next() > now && s.InService() >= int(s.Servers()) {
			p.unforesee(f.base, b)
		}
		return
	case s.Next() <= now:
		p.passShared(f.base, b, now)
	}
	if s.InService() > int(b.shared.upTo) {
		return
	}
	p.calendar.remove(f.base)
	s.Each(now, func(k uint32, left sim.Time) { p.compact.ends.insert(k, now+left) })
	b.shared.foresees = true
}

// unforesee has a base announce its next departure alone, and forgets who has ended there.
func (p *Plane) unforesee(id uint32, b *server) {
	if !b.shared.foresees {
		return
	}
	s := &b.station
	p.foresights++
	until := p.compact.ends.turned
	p.compact.ends.turn(until, p.endDue) // who came then may have left then
	b.shared.foresees = false
	for s.Next() <= until {
		s.Leave()
	}
	s.Each(until, func(k uint32, _ sim.Time) { p.compact.ends.remove(k) })
	p.calendar.announce(id, s.Next())
}

// Foresight returns how many requests, where they share a CPU, took the vCPU of one that had left or had an end that was
// announced, and how often ends were announced and are no more. It is meant for tests.
func (p *Plane) Foresight() (requests, times int64) { return p.foreseen, p.foresights }

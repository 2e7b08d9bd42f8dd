package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// kept is what a server keeps to itself whose requests only compute, pause, read and
// write: when their steps end. Nobody else hears of it before they answer, so that it is
// played when somebody looks, in the order in which the kernel would have played it.
type kept struct {
	playing bool
	ends    []stepEnd // a heap
	order   uint64    // of what was announced last
	departs uint64    // order of the next departure, which is at server.due
	wakes   sim.Time  // of a pending serverWakes; Never without one
}

// stepEnd is the end of a pause, or of what a disk was asked for.
type stepEnd struct {
	at      sim.Time
	order   uint64
	request slab.Handle
}

func (e *stepEnd) before(o *stepEnd) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// keeping reports whether a service's servers may keep their steps to themselves.
func (s *Service) keeping() bool {
	for i := range s.Steps {
		if s.Steps[i].Kind == StepCall {
			return false
		}
	}
	return len(s.Steps) > 0 && s.Errors.Rate == 0
}

// keep lets a new server keep its steps to itself, unless its disks depend on others.
func (p *Plane) keep(s *server) {
	s.kept = kept{ends: s.kept.ends[:0], wakes: sim.Never}
	if !p.calls[s.service].keeps {
		return
	}
	s.keeps = s.array == nil && s.link == nil && s.mounts == nil && s.memory == nil && s.nic == nil
	for _, id := range s.held {
		s.keeps = s.keeps && p.disks.at(id).volume == 0
	}
	if !s.keeps {
		s.watch = inKernel
	}
}

// disturb has a server keep nothing to itself any more, for its disks are about to change.
func (p *Plane) disturb(h slab.Handle) {
	if s := p.servers.Get(h); s != nil && s.keeps && s.watch != inKernel {
		p.watchClosely(indexOf(h))
	}
}

// endStepAt ends a step of a request at an instant; one beyond the end of the run
// never comes.
func (p *Plane) endStepAt(i uint32, at sim.Time) {
	id := p.requests.at(i).server
	s := p.servers.at(id)
	if !s.keeps {
		p.schedule(at, handled(stepEnds, p.requests.handle(i)))
		return
	}
	if at <= p.frame.Duration {
		s.kept.push(stepEnd{at: at, order: s.kept.next(), request: p.requests.handle(i)})
		p.watchKept(id, s)
	}
}

// next returns the order of what is announced now.
func (k *kept) next() uint64 {
	k.order++
	return k.order
}

// first is when the first step ends; Never without one.
func (k *kept) first() sim.Time {
	if len(k.ends) == 0 {
		return sim.Never
	}
	return k.ends[0].at
}

// departsNext notes the next departure of a server that keeps its steps.
func (p *Plane) departsNext(id uint32, s *server) {
	if due := s.departs(); due < s.due {
		if s.due <= p.frame.Duration {
			p.meter.overtaken()
		}
		s.due, s.kept.departs = due, s.kept.next()
	}
	p.watchKept(id, s)
}

// watchKept makes sure that who must know of what a server keeps does so in time.
func (p *Plane) watchKept(id uint32, s *server) {
	switch {
	case s.kept.playing:
	case s.watch == onLook && s.attended == 0:
	case s.watch == inCalendar && s.attended == 0:
		p.calendar.announce(id, s.next())
	default:
		if next := s.next(); next < s.kept.wakes {
			s.kept.wakes = next
			p.schedule(next, handled(serverWakes, p.servers.handle(id)))
		}
	}
}

// onServerWakes plays what a server keeps whose steps somebody must know of.
func (p *Plane) onServerWakes(ev model.Event) {
	p.housekeeping++
	now := p.kernel.Now()
	if s := p.servers.Get(ev.Handle()); s != nil && s.kept.wakes == now {
		s.kept.wakes = sim.Never
		p.settle(indexOf(ev.Handle()), now)
	}
}

// settleKept is [Plane.settle] for a server that keeps its steps.
func (p *Plane) settleKept(id uint32, until sim.Time) {
	p.play(id, until)
	if s := p.servers.at(id); s.watch != onLook || s.attended > 0 {
		p.watchKept(id, s)
	}
}

// play plays what a server keeps up to and including an instant.
func (p *Plane) play(id uint32, until sim.Time) {
	s := p.servers.at(id)
	if min(s.due, s.kept.first()) > until {
		return
	}
	within := s.kept.playing
	s.kept.playing = true
	for {
		s = p.servers.at(id)
		k := &s.kept
		ends := k.first()
		if min(s.due, ends) > until {
			break
		}
		if s.due < ends || s.due == ends && k.departs < k.ends[0].order {
			at := s.due
			s.due = sim.Never
			p.settleStation(id, s, at)
			p.nextInLine(id, at)
			p.departsNext(id, p.servers.at(id))
			continue
		}
		h := k.pop()
		p.stepsEnded++ // as an event of the kernel is
		p.stepEnds(h, ends)
	}
	p.servers.at(id).kept.playing = within
}

// forgetKept forgets what a server has kept that is emptied: all of that would have been overtaken.
func (p *Plane) forgetKept(s *server) {
	if !s.keeps {
		return
	}
	if s.due <= p.frame.Duration {
		p.meter.overtaken()
	}
	for range s.kept.ends {
		p.stepsEnded++
		p.meter.overtaken()
	}
	s.kept.ends = s.kept.ends[:0]
}

func (k *kept) push(e stepEnd) {
	k.ends = append(k.ends, e)
	i := len(k.ends) - 1
	for ; i > 0 && e.before(&k.ends[(i-1)/2]); i = (i - 1) / 2 {
		k.ends[i] = k.ends[(i-1)/2]
	}
	k.ends[i] = e
}

func (k *kept) pop() slab.Handle {
	h := k.ends[0].request
	last := len(k.ends) - 1
	e := k.ends[last]
	k.ends = k.ends[:last]
	if last == 0 {
		return h
	}
	i := 0
	for child := 1; child < last; child = 2*i + 1 {
		if child+1 < last && k.ends[child+1].before(&k.ends[child]) {
			child++
		}
		if !k.ends[child].before(&e) {
			break
		}
		k.ends[i] = k.ends[child]
		i = child
	}
	k.ends[i] = e
	return h
}

package dataplane

import (
	"headroom/model"
	"headroom/model/credits"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/station"
)

// supply is what CPU a server gets, where that is not all of its vCPUs for good, and
// what it does with it beside requests. It is kept up to date with the station: it
// follows each change of what that does, in order, so that the instant at which the
// credits run out is found wherever it lies between two looks at the server.
type supply struct {
	credits credits.Account
	outAt   sim.Time // when they will be spent; Never
	out     spell    // of credits, while it wants more than its baseline

	wants uint64 // millionths of a vCPU that its work would take
	load  load
	rates uint64 // the same of requests that are not played one by one

	host  int32         // index into Plane.hosts; None
	vcpus uint64        // its weight there
	asks  uint64        // of the host: wants, or the baseline where it is out
	most  station.Speed // that the host gives
	given station.Speed // of that, as it was followed
	short spell         // of what it asks of the host

	opened, followed sim.Time // at first, and at last
	switched         bool     // its credits have changed their mode
	changes          int64
}

// spell is the time that a state has lasted, from all its beginnings.
type spell struct {
	on     bool
	since  sim.Time // where on
	before sim.Time // of the spells that are over
}

func (s *spell) turn(at sim.Time, on bool) {
	switch {
	case on && !s.on:
		s.since = at
	case !on && s.on:
		s.before += at - s.since
	}
	s.on = on
}

func (s *spell) until(now sim.Time) sim.Time {
	if !s.on {
		return s.before
	}
	return s.before + now - s.since
}

// load is CPU work without requests.
type load struct {
	wants, gets uint64 // millionths of a vCPU
	busy        uint64 // vCPU-nanoseconds until changed
	rest        uint64 // millionths of one
	changed     sim.Time
}

// busyAt is the work done until an instant.
func (l *load) busyAt(now sim.Time) uint64 {
	if l.gets == 0 {
		return l.busy
	}
	done, _ := l.done(now)
	return done
}

func (l *load) done(now sim.Time) (busy, rest uint64) {
	elapsed := uint64(now - l.changed)
	whole := elapsed * (l.gets / million)
	parts := elapsed%million*(l.gets%million) + l.rest
	return l.busy + whole + elapsed/million*(l.gets%million) + parts/million, parts % million
}

// change changes the rate of work.
func (l *load) change(at sim.Time, gets uint64) {
	l.busy, l.rest = l.done(at)
	l.changed, l.gets = at, gets
}

const million = uint64(station.FullSpeed)

// newSupply returns the supply of a server that is opened now, nil if it has all of
// its vCPUs.
func (p *Plane) newSupply(spec *model.ServerSpec) *supply {
	if spec.Credits.Mode == 0 && spec.Threads == 0 {
		return nil
	}
	u := p.unbounded(spec.Type)
	if spec.Credits.Mode != 0 {
		u.credits = credits.Open(p.kernel.Now(), spec.Credits)
	}
	if spec.Threads > 0 {
		u.host = spec.Host
		p.growHosts(spec.Host, uint64(spec.Threads)*million)
	}
	return u
}

// unbounded returns the supply of a server that has all of its vCPUs.
func (p *Plane) unbounded(typ int) *supply {
	return &supply{
		outAt: sim.Never, host: None, most: station.NoCeiling, given: station.NoCeiling, opened: p.kernel.Now(),
		vcpus: uint64(p.frame.Types[typ].VCPUs), load: load{changed: p.kernel.Now()},
	}
}

// Load changes what a server computes beside requests, in millionths of a vCPU.
func (p *Plane) Load(h slab.Handle, millionths int64) {
	id, now := indexOf(h), p.kernel.Now()
	p.settle(id, now)
	p.leaveFastPath(id)
	s := p.servers.Get(h)
	if s.supply == nil {
		s.supply = p.unbounded(int(s.typ))
		s.serves = false
	}
	s.supply.load.wants = uint64(millionths)
	p.loaded = p.loaded || millionths > 0
	p.follow(id, s, now)
	p.joinHost(id, s)
	p.changed(id, s)
}

// Works reports whether any server may have computed so far: there is somebody who sends
// requests or health checks, or a server was given a load.
func (p *Plane) Works() bool { return p.loaded || len(p.cfg.Workloads)+len(p.cfg.TargetGroups) > 0 }

// shutOff ends what a server does that is killed, and settles its credits.
func (p *Plane) shutOff(id uint32, now sim.Time) {
	s := p.servers.at(id)
	if s.supply == nil {
		return
	}
	s.supply.load.wants = 0
	p.follow(id, s, now)
	if s.supply.credits.Mode() != 0 {
		s.supply.credits.Stop(now)
	}
}

// Burst settles a server and returns what it has made of its CPU credits.
func (p *Plane) Burst(h slab.Handle) model.BurstUse {
	id, now := indexOf(h), p.kernel.Now()
	p.settle(id, now)
	u := p.servers.at(id).supply
	if u == nil || u.credits.Mode() == 0 {
		return model.BurstUse{}
	}
	return model.BurstUse{
		Balance: u.credits.Balance(now), Surplus: u.credits.Surplus(now), Charged: u.credits.Charged(now),
		Least: u.credits.Least(now), Throttled: u.out.until(now), Contended: u.short.until(now),
	}
}

// busy is the CPU work of a settled server.
func (s *server) busy(now sim.Time) uint64 {
	if s.supply == nil {
		return s.station.Busy(now)
	}
	return s.station.Busy(now) + s.supply.load.busyAt(now)
}

// idle reports whether nothing happens at a server by itself, and its CPU has nothing to
// do.
func (s *server) idle() bool {
	return s.station.Idle() && s.nic == nil && !s.keeps && (s.supply == nil || s.supply.load.gets == 0 && s.supply.outAt == sim.Never)
}

// busyBefore is the CPU work of a server that is idle.
func (s *server) busyBefore() uint64 {
	if s.supply == nil {
		return s.station.Done()
	}
	return s.station.Done() + s.supply.load.busy
}

// next is the instant of the next departure, or at which the credits run out, if
// nothing changes before.
func (s *server) next() sim.Time {
	if s.disturbed() {
		return s.nextOf()
	}
	return s.station.Next()
}

// disturbed reports whether anything but its station tells what comes next at a server.
func (s *server) disturbed() bool { return s.supply != nil || s.nic != nil || s.keeps }

func (s *server) nextOf() sim.Time {
	if s.keeps {
		return min(s.due, s.kept.first())
	}
	return s.departs()
}

// departs is the next departure from a server's CPU or its network, or when its credits
// run out.
func (s *server) departs() sim.Time {
	next := s.station.Next()
	if s.supply != nil {
		next = min(next, s.supply.outAt)
	}
	if s.nic != nil {
		next = min(next, s.nic.next())
	}
	return next
}

// runOut slows down a server whose credits run out, if that is before its next
// departure and its next start.
func (p *Plane) runOut(id uint32, s *server) {
	starts := s.station.Waiting() > 0 && !s.station.Full()
	if out := s.supply.outAt; out < s.station.Next() && !starts {
		p.follow(id, s, out)
	}
}

// follow is told that a settled server does something else since an instant, or that
// its host gives it something else: it spends credits accordingly and computes no
// faster than it may.
func (p *Plane) follow(id uint32, s *server, at sim.Time) {
	u := s.supply
	wants := s.station.Wants() + u.load.wants + u.rates
	if wants == u.wants && u.most == u.given && u.outAt > at {
		return
	}
	p.stills[id] = false
	u.wants, u.given, u.followed = wants, u.most, at
	u.changes++
	gets, asks, ceiling := min(wants, uint64(u.most)), wants, u.most
	if u.credits.Mode() != 0 {
		u.credits.Use(at, gets)
		out := u.credits.OutAt() <= at
		if out {
			gets = u.credits.Baseline()
			ceiling, asks = station.Speed(gets), gets
			u.credits.Use(at, gets)
		}
		u.outAt = u.credits.OutAt()
		u.out.turn(at, out)
	}
	u.short.turn(at, asks > uint64(u.most))
	if s.station.Ceiling() != ceiling {
		s.station.SetCeiling(at, ceiling)
	}
	if g := min(gets, u.load.wants); g != u.load.gets {
		u.load.change(at, g)
	}
	if u.host != None && asks != u.asks {
		p.askHost(u, asks)
	}
}

package station

import (
	"math/bits"

	"headroom/sim"
)

// MaxDemand is the longest service, about 417 days; a longer demand is held to
// it, which no run of a year notices.
const MaxDemand sim.Time = 1<<55 - 1

// NoLimit is a limit or a backlog without bound.
const NoLimit int32 = 1<<31 - 1

// Speed is a rate of service in millionths of full speed.
type Speed uint32

// FullSpeed is the speed of a new station.
const FullSpeed Speed = 1_000_000

// NoCeiling is a ceiling that is never reached.
const NoCeiling Speed = 1<<32 - 1

// Spec is the shape of a station.
type Spec struct {
	Servers int64 // that share the work, at least 1; no more are ever at work than the limit
	Limit   int32 // jobs in service at once, at least 1; NoLimit: without bound
	Backlog int32 // jobs that may wait beyond, 0 or more; NoLimit: without bound
}

// Station is the state of one station. The zero Station refuses everything.
type Station struct {
	servers int32
	running int32 // in service
	alone   int32 // jobs in service at most while each is served at full speed; -1: none is
	limit   int32
	changed sim.Time
	since   sim.Time // changed; before that while each job is served at full speed: see Offer
	clock   uint64   // virtual clock at since
	due     sim.Time // next departure; Never without one
	busy    uint64   // server-nanoseconds of work done until since, or as if the jobs had been there then
	jobs    jobList
	ceiling Speed // of the work of all servers together
	speed   Speed
	backlog int32
	waiting Queue
}

const clockShift = 8

// New returns an empty station at instant 0.
func New(spec Spec) Station {
	servers := int32(min(spec.Servers, int64(NoLimit)))
	return Station{
		servers: servers, alone: servers, limit: spec.Limit, backlog: spec.Backlog,
		due: sim.Never, speed: FullSpeed, ceiling: NoCeiling,
	}
}

// Verdict is what becomes of a job that is offered.
type Verdict uint8

// Verdicts.
const (
	Starts  Verdict = iota + 1 // in service at once
	Waits                      // in line
	Refused                    // turned away
)

// InService returns the number of jobs in service.
func (s *Station) InService() int { return int(s.running) }

// Waiting returns the number of jobs in line.
func (s *Station) Waiting() int { return int(s.waiting.n) }

// Idle reports whether no job is there.
func (s *Station) Idle() bool { return s.running == 0 && s.waiting.n == 0 }

// Done returns the server-nanoseconds of work that an idle station has done.
func (s *Station) Done() uint64 { return s.busy }

// Full reports whether the next job would not start at once.
func (s *Station) Full() bool { return s.running >= s.limit }

// Spec returns the shape of the station.
func (s *Station) Spec() Spec {
	return Spec{Servers: int64(s.servers), Limit: s.limit, Backlog: s.backlog}
}

// Servers returns the number of servers.
func (s *Station) Servers() int64 { return int64(s.servers) }

// Next returns the instant of the next departure if nothing changes before;
// Never without one.
func (s *Station) Next() sim.Time { return s.due }

// Offer brings a job at an instant up to which the station is settled. For one
// that waits it also returns the ticket by which it can leave the line.
func (s *Station) Offer(at sim.Time, job uint32, demand sim.Time) (verdict Verdict, ticket uint32) {
	demand = min(demand, MaxDemand)
	if s.running >= s.limit {
		return s.offerToLine(job, demand)
	}
	s.Begin(at, job, demand)
	return Starts, 0
}

// Begin is [Station.Offer] of a job with a demand of [MaxDemand] at most to a station that is not
// [Station.Full].
func (s *Station) Begin(at sim.Time, job uint32, demand sim.Time) {
	if s.running >= s.alone {
		s.join(at, job, demand)
		return
	}
	// Nobody is slower than before, and nothing is brought up to date but what the job adds: that
	// it is done when the clock will have advanced by its demand from now on, and that it was not
	// at work before.
	elapsed := uint64(at - s.since)
	s.due = min(s.due, at+demand)
	s.running++
	s.changed = at
	s.busy -= elapsed
	s.jobs.push(s.clock+(elapsed+uint64(demand))<<clockShift, job)
}

// offerToLine lets a job wait if it may.
func (s *Station) offerToLine(job uint32, demand sim.Time) (verdict Verdict, ticket uint32) {
	if s.waiting.n >= s.backlog {
		return Refused, 0
	}
	return Waits, s.waiting.Push(job, demand)
}

// join is Begin where others become slower, or are not served at full speed.
func (s *Station) join(at sim.Time, job uint32, demand sim.Time) {
	s.advance(at)
	s.running++
	s.jobs.push(s.clock+uint64(demand)<<clockShift, job)
	s.schedule()
}

// Kind says what happened at a station.
type Kind uint8

// Kinds of turns.
const (
	Departed Kind = iota + 1 // a job's demand is attained
	Started                  // a job that waited is in service
)

// Turn is one thing that happened at a station.
type Turn struct {
	At   sim.Time
	Job  uint32
	Kind Kind
}

// Quiet reports whether nothing happens up to and including an instant where nobody waits: then
// Settle returns false.
func (s *Station) Quiet(until sim.Time) bool { return s.waiting.n == 0 && s.due > until }

// Settle returns the next thing that happened up to and including an instant,
// or false if nothing more did. At one instant departures come before starts.
func (s *Station) Settle(until sim.Time) (Turn, bool) {
	if s.waiting.n > 0 && s.running < s.limit && s.due != s.changed {
		job, demand := s.waiting.Pop()
		s.Offer(s.changed, job, demand)
		return Turn{s.changed, job, Started}, true
	}
	if s.due > until || s.running == 0 {
		return Turn{}, false
	}
	at := s.due
	return Turn{at, s.Leave(), Departed}, true
}

// Leave takes out who departs at [Station.Next], which is not Never, and returns it: what Settle
// tells of a station without a line.
func (s *Station) Leave() (job uint32) {
	at := s.due
	if s.running > s.alone {
		s.advance(at)
		s.running--
		job = s.jobs.dropFirst()
		s.schedule()
		return job
	}
	elapsed := uint64(at - s.since)
	s.running--
	job = s.jobs.dropFirst()
	s.changed = max(s.changed, at) // who was replaced later is there already
	s.busy += elapsed
	if s.due = sim.Never; s.running > 0 {
		s.due = max(s.since, at+nanoseconds(s.jobs.first().done-s.clock-elapsed<<clockShift))
	}
	return job
}

// LeaveLine takes out a job that waits, by its ticket.
func (s *Station) LeaveLine(ticket uint32) { s.waiting.Remove(ticket) }

// Abandon takes out a job in service before it is done, at an instant up to
// which the station is settled. If others wait, settle up to that instant again,
// for the first of them to start. It panics if the job is not in service.
func (s *Station) Abandon(at sim.Time, job uint32) {
	s.advance(at)
	s.jobs.remove(job)
	s.running--
	s.schedule()
}

// Evict empties the station and appends the jobs to list: those in service in
// the order in which they would have left, then those in line.
func (s *Station) Evict(at sim.Time, list []uint32) []uint32 {
	s.advance(at)
	for len(s.jobs.all) > 0 {
		list = append(list, s.jobs.first().job())
		s.jobs.dropFirst()
	}
	for s.waiting.n > 0 {
		job, _ := s.waiting.Pop()
		list = append(list, job)
	}
	s.running, s.due = 0, sim.Never
	return list
}

// SetSpeed changes the rate of service from an instant on, up to which the
// station is settled. At speed 0 nobody is served.
func (s *Station) SetSpeed(at sim.Time, speed Speed) {
	s.advance(at)
	s.speed = speed
	s.hinder()
	s.schedule()
}

// Speed returns the rate of service.
func (s *Station) Speed() Speed { return s.speed }

// SetCeiling changes the most that all servers do together, in millionths of one
// server at full speed, from an instant on, up to which the station is settled:
// beneath it each job is served as ever, at it they share it evenly.
func (s *Station) SetCeiling(at sim.Time, most Speed) {
	s.advance(at)
	s.ceiling = most
	s.hinder()
	s.schedule()
}

// hinder says after a change how many jobs each are served at full speed.
func (s *Station) hinder() {
	if s.alone = -1; s.unhindered() {
		s.alone = s.servers
	}
}

// Ceiling returns the most that all servers do together.
func (s *Station) Ceiling() Speed { return s.ceiling }

// Wants returns what the servers would do at present without a ceiling, in millionths
// of one server at full speed.
func (s *Station) Wants() uint64 { return uint64(s.sharing()) * uint64(s.speed) }

// Rate returns what the servers do at present, in millionths of one server at full
// speed.
func (s *Station) Rate() uint64 { return s.total(uint64(s.sharing())) }

// Changed returns the instant since which the station has done its work as it does
// at present.
func (s *Station) Changed() sim.Time { return s.changed }

// Busy returns the work done up to an instant, up to which the station is
// settled, in server-nanoseconds at full speed. At another speed, or with a
// ceiling, it loses less than one at each change. It wraps at 2⁶⁴, some 584 years of one server, which
// the difference of two readings does not notice.
func (s *Station) Busy(at sim.Time) uint64 {
	return s.busy + s.work(uint64(at-s.since))
}

// work is what the servers do in a time without changes.
func (s *Station) work(elapsed uint64) uint64 {
	sharing := uint64(s.sharing())
	if s.unhindered() {
		return elapsed * sharing
	}
	hi, lo := bits.Mul64(elapsed, s.total(sharing))
	q, _ := bits.Div64(hi%uint64(FullSpeed), lo, uint64(FullSpeed))
	return q
}

// sharing is the number of servers at work.
func (s *Station) sharing() int64 { return int64(min(s.running, s.servers)) }

// unhindered reports whether each server at work does so at full speed.
func (s *Station) unhindered() bool { return s.speed == FullSpeed && s.ceiling == NoCeiling }

// total is what servers at work do together, in millionths.
func (s *Station) total(sharing uint64) uint64 {
	all := sharing * uint64(s.speed)
	if s.ceiling == NoCeiling {
		return all
	}
	return min(all, uint64(s.ceiling))
}

// advance accounts for the time since then.
func (s *Station) advance(at sim.Time) {
	elapsed := uint64(at - s.since)
	if elapsed == 0 {
		return
	}
	s.changed, s.since = at, at
	n, sharing := uint64(s.running), uint64(s.servers)
	switch {
	case s.running < s.alone: // the clock of a station without jobs tells nothing
		s.busy += elapsed * n
		s.clock += elapsed << clockShift
		return
	case s.alone >= 0: // all servers are at work, at full speed
		s.busy += elapsed * sharing
	case n == 0:
		return
	default:
		s.busy += s.work(elapsed)
		sharing = s.total(uint64(s.sharing()))
		n *= uint64(FullSpeed)
	}
	hi, lo := bits.Mul64(elapsed, sharing<<clockShift)
	q, _ := bits.Div64(hi, lo, n)
	s.clock += q
}

// schedule computes the next departure from the last change on, which all is brought up to.
func (s *Station) schedule() {
	if s.running == 0 {
		s.due = sim.Never
		return
	}
	left := s.jobs.first().done - s.clock
	switch {
	case int64(left) <= 0:
		s.due = s.changed
	case s.running < s.alone:
		s.due = s.changed + nanoseconds(left)
	case s.alone >= 0: // all servers are at work, at full speed
		s.due = s.later(left, uint64(s.servers), uint64(s.running))
	default:
		s.due = s.later(left, s.total(uint64(s.sharing())), uint64(s.running)*uint64(FullSpeed))
	}
}

// nanoseconds is what a job takes at full speed that the clock says is left of it, rounded up;
// less than nothing where it should have left before.
func nanoseconds(left uint64) sim.Time {
	return sim.Time((int64(left) + 1<<clockShift - 1) >> clockShift)
}

// later is when a clock that runs at rate/n has advanced by left: now + ⌈left × n / (rate × 2⁸)⌉.
func (s *Station) later(left, rate, n uint64) sim.Time {
	per := rate << clockShift
	if per == 0 {
		return sim.Never
	}
	hi, lo := bits.Mul64(left, n)
	lo, carry := bits.Add64(lo, per-1, 0)
	hi += carry
	if hi >= per {
		return sim.Never
	}
	q, _ := bits.Div64(hi, lo, per)
	if q > uint64(sim.Horizon-s.changed) {
		return sim.Never
	}
	return s.changed + sim.Time(q)
}

// Rename gives the jobs in service other numbers, and returns false if somebody waits, whose
// numbers it cannot change.
func (s *Station) Rename(name func(job uint32) uint32) bool {
	for i := range s.jobs.all {
		e := &s.jobs.all[i]
		e.who = e.who&^uint64(NoJob) | uint64(name(e.job()))
	}
	return s.waiting.n == 0
}

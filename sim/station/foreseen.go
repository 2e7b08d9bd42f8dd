package station

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"headroom/sim"
)

// Foreseen is a station in order of arrival at full speed, whose jobs stay until
// they are done: the start and the end of each are known when it comes (J. Kiefer and
// J. Wolfowitz, On the Theory of Queues with Many Servers, 1955). It says the same as
// a [Station] with as many servers as its limit and is cheaper; [Foreseen.Unfold]
// makes it one when its speed changes or somebody leaves. The zero Foreseen is to be
// reset first.
//
// Departures are told late, or not at all to who keeps the ends that [Foreseen.Foresee]
// says: [Foreseen.Pass] tells of those after which somebody enters who has waited, an
// offer of the job whose server it takes, and [Foreseen.Sweep] of all that were not told
// yet.
//
// The fields lie as who keeps many stations reads them: what is asked of every arrival and
// every departure comes first, in 24 bytes; one or two servers and the line after it, in a cache
// line; more servers lie elsewhere.
type Foreseen struct {
	due     sim.Time // when the first of next is; Never without one
	work    uint64   // demand of all jobs so far, in nanoseconds; it wraps
	servers int32
	backlog int32
	pair    [2]free // the games of up to two servers: see below
	next    ring[handover]
	tree    []free // those of more, and of others to make it a power of two
}

// free is a server, and until when it is at work for the last job that it was given. The
// servers play a tournament (D. Knuth, The Art of Computer Programming 3, 5.4.1, a tree of
// losers): tree[0] is the first to be free, and node n, whose games are those of the nodes
// 2n and 2n+1, keeps who lost there. The leaves, from len(tree) on, are not kept. Whoever
// gets a job plays the games from its leaf to the root again, against those who lost there:
// no game is played between others, and none depends on a branch.
type free struct {
	done uint64
	who  uint64 // the server, above its job; NoJob: it has been told of, or there was none
}

func (s *free) job() uint32 { return uint32(s.who) }

func (s *free) server() uint32 { return uint32(s.who >> 32) }

// noServer is when a leaf is free that is there to fill the tree.
const noServer = math.MaxInt64

// handover is a server's passage from a job to one that waits.
type handover struct {
	at     sim.Time
	leaves uint32
	enters uint32
}

// NoJob is no job.
const NoJob = ^uint32(0)

// Reset empties the station and gives it another shape, of which it takes the
// servers and the backlog; busy is what they have done so far, in nanoseconds.
func (f *Foreseen) Reset(spec Spec, busy uint64) {
	*f = Foreseen{
		servers: int32(spec.Servers), backlog: spec.Backlog, due: sim.Never, work: busy,
		tree: f.tree[:0], next: ring[handover]{places: f.next.places},
	}
	size := uint32(1)
	for int64(size) < spec.Servers {
		size *= 2
	}
	if !f.few() {
		f.tree = slices.Grow(f.tree, int(size))[:size]
	}
	for node := range size { // all have been free since ever: the lowest wins
		leaf := 2*node + 1
		if node == 0 {
			leaf = size
		}
		for leaf < size {
			leaf *= 2
		}
		game := free{who: uint64(leaf-size)<<32 | uint64(NoJob)}
		if leaf-size >= uint32(spec.Servers) {
			game.done = noServer
		}
		f.games()[node] = game
	}
}

// few reports whether the games lie in pair, and not in tree.
func (f *Foreseen) few() bool { return f.servers <= int32(len(f.pair)) }

// games are the nodes of the tournament.
func (f *Foreseen) games() []free {
	switch {
	case !f.few():
		return f.tree
	case f.servers == 2:
		return f.pair[:]
	}
	return f.pair[:1]
}

// first is the server that is the first to be free.
func (f *Foreseen) first() *free {
	if f.few() {
		return &f.pair[0]
	}
	return &f.tree[0]
}

// at reports whether the server is at work at an instant up to which the station is
// settled.
func (s *free) at(at sim.Time) bool { return s.done > uint64(at) && s.done != noServer }

// Waiting returns the number of jobs in line.
func (f *Foreseen) Waiting() int { return f.next.length() }

// InService returns the number of jobs in service at an instant up to which the
// station is settled.
func (f *Foreseen) InService(at sim.Time) (n int) {
	games := f.games()
	for k := range games {
		if games[k].at(at) {
			n++
		}
	}
	return n
}

// Foresee returns when a job that came at an instant would start, or false if it
// would be refused.
func (f *Foreseen) Foresee(at sim.Time) (start sim.Time, ok bool) {
	first := f.first().done
	if first <= uint64(at) {
		return at, true
	}
	if first == noServer || f.Waiting() >= int(f.backlog) {
		return 0, false
	}
	return sim.Time(first), true
}

// Offer takes a job that comes at an instant, starts when [Foreseen.Foresee] has just
// said, and ends at another: it plays the games of the server that it gets again. It returns
// the job of whose departure it tells, and when that was; NoJob if there is none.
func (f *Foreseen) Offer(job uint32, at, start, end sim.Time) (left uint32, leaves sim.Time) {
	f.work += uint64(end - start)
	first := f.first()
	if left, leaves = first.job(), sim.Time(first.done); start > at {
		f.due = min(f.due, start)
		f.next.push(handover{at: start, leaves: left, enters: job})
		left = NoJob
	}
	done, who := uint64(end), first.who&^uint64(NoJob)|uint64(job)
	switch {
	case !f.few():
		done, who = f.playOff(done, who)
	case f.servers == 2:
		done, who = f.pair[1].play(done, who)
	}
	first.done, first.who = done, who
	return left, leaves
}

// play has a server that will be free at an instant play against who lost before, and returns who
// wins.
func (s *free) play(done, who uint64) (first, winner uint64) {
	theirs, them := s.done, s.who
	later := uint64(int64(theirs-done) >> 63) // all ones if I am
	swap, change := (theirs^done)&later, (them^who)&later
	s.done, s.who = theirs^swap, them^change
	return done ^ swap, who ^ change
}

// playOff plays the games of a server in the tree but the last, and returns who wins them.
func (f *Foreseen) playOff(done, who uint64) (first, winner uint64) {
	tree := f.tree
	for n := (uint32(who>>32) + uint32(len(tree))) / 2; n > 0; n /= 2 {
		done, who = tree[n].play(done, who)
	}
	return done, who
}

// Passage is a departure, and who enters in that instant.
type Passage struct {
	At             sim.Time
	Leaves, Enters uint32
}

// Due reports whether [Foreseen.Pass] has something to tell.
func (f *Foreseen) Due(until sim.Time) bool { return f.due <= until }

// Pass returns the next departure up to and including an instant after which somebody
// enters who has waited, or false if there is none.
func (f *Foreseen) Pass(until sim.Time) (Passage, bool) {
	if f.due > until {
		return Passage{}, false
	}
	h := f.next.at(f.next.head)
	f.due = sim.Never
	if f.next.head++; f.next.head != f.next.tail {
		f.due = f.next.at(f.next.head).at
	}
	return Passage{At: h.at, Leaves: h.leaves, Enters: h.enters}, true
}

// Sweep calls told with all departures up to and including an instant that were not
// told and after which nobody enters, in no order.
func (f *Foreseen) Sweep(until sim.Time, told func(at sim.Time, job uint32)) {
	games := f.games()
	for i := range games {
		if e := &games[i]; e.job() != NoJob && sim.Time(e.done) <= until {
			job := e.job()
			e.who |= uint64(NoJob)
			told(sim.Time(e.done), job)
		}
	}
}

// Departure is a job that leaves, and the instant of the next departure after it; Never
// without one.
type Departure struct {
	Job      uint32
	At, Next sim.Time
}

// Leave returns the first departure up to and including an instant that was not told and
// after which nobody enters, once [Foreseen.Pass] has told the others: in order of time, what
// [Foreseen.Sweep] tells in none. It takes time in proportion to the servers.
func (f *Foreseen) Leave(until sim.Time) (d Departure, ok bool) {
	if f.first().done > uint64(until) {
		return Departure{}, false
	}
	first, next := (*free)(nil), uint64(sim.Never)
	games := f.games()
	for k := range games {
		switch s := &games[k]; {
		case s.job() == NoJob:
		case first == nil:
			first = s
		case s.done < first.done:
			first, next = s, first.done
		default:
			next = min(next, s.done)
		}
	}
	if first == nil || first.done > uint64(until) {
		return Departure{}, false
	}
	d = Departure{Job: first.job(), At: sim.Time(first.done), Next: sim.Time(next)}
	first.who |= uint64(NoJob)
	return d, true
}

// Next returns the instant of the first departure that was not told; Never without one.
func (f *Foreseen) Next() sim.Time {
	if f.due != sim.Never {
		return f.due
	}
	if first := f.first(); first.job() != NoJob {
		return sim.Time(first.done)
	}
	next := uint64(sim.Never)
	games := f.games()
	for k := range games {
		if s := &games[k]; s.job() != NoJob {
			next = min(next, s.done)
		}
	}
	return sim.Time(next)
}

// Servers returns the number of servers.
func (f *Foreseen) Servers() int64 { return int64(f.servers) }

// Backlog returns how many jobs may wait.
func (f *Foreseen) Backlog() int64 { return int64(f.backlog) }

// Busy returns the work done up to an instant up to which the station is settled,
// like [Station.Busy].
func (f *Foreseen) Busy(at sim.Time) uint64 {
	busy := f.work
	games := f.games()
	for k := range games { // a server at work is so without a pause until the last end
		if s := &games[k]; s.at(at) {
			busy -= min(busy, s.done-uint64(at)) // less where a job begins later
		}
	}
	return busy
}

// Jobs appends to list the jobs at a station that is settled up to an instant.
func (f *Foreseen) Jobs(at sim.Time, list []uint32) []uint32 {
	games := f.games()
	for k := range games {
		if s := &games[k]; s.at(at) {
			list = append(list, s.job())
		}
	}
	for t := f.next.head; t != f.next.tail; t++ { // whoever enters is the last of a server or leaves it later
		list = append(list, f.next.at(t).leaves)
	}
	return list
}

// Unfold returns the station that this one foresees, at an instant up to which it is
// settled, and empties it. There a job has the number that name returns for it; waits is
// called with each one in line by that, the first first, and its ticket, and returns the
// demand that it was offered with.
func (f *Foreseen) Unfold(at sim.Time, name func(job uint32) uint32, waits func(job, ticket uint32) (demand sim.Time)) Station {
	s := New(Spec{Servers: int64(f.servers), Limit: f.servers, Backlog: f.backlog})
	s.changed, s.since, s.busy = at, at, f.Busy(at)
	ends := make(map[uint32]uint64, len(f.games())) // of who is in service
	games := f.games()
	for k := range games {
		if s := &games[k]; s.at(at) {
			ends[name(s.job())] = s.done
		}
	}
	for t := f.next.head; t != f.next.tail; t++ {
		ends[name(f.next.at(t).leaves)] = uint64(f.next.at(t).at)
	}
	for t := f.next.head; t != f.next.tail; t++ {
		job := name(f.next.at(t).enters)
		delete(ends, job)
		s.waiting.Push(job, waits(job, s.waiting.line.tail))
	}
	for _, job := range slices.Sorted(maps.Keys(ends)) {
		s.running++
		s.jobs.push((ends[job]-uint64(at))<<clockShift, job)
	}
	s.schedule()
	f.Reset(Spec{}, 0)
	return s
}

// Verify returns an error unless nobody waits beside a free server and all ends are in
// order. It is meant for tests of a station that is settled up to an instant.
func (f *Foreseen) Verify(at sim.Time) error {
	serving := f.InService(at)
	if f.Waiting() > 0 && serving < int(f.servers) {
		return fmt.Errorf("%d wait while %d of %d servers are at work", f.Waiting(), serving, f.servers)
	}
	before := at
	for t := f.next.head; t != f.next.tail; t++ {
		if f.next.at(t).at < before {
			return fmt.Errorf("a job enters at %v, before one ahead of it", f.next.at(t).at)
		}
		before = f.next.at(t).at
	}
	games := f.games()
	for k := range games {
		s, least := &games[k], f.first()
		if f.Waiting() > 0 && s.done < uint64(before) {
			return fmt.Errorf("job %d ends at %v, before the last in line enters", s.job(), sim.Time(s.done))
		}
		if s.done < least.done {
			return fmt.Errorf("server %d is free at %v, before the first", s.server(), sim.Time(s.done))
		}
	}
	return nil
}

package station

import (
	"fmt"
	"maps"
	"slices"

	"headroom/sim"
)

// Foreseen is a station in order of arrival at full speed, whose jobs stay until
// they are done: the start and the end of each are known when it comes (J. Kiefer and
// J. Wolfowitz, On the Theory of Queues with Many Servers, 1955). It says the same as
// a [Station] with as many servers as its limit and is cheaper; [Foreseen.Unfold]
// makes it one when its speed changes or somebody leaves. The zero Foreseen has no
// servers.
//
// Departures are told late, or not at all to who keeps the ends that [Foreseen.Foresee]
// says: [Foreseen.Pass] tells of those after which somebody enters who has waited, an
// offer of the job whose server it takes, and [Foreseen.Sweep] of all that were not told
// yet.
type Foreseen struct {
	last    []entry // a heap by done: the last job given to each server
	work    uint64  // demand of all jobs so far, ns; wraps
	servers int32
	backlog int32
	next    ring[handover]
}

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
		servers: int32(spec.Servers), backlog: spec.Backlog, work: busy,
		last: f.last[:0], next: ring[handover]{places: f.next.places},
	}
}

// Waiting returns the number of jobs in line.
func (f *Foreseen) Waiting() int { return f.next.length() }

// InService returns the number of jobs in service at an instant up to which the
// station is settled.
func (f *Foreseen) InService(at sim.Time) (n int) {
	for _, e := range f.last {
		if sim.Time(e.done) > at {
			n++
		}
	}
	return n
}

// Foresee returns when a job that came at an instant would start, or false if it
// would be refused.
func (f *Foreseen) Foresee(at sim.Time) (start sim.Time, ok bool) {
	if len(f.last) < int(f.servers) || sim.Time(f.last[0].done) <= at {
		return at, true
	}
	if f.Waiting() >= int(f.backlog) {
		return 0, false
	}
	return sim.Time(f.last[0].done), true
}

// Offer takes a job that comes at an instant, starts when [Foreseen.Foresee] has just
// said, and ends at another. It returns the departure that it tells of, whose Leaves
// is NoJob if there is none.
func (f *Foreseen) Offer(job uint32, at, start, end sim.Time) Passage {
	f.work += uint64(end - start)
	e := entry{done: uint64(end), job: job}
	switch {
	case len(f.last) < int(f.servers):
		(*jobHeap)(&f.last).push(e)
		return Passage{Leaves: NoJob}
	case start > at:
		f.next.push(handover{at: start, leaves: f.last[0].job, enters: job})
		f.replace(e)
		return Passage{Leaves: NoJob}
	}
	told := Passage{At: sim.Time(f.last[0].done), Leaves: f.last[0].job}
	f.replace(e)
	return told
}

// replace puts a job in the place of the first.
func (f *Foreseen) replace(e entry) {
	switch len(f.last) {
	case 1:
		f.last[0] = e
	case 2:
		if s := (*[2]entry)(f.last); s[1].before(e) {
			s[0], s[1] = s[1], e
		} else {
			s[0] = e
		}
	default:
		f.last[0] = e
		(*jobHeap)(&f.last).down(0)
	}
}

// Passage is a departure, and who enters in that instant, if anybody waits.
type Passage struct {
	At             sim.Time
	Leaves, Enters uint32
	Followed       bool
}

// Pass returns the next departure up to and including an instant after which somebody
// enters who has waited, or false if there is none.
func (f *Foreseen) Pass(until sim.Time) (Passage, bool) {
	if f.next.head == f.next.tail {
		return Passage{}, false
	}
	h := f.next.at(f.next.head)
	if h.at > until {
		return Passage{}, false
	}
	f.next.head++
	return Passage{At: h.at, Leaves: h.leaves, Enters: h.enters, Followed: true}, true
}

// Sweep calls told with all departures up to and including an instant that were not
// told and after which nobody enters, in no order.
func (f *Foreseen) Sweep(until sim.Time, told func(at sim.Time, job uint32)) {
	for i := range f.last {
		if e := &f.last[i]; e.job != NoJob && sim.Time(e.done) <= until {
			job := e.job
			e.job = NoJob
			told(sim.Time(e.done), job)
		}
	}
}

// Busy returns the work done up to an instant up to which the station is settled,
// like [Station.Busy].
func (f *Foreseen) Busy(at sim.Time) uint64 {
	busy := f.work
	for _, e := range f.last { // a server at work is so without a pause until the last end
		busy -= uint64(max(sim.Time(e.done)-at, 0))
	}
	return busy
}

// Jobs appends to list the jobs at a station that is settled up to an instant.
func (f *Foreseen) Jobs(at sim.Time, list []uint32) []uint32 {
	for _, e := range f.last {
		if sim.Time(e.done) > at {
			list = append(list, e.job)
		}
	}
	for t := f.next.head; t != f.next.tail; t++ { // whoever enters is the last of a server or leaves it later
		list = append(list, f.next.at(t).leaves)
	}
	return list
}

// Unfold returns the station that this one foresees, at an instant up to which it is
// settled, and empties it; waits is called with each job in line, the first first, and
// its ticket, and returns the demand that it was offered with.
func (f *Foreseen) Unfold(at sim.Time, waits func(job, ticket uint32) (demand sim.Time)) Station {
	s := New(Spec{Servers: int64(f.servers), Limit: f.servers, Backlog: f.backlog})
	s.changed, s.busy = at, f.Busy(at)
	ends := make(map[uint32]uint64, len(f.last)) // of who is in service
	for _, e := range f.last {
		if sim.Time(e.done) > at {
			ends[e.job] = e.done
		}
	}
	for t := f.next.head; t != f.next.tail; t++ {
		ends[f.next.at(t).leaves] = uint64(f.next.at(t).at)
	}
	for t := f.next.head; t != f.next.tail; t++ {
		job := f.next.at(t).enters
		delete(ends, job)
		s.waiting.Push(job, waits(job, s.waiting.line.tail))
	}
	for _, job := range slices.Sorted(maps.Keys(ends)) {
		s.running++
		s.jobs.push(entry{done: (ends[job] - uint64(at)) << clockShift, job: job})
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
	for _, e := range f.last {
		if f.Waiting() > 0 && sim.Time(e.done) < before {
			return fmt.Errorf("job %d ends at %v, before the last in line enters", e.job, sim.Time(e.done))
		}
	}
	return nil
}

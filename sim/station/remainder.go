package station

import "headroom/sim"

// Remainder is a job in service, and what is left of its demand, in units of 2⁻⁸ ns.
type Remainder struct {
	Left uint64
	Job  uint32
}

// Rounded returns what is left as a time at full speed, and by how much that is longer.
func (r Remainder) Rounded() (left sim.Time, longer uint64) {
	return nanoseconds(r.Left), -r.Left % (1 << clockShift)
}

// Unload takes all jobs out of a station where nobody waits, at an instant up to which it is
// settled, and appends them to list.
func (s *Station) Unload(at sim.Time, list []Remainder) []Remainder {
	s.advance(at)
	for _, j := range s.jobs.all {
		list = append(list, Remainder{uint64(max(0, int64(j.done-s.clock))), j.job})
	}
	s.jobs = jobList{all: s.jobs.all[:0]}
	s.running, s.due = 0, sim.Never
	return list
}

// Load puts jobs in service at an empty station, at an instant until which its servers have
// done so much work.
func (s *Station) Load(at sim.Time, busy uint64, list []Remainder) {
	s.changed, s.since, s.busy = at, at, busy
	for _, r := range list {
		s.running++
		s.jobs.push(entry{done: s.clock + r.Left, job: r.Job})
	}
	s.schedule()
}

// Unload takes all jobs out of a station without a line, which is settled up to an instant and
// has told of all who left, and appends them to list.
func (f *Foreseen) Unload(at sim.Time, list []Remainder) []Remainder {
	games := f.games()
	for k := range games {
		s := &games[k]
		if s.done == noServer {
			continue
		}
		if s.done > uint64(at) {
			list = append(list, Remainder{(s.done - uint64(at)) << clockShift, s.job()})
		}
		s.done = uint64(at) // all are free: whoever has won is the first as well as any other
		s.who |= uint64(NoJob)
	}
	return list
}

// Load puts jobs in service at a station without any, no more than it has servers, at an instant
// until which these have done so much work: each stays for what is left of it, rounded up.
func (f *Foreseen) Load(at sim.Time, busy uint64, list []Remainder) {
	f.work = busy
	for _, r := range list {
		left, _ := r.Rounded()
		f.Offer(r.Job, at, at, at+left)
	}
}

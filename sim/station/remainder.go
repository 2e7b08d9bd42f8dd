package station

import (
	"cmp"
	"slices"

	"headroom/sim"
)

// Remainder is a job in service, and what is left of its demand, in units of 2⁻⁸ ns.
type Remainder struct {
	Left uint64
	Job  uint32
}

// Unload takes all jobs out of a station where nobody waits, at an instant up to which it is
// settled, and appends them to list as they began.
func (s *Station) Unload(at sim.Time, list []Remainder) []Remainder {
	s.advance(at)
	slices.SortFunc(s.jobs.all, func(a, b entry) int { return cmp.Compare(a.who, b.who) })
	for _, j := range s.jobs.all {
		list = append(list, Remainder{uint64(max(0, int64(j.done-s.clock))), j.job()})
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
		s.jobs.push(s.clock+r.Left, r.Job)
	}
	s.schedule()
}

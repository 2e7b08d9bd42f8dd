package station

import (
	"fmt"

	"headroom/sim"
)

// Jobs appends to list the jobs in service, in no order, then those in line.
func (s *Station) Jobs(list []uint32) []uint32 {
	for _, j := range s.jobs.all {
		list = append(list, j.job())
	}
	for job := range s.waiting.All() {
		list = append(list, job)
	}
	return list
}

// Verify returns an error unless every job in service has between nothing and
// its demand left, nobody waits beside a free place, and the line's total is
// that of its jobs. It is meant for tests of a station that is settled.
func (s *Station) Verify(demand func(job uint32) sim.Time) error {
	if int(s.running) != len(s.jobs.all) {
		return fmt.Errorf("%d in service, %d listed", s.running, len(s.jobs.all))
	}
	then := *s
	then.advance(s.changed)
	if s.waiting.n > 0 && s.running < s.limit {
		return fmt.Errorf("%d wait while %d of %d are in service", s.waiting.n, s.running, s.limit)
	}
	most := int64(uint64(s.speed)<<clockShift/uint64(FullSpeed)) + 1 // that the clock advances in a nanosecond
	for _, j := range s.jobs.all {
		all := int64(min(demand(j.job()), MaxDemand)) << clockShift
		if left := int64(j.done - then.clock); left > all || left < -most {
			return fmt.Errorf("job %d has %d of its demand of %d left, in units of 2⁻⁸ ns", j.job(), left, all)
		}
	}
	backed := sim.Time(0)
	for job := range s.waiting.All() {
		backed = sim.Sum(backed, min(demand(job), MaxDemand))
	}
	if backed != s.waiting.Demand() {
		return fmt.Errorf("the line's demand is kept as %v, its jobs have %v", s.waiting.Demand(), backed)
	}
	return nil
}

package station

import "headroom/sim"

// Left returns the demand that is left of all jobs in service, each rounded up to a
// nanosecond, at an instant up to which the station is settled.
func (s *Station) Left(at sim.Time) (left sim.Time) {
	then := *s
	then.advance(at)
	for _, j := range s.jobs.all {
		left += max(0, nanoseconds(j.done-then.clock))
	}
	return left
}

// Each tells all jobs in service, in no order, and the demand that is left of each, rounded up to a nanosecond, at an instant up to
// which the station is settled.
func (s *Station) Each(at sim.Time, tell func(job uint32, left sim.Time)) {
	then := *s
	then.advance(at)
	for _, j := range s.jobs.all {
		tell(j.job(), max(0, nanoseconds(j.done-then.clock)))
	}
}

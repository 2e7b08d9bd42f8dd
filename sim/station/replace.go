package station

import "headroom/sim"

// Shares reports whether jobs in service are slower for each other, or for the station's speed.
func (s *Station) Shares() bool { return s.running > s.alone }

// First returns who departs at [Station.Next], which is not Never.
func (s *Station) First() (job uint32) { return s.jobs.first().job() }

// Replace is [Station.Leave], and [Station.Begin] of another job: at [Station.Next], or at a later
// instant where nobody [Station.Shares]. It is right then though others have departed meanwhile.
func (s *Station) Replace(at sim.Time, job uint32, demand sim.Time) (left uint32) {
	if s.running > s.alone {
		s.advance(at)
		left = s.jobs.replaceFirst(s.clock+uint64(demand)<<clockShift, job)
		s.schedule()
		return left
	}
	elapsed := uint64(at - s.since)
	s.busy -= uint64(at - s.due)
	s.changed = max(s.changed, at)
	left = s.jobs.replaceFirst(s.clock+(elapsed+uint64(demand))<<clockShift, job)
	s.due = max(s.since, at+nanoseconds(s.jobs.first().done-s.clock-elapsed<<clockShift))
	return left
}

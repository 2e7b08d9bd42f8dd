package buying

import (
	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim/stat"
)

// hoursOfDay are the hours of a day, on the clock of the run.
const hoursOfDay = 24

// DayHour is an hour of the day with commitments: means over the days of a run, in dollars
// an hour.
type DayHour struct {
	Hour    int           // from 0, as the clock of the run shows
	Usage   stat.Estimate // what commitments may cover, at On-Demand prices
	Covered stat.Estimate // of it
	Unused  stat.Estimate // of the commitments, at their own rates
}

// day shows what the commitments of a plan cover over the day, nil without any.
func day(plan pricing.Plan, runs []*replication) []DayHour {
	if len(plan.Commitments) == 0 {
		return nil
	}
	type sums struct{ usage, covered, unused []float64 } // a value a replication
	var hours [hoursOfDay]sums
	for _, r := range runs {
		all := plan.Hourly(r.ledger)
		var usage, covered, unused, days [hoursOfDay]float64
		for i := range all.Usage {
			at := (all.First.In(r.ledger.Start.Location()).Hour() + i) % hoursOfDay
			usage[at] += all.Usage[i]
			covered[at] += all.Covered[i]
			unused[at] += all.Unused[i]
			days[at]++
		}
		for at, n := range days {
			if n > 0 {
				h := &hours[at]
				h.usage, h.covered, h.unused = append(h.usage, usage[at]/n), append(h.covered, covered[at]/n), append(h.unused, unused[at]/n)
			}
		}
	}
	var of []DayHour
	for at := range hours {
		if h := &hours[at]; len(h.usage) > 0 {
			of = append(of, DayHour{
				at, stat.Interval(h.usage, results.Confidence), stat.Interval(h.covered, results.Confidence), stat.Interval(h.unused, results.Confidence),
			})
		}
	}
	return of
}

package routing

import (
	"cmp"
	"slices"

	"headroom/sim"
)

// The rules of anomaly mitigation. AWS says that it looks at the errors of at least
// three healthy targets, lowers the weight of an anomalous one step by step to a
// negligible share and raises it slowly after its recovery (Automatic Target
// Weights); the numbers are ours.
const (
	MitigationInterval = 10 * sim.Second // from one look to the next

	mitigationTargets = 3                // healthy ones, at least
	anomalyTimes      = 3                // an anomalous ratio is above so many times the median,
	anomalyPercent    = 5                // and above so many percent
	lowestWeight      = FullWeight / 100 // never less
	raisedWeight      = FullWeight / 10  // at each look without an anomaly
)

// Record is what one healthy target did since the last look.
type Record struct {
	Target           int
	Answered, Failed int64 // requests, without and with a server or connection error
	Weight           int64
}

// ratio is the share of errors.
func (r *Record) ratio() float64 {
	if r.Failed == 0 {
		return 0
	}
	return float64(r.Failed) / float64(r.Answered+r.Failed)
}

// Mitigate sets the new weights of the healthy targets of a group: half for each
// that is anomalous, a tenth of the full weight more for the others. At most half of
// the targets are below the full weight, those with the worst ratios. It reorders
// the records.
func Mitigate(records []Record) {
	limit := 1.0
	if len(records) >= mitigationTargets {
		limit = max(anomalyTimes*median(records), anomalyPercent/100.0)
	}
	for i := range records {
		r := &records[i]
		if r.ratio() > limit && len(records) >= mitigationTargets {
			r.Weight = max(lowestWeight, r.Weight/2)
		} else {
			r.Weight = min(FullWeight, r.Weight+raisedWeight)
		}
	}
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(b.ratio(), a.ratio()), cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Target, b.Target))
	})
	room := len(records) / 2
	for i := range records {
		if records[i].Weight == FullWeight {
			continue
		}
		if room--; room < 0 {
			records[i].Weight = FullWeight
		}
	}
}

// median is that of the ratios; of an even number, the mean of the middle two.
func median(records []Record) float64 {
	ratios := make([]float64, len(records))
	for i := range records {
		ratios[i] = records[i].ratio()
	}
	slices.Sort(ratios)
	n := len(ratios)
	return (ratios[(n-1)/2] + ratios[n/2]) / 2
}

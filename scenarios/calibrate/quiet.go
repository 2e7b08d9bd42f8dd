package calibrate

import (
	"slices"
	"time"

	"headroom/scenarios/imports/cloudwatch"
)

// Quiet returns the latencies of requests that came in periods in which the group was
// nearly idle, and how busy it was then; all of them, and the mean of all periods, where
// there is no such period.
func Quiet(samples []Sample, period time.Duration, latencies cloudwatch.Series) (seen []float64, busy float64) {
	for _, only := range []bool{true, false} {
		sum := 0.0
		for _, p := range latencies.Points {
			i, found := slices.BinarySearchFunc(samples, p.At, func(s Sample, at time.Time) int { return s.At.Compare(at) })
			if !found {
				i--
			}
			if i < 0 || p.At.Sub(samples[i].At) >= period || only && samples[i].Share > quiet {
				continue
			}
			seen, sum = append(seen, p.Value), sum+samples[i].Share
		}
		if len(seen) > 0 {
			return seen, sum / float64(len(seen))
		}
	}
	return nil, 0
}

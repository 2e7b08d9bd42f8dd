package report

import (
	"slices"

	"headroom/results"
)

// recoveryRows are what the loss of a Region or a zone cost in time.
func recoveryRows() []row {
	return []row{
		{name: "time to serve again (RTO)", metric: "dr.rto"},
		{name: "not served again by the end", metric: "dr.unrecovered", quiet: true},
		{name: "age of what was saved (RPO)", metric: "dr.rpo"},
	}
}

// recoveryParts lists the whole, and workloads where there are several, of runs that lost
// something.
func recoveryParts(s *results.Summary) []results.Part {
	lost := func(p results.Part) bool {
		_, watched := s.Value("dr.unrecovered", p)
		_, saved := s.Value("dr.rpo", p)
		return watched || saved
	}
	parts := []results.Part{{}}
	if workloads := s.Labelled("workload"); len(workloads) > 1 {
		parts = append(parts, workloads...)
	}
	return slices.DeleteFunc(parts, func(p results.Part) bool { return !lost(p) })
}

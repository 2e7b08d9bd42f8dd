package report

import (
	"headroom/model"
	"headroom/results"
)

// windowParts lists the windows of a run as columns.
func windowParts(s *results.Summary) (all []results.Part) {
	for _, w := range s.Config.Windows {
		all = append(all, results.Part{Label: model.WindowLabel, Name: w.Name})
	}
	return all
}

// windowRows are what most people ask of a window; it has every other metric, too.
func windowRows(s *results.Summary) []row {
	return append(requestRows(s),
		row{name: "in service, mean", metric: "capacity.in_service.mean", quiet: true},
		row{name: "CPU utilization", metric: "cpu.utilization", quiet: true},
		row{name: "cost", metric: "cost.total"},
		row{name: "cost per hour", metric: "cost.per_hour"})
}

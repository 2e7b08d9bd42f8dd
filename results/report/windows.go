package report

import (
	"time"

	"headroom/model"
	"headroom/results"
	"headroom/sim"
)

// windowParts lists the windows of a run as columns.
func windowParts(s *results.Summary) (all []results.Part) {
	for _, w := range s.Config.Windows {
		all = append(all, results.Part{Label: model.WindowLabel, Name: w.Name})
	}
	return all
}

// SavedWindow is a stretch of a saved run that has metrics of its own.
type SavedWindow struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// savedWindows are those of a run, on its clock.
func savedWindows(s *results.Summary) (all []SavedWindow) {
	for _, w := range s.Config.Windows {
		all = append(all, SavedWindow{w.Name, s.Config.Calendar(w.From), s.Config.Calendar(w.To)})
	}
	return all
}

// windowColumns say for each window how much of each minute lies in it.
func windowColumns(s *results.Summary) (all []results.Column) {
	minutes := int((s.Config.Duration + sim.Minute - 1) / sim.Minute)
	for _, w := range s.Config.Windows {
		c := results.Column{Entity: model.WindowLabel + "." + w.Name, Metric: model.WindowLabel, Values: make([]float64, minutes)}
		for minute := range c.Values {
			from := sim.Time(minute) * sim.Minute
			c.Values[minute] = max(0, (min(w.To, from+sim.Minute)-max(w.From, from)).Seconds()/60)
		}
		all = append(all, c)
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

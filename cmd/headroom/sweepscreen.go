package main

import (
	"headroom/results/report"
	"headroom/results/run"
	"headroom/results/sweep"
	"headroom/scenarios/space"
	"headroom/scenarios/tables"
)

// planOf says what the points of a sweep are, without a rule when to stop, and without the metrics by which
// one that screens says which points play requests: whoever only answers tasks needs neither.
func planOf(s *tables.Scenario) *sweep.Plan {
	p := &sweep.Plan{
		Points: s.Sweep.Len(),
		Build: func(point int) (*run.Experiment, error) {
			scenario, err := s.Point(point)
			if err != nil {
				return nil, err
			}
			return run.Of(scenario), nil
		},
	}
	if !s.Sweep.Fluid {
		return p
	}
	screen := &sweep.Screen{Points: p.Points, Thresholds: s.Thresholds, Better: report.Better, Most: s.Sweep.Confirm}
	build := p.Build
	p.Screen, p.Points = screen, 2*p.Points
	p.Build = func(point int) (*run.Experiment, error) {
		of, played := screen.Of(point)
		experiment, err := build(of)
		if err != nil || played == sweep.Requests {
			return experiment, err
		}
		return experiment.Screened(space.ScreenStep)
	}
	return p
}

// eachOf calls do for the points of the design that are done, in its order.
func eachOf(p *sweep.Plan, j *sweep.Journal, do func(*sweep.Row) error) error {
	if p.Screen != nil {
		return p.Screen.Each(j, &p.Rule, do)
	}
	return j.Each(p.Points, &p.Rule, do)
}

package report

import (
	"strings"

	"headroom/results/sweep"
)

// Lines returns the table of some points, the best first, by line: what a
// terminal shows while the sweep runs.
func (s *SweepPage) Lines(rows []sweep.Row) ([]string, error) {
	points := *s.Points
	points.Each = func(do func(*sweep.Row) error) error {
		for i := range rows {
			if err := do(&rows[i]); err != nil {
				return err
			}
		}
		return nil
	}
	some := *s
	some.Points, some.Pareto, some.Top = &points, [2]string{}, len(rows)
	all, err := some.collect()
	if err != nil {
		return nil, err
	}
	l, err := points.layout()
	if err != nil {
		return nil, err
	}
	l.axes, l.names = nil, points.Axes // all: columns should not come and go
	for i := range points.Axes {
		l.axes = append(l.axes, i)
	}
	b := some.best(l, all, false)
	b.head = b.head[:len(b.head)-1] // nothing is special about them
	for i, row := range b.rows {
		b.rows[i] = row[:len(row)-1]
	}
	var text strings.Builder
	if err := b.write(&text); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n"), nil
}

package report

import (
	"strings"
	"unicode/utf8"

	"headroom/results/sweep"
)

// Lines returns the table of some points, the best first, by line: what a
// terminal shows while the sweep runs. In a table that is too wide for so many
// columns the parameters are cut, so that there is room for the metrics.
func (s *SweepPage) Lines(rows []sweep.Row, columns int) ([]string, error) {
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
	l, err := points.layout()
	if err != nil {
		return nil, err
	}
	all, err := some.survey(l, len(rows))
	if err != nil {
		return nil, err
	}
	l.axes, l.names = nil, points.Axes // all: columns should not come and go
	for i := range points.Axes {
		l.axes = append(l.axes, i)
	}
	b := some.best(l, all.points, false)
	b.head = b.head[:len(b.head)-1] // nothing is special about them
	for i, row := range b.rows {
		b.rows[i] = row[:len(row)-1]
	}
	lines, err := b.lines()
	if err != nil || utf8.RuneCountInString(lines[1]) <= columns { // the line below the heading
		return lines, err
	}
	for k := range points.Axes {
		widest := leastHead
		for _, row := range b.rows {
			row[1+k] = cut(row[1+k], mostValue)
			widest = max(widest, utf8.RuneCountInString(row[1+k]))
		}
		b.head[1+k] = cut(b.head[1+k], widest)
	}
	return b.lines()
}

// Of parameters that are cut, so much is left of a name and of a value.
const (
	leastHead = 6
	mostValue = 14
)

func cut(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// lines draws the table, line by line.
func (b block) lines() ([]string, error) {
	var text strings.Builder
	if err := b.write(&text); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n"), nil
}

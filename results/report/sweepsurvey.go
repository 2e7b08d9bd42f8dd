package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"headroom/results/sweep"
	"headroom/scenarios/space"
	"headroom/sim/stat"
)

// survey is what a page reads of a sweep that may have a million points: of all of them how many there
// are of which kind and columns of numbers, and those that the page may show.
type survey struct {
	counts  tally
	points  []ranked // in the order of the design
	axes    []axisColumn
	metrics []metricColumn // by shown metric
}

// tally counts points.
type tally struct {
	points, failed, ruled, breached, confirmed int
}

// surveyPoints is how many points are kept, besides twice those that may be shown, before those that are
// not are let go.
const surveyPoints = 4096

// survey reads the points, and keeps the best by the first metric, so many, and the front of those that
// meet the thresholds. Which they are does not depend on when the others are let go: what is beaten stays
// beaten.
func (s *SweepPage) survey(l *sheetLayout, top int) (*survey, error) {
	v := &survey{axes: make([]axisColumn, len(l.axes)), metrics: make([]metricColumn, len(s.Metrics))}
	for k := range v.axes {
		v.axes[k] = axisColumn{unit: l.around[k], index: map[string]int32{}}
	}
	most := surveyPoints
	err := s.each(l, func(r *sweep.Row) error {
		p := s.rank(r)
		v.counts.add(&p)
		for k, axis := range l.axes {
			v.axes[k].add(&p.settings[axis])
		}
		for i, key := range s.Metrics {
			v.metrics[i].add(r, key)
		}
		v.points = append(v.points, p)
		if len(v.points) >= most && top < math.MaxInt {
			v.points = s.worth(v.points, top)
			most = surveyPoints + 2*len(v.points)
		}
		return nil
	})
	mark(v.points)
	for k := range v.axes {
		v.axes[k].group()
	}
	return v, err
}

// rank is what the page may show of a point.
func (s *SweepPage) rank(r *sweep.Row) ranked {
	p := ranked{
		point: r.Point, replications: len(r.Values), settings: s.Settings(r.Point),
		pareto: [2]float64{math.NaN(), math.NaN()}, breach: r.Breach(s.Thresholds), ruled: r.Ruled, err: r.Err, fidelity: r.Fidelity,
		estimates: make([]stat.Estimate, len(s.Metrics)),
	}
	for i, key := range s.Metrics {
		p.estimates[i], _ = r.Estimate(key)
	}
	for i, key := range s.Pareto {
		if e, ok := r.Estimate(key); ok && p.meets() {
			p.pareto[i] = Better(key, e.Value)
		}
	}
	return p
}

// mark marks the front.
func mark(all []ranked) {
	coordinates := make([][2]float64, len(all))
	for i := range all {
		all[i].front = false
		coordinates[i] = all[i].pareto
	}
	for _, i := range sweep.Pareto(coordinates) {
		all[i].front = true
	}
}

// worth returns the best of some points, so many, and their front, in the order of the design.
func (s *SweepPage) worth(all []ranked, top int) []ranked {
	mark(all)
	kept := make([]ranked, 0, surveyPoints)
	for i, p := range s.order(all) {
		if i < top || p.front {
			kept = append(kept, p)
		}
	}
	slices.SortFunc(kept, func(a, b ranked) int { return cmp.Compare(a.point, b.point) })
	return kept
}

// add counts a point.
func (c *tally) add(p *ranked) {
	c.points++
	if p.err != "" {
		c.failed++
	}
	if p.ruled != "" {
		c.ruled++
	}
	if len(p.breach.Thresholds) > 0 {
		c.breached++
	}
	if p.fidelity == sweep.Requests {
		c.confirmed++
	}
}

// mostLevels is how many values of a parameter are told apart; more numbers are put into
// groups of about equal size.
const (
	mostLevels  = 12
	levelGroups = 4
)

// axisColumn is what all points give to an axis.
type axisColumn struct {
	unit                     // of numbers, which can be put into groups
	numbers []float64        // by point, if there are
	index   map[string]int32 // level by value; nil: there are too many values
	names   []string         // by level: the value, or a range
	levels  []int32          // by point
}

// add takes in the value of the next point.
func (a *axisColumn) add(v *space.Setting) {
	if a.known {
		a.numbers = append(a.numbers, v.Number)
	}
	if a.index == nil {
		return
	}
	level, known := a.index[v.Text]
	if !known {
		level = int32(len(a.names))
		a.index[v.Text] = level
		a.names = append(a.names, v.Brief)
	}
	a.levels = append(a.levels, level)
	if a.known && len(a.names) > mostLevels {
		a.index, a.levels, a.names = nil, nil, nil
	}
}

// group puts numbers into groups where there are too many.
func (a *axisColumn) group() {
	if a.index != nil {
		return
	}
	sorted := slices.Sorted(slices.Values(a.numbers))
	var bounds [levelGroups]float64
	for g := range bounds {
		low, high := sorted[g*len(sorted)/levelGroups], sorted[(g+1)*len(sorted)/levelGroups-1]
		bounds[g] = low
		a.names = append(a.names, fmt.Sprintf("%s%.4g%s..%s%.4g%s", a.before, low, a.after, a.before, high, a.after))
	}
	a.levels = make([]int32, len(a.numbers))
	for i, number := range a.numbers {
		for g, low := range bounds {
			if number >= low {
				a.levels[i] = int32(g)
			}
		}
	}
	a.numbers = nil
}

// metricColumn is a metric of all points: what those that have it observed in as many replications
// as all of them have.
type metricColumn struct {
	points  int
	absent  []int       // points that have none
	columns [][]float64 // by replication, then point
}

// add takes in the next point.
func (m *metricColumn) add(r *sweep.Row, key string) {
	n := 0
	for replication := range r.Values {
		v, ok := r.Value(key, replication)
		if !ok {
			continue
		}
		if m.points == len(m.absent) { // the first that has it
			m.columns = append(m.columns, make([]float64, m.points))
		}
		if n < len(m.columns) {
			m.columns[n] = append(m.columns[n], v)
		}
		n++
	}
	if n == 0 || r.Err != "" {
		m.absent = append(m.absent, m.points)
		for i := range m.columns {
			m.columns[i] = append(m.columns[i], math.NaN())
		}
	} else {
		m.columns = m.columns[:min(n, len(m.columns))]
	}
	m.points++
}

// surface is one metric over the points that have it.
func (v *survey) surface(metric, rows int) *sweep.Surface {
	m := &v.metrics[metric]
	s := &sweep.Surface{Rows: rows}
	for k := range v.axes {
		s.Levels = append(s.Levels, without(v.axes[k].levels, m.absent))
	}
	for _, column := range m.columns {
		s.Values = append(s.Values, without(column, m.absent))
	}
	return s
}

// without leaves out the elements at some ascending places.
func without[T any](all []T, places []int) []T {
	if len(places) == 0 {
		return all
	}
	kept := make([]T, 0, len(all)-len(places))
	from := 0
	for _, at := range places {
		kept = append(kept, all[from:at]...)
		from = at + 1
	}
	return append(kept, all[from:]...)
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"headroom/results/sweep"
	"headroom/scenarios/space"
	"headroom/sim/stat"
)

// SweepPage is what a person reads of a sweep.
type SweepPage struct {
	Scenario, Design string
	PriceDate        string // of the newest list prices; empty: not known
	Planned          int    // points of the design, done or not
	*Points
	Metrics []string  // shown, the first ranks the points
	Pareto  [2]string // metrics of the front; "": none
	Top     int       // points shown besides those of the front
	Rows    int       // of a Saltelli design that is complete, else 0
	Color   bool      // tables: colour what is special about points

	Warnings []string // what to know before trusting the numbers
}

// ranked is a point with what the page shows of it.
type ranked struct {
	point, replications int
	settings            []space.Setting
	estimates           []stat.Estimate // by shown metric; N 0: none
	pareto              [2]float64
	values              [][]float64 // by shown metric, then replication
	front               bool
	breach              sweep.Breach
	ruled, err          string
	fidelity            sweep.Fidelity // of a sweep that screens
}

// higher lists the metrics of which more is better.
var higher = []string{"availability", "user.availability", "throughput", "goodput", "requests.completed", "requests.arrived", "cpu.utilization", "target_group.healthy.min", "target_group.healthy.mean"}

// Better turns a value of a metric so that less is better.
func Better(key string, value float64) float64 {
	name := key
	for i, c := range key {
		if c == '{' {
			name = key[:i]
			break
		}
	}
	if slices.Contains(higher, name) {
		return -value
	}
	return value
}

// collect reads the points and marks the front of those that meet the thresholds.
func (s *SweepPage) collect() ([]ranked, error) {
	var all []ranked
	err := s.Each(func(r *sweep.Row) error {
		p := ranked{
			point: r.Point, replications: len(r.Values), settings: s.Settings(r.Point),
			pareto: [2]float64{math.NaN(), math.NaN()}, breach: r.Breach(s.Thresholds), ruled: r.Ruled, err: r.Err, fidelity: r.Fidelity,
		}
		for _, key := range s.Metrics {
			e, _ := r.Estimate(key)
			p.estimates = append(p.estimates, e)
			var values []float64
			for i := range r.Values {
				if v, ok := r.Value(key, i); ok {
					values = append(values, v)
				}
			}
			p.values = append(p.values, values)
		}
		for i, key := range s.Pareto {
			if e, ok := r.Estimate(key); ok && p.meets() {
				p.pareto[i] = Better(key, e.Value)
			}
		}
		all = append(all, p)
		return nil
	})
	coordinates := make([][2]float64, len(all))
	for i := range all {
		coordinates[i] = all[i].pareto
	}
	for _, i := range sweep.Pareto(coordinates) {
		all[i].front = true
	}
	return all, err
}

// meets reports whether a point breaches no threshold.
func (p *ranked) meets() bool { return p.err == "" && p.ruled == "" && len(p.breach.Thresholds) == 0 }

// order sorts points by the first metric. Those that breach a threshold come after
// the others, and failed ones last.
func (s *SweepPage) order(all []ranked) []ranked {
	sorted := slices.Clone(all)
	class := func(p *ranked) int {
		switch {
		case p.err != "":
			return 2
		case !p.meets():
			return 1
		}
		return 0
	}
	rank := func(p *ranked) float64 {
		if len(p.estimates) == 0 || p.estimates[0].N == 0 {
			return math.Inf(1)
		}
		return Better(s.Metrics[0], p.estimates[0].Value)
	}
	slices.SortStableFunc(sorted, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(class(&a), class(&b)), cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.point, b.point))
	})
	return sorted
}

// Write renders the page: JSON with everything, CSV as sweep.csv, or tables of
// the best points, the front and what the parameters do.
func (s *SweepPage) Write(w io.Writer, format Format) error {
	if format == CSV {
		return s.write(w, s.writeCSV)
	}
	all, err := s.collect()
	if err != nil {
		return err
	}
	l, err := s.layout()
	if err != nil {
		return err
	}
	if format == JSON {
		return s.writeJSON(w, l, all)
	}
	p := page{w: w, markdown: format == Markdown, paint: painter(s.Color && format == Table)}
	p.line(s.heading(all, p.paint))
	p.block(s.best(l, all, p.paint))
	for i, key := range s.Metrics {
		if b, ok := s.sensitivity(l, all, i, key); ok {
			p.block(b)
		}
	}
	if l.screen {
		p.line("")
		p.line("fluid: played by rates, in steps of a minute; request: near the front, the best or a threshold, or nothing that rates can play, and therefore played by requests")
	}
	if l.judged {
		p.line("")
		p.line("breach: the share of replications that breach a threshold, and between which values the probability lies with 95 %")
	}
	p.warnings(s.cautions(all))
	return p.err
}

func (s *SweepPage) heading(all []ranked, paint painter) string {
	failed, ruled, breached, confirmed := 0, 0, 0, 0
	for i := range all {
		if all[i].fidelity == sweep.Requests {
			confirmed++
		}
		if all[i].err != "" {
			failed++
		}
		if all[i].ruled != "" {
			ruled++
		}
		if len(all[i].breach.Thresholds) > 0 {
			breached++
		}
	}
	text := fmt.Sprintf("%s: %s of %d points", paint.bold(s.Scenario), s.Design, max(s.Planned, len(all)))
	if len(all) < s.Planned {
		text += fmt.Sprintf(", %d done", len(all))
	}
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if breached > 0 {
		text += fmt.Sprintf(", %d beyond a threshold", breached)
	}
	if confirmed > 0 {
		text += fmt.Sprintf(", %d by requests", confirmed)
	}
	if ruled > 0 {
		text += fmt.Sprintf(", %d ended early by a threshold", ruled)
	}
	if s.PriceDate != "" {
		text += " · prices of " + s.PriceDate
	}
	return text
}

// best is the table of the best points, and those of the front.
func (s *SweepPage) best(l *sheetLayout, all []ranked, paint painter) block {
	b := block{head: append([]string{"point"}, s.labels(l.names)...), left: 1 + len(l.names)}
	b.head = append(b.head, "n")
	if l.screen {
		b.head = append(b.head, FidelityColumn)
	}
	before := len(b.head)
	b.head = append(b.head, s.Metrics...)
	if l.judged {
		b.head = append(b.head, "breach")
	}
	b.head = append(b.head, "")
	columns := make([][]cell, len(s.Metrics))
	shown := 0
	for _, p := range s.order(all) {
		if shown >= s.Top && !p.front {
			continue
		}
		shown++
		row := []string{strconv.Itoa(p.point)}
		for _, i := range l.axes {
			row = append(row, p.settings[i].Brief)
		}
		row = append(row, strconv.Itoa(p.replications))
		if l.screen {
			row = append(row, string(p.fidelity))
		}
		for i, e := range p.estimates {
			c := cell{value: "–"}
			if e.N > 0 {
				c = estimate(e, l.units[s.Metrics[i]], p.replications)
			}
			columns[i] = append(columns[i], c)
			row = append(row, "")
		}
		if l.judged {
			row = append(row, likely(p.breach.Probability))
		}
		b.rows = append(b.rows, append(row, p.mark(paint)))
	}
	for i, cells := range columns {
		for k, text := range column(cells) {
			b.rows[k][before+i] = text
		}
	}
	return b
}

// keyPart matches a part of a dotted key, which may be quoted.
var keyPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^."'])+`) })

// shortened cuts dotted keys to the ends that tell them apart.
func shortened(names []string) []string {
	short := make([]string, len(names))
	for i, name := range names {
		parts := keyPart().FindAllString(name, -1)
		for n := 1; n <= len(parts); n++ {
			short[i] = strings.Join(parts[len(parts)-n:], ".")
			if !slices.ContainsFunc(names, func(other string) bool {
				return other != name && strings.HasSuffix("."+other, "."+short[i])
			}) {
				break
			}
		}
	}
	return short
}

// likely writes a probability with its interval.
func likely(s sweep.Share) string {
	if math.IsNaN(s.Value) {
		return "–"
	}
	return fmt.Sprintf("%.0f %% (%.0f..%.0f)", 100*s.Value, math.Floor(100*s.Low), math.Ceil(100*s.High))
}

// surface is one metric over the points that have it.
func (s *SweepPage) surface(l *sheetLayout, all []ranked, metric int) (*sweep.Surface, [][]string) {
	levels := make([][]string, len(l.axes)) // by axis: the values, or ranges of them
	of := make([]func(space.Setting) int, len(l.axes))
	for k, axis := range l.axes {
		of[k], levels[k] = grouped(all, axis, l.numeric[k])
	}
	surface := &sweep.Surface{Rows: s.Rows}
	for i := range all {
		p := &all[i]
		if p.err != "" || len(p.values[metric]) == 0 {
			continue
		}
		point := make([]int, len(l.axes))
		for k, axis := range l.axes {
			point[k] = of[k](p.settings[axis])
		}
		surface.Levels = append(surface.Levels, point)
		surface.Values = append(surface.Values, p.values[metric])
	}
	return surface, levels
}

// mostLevels is how many values of a parameter are told apart; more are put into
// groups of about equal size.
const (
	mostLevels  = 12
	levelGroups = 4
)

// grouped returns the level of each value of an axis, and their names.
func grouped(all []ranked, axis int, numeric bool) (func(space.Setting) int, []string) {
	var names []string
	var numbers []float64
	index := map[string]int{}
	for i := range all {
		v := all[i].settings[axis]
		if _, known := index[v.Text]; !known {
			index[v.Text] = len(names)
			names = append(names, v.Brief)
		}
		numbers = append(numbers, v.Number)
	}
	if len(names) <= mostLevels || !numeric {
		return func(v space.Setting) int { return index[v.Text] }, names
	}
	slices.Sort(numbers)
	var bounds []float64
	names = nil
	for g := range levelGroups {
		low, high := numbers[g*len(numbers)/levelGroups], numbers[(g+1)*len(numbers)/levelGroups-1]
		bounds = append(bounds, low)
		names = append(names, fmt.Sprintf("%.4g..%.4g", low, high))
	}
	return func(v space.Setting) int {
		level := 0
		for g, low := range bounds {
			if v.Number >= low {
				level = g
			}
		}
		return level
	}, names
}

// sensitivity is the table of what each parameter does to a metric.
func (s *SweepPage) sensitivity(l *sheetLayout, all []ranked, metric int, key string) (block, bool) {
	surface, levels := s.surface(l, all, metric)
	if len(surface.Values) < 2 || len(l.axes) == 0 {
		return block{}, false
	}
	b := block{head: []string{"what moves " + key, "value", "mean", "points", "alone", "with interactions"}, left: 2}
	indices := surface.Indices()
	for k, name := range s.labels(l.names) {
		for i, e := range surface.Effects(k) {
			row := []string{"", levels[k][e.Level], estimate(e.Mean, l.units[key], e.Mean.N).String(), strconv.Itoa(e.Points), "", ""}
			if i == 0 {
				row[0], row[4], row[5] = name, explained(indices[k].First), explained(indices[k].Total)
			}
			b.rows = append(b.rows, row)
		}
	}
	return b, true
}

// explained writes a share of the variance with its interval. Estimates of a
// share that is nothing fall below nothing as often as above it.
func explained(s sweep.Share) string {
	percent := func(v float64) float64 { return 100 * max(0, v) }
	switch {
	case math.IsNaN(s.Value):
		return "–"
	case math.IsNaN(s.Low):
		return fmt.Sprintf("%.0f %%", percent(s.Value))
	}
	return fmt.Sprintf("%.0f %% (%.0f..%.0f)", percent(s.Value), percent(s.Low), percent(s.High))
}

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
	l, err := s.layout()
	if err != nil {
		return err
	}
	top := s.Top
	if format == JSON {
		top = math.MaxInt
	}
	all, err := s.survey(l, top)
	if err != nil {
		return err
	}
	if format == JSON {
		return s.writeJSON(w, l, all)
	}
	p := page{w: w, markdown: format == Markdown, paint: painter(s.Color && format == Table)}
	p.line(s.heading(all.counts, p.paint))
	p.block(s.best(l, all.points, p.paint))
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
	p.warnings(s.cautions(all.points))
	return p.err
}

func (s *SweepPage) heading(c tally, paint painter) string {
	text := fmt.Sprintf("%s: %s of %d points", paint.bold(s.Scenario), s.Design, max(s.Planned, c.points))
	if c.points < s.Planned {
		text += fmt.Sprintf(", %d done", c.points)
	}
	if c.failed > 0 {
		text += fmt.Sprintf(", %d failed", c.failed)
	}
	if c.breached > 0 {
		text += fmt.Sprintf(", %d beyond a threshold", c.breached)
	}
	if c.confirmed > 0 {
		text += fmt.Sprintf(", %d by requests", c.confirmed)
	}
	if c.ruled > 0 {
		text += fmt.Sprintf(", %d ended early by a threshold", c.ruled)
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

// sensitivity is the table of what each parameter does to a metric.
func (s *SweepPage) sensitivity(l *sheetLayout, all *survey, metric int, key string) (block, bool) {
	surface := all.surface(metric, s.Rows)
	if surface.Points() < 2 || len(l.axes) == 0 {
		return block{}, false
	}
	b := block{head: []string{"what moves " + key, "value", "mean", "points", "alone", "with interactions"}, left: 2}
	indices := surface.Indices()
	for k, name := range s.labels(l.names) {
		for i, e := range surface.Effects(k) {
			row := []string{"", all.axes[k].names[e.Level], estimate(e.Mean, l.units[key], e.Mean.N).String(), strconv.Itoa(e.Points), "", ""}
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

package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"headroom/results"
	"headroom/results/report"
	"headroom/sim/stat"
)

// dayPlot says which metrics a plot of the day shows.
type dayPlot struct {
	title   string
	metrics []string // "KEY": a line for each entity that has it
	instead []string // if no entity has any of these
	labels  []string // of entities, the first that has any; nil: all of them
	each    bool     // entity in a plot of its own
	unit    string
	scale   float64
	stepped bool
}

// dayPlots are the plots of a run, in their order. Metrics that none of them names get a
// plot of their own after these.
var dayPlots = []dayPlot{
	{title: "Arrivals and failures", metrics: []string{"requests.arrived", "requests.failed"}, labels: []string{"workload", "target_group"}, unit: "1/s", scale: 1.0 / 60},
	{title: "Latency", metrics: []string{"latency.p50", "latency.p95", "latency.p99"}, instead: []string{"latency.mean"}, labels: []string{"scenario", "target_group", "workload"}, each: true, unit: "s", scale: 1},
	{title: "Instances", metrics: []string{"capacity.in_service", "capacity.desired", "forecast.capacity"}, each: true, unit: "count", scale: 1, stepped: true},
	{title: "Tasks", metrics: []string{"task.running", "task.desired"}, each: true, unit: "count", scale: 1, stepped: true},
	{title: "CPU utilization", metrics: []string{"cpu.utilization", "task.cpu.utilization"}, unit: "ratio", scale: 1},
	{title: "Requests in flight", metrics: []string{"requests.in_flight"}, labels: []string{"target_group", "workload"}, unit: "count", scale: 1},
	{title: "Spot price", metrics: []string{"spot.price"}, unit: "USD", scale: 1, stepped: true},
	{title: "Cost per hour", metrics: []string{"cost.per_hour"}, unit: "USD", scale: 1, stepped: true},
}

// told are metrics that no plot shows because others say the same.
var told = []string{"requests.completed", "latency.mean"}

// drawn reports whether a page of a run may show a metric of an entity: told are not, and
// of what several entities show alike, it is that of the first label.
func drawn(entity, metric string, known []*line) bool {
	label, _, _ := strings.Cut(entity, ".")
	for _, d := range dayPlots {
		if !slices.Contains(d.metrics, metric) && !slices.Contains(d.instead, metric) {
			continue
		}
		place := slices.Index(d.labels, label)
		return d.labels == nil || place >= 0 && !slices.ContainsFunc(known, func(l *line) bool {
			other, _, _ := strings.Cut(l.entity, ".")
			return l.metric == metric && slices.Contains(d.labels[:place], other)
		})
	}
	return !slices.Contains(told, metric)
}

// every shows all.
func every(string, string, []*line) bool { return true }

// Bounds of what a page draws.
const (
	mostLines = 8 // of a plot: those with the greatest values
	mostEach  = 8 // entities with a plot of their own
	mostPlots = 40
	tableRows = 48 // of the table behind a plot
)

// plots draws the day of a run.
func (s *series) plots() []*plot {
	var all []*plot
	shown := map[string]bool{}
	for _, name := range told {
		shown[name] = true
	}
	for _, d := range dayPlots {
		for _, m := range slices.Concat(d.metrics, d.instead) {
			shown[m] = true
		}
		all = append(all, s.draw(d)...)
	}
	for _, l := range s.lines {
		if !shown[l.metric] {
			shown[l.metric] = true
			all = append(all, s.draw(dayPlot{title: l.metric, metrics: []string{l.metric}, unit: unitOf(l.metric), scale: 1})...)
		}
	}
	return all[:min(len(all), mostPlots)]
}

// draw makes the plots of an entry, none if no entity has its metrics.
func (s *series) draw(d dayPlot) []*plot {
	groups := s.choose(d, d.metrics)
	if len(groups) == 0 {
		groups = s.choose(d, d.instead)
	}
	if len(groups) == 0 {
		return nil
	}
	if !d.each {
		all := slices.Concat(groups...)
		return []*plot{s.plot(d, d.title, all)}
	}
	var plots []*plot
	for _, group := range groups[:min(len(groups), mostEach)] {
		title := d.title
		if group[0].entity != "scenario" {
			title += " of " + group[0].entity
		}
		plots = append(plots, s.plot(d, title, group))
	}
	return plots
}

// choose returns the lines of some metrics by entity.
func (s *series) choose(d dayPlot, metrics []string) [][]*line {
	labels := d.labels
	if labels == nil {
		labels = []string{""}
	}
	for _, label := range labels {
		var order []string
		found := map[string][]*line{}
		for _, m := range metrics {
			of := s.of(m)
			if label != "" {
				of = s.of(m, label)
			}
			for _, l := range of {
				if found[l.entity] == nil {
					order = append(order, l.entity)
				}
				found[l.entity] = append(found[l.entity], l)
			}
		}
		if len(order) > 0 {
			var groups [][]*line
			for _, entity := range order {
				groups = append(groups, found[entity])
			}
			return groups
		}
	}
	return nil
}

// plot draws lines, the greatest of them if there are many.
func (s *series) plot(d dayPlot, title string, lines []*line) *plot {
	p := &plot{Title: title, Unit: d.unit, Stepped: d.stepped}
	if len(lines) > mostLines {
		p.Note = fmt.Sprintf("the %d greatest of %d lines", mostLines, len(lines))
		lines = slices.SortedStableFunc(slices.Values(lines), func(a, b *line) int { return cmp.Compare(greatest(b.values), greatest(a.values)) })[:mostLines]
	}
	thin := thinningOf(s.minutes)
	p.Table = &table{Caption: title, Head: []string{"from"}, Left: 1, Folded: true}
	for i, l := range lines {
		label := labelOf(l, lines, d.each)
		p.Lines = append(p.Lines, &trace{
			Label: label, Color: i, Dashed: strings.HasSuffix(l.metric, ".desired") || strings.HasPrefix(l.metric, "forecast."),
			Values: scaled(thin.extremes(l.values), d.scale),
			Low:    scaled(thin.bound(l.low, 1), d.scale), High: scaled(thin.bound(l.high, -1), d.scale),
		})
		p.Table.Head = append(p.Table.Head, label)
	}
	s.tabulate(p.Table, lines, d)
	if lines[0].low != nil {
		p.Note = strings.TrimPrefix(p.Note+"; the band is the 95 % interval of the mean over replications", "; ")
	}
	return p
}

// labelOf says of a line what tells it from the others of its plot.
func labelOf(l *line, others []*line, metric bool) string {
	entity := false
	for _, o := range others {
		metric = metric || o.metric != l.metric
		entity = entity || o.entity != l.entity
	}
	label := l.entity
	switch {
	case metric && entity:
		label = l.metric + " of " + l.entity
	case metric:
		label = l.metric
	}
	if l.of != "" {
		label = l.of + ": " + label
	}
	return label
}

// tabulate fills the table behind a plot: the mean and the greatest value of each line in
// as many intervals as people read.
func (s *series) tabulate(t *table, lines []*line, d dayPlot) {
	width := (s.minutes + tableRows - 1) / tableRows
	for width > 0 && 60%width != 0 && width%60 != 0 {
		width++
	}
	for at := 0; width > 0 && at < s.minutes; at += width {
		r := row{Cells: []string{s.at(at).Format("2006-01-02 15:04")}}
		for _, l := range lines {
			some := l.values[at:min(at+width, s.minutes)]
			mean, most := meanOf(some)*d.scale, greatest(some)*d.scale
			text := "–"
			if !math.IsNaN(mean) {
				text = amount(mean, d.unit)
				if width > 1 && most > mean {
					text += " (max " + amount(most, d.unit) + ")"
				}
			}
			r.Cells = append(r.Cells, text)
		}
		t.Rows = append(t.Rows, r)
	}
	if width > 1 {
		t.Caption += ": means over " + counted(width, "minute")
		if width%60 == 0 {
			t.Caption = strings.TrimSuffix(t.Caption, counted(width, "minute")) + counted(width/60, "hour")
		}
	}
}

// at is the time of a minute on the clock of the run.
func (s *series) at(minute int) time.Time {
	t := s.start.Add(time.Duration(minute) * time.Minute)
	for _, o := range slices.Backward(s.offsets) {
		if t.Unix() >= o.from {
			return t.In(time.FixedZone("", o.seconds))
		}
	}
	return t
}

// clock is the time axis of the plots.
func (s *series) clock(zone string) *clock {
	thin := thinningOf(s.minutes)
	c := &clock{Start: s.start.Unix(), Step: thin.step, Points: thin.points, Zone: zone}
	for _, o := range s.offsets {
		c.Offsets = append(c.Offsets, []int64{o.from, int64(o.seconds)})
	}
	for _, w := range s.windows {
		c.Windows = append(c.Windows, shade{w.Name, w.From.Unix(), w.To.Unix()})
	}
	return c
}

// shaded lists the windows that plots show, "" if there are none.
func (s *series) shaded() string {
	var all []string
	for _, w := range s.windows {
		const form = "2 Jan 15:04"
		zone := s.at(0).Location()
		all = append(all, fmt.Sprintf("%s (%s to %s)", w.Name, w.From.In(zone).Format(form), w.To.In(zone).Format(form)))
	}
	return strings.Join(all, ", ")
}

// points are values as JSON has them: five digits, null for NaN.
type points []float64

// MarshalJSON implements [json.Marshaler].
func (p points) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 2+8*len(p))
	text = append(text, '[')
	for i, v := range p {
		if i > 0 {
			text = append(text, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			text = append(text, "null"...)
		} else {
			text = strconv.AppendFloat(text, v, 'g', 5, 64)
		}
	}
	return append(text, ']'), nil
}

func scaled(values []float64, by float64) points {
	if values == nil || by == 1 {
		return values
	}
	all := make(points, len(values))
	for i, v := range values {
		all[i] = v * by
	}
	return all
}

func greatest(values []float64) float64 {
	most := math.NaN()
	for _, v := range values {
		if math.IsNaN(most) || v > most {
			most = v
		}
	}
	return most
}

func meanOf(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// amount is a number for people.
func amount(v float64, unit string) string {
	return report.Amount(stat.Estimate{Value: v, HalfWidth: math.NaN(), N: 1}, unit, 1)
}

// unitOf is the unit of a metric that the catalogue has, "" of others.
func unitOf(key string) string {
	name, _, _ := strings.Cut(key, "{")
	return units()[name]
}

// units are those of all metrics, by their names.
var units = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, m := range results.Metrics() {
		all[m.Name] = m.Unit
	}
	return all
})

// between is a number with its interval for people.
func between(v, half float64, unit string) string {
	if math.IsNaN(v) {
		return "–"
	}
	return strings.TrimSuffix(report.Amount(stat.Estimate{Value: v, HalfWidth: half, N: 1}, unit, 1), " constant")
}

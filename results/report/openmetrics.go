package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/results"
	"headroom/sim"
)

// openMetric is one metric family: the columns of its metric, of one scenario or several.
type openMetric struct {
	name, unit, help string
	samples          []openSeries
}

// openSeries is a column with the labels that tell it from others.
type openSeries struct {
	labels  string
	summary *results.Summary
	column  *results.Column
}

// writeOpenMetrics writes what runs showed by minute in the text format of OpenMetrics
// 1.0, for `promtool tsdb create-blocks-from openmetrics`: gauges named headroom_ and
// the metric, the mean over the replications, and with several NAME_half_width, that of
// its 95 % interval.
func writeOpenMetrics(w io.Writer, summaries []*results.Summary) error {
	var families []*openMetric
	at := map[string]*openMetric{}
	for _, s := range summaries {
		columns := slices.Concat(s.Series, windowColumns(s))
		for i := range columns {
			c := &columns[i]
			f := at[c.Metric]
			if f == nil {
				f = familyOf(c.Metric)
				at[c.Metric] = f
				families = append(families, f)
			}
			f.samples = append(f.samples, openSeries{labels: openLabels(s.Scenario, c.Entity), summary: s, column: c})
		}
	}
	slices.SortFunc(families, func(a, b *openMetric) int { return strings.Compare(a.name, b.name) })
	out := bufio.NewWriter(w) // keeps the first error for Flush
	for _, f := range families {
		f.write(out, "", func(c *results.Column, minute int) float64 {
			return c.Over(minute).Value
		})
		f.write(out, "half_width", func(c *results.Column, minute int) float64 {
			return c.Over(minute).HalfWidth
		})
	}
	_, _ = out.WriteString("# EOF\n")
	return out.Flush()
}

// write writes a family, its samples in the order of time; nothing of one without any.
// A minute without an observation has no sample.
func (f *openMetric) write(out *bufio.Writer, kind string, value func(c *results.Column, minute int) float64) {
	name, help := f.name, f.help
	if kind != "" {
		name, help = name+"_"+kind, "half-width of the 95 % interval of "+f.name
	}
	if f.unit != "" {
		name += "_" + f.unit
	}
	head := "# TYPE " + name + " gauge\n"
	if f.unit != "" {
		head += "# UNIT " + name + " " + f.unit + "\n"
	}
	head += "# HELP " + name + " " + help + "\n"
	for _, s := range f.samples {
		for minute := range s.column.Values {
			v := value(s.column, minute)
			if math.IsNaN(v) {
				continue
			}
			_, _ = out.WriteString(head)
			head = ""
			seconds := s.summary.Config.Calendar(sim.Time(minute) * sim.Minute).Unix()
			fmt.Fprintf(out, "%s{%s} %s %d\n", name, s.labels, strconv.FormatFloat(v, 'g', -1, 64), seconds)
		}
	}
}

// units are those of metrics over time, in base units, by how their names begin.
var units = []struct{ begins, unit, help string }{
	{"latency.", "seconds", "of the requests completed in the minute"},
	{"cpu.utilization", "ratio", "at the end of the minute"},
	{"task.cpu.utilization", "ratio", "at the end of the minute"},
	{"volume.burst_balance", "ratio", "the lowest of the instances"},
	{"memory.held", "bytes", "at the end of the minute"},
	{"requests.in_flight", "", "at the end of the minute"},
	{"requests.", "", "in the minute"},
	{"spot.price", "dollars", "per hour"},
	{"cost.per_hour", "dollars", "what the minute costs, per hour"},
	{model.WindowLabel, "", "the share of the minute that lies in it"},
}

// familyOf is the family of a metric, without samples.
func familyOf(metric string) *openMetric {
	f := &openMetric{name: "headroom_" + identifier(metric), help: metric}
	for _, u := range units {
		if strings.HasPrefix(metric, u.begins) {
			f.unit, f.help = u.unit, metric+", "+u.help
			break
		}
	}
	return f
}

// identifier writes a name in the letters that names of metrics and labels have.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}

// openLabels are the labels of an entity of a scenario: target_group.web is
// target_group="web", and the whole has none of its own.
func openLabels(scenario, entity string) string {
	quote := func(value string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
	}
	text := "scenario=" + quote(scenario)
	if label, name, found := strings.Cut(entity, "."); found {
		text += "," + identifier(label) + "=" + quote(name)
	}
	return text
}

package report

import (
	"math"
	"slices"
	"strings"

	"headroom/results"
	"headroom/sim/stat"
)

// sparkWidth is how many letters a sparkline has at most, and besideSpark the room for
// its name and numbers.
const (
	sparkWidth  = 40
	besideSpark = 48
)

// levels are the letters of a sparkline, from zero to the greatest value.
var levels = []rune("▁▂▃▄▅▆▇█")

// sparks are the metrics that a terminal shows over time: of the first label of which
// there are entities, or of all entities.
var sparks = []struct {
	name, metric, unit string
	labels             []string
	scale              float64
}{
	{"arrivals", "requests.arrived", "1/s", []string{"workload", "target_group"}, 1.0 / 60},
	{"failures", "requests.failed", "1/s", []string{"workload", "target_group"}, 1.0 / 60},
	{"latency p99", "latency.p99", "s", []string{results.EntityAll, "target_group"}, 1},
	{"latency mean", "latency.mean", "s", []string{results.EntityAll, "target_group"}, 1},
	{"in service", "capacity.in_service", "count", nil, 1},
	{"CPU", "cpu.utilization", "ratio", nil, 1},
}

// mostSparks is how many lines there are at most.
const mostSparks = 12

// sparkBlock shows how replication 0 went, a line a metric; without rows if nothing was
// kept or it was over at once. The reader sees so many columns.
func sparkBlock(s *results.Summary, columns int) block {
	letters := max(10, min(sparkWidth, columns-besideSpark))
	b := block{head: []string{"Over time", "", "least", "most"}, left: 2}
	minutes := int(math.Ceil(s.Config.Duration.Seconds() / 60))
	for _, spark := range sparks {
		for _, c := range sparked(s, spark.metric, spark.labels) {
			values := c.Values[:min(len(c.Values), minutes)] // the end is an instant of its own
			least, most := extremes(values)
			if len(values) < 2 || math.IsNaN(most) || most == 0 || len(b.rows) >= mostSparks {
				continue
			}
			name := spark.name
			if _, part, _ := strings.Cut(c.Entity, "."); part != "" {
				name += " " + part
			}
			amount := func(v float64) string {
				return estimate(stat.Estimate{Value: v * spark.scale, HalfWidth: math.NaN(), N: 1}, spark.unit, 1).String()
			}
			b.rows = append(b.rows, []string{name, sparkline(values, letters), amount(least), amount(most)})
		}
	}
	return b
}

// sparked returns the columns of a metric of the first label that has any.
func sparked(s *results.Summary, metric string, labels []string) []results.Column {
	for _, label := range append(slices.Clone(labels), "") {
		var some []results.Column
		for _, c := range s.Series {
			of, _, _ := strings.Cut(c.Entity, ".")
			if c.Metric == metric && (of == label || label == "" && labels == nil) {
				some = append(some, c)
			}
		}
		if len(some) > 0 {
			return some
		}
	}
	return nil
}

// sparkline draws values as so many letters, each the mean of its share of them; what
// nobody observed is empty.
func sparkline(values []float64, width int) string {
	width = min(width, len(values))
	means := make([]float64, width)
	most := 0.0
	for i := range means {
		sum, n := 0.0, 0
		for _, v := range values[i*len(values)/width : (i+1)*len(values)/width] {
			if !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		means[i] = sum / float64(n)
		most = max(most, zeroIfUnknown(means[i]))
	}
	var line strings.Builder
	for _, v := range means {
		switch {
		case math.IsNaN(v):
			line.WriteByte(' ')
		case most == 0:
			line.WriteRune(levels[0])
		default:
			line.WriteRune(levels[min(int(v/most*float64(len(levels))), len(levels)-1)])
		}
	}
	return line.String()
}

func zeroIfUnknown(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// extremes are the least and the greatest of values, NaN of none.
func extremes(values []float64) (least, most float64) {
	least, most = math.NaN(), math.NaN()
	for _, v := range values {
		if !math.IsNaN(v) {
			if math.IsNaN(least) {
				least, most = v, v
			}
			least, most = min(least, v), max(most, v)
		}
	}
	return least, most
}

package page

import (
	"math"
	"slices"
	"strconv"
)

// mostBins is how many values of an axis are told apart; where there are more numbers they are put
// into half as many bins.
const mostBins = 40

// axisColumn is what all points set an axis to.
type axisColumn struct {
	index     map[string]int32 // level by value; nil: there are more than mostBins
	names     []string         // by level
	levels    []int32          // by point
	text      bool             // not all are numbers
	numbers   []float64        // by point, if all are
	low, high string           // the least and the greatest of them
	from, to  float64          // these
}

// add takes in what the next point sets.
func (a *axisColumn) add(v string) {
	if number, err := strconv.ParseFloat(v, 64); err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		a.text, a.numbers = true, nil
	} else if !a.text {
		if len(a.numbers) == 0 || number < a.from {
			a.low, a.from = v, number
		}
		if len(a.numbers) == 0 || number > a.to {
			a.high, a.to = v, number
		}
		a.numbers = append(a.numbers, number)
	}
	if a.index == nil {
		return
	}
	level, known := a.index[v]
	if !known {
		level = int32(len(a.names))
		a.index[v] = level
		a.names = append(a.names, v)
	}
	if a.levels = append(a.levels, level); len(a.names) > mostBins {
		a.index, a.names, a.levels = nil, nil, nil
	}
}

// told returns the values that are told apart, or the middles of bins of them, and which of these each
// point has; none if there are too many that are no numbers.
func (a *axisColumn) told() (names []string, levels []int32) {
	if a.index != nil || a.text {
		return a.names, a.levels
	}
	width := (a.to - a.from) / (mostBins / 2)
	var of [mostBins / 2]int32
	for bin := range of {
		name := strconv.FormatFloat(a.from+(float64(bin)+0.5)*width, 'g', 5, 64)
		at := slices.Index(names, name)
		if at < 0 {
			at, names = len(names), append(names, name)
		}
		of[bin] = int32(at)
	}
	levels = make([]int32, len(a.numbers))
	for i, number := range a.numbers {
		levels[i] = of[int(min(math.Floor((number-a.from)/width), mostBins/2-1))]
	}
	return names, levels
}

// metricColumn is a metric of all points.
type metricColumn struct {
	values      []float64 // by point; NaN: unknown
	low, high   float64   // of the values; infinite: there are none
	least, most float64   // of their intervals
}

func newMetricColumn() metricColumn {
	up, down := math.Inf(1), math.Inf(-1)
	return metricColumn{nil, up, down, up, down}
}

// add takes in the value of the next point.
func (m *metricColumn) add(v, half float64) {
	m.values = append(m.values, v)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	half = or(half, 0)
	m.low, m.high = min(m.low, v), max(m.high, v)
	m.least, m.most = min(m.least, v, least(v, half)), max(m.most, v, v+half)
}

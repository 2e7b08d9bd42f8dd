package page

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/sim/regular"
)

// series are what a run showed by minute.
type series struct {
	start   time.Time // in the time zone of the run
	minutes int
	lines   []*line
	offsets []offset
}

// line is one metric of one entity by minute; NaN: none observed. The band is that over
// replications, nil if the file has none.
type line struct {
	entity, metric    string
	of                string // the run, where there are several
	values, low, high []float64
}

// offset is by how much the clock of the run is ahead of UTC, from a time on.
type offset struct {
	from    int64 // Unix seconds
	seconds int
}

// mostMinutes bounds the length of a series: twenty years.
const mostMinutes = 20 * 366 * 24 * 60

// seriesReader reads timeseries.csv.
type seriesReader struct {
	series
	in      *csv.Reader
	columns map[string]int
	known   map[[2]string]*line
	text    string // of the newest time
	minute  int
}

// readSeries reads the series of a run by the names of their columns.
func readSeries(path string) (*series, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &seriesReader{in: csv.NewReader(file), columns: map[string]int{}, known: map[[2]string]*line{}}
	r.in.ReuseRecord = true
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("%s: damaged, or of no run: %w; run the scenario again", path, err)
	}
	for _, l := range r.lines {
		l.values = filled(l.values, r.minutes)
		if l.low != nil {
			l.low, l.high = filled(l.low, r.minutes), filled(l.high, r.minutes)
		}
	}
	return &r.series, nil
}

func (r *seriesReader) read() error {
	head, err := r.in.Read()
	if err != nil {
		return errors.New("line 1: must be the names of columns")
	}
	for i, name := range head {
		r.columns[strings.Clone(name)] = i
	}
	for _, name := range []string{"time", "entity", "metric", "value"} {
		if _, has := r.columns[name]; !has {
			return fmt.Errorf("line 1: must have a column %q", name)
		}
	}
	for {
		row, err := r.in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = r.add(row)
		}
		if err != nil {
			line, _ := r.in.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// add takes over a row.
func (r *seriesReader) add(row []string) error {
	if text := row[r.columns["time"]]; text != r.text {
		if err := r.turn(text); err != nil {
			return err
		}
	}
	key := [2]string{row[r.columns["entity"]], row[r.columns["metric"]]}
	l := r.known[key]
	if l == nil {
		l = &line{entity: strings.Clone(key[0]), metric: strings.Clone(key[1])}
		r.known[[2]string{l.entity, l.metric}] = l
		r.lines = append(r.lines, l)
	}
	value, err := r.number(row, "value")
	if err != nil {
		return err
	}
	l.values = put(l.values, r.minute, value)
	return r.band(l, row, value)
}

// band takes over the interval over replications, if there is one.
func (r *seriesReader) band(l *line, row []string, value float64) error {
	low, err := r.number(row, "low")
	high, err2 := r.number(row, "high")
	half, err3 := r.number(row, "half_width")
	mean, err4 := r.number(row, "mean")
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return err
	}
	if math.IsNaN(mean) {
		mean = value
	}
	if math.IsNaN(low) || math.IsNaN(high) {
		low, high = mean-half, mean+half
	}
	if !math.IsNaN(low) && !math.IsNaN(high) {
		l.low, l.high = put(l.low, r.minute, low), put(l.high, r.minute, high)
	}
	return nil
}

// number reads a cell; NaN is one that is empty or not there.
func (r *seriesReader) number(row []string, column string) (float64, error) {
	i, has := r.columns[column]
	if !has || row[i] == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(row[i], 64)
	if err != nil {
		return 0, fmt.Errorf("%s: must be a number, got %q", column, row[i])
	}
	return v, nil
}

// turn goes on to the minute of a time.
func (r *seriesReader) turn(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("time: must be one such as 2026-01-05T14:05:00Z, got %q", text)
	}
	if r.text == "" {
		r.start = at
	}
	minute := at.Sub(r.start) / time.Minute
	if minute < 0 || minute >= mostMinutes {
		return fmt.Errorf("time: must be at most twenty years after %s, got %q", r.start.Format(time.RFC3339), text)
	}
	r.text, r.minute = strings.Clone(text), int(minute)
	r.minutes = max(r.minutes, r.minute+1)
	_, seconds := at.Zone()
	if n := len(r.offsets); n == 0 || r.offsets[n-1].seconds != seconds {
		r.offsets = append(r.offsets, offset{at.Unix(), seconds})
	}
	return nil
}

// put sets a value beyond the end, with NaN between.
func put(values []float64, at int, v float64) []float64 {
	values = filled(values, at)
	if at < len(values) {
		values[at] = v
		return values
	}
	return append(values, v)
}

// filled makes values as long as n.
func filled(values []float64, n int) []float64 {
	for len(values) < n {
		values = append(values, math.NaN())
	}
	return values
}

// cut leaves out what follows the end of the run: its last instant is a minute of its own.
func (s *series) cut(minutes int) {
	if minutes >= s.minutes {
		return
	}
	s.minutes = minutes
	for _, l := range s.lines {
		l.values = l.values[:minutes]
		if l.low != nil {
			l.low, l.high = l.low[:minutes], l.high[:minutes]
		}
	}
}

// of returns the lines of a metric whose entities have one of some labels.
func (s *series) of(metric string, labels ...string) []*line {
	var some []*line
	for _, l := range s.lines {
		label, _, _ := strings.Cut(l.entity, ".")
		if l.metric == metric && (len(labels) == 0 || slices.Contains(labels, label)) {
			some = append(some, l)
		}
	}
	return some
}

// mostPoints is how many points a line of a plot has at most.
const mostPoints = 1440

// thinning says how minutes become points of a plot.
type thinning struct {
	bucket int     // minutes
	points int     // of a line: one a minute, or two a bucket
	step   float64 // seconds between points
}

func thinningOf(minutes int) thinning {
	if minutes <= mostPoints {
		return thinning{1, minutes, 60}
	}
	bucket := (minutes + mostPoints/2 - 1) / (mostPoints / 2)
	return thinning{bucket, 2 * ((minutes + bucket - 1) / bucket), float64(bucket) * 30}
}

// extremes keeps the least and the greatest value of each bucket, in their order.
func (t thinning) extremes(values []float64) []float64 {
	if t.bucket == 1 {
		return values
	}
	points := make([]float64, 0, t.points)
	for some := range slices.Chunk(values, t.bucket) {
		least, greatest := -1, -1
		for i, v := range some {
			if math.IsNaN(v) {
				continue
			}
			if least < 0 || v < some[least] {
				least = i
			}
			if greatest < 0 || v > some[greatest] {
				greatest = i
			}
		}
		switch {
		case least < 0:
			points = append(points, math.NaN(), math.NaN())
		case least < greatest:
			points = append(points, some[least], some[greatest])
		default:
			points = append(points, some[greatest], some[least])
		}
	}
	return points
}

// bound keeps of each bucket the least (sign 1) or the greatest (sign -1) value, twice.
func (t thinning) bound(values []float64, sign float64) []float64 {
	if t.bucket == 1 || values == nil {
		return values
	}
	points := make([]float64, 0, t.points)
	for some := range slices.Chunk(values, t.bucket) {
		extreme := math.NaN()
		for _, v := range some {
			if math.IsNaN(extreme) || sign*v < sign*extreme {
				extreme = v
			}
		}
		points = append(points, extreme, extreme)
	}
	return points
}

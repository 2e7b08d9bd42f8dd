package page

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/results/report"
	"headroom/sim/regular"
)

// series are what a run showed by minute.
type series struct {
	start   time.Time // in the time zone of the run
	minutes int
	lines   []*line
	offsets []offset
	windows []report.SavedWindow
}

// line is one metric of one entity by minute; NaN: none observed. The band is that over
// replications, nil if the file has none.
type line struct {
	entity, metric    string
	of                string // the run, where there are several
	idle              bool   // nothing shows it: it has no values
	begin             []byte // of its rows, after the time; nil: its names need quotes
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
	in     *bufio.Scanner
	number int // of the row
	cells  [][]byte
	width  int          // of all rows
	places [columns]int // -1: the file has none
	known  []*line      // all, idle or not
	next   int          // where the line of the next row is likely to be
	usual  bool         // rows begin with time, entity and metric
	shown  func(entity, metric string, known []*line) bool
	text   []byte // of the newest time
	minute int
}

// The columns that are read.
const (
	columnTime = iota
	columnEntity
	columnMetric
	columnValue
	columnMean
	columnHalf
	columnLow
	columnHigh
	columns
)

var columnNames = [columns]string{"time", "entity", "metric", "value", "mean", "half_width", "low", "high"}

// longestRow bounds a row of the file.
const longestRow = 1 << 16

// readSeries reads the series of a run by the names of their columns, those that are
// shown. It is asked once for each, with those before it.
func readSeries(path string, shown func(entity, metric string, known []*line) bool) (*series, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &seriesReader{in: bufio.NewScanner(file), shown: shown}
	r.in.Buffer(make([]byte, longestRow), longestRow)
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("%s: damaged, or of no run: line %d: %w; run the scenario again", path, max(1, r.number), err)
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
	more, err := r.row()
	if err != nil || !more {
		return errors.New("must be the names of columns")
	}
	for column, name := range columnNames {
		r.places[column] = slices.IndexFunc(r.cells, func(cell []byte) bool { return string(cell) == name })
		if r.places[column] < 0 && column <= columnValue {
			return fmt.Errorf("must have a column %q", name)
		}
	}
	r.width = len(r.cells)
	r.usual = r.places[columnTime] == 0 && r.places[columnEntity] == 1 && r.places[columnMetric] == 2
	for {
		more, err := r.row()
		if err != nil || !more {
			return err
		}
		if len(r.cells) != r.width {
			return fmt.Errorf("must have %d fields, has %d", r.width, len(r.cells))
		}
		if err := r.add(); err != nil {
			return err
		}
	}
}

// row splits the next row that something shows into cells. Rows with quotes, which names
// may need, are left to package csv: it takes three times as long.
func (r *seriesReader) row() (more bool, err error) {
	for {
		if !r.in.Scan() {
			return false, r.in.Err()
		}
		r.number++
		if !r.skip() {
			break
		}
	}
	text := r.in.Bytes()
	r.cells = r.cells[:0]
	if bytes.IndexByte(text, '"') >= 0 {
		record, err := csv.NewReader(bytes.NewReader(text)).Read()
		for _, cell := range record {
			r.cells = append(r.cells, []byte(cell))
		}
		return true, err
	}
	for {
		at := bytes.IndexByte(text, ',')
		if at < 0 {
			r.cells = append(r.cells, text)
			return true, nil
		}
		r.cells = append(r.cells, text[:at])
		text = text[at+1:]
	}
}

// skip reports whether the row is one that nothing shows, of the minute and the line that
// are expected. Of a long run most are: they are not taken apart.
func (r *seriesReader) skip() bool {
	if !r.usual || len(r.known) == 0 {
		return false
	}
	at := r.next % len(r.known)
	l := r.known[at]
	if !l.idle || l.begin == nil {
		return false
	}
	rest, is := bytes.CutPrefix(r.in.Bytes(), r.text)
	if !is || !bytes.HasPrefix(rest, l.begin) || bytes.Count(rest, comma) != r.width-1 {
		return false
	}
	r.next = at + 1
	return true
}

var comma = []byte{','}

// add takes over a row.
func (r *seriesReader) add() error {
	if text := r.cells[r.places[columnTime]]; !bytes.Equal(text, r.text) {
		if err := r.turn(string(text)); err != nil {
			return err
		}
	}
	l := r.line()
	if l.idle {
		return nil
	}
	value, err := r.cell(columnValue)
	if err != nil {
		return err
	}
	l.values = put(l.values, r.minute, value)
	return r.band(l, value)
}

// line is the line that a row belongs to. Each minute has the same in the same order.
func (r *seriesReader) line() *line {
	entity, metric := r.cells[r.places[columnEntity]], r.cells[r.places[columnMetric]]
	for k := range r.known {
		at := (r.next + k) % len(r.known)
		if l := r.known[at]; l.entity == string(entity) && l.metric == string(metric) {
			r.next = at + 1
			return l
		}
	}
	l := &line{entity: string(entity), metric: string(metric)}
	if l.idle = !r.shown(l.entity, l.metric, r.lines); !l.idle {
		r.lines = append(r.lines, l)
	} else if names := l.entity + "," + l.metric; !strings.Contains(names, `"`) && strings.Count(names, ",") == 1 {
		l.begin = []byte("," + names + ",")
	}
	r.known = append(r.known, l)
	r.next = 0
	return l
}

// shares are metrics by minute that cannot exceed one; task.cpu.utilization can.
var shares = []string{"cpu.utilization", "volume.burst_balance"}

// band takes over the interval over replications, if there is one.
func (r *seriesReader) band(l *line, value float64) error {
	mean, err := r.cell(columnMean)
	half, err2 := r.cell(columnHalf)
	low, err3 := r.cell(columnLow)
	high, err4 := r.cell(columnHigh)
	if err != nil || err2 != nil || err3 != nil || err4 != nil {
		return errors.Join(err, err2, err3, err4)
	}
	if math.IsNaN(mean) {
		mean = value
	}
	if math.IsNaN(low) || math.IsNaN(high) {
		low, high = mean-half, mean+half
	}
	if value >= 0 {
		low = max(low, 0) // as all that is shown, where an interval knows of no bound
	}
	if value <= 1 && slices.Contains(shares, l.metric) {
		high = min(high, 1)
	}
	if !math.IsNaN(low) && !math.IsNaN(high) {
		l.low, l.high = put(l.low, r.minute, low), put(l.high, r.minute, high)
	}
	return nil
}

// cell reads a number; NaN is one that is empty or not there.
func (r *seriesReader) cell(column int) (float64, error) {
	at := r.places[column]
	if at < 0 || len(r.cells[at]) == 0 {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(string(r.cells[at]), 64)
	if err != nil {
		return 0, fmt.Errorf("%s: must be a number, got %q", columnNames[column], r.cells[at])
	}
	return v, nil
}

// turn goes on to the minute of a time.
func (r *seriesReader) turn(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("time: must be one such as 2026-01-05T14:05:00Z, got %q", text)
	}
	if r.text == nil {
		r.start = at
	}
	minute := at.Sub(r.start) / time.Minute
	if minute < 0 || minute >= mostMinutes {
		return fmt.Errorf("time: must be at most twenty years after %s, got %q", r.start.Format(time.RFC3339), text)
	}
	r.text, r.minute = append(r.text[:0], text...), int(minute)
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

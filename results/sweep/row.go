package sweep

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"headroom/results"
	"headroom/sim/stat"
)

// Layout names the metrics of a row.
type Layout struct {
	Keys, Units []string
	id          uint64
	index       map[string]int
}

// NewLayout returns the layout of metrics with these keys and units.
func NewLayout(keys, units []string) *Layout {
	l := &Layout{Keys: keys, Units: units, index: make(map[string]int, len(keys))}
	for i, key := range keys {
		l.index[key] = i
	}
	sum := sha256.Sum256(l.encode())
	l.id = binary.LittleEndian.Uint64(sum[:])
	return l
}

// find returns the position of a key, -1 if there is none.
func (l *Layout) find(key string) int {
	if i, ok := l.index[key]; ok {
		return i
	}
	return -1
}

// Row is what a point showed: its values by replication, then metric; or the
// error that ended it.
type Row struct {
	Point  int
	First  int // replication of Values[0], or the one that failed
	Layout *Layout
	Values [][]float64
	Err    string // "": none
	Ruled  string // the threshold that ended the point early, set by [Journal.Each]

	Fidelity Fidelity // of a sweep that screens, set by [Screen.Each]
}

// Estimate returns the mean of a metric over replications; false without an
// observation.
func (r *Row) Estimate(key string) (stat.Estimate, bool) {
	if r.Layout == nil {
		return stat.Estimate{}, false
	}
	at := r.Layout.find(key)
	if at < 0 {
		return stat.Estimate{}, false
	}
	e := estimate(r.Values, at)
	return e, e.N > 0
}

// Estimates makes the estimates of some metrics of many rows: it looks up once where rows of one layout have
// them, and what does not depend on the values.
type Estimates struct {
	keys      []string
	layout    *Layout // of the places
	places    []int   // by key; -1: it has none
	intervals *stat.Intervals
	observed  []float64
}

// NewEstimates returns a maker of the estimates of metrics.
func NewEstimates(keys []string) *Estimates {
	return &Estimates{keys: keys, places: make([]int, len(keys)), intervals: stat.NewIntervals(results.Confidence)}
}

// Of is [Row.Estimate] of the k-th metric.
func (e *Estimates) Of(r *Row, k int) (stat.Estimate, bool) {
	if r.Layout == nil {
		return stat.Estimate{}, false
	}
	if r.Layout != e.layout {
		e.layout = r.Layout
		for i, key := range e.keys {
			e.places[i] = r.Layout.find(key)
		}
	}
	at := e.places[k]
	if at < 0 {
		return stat.Estimate{}, false
	}
	e.observed = appendObserved(e.observed[:0], r.Values, at)
	of := e.intervals.Of(e.observed)
	return of, of.N > 0
}

// Value returns what a replication measured, false if nothing.
func (r *Row) Value(key string, replication int) (float64, bool) {
	at := r.Layout.find(key)
	if at < 0 || math.IsNaN(r.Values[replication][at]) {
		return 0, false
	}
	return r.Values[replication][at], true
}

var errShort = errors.New("sweep: record too short")

// encode writes a layout as bytes.
func (l *Layout) encode() []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(l.Keys)))
	for i := range l.Keys {
		b = appendText(b, l.Keys[i])
		b = appendText(b, l.Units[i])
	}
	return b
}

func decodeLayout(b []byte) (*Layout, error) {
	d := decoder{b: b}
	n := int(d.uint32())
	var keys, units []string
	for range n {
		if d.failed {
			return nil, errShort
		}
		keys = append(keys, d.text())
		units = append(units, d.text())
	}
	if d.failed || len(d.b) > 0 {
		return nil, errShort
	}
	return NewLayout(keys, units), nil
}

// encode writes a row as bytes, its layout by reference.
func (r *Row) encode() []byte {
	width := 0
	id := uint64(0)
	if r.Layout != nil {
		width, id = len(r.Layout.Keys), r.Layout.id
	}
	b := make([]byte, 0, 32+len(r.Err)+8*width*len(r.Values))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Point))
	b = binary.LittleEndian.AppendUint64(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.First))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(r.Values)))
	b = appendText(b, r.Err)
	for _, values := range r.Values {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

// decodeRow reads a row; layouts are those met so far, by their id.
func decodeRow(b []byte, layouts map[uint64]*Layout) (Row, error) {
	d := decoder{b: b}
	point := d.uint64()
	r := Row{Point: int(point)}
	id := d.uint64()
	r.First = int(d.uint32())
	n := int(d.uint32())
	r.Err = d.text()
	if d.failed || point > mostNumber {
		return Row{}, errShort
	}
	if r.Err != "" {
		return r, nil
	}
	r.Layout = layouts[id]
	if r.Layout == nil {
		return Row{}, errors.New("sweep: row of an unknown layout")
	}
	width := len(r.Layout.Keys)
	if width == 0 || n > len(d.b)/(8*width) || len(d.b) != 8*n*width {
		return Row{}, errShort
	}
	all := make([]float64, n*width)
	for i := range all {
		all[i] = math.Float64frombits(binary.LittleEndian.Uint64(d.b[8*i:]))
	}
	r.Values = make([][]float64, n)
	for i := range r.Values {
		r.Values[i] = slices.Clip(all[i*width : (i+1)*width])
	}
	return r, nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// decoder reads numbers and texts; what is missing sets failed.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.failed = true
		d.b = nil
		return make([]byte, 8)
	}
	some := d.b[:n]
	d.b = d.b[n:]
	return some
}

func (d *decoder) uint32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }
func (d *decoder) uint64() uint64 { return binary.LittleEndian.Uint64(d.take(8)) }

func (d *decoder) byte() byte { return d.take(1)[0] }

// number reads an integer that is at most so much.
func (d *decoder) number(most int) int {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > uint64(most) {
		d.failed = true
		d.b = nil
		return 0
	}
	d.b = d.b[size:]
	return int(n)
}

func (d *decoder) text() string {
	n := int(d.uint32())
	if d.failed {
		return ""
	}
	return string(d.take(n))
}

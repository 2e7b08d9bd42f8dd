package sweep

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// stretch is some replications of a point, one after the other.
type stretch struct {
	point, first, count int
	attempt             int // how often the point has failed before: another attempt is another task
}

// finding is what became of a stretch: values of its replications up to the
// first that failed, or, without a layout, the error of the point.
type finding struct {
	layout *Layout
	values [][]float64
	err    string
	lost   bool // of one replication: no worker survived it
}

// mostTogether bounds the replications of a task.
const mostTogether = 1 << 16

// mostNumber bounds the numbers in a task.
const mostNumber = 1 << 50

// A task is a version, the number of its stretches, and theirs. Its answer is
// the version, the layouts, and a finding for each stretch.
const (
	taskVersion   = 1
	foundFailure  = 0
	foundValues   = 1
	answerVersion = 1
)

var (
	errTask   = errors.New("sweep: no task of this program")
	errAnswer = errors.New("sweep: no answer of this program to its task")
)

func encodeTask(stretches []stretch) []byte {
	b := []byte{taskVersion}
	b = binary.AppendUvarint(b, uint64(len(stretches)))
	for _, s := range stretches {
		for _, n := range [...]int{s.point, s.first, s.count, s.attempt} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b
}

func decodeTask(b []byte) ([]stretch, error) {
	d := decoder{b: b}
	if d.byte() != taskVersion {
		return nil, errTask
	}
	n := d.number(mostTogether)
	var stretches []stretch
	total := 0
	for range n {
		s := stretch{point: d.number(mostNumber), first: d.number(mostNumber), count: d.number(mostTogether), attempt: d.number(mostNumber)}
		if total += s.count; d.failed || s.count == 0 || total > mostTogether {
			return nil, errTask
		}
		stretches = append(stretches, s)
	}
	if d.failed || n == 0 || len(d.b) > 0 {
		return nil, errTask
	}
	return stretches, nil
}

func encodeAnswer(findings []finding) []byte {
	var layouts []*Layout
	for _, f := range findings {
		if f.layout != nil && f.layout.place(layouts) < 0 {
			layouts = append(layouts, f.layout)
		}
	}
	b := []byte{answerVersion}
	b = binary.AppendUvarint(b, uint64(len(layouts)))
	for _, l := range layouts {
		b = appendText(b, string(l.encode()))
	}
	for _, f := range findings {
		if f.layout == nil {
			b = appendText(append(b, foundFailure), f.err)
			continue
		}
		b = binary.AppendUvarint(append(b, foundValues), uint64(f.layout.place(layouts)))
		b = binary.AppendUvarint(b, uint64(len(f.values)))
		for _, values := range f.values {
			for _, v := range values {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
		b = appendText(b, f.err)
	}
	return b
}

// place returns the index of a layout among others, -1 if it is not there.
func (l *Layout) place(among []*Layout) int {
	return slices.IndexFunc(among, func(o *Layout) bool { return o == l || o.id == l.id })
}

// decodeAnswer reads the findings for some stretches. Layouts that known has are
// taken from there.
func decodeAnswer(b []byte, stretches []stretch, known map[string]*Layout) ([]finding, error) {
	d := decoder{b: b}
	if d.byte() != answerVersion {
		return nil, errAnswer
	}
	n := d.number(len(stretches))
	var layouts []*Layout
	for range n {
		text := d.text()
		l := known[text]
		if l == nil {
			var err error
			if l, err = decodeLayout([]byte(text)); d.failed || err != nil {
				return nil, errAnswer
			}
		}
		layouts = append(layouts, l)
	}
	findings := make([]finding, len(stretches))
	for i, s := range stretches {
		if !d.finding(&findings[i], s, layouts) {
			return nil, errAnswer
		}
	}
	if len(d.b) > 0 {
		return nil, errAnswer
	}
	return findings, nil
}

// finding reads what became of a stretch. It is false if the bytes are no such
// thing.
func (d *decoder) finding(f *finding, s stretch, layouts []*Layout) bool {
	switch kind := d.byte(); {
	case d.failed:
		return false
	case kind == foundFailure:
		f.err = d.text()
		return !d.failed && f.err != ""
	case kind != foundValues || len(layouts) == 0:
		return false
	}
	f.layout = layouts[d.number(len(layouts)-1)]
	n := d.number(s.count)
	width := len(f.layout.Keys)
	if d.failed || n*width > len(d.b)/8 {
		return false
	}
	all := make([]float64, n*width)
	for i := range all {
		all[i] = math.Float64frombits(d.uint64())
	}
	for i := range n {
		f.values = append(f.values, slices.Clip(all[i*width:(i+1)*width]))
	}
	f.err = d.text()
	return !d.failed && (n < s.count) == (f.err != "")
}

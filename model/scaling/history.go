package scaling

import "headroom/sim"

// Datapoint is one value of a metric over a period.
type Datapoint struct {
	From, Until sim.Time
	Value       float64
	OK          bool // false: the metric reported nothing
}

// History is the latest datapoints of one metric, those without a value
// included. It cannot be changed, and is good until the decision it was shown for.
type History struct {
	ring  []Datapoint
	first int // position of the oldest
	n     int
}

// Len returns the number of datapoints.
func (h History) Len() int { return h.n }

// At returns datapoint i, 0 being the oldest.
func (h History) At(i int) Datapoint {
	if i < 0 || i >= h.n {
		panic("scaling: no such datapoint in a history")
	}
	return h.ring[(h.first+i)%len(h.ring)]
}

// Latest returns the newest datapoint, without a value when there is none.
func (h History) Latest() Datapoint {
	if h.n == 0 {
		return Datapoint{}
	}
	return h.At(h.n - 1)
}

// Recorder keeps the latest datapoints of a metric. Whoever owns the metric
// pushes, and shows the history to policies.
type Recorder struct{ history History }

// NewRecorder returns a recorder that keeps so many datapoints, at least one.
func NewRecorder(keep int) *Recorder {
	return &Recorder{History{ring: make([]Datapoint, max(1, keep))}}
}

// Push adds the newest datapoint; the oldest leaves when the recorder is full.
func (r *Recorder) Push(d Datapoint) {
	h := &r.history
	h.ring[(h.first+h.n)%len(h.ring)] = d
	if h.n < len(h.ring) {
		h.n++
	} else {
		h.first = (h.first + 1) % len(h.ring)
	}
}

// History returns what is kept.
func (r *Recorder) History() History { return r.history }

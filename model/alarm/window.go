package alarm

import "math"

// surplusRange is how many datapoints more than its evaluation periods an alarm
// retrieves, so that a late or missing one can be replaced by an older one. CloudWatch's
// documentation has one example, 5 for 3, and no formula.
const surplusRange = 2

// Window is the ring of the latest datapoints of one alarm's metric. Periods
// before the first datapoint are missing.
type Window struct {
	cfg              Config
	points           []float64 // NaN: missing
	newest           int       // position of the newest in points
	breaching, sound int       // of the datapoints of the evaluation periods
}

// NewWindow returns the window of an alarm, all of its periods missing. It panics for
// an alarm of less than one evaluation period.
func NewWindow(cfg Config) Window {
	if cfg.EvaluationPeriods < 1 {
		panic("alarm: a window needs at least one evaluation period")
	}
	w := Window{cfg: cfg, points: make([]float64, cfg.EvaluationPeriods+surplusRange)}
	for i := range w.points {
		w.points[i] = math.NaN()
	}
	return w
}

// Push records the datapoint of the period that has become visible and forgets
// the oldest. ok is false, and value immaterial, for a period without data; a
// NaN is missing too.
func (w *Window) Push(value float64, ok bool) {
	if !ok {
		value = math.NaN()
	}
	w.weigh(w.points[w.position(w.cfg.EvaluationPeriods)], -1)
	w.newest++
	if w.newest == len(w.points) {
		w.newest = 0
	}
	w.points[w.newest] = value
	w.weigh(value, +1)
}

// weigh adds a datapoint to the counts of the evaluation periods, or takes it off.
func (w *Window) weigh(value float64, n int) {
	switch {
	case math.IsNaN(value):
	case w.cfg.Comparison.Breaches(value, w.cfg.Threshold):
		w.breaching += n
	default:
		w.sound += n
	}
}

// Revise gives the datapoint that is age periods old another value; one that the window does not
// keep has none to give.
func (w *Window) Revise(age int, value float64, ok bool) {
	if age < 1 || age > len(w.points) {
		return
	}
	if !ok {
		value = math.NaN()
	}
	p := &w.points[w.position(age)]
	if age <= w.cfg.EvaluationPeriods {
		w.weigh(*p, -1)
		w.weigh(value, +1)
	}
	*p = value
}

// Threshold returns that of the alarm.
func (w *Window) Threshold() float64 { return w.cfg.Threshold }

// Latest returns the newest datapoint, or ok false if it is missing.
func (w *Window) Latest() (value float64, ok bool) { return w.At(1) }

// position is where the datapoint lies that is age periods old; the newest has age 1.
func (w *Window) position(age int) int {
	i := w.newest + 1 - age
	if i < 0 {
		i += len(w.points)
	}
	return i
}

// At returns the datapoint that is age periods old, the newest at age 1 and the oldest
// that is kept at two more than the evaluation periods; ok false if it is missing. It
// panics for an older one.
func (w *Window) At(age int) (value float64, ok bool) {
	if age < 1 || age > len(w.points) {
		panic("alarm: a datapoint that no window keeps")
	}
	value = w.points[w.position(age)]
	return value, !math.IsNaN(value)
}

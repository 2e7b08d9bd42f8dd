package alarm

import "math"

// surplusRange is how many datapoints more than its evaluation periods an alarm
// retrieves, so that a late or missing one can be replaced by an older one. CloudWatch's
// documentation has one example, 5 for 3, and no formula.
const surplusRange = 2

// Window is the ring of the latest datapoints of one alarm's metric. Periods
// before the first datapoint are missing.
type Window struct {
	points []point
	newest int // position of the newest in points
}

// point is the datapoint of one period.
type point struct {
	value float64
	ok    bool // false: missing
}

// NewWindow returns the window of an alarm of so many evaluation periods, all
// of them missing. It panics on less than one.
func NewWindow(evaluationPeriods int) Window {
	if evaluationPeriods < 1 {
		panic("alarm: a window needs at least one evaluation period")
	}
	return Window{points: make([]point, evaluationPeriods+surplusRange)}
}

// Push records the datapoint of the period that has become visible and forgets
// the oldest. ok is false, and value immaterial, for a period without data; a
// NaN is missing too.
func (w *Window) Push(value float64, ok bool) {
	w.newest++
	if w.newest == len(w.points) {
		w.newest = 0
	}
	w.points[w.newest] = point{value: value, ok: ok && !math.IsNaN(value)}
}

// Revise gives the datapoint that is age periods old another value; one that the window does not
// keep has none to give.
func (w *Window) Revise(age int, value float64, ok bool) {
	if age >= 1 && age <= len(w.points) {
		w.points[(w.newest+1-age+len(w.points))%len(w.points)] = point{value: value, ok: ok && !math.IsNaN(value)}
	}
}

// Latest returns the newest datapoint, or ok false if it is missing.
func (w *Window) Latest() (value float64, ok bool) {
	p := w.points[w.newest]
	return p.value, p.ok
}

// at returns the datapoint that is age periods old; the newest has age 1.
func (w *Window) at(age int) point {
	i := w.newest + 1 - age
	if i < 0 {
		i += len(w.points)
	}
	return w.points[i]
}

// At returns the datapoint that is age periods old, the newest at age 1 and the oldest
// that is kept at two more than the evaluation periods; ok false if it is missing. It
// panics for an older one.
func (w *Window) At(age int) (value float64, ok bool) {
	if age < 1 || age > len(w.points) {
		panic("alarm: a datapoint that no window keeps")
	}
	p := w.at(age)
	return p.value, p.ok
}

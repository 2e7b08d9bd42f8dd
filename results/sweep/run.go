package sweep

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"headroom/results"
)

// Plan says what the points of a sweep are.
type Plan struct {
	Points int
	Rule   Rule
	// Build returns the experiment of a point. It is called from many
	// goroutines.
	Build func(point int) (*results.Experiment, error)
}

// Options say how to run a sweep.
type Options struct {
	Workers     int       // replications under way at a time; 0: one per core
	RetryFailed bool      // compute points again whose row is an error
	Done        func(Row) // called after each point that is done, one call at a time
}

// Run computes every point that is not done, and keeps the rows in the journal.
// Points that fail become rows with their error. The error is one of the journal
// or, if ctx is done first, its cause; what had finished is kept.
func Run(ctx context.Context, p *Plan, j *Journal, o Options) error {
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	r := &run{plan: p, journal: j, options: o}
	r.moved.L = &r.mu
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.moved.Broadcast()
	})
	defer stop()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { r.work(ctx) })
	}
	group.Wait()
	if r.err != nil {
		return r.err
	}
	if r.finished < p.Points {
		r.keepUnfinished()
		if r.err != nil {
			return r.err
		}
		return fmt.Errorf("%d of %d points finished: %w", r.finished, p.Points, context.Cause(ctx))
	}
	return nil
}

// run is the state that the workers share.
type run struct {
	plan    *Plan
	journal *Journal
	options Options

	mu       sync.Mutex
	moved    sync.Cond // something was added, finished or failed
	next     int       // point to begin
	loading  int
	active   []*job
	finished int
	err      error

	reporting sync.Mutex
}

// job is a point under way.
type job struct {
	point      int
	experiment *results.Experiment
	layout     *Layout
	values     [][]float64 // by replication; nil: not finished
	kept       int         // replications in the journal
	started    int
	finished   int
	want       int
	err        error
	failed     int // the replication of err
}

// work takes replications until none is left.
func (r *run) work(ctx context.Context) {
	for {
		j, replication := r.take(ctx)
		if j == nil {
			return
		}
		values, err := replicate(ctx, j.experiment, replication)
		if err != nil && ctx.Err() != nil {
			return
		}
		r.record(j, replication, values, err)
	}
}

// take hands out a replication of a point under way, or begins a point. It
// waits while others may yet ask for replications, and returns nil at the end.
func (r *run) take(ctx context.Context) (*job, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if ctx.Err() != nil || r.err != nil {
			return nil, 0
		}
		for _, j := range r.active {
			if j.started < j.want && j.err == nil {
				j.started++
				return j, j.started - 1
			}
		}
		switch {
		case r.next < r.plan.Points:
			point := r.next
			r.next++
			r.loading++
			r.mu.Unlock()
			r.begin(point)
			r.mu.Lock()
			r.loading--
			r.moved.Broadcast()
		case len(r.active) == 0 && r.loading == 0:
			return nil, 0
		default:
			r.moved.Wait()
		}
	}
}

// begin looks up what is known of a point and makes a job of what is not.
func (r *run) begin(point int) {
	row, known, err := r.journal.row(point)
	if err != nil {
		r.fail(err)
		return
	}
	j := &job{point: point}
	if known && row.Err == "" {
		v := r.plan.Rule.settle(row.Layout, row.Values)
		if v.done {
			row.Values, row.Ruled = row.Values[:v.n], v.ruled
			r.report(row)
			return
		}
		j.values, j.layout, j.want = row.Values, row.Layout, v.n
		j.kept, j.started, j.finished = len(row.Values), len(row.Values), len(row.Values)
	} else if known && !r.options.RetryFailed {
		r.report(row)
		return
	}
	if j.experiment, err = build(r.plan, point); err != nil {
		r.end(j, err)
		return
	}
	layout := NewLayout(j.experiment.Keys())
	if j.layout == nil {
		j.layout, j.want = layout, r.plan.Rule.after(0)
	} else if layout.id != j.layout.id {
		r.fail(fmt.Errorf("point %d: measures other metrics than the journal", point))
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = append(r.active, j)
	r.moved.Broadcast()
}

// record keeps what a replication returned, and decides how the point goes on.
func (r *run) record(j *job, replication int, values []float64, err error) {
	r.mu.Lock()
	for len(j.values) <= replication {
		j.values = append(j.values, nil)
	}
	j.values[replication] = values
	j.finished++
	if err != nil && (j.err == nil || replication < j.failed) { // all below it have begun, so the lowest is the same in every run
		j.err, j.failed = fmt.Errorf("replication %d: %w", replication, err), replication
	}
	over := j.finished == j.started && (j.err != nil || j.finished == j.want)
	r.mu.Unlock()
	if !over {
		return
	}
	if j.err != nil {
		r.end(j, j.err)
		return
	}
	v := r.plan.Rule.settle(j.layout, j.values)
	row := Row{Point: j.point, First: j.kept, Layout: j.layout, Values: j.values[j.kept:]}
	if err := r.journal.Append(&row); err != nil {
		r.fail(err)
		return
	}
	j.kept = len(j.values)
	if !v.done {
		r.mu.Lock()
		j.want = v.n
		r.moved.Broadcast()
		r.mu.Unlock()
		return
	}
	r.remove(j)
	r.report(Row{Point: j.point, Layout: j.layout, Values: j.values[:v.n], Ruled: v.ruled})
}

// end makes a row of the error of a point.
func (r *run) end(j *job, err error) {
	row := Row{Point: j.point, Err: err.Error()}
	if err := r.journal.Append(&row); err != nil {
		r.fail(err)
		return
	}
	r.remove(j)
	r.report(row)
}

func (r *run) remove(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.active {
		if other == j {
			r.active = append(r.active[:i], r.active[i+1:]...)
			break
		}
	}
	r.moved.Broadcast()
}

func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	r.moved.Broadcast()
}

// report counts a point that is done and tells about it.
func (r *run) report(row Row) {
	r.reporting.Lock()
	defer r.reporting.Unlock()
	r.mu.Lock()
	r.finished++
	r.mu.Unlock()
	if r.options.Done != nil {
		r.options.Done(row)
	}
}

// keepUnfinished saves the replications of points that were interrupted, up to
// the first that is missing.
func (r *run) keepUnfinished() {
	for _, j := range r.active {
		n := j.kept
		for n < len(j.values) && j.values[n] != nil {
			n++
		}
		if n == j.kept || j.err != nil {
			continue
		}
		row := Row{Point: j.point, First: j.kept, Layout: j.layout, Values: j.values[j.kept:n]}
		if err := r.journal.Append(&row); err != nil {
			r.fail(err)
			return
		}
	}
}

// Compute returns the row of a point: what [Run] keeps of it, from nothing.
func (p *Plan) Compute(ctx context.Context, point int) (Row, error) {
	experiment, err := build(p, point)
	if err != nil {
		return Row{Point: point, Err: err.Error()}, nil
	}
	row := Row{Point: point, Layout: NewLayout(experiment.Keys())}
	for {
		v := p.Rule.settle(row.Layout, row.Values)
		if v.done {
			row.Ruled = v.ruled
			return row, nil
		}
		for len(row.Values) < v.n {
			n := len(row.Values)
			values, err := replicate(ctx, experiment, n)
			if ctx.Err() != nil {
				return Row{}, context.Cause(ctx)
			}
			if err != nil {
				return Row{Point: point, Err: fmt.Errorf("replication %d: %w", n, err).Error()}, nil
			}
			row.Values = append(row.Values, values)
		}
	}
}

// build makes the experiment of a point; a panic becomes its error.
func build(p *Plan, point int) (e *results.Experiment, err error) {
	defer caught(&err)
	return p.Build(point)
}

// replicate runs one replication; a panic becomes its error.
func replicate(ctx context.Context, e *results.Experiment, replication int) (values []float64, err error) {
	defer caught(&err)
	return e.Replicate(ctx, replication)
}

// caught turns a panic into an error: one point must not end the others.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = errors.New(firstLines(fmt.Sprintf("panic: %v\n%s", v, debug.Stack())))
	}
}

// firstLines keeps what says where a panic came from.
func firstLines(text string) string {
	const most = 2000
	if len(text) > most {
		return text[:most]
	}
	return text
}

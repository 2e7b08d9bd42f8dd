package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"headroom/results/run"
)

// scheduler is how a sweep goes: which replications come next, and what follows
// from what they return, wherever they are computed. It is safe for concurrent
// use.
type scheduler struct {
	plan    *Plan
	journal *Journal
	options Options

	mu       sync.Mutex
	moved    sync.Cond // something was added, finished or failed
	passes   passes
	next     int // of the passes, to open
	opening  int
	active   map[int]*job // by point
	ready    []*job       // those with replications to hand out, and others
	waiting  int          // replications to hand out of ready
	finished int
	failed   int // of finished
	err      error

	reporting sync.Mutex
}

// job is a point under way.
type job struct {
	point      int
	attempt    int             // how often it has failed before
	experiment *run.Experiment // nil if others replicate it
	layout     *Layout         // nil: not yet known
	values     [][]float64     // by replication; nil: not finished
	kept       int             // replications in the journal
	started    int
	finished   int
	want       int
	err        error
	failed     int // the replication of err
}

func newScheduler(p *Plan, j *Journal, o Options) *scheduler {
	c := &scheduler{plan: p, journal: j, options: o, active: map[int]*job{}, passes: newPasses(p)}
	c.moved.L = &c.mu
	return c
}

// open begins the next point and returns it, nil if it is done already. It is
// false if all have been begun. Nothing of the point is handed out before it is
// admitted.
func (c *scheduler) open() (*job, bool) {
	c.mu.Lock()
	if c.err != nil || !c.more() {
		c.mu.Unlock()
		return nil, false
	}
	point := c.passes.point(c.next)
	c.next++
	c.opening++
	c.mu.Unlock()
	j := c.look(point)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opening--
	if j != nil {
		c.active[point] = j
	}
	c.moved.Broadcast()
	return j, true
}

// more reports whether there is another point to open. If all that were are done, more may follow
// from what they showed.
func (c *scheduler) more() bool {
	if c.next < c.passes.len() {
		return true
	}
	if c.passes.ended || c.opening > 0 || len(c.active) > 0 {
		return false
	}
	if err := c.passes.extend(c.journal, &c.plan.Rule); err != nil {
		c.err = err
		c.moved.Broadcast()
		return false
	}
	c.moved.Broadcast()
	return c.next < c.passes.len()
}

// opened reports whether a point was.
func (c *scheduler) opened(point int) bool {
	place := c.passes.place(point)
	return 0 <= place && place < c.next
}

// look makes a job of what the journal does not know of a point.
func (c *scheduler) look(point int) *job {
	s, err := c.journal.standing(point, &c.plan.Rule, c.options.RetryFailed)
	if err != nil {
		c.fail(err)
		return nil
	}
	if s.done {
		c.report(s.row)
		return nil
	}
	n := len(s.row.Values)
	return &job{
		point: point, attempt: s.failures, layout: s.row.Layout, values: s.row.Values,
		kept: n, started: n, finished: n, want: s.want,
	}
}

// admit lets the replications of a point be handed out.
func (c *scheduler) admit(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offer(j)
}

func (c *scheduler) offer(j *job) {
	c.ready = append(c.ready, j)
	c.waiting += j.want - j.started
	c.moved.Broadcast()
}

// offered reports whether a replication can be handed out, of c.ready[0].
func (c *scheduler) offered() bool {
	for len(c.ready) > 0 {
		j := c.ready[0]
		if j.started < j.want && j.err == nil && c.active[j.point] == j {
			return true
		}
		c.waiting -= j.want - j.started
		c.ready[0] = nil
		c.ready = c.ready[1:]
	}
	return false
}

// take hands out replications of one point, at most so many, nil if there are
// none for now.
func (c *scheduler) take(most int) (j *job, first, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || !c.offered() {
		return nil, 0, 0
	}
	j = c.ready[0]
	first, count = j.started, min(most, j.want-j.started)
	j.started += count
	c.waiting -= count
	return j, first, count
}

// wait returns true once there is something to take or to open, and false when
// there will never be.
func (c *scheduler) wait(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ctx.Err() == nil && c.err == nil {
		switch {
		case c.offered() || c.more():
			return true
		case c.opening == 0 && len(c.active) == 0:
			return false
		}
		c.moved.Wait()
	}
	return false
}

// remaining estimates how many replications are not handed out.
func (c *scheduler) remaining() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting + (c.passes.len()-c.next)*c.plan.Rule.after(0)
}

// meet notes what a point measures, which must be what the journal has of it.
func (c *scheduler) meet(j *job, l *Layout) bool {
	switch {
	case j.layout == nil:
		j.layout = l
	case j.layout.id != l.id:
		c.fail(fmt.Errorf("point %d: measures other metrics than the journal", j.point))
		return false
	}
	return true
}

// record keeps what a replication returned, and decides how the point goes on.
func (c *scheduler) record(j *job, replication int, values []float64, err error) {
	c.mu.Lock()
	for len(j.values) <= replication {
		j.values = append(j.values, nil)
	}
	j.values[replication] = values
	j.finished++
	if err != nil && (j.err == nil || replication < j.failed) { // all below it have begun, so the lowest is the same in every run
		j.err, j.failed = errorOf(replication, err), replication
	}
	over := j.finished == j.started && (j.err != nil || j.finished == j.want)
	c.mu.Unlock()
	if !over {
		return
	}
	if j.err != nil {
		c.end(j, j.failed, j.err)
		return
	}
	v := c.plan.Rule.settle(j.layout, j.values)
	row := Row{Point: j.point, First: j.kept, Layout: j.layout, Values: j.values[j.kept:]}
	if err := c.journal.Append(&row); err != nil {
		c.fail(err)
		return
	}
	j.kept = len(j.values)
	if !v.done {
		c.mu.Lock()
		j.want = v.n
		c.offer(j)
		c.mu.Unlock()
		return
	}
	c.remove(j)
	c.report(Row{Point: j.point, Layout: j.layout, Values: j.values[:v.n], Ruled: v.ruled})
}

// end makes a row of the error of a point, which needs the replication at which
// it failed.
func (c *scheduler) end(j *job, replication int, err error) {
	row := Row{Point: j.point, First: replication, Err: err.Error()}
	if err := c.journal.Append(&row); err != nil {
		c.fail(err)
		return
	}
	c.remove(j)
	c.report(row)
}

func (c *scheduler) remove(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.active, j.point)
	c.moved.Broadcast()
}

// fail ends the sweep.
func (c *scheduler) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	c.moved.Broadcast()
}

// failure returns what ended the sweep, nil if nothing did.
func (c *scheduler) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// report counts a point that is done and tells about it.
func (c *scheduler) report(row Row) {
	c.reporting.Lock()
	defer c.reporting.Unlock()
	c.mu.Lock()
	c.finished++
	if row.Err != "" {
		c.failed++
	}
	c.mu.Unlock()
	if c.options.Done != nil {
		c.options.Done(row)
	}
}

// conclude keeps what is there of points under way. Nobody may record any more.
// The error is one of the journal, or says how many points are done and why not
// all.
func (c *scheduler) conclude(cause error) error {
	done := c.passes.ended && c.finished == c.passes.len()
	if c.err == nil && !done {
		c.keepUnfinished()
	}
	switch {
	case c.err != nil:
		return c.err
	case done:
		return nil
	case cause == nil:
		cause = errors.New("nobody computes the others")
	}
	return fmt.Errorf("%d of %d points finished: %w", c.finished, c.passes.len(), cause)
}

// keepUnfinished saves the replications of points that were interrupted, up to
// the first that is missing.
func (c *scheduler) keepUnfinished() {
	for _, point := range slices.Sorted(maps.Keys(c.active)) {
		j := c.active[point]
		n := j.kept
		for n < len(j.values) && j.values[n] != nil {
			n++
		}
		if n == j.kept || j.err != nil {
			continue
		}
		row := Row{Point: j.point, First: j.kept, Layout: j.layout, Values: j.values[j.kept:n]}
		if err := c.journal.Append(&row); err != nil {
			c.fail(err)
			return
		}
	}
}

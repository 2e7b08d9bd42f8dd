package sweep

import (
	"context"
	"runtime"
	"sync"

	"headroom/sim/batch"
)

// Options say how to run a sweep.
type Options struct {
	Workers     int       // of [Run]: replications under way at a time; 0: one per core
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
	c := newScheduler(p, j, o)
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.moved.Broadcast()
	})
	defer stop()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { c.work(ctx) })
	}
	batch.Wait(ctx, &group)
	return c.conclude(context.Cause(ctx))
}

// work takes replications until none is left.
func (c *scheduler) work(ctx context.Context) {
	for c.wait(ctx) {
		j, replication, _ := c.take(1)
		if j == nil {
			c.begin()
			continue
		}
		values, err := replicate(ctx, j.experiment, replication)
		if ctx.Err() != nil { // perhaps nobody waits for it any more
			return
		}
		c.record(j, replication, values, err)
	}
}

// begin opens a point and builds its experiment.
func (c *scheduler) begin() {
	j, _ := c.open()
	if j == nil {
		return
	}
	experiment, err := build(c.plan, j.point)
	if err != nil {
		c.end(j, j.kept, err)
		return
	}
	j.experiment = experiment
	if c.meet(j, c.plan.layout(experiment)) {
		c.admit(j)
	}
}

package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Options say how to run a batch. The zero Options use all cores, silently.
type Options struct {
	// Workers is the number of replications under way at a time. Zero or less
	// means one per core that Go may use, runtime.GOMAXPROCS(0).
	Workers int
	// Progress, if set, is called after each replication with the number of
	// replications finished: 1, 2, 3 and so on. Calls do not overlap.
	Progress func(done int)
}

// Result is what one replication has returned.
type Result[T any] struct {
	Index int
	Value T
}

// Map calls run for every index from 0 to n-1 and returns the results in index
// order. It returns when no call is under way any more.
//
// If a replication fails, Map returns the results of all indices below the
// lowest that failed, and its error, which names the index. If ctx is done
// first, Map returns all results that have finished, and the cause; the context
// is passed to run, which should look at it from time to time: calls that do not
// return within [Patience] are left behind, and what they return is lost. Map
// panics if n is negative.
func Map[T any](
	ctx context.Context, n int, options Options, run func(ctx context.Context, index int) (T, error),
) ([]Result[T], error) {
	if n < 0 {
		panic(fmt.Sprintf("batch: %d replications", n))
	}
	workers := options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	b := &batch[T]{outcomes: make([]outcome[T], n), failed: n, progress: options.Progress}
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for index, ok := b.next(ctx); ok; index, ok = b.next(ctx) {
				b.attempt(ctx, index, run)
			}
		})
	}
	Wait(ctx, &group)
	return b.results(ctx)
}

// batch is the state that the workers share.
type batch[T any] struct {
	mu       sync.Mutex
	outcomes []outcome[T] // by index
	started  int          // indices handed out
	done     int          // replications finished without error
	failed   int          // lowest index that failed, or the number of indices
	over     bool         // the results are out
	progress func(done int)
}

// outcome is where a replication stands.
type outcome[T any] struct {
	value    T
	err      error
	finished bool // with a value
}

// next hands out an index.
func (b *batch[T]) next(ctx context.Context) (index int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil || b.failed < len(b.outcomes) || b.started == len(b.outcomes) {
		return 0, false
	}
	b.started++
	return b.started - 1, true
}

// attempt runs one replication and records its outcome, whichever way it ends.
func (b *batch[T]) attempt(ctx context.Context, index int, run func(context.Context, int) (T, error)) {
	o := outcome[T]{err: errors.New("ended its goroutine")}
	defer func() { b.record(ctx, index, o) }()
	o.value, o.err = Try(func() (T, error) { return run(ctx, index) })
}

// record keeps an outcome.
func (b *batch[T]) record(ctx context.Context, index int, o outcome[T]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over { // nobody waits for it
		return
	}
	if o.err != nil {
		if interrupted(ctx, o.err) {
			return
		}
		b.outcomes[index].err = o.err
		b.failed = min(b.failed, index)
		return
	}
	o.finished = true
	b.outcomes[index] = o
	b.done++
	if b.progress != nil {
		b.progress(b.done)
	}
}

// interrupted reports whether err says no more than that ctx is done.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

// results collects what Map returns.
func (b *batch[T]) results(ctx context.Context) ([]Result[T], error) {
	b.mu.Lock() // against calls that were left behind
	defer b.mu.Unlock()
	b.over = true
	results := make([]Result[T], 0, b.done)
	for i, o := range b.outcomes[:b.failed] {
		if o.finished {
			results = append(results, Result[T]{Index: i, Value: o.value})
		}
	}
	switch {
	case b.failed < len(b.outcomes):
		return results, fmt.Errorf("replication %d: %w", b.failed, b.outcomes[b.failed].err)
	case len(results) < len(b.outcomes):
		return results, fmt.Errorf("%d of %d replications finished: %w", len(results), len(b.outcomes), context.Cause(ctx))
	}
	return results, nil
}

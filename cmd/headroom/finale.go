package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"headroom/results/run"
)

// hurry is how long a command that has nothing to keep may take to notice that it was
// interrupted.
const hurry = 800 * time.Millisecond

// finale is how a command ends that is interrupted, or for which memory runs out.
type finale struct {
	graceful atomic.Bool // it ends by itself, with what it has finished
}

// finaleKey is where a context carries the finale of its command.
type finaleKey struct{}

func withFinale(ctx context.Context) (context.Context, *finale) {
	e := new(finale)
	return context.WithValue(ctx, finaleKey{}, e), e
}

// gracefully says that a command simulates, until the function that it returns is
// called: interrupted now, it ends by itself and keeps what is finished. Before,
// there is nothing to keep, and afterwards nothing to wait for.
func gracefully(ctx context.Context) (end func()) {
	e, _ := ctx.Value(finaleKey{}).(*finale)
	if e == nil {
		return func() {}
	}
	e.graceful.Store(true)
	return func() { e.graceful.Store(false) }
}

// enforce ends the program when a command does not notice that its context has
// ended, and has nothing to keep. It returns once the program ends anyway.
func (e *finale) enforce(ctx context.Context, over <-chan struct{}) {
	select {
	case <-over:
		return
	case <-ctx.Done():
	}
	if e.graceful.Load() {
		return
	}
	wait := time.NewTimer(hurry)
	defer wait.Stop()
	select {
	case <-over:
	case <-wait.C:
		f := halted(ctx, "nothing is kept")
		complain(f.Error())
		os.Exit(f.code)
	}
}

// halted is the failure of a command whose context has ended; kept is said of its
// results.
func halted(ctx context.Context, kept string) *failure {
	if out := run.OutOfMemory(ctx); out != nil {
		return &failure{exitMemory, fmt.Errorf("%w (run.memory); %s", out, kept)}
	}
	return &failure{exitInterrupted, errors.New("interrupted; " + kept)}
}

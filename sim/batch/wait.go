package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// patience is how long who was interrupted waits for work that does not notice.
const patience = 400 * time.Millisecond

// Patience returns how long to wait for work whose context has ended for a cause:
// 0.4 s, for a user should not wait a second, or what the cause says by a method
// Grace() time.Duration.
func Patience(cause error) time.Duration {
	var generous interface{ Grace() time.Duration }
	if errors.As(cause, &generous) {
		return generous.Grace()
	}
	return patience
}

// Wait waits until a group is done or, after the end of ctx, for as long as
// [Patience] allows. It reports whether the group is done.
func Wait(ctx context.Context, group *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	late := time.NewTimer(Patience(context.Cause(ctx)))
	defer late.Stop()
	select {
	case <-done:
		return true
	case <-late.C:
		return false
	}
}

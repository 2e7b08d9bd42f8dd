package batch

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestACallThatDoesNotNoticeIsLeftBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	defer close(never)
	begun := time.Now()
	results, err := Map(ctx, 5, Options{Workers: 2}, func(_ context.Context, i int) (int, error) {
		if i == 1 {
			cancel()
			<-never
		}
		return i, nil
	})
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if got := indices(results); !errors.Is(err, context.Canceled) || !slices.Contains(got, 0) || slices.Contains(got, 1) {
		t.Errorf("got %v, %v", got, err)
	}
}

// generous is a cause that lets calls end.
type generous struct{ error }

func (generous) Grace() time.Duration { return time.Minute }

func TestACauseMayBePatient(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	results, err := Map(ctx, 1, Options{}, func(context.Context, int) (int, error) {
		cancel(generous{errors.New("memory")})
		time.Sleep(2 * patience)
		return 7, nil
	})
	if len(results) != 1 || err != nil {
		t.Errorf("got %v, %v", results, err)
	}
}

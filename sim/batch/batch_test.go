package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func indices[T any](results []Result[T]) []int {
	var out []int
	for _, r := range results {
		out = append(out, r.Index)
	}
	return out
}

func upTo(n int) []int {
	var out []int
	for i := range n {
		out = append(out, i)
	}
	return out
}

func TestResultsComeInIndexOrderForAnyWorkers(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 2, 7, 200} {
		results, err := Map(t.Context(), 100, Options{Workers: workers}, func(_ context.Context, i int) (int, error) {
			if i%3 == 0 {
				runtime.Gosched()
			}
			return i * i, nil
		})
		if err != nil || !slices.Equal(indices(results), upTo(100)) {
			t.Fatalf("%d workers: indices %v, error %v; want 0 to 99 in order", workers, indices(results), err)
		}
		for _, r := range results {
			if r.Value != r.Index*r.Index {
				t.Fatalf("%d workers: index %d has %d, want %d", workers, r.Index, r.Value, r.Index*r.Index)
			}
		}
	}
}

func TestNothingToDoIsNoError(t *testing.T) {
	results, err := Map(t.Context(), 0, Options{}, func(context.Context, int) (int, error) { return 0, errors.New("called") })
	if len(results) != 0 || err != nil {
		t.Errorf("got %v, %v; want nothing", results, err)
	}
}

func TestWorkersBoundsWhatIsUnderWay(t *testing.T) {
	var now, most atomic.Int32
	_, err := Map(t.Context(), 50, Options{Workers: 3}, func(context.Context, int) (int, error) {
		n := now.Add(1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		runtime.Gosched()
		now.Add(-1)
		return 0, nil
	})
	if got := most.Load(); err != nil || got > 3 {
		t.Errorf("%d under way at a time, error %v; want at most 3", got, err)
	}
}

// Index 9 fails first in time, index 4 is the one to be reported.
func TestTheLowestFailingIndexIsReported(t *testing.T) {
	high := make(chan struct{})
	faulty := errors.New("no capacity")
	results, err := Map(t.Context(), 1000, Options{Workers: 10}, func(_ context.Context, i int) (int, error) {
		switch i {
		case 4:
			<-high
			return 0, fmt.Errorf("zone b: %w", faulty)
		case 9:
			defer close(high)
			return 0, errors.New("another")
		}
		return i, nil
	})
	if !slices.Equal(indices(results), upTo(4)) {
		t.Errorf("results of %v, want 0 to 3", indices(results))
	}
	if !errors.Is(err, faulty) || err.Error() != "replication 4: zone b: no capacity" {
		t.Errorf("error %q, want that of replication 4", err)
	}
}

func TestAFailureStopsTheBatch(t *testing.T) {
	var calls atomic.Int32
	_, err := Map(t.Context(), 1000, Options{Workers: 2}, func(_ context.Context, i int) (int, error) {
		calls.Add(1)
		if i == 0 {
			return 0, errors.New("broken")
		}
		for calls.Load() < 2 {
			runtime.Gosched()
		}
		return i, nil
	})
	if got := calls.Load(); err == nil || got == 1000 {
		t.Errorf("%d calls, error %v; want an error and far fewer than 1000 calls", got, err)
	}
}

func TestCancellingKeepsWhatHasFinished(t *testing.T) {
	reason := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	results, err := Map(ctx, 100, Options{Workers: 2}, func(ctx context.Context, i int) (int, error) {
		switch i {
		case 0: // the longest: it ends only with the context
			<-ctx.Done()
			return 0, ctx.Err()
		case 5:
			cancel(reason)
		}
		return i, nil
	})
	if want := []int{1, 2, 3, 4, 5}; !slices.Equal(indices(results), want) {
		t.Errorf("results of %v, want %v", indices(results), want)
	}
	if !errors.Is(err, reason) || !strings.Contains(err.Error(), "5 of 100") {
		t.Errorf("error %q, want 5 of 100 and the cause", err)
	}
}

func TestCancellingAfterTheLastIsNoError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	results, err := Map(ctx, 3, Options{Workers: 1}, func(_ context.Context, i int) (int, error) {
		if i == 2 {
			cancel()
		}
		return i, nil
	})
	if len(results) != 3 || err != nil {
		t.Errorf("%d results, error %v; want 3, nil", len(results), err)
	}
}

func TestAFailureOutranksCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Map(ctx, 3, Options{Workers: 1}, func(_ context.Context, i int) (int, error) {
		cancel()
		return 0, errors.New("broken")
	})
	if err == nil || err.Error() != "replication 0: broken" {
		t.Errorf("error %v, want replication 0: broken", err)
	}
}

func TestAPanicBecomesTheErrorOfItsIndex(t *testing.T) {
	cause := errors.New("stale handle")
	results, err := Map(t.Context(), 5, Options{Workers: 1}, func(_ context.Context, i int) (int, error) {
		if i == 3 {
			panic(cause)
		}
		return i, nil
	})
	var p *Panic
	if !errors.As(err, &p) || !errors.Is(err, cause) {
		t.Fatalf("error %v, want a panic", err)
	}
	if !strings.HasPrefix(err.Error(), "replication 3: panic: stale handle\n") || !strings.Contains(p.Trace, "batch_test.go") {
		t.Errorf("error %q, want index, value and stack", err)
	}
	if !slices.Equal(indices(results), upTo(3)) {
		t.Errorf("results of %v, want 0 to 2", indices(results))
	}
}

func TestAGoroutineThatEndsIsAnError(t *testing.T) {
	_, err := Map(t.Context(), 2, Options{Workers: 1}, func(_ context.Context, i int) (int, error) {
		runtime.Goexit()
		return i, nil
	})
	if err == nil || err.Error() != "replication 0: ended its goroutine" {
		t.Errorf("error %v, want that of replication 0", err)
	}
}

func TestProgressCountsEveryReplicationOnce(t *testing.T) {
	var seen []int // Progress does not overlap, says its contract; -race checks it
	options := Options{Workers: 4, Progress: func(done int) { seen = append(seen, done-1) }}
	if _, err := Map(t.Context(), 60, options, func(_ context.Context, i int) (int, error) { return i, nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, upTo(60)) {
		t.Errorf("progress less one %v, want 0 to 59", seen)
	}
}

func ExampleMap() {
	results, err := Map(context.Background(), 4, Options{}, func(_ context.Context, replication int) (string, error) {
		return fmt.Sprintf("seed %d", 100+replication), nil
	})
	for _, r := range results {
		fmt.Println(r.Index, r.Value)
	}
	fmt.Println(err)
	// Output:
	// 0 seed 100
	// 1 seed 101
	// 2 seed 102
	// 3 seed 103
	// <nil>
}

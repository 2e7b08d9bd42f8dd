package sim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// drain pulls everything up to a horizon.
func drain[E any](k *Kernel[E], horizon Time) []E {
	var events []E
	for {
		e, ok := k.Next(horizon)
		if !ok {
			return events
		}
		events = append(events, e)
	}
}

func wantEvents[E comparable](t *testing.T, got []E, want ...E) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("events in the order %v, want %v", got, want)
	}
}

func TestEventsComeByInstantThenRankThenSequence(t *testing.T) {
	k := NewKernel[string]()
	k.At(2, RankFailure, "later instant")
	k.At(1, RankArrival, "arrival a")
	k.At(1, RankObserve, "observe")
	k.At(1, RankArrival, "arrival b")
	k.At(1, RankRelease, "release")
	k.At(Horizon, RankObserve, "last")
	wantEvents(t, drain(k, Horizon), "release", "arrival a", "arrival b", "observe", "later instant", "last")
	if k.Now() != Horizon || k.Processed() != 6 || k.Pending() != 0 {
		t.Errorf("now %v, processed %d, pending %d; want %v, 6, 0", k.Now(), k.Processed(), k.Pending(), Horizon)
	}
}

func TestTimersAndQueueShareOneSequence(t *testing.T) {
	k := NewKernel[int]()
	slow := k.NewTimer(10, RankArrival)
	slow.Start(0)
	k.At(10, RankArrival, 1)
	slow.Start(2)
	twin := k.NewTimer(10, RankArrival)
	twin.Start(3)
	k.At(10, RankArrival, 4)
	slow.Start(5)
	k.NewTimer(10, RankRelease).Start(-1)
	if got := slow.Pending(); got != 3 {
		t.Errorf("%d events wait in the timer, want 3", got)
	}
	wantEvents(t, drain(k, 10), -1, 0, 1, 2, 3, 4, 5)
}

func TestAnEarlierRankOfThisInstantComesNext(t *testing.T) {
	for rank := RankFailure; rank < RankObserve; rank++ {
		k := NewKernel[string]()
		k.At(7_000_003, RankObserve, "first")
		k.At(7_000_003, RankObserve, "third")
		k.At(7_000_004, RankFailure, "fourth")
		k.Next(Horizon)
		k.At(7_000_003, rank, "second")
		wantEvents(t, drain(k, Horizon), "second", "third", "fourth")
	}
}

func TestTheHorizonIsInclusiveAndMovesTheClock(t *testing.T) {
	k := NewKernel[int]()
	k.At(5, RankArrival, 1)
	k.At(9, RankArrival, 2)
	timer := k.NewTimer(9, RankArrival)
	timer.Start(3)
	wantEvents(t, drain(k, 5), 1)
	wantEvents(t, drain(k, 7))
	if k.Now() != 7 || k.Pending() != 2 {
		t.Errorf("now %v with %d pending, want 7ns with 2", k.Now(), k.Pending())
	}
	wantEvents(t, drain(k, 3))
	if k.Now() != 7 {
		t.Errorf("now %v after a horizon in the past, want 7ns", k.Now())
	}
	k.At(8, RankArrival, 4) // before what the kernel has looked at
	wantEvents(t, drain(k, 9), 4, 2, 3)
}

func TestAnEmptyKernelEnds(t *testing.T) {
	k := NewKernel[int]()
	wantEvents(t, drain(k, Never))
	if k.Now() != 0 {
		t.Errorf("now %v, want 0s", k.Now())
	}
	k.After(3, RankArrival, 1)
	wantEvents(t, drain(k, Never), 1)
	if k.Now() != 3 {
		t.Errorf("now %v, want 3ns: without a horizon the clock stays at the last event", k.Now())
	}
	wantEvents(t, drain(k, 8))
	if k.Now() != 8 {
		t.Errorf("now %v, want 8ns", k.Now())
	}
}

func TestImpossibleEventsPanic(t *testing.T) {
	cases := map[string]struct {
		schedule func(k *Kernel[int])
		want     string
	}{
		"past":           {func(k *Kernel[int]) { k.At(99, RankArrival, 0) }, "in the past of 100ns"},
		"negative":       {func(k *Kernel[int]) { k.After(-1, RankArrival, 0) }, "in the past of 100ns"},
		"horizon":        {func(k *Kernel[int]) { k.At(Horizon+1, RankArrival, 0) }, "beyond the horizon"},
		"after horizon":  {func(k *Kernel[int]) { k.After(Horizon-99, RankArrival, 0) }, "beyond the horizon"},
		"never":          {func(k *Kernel[int]) { k.After(Never, RankArrival, 0) }, "beyond the horizon"},
		"timer horizon":  {func(k *Kernel[int]) { k.NewTimer(Never, RankArrival).Start(0) }, "beyond the horizon"},
		"timer negative": {func(k *Kernel[int]) { k.NewTimer(-1, RankArrival) }, "negative delay"},
		"rank":           {func(k *Kernel[int]) { k.At(100, rankCount, 0) }, "unknown rank"},
		"timer rank":     {func(k *Kernel[int]) { k.NewTimer(1, rankCount) }, "unknown rank"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			k := NewKernel[int]()
			k.Next(100)
			defer func() {
				got, _ := recover().(string)
				if !strings.HasPrefix(got, "sim: ") || !strings.Contains(got, c.want) {
					t.Errorf("panic %q, want sim: … %s", got, c.want)
				}
				if k.Pending() != 0 {
					t.Errorf("%d events pending after the panic, want 0", k.Pending())
				}
			}()
			c.schedule(k)
		})
	}
}

// Quadratic work, by insertion sort or repeated scans, would take minutes.
func TestManyEventsOfOneInstantAreCheap(t *testing.T) {
	const n = 200_000
	began := time.Now()
	k := NewKernel[int]()
	timer := k.NewTimer(Hour, RankArrival)
	for i := range n {
		if i%2 == 0 {
			k.At(Hour, RankArrival, i)
		} else {
			timer.Start(i)
		}
	}
	for want := range n {
		if got, ok := k.Next(Hour); got != want || !ok {
			t.Fatalf("event %d, %v; want %d", got, ok, want)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%d events of one instant took %v", n, took)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	k := NewKernel[payload]()
	timer := k.NewTimer(Second, RankRelease)
	for range 1000 {
		k.After(Time(random.Int64N(int64(Minute))), RankArrival, payload{id: 1})
		timer.Start(payload{id: 2})
	}
	hold := func() {
		for range 1000 {
			e, _ := k.Next(Horizon)
			if e.id == 2 {
				timer.Start(e)
			} else {
				k.After(Time(random.Int64N(int64(Minute))), RankArrival, e)
			}
		}
	}
	for range 200 { // until the pools have seen their largest filling
		hold()
	}
	if got := testing.AllocsPerRun(200, hold); got != 0 {
		t.Errorf("%v allocations in 1000 events, want 0", got)
	}
}

func TestMemoryFollowsPendingNotProcessed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	k := NewKernel[payload]()
	for range 100 {
		k.After(0, RankArrival, payload{})
	}
	for range 300_000 {
		e, _ := k.Next(Horizon)
		k.After(Time(random.Int64N(int64(Second))), RankArrival, e)
	}
	// A chunk per event, one being dealt and one that is nobody.
	if got := len(k.queue.chunks); got > 102 {
		t.Errorf("%d chunks for 100 pending events, want at most 102", got)
	}
}

package main

import (
	"math"
	"testing"
	"time"
)

// Three replications of ten minutes on two workers take twenty: the end is told from the
// work under way, not from the number that have finished.
func TestProgressTellsTheEnd(t *testing.T) {
	begin := time.Now()
	for _, c := range []struct {
		minutes int
		done    int
		shares  map[int]float64
		left    float64 // minutes
	}{
		{2, 0, map[int]float64{0: 0.2, 1: 0.2}, 18},
		{9, 0, map[int]float64{0: 0.9, 1: 0.9}, 11},
		{10, 2, map[int]float64{}, 10},
	} {
		w := &work{all: 3, workers: 2, begin: begin, done: c.done, shares: c.shares}
		left, known := w.estimate(begin.Add(time.Duration(c.minutes) * time.Minute))
		if !known || math.Abs(left.Minutes()-c.left) > 0.01 {
			t.Errorf("after %d minutes %v are left, want %v", c.minutes, left, c.left)
		}
	}
	// Two of three that take five minutes to be built, and ten to be played.
	w := &work{all: 3, workers: 2, begin: begin, built: begin.Add(5 * time.Minute), shares: map[int]float64{0: 0.2, 1: 0.2}}
	if left, known := w.estimate(begin.Add(7 * time.Minute)); !known || math.Abs(left.Minutes()-23) > 0.01 {
		t.Errorf("%v are left, want 23 minutes: 8 of the first two, and 15 of the third", left)
	}
	w = &work{all: 3, workers: 2, begin: begin, shares: map[int]float64{0: 0.01}}
	if _, known := w.estimate(begin.Add(time.Hour)); known {
		t.Error("an end is told before there is anything to tell it from")
	}
}

func TestProgressMovesWithinAReplicationAndNeverBack(t *testing.T) {
	w := &work{all: 2, workers: 2, shares: map[int]float64{}}
	for i, step := range []struct {
		got  int64
		want int64
	}{
		{w.moved(0, 0.25), 250}, {w.moved(1, 0.5), 750}, {w.moved(0, 0.1), 750}, {w.finished(1), 1250}, {w.moved(0, 0.2), 1250}, {w.finished(2), 2000},
	} {
		if step.got != step.want {
			t.Errorf("step %d: %d, want %d", i, step.got, step.want)
		}
	}
	if got := w.counted(); got != "2/2 100 %" {
		t.Errorf("got %q", got)
	}
}

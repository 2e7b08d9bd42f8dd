package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// Who computes points lets about so much garbage pile up: every point makes a
// scenario and drops it, and of 10⁴ trivial points that takes a quarter off the
// time. Alive are some 40 MB, and 100 bytes for each point of a sweep: where its row is in the journal.
const (
	garbageBytes = 100e6
	aliveBytes   = 40e6
	pointBytes   = 100
)

// The garbage in percent of what is alive: the runtime's own, and until there was a first
// collection. A heap of 4 MB, after which there is one by the runtime's, has little but what the program
// begins with: two collections while a scenario is read, which find nothing.
const (
	usualPercent = 100
	earlyPercent = 400
)

// garbagePercent is that garbage in percent of what is alive.
func garbagePercent(points int) int {
	return int(min(400, max(100, 100*garbageBytes/(aliveBytes+pointBytes*float64(points)))))
}

// collector says how much garbage piles up, unless GOGC does.
var collector struct {
	sync.Mutex
	early  bool // nothing was collected yet
	points int  // percent, while points are computed; 0: none are
}

// setPercent tells the runtime; the collector is locked.
func setPercent() {
	switch c := &collector; {
	case os.Getenv("GOGC") != "":
	case c.points > 0:
		debug.SetGCPercent(c.points)
	case c.early:
		debug.SetGCPercent(earlyPercent)
	default:
		debug.SetGCPercent(usualPercent)
	}
}

// collectLate puts the first collection off.
func collectLate() {
	collector.Lock()
	defer collector.Unlock()
	collector.early = true
	setPercent()
	runtime.AddCleanup(new([64]byte), func(struct{}) { // which the first collection finds
		collector.Lock()
		defer collector.Unlock()
		collector.early = false
		setPercent()
	}, struct{}{})
}

// collectSeldom lets garbage pile up until the function that it returns is called.
func collectSeldom(points int) (end func()) {
	of := func(percent int) {
		collector.Lock()
		defer collector.Unlock()
		collector.points = percent
		setPercent()
	}
	of(garbagePercent(points))
	return func() { of(0) }
}

package main

import (
	"os"
	"runtime/debug"
)

// Who computes points lets about so much garbage pile up: every point makes a
// scenario and drops it, and of 10⁴ trivial points that takes a quarter off the
// time. Alive are some 40 MB, and 700 bytes for each point of a sweep.
const (
	garbageBytes = 100e6
	aliveBytes   = 40e6
	pointBytes   = 700
)

// garbagePercent is that garbage in percent of what is alive.
func garbagePercent(points int) int {
	return int(min(400, max(100, 100*garbageBytes/(aliveBytes+pointBytes*float64(points)))))
}

// collectSeldom lets garbage pile up until the function that it returns is called,
// unless GOGC says how much.
func collectSeldom(points int) (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	usual := debug.SetGCPercent(garbagePercent(points))
	return func() { debug.SetGCPercent(usual) }
}

package sweep

import (
	"math"
	"time"
)

// What a task should be.
const (
	taskTime    = time.Second // to compute
	longestTask = 5 * time.Second
	fewTasks    = 50_000    // beyond which tasks get longer rather than more
	taskBytes   = 300 << 10 // of its answer, at most
	taskGrowth  = 4         // times the largest that was answered
)

// How many tasks wait for answers at a time: enough for workers that just
// joined, few enough to learn from. The number of workers is measured, so it can
// multiply within the time of a task.
const (
	firstWindow   = 256 // before the first answer
	leastWindow   = 32
	windowWorkers = 4 // times the workers
)

// memory is how much the past counts after so many seconds: e⁻¹.
const memory = 10.0

// pace learns from answers how large tasks should be. None of it reaches the
// results.
type pace struct {
	each    float64 // seconds that a replication takes; 0: nobody knows
	bytes   float64 // of a replication in an answer
	largest int     // replications in a task that was answered
	busy    float64 // seconds of work that came of late,
	wall    float64 // in so many seconds
	most    float64 // tasks that were out then
}

// lesson is what there is to learn from an answer.
type lesson struct {
	replications, bytes int
	took                time.Duration // to compute it
	since               time.Duration // the last answer
	out                 int           // tasks that waited for answers
}

func (p *pace) answered(l lesson) {
	n := float64(l.replications)
	p.each = smooth(p.each, max(l.took.Seconds(), 1e-9)/n)
	p.bytes = smooth(p.bytes, float64(l.bytes)/n)
	p.largest = max(p.largest, l.replications)
	fade := math.Exp(-l.since.Seconds() / memory)
	p.busy = p.busy*fade + l.took.Seconds()
	p.wall = p.wall*fade + l.since.Seconds()
	p.most = max(p.most*fade, float64(l.out))
}

// smooth follows a value, faster if it rises: too large a task is worse than too
// small a one.
func smooth(before, now float64) float64 {
	switch {
	case before == 0:
		return now
	case now > before:
		return before + (now-before)/2
	default:
		return before + (now-before)/5
	}
}

// workers estimates how many there are: no more than tasks were out.
func (p *pace) workers() float64 {
	if !(p.busy < p.wall*p.most) {
		return max(1, p.most)
	}
	return max(1, p.busy/p.wall)
}

// window is how many tasks may wait for answers.
func (p *pace) window() int {
	if p.each == 0 {
		return firstWindow
	}
	return max(leastWindow, int(windowWorkers*p.workers()))
}

// size returns how many replications the next task should have, when so many
// remain: at the end there are two tasks for each worker, so that none is
// left with much while others wait.
func (p *pace) size(remaining int) int {
	if p.each == 0 {
		return 1
	}
	seconds := min(longestTask.Seconds(), max(taskTime.Seconds(), float64(remaining)*p.each/fewTasks))
	n := min(seconds/p.each, taskBytes/max(1, p.bytes),
		float64(taskGrowth*p.largest), float64(remaining)/(2*p.workers()), mostTogether)
	return max(1, int(n))
}

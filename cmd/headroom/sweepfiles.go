package main

import (
	"sync"
	"sync/atomic"
	"time"

	"headroom/results/sweep"
)

// The files of a sweep are written while it runs: first after soonest, then
// after a tenth of the time that has passed, at most latest, and so seldom that
// writing takes at most a share of the time.
const (
	soonest = time.Second
	latest  = 30 * time.Second
	share   = 0.02
)

// pause is the time from one writing, which took so long, to the next.
func pause(elapsed, took time.Duration) time.Duration {
	return max(min(max(elapsed/10, soonest), latest), time.Duration(float64(took)/share))
}

// publisher keeps the files of a sweep in step with its journal while it runs.
type publisher struct {
	done  atomic.Int64 // points, in this run
	stop  chan struct{}
	ended sync.WaitGroup
}

// publish begins to write. Without a directory there is nothing to write to.
func publish(dir string, write func() error) *publisher {
	p := &publisher{stop: make(chan struct{})}
	if dir != "" {
		p.ended.Go(func() { p.work(write) })
	}
	return p
}

func (p *publisher) work(write func() error) {
	begin, wait, written := time.Now(), soonest, int64(0)
	for {
		select {
		case <-p.stop:
			return
		case <-time.After(wait):
		}
		var took time.Duration
		if done := p.done.Load(); done != written {
			started := time.Now()
			_ = write() // the last writing, of all, tells whether it can be done
			took, written = time.Since(started), done
		}
		wait = pause(time.Since(begin), took)
	}
}

// note takes note of a point that is done.
func (p *publisher) note(sweep.Row) { p.done.Add(1) }

// end stops writing. The caller writes once more.
func (p *publisher) end() {
	close(p.stop)
	p.ended.Wait()
}

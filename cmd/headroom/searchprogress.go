package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"headroom/results/search"
)

// searchProgress shows where a search stands, what is best so far and when it ends at the
// latest: on a terminal all the time, elsewhere where it stands in a line every minute.
type searchProgress struct {
	experiment *experiment
	begin      time.Time
	clear      func()

	mu    sync.Mutex
	state search.Progress
}

func newSearchProgress(e *experiment, quiet bool) *searchProgress {
	p := &searchProgress{experiment: e, begin: time.Now(), clear: func() {}, state: search.Progress{Best: -1}}
	switch {
	case quiet:
	case terminal(os.Stderr):
		p.clear = newScreen(os.Stderr).animate(p.picture)
	default:
		p.clear = everyMinute(func(now time.Time) { complain(p.picture(now)[0]) })
	}
	return p
}

// everyMinute has something said each minute until it is stopped.
func everyMinute(say func(now time.Time)) (stop func()) {
	ticks, stopped := time.NewTicker(time.Minute), make(chan struct{})
	go func() {
		for {
			select {
			case now := <-ticks.C:
				say(now)
			case <-stopped:
				return
			}
		}
	}()
	return func() { ticks.Stop(); close(stopped) }
}

// note takes note of where the search stands.
func (p *searchProgress) note(state search.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
}

// picture is what to show now.
func (p *searchProgress) picture(now time.Time) []string {
	p.mu.Lock()
	state := p.state
	p.mu.Unlock()
	elapsed := now.Sub(p.begin).Round(time.Second).String()
	if state.Phase == "" {
		return []string{p.experiment.Name + ": reading the candidates · " + elapsed}
	}
	s := p.experiment.Search
	lines := []string{fmt.Sprintf("%s: %s %d/%d · %s%s · %d of %d candidates, %d replications",
		p.experiment.Name, state.Phase, state.Done, state.Round, elapsed, leftAtMost(now.Sub(p.begin), state.Replications, s.Budget), state.Tried, s.Len(), state.Replications)}
	if state.Best < 0 {
		return lines
	}
	lines = append(lines, "", fmt.Sprintf("best so far: %s = %.4g with", s.Minimize, state.Cost))
	for i, v := range s.Settings(state.Best) {
		if v.Text != "" {
			lines = append(lines, "  "+p.experiment.Label(s.Axes()[i])+" = "+v.Brief)
		}
	}
	return lines
}

// leastToEstimate is how many replications tell how long others take.
const leastToEstimate = 20

// leftAtMost says how long a search goes on if it takes its whole budget, which few do.
func leftAtMost(elapsed time.Duration, replications, budget int) string {
	if replications < leastToEstimate {
		return ""
	}
	left := elapsed.Seconds() / float64(replications) * float64(max(0, budget-replications))
	return ", at most " + (time.Duration(left) * time.Second).String() + " more"
}

// end removes the picture.
func (p *searchProgress) end() { p.clear() }

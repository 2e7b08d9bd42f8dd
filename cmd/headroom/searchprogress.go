package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"headroom/results/search"
)

// searchProgress shows where a search stands and what is best so far, where
// somebody can see it: on a terminal.
type searchProgress struct {
	experiment *experiment
	begin      time.Time
	clear      func()

	mu    sync.Mutex
	state search.Progress
}

func newSearchProgress(e *experiment, quiet bool) *searchProgress {
	p := &searchProgress{experiment: e, begin: time.Now(), clear: func() {}, state: search.Progress{Best: -1}}
	if !quiet && terminal(os.Stderr) {
		p.clear = newScreen(os.Stderr).animate(p.picture)
	}
	return p
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
	lines := []string{fmt.Sprintf("%s: %s %d/%d · %s · %d of %d candidates, %d replications",
		p.experiment.Name, state.Phase, state.Done, state.Round, elapsed, state.Tried, s.Len(), state.Replications)}
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

// end removes the picture.
func (p *searchProgress) end() { p.clear() }

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"headroom/results/report"
	"headroom/results/sweep"
	"headroom/scenarios"
)

// sweepProgress shows the best points so far and when the rest will have
// finished, where somebody can see it: on a terminal.
type sweepProgress struct {
	sweep   *scenarios.Sweep
	points  int
	metrics []string
	out     io.Writer // nil: nobody looks
	begin   time.Time

	mu       sync.Mutex
	finished int
	failed   int
	best     []bestPoint
	lines    int // on the screen
	last     time.Time
}

type bestPoint struct {
	rank float64
	text string
}

// bestShown is how many points the table has while the sweep runs.
const bestShown = 5

// redraw is the time between two pictures.
const redraw = 200 * time.Millisecond

func newSweepProgress(s *scenarios.Sweep, points int, metrics []string, quiet bool) *sweepProgress {
	p := &sweepProgress{sweep: s, points: points, metrics: metrics, begin: time.Now()}
	if !quiet && terminal(os.Stderr) {
		p.out = os.Stderr
	}
	return p
}

// done takes note of a point.
func (p *sweepProgress) done(r sweep.Row) {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	if r.Err != "" {
		p.failed++
	} else {
		p.consider(&r)
	}
	if now := time.Now(); now.Sub(p.last) >= redraw {
		p.last = now
		p.draw()
	}
}

// consider keeps a point if it is among the best by the first metric.
func (p *sweepProgress) consider(r *sweep.Row) {
	e, ok := r.Estimate(p.metrics[0])
	if !ok {
		return
	}
	rank := report.Better(p.metrics[0], e.Value)
	if len(p.best) == bestShown && rank >= p.best[bestShown-1].rank {
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%6d ", r.Point)
	for _, s := range p.sweep.Settings(r.Point) {
		fmt.Fprintf(&text, " %s", s.Text)
	}
	for _, key := range p.metrics {
		if e, ok := r.Estimate(key); ok {
			fmt.Fprintf(&text, "  %s %.4g ± %.2g", key, e.Value, e.HalfWidth)
		}
	}
	p.best = append(p.best, bestPoint{rank, text.String()})
	slices.SortStableFunc(p.best, func(a, b bestPoint) int {
		switch {
		case a.rank < b.rank:
			return -1
		case a.rank > b.rank:
			return 1
		default:
			return 0
		}
	})
	p.best = p.best[:min(bestShown, len(p.best))]
}

// width bounds the lines, which must not wrap to be drawn over.
const width = 110

// draw replaces what is on the screen.
func (p *sweepProgress) draw() {
	var text strings.Builder
	p.erase(&text)
	left := time.Duration(float64(time.Since(p.begin)) / float64(p.finished) * float64(p.points-p.finished))
	fmt.Fprintf(&text, "%d/%d points, %d failed, %s, left: %s\n",
		p.finished, p.points, p.failed, time.Since(p.begin).Round(time.Second), left.Round(time.Second))
	for _, b := range p.best {
		line := []rune(b.text)
		text.WriteString(string(line[:min(len(line), width)]) + "\n")
	}
	p.lines = 1 + len(p.best)
	io.WriteString(p.out, text.String())
}

// erase moves to the first line of the picture and clears below.
func (p *sweepProgress) erase(w io.Writer) {
	if p.lines > 0 {
		fmt.Fprintf(w, "\x1b[%dA\x1b[J", p.lines)
	}
}

// end removes the picture.
func (p *sweepProgress) end() {
	if p.out != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.erase(p.out)
		p.lines = 0
	}
}

package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"headroom/results/report"
	"headroom/results/sweep"
)

// sweepProgress shows the best points so far and when the rest will have
// finished, where somebody can see it: on a terminal.
type sweepProgress struct {
	page   *report.SweepPage
	points int
	screen *screen // nil: nobody looks
	begin  time.Time
	leave  func() // ends the pictures

	mu       sync.Mutex
	finished int
	failed   int
	requests int // of a sweep that screens: points that these have confirmed
	best     []sweep.Row
	table    []string // of the best, until there are better ones
	columns  int      // for which it was drawn
	pace     pace
	said     []string // while there is a picture
}

// bestShown is how many points the table has while the sweep runs.
const bestShown = 5

// redraw is the time between two pictures.
const redraw = 250 * time.Millisecond

func newSweepProgress(page *report.SweepPage, points int, quiet bool) *sweepProgress {
	p := &sweepProgress{page: page, points: points, begin: time.Now()}
	if quiet || !terminal(os.Stderr) {
		return p
	}
	p.screen = newScreen(os.Stderr)
	p.leave = p.screen.animate(func(now time.Time) []string {
		columns, _ := p.screen.size()
		return p.picture(now, columns)
	})
	return p
}

// done takes note of a point.
func (p *sweepProgress) done(r sweep.Row) {
	if p.screen == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Fidelity == sweep.Requests {
		p.requests++
		p.best = slices.DeleteFunc(p.best, func(other sweep.Row) bool { return other.Point == r.Point })
		p.table = nil
	} else {
		p.finished++
	}
	switch {
	case r.Err != "":
		p.failed++
	case r.Ruled == "":
		p.consider(r)
	}
}

// consider keeps a point if it is among the best by the first metric.
func (p *sweepProgress) consider(r sweep.Row) {
	rank := func(r *sweep.Row) (float64, bool) {
		e, ok := r.Estimate(p.page.Metrics[0])
		return report.Better(p.page.Metrics[0], e.Value), ok
	}
	mine, ok := rank(&r)
	breaches := func(r *sweep.Row) int { return min(1, len(r.Breach(p.page.Thresholds).Thresholds)) }
	at := slices.IndexFunc(p.best, func(other sweep.Row) bool {
		its, _ := rank(&other)
		return cmp.Or(cmp.Compare(breaches(&r), breaches(&other)), cmp.Compare(mine, its), cmp.Compare(r.Point, other.Point)) < 0
	})
	switch {
	case !ok || at < 0 && len(p.best) == bestShown:
		return
	case at < 0:
		at = len(p.best)
	}
	p.best = slices.Insert(p.best, at, r)
	p.best = p.best[:min(bestShown, len(p.best))]
	p.table = nil
}

// picture is what to show now in so many columns: the best points below how far
// the sweep is.
func (p *sweepProgress) picture(now time.Time, columns int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	elapsed := now.Sub(p.begin)
	text := fmt.Sprintf("%s: %d of %d points", p.page.Scenario, p.finished, p.points)
	if p.failed > 0 {
		text += fmt.Sprintf(", %d failed", p.failed)
	}
	if p.requests > 0 {
		text += fmt.Sprintf(", %d by requests", p.requests)
	}
	text += " · " + elapsed.Round(time.Second).String()
	p.pace.note(elapsed, p.finished)
	if left, ok := p.pace.left(p.points); ok && p.finished < p.points {
		text += " · " + ending(now, left)
	}
	if len(p.best) > 0 && (p.table == nil || p.columns != columns) {
		table, err := p.page.Lines(p.best, columns-1)
		if err != nil {
			table = []string{err.Error()}
		}
		p.table, p.columns = table, columns
	}
	lines := []string{text}
	if n := len(p.said); n > 0 {
		lines = append(lines, p.said[n-1])
	}
	if len(p.table) == 0 {
		return lines
	}
	return append(append(lines, ""), p.table...)
}

// say tells what a person would want to know: at once where nobody looks at a
// picture, or while there is none, else below its first line, and once more at the end.
func (p *sweepProgress) say(text string) {
	if p == nil || p.screen == nil {
		complain(text)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, text)
}

// ending says when a sweep will have ended.
func ending(now time.Time, left time.Duration) string {
	text := "about " + roughly(left.Seconds()) + " left"
	end := now.Add(left)
	switch {
	case left > 20*time.Hour:
		text += ", until " + end.Format("Mon 15:04")
	case left > 10*time.Minute:
		text += ", until " + end.Format("15:04")
	}
	return text
}

// end removes the picture.
func (p *sweepProgress) end() {
	if p.screen == nil {
		return
	}
	p.leave()
	for _, text := range p.said {
		complain(text)
	}
}

// pace estimates when a sweep ends from the second half of the time that it
// has run: what an earlier run left done comes at the beginning, and in no time.
type pace struct {
	marks []paceMark
}

type paceMark struct {
	at       time.Duration
	finished int
}

// mostMarks bounds the marks: beyond it, every second one is dropped.
const mostMarks = 256

func (p *pace) note(at time.Duration, finished int) {
	p.marks = append(p.marks, paceMark{at, finished})
	if len(p.marks) > mostMarks {
		kept := p.marks[:0]
		for i := 0; i < len(p.marks); i += 2 {
			kept = append(kept, p.marks[i])
		}
		p.marks = kept
	}
}

// left returns the time that the rest will take, false if there is nothing to
// tell it from yet.
func (p *pace) left(points int) (time.Duration, bool) {
	last := p.marks[len(p.marks)-1]
	i := slices.IndexFunc(p.marks, func(m paceMark) bool { return m.at >= last.at/2 })
	from := p.marks[i]
	if from.finished == last.finished {
		return 0, false
	}
	each := float64(last.at-from.at) / float64(last.finished-from.finished)
	return time.Duration(each * float64(points-last.finished)), true
}

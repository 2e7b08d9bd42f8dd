package page

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"headroom/results"
	"headroom/results/report"
	"headroom/sim/stat"
)

// openRuns is the page of several runs: each against the first.
func openRuns(dirs []string) (*document, error) {
	var names []string
	for _, dir := range dirs {
		names = append(names, filepath.Base(absolute(dir)))
	}
	return laid(dirs, names)
}

// laid lays runs over the first of them, by these names.
func laid(dirs, names []string) (*document, error) {
	var runs []*run
	for _, dir := range dirs {
		r, err := readRun(dir, drawn)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	d := &document{Title: strings.Join(names[1:], ", ") + " against " + names[0], Lead: fmt.Sprintf("%s: %s", names[0], runs[0].lead())}
	for k, r := range runs[1:] {
		against := differences(runs[0], r, names[0], names[k+1])
		against.ID = fmt.Sprintf("differences-%d", k+1)
		d.add(against)
	}
	if s, lines := overlay(runs, names); lines.minutes > 0 {
		if lines.windows = runs[0].Windows; len(lines.windows) > 0 {
			s.Lead += " Shaded: " + lines.shaded() + "."
		}
		d.Clock = lines.clock(runs[0].setting("run.time_zone"))
		d.add(s)
	}
	for k, r := range runs {
		s := r.asRun()
		s.ID, s.Title = fmt.Sprintf("scenario-%d", k), "The scenario of "+names[k]
		d.add(s)
	}
	return d, nil
}

// compared are the metrics of the whole that a comparison draws.
var compared = []string{
	"requests.arrived", "requests.failed", "availability", "latency.mean", "latency.p50", "latency.p95", "latency.p99", "user.latency.p99",
	"cpu.utilization", "capacity.in_service.mean", "scaling.activities", "spot.interruptions", "instance_hours", "cost.total", "cost.per_month",
}

// differences draws how much two runs differ, in hundredths of the first, with intervals.
func differences(a, b *run, nameA, nameB string) *section {
	s := &section{Title: nameB + " against " + nameA}
	var c *results.Comparison
	apart := report.Apart(a.Saved, b.Saved)
	if apart == "" {
		c = results.Compare(a.Sample(), b.Sample())
		s.Lead = "Differences are paired: both met the same random numbers. A whisker is the 95 % interval; one that crosses zero is no difference."
	} else {
		c = results.CompareApart(a.Metrics, b.Metrics)
		s.Lead = "Unpaired: " + apart + ". A whisker is the 95 % interval; one that crosses zero is no difference."
	}
	all := map[string]*results.Difference{}
	for i := range c.Differences {
		all[c.Differences[i].Key] = &c.Differences[i]
	}
	t := &table{Caption: "Differences", Head: []string{"metric", nameA, nameB, "difference", "relative"}, Left: 1}
	var moved []movement
	for _, key := range compared {
		d := all[key]
		if d == nil {
			continue
		}
		r := row{Cells: []string{key, shown(d.A, d.Unit), shown(d.B, d.Unit), "~", "~"}}
		if d.Significant() || math.IsNaN(d.P) && d.Delta.Value != 0 || d.Constant && d.Delta.Value != 0 {
			r.Cells[3], r.Cells[4] = signed(d.Delta, d.Unit), "–"
			if d.A.Value != 0 {
				r.Cells[4] = fmt.Sprintf("%+.1f %%", 100*d.Delta.Value/math.Abs(d.A.Value))
			}
		}
		t.Rows = append(t.Rows, r)
		if d.A.Value != 0 {
			scale := 100 / math.Abs(d.A.Value)
			moved = append(moved, movement{key, d.Delta.Value * scale, or(d.Delta.HalfWidth, 0) * scale, d.Significant()})
		}
	}
	if slices.ContainsFunc(moved, func(m movement) bool { return m.value != 0 || m.half != 0 }) {
		s.add(&part{Figure: forest(moved)})
		t.More = "~: no difference that is significant at 95 %"
	} else {
		s.Lead += " Nothing here differs."
	}
	s.add(&part{Table: t})
	return s
}

func shown(e stat.Estimate, unit string) string { return between(e.Value, e.HalfWidth, unit) }

func signed(e stat.Estimate, unit string) string {
	text := shown(e, unit)
	if e.Value > 0 {
		text = "+" + text
	}
	return text
}

// movement is the relative difference of a metric, in hundredths.
type movement struct {
	name        string
	value, half float64
	sure        bool
}

// overlay lays the days of runs over each other, on the clock of the first.
func overlay(runs []*run, names []string) (*section, *series) {
	s := &section{ID: "day", Title: "The days over each other", Lead: "Replication 0 of each run, on the clock of the first."}
	all := &series{}
	for k, r := range runs {
		if r.series == nil || r.series.minutes == 0 {
			continue
		}
		if all.minutes == 0 {
			all.start, all.offsets = r.series.start, r.series.offsets
		}
		if !r.series.start.Equal(all.start) {
			s.Lead += " " + names[k] + " began at " + r.series.start.Format("2006-01-02 15:04") + "."
		}
		all.minutes = max(all.minutes, r.series.minutes)
		for _, l := range r.series.lines {
			copied := *l
			copied.of = names[k]
			all.lines = append(all.lines, &copied)
		}
	}
	for _, l := range all.lines {
		l.values = filled(l.values, all.minutes)
		if l.low != nil {
			l.low, l.high = filled(l.low, all.minutes), filled(l.high, all.minutes)
		}
	}
	for _, p := range all.plots() {
		s.add(&part{Plot: p})
	}
	return s, all
}

package page

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"headroom/results/report"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim/regular"
)

// run is what the folder of a run holds.
type run struct {
	*report.Saved
	series   *series // nil: it has none
	marks    []mark
	scenario string
	settings *tree.Node // of the scenario; nil: it cannot be read
}

// readRun reads the files of a run that a page shows, of its series those that are shown.
func readRun(dir string, shown func(entity, metric string, known []*line) bool) (*run, error) {
	saved, err := report.Open(dir)
	if err != nil {
		return nil, err
	}
	r := &run{Saved: saved}
	r.series, err = readSeries(filepath.Join(dir, "timeseries.csv"), shown)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if r.marks, err = readMarks(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, report.SavedScenario)
	text, err := regular.Read(path, mostJSON)
	if err != nil {
		return nil, fmt.Errorf("%s: damaged, or not there: must be the scenario of the run", path)
	}
	r.scenario = string(text)
	r.settings = tree.Read(tree.Disk{}, path).Root
	if minutes := r.minutes(); r.series != nil && minutes > 0 {
		r.series.cut(minutes)
	}
	if r.series != nil {
		r.series.windows = saved.Windows
	}
	return r, nil
}

// document lays out the page of a run.
func (r *run) document() *document {
	d := &document{Title: r.Scenario, Lead: r.lead()}
	d.add(r.summary(), r.warnings())
	if r.series != nil && r.series.minutes > 0 {
		d.Clock = r.series.clock(r.setting("run.time_zone"))
		d.add(r.day())
	}
	d.add(r.happenings(), r.latency(), r.balancers(), r.bill(), r.numbers(), r.asRun())
	return d
}

// lead says what was run.
func (r *run) lead() string {
	parts := []string{counted(r.Replications, "replication")}
	if duration := r.setting("run.duration"); duration != "" {
		parts[0] += " of " + duration
	}
	if warmup := r.setting("run.warmup"); warmup != "" && warmup != "0s" {
		parts[0] += ", of which " + warmup + " warm-up"
	}
	parts = append(parts, fmt.Sprintf("seed %d", r.Seed))
	if region := r.setting("region.name"); region != "" {
		parts = append(parts, region)
	}
	if r.PriceDate != "" {
		parts = append(parts, "prices of "+r.PriceDate)
	}
	return strings.Join(parts, " · ")
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// setting is the text of a key of the scenario, "" if it has none.
func (r *run) setting(key string) string {
	if r.settings == nil {
		return ""
	}
	n := r.settings.Get(strings.Split(key, "."))
	if n == nil {
		return ""
	}
	text, _ := n.AsText()
	return text
}

// minutes is the length of the run; 0: not known.
func (r *run) minutes() int {
	if r.settings == nil {
		return 0
	}
	n := r.settings.Get([]string{"run", "duration"})
	if n == nil {
		return 0
	}
	seconds, rule := schema.ReadQuantity(n, schema.Seconds)
	if rule != "" || !(seconds < 60*mostMinutes) {
		return 0
	}
	return int(math.Ceil(seconds / 60))
}

// day is what happened over time.
func (r *run) day() *section {
	s := &section{ID: "day", Title: "The day", Lead: "Replication 0, on the clock of the run. Drag over a plot to zoom all of them, click twice to see all; " +
		"with a plot in focus the arrow keys walk from mark to mark."}
	if text := r.series.shaded(); text != "" {
		s.Lead += " Shaded: " + text + "."
	}
	for _, p := range r.series.plots() {
		s.add(&part{Plot: p})
	}
	return s
}

// happenings lists what happened and why.
func (r *run) happenings() *section {
	s := &section{ID: "happened", Title: "What happened, and why", Lead: "Every decision about capacity, taken or not, every interruption and fault of replication 0. " +
		"A time leads to its place in the plots; arrow keys go from one to the next."}
	if len(r.marks) > 0 {
		s.add(&part{Marks: happened(r.marks)})
	}
	return s
}

// asRun shows the scenario.
func (r *run) asRun() *section {
	s := &section{ID: "scenario", Title: "The scenario as run"}
	s.add(&part{Code: r.scenario})
	return s
}

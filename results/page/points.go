package page

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/results/report"
	"headroom/results/search"
	"headroom/sim/regular"
)

// design is what a sweep or a search has tried.
type design struct {
	About
	thing   string // "point", "candidate"
	axes    []string
	metrics []string
	tried   []tried
}

// tried is one point: what it sets, what it showed, and what became of it.
type tried struct {
	number       int
	settings     []string  // by axis
	values, half []float64 // by metric; NaN: unknown
	replications string
	note         string // its result, or what it breaches
	fidelity     string // what was played for it, where the file says so
	out          bool   // it breaches a threshold, is ruled out or failed: never on the front
	front        bool
}

// designColumns are where a file has what a page shows.
type designColumns struct {
	axes, metrics, notes []int
	replications         int
	fidelity             int // -1: the file does not say
	head                 []string
}

// readDesign reads sweep.csv or search.csv by the names of their columns: of the metrics
// those that the page shows, for a sweep may have a million points of hundreds.
func readDesign(path string, about About) (*design, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, damaged(path, errors.New("line 1: must be the names of columns"))
	}
	d := &design{About: about, thing: strings.Clone(head[0])}
	at, err := d.columns(slices.Clone(head))
	for line := 2; err == nil; line++ {
		var record []string
		if record, err = in.Read(); err == nil {
			if err = d.add(record, at); err != nil {
				err = fmt.Errorf("line %d: %w", line, err)
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, damaged(path, err)
	}
	return d, nil
}

func damaged(path string, err error) error {
	return fmt.Errorf("%s: damaged, or not of this program: %w; run the command again", path, err)
}

// counted says how many points there are, and of how many where the sweep was interrupted.
func (d *design) counted() string {
	if n := len(d.tried); n < d.Planned {
		return fmt.Sprintf("%d of %s", n, counted(d.Planned, d.thing))
	}
	return counted(len(d.tried), d.thing)
}

// columns finds out which columns are what.
func (d *design) columns(head []string) (designColumns, error) {
	at := designColumns{replications: slices.Index(head, "replications"), fidelity: slices.Index(head, report.FidelityColumn), head: head}
	if d.thing != "point" && d.thing != "candidate" || at.replications < 0 {
		return at, errors.New("line 1: must begin with point or candidate, and have replications")
	}
	for i, name := range head {
		switch {
		case i == 0 || i == at.replications || i == at.fidelity || name == "counted" || strings.HasSuffix(name, ".half_width"):
		case slices.Contains([]string{"result", oldResult, "why", "breached", "ruled_out", "error"}, name):
			at.notes = append(at.notes, i)
		case i < at.replications:
			at.axes, d.axes = append(at.axes, i), append(d.axes, name)
		case i+1 < len(head) && head[i+1] == name+".half_width":
			at.metrics, d.metrics = append(at.metrics, i), append(d.metrics, name)
		}
	}
	d.narrow(&at)
	return at, nil
}

// mostListed is how many metrics of a candidate its row shows.
const mostListed = 4

// shown are the metrics that the rows of the list have.
func (d *design) shown() []int {
	if len(d.metrics) == 0 {
		return nil
	}
	if x, y := d.aims(); d.thing == "point" {
		return slices.Compact([]int{x, y})
	}
	listed := make([]int, min(len(d.metrics), mostListed))
	for k := range listed {
		listed[k] = k
	}
	return listed
}

// narrow leaves out the metrics that the page does not show.
func (d *design) narrow(at *designColumns) {
	if len(d.metrics) == 0 {
		return
	}
	x, y := d.aims()
	kept := append(d.shown(), x, y)
	slices.Sort(kept)
	metrics, columns := d.metrics, at.metrics
	d.metrics, at.metrics = nil, nil
	for _, k := range slices.Compact(kept) {
		d.metrics, at.metrics = append(d.metrics, metrics[k]), append(at.metrics, columns[k])
	}
}

// add takes over a row.
func (d *design) add(record []string, at designColumns) error {
	number, err := strconv.Atoi(record[0])
	if err != nil {
		return fmt.Errorf("%s: must be a number, got %q", d.thing, record[0])
	}
	t := tried{number: number, replications: strings.Clone(record[at.replications])}
	if at.fidelity >= 0 {
		t.fidelity = strings.Clone(record[at.fidelity])
	}
	for _, i := range at.axes {
		t.settings = append(t.settings, strings.Clone(record[i]))
	}
	for k, i := range at.metrics {
		for _, cell := range []struct {
			into *[]float64
			text string
		}{{&t.values, record[i]}, {&t.half, record[i+1]}} {
			v := math.NaN()
			if cell.text != "" {
				if v, err = strconv.ParseFloat(cell.text, 64); err != nil {
					return fmt.Errorf("%s: must be a number, got %q", d.metrics[k], cell.text)
				}
			}
			*cell.into = append(*cell.into, v)
		}
	}
	var notes []string
	for _, i := range at.notes {
		if record[i] != "" {
			notes = append(notes, strings.Clone(record[i]))
			t.out = t.out || rulesOut(at.head[i], record[i])
		}
	}
	t.note = strings.Join(notes, ": ")
	d.tried = append(d.tried, t)
	return nil
}

// oldResult is what searches that were saved by earlier versions call the column of results.
const oldResult = "fate"

// rulesOut reports whether a point with that cell cannot be what people look for.
func rulesOut(column, cell string) bool {
	switch column {
	case "breached", "ruled_out", "error":
		return true
	case "result", oldResult:
		return cell == string(search.Breaching) || cell == string(search.Impossible)
	}
	return false
}

// aims are the two metrics that points are weighed by: cost and latency, or what there
// is.
func (d *design) aims() (x, y int) {
	if len(d.Aims) == 2 {
		x, y = slices.Index(d.metrics, d.Aims[0]), slices.Index(d.metrics, d.Aims[1])
		if x >= 0 && y >= 0 {
			return x, y
		}
	}
	x = max(0, slices.Index(d.metrics, "cost.total"))
	if d.thing == "candidate" {
		x = 0 // what is minimised
	}
	for _, key := range []string{"latency.p99", "user.latency.p99", "instance_hours"} {
		if y = slices.Index(d.metrics, key); y >= 0 && y != x {
			return x, y
		}
	}
	for y = range d.metrics {
		if y != x {
			return x, y
		}
	}
	return x, x
}

// face marks the points that no other beats in both aims, of those that are not out.
func (d *design) face(x, y int) {
	better := func(t *tried) (float64, float64) {
		return report.Better(d.metrics[x], t.values[x]), report.Better(d.metrics[y], t.values[y])
	}
	order := make([]*tried, 0, len(d.tried))
	for i := range d.tried {
		if t := &d.tried[i]; !t.out && !math.IsNaN(t.values[x]) && !math.IsNaN(t.values[y]) {
			order = append(order, t)
		}
	}
	slices.SortStableFunc(order, func(a, b *tried) int {
		ax, ay := better(a)
		bx, by := better(b)
		return cmp.Or(cmp.Compare(ax, bx), cmp.Compare(ay, by))
	})
	best := math.Inf(1)
	for _, t := range order {
		if _, v := better(t); v < best {
			best, t.front = v, true
		}
	}
}

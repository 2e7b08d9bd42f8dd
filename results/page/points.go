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

// design is what a sweep or a search has tried: of all points, of which there may be a million, columns of
// numbers, and those that the page may show.
type design struct {
	About
	thing   string // "point", "candidate"
	axes    []string
	metrics []string
	points  int
	played  bool           // the file says of some what was played
	values  []axisColumn   // by axis
	showed  []metricColumn // by metric
	tried   []tried        // in the order of the file, until order
	most    int            // of tried, before those are let go that are not shown
}

// tried is one point: what it sets, what it showed, and what became of it.
type tried struct {
	number, place int       // its place in the file
	settings      []string  // by axis
	values, half  []float64 // by metric; NaN: unknown
	replications  string
	note          string // its result, or what it breaches
	fidelity      string // what was played for it, where the file says so
	out           bool   // it breaches a threshold, is ruled out or failed: never on the front
	front         bool
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
	if d.points < d.Planned {
		return fmt.Sprintf("%d of %s", d.points, counted(d.Planned, d.thing))
	}
	return counted(d.points, d.thing)
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
	d.most = leastLetGo
	for range d.axes {
		d.values = append(d.values, axisColumn{index: map[string]int32{}})
	}
	for range d.metrics {
		d.showed = append(d.showed, newMetricColumn())
	}
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
	t := tried{number: number, place: d.points, replications: strings.Clone(record[at.replications])}
	if at.fidelity >= 0 {
		t.fidelity = strings.Clone(record[at.fidelity])
	}
	d.played = d.played || t.fidelity != ""
	for k, i := range at.axes {
		t.settings = append(t.settings, strings.Clone(record[i]))
		d.values[k].add(t.settings[k])
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
		d.showed[k].add(t.values[k], t.half[k])
	}
	var notes []string
	for _, i := range at.notes {
		if record[i] != "" {
			notes = append(notes, strings.Clone(record[i]))
			t.out = t.out || rulesOut(at.head[i], record[i])
		}
	}
	t.note = strings.Join(notes, ": ")
	d.points++
	if d.tried = append(d.tried, t); len(d.tried) >= d.most {
		d.letGo()
	}
	return nil
}

// leastLetGo is how many points are kept, besides twice those that are shown, before the others are let go.
const leastLetGo = 2 * mostDots

// letGo drops points that the page does not show, whatever follows: those that are beaten, and not among the
// cheapest. The others stay in the order of the file.
func (d *design) letGo() {
	kept := d.tried[:min(len(d.tried), mostDots)]
	if len(d.metrics) > 0 {
		d.order(d.aims())
		kept = d.tried[:0]
		for i, t := range d.tried {
			if i < mostDots || t.front {
				t.front = false
				kept = append(kept, t)
			}
		}
		slices.SortFunc(kept, func(a, b tried) int { return cmp.Compare(a.place, b.place) })
	}
	clear(d.tried[len(kept):])
	d.tried = kept
	d.most = leastLetGo + 2*len(d.tried)
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

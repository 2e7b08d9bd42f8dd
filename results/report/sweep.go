package report

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/results/folder"
	"headroom/results/sweep"
	"headroom/scenarios/space"
)

// Points are the results of a sweep as its files and tables read them.
type Points struct {
	Axes     []string                              // keys that vary
	Settings func(point int) []space.Setting       // what a point gives to each
	Each     func(do func(*sweep.Row) error) error // the points that are done, in the order of the design
	// Label returns a key as tables show it; nil: as it is.
	Label func(key string) string
	// Thresholds judge the points; none: there is nothing to breach.
	Thresholds []model.Threshold
}

// sheetLayout is the columns of a sweep's files: the parameters that differ, and
// every metric that some point has.
type sheetLayout struct {
	axes    []int  // indices of the parameters that differ
	numeric []bool // by those: all values are numbers
	around  []unit // by those: numbers or quantities of a range have it
	names   []string
	keys    []string // of metrics
	units   map[string]string
	sparse  map[string]bool // metrics that only some replications of a point observed
	counted []string        // those, in the order of keys: they have a column for that number
	judged  bool            // there are thresholds: columns say which a point breaches, and how likely
	screen  bool            // rates were played of some: there is a column for what was
	ruled   bool            // some point was ruled out: there is a column for the threshold
	failed  bool            // some point did: there is a column for errors
	states  []pointState    // by point
}

// unit is what stands around the numbers of an axis, if its values are numbers or quantities from a range.
type unit struct {
	known         bool
	before, after string
}

// of takes in a value.
func (u *unit) of(s *space.Setting) {
	switch around := s.Before + s.Unit; {
	case around != "":
		u.before, u.after = s.Before, s.Unit
	case s.Text != "" && !s.Numeric:
		u.known = false
	}
}

// pointState is what a layout knows of a point.
type pointState uint8

const (
	absent pointState = iota
	measured
	failing
)

func stateOf(r *sweep.Row) pointState {
	if r.Err != "" {
		return failing
	}
	return measured
}

// note takes over the state of a point.
func (l *sheetLayout) note(r *sweep.Row) {
	for len(l.states) <= r.Point {
		l.states = append(l.states, absent)
	}
	l.states[r.Point] = stateOf(r)
	l.failed = l.failed || r.Err != ""
	l.ruled = l.ruled || r.Ruled != ""
	l.screen = l.screen || r.Fidelity != ""
	if r.Layout == nil {
		return
	}
	for i, key := range r.Layout.Keys {
		n := 0
		for _, values := range r.Values {
			if !math.IsNaN(values[i]) {
				n++
			}
		}
		if 0 < n && n < len(r.Values) {
			l.sparse[key] = true
		}
	}
}

// labels are keys as tables show them, cut to the ends that tell them apart.
func (p *Points) labels(keys []string) []string {
	named := slices.Clone(keys)
	for i := range named {
		named[i] = labelled(p.Label, named[i])
	}
	return shortened(named)
}

// labelled is a key as tables show it.
func labelled(label func(string) string, key string) string {
	if label == nil {
		return key
	}
	return label(key)
}

// each calls do for the points that the layout knows, as it knows them: what a
// running sweep has added since is left to the next layout.
func (p *Points) each(l *sheetLayout, do func(*sweep.Row) error) error {
	return p.Each(func(r *sweep.Row) error {
		if r.Point >= len(l.states) || l.states[r.Point] != stateOf(r) {
			return nil
		}
		return do(r)
	})
}

// layout goes through all points once.
func (p *Points) layout() (*sheetLayout, error) {
	l := &sheetLayout{units: map[string]string{}, sparse: map[string]bool{}, judged: len(p.Thresholds) > 0}
	first := make([]*space.Setting, len(p.Axes))
	differs, numeric, around := make([]bool, len(p.Axes)), make([]bool, len(p.Axes)), make([]unit, len(p.Axes))
	for i := range numeric {
		numeric[i], around[i].known = true, true
	}
	var last *sweep.Layout
	err := p.Each(func(r *sweep.Row) error {
		for i, s := range p.Settings(r.Point) {
			if first[i] == nil {
				first[i] = &s
			}
			differs[i] = differs[i] || s != *first[i]
			numeric[i] = numeric[i] && (s.Numeric || s.Text == "")
			around[i].of(&s)
		}
		l.note(r)
		if r.Layout != nil && r.Layout != last {
			last = r.Layout
			l.add(last)
		}
		return nil
	})
	for i, axis := range p.Axes {
		if differs[i] {
			l.axes = append(l.axes, i)
			l.names = append(l.names, axis)
			l.numeric = append(l.numeric, numeric[i])
			l.around = append(l.around, around[i])
		}
	}
	for _, key := range l.keys {
		if l.sparse[key] {
			l.counted = append(l.counted, key)
		}
	}
	return l, err
}

// add takes over the metrics that a point has and others had not, each after
// the one that it follows there.
func (l *sheetLayout) add(some *sweep.Layout) {
	at := 0
	for i, key := range some.Keys {
		if _, known := l.units[key]; known {
			at = slices.Index(l.keys, key) + 1
			continue
		}
		l.units[key] = some.Units[i]
		l.keys = slices.Insert(l.keys, at, key)
		at++
	}
}

// write finds out which columns the points need, and writes them.
func (p *Points) write(w io.Writer, how func(io.Writer, *sheetLayout) error) error {
	l, err := p.layout()
	if err != nil {
		return err
	}
	return how(w, l)
}

// writeCSV writes a row a point: its number, the parameters that differ, the
// replications, in a sweep that screens what was played (fidelity), and each metric with the half-width of its 95 % interval. Where
// they are needed, columns follow for the number of observations of a metric
// (KEY.n: not all replications of some point had one; elsewhere it is the number
// of replications), for the thresholds that the means breach (breached) with the
// probability that a replication breaches one and its 95 % interval
// (breach_probability, .low and .high), for the threshold that ended a point early
// (ruled_out) and for the error of one that failed (error).
func (p *Points) writeCSV(w io.Writer, l *sheetLayout) error {
	out := csv.NewWriter(w)
	_ = out.Write(l.head()) // csv.Writer keeps the first error for Error
	var record []string
	estimates, counted := sweep.NewEstimates(l.keys), sweep.NewEstimates(l.counted)
	err := p.each(l, func(r *sweep.Row) error {
		record = append(record[:0], strconv.Itoa(r.Point))
		settings := p.Settings(r.Point)
		for _, i := range l.axes {
			record = append(record, settings[i].Text)
		}
		record = append(record, strconv.Itoa(len(r.Values)))
		if l.screen {
			record = append(record, string(r.Fidelity))
		}
		for k := range l.keys {
			if e, ok := estimates.Of(r, k); ok {
				record = append(record, decimal(e.Value), decimal(e.HalfWidth))
			} else {
				record = append(record, "", "")
			}
		}
		for k := range l.counted {
			n := ""
			if e, ok := counted.Of(r, k); ok {
				n = strconv.Itoa(e.N)
			}
			record = append(record, n)
		}
		if l.judged {
			b := r.Breach(p.Thresholds)
			record = append(record, strings.Join(b.Thresholds, "; "), decimal(b.Probability.Value), decimal(b.Probability.Low), decimal(b.Probability.High))
		}
		if l.ruled {
			record = append(record, r.Ruled)
		}
		if l.failed {
			record = append(record, r.Err)
		}
		return out.Write(record)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// breachColumns name the columns of what a point showed of the thresholds.
func breachColumns() []string {
	return []string{"breached", "breach_probability", "breach_probability.low", "breach_probability.high"}
}

// head names the columns.
func (l *sheetLayout) head() []string {
	head := append([]string{"point"}, l.names...)
	head = append(head, "replications")
	if l.screen {
		head = append(head, FidelityColumn)
	}
	for _, key := range l.keys {
		head = append(head, key, key+".half_width")
	}
	for _, key := range l.counted {
		head = append(head, key+".n")
	}
	if l.judged {
		head = append(head, breachColumns()...)
	}
	if l.ruled {
		head = append(head, "ruled_out")
	}
	if l.failed {
		head = append(head, "error")
	}
	return head
}

// writeReplications writes a row a replication: the point and its parameters,
// the number of the replication, and what it measured.
func (p *Points) writeReplications(w io.Writer, l *sheetLayout) error {
	out := csv.NewWriter(w)
	head := append([]string{"point"}, l.names...)
	head = append(head, "replication")
	if l.screen {
		head = append(head, FidelityColumn)
	}
	head = append(head, l.keys...)
	_ = out.Write(head)
	var record []string
	err := p.each(l, func(r *sweep.Row) error {
		settings := p.Settings(r.Point)
		for replication := range r.Values {
			record = append(record[:0], strconv.Itoa(r.Point))
			for _, i := range l.axes {
				record = append(record, settings[i].Text)
			}
			record = append(record, strconv.Itoa(replication))
			if l.screen {
				record = append(record, string(r.Fidelity))
			}
			for _, key := range l.keys {
				v, ok := r.Value(key, replication)
				if !ok {
					record = append(record, "")
					continue
				}
				record = append(record, decimal(v))
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// SweepFolder is what [Points.SaveSweep] writes to. Its other files are those of the
// computation: the journal, and the directory of a server in this process.
func SweepFolder(others ...string) *folder.Kind {
	files := append([]string{"sweep.csv", "sweep.parquet", "replications.csv", AboutFile, PageFile}, others...)
	return &folder.Kind{Name: "sweep", Mark: sweep.JournalName, Files: files, Grows: true}
}

// SaveSweep writes sweep.csv and sweep.parquet, and if asked replications.csv, of the
// points that are done. It may be called while the sweep runs: what finishes meanwhile
// is left to the next call. What is made of the files follows them.
func (p *Points) SaveSweep(to *folder.Folder, replications bool, made ...folder.Content) error {
	l, err := p.layout()
	if err != nil {
		return err
	}
	of := func(write func(io.Writer, *sheetLayout) error) func(io.Writer) error {
		return func(w io.Writer) error { return write(w, l) }
	}
	files := []folder.Content{
		{Name: "sweep.csv", Write: of(p.writeCSV)}, {Name: "sweep.parquet", Write: of(p.writeParquet), Beside: true},
	}
	if replications {
		files = append(files, folder.Content{Name: "replications.csv", Write: of(p.writeReplications), Beside: true})
	}
	return to.Save(append(files, made...))
}

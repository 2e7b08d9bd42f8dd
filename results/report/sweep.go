package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"headroom/results/sweep"
	"headroom/scenarios"
)

// Points are the results of a sweep as its files and tables read them.
type Points struct {
	Axes     []string                              // keys that vary
	Settings func(point int) []scenarios.Setting   // what a point gives to each
	Each     func(do func(*sweep.Row) error) error // the points that are done, in the order of the design
}

// sheetLayout is the columns of a sweep's files: the parameters that differ, and
// every metric that some point has.
type sheetLayout struct {
	axes    []int  // indices of the parameters that differ
	numeric []bool // by those: all values are numbers
	names   []string
	keys    []string // of metrics
	units   map[string]string
	failed  bool // some point did: there is a column for errors
}

// layout goes through all points once.
func (p *Points) layout() (*sheetLayout, error) {
	l := &sheetLayout{units: map[string]string{}}
	first := make([]*scenarios.Setting, len(p.Axes))
	differs, numeric := make([]bool, len(p.Axes)), make([]bool, len(p.Axes))
	for i := range numeric {
		numeric[i] = true
	}
	var last *sweep.Layout
	err := p.Each(func(r *sweep.Row) error {
		for i, s := range p.Settings(r.Point) {
			if first[i] == nil {
				first[i] = &s
			}
			differs[i] = differs[i] || s != *first[i]
			numeric[i] = numeric[i] && (s.Numeric || s.Text == "")
		}
		l.failed = l.failed || r.Err != ""
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

// WriteCSV writes a row a point: its number, the parameters that differ, the
// replications, and each metric with the half-width of its 95 % interval. If a
// point failed, a last column has the errors.
func (p *Points) WriteCSV(w io.Writer) error {
	l, err := p.layout()
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	head := append([]string{"point"}, l.names...)
	head = append(head, "replications")
	for _, key := range l.keys {
		head = append(head, key, key+".half_width")
	}
	if l.failed {
		head = append(head, "error")
	}
	_ = out.Write(head) // csv.Writer keeps the first error for Error
	record := make([]string, 0, len(head))
	err = p.Each(func(r *sweep.Row) error {
		record = append(record[:0], strconv.Itoa(r.Point))
		settings := p.Settings(r.Point)
		for _, i := range l.axes {
			record = append(record, settings[i].Text)
		}
		record = append(record, strconv.Itoa(len(r.Values)))
		for _, key := range l.keys {
			if e, ok := r.Estimate(key); ok {
				record = append(record, decimal(e.Value), decimal(e.HalfWidth))
			} else {
				record = append(record, "", "")
			}
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

// WriteReplications writes a row a replication: the point and its parameters,
// the number of the replication, and what it measured.
func (p *Points) WriteReplications(w io.Writer) error {
	l, err := p.layout()
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	head := append([]string{"point"}, l.names...)
	head = append(append(head, "replication"), l.keys...)
	_ = out.Write(head)
	err = p.Each(func(r *sweep.Row) error {
		settings := p.Settings(r.Point)
		for replication := range r.Values {
			record := []string{strconv.Itoa(r.Point)}
			for _, i := range l.axes {
				record = append(record, settings[i].Text)
			}
			record = append(record, strconv.Itoa(replication))
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

// SaveSweep writes sweep.csv and sweep.parquet to a directory, and if asked
// replications.csv. Each file is written in full before it takes its place.
func (p *Points) SaveSweep(dir string, replications bool) error {
	files := []struct {
		name  string
		write func(io.Writer) error
	}{{"sweep.csv", p.WriteCSV}, {"sweep.parquet", p.WriteParquet}, {"replications.csv", p.WriteReplications}}
	if !replications {
		files = files[:2]
	}
	for _, f := range files {
		temporary := filepath.Join(dir, "."+f.name+".unfinished")
		file, err := os.Create(temporary)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(file, 1<<16)
		if err := errors.Join(f.write(out), out.Flush(), file.Close()); err != nil {
			return errors.Join(err, os.Remove(temporary))
		}
		if err := os.Rename(temporary, filepath.Join(dir, f.name)); err != nil {
			return err
		}
	}
	return nil
}

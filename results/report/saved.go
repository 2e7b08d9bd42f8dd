package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"headroom/results"
	"headroom/sim/stat"
)

// replicationsFile has what each replication of a run measured.
const replicationsFile = "replications.csv"

// SavedScenario is a scenario that runs: the one that was run, or the one that a
// search recommends.
const SavedScenario = "scenario.toml"

// Saved is a run that [Save] has written.
type Saved struct {
	Scenario, PriceDate string
	Seed                uint64
	Replications        int
	Metrics             []results.Value
	// Values are by replication, then metric; NaN: none observed. They are nil of a
	// run that was saved without.
	Values     [][]float64
	Charges    []SavedCharge
	Thresholds []SavedVerdict
	Warnings   []string
	Windows    []SavedWindow
}

// SavedCharge is a line of the mean invoice of a saved run.
type SavedCharge struct {
	Service, Model, Owner, Description string
	Category, Status                   string
	USD                                float64 // effective
}

// SavedVerdict is a threshold of a saved run. Its value is NaN if nobody observed it.
type SavedVerdict struct {
	Metric, Text, Unit string
	stat.Estimate
	Pass bool
}

// Sample returns what the replications measured.
func (s *Saved) Sample() results.Sample {
	sample := results.Sample{Values: s.Values}
	for _, m := range s.Metrics {
		sample.Keys, sample.Units = append(sample.Keys, m.Key), append(sample.Units, m.Unit)
	}
	return sample
}

// Apart says why the replications of two runs are no pairs, "" if they are.
func Apart(a, b *Saved) string {
	switch {
	case a.Seed != b.Seed:
		return fmt.Sprintf("the seeds are %d and %d", a.Seed, b.Seed)
	case a.Replications != b.Replications:
		return fmt.Sprintf("there are %d and %d replications", a.Replications, b.Replications)
	case a.Values == nil || b.Values == nil:
		return "a run was saved without replications.csv"
	}
	return ""
}

// writeMeasured writes a row a replication: its number and every metric that some
// replication observed.
func writeMeasured(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	record := []string{"replication"}
	for i := range s.Metrics {
		record = append(record, s.Metrics[i].Key)
	}
	_ = out.Write(record) // csv.Writer keeps the first error for Error
	for replication := range s.Replications {
		record = append(record[:0], strconv.Itoa(replication))
		for _, v := range s.Measured(replication) {
			record = append(record, decimal(v))
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// Open reads a run from the directory that it was saved to. The error says what the
// directory has instead, or what is damaged.
func Open(dir string) (*Saved, error) {
	text, err := regular(filepath.Join(dir, summaryFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: must be a directory of `headroom run --out`, which has a %s", dir, summaryFile)
	case isFile(dir):
		return nil, NoDirectory(dir)
	case err != nil:
		return nil, err
	}
	s, err := summaryOf(text)
	if err != nil {
		return nil, fmt.Errorf("%s: damaged, or of no run: %w", filepath.Join(dir, summaryFile), err)
	}
	path := filepath.Join(dir, replicationsFile)
	switch text, err = regular(path); {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return nil, err
	}
	if err := s.measured(text); err != nil {
		return nil, fmt.Errorf("%s: damaged, or not of the run in %s: %w", path, summaryFile, err)
	}
	return s, nil
}

// isFile reports whether a path names a file.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// NoDirectory says what to do with a file that is named in place of a directory of --out.
func NoDirectory(path string) error {
	if filepath.Ext(path) == ".toml" {
		return fmt.Errorf("%s: must be a directory of --out, got a file: run it first, `headroom run %s --out DIR`, and name DIR", path, path)
	}
	return fmt.Errorf("%s: must be a directory of --out, got a file; name the directory that it is in", path)
}

// mostSaved bounds the files that are read of a saved run.
const mostSaved = 1 << 30

// regular reads a file, unless it is of another kind or enormous.
func regular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: must be a file", path)
	case info.Size() > mostSaved:
		return nil, fmt.Errorf("%s: must be at most %d MiB, has %d", path, mostSaved>>20, info.Size()>>20)
	}
	return os.ReadFile(path)
}

// summaryOf decodes a summary, its metrics in their order.
func summaryOf(text []byte) (*Saved, error) {
	var parts struct {
		Scenario     *string         `json:"scenario"`
		Seed         *uint64         `json:"seed"`
		Replications int             `json:"replications"`
		PriceDate    string          `json:"price_date"`
		Metrics      json.RawMessage `json:"metrics"`
		Invoice      []jsonCharge    `json:"invoice"`
		Thresholds   []jsonVerdict   `json:"thresholds"`
		Warnings     []string        `json:"warnings"`
		Windows      []SavedWindow   `json:"windows"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, err
	}
	if parts.Scenario == nil || parts.Seed == nil || parts.Replications < 1 || len(parts.Metrics) == 0 {
		return nil, errors.New("must have a scenario, a seed, replications and metrics")
	}
	s := &Saved{Scenario: *parts.Scenario, PriceDate: parts.PriceDate, Seed: *parts.Seed, Replications: parts.Replications, Warnings: parts.Warnings, Windows: parts.Windows}
	for i := range parts.Invoice {
		c := &parts.Invoice[i]
		s.Charges = append(s.Charges, SavedCharge{c.Service, c.Model, c.Owner, c.Description, c.Category, c.Status, float64(c.Cost.Value)})
	}
	for i := range parts.Thresholds {
		v := &parts.Thresholds[i]
		s.Thresholds = append(s.Thresholds, SavedVerdict{
			v.Metric, v.Threshold, v.Unit, stat.Estimate{Value: float64(v.Value), HalfWidth: float64(v.HalfWidth), N: v.N}, v.Pass,
		})
	}
	estimates := map[string]struct {
		Value     *float64 `json:"value"`
		HalfWidth *float64 `json:"half_width"`
		N         int      `json:"n"`
		Unit      string   `json:"unit"`
	}{}
	if err := json.Unmarshal(parts.Metrics, &estimates); err != nil {
		return nil, err
	}
	keys, err := memberNames(parts.Metrics)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		e := estimates[key]
		if e.N < 1 || e.N > s.Replications || e.HalfWidth != nil && *e.HalfWidth < 0 {
			return nil, fmt.Errorf("%s: must have an estimate from 1..%d replications", key, s.Replications)
		}
		s.Metrics = append(s.Metrics, results.Value{
			Key: key, Unit: e.Unit, Estimate: stat.Estimate{Value: unknown(e.Value), HalfWidth: unknown(e.HalfWidth), N: e.N},
		})
	}
	return s, nil
}

// unknown is NaN for what is null.
func unknown(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// memberNames lists the names of an object's members in their order; each must be
// there once.
func memberNames(object []byte) ([]string, error) {
	in := json.NewDecoder(bytes.NewReader(object))
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("metrics must be an object")
	}
	var names []string
	known := map[string]bool{}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, err
		}
		key, _ := name.(string) // of an object's member it is always one
		if known[key] {
			return nil, fmt.Errorf("%s: must be there once", key)
		}
		known[key] = true
		names = append(names, key)
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// measured decodes what the replications measured, which must be what the summary
// says of them.
func (s *Saved) measured(text []byte) error {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) != 1+s.Replications || len(rows[0]) != 1+len(s.Metrics) {
		return fmt.Errorf("must have a row for each of %d replications and a column for each of %d metrics", s.Replications, len(s.Metrics))
	}
	for i := range s.Metrics {
		if rows[0][1+i] != s.Metrics[i].Key {
			return fmt.Errorf("column %d must be %s", 2+i, s.Metrics[i].Key)
		}
	}
	for i, row := range rows[1:] {
		if row[0] != strconv.Itoa(i) {
			return fmt.Errorf("line %d must be replication %d", 2+i, i)
		}
		values := make([]float64, len(s.Metrics))
		for k, cell := range row[1:] {
			values[k] = math.NaN()
			if cell == "" {
				continue
			}
			if values[k], err = strconv.ParseFloat(cell, 64); err != nil {
				return fmt.Errorf("line %d: %s: must be a number, got %q", 2+i, s.Metrics[k].Key, cell)
			}
		}
		s.Values = append(s.Values, values)
	}
	return s.agree()
}

// agree reports the first metric whose values are not those that were summed up.
func (s *Saved) agree() error {
	for k := range s.Metrics {
		var some []float64
		for _, values := range s.Values {
			if !math.IsNaN(values[k]) {
				some = append(some, values[k])
			}
		}
		m := &s.Metrics[k]
		if e := stat.Interval(some, results.Confidence); e.N != m.N || !math.IsNaN(m.Value) && e.Value != m.Value {
			return fmt.Errorf("%s: must have a mean of %v from %d replications, got %v from %d", m.Key, m.Value, m.N, e.Value, e.N)
		}
	}
	return nil
}

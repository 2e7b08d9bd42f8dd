package tables

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/tree"
)

// Manifest returns what the results of the sweep's points depend on, part by part: the
// text of the scenario, the axes, what is observed, and a sum of every data file. Replications,
// precision, thresholds and, where a design grows without moving a point, the
// number of points are not among it: they say how far to go, not where.
func (s *Scenario) Manifest() (map[string]string, error) {
	m := s.Sweep.Describe()
	if observe := s.Config.Observe; observe != (dataplane.Observe{}) {
		m["what is observed beyond the usual"] = fmt.Sprintf("%+v", observe)
	}
	if s.Sweep.Fluid { // else as journals have it that were begun before there was a screen
		m["sweep.screen"] = "fluid"
	}
	return m, reads{s.origin.path, s.origin.options.files(), s.origin.dataFiles()}.sum(m)
}

// Depends returns what the replications of the scenario depend on, part by part: its text with all
// defaults, what is observed, and a sum of every data file. How many replications, and what a sweep
// or a search would change, is not among it.
func (s *Scenario) Depends() (map[string]string, error) {
	root := s.root.Copy()
	delete(root.Table, "sweep")
	delete(root.Table, "search")
	if run := root.Table["run"]; run != nil {
		delete(run.Table, "replications")
	}
	m := map[string]string{"the scenario": root.Text(), "what is observed": fmt.Sprintf("%+v", s.Config.Observe)}
	return m, s.reads.sum(m)
}

// reads are the files that a scenario names.
type reads struct {
	from  string // the scenario's own
	files tree.Files
	paths []string
}

// readFiles are those that the loader has read.
func (l *loader) readFiles() reads {
	r := reads{from: l.path, files: l.options.files()}
	if l.options.PriceBook != "" {
		r.paths = append(r.paths, l.options.PriceBook)
	}
	for _, f := range l.files {
		r.paths = append(r.paths, f.path)
	}
	slices.Sort(r.paths)
	r.paths = slices.Compact(r.paths)
	return r
}

// sum notes what each file contains.
func (r reads) sum(in map[string]string) error {
	for _, path := range r.paths {
		sum, err := checksum(r.files, path)
		if err != nil {
			return err
		}
		name := path
		if relative, err := filepath.Rel(filepath.Dir(r.from), path); err == nil {
			name = relative
		}
		in["the file "+filepath.ToSlash(name)] = sum
	}
	return nil
}

// checksum returns the sum of what a file contains.
func checksum(files tree.Files, path string) (string, error) {
	f, rule := files.Open(path)
	if rule != "" {
		return "", fmt.Errorf("%s: %s", path, rule)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// dataFiles lists the files that points read.
func (o *origin) dataFiles() []string {
	var paths []string
	if o.options.PriceBook != "" {
		paths = append(paths, o.options.PriceBook)
	}
	o.shared.mu.Lock()
	defer o.shared.mu.Unlock()
	for _, cached := range slices.Sorted(maps.Keys(o.shared.files)) {
		paths = append(paths, o.shared.files[cached].path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

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
	for _, path := range s.origin.dataFiles() {
		sum, err := checksum(s.origin.options.files(), path)
		if err != nil {
			return nil, err
		}
		name := path
		if relative, err := filepath.Rel(filepath.Dir(s.origin.path), path); err == nil {
			name = relative
		}
		m["the file "+filepath.ToSlash(name)] = sum
	}
	return m, nil
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

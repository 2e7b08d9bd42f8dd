package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Manifest returns what the results of the points depend on, part by part: the
// text of the scenario, the axes, and a sum of every data file. Replications,
// precision, thresholds and, where a design grows without moving a point, the
// number of points are not among it: they say how far to go, not where.
func (s *Sweep) Manifest() (map[string]string, error) {
	root := s.root.copied()
	delete(root.table, "thresholds")
	if run := root.table["run"]; run != nil {
		delete(run.table, "replications")
	}
	var text strings.Builder
	writeTable(&text, "", root)
	m := map[string]string{"the scenario": text.String()}
	for i, b := range s.blocks {
		name := "the design"
		if i > 0 {
			name = fmt.Sprintf("nested design %d", i)
		}
		m[name] = b.describe(i > 0)
	}
	for _, path := range s.dataFiles() {
		content, err := s.options.packed.read(path)
		if err != nil {
			return nil, err
		}
		name := path
		if relative, err := filepath.Rel(filepath.Dir(s.path), path); err == nil {
			name = relative
		}
		sum := sha256.Sum256(content)
		m["the file "+filepath.ToSlash(name)] = hex.EncodeToString(sum[:])
	}
	return m, nil
}

// dataFiles lists the files that points read.
func (s *Sweep) dataFiles() []string {
	var paths []string
	if s.options.PriceBook != "" {
		paths = append(paths, s.options.PriceBook)
	}
	s.options.shared.mu.Lock()
	defer s.options.shared.mu.Unlock()
	for _, cached := range slices.Sorted(maps.Keys(s.options.shared.files)) {
		paths = append(paths, s.options.shared.files[cached].path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// describe writes a design so that equal texts give equal points. The number of
// points of a nested design always counts: it numbers the points around it.
func (b *block) describe(nested bool) string {
	var text strings.Builder
	fmt.Fprintf(&text, "design = %q\n", b.design)
	if sampled(b.design) {
		fmt.Fprintf(&text, "seed = %d\n", b.seed)
	}
	if nested || b.design == designLatin {
		fmt.Fprintf(&text, "points = %d\n", b.rows)
	}
	for _, row := range b.list {
		n := &node{form: tableForm, table: row}
		fmt.Fprintf(&text, "%s\n", n)
	}
	for _, a := range b.axes {
		fmt.Fprintf(&text, "%s = ", a.key)
		if s := a.span; s != nil {
			fmt.Fprintf(&text, "%s%v..%v%s log %v integer %v", s.before, s.low, s.high, s.unit, s.log, s.integer)
		}
		for _, v := range a.values {
			fmt.Fprintf(&text, "%s, ", v)
		}
		for _, c := range a.when {
			fmt.Fprintf(&text, " when %s = %s", c.key, strings.Join(c.allowed, " | "))
		}
		text.WriteByte('\n')
	}
	return text.String()
}

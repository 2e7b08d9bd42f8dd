package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
)

// packed is what some files contain, by path. A nil one stands for the file system.
type packed map[string][]byte

// open opens a regular file: anything else might never end.
func (p packed) open(path string) (f io.ReadCloser, rule string) {
	if p != nil {
		content, ok := p[path]
		if !ok {
			return nil, "no such file"
		}
		return io.NopCloser(bytes.NewReader(content)), ""
	}
	info, err := os.Stat(path)
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "no such file"
	case errors.As(err, &cause):
		return nil, "cannot be read: " + cause.Err.Error()
	case err != nil:
		return nil, "cannot be read: " + err.Error()
	case info.IsDir():
		return nil, "is a directory"
	case !info.Mode().IsRegular():
		return nil, "must be a regular file"
	}
	if f, err = os.Open(path); err != nil {
		return nil, "cannot be read: permission denied"
	}
	return f, ""
}

// read returns the content of a file that was opened before.
func (p packed) read(path string) ([]byte, error) {
	if p == nil {
		return os.ReadFile(path)
	}
	f, rule := p.open(path)
	if rule != "" {
		return nil, fmt.Errorf("%s: %s", path, rule)
	}
	return io.ReadAll(f)
}

// origin is how a scenario was loaded.
type origin struct {
	path    string
	texts   map[string][]byte // in which it is written
	options Options
}

// parcel is a scenario with everything that it names.
type parcel struct {
	Path         string            `json:"path"`
	Set          []string          `json:"set,omitempty"`
	PriceBook    string            `json:"price_book,omitempty"`
	Seed         *int64            `json:"seed,omitempty"`
	Replications int               `json:"replications,omitempty"`
	Files        map[string][]byte `json:"files"`
}

// Pack returns the scenario of the sweep with every file that its points read, for
// [Unpack]. Whoever computes points on another machine compares manifests: the
// files may have changed since they were read.
func (s *Sweep) Pack() ([]byte, error) {
	o := s.source.options
	p := parcel{Path: s.source.path, Set: o.Set, PriceBook: o.PriceBook, Seed: o.Seed, Replications: o.Replications, Files: maps.Clone(s.source.texts)}
	for _, path := range s.dataFiles() {
		content, err := s.options.packed.read(path)
		if err != nil {
			return nil, err
		}
		p.Files[path] = content
	}
	return json.Marshal(p)
}

// Unpack is [Load] of what [Sweep.Pack] returned: it reads no file. Of the options,
// CheckMetric counts.
func Unpack(b []byte, options Options) (*Scenario, error) {
	var p parcel
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("a scenario that was packed by another program: %w", err)
	}
	if p.Files == nil {
		p.Files = map[string][]byte{}
	}
	return Load(p.Path, Options{
		Set: p.Set, PriceBook: p.PriceBook, Seed: p.Seed, Replications: p.Replications,
		CheckMetric: options.CheckMetric, packed: p.Files,
	})
}

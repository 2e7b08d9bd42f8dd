package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"headroom/sim/regular"
)

// Files is where the files of a scenario are read from.
type Files interface {
	// Open opens a regular file. The rule is what is wrong with it, "" if nothing.
	Open(path string) (f io.ReadCloser, rule string)
}

// NoFile is the rule that a path breaks where there is no file.
const NoFile = "no such file"

// Disk is the file system.
type Disk struct{}

// Open implements [Files]. Anything but a regular file might never end.
func (Disk) Open(path string) (io.ReadCloser, string) {
	f, err := regular.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, NoFile
	case err != nil:
		return nil, err.Error()
	default:
		return f, ""
	}
}

// Packed is all the files that there are, by path.
type Packed map[string][]byte

// Open implements [Files].
func (p Packed) Open(path string) (io.ReadCloser, string) {
	content, ok := p[path]
	if !ok {
		return nil, NoFile
	}
	return io.NopCloser(bytes.NewReader(content)), ""
}

// Content returns what a file contains.
func Content(files Files, path string) ([]byte, error) {
	f, rule := files.Open(path)
	if rule != "" {
		return nil, fmt.Errorf("%s: %s", path, rule)
	}
	defer f.Close()
	return io.ReadAll(f)
}

package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	info, err := os.Stat(path)
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, NoFile
	case errors.As(err, &cause):
		return nil, "cannot be read: " + cause.Err.Error()
	case err != nil:
		return nil, "cannot be read: " + err.Error()
	case info.IsDir():
		return nil, "is a directory"
	case !info.Mode().IsRegular():
		return nil, "must be a regular file"
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "cannot be read: permission denied"
	}
	return f, ""
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

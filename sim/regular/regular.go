package regular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// notRegular is the rule that all else breaks.
const notRegular = "must be a regular file"

// Open opens a regular file for reading.
func Open(path string) (*os.File, error) {
	f, piped, err := OpenStream(path)
	if piped {
		_ = f.Close() // nothing was written
		return nil, errors.New(notRegular + ", not a pipe")
	}
	return f, err
}

// OpenStream opens a regular file or a pipe, for who reads it once. Only reading a pipe
// waits, for those that write to it; one that nobody writes to is empty.
func OpenStream(path string) (f *os.File, piped bool, err error) {
	f, err = os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, false, reason(err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return f, true, nil
	}
	if err := check(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, false, err
	}
	return f, false, nil
}

// Read returns what a regular file contains, of at most so many bytes.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, most)
}

// ReadAll returns what is left of r, of at most so many bytes.
func ReadAll(r io.Reader, most int64) ([]byte, error) {
	var content bytes.Buffer
	n, err := content.ReadFrom(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, reason(err)
	case n > most:
		return nil, fmt.Errorf("must be at most %s", size(most))
	}
	return content.Bytes(), nil
}

// check reports what an open file is instead.
func check(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return reason(err)
	case info.IsDir():
		return errors.New("is a directory")
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s, not %s", notRegular, kind(info.Mode()))
	}
	if system := kernelFiles(f); system != "" {
		return fmt.Errorf("%s, not one of %s", notRegular, system)
	}
	return nil
}

// kind names what is no regular file.
func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "something else"
	}
}

// reason words an error of the system without the path.
func reason(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// size writes a bound.
func size(n int64) string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return fmt.Sprintf("%d %s", n/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

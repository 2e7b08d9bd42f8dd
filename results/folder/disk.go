package folder

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// Disk is all that changes a disk. What only looks at one does without it.
type Disk interface {
	// Open opens a file as [os.OpenFile] does.
	Open(name string, flag int, mode fs.FileMode) (File, error)
	// MakeDirs makes a directory and those above it, if there are none.
	MakeDirs(name string, mode fs.FileMode) error
	// Rename moves a file or directory, over a file that is there.
	Rename(from, to string) error
	// Link gives a file a second name, which must not exist.
	Link(from, to string) error
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// RemoveAll removes a directory and what is in it, if there is one.
	RemoveAll(name string) error
	// Sync brings the names in a directory to disk.
	Sync(dir string) error
}

// File is an open file of a [Disk].
type File interface {
	io.ReadWriteCloser
	io.ReaderAt
	io.WriterAt
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	// Sync brings the content to disk.
	Sync() error
	// Lock makes the file ours until it is closed or the process dies. It fails if
	// another has it.
	Lock() error
}

// Real returns the disk of the machine.
func Real() Disk { return real{} }

type real struct{}

type realFile struct{ *os.File }

// Lock implements [File].
func (f realFile) Lock() error { return lock(f.File) }

// Open implements [Disk].
func (real) Open(name string, flag int, mode fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, mode)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

// MakeDirs implements [Disk].
func (real) MakeDirs(name string, mode fs.FileMode) error { return os.MkdirAll(name, mode) }

// Rename implements [Disk].
func (real) Rename(from, to string) error { return os.Rename(from, to) }

// Link implements [Disk].
func (real) Link(from, to string) error { return os.Link(from, to) }

// Remove implements [Disk].
func (real) Remove(name string) error { return os.Remove(name) }

// RemoveAll implements [Disk].
func (real) RemoveAll(name string) error { return os.RemoveAll(name) }

// Sync implements [Disk]. Where directories cannot be synced it does nothing.
func (real) Sync(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// cause returns an error without the operation and the paths that it names.
func cause(err error) error {
	path, link := (*fs.PathError)(nil), (*os.LinkError)(nil)
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

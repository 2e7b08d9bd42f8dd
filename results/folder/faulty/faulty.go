package faulty

import (
	"io/fs"
	"os"
	"sync"
	"syscall"

	"headroom/results/folder"
)

// Operation is something that a disk is asked to do.
type Operation struct {
	Number int // from 1
	Name   string
	Grows  bool // it needs room
}

// Verdict is what becomes of an operation.
type Verdict struct {
	Err  error // nil: it is done
	Torn bool  // a write has written half of it before it fails
}

// Judge decides on operations, which come one at a time.
type Judge func(Operation) Verdict

// Sound is a disk on which nothing fails.
func Sound(Operation) Verdict { return Verdict{} }

// Full is a disk that has no room from an operation on. What is written then is torn
// or not written at all.
func Full(from int, torn bool) Judge {
	return func(o Operation) Verdict {
		if o.Number < from || !o.Grows {
			return Verdict{}
		}
		return Verdict{syscall.ENOSPC, torn}
	}
}

// Broken is a disk on which one operation fails.
func Broken(at int) Judge {
	return func(o Operation) Verdict {
		if o.Number != at {
			return Verdict{}
		}
		return Verdict{Err: syscall.EIO}
	}
}

// Gone is a disk that does nothing any more from an operation on, which it does by
// half: what it looks like then is what a process leaves that is killed.
func Gone(from int) Judge {
	return func(o Operation) Verdict {
		if o.Number < from {
			return Verdict{}
		}
		return Verdict{syscall.EIO, o.Number == from}
	}
}

// Disk is a disk with a judge. It brings nothing to the medium: a test that ends
// leaves no machine that has crashed.
type Disk struct {
	under folder.Disk
	judge Judge

	mu    sync.Mutex
	count int
}

// New returns a disk that does on another what a judge allows.
func New(under folder.Disk, judge Judge) *Disk { return &Disk{under: under, judge: judge} }

// Count returns how many operations there were.
func (d *Disk) Count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

func (d *Disk) ask(name string, grows bool) Verdict {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	return d.judge(Operation{d.count, name, grows})
}

// try does an operation that is done or not.
func (d *Disk) try(name, path string, grows bool, do func() error) error {
	if v := d.ask(name, grows); v.Err != nil {
		return &fs.PathError{Op: name, Path: path, Err: v.Err}
	}
	return do()
}

// Open implements [folder.Disk].
func (d *Disk) Open(name string, flag int, mode fs.FileMode) (folder.File, error) {
	var file folder.File
	err := d.try("open", name, flag&os.O_CREATE != 0, func() (err error) {
		file, err = d.under.Open(name, flag, mode)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &File{file, d, name}, nil
}

// MakeDirs implements [folder.Disk].
func (d *Disk) MakeDirs(name string, mode fs.FileMode) error {
	return d.try("mkdir", name, true, func() error { return d.under.MakeDirs(name, mode) })
}

// Rename implements [folder.Disk].
func (d *Disk) Rename(from, to string) error {
	return d.try("rename", from, false, func() error { return d.under.Rename(from, to) })
}

// Link implements [folder.Disk].
func (d *Disk) Link(from, to string) error {
	return d.try("link", to, true, func() error { return d.under.Link(from, to) })
}

// Remove implements [folder.Disk].
func (d *Disk) Remove(name string) error {
	return d.try("remove", name, false, func() error { return d.under.Remove(name) })
}

// RemoveAll implements [folder.Disk]. It is done by half if it removes some of the
// files before it fails.
func (d *Disk) RemoveAll(name string) error {
	v := d.ask("removeall", false)
	if v.Err == nil {
		return d.under.RemoveAll(name)
	}
	if entries, err := os.ReadDir(name); err == nil && v.Torn && len(entries) > 0 {
		_ = d.under.RemoveAll(name + string(os.PathSeparator) + entries[0].Name()) // the other half fails
	}
	return &fs.PathError{Op: "removeall", Path: name, Err: v.Err}
}

// Sync implements [folder.Disk].
func (d *Disk) Sync(dir string) error {
	return d.try("sync", dir, false, func() error { return nil })
}

// File is a file of a [Disk].
type File struct {
	folder.File
	disk *Disk
	name string
}

// write writes all, half or nothing.
func (f *File) write(b []byte, write func([]byte) (int, error)) (n int, err error) {
	v := f.disk.ask("write", true)
	if v.Err == nil {
		return write(b)
	}
	if v.Torn {
		n, _ = write(b[:len(b)/2]) // the other half fails
	}
	return n, &fs.PathError{Op: "write", Path: f.name, Err: v.Err}
}

// Write implements [folder.File].
func (f *File) Write(b []byte) (int, error) { return f.write(b, f.File.Write) }

// WriteAt implements [folder.File].
func (f *File) WriteAt(b []byte, at int64) (int, error) {
	return f.write(b, func(b []byte) (int, error) { return f.File.WriteAt(b, at) })
}

// Truncate implements [folder.File].
func (f *File) Truncate(size int64) error {
	return f.disk.try("truncate", f.name, false, func() error { return f.File.Truncate(size) })
}

// Sync implements [folder.File]. What needs room may be found out only here.
func (f *File) Sync() error {
	return f.disk.try("fsync", f.name, true, func() error { return nil })
}

// Close implements [folder.File]. It closes in any case.
func (f *File) Close() error {
	err := f.disk.try("close", f.name, false, func() error { return nil })
	if closed := f.File.Close(); err == nil {
		err = closed
	}
	return err
}

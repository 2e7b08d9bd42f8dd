package folder

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Content is a file that is to be written.
type Content struct {
	Name   string
	Write  func(io.Writer) error
	From   func(w io.Writer, dir string) error // instead: of the files before it in its set, which are in dir
	Beside bool                                // it may be written side by side with the one before, as that may with it
}

// list is the file that says what belongs to a set that is ready: a name a line, with
// a minus if the file of that name is to go.
const list = ".list"

// Save writes a set of files, and removes those of an earlier one unless the kind
// grows. If it fails, all files are the earlier ones; only if it fails while it moves
// them, some are the new ones, and the others wait in .ready for the next Save or Open.
func (f *Folder) Save(files []Content) error {
	files = slices.DeleteFunc(slices.Clone(files), func(c Content) bool { return slices.Contains(f.left, c.Name) })
	if err := f.recover(); err != nil {
		return err
	}
	if err := f.prepare(files); err != nil {
		return errors.Join(err, f.disk.RemoveAll(f.in(unfinished)))
	}
	if err := f.disk.Rename(f.in(unfinished), f.in(ready)); err != nil {
		return errors.Join(f.failed(files[0].Name, err), f.disk.RemoveAll(f.in(unfinished)))
	}
	return f.finish()
}

// prepare writes all files beside their place.
func (f *Folder) prepare(files []Content) error {
	names, err := f.names(files)
	if err != nil {
		return err
	}
	if err := f.disk.MakeDirs(f.in(unfinished), 0o777); err != nil {
		return f.failed(files[0].Name, err)
	}
	all := append(slices.Clone(files), Content{Name: list, Write: func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(names, "\n")+"\n")
		return err
	}})
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Beside {
			n++
		}
		if err := f.writeAll(all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	if err := f.disk.Sync(f.in(unfinished)); err != nil {
		return f.failed(files[0].Name, err)
	}
	return nil
}

// writeAll writes files side by side. The error is that of the first.
func (f *Folder) writeAll(files []Content) error {
	var group sync.WaitGroup
	errs := make([]error, len(files))
	for i, c := range files {
		if c.From != nil {
			c.Write = func(w io.Writer) error { return c.From(w, f.in(unfinished)) }
		}
		write := func() {
			if err := f.write(c.Name, c.Write); err != nil {
				errs[i] = f.failed(c.Name, err)
			}
		}
		if len(files) == 1 { // a panic of which should reach the caller
			write()
			continue
		}
		group.Go(write)
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// names returns the lines of the list.
func (f *Folder) names(files []Content) ([]string, error) {
	var names []string
	for _, c := range files {
		names = append(names, c.Name)
	}
	if f.kind.Grows {
		return names, nil
	}
	entries, err := os.ReadDir(f.dir)
	for _, e := range entries {
		if f.kind.owns(e.Name()) && !slices.Contains(names, e.Name()) {
			names = append(names, "-"+e.Name())
		}
	}
	return names, err
}

// write writes a file that is unfinished, down to the disk.
func (f *Folder) write(name string, content func(io.Writer) error) error {
	return write(f.disk, filepath.Join(f.in(unfinished), name), content)
}

func write(disk Disk, path string, content func(io.Writer) error) error {
	file, err := disk.Open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	if err = content(out); err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// finish moves what is ready into its place. It goes on with what was begun.
func (f *Folder) finish() error {
	content, err := os.ReadFile(filepath.Join(f.in(ready), list))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing is ready, or all of it is in its place
	} else if err != nil {
		return err
	}
	if err := f.disk.Sync(f.dir); err != nil {
		return f.waits(err)
	}
	for name := range strings.FieldsFuncSeq(string(content), func(r rune) bool { return r == '\n' }) {
		if old, gone := strings.CutPrefix(name, "-"); gone {
			err = f.disk.Remove(f.in(old))
		} else {
			err = f.disk.Rename(filepath.Join(f.in(ready), name), f.in(name))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.waits(err)
		}
	}
	if err := f.disk.Sync(f.dir); err != nil {
		return f.waits(err)
	}
	return f.disk.RemoveAll(f.in(ready))
}

// waits says where files are that are whole, but not in their place.
func (f *Folder) waits(err error) error {
	return fmt.Errorf("%s: its files wait in %s and are put in place by the next command with this folder: %w", f.dir, ready, cause(err))
}

// failed says which file there is not.
func (f *Folder) failed(name string, err error) error {
	return fmt.Errorf("%s: %w", f.in(name), cause(err))
}

// WriteNew writes a file that must not exist, making its directory. It is there whole
// or not at all. The error wraps [fs.ErrExist] if there is one.
func WriteNew(disk Disk, path string, content []byte) error {
	dir, name := filepath.Split(path)
	aside := filepath.Join(dir, "."+name+unfinished)
	if _, err := os.Lstat(path); err == nil {
		return errors.Join(fs.ErrExist, forget(disk, aside))
	}
	if dir == "" {
		dir = "."
	}
	if err := disk.MakeDirs(dir, 0o777); err != nil {
		return err
	}
	err := write(disk, aside, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err == nil {
		err = disk.Link(aside, path)
		if _, absent := os.Lstat(path); err != nil && absent != nil { // not all file systems have links
			return errors.Join(wrap(path, disk.Rename(aside, path)), forget(disk, aside), disk.Sync(dir))
		}
	}
	return errors.Join(wrap(path, err), forget(disk, aside), disk.Sync(dir))
}

// Write writes a file in the place of an earlier one, which stays until the new one is
// whole. What a link leads to is written, not the link; a device or a pipe takes the
// content as it comes.
func Write(disk Disk, path string, content func(io.Writer) error) error {
	if there, err := os.Stat(path); err == nil && there.Mode()&(fs.ModeDevice|fs.ModeNamedPipe) != 0 {
		return wrap(path, pour(disk, path, content))
	}
	if file, err := filepath.EvalSymlinks(path); err == nil {
		path = file
	}
	dir, name := filepath.Split(path)
	aside := filepath.Join(dir, "."+name+unfinished)
	err := write(disk, aside, content)
	if err == nil {
		err = disk.Rename(aside, path)
	}
	if err != nil {
		return errors.Join(wrap(path, err), forget(disk, aside))
	}
	return disk.Sync(filepath.Join(dir, "."))
}

// pour writes what has no earlier content and keeps none.
func pour(disk Disk, path string, content func(io.Writer) error) error {
	file, err := disk.Open(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	if err = content(out); err == nil {
		err = out.Flush()
	}
	return errors.Join(err, file.Close())
}

// wrap names the file that an error is of.
func wrap(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, cause(err))
}

// forget removes a file that may be there.
func forget(disk Disk, path string) error {
	if _, err := os.Lstat(path); err != nil {
		return nil
	}
	return disk.Remove(path)
}

package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folder is a folder that this process has. It is not safe for concurrent use.
type Folder struct {
	disk   Disk
	dir    string
	kind   *Kind
	marker File
	isNew  bool     // the marker
	made   []string // directories, the innermost first
	left   []string // files that are not written
}

// Open takes the folder of a command, which it makes: nobody else has it then, what
// a killed command has left is tidied up, and a trial says that it can be written
// to. The error is a [Refusal] if the folder is somebody else's.
func Open(disk Disk, dir string, k *Kind) (*Folder, error) {
	if err := k.Check(dir); err != nil {
		return nil, err
	}
	f := &Folder{disk: disk, dir: dir, kind: k, made: missing(dir)}
	if err := disk.MakeDirs(dir, 0o777); err != nil {
		f.removeMade()
		return nil, err
	}
	err := f.claim()
	if err == nil {
		err = f.recover()
	}
	if err == nil {
		err = f.try()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Leave says which files are not to be written, though they belong to what is saved.
func (f *Folder) Leave(names []string) { f.left = names }

// Dir returns where the folder is.
func (f *Folder) Dir() string { return f.dir }

// Close gives the folder back. One that was made here and holds nothing goes away.
func (f *Folder) Close() error {
	if f.marker == nil {
		f.removeMade()
		return nil
	}
	entries, err := os.ReadDir(f.dir)
	empty := err == nil && len(entries) == 1
	if f.isNew && empty {
		err = f.disk.Remove(f.in(marker))
		f.removeMade()
	}
	return errors.Join(err, f.marker.Close())
}

// removeMade removes the directories that were made, as far as they are empty.
func (f *Folder) removeMade() {
	for _, dir := range f.made {
		if f.disk.Remove(dir) != nil {
			return // it is in use
		}
	}
}

// missing returns which directories have to be made, the innermost first.
func missing(dir string) []string {
	var all []string
	dir = filepath.Clean(dir)
	for {
		if _, err := os.Lstat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return all
		}
		all = append(all, dir)
		above := filepath.Dir(dir)
		if above == dir {
			return all
		}
		dir = above
	}
}

func (f *Folder) in(name string) string { return filepath.Join(f.dir, name) }

// claim locks the marker and makes sure that it says what the folder is.
func (f *Folder) claim() error {
	taken := refuse("%s: another process is at this %s", f.dir, f.kind.Name)
	before, err := os.Lstat(f.in(marker))
	if f.isNew = err != nil; err == nil && !before.Mode().IsRegular() {
		return refuse("%s: must be a file of ours, got another thing", f.in(marker))
	}
	file, err := f.disk.Open(f.in(marker), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	if err := file.Lock(); errors.Is(err, syscall.EWOULDBLOCK) { // not all file systems have locks
		f.isNew, f.made = false, nil // theirs
		return errors.Join(taken, file.Close())
	}
	f.marker = file
	if at, err := os.Lstat(f.in(marker)); err != nil {
		f.isNew = false
		return taken // whoever had it has just removed it
	} else if own, err := file.Stat(); err != nil || !os.SameFile(at, own) {
		f.isNew = false
		return errors.Join(taken, err)
	}
	content, err := io.ReadAll(io.LimitReader(file, longestMark))
	if err != nil || string(content) == f.kind.mark() {
		return err
	}
	if _, err := file.WriteAt([]byte(f.kind.mark()), 0); err != nil {
		return err
	}
	return file.Sync()
}

// recover moves what is ready into its place and removes what is unfinished.
func (f *Folder) recover() error {
	if err := f.finish(); err != nil {
		return err
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != marker && f.kind.leftover(e.Name()) {
			if err := f.disk.RemoveAll(f.in(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// trialBytes is what a trial writes: a block of most disks.
const trialBytes = 4096

// try writes as a command will write later.
func (f *Folder) try() error {
	if err := f.disk.MakeDirs(f.in(unfinished), 0o777); err != nil {
		return err
	}
	err := f.write("trial", func(w io.Writer) error {
		_, err := w.Write(make([]byte, trialBytes))
		return err
	})
	if err != nil {
		err = fmt.Errorf("%s: cannot be written to: %w", f.dir, cause(err))
	}
	return errors.Join(err, f.disk.RemoveAll(f.in(unfinished)))
}

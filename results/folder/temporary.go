package folder

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// safeAge is how old a temporary folder must be before it can be one of a process
// that was killed: one that is new may be about to be locked.
const safeAge = time.Minute

// Temporary makes a folder for nobody to see and takes it. Those of the same name that
// killed processes have left are removed: nobody has them locked. The function that it
// returns removes the folder.
func Temporary(disk Disk, name string, k *Kind) (f *Folder, remove func() error, err error) {
	k.removeOrphans(disk, filepath.Join(os.TempDir(), name+"*"))
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return nil, nil, err
	}
	f, err = Open(disk, dir, k)
	if err != nil {
		_ = disk.RemoveAll(dir) // the first error says more
		return nil, nil, err
	}
	return f, func() error {
		err := disk.RemoveAll(dir)
		if closed := f.marker.Close(); err == nil {
			err = closed
		}
		return err
	}, nil
}

// removeOrphans removes the folders of processes that have died. What cannot be removed is
// left: it may be another user's.
func (k *Kind) removeOrphans(disk Disk, pattern string) {
	dirs, err := filepath.Glob(pattern)
	if err != nil || !locks {
		return
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < safeAge {
			continue
		}
		if k.Check(dir) == nil && dead(disk, dir, marker) && dead(disk, dir, k.Mark) {
			_ = disk.RemoveAll(dir)
		}
	}
}

// dead reports whether nobody has a file of a folder.
func dead(disk Disk, dir, name string) bool {
	path := filepath.Join(dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return os.IsNotExist(err)
	}
	if info.Mode()&fs.ModeType != 0 {
		return false
	}
	file, err := disk.Open(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	return file.Lock() == nil
}

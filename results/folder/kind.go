package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what a folder is for.
type Kind struct {
	Name   string   // as in "an earlier run"
	Mark   string   // the file that tells a reader what the folder holds
	Files  []string // that it may hold besides
	Suffix string   // of further files; empty: there are none
	// Grows says that what is there is added to: a folder with Mark is ours whatever
	// else is there, and files that are not written anew stay.
	Grows bool
}

// What is in a folder besides its files.
const (
	marker     = ".headroom"
	unfinished = ".unfinished"
	ready      = ".ready"
)

// Refusal is a folder that cannot be taken, and why. Nothing in it has changed.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// Check reports a folder that [Open] would refuse, and changes nothing.
func (k *Kind) Check(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return refuse("%s: must be a directory, got a file", dir)
	}
	if home, err := os.UserHomeDir(); err == nil {
		if at, err := os.Stat(home); err == nil && os.SameFile(at, info) {
			return refuse("%s: must not be your home directory: name one below it", dir)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	holds, err := marked(dir)
	switch {
	case err != nil:
		return err
	case holds == k.Name:
		return nil
	case holds != "":
		return refuse("%s: must be empty or hold an earlier %s (%s), got a %s", dir, k.Name, k.Mark, holds)
	case k.Grows && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == k.Mark }):
		return nil
	case slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !k.owns(e.Name()) && !k.leftover(e.Name()) }):
		return refuse("%s: must be empty or hold an earlier %s (%s), got other files", dir, k.Name, k.Mark)
	}
	return nil
}

// mark is the content of the marker.
func (k *Kind) mark() string { return mark + k.Name + "\n" }

const (
	mark        = "headroom "
	longestMark = 64 // bytes
)

// marked returns the kind that the marker of a folder names; empty if it has none, or
// one that was not written to its end.
func marked(dir string) (kind string, err error) {
	path := filepath.Join(dir, marker)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return "", nil
	} else if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, longestMark))
	if err != nil {
		return "", err
	}
	kind, is := strings.CutPrefix(string(content), mark)
	kind, whole := strings.CutSuffix(kind, "\n")
	if !is || !whole {
		return "", nil
	}
	return kind, nil
}

// owns reports whether a file is one that the kind writes.
func (k *Kind) owns(name string) bool {
	return name == k.Mark || slices.Contains(k.Files, name) || k.Suffix != "" && strings.HasSuffix(name, k.Suffix)
}

// leftover reports whether a file is one that commands leave when they are killed, of
// this version or an earlier one: a marker among them.
func (k *Kind) leftover(name string) bool {
	own, aside := strings.CutSuffix(strings.TrimPrefix(name, "."), unfinished)
	return name == marker || name == unfinished || name == ready || strings.HasPrefix(name, unfinished+"-") ||
		aside && strings.HasPrefix(name, ".") && k.owns(own)
}

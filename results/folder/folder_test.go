package folder_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/results/folder"
	"headroom/results/folder/faulty"
)

var (
	notes  = &folder.Kind{Name: "note", Mark: "note.md", Files: []string{"a.csv"}, Suffix: ".extra.csv"}
	diary  = &folder.Kind{Name: "diary", Mark: "diary.md", Files: []string{"b.csv"}, Grows: true}
	before = []string{"a.csv", "one.extra.csv", "note.md"}
	after  = []string{"a.csv", "two.extra.csv", "note.md"}
)

// contents are files that say which edition they are of.
func contents(names []string, edition string) []folder.Content {
	var all []folder.Content
	for i, name := range names {
		all = append(all, folder.Content{Name: name, Beside: i%3 != 0, Write: func(w io.Writer) error {
			_, err := io.WriteString(w, text(name, edition))
			return err
		}})
	}
	return all
}

func text(name, edition string) string { return strings.Repeat(edition+" of "+name+"\n", 99) }

// write takes a folder, writes a set and gives it back.
func write(disk folder.Disk, dir string, k *folder.Kind, files []folder.Content) error {
	f, err := folder.Open(disk, dir, k)
	if err != nil {
		return err
	}
	return errors.Join(f.Save(files), f.Close())
}

// editions returns what is in a folder: "old" or "new" if all of it is and nothing
// else is there, "mixed" if every file is whole but one set is incomplete, or what is
// wrong.
func editions(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return "nothing"
	} else if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name()[0] == '.' {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch string(content) {
		case text(e.Name(), "old"):
			names = append(names, "old "+e.Name())
		case text(e.Name(), "new"):
			names = append(names, "new "+e.Name())
		default:
			return "half a file: " + e.Name()
		}
	}
	for edition, set := range map[string][]string{"old": before, "new": after} {
		var want []string
		for _, name := range set {
			want = append(want, edition+" "+name)
		}
		slices.Sort(want)
		slices.SortFunc(names, strings.Compare)
		if slices.Equal(names, want) {
			return edition
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return "mixed"
}

// hidden lists what is there besides the files.
func hidden(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name()[0] == '.' {
			names = append(names, e.Name())
		}
	}
	return names
}

// ends are the ways in which the n-th operation fails.
var ends = map[string]func(n int) faulty.Judge{
	"full":      func(n int) faulty.Judge { return faulty.Full(n, false) },
	"full torn": func(n int) faulty.Judge { return faulty.Full(n, true) },
	"broken":    faulty.Broken,
	"killed":    faulty.Gone,
}

// sound is a disk on which all goes well.
func sound() folder.Disk { return faulty.New(folder.Real(), faulty.Sound) }

// Whichever operation fails, and however: the files are the old or the new ones, whole;
// an error is said unless all is new; and the folder can be used again, which ends what
// was begun.
func TestNoFailureLosesAFile(t *testing.T) {
	for end, judge := range ends {
		for _, fresh := range []bool{true, false} {
			if fresh && (end == "full" || end == "broken") {
				continue // the others show what is left of a new folder
			}
			n, last := 1, false
			for ; !last; n++ {
				dir := filepath.Join(t.TempDir(), "a", "out")
				if !fresh {
					if err := write(sound(), dir, notes, contents(before, "old")); err != nil {
						t.Fatal(err)
					}
				}
				disk := faulty.New(folder.Real(), judge(n))
				err := write(disk, dir, notes, contents(after, "new"))
				for _, fault := range judged(t, dir, fresh, err) {
					t.Errorf("%s at operation %d, fresh %v: %s", end, n, fresh, fault)
				}
				last = disk.Count() < n
				if end == "broken" && err == nil && !last {
					t.Errorf("operation %d fails, and nothing is said", n)
				}
			}
			if n < 20 {
				t.Errorf("%s: only %d operations", end, n)
			}
		}
	}
}

// judged says what is wrong with a folder after a write that ended with an error or
// not, and after the next commands with it.
func judged(t *testing.T, dir string, fresh bool, err error) (faults []string) {
	blame := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	got, waits := editions(t, dir), slices.Contains(hidden(dir), ".ready")
	switch got {
	case "new":
	case "old", "mixed", "nothing":
		if err == nil || got == "mixed" && !waits || got == "nothing" && !fresh {
			blame("%s, hidden %v, error %v", got, hidden(dir), err)
		}
	default:
		blame("%s", got)
	}
	f, err := folder.Open(sound(), dir, notes)
	if err != nil {
		blame("cannot be used again: %v", err)
		return faults
	}
	f.Close()
	want := got // what was ready is in its place, the rest as it was
	if waits {
		want = "new"
	}
	if got := editions(t, dir); got != want || len(hidden(dir)) > 1 {
		blame("after the next start %s, want %s, hidden %v", got, want, hidden(dir))
	}
	if err := write(sound(), dir, notes, contents(after, "new")); err != nil || editions(t, dir) != "new" {
		blame("then %v, %s", err, editions(t, dir))
	}
	return faults
}

// A file that must not exist is there whole or not at all, and can be written later.
func TestWriteNewIsAllOrNothing(t *testing.T) {
	content := []byte(text("scenario.toml", "new"))
	for end, judge := range ends {
		for n := 1; ; n++ {
			path := filepath.Join(t.TempDir(), "new", "scenario.toml")
			disk := faulty.New(folder.Real(), judge(n))
			err := folder.WriteNew(disk, path, content)
			got, absent := os.ReadFile(path)
			if absent == nil && string(got) != string(content) || err == nil && absent != nil {
				t.Errorf("%s at operation %d: %d bytes, %v, error %v", end, n, len(got), absent, err)
			}
			again := folder.WriteNew(sound(), path, content)
			if absent != nil && again != nil || absent == nil && !errors.Is(again, os.ErrExist) {
				t.Errorf("%s at operation %d: then %v", end, n, again)
			}
			if left := hidden(filepath.Dir(path)); len(left) > 0 {
				t.Errorf("%s at operation %d: leaves %v", end, n, left)
			}
			if disk.Count() < n {
				break
			}
		}
	}
}

// What is not ours stays as it is.
func TestOnlyFoldersOfOursAreTaken(t *testing.T) {
	t.Setenv("HOME", filepath.Join(t.TempDir(), "home"))
	home := os.Getenv("HOME")
	for _, c := range []struct {
		name  string
		files map[string]string
		kind  *folder.Kind
		dir   string
		want  string // in the refusal; empty: taken
	}{
		{name: "empty", kind: notes},
		{name: "someone's files", files: map[string]string{"thesis.tex": ""}, kind: notes, want: "got other files"},
		{name: "the mark among someone's files", files: map[string]string{"thesis.tex": "", "note.md": ""}, kind: notes, want: "got other files"},
		{name: "files of an earlier version", files: map[string]string{"a.csv": "", "note.md": "", "x.extra.csv": ""}, kind: notes},
		{name: "an earlier version was killed", files: map[string]string{".unfinished-12": "", ".a.csv.unfinished": ""}, kind: notes},
		{name: "the marker and someone's files", files: map[string]string{".headroom": "headroom note\n", "plot.png": ""}, kind: notes},
		{name: "half a marker", files: map[string]string{".headroom": "headro"}, kind: notes},
		{name: "half a marker and someone's files", files: map[string]string{".headroom": "headro", "plot.png": ""}, kind: notes, want: "got other files"},
		{name: "another kind", files: map[string]string{".headroom": "headroom diary\n"}, kind: notes, want: "must be empty or hold an earlier note (note.md), got a diary"},
		{name: "not our marker", files: map[string]string{".headroom": "[settings]\nx = 1\n", "y": ""}, kind: notes, want: "got other files"},
		{name: "what grows, with a plot", files: map[string]string{"diary.md": "", "plot.png": ""}, kind: diary},
		{name: "a home", kind: notes, dir: home, want: "must not be your home directory"},
	} {
		dir := c.dir
		if dir == "" {
			dir = filepath.Join(t.TempDir(), "dir")
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, content := range c.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		f, err := folder.Open(sound(), dir, c.kind)
		refused := (*folder.Refusal)(nil)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "":
			f.Close()
		case !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		default:
			if entries, _ := os.ReadDir(dir); len(entries) != len(c.files) {
				t.Errorf("%s: has left %v", c.name, entries)
			}
		}
	}
}

func TestAFolderHasOneProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first, err := folder.Open(sound(), dir, notes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open(sound(), dir, notes); err == nil || !strings.Contains(err.Error(), "another process is at this note") {
		t.Errorf("the second: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder that was made for nothing stays")
	}
}

func TestAFullDiskIsKnownBeforehand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	_, err := folder.Open(faulty.New(folder.Real(), faulty.Full(3, true)), dir, notes)
	if !errors.Is(err, syscall.ENOSPC) || strings.Count(err.Error(), "no space left") != 1 {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder that could not be taken stays")
	}
}

// Temporary folders that killed processes have left go away; those that are young, in
// use or somebody else's stay.
func TestTemporaryFoldersOfTheDeadGo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	left := func(name string, age time.Duration, files ...string) string {
		dir := filepath.Join(os.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte("headroom diary\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(dir, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dead := []string{left("diary-1", time.Hour, ".headroom", "diary.md"), left("diary-2", time.Hour, "diary.md"), left("diary-3", time.Hour)}
	spared := []string{left("diary-4", time.Second, ".headroom", "diary.md"), left("diary-5", time.Hour, "thesis.tex")}
	living, remove, err := folder.Temporary(sound(), "diary-", diary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(living.Dir(), time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	other, removeOther, err := folder.Temporary(sound(), "diary-", diary)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dead {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s stays", dir)
		}
	}
	for _, dir := range append(spared, living.Dir(), other.Dir()) {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if err := errors.Join(remove(), removeOther()); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) != len(spared) {
		t.Errorf("leaves %v", entries)
	}
}

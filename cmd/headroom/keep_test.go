package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/results/folder"
	"headroom/results/folder/faulty"
)

// tiny is a scenario that every command that writes takes, in milliseconds.
const tiny = `
name = "tiny"
run = { duration = "1m", replications = 3 }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "1/s" }, demand = { cpu = "20ms" } }
[sweep.parameters]
"workload.users.arrivals.rate" = ["1/s", "2/s"]
[search]
replications = 3
[search.parameters]
"instance.server.instance_type" = ["m5.large", "m5.xlarge"]
[thresholds]
"latency.mean" = "< 10s"
`

// writer is a command that writes files.
type writer struct {
	name   string
	args   []string
	out    string // what it writes to, in its working directory
	prints bool   // what it found is on standard output too
}

// writers are all of them. They run in a directory with tiny.toml.
func writers() []writer {
	return []writer{
		{"run", []string{"run", "tiny.toml", "--out", "out"}, "out", true},
		{"compare", []string{"compare", "tiny.toml", "--plans", "on-demand,spot", "--out", "out"}, "out", true},
		{"diff", []string{"diff", "tiny.toml", "--set", "run.duration=2m", "--out", "out"}, "out", true},
		{"fleet", []string{"recommend", "plan", "tiny.toml", "--spot", "0", "--out", "out"}, "out", true},
		{"sweep", []string{"sweep", "tiny.toml", "--workers", "1", "--replication-rows", "--out", "out"}, "out", true},
		{"search", []string{"recommend", "tiny.toml", "--out", "out"}, "out", true},
		{"init", []string{"init", "out"}, "out", false},
	}
}

// seeded is the command with the seed of an edition, if it has one.
func (w writer) seeded(seed string) []string {
	if w.name == "init" {
		return w.args
	}
	return append(slices.Clone(w.args), "--quiet", "--seed", seed)
}

// files returns the files that a command leaves for people, by name.
func (w writer) files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	out := filepath.Join(dir, w.out)
	err := filepath.WalkDir(out, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && e.IsDir() && e.Name()[0] == '.' {
			return fs.SkipDir
		}
		if err != nil || e.IsDir() || e.Name()[0] == '.' || strings.HasSuffix(e.Name(), ".journal") {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(out, path)
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// whole reports whether a file is one that a command has finished: of an edition, or
// of a sweep a part of the points.
func (w writer) whole(name, content string, editions ...map[string]string) bool {
	for _, edition := range editions {
		if whole, there := edition[name]; there && whole == content { // it may be empty
			return true
		}
	}
	if w.name != "sweep" {
		return false
	}
	if strings.HasSuffix(name, ".parquet") {
		return strings.HasSuffix(content, "PAR1")
	}
	lines := ""
	for _, edition := range editions {
		lines += edition[name]
	}
	for line := range strings.Lines(content) {
		if !strings.HasSuffix(line, "\n") || !strings.Contains(lines, line) {
			return false
		}
	}
	return true
}

// spoken is what a command said.
type spoken struct {
	code        int
	out, errors string
}

// says runs a command line in this process, in a directory, on a disk.
func says(t testing.TB, dir string, on folder.Disk, args []string) spoken {
	t.Helper()
	return saysUntil(context.Background(), t, dir, on, args)
}

// saysUntil is says of a command that is interrupted when ctx ends.
func saysUntil(ctx context.Context, t testing.TB, dir string, on folder.Disk, args []string) spoken {
	t.Helper()
	t.Chdir(dir)
	stdout, stderr, usual := os.Stdout, os.Stderr, disk
	defer func() { os.Stdout, os.Stderr, disk = stdout, stderr, usual }()
	disk = on
	os.Stdout, os.Stderr = scratch(t), scratch(t)
	code := execute(ctx, args)
	return spoken{code, drained(t, os.Stdout), drained(t, os.Stderr)}
}

// scratch is a file to write to.
func scratch(t testing.TB) *os.File {
	t.Helper()
	file, err := os.CreateTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// drained returns what is in it, and removes it.
func drained(t testing.TB, file *os.File) string {
	t.Helper()
	content, err := os.ReadFile(file.Name())
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func sound() folder.Disk { return faulty.New(folder.Real(), faulty.Sound) }

// tinyDir is a directory with the scenario, in which a command may have run before.
func tinyDir(t testing.TB, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tiny.toml"), []byte(tiny), 0o666); err != nil {
		t.Fatal(err)
	}
	if len(args) > 0 {
		if s := says(t, dir, sound(), args); s.code != 0 {
			t.Fatalf("exit code %d\n%s", s.code, s.errors)
		}
	}
	return dir
}

// edition is what a command leaves when nothing fails.
type edition struct {
	files map[string]string
	out   string
	count int // operations of the disk
}

func (w writer) edition(t testing.TB, seed string) edition {
	t.Helper()
	dir, on := tinyDir(t), faulty.New(folder.Real(), faulty.Sound)
	s := says(t, dir, on, w.seeded(seed))
	if s.code != 0 || len(w.files(t, dir)) == 0 {
		t.Fatalf("%s: exit code %d, %s", w.name, s.code, s.errors)
	}
	return edition{w.files(t, dir), s.out, on.Count()}
}

// Whichever operation of the disk fails, every command that writes leaves the earlier
// files or the new ones, says what is missing, prints what it has found all the same,
// and can write to the same folder again. Each end has its turn at each sixth
// operation; with more -kills all of them have, at every operation.
func TestNoFailureOfTheDiskLosesResults(t *testing.T) {
	ends := []func(n int) faulty.Judge{
		faulty.Gone, faulty.Broken,
		func(n int) faulty.Judge { return faulty.Full(n, true) },
		func(n int) faulty.Judge { return faulty.Full(n, false) },
	}
	for _, w := range writers() {
		earlier, later := w.edition(t, "1"), w.edition(t, "2")
		for n := 1; n <= later.count+8; n++ {
			for k, end := range ends {
				for _, fresh := range []bool{true, false} {
					if *kills <= fewKills && (n%6 != 0 || n/6%4 != k || fresh != (n/6%2 == 0) && w.name != "init") || w.name == "init" && !fresh {
						continue
					}
					dir := tinyDir(t)
					if !fresh && w.name != "sweep" { // an earlier sweep has another manifest
						says(t, dir, sound(), w.seeded("1"))
					}
					s := says(t, dir, faulty.New(folder.Real(), end(n)), w.seeded("2"))
					for _, fault := range w.judged(t, dir, s, earlier, later) {
						t.Errorf("%s, end %d at operation %d of %d, fresh %v: %s\n%+v", w.name, k, n, later.count, fresh, fault, s)
					}
				}
			}
		}
	}
}

// judged says what is wrong after a command that met a failure, and after the next.
func (w writer) judged(t testing.TB, dir string, s spoken, earlier, later edition) (faults []string) {
	t.Helper()
	faults = w.halves(t, dir, earlier, later)
	files := w.files(t, dir)
	switch s.code {
	case 0:
		if fmt.Sprint(files) != fmt.Sprint(later.files) {
			faults = append(faults, fmt.Sprintf("exit code 0 without the new files: %d files", len(files)))
		}
	case exitInternal:
		if s.errors == "" {
			faults = append(faults, "does not say what is missing")
		}
		begun := !strings.Contains(s.errors, "--out: ") && (w.name == "search" || w.name == "fleet" || !strings.Contains(s.errors, "journal"))
		if begun && w.prints && s.out != later.out || !begun && w.name != "sweep" && s.out != "" {
			faults = append(faults, "standard output is not what was found: "+s.out)
		}
	default:
		faults = append(faults, "another exit code")
	}
	return append(faults, w.unusable(t, dir, later)...)
}

// halves lists the files that are neither of one edition nor of the other.
func (w writer) halves(t testing.TB, dir string, earlier, later edition) (faults []string) {
	t.Helper()
	for name, content := range w.files(t, dir) {
		if !w.whole(name, content, earlier.files, later.files) {
			faults = append(faults, "half a file: "+name)
		}
	}
	return faults
}

// unusable says why the next command cannot do all as if nothing had happened.
func (w writer) unusable(t testing.TB, dir string, later edition) (faults []string) {
	t.Helper()
	same := func() bool { return fmt.Sprint(w.files(t, dir)) == fmt.Sprint(later.files) }
	again := says(t, dir, sound(), w.seeded("2"))
	if w.name == "init" && again.code == exitInput && same() {
		return faults
	}
	if again.code != 0 || !same() || again.out != later.out && w.name != "sweep" {
		faults = append(faults, fmt.Sprintf("then %+v, %d files, want %d", again, len(w.files(t, dir)), len(later.files)))
	}
	return append(faults, w.leftovers(dir)...)
}

// leftovers lists what nobody needs any more.
func (w writer) leftovers(dir string) (all []string) {
	_ = filepath.WalkDir(filepath.Join(dir, w.out), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name()[0] == '.' && e.Name() != ".headroom" {
			all = append(all, "leaves "+path)
		}
		return err
	})
	return all
}

// Every command that prints says when it cannot, and what it writes to files is there
// nonetheless.
func TestStandardOutputThatFailsIsAnError(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	read, unread, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	defer unread.Close()
	commands := [][]string{
		{"version"}, {"help"}, {"run", "--help"}, {"completion", "bash"}, {"metrics"}, {"metrics", "--format", "json"}, {"explain"}, {"explain", "run"}, {"catalog"},
		{"validate", "tiny.toml"}, {"sweep", "plan", "tiny.toml"}, {"sweep", "tiny.toml", "--quiet"}, {"diff", "tiny.toml", "--set", "run.duration=2m"},
		{"recommend", "--commitments", "tiny.toml"},
	}
	for _, w := range writers() {
		commands = append(commands, w.args)
	}
	t.Setenv("TMPDIR", t.TempDir())
	for _, args := range commands {
		for _, c := range []struct {
			to    *os.File
			code  int
			stays string
		}{{full, exitInternal, "headroom: standard output: no space left on device\n"}, {unread, exitUnread, ""}} {
			t.Chdir(tinyDir(t))
			stdout, before := os.Stdout, os.Stderr
			os.Stdout = c.to
			said, code := captured(t, &os.Stderr, args...)
			os.Stdout, os.Stderr = stdout, before
			if code != c.code || said != c.stays {
				t.Errorf("%v > %s: exit code %d, want %d, says %q, want %q", args, c.to.Name(), code, c.code, said, c.stays)
			}
			if out, err := os.ReadDir("out"); slices.Contains(args, "out") && (err != nil || len(out) == 0) {
				t.Errorf("%v: its files are not there: %v", args, err)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "headroom-*")); len(left) > 0 {
		t.Errorf("leaves %v", left)
	}
}

// An interrupted comparison prices what had finished and says what is missing.
func TestInterruptedComparisonKeepsWhatIsFinished(t *testing.T) {
	dir := tinyDir(t)
	for _, args := range [][]string{
		{"compare", "tiny.toml", "--plans", "on-demand,spot,reserved-standard-1y-no-upfront", "--out", "kept"},
		{"diff", "tiny.toml", "--set", "run.duration=2m"},
		{"diff", "tiny.toml", "--set", "run.duration=2m", "--out", "pairs"},
		{"recommend", "--commitments", "tiny.toml"},
		{"recommend", "plan", "tiny.toml", "--plans", "reserved-standard-1y-no-upfront"},
	} {
		command := &mortal{name: "headroom", args: append(args, "--replications", "10000"), dir: dir}
		command.start(t)
		works(command.command.Process, 500*time.Millisecond)
		if code := command.signal(t, os.Interrupt); code != exitInterrupted {
			t.Errorf("%v: exit code %d\n%s", args, code, command.said.String())
		}
		for _, want := range []string{"interrupted: ", " of 10000 ", "headroom: interrupted; only what had finished is above"} {
			if !strings.Contains(command.said.String(), want) {
				t.Errorf("%v: does not say %q:\n%s", args, want, command.said.String())
			}
		}
	}
	content, err := os.ReadFile(filepath.Join(dir, "kept", "compare.json"))
	if err != nil || !bytes.Contains(content, []byte(`"interrupted": true`)) || !bytes.Contains(content, []byte(`{"plan":"spot","missing":true,"cost":null,`)) {
		t.Errorf("compare.json: %v\n%s", err, content)
	}
	kept := says(t, dir, sound(), []string{"diff", "pairs/a", "pairs/b", "--format", "json"})
	content, err = os.ReadFile(filepath.Join(dir, "pairs", "diff.json"))
	if err != nil || kept.code != 0 || !strings.Contains(kept.out, `"paired": true`) || !bytes.Contains(content, []byte(`"metric": "requests.arrived"`)) {
		t.Errorf("the runs that diff keeps: %+v\ndiff.json: %v\n%s", kept, err, content)
	}
}

// The folder of a sweep without --out goes away after Ctrl-C, and one that kill -9 has
// left with the next sweep.
func TestTemporarySweepFoldersGoAway(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	folders := func() []string {
		found, err := filepath.Glob(filepath.Join(temporary, "headroom-sweep-*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	p := &mortal{name: "headroom", args: []string{"sweep", "tiny.toml", "--replications", "10000"}, dir: tinyDir(t)}
	begin := func() {
		p.start(t)
		for end := time.Now().Add(time.Minute); len(folders()) == 0 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
	}
	begin()
	if code := p.signal(t, os.Interrupt); code != exitInterrupted || len(folders()) > 0 {
		t.Errorf("exit code %d, leaves %v", code, folders())
	}
	begin()
	p.kill()
	left := folders()
	if len(left) != 1 {
		t.Fatalf("after kill -9: %v", left)
	}
	if err := os.Chtimes(left[0], time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if s := says(t, p.dir, sound(), []string{"sweep", "tiny.toml", "--quiet"}); s.code != 0 || len(folders()) > 0 {
		t.Errorf("then exit code %d, %s, leaves %v", s.code, s.errors, folders())
	}
}

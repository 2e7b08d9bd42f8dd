package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what README shows anew")

// shown matches a block of README that a command or a file must reproduce:
// a comment that says which, and the fenced block after it.
var shown = regexp.MustCompile("(?s)<!-- (run|fails|file|prints): ([^\n]*?) -->\n```[a-z]*\n(.*?)```\n")

// Every block that README says a command prints is what the command prints.
func TestReadmeShowsWhatTheProgramDoes(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	blocks := shown.FindAllStringSubmatchIndex(string(text), -1)
	if len(blocks) < 3 {
		t.Fatalf("README has %d checked blocks, want at least 3", len(blocks))
	}
	fresh := string(text)
	for i := len(blocks) - 1; i >= 0; i-- { // from the end: earlier positions stay good
		b := blocks[i]
		what, arg, got := fresh[b[2]:b[3]], fresh[b[4]:b[5]], fresh[b[6]:b[7]]
		want := produced(t, what, arg)
		if got != want && !*update {
			t.Errorf("%s %s\n--- README shows\n%s\n--- it should show\n%s\nrun: go test ./cmd/headroom -run Readme -update",
				what, arg, got, want)
		}
		fresh = fresh[:b[6]] + want + fresh[b[7]:]
	}
	if *update {
		if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// goProgram matches the Go program that README shows.
var goProgram = regexp.MustCompile("(?s)<!-- program -->\n```go\n(.*?)```\n")

// programPrints returns what the program of README prints, built as README says.
func programPrints(t *testing.T, arguments string) string {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source := goProgram.FindSubmatch(text)
	if source == nil {
		t.Fatal("README shows no program")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), source[1], 0o644); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, command := range [][]string{
		{"go", "mod", "init", "shop"},
		{"go", "work", "init", ".", root},
		{"go", "run", ".", filepath.Join(root, arguments)},
	} {
		c := exec.Command(command[0], command[1:]...)
		var fault strings.Builder
		c.Dir, c.Stderr = dir, &fault
		if out, err = c.Output(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, &fault)
		}
	}
	return string(out)
}

// words splits a command line as a shell does that knows single quotes only.
func words(line string) []string {
	all := word.FindAllString(line, -1)
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "'", "")
	}
	return all
}

var word = regexp.MustCompile(`(?:'[^']*'|[^\s'])+`)

// produced returns what a block has to show.
func produced(t *testing.T, what, arg string) string {
	t.Helper()
	if what == "file" {
		b, err := os.ReadFile(arg)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if what == "prints" {
		return programPrints(t, arg)
	}
	args, ok := strings.CutPrefix(arg, "headroom ")
	if !ok {
		t.Fatalf("not a headroom command: %s", arg)
	}
	output <- struct{}{}
	defer func() { <-output }()
	stream, want := &os.Stdout, 0
	if what == "fails" {
		stream, want = &os.Stderr, exitInput
	}
	out, code := captured(t, stream, words(args)...)
	if code != want {
		t.Fatalf("%s: exit code %d, want %d", arg, code, want)
	}
	return strings.TrimRight(out, "\n") + "\n"
}

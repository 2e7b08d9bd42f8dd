package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what README shows anew")

// shown matches a block of README that a command or a file must reproduce:
// a comment that says which, and the fenced block after it.
var shown = regexp.MustCompile("(?s)<!-- (run|fails|file): ([^\n]*?) -->\n```[a-z]*\n(.*?)```\n")

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

// Command conformance prints what this simulator should show, from where that is
// known, and what it shows: one table of the lab notebooks in the tree, and of the
// statements of notes.txt that they show.
//
// It reads what the notebooks say; their tests keep that true, so run them first
// (make conformance does both). With -markdown it writes Markdown, and with -write
// it puts the table into results/README.md. With -fluid it plays every stock scenario by
// requests and by rates instead, which takes some minutes, and compares what they show:
// results/FLUID.md with -write, or only the files that are named.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	markdown := flag.Bool("markdown", false, "write Markdown instead of text")
	write := flag.Bool("write", false, "put the table into results/README.md instead")
	rates := flag.Bool("fluid", false, "compare rates with requests, scenario by scenario, instead")
	flag.Parse()
	if err := report(*markdown, *write, *rates, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func report(markdown, write, rates bool, files []string) error {
	root, err := repository()
	if err != nil {
		return err
	}
	if rates {
		return fluid(root, write, files)
	}
	chapters, err := collect(root)
	if err != nil {
		return err
	}
	switch {
	case write:
		return insert(filepath.Join(root, readme), inMarkdown(chapters))
	case markdown:
		fmt.Print(inMarkdown(chapters))
	default:
		fmt.Print(inText(chapters))
	}
	if n := outside(chapters); n > 0 {
		return fmt.Errorf("%d rows are outside", n)
	}
	return nil
}

// repository returns the directory of the module that the working directory is in.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("the working directory is in no Go module")
		}
		dir = filepath.Dir(dir)
	}
}

// readme is the file that holds a copy of the table, between two marks.
const (
	readme = "results/README.md"
	begin  = "<!-- conformance -->\n"
	end    = "<!-- /conformance -->\n"
)

// insert replaces what stands between the marks of a file. Without the file or the
// marks it appends them.
func insert(path, table string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if ok && !closed {
		return fmt.Errorf("%s: has %q without %q", path, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	if !ok && before != "" {
		before = strings.TrimRight(before, "\n") + "\n\n"
	}
	return os.WriteFile(path, []byte(before+begin+table+end+after), 0o644)
}

// shown returns what stands between the marks of a text.
func shown(text string) string {
	_, rest, _ := strings.Cut(text, begin)
	table, _, _ := strings.Cut(rest, end)
	return table
}

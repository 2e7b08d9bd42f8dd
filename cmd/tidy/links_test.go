package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// link is one of Markdown: its target is what it captures.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every link of a document to a file of the repository leads to one, and to a heading
// that is there.
func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata":
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			if to := found[1]; !strings.Contains(to, "://") && !strings.HasPrefix(to, "mailto:") {
				checked++
				if fault := follow(path, to); fault != "" {
					t.Errorf("%s: %s: %s", path, to, fault)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 20 {
		t.Errorf("only %d links were found", checked)
	}
}

// follow says what is wrong with a link of a document; "" if nothing is.
func follow(document, to string) string {
	file, anchor, anchored := strings.Cut(to, "#")
	path := document
	if file != "" {
		path = filepath.Join(filepath.Dir(document), file)
	}
	if _, err := os.Stat(path); err != nil {
		return "there is no such file"
	}
	if !anchored || filepath.Ext(path) != ".md" {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if !slices.Contains(anchors(string(text)), anchor) {
		return "there is no such heading"
	}
	return ""
}

// anchors lists the names of the headings of a document, as GitHub gives them.
func anchors(text string) (all []string) {
	for line := range strings.Lines(text) {
		title, heading := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !heading || !strings.HasPrefix(line, "#") {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127:
				return r
			}
			return -1
		}, strings.ToLower(strings.TrimSpace(title)))
		all = append(all, name)
	}
	return all
}

func TestBrokenLinksAreFound(t *testing.T) {
	for to, want := range map[string]string{
		"../../README.md": "", "../../README.md#how-it-works": "", "../../NONE.md": "there is no such file", "../../README.md#none": "there is no such heading",
	} {
		if got := follow("links_test.go", to); got != want {
			t.Errorf("%s: %q, want %q", to, got, want)
		}
	}
}

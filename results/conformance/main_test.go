package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// chaptersHere are those of this tree.
func chaptersHere(t *testing.T) (root string, chapters []chapter) {
	t.Helper()
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	if chapters, err = collect(root); err != nil {
		t.Fatal(err)
	}
	return root, chapters
}

func TestEveryRowIsInside(t *testing.T) {
	_, chapters := chaptersHere(t)
	for _, c := range chapters {
		if len(c.rows) == 0 {
			t.Errorf("chapter %s has no row", c.name)
		}
		for _, r := range c.rows {
			if !r.inside {
				t.Errorf("%s: %s: %s is %s, expected %s", r.notebook, r.claim, r.what, r.value, r.expected)
			}
		}
	}
}

func TestReadmeHoldsTheTable(t *testing.T) {
	root, chapters := chaptersHere(t)
	text, err := os.ReadFile(filepath.Join(root, readme))
	if err != nil {
		t.Fatal(err)
	}
	if shown(string(text)) != inMarkdown(chapters) {
		t.Errorf("%s does not hold the table as it is; run: go run ./results/conformance -write", readme)
	}
}

func TestNotesHaveTheirStatements(t *testing.T) {
	_, chapters := chaptersHere(t)
	last := chapters[len(chapters)-1]
	if last.name != notes || len(last.rows) != 197 {
		t.Fatalf("%s has %d rows, want 197", last.name, len(last.rows))
	}
	for _, r := range last.rows {
		if (r.value == "not yet") != (r.notebook == "") {
			t.Errorf("%s: %s by %q", r.claim, r.value, r.notebook)
		}
	}
}

// What we know about AWS stands beside the code that obeys it.
func TestEveryLeafWithNotebooksStatesItsRules(t *testing.T) {
	root, chapters := chaptersHere(t)
	leaves := map[string]bool{}
	for _, c := range chapters {
		for _, r := range c.rows {
			if leaf, _, ok := strings.Cut(r.notebook, "/testdata/"); ok && strings.HasPrefix(leaf, "model/") {
				leaves[leaf] = true
			}
		}
	}
	if len(leaves) < 9 {
		t.Errorf("%d leaves have notebooks, want at least 9: %v", len(leaves), leaves)
	}
	for leaf := range leaves {
		text, err := os.ReadFile(filepath.Join(root, leaf, "rules.md"))
		if err != nil || !strings.Contains(string(text), "https://") {
			t.Errorf("%s: no rules.md that names its sources (%v)", leaf, err)
		}
	}
}

func TestARowOutsideIsCountedAndShown(t *testing.T) {
	c := []chapter{{name: rules, rows: []row{
		{claim: "a | b", notebook: "x/testdata/a.txt", source: "https://example.com/rule.html", what: "total", expected: "2", value: "3"},
	}}}
	if outside(c) != 1 {
		t.Error("a row outside is not counted")
	}
	for _, want := range []string{`[a \| b](../x/testdata/a.txt)`, "[rule](https://example.com/rule.html)", "| total | 2 | 3 | outside |", "0 of 1 rows inside"} {
		if got := inMarkdown(c); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := inText(c); !strings.Contains(got, "total  3  expected 2  outside") {
		t.Errorf("text:\n%s", got)
	}
}

func TestTheTableGoesBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("# Results\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"one\n", "two\n"} {
		if err := insert(file, table); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if want := "# Results\n\n" + begin + "two\n" + end; err != nil || string(text) != want {
		t.Errorf("got %q, want %q", text, want)
	}
	if shown(string(text)) != "two\n" {
		t.Errorf("shown: %q", shown(string(text)))
	}
}

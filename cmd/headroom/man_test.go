package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page that is there is left whole where another cannot be written in its place.
func TestManualPagesAreWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	write := func() error {
		root := newRoot(io.Discard)
		root.SetArgs([]string{"man", dir})
		return root.Execute()
	}
	page := filepath.Join(dir, "headroom-man.1")
	linked := filepath.Join(dir, "linked.1")
	if err := os.WriteFile(page, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(page, linked); err != nil {
		t.Skip(err)
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(page); !strings.HasPrefix(string(got), ".nh\n.TH") || err != nil {
		t.Errorf("the page is %.30q, %v", got, err)
	}
	if got, _ := os.ReadFile(linked); string(got) != "earlier" {
		t.Errorf("the earlier page was written over where it lies: %.30q", got)
	}
	if pages, _ := filepath.Glob(filepath.Join(dir, "headroom-*.1")); len(pages) < 30 {
		t.Errorf("only %d pages: %v", len(pages), pages)
	}
}

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

func TestManualPageSaysWhatTheHelpSays(t *testing.T) {
	root := newRoot(io.Discard)
	var page strings.Builder
	if err := writeManPage(&page, root, time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		".TH \"HEADROOM\" \"1\" \"Nov 2026\"",
		"\n.nf\n  headroom init shop.toml     writes a scenario to start from\n",
		"\n.fi\n.PP\nIt exits with\n.nf\n  0    done\n",
		"\n.TP\n\\fB\\-h\\fP, \\fB\\-\\-help\\fP\nhelp for headroom\n",
		"\n.TP\n\\fBheadroom explain\\-run\\fP\nSay why",
		"\n\\fBheadroom\\-run\\fP(1),\n",
	} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("the page lacks %q:\n%s", part, page.String())
		}
	}
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	page.Reset()
	if err := writeManPage(&page, run, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"\\fBheadroom run FILE\\[u2026] [flags]\\fP\n",
		"\n.TP\n\\fB\\-\\-out\\fP \\fIdirectory\\fP\ndirectory for the files of the run\n",
		"openmetrics (default table)\n",
		"\n\\fBheadroom\\fP(1)\n",
	} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("the page of run lacks %q:\n%s", part, page.String())
		}
	}
}

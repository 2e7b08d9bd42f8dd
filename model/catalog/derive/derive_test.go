package main

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTablesAreReproduced derives all tables anew where the source data is at
// hand and compares them with those in the repository.
func TestTablesAreReproduced(t *testing.T) {
	dir := os.Getenv("HEADROOM_DATA")
	if dir == "" {
		t.Skip("HEADROOM_DATA names no source data")
	}
	tables, err := deriveAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if got := stored(t, table.path); got != table.text() {
			t.Errorf("%s differs from what HEADROOM_DATA gives; run go generate", table.path)
		}
	}
}

// stored returns the text of a table in the repository.
func stored(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "data", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	content, err := io.ReadAll(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestNetworkText(t *testing.T) {
	for _, c := range []struct{ text, base, peak, wantBase, wantPeak string }{
		{"Up to 10 Gigabit", "0.75", "10.0", "0.75", "10.0"},
		{"Low to Moderate", "0.064", "1.024", "0.064", "1.024"},
		{"10 Gigabit", "12.0", "12.0", "10", "10"},
		{"4x 100 Gigabit", "", "", "400", "400"},
	} {
		base, peak := network(record{"net_perf": c.text, "net_base_gbps": c.base, "net_peak_gbps": c.peak})
		if base != c.wantBase || peak != c.wantPeak {
			t.Errorf("%s: %s/%s, want %s/%s", c.text, base, peak, c.wantBase, c.wantPeak)
		}
	}
}

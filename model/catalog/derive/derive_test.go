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

func TestSpeedsKeepAFamilysMedianAndItsSibling(t *testing.T) {
	cells := func(name, busy, alone, basis string) record {
		return record{"type": name, "speed_per_vcpu_family": busy, "speed_single_family": alone, "basis": basis, "speed_per_vcpu": "9", "speed_single": "9"}
	}
	in := &source{speed: []record{
		cells("m5.large", "1.007", "1.041", "measured"), cells("m5.xlarge", "1.007", "1.041", "measured"),
		cells("x8i.metal", "2", "1.5", "family"), cells("p5.4xlarge", "1.3", "1.5", "sibling c6a/m6a"),
		cells("g7.large", "", "", "none"),
	}}
	const want = "family,busy,alone,like\ng7,,,\nm5,1.007,1.041,\np5,1.3,1.5,c6a/m6a\nx8i,2,1.5,\n"
	notice, got, _ := strings.Cut(in.speeds().text(), "family,")
	if "family,"+got != want {
		t.Errorf("got  %q\nwant %q", "family,"+got, want)
	}
	for _, line := range strings.Split(strings.TrimSuffix(notice, "\n"), "\n") {
		if !strings.HasPrefix(line, "#") {
			t.Errorf("the notice has a line that is no comment: %q", line)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// family matches the line that declares a metric family.
var family = regexp.MustCompile(`(?m)^# TYPE (headroom_\w+) gauge$`)

// hour is what an hour of a match day shows by minute.
func hour(t *testing.T) string {
	t.Helper()
	return told(t, "run", "../../scenarios/worldcup98.toml", "--set", "run.duration=1h", "--replications", "2", "--quiet", "--format", "openmetrics")
}

// Prometheus takes what a run shows over time: every sample of it, and at its minute.
func TestPrometheusReadsWhatOpenMetricsSays(t *testing.T) {
	promtool := promtoolOf(t)
	text := hour(t)
	dir := t.TempDir()
	file, blocks := filepath.Join(dir, "run.om"), filepath.Join(dir, "blocks")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtool, "tsdb", "create-blocks-from", "openmetrics", file, blocks).CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	if err := os.MkdirAll(filepath.Join(blocks, "wal"), 0o755); err != nil { // which older ones ask for
		t.Fatal(err)
	}
	const selector = `{__name__=~"headroom_capacity_desired|headroom_latency_p99_seconds"}`
	out, err := exec.Command(promtool, "tsdb", "dump", "--match", selector, blocks).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := len(regexp.MustCompile(`(?m)^headroom_(capacity_desired|latency_p99_seconds)\{`).FindAllString(text, -1))
	if got := strings.Count(string(out), "\n"); got != want || want < 60 {
		t.Errorf("%d samples arrived, want %d", got, want)
	}
}

// promtoolOf finds Prometheus's tool, where Go installs programs too. Where changes are
// checked there must be one.
func promtoolOf(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("promtool"); err == nil {
		return path
	}
	home, err := exec.Command("go", "env", "GOPATH").Output()
	if err != nil {
		t.Fatal(err)
	}
	if path, err := exec.LookPath(filepath.Join(strings.TrimSpace(string(home)), "bin", "promtool")); err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no promtool: `make promtool` fetches it")
	}
	t.Skip("there is no promtool: `make promtool` fetches it")
	return ""
}

// Whatever the text is read by: families stand together, samples go forward in time, and
// the end is marked.
func TestOpenMetricsKeepsItsGrammar(t *testing.T) {
	text := hour(t)
	if !strings.HasSuffix(text, "\n# EOF\n") || strings.Count(text, "# EOF") != 1 {
		t.Error("it must end with # EOF, once")
	}
	sample := regexp.MustCompile(`^(headroom_[a-z0-9_]+)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\}) (-?[0-9.e+-]+) ([0-9]+)$`)
	declared, current, last := map[string]bool{}, "", map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := family.FindStringSubmatch(line); m != nil {
			if declared[m[1]] {
				t.Errorf("%s is declared twice", m[1])
			}
			declared[m[1]], current = true, m[1]
			continue
		}
		if strings.HasPrefix(line, "# ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil || m[1] != current {
			t.Fatalf("no sample of %s: %s", current, line)
		}
		if series := m[1] + m[2]; last[series] >= m[4] { // as many digits until the year 2286
			t.Fatalf("%s comes after %s", m[4], last[series])
		} else {
			last[series] = m[4]
		}
	}
}

// The dashboard of Grafana asks for nothing that no run has.
func TestDashboardNamesSeriesThatExist(t *testing.T) {
	b, err := os.ReadFile("../../scenarios/grafana/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &board); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	text := hour(t)
	for _, m := range family.FindAllStringSubmatch(text, -1) {
		known[m[1]] = true
	}
	asked := 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`headroom_\w+`).FindAllString(target.Expr, -1) {
				if asked++; !known[name] {
					t.Errorf("%s: no run has %s", p.Title, name)
				}
			}
			for _, m := range regexp.MustCompile(`(\w+)!=""|by \((\w+)\)|\{\{(\w+)\}\}`).FindAllStringSubmatch(target.Expr, -1) {
				if label := m[1] + m[2] + m[3]; !strings.Contains(text, label+`="`) {
					t.Errorf("%s: nothing has the label %s", p.Title, label)
				}
			}
		}
	}
	if len(board.Panels) < 6 || asked < 10 {
		t.Errorf("%d panels ask for %d series", len(board.Panels), asked)
	}
}

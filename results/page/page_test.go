package page

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"headroom/results"
	"headroom/results/folder"
	"headroom/results/report"
	simulation "headroom/results/run"
	"headroom/scenarios"
	"headroom/scenarios/tables"
)

// saved runs a stock scenario and saves it with its page.
func saved(t testing.TB, name string, set ...string) string {
	t.Helper()
	s, err := scenarios.Load("../../scenarios/"+name, tables.Options{Set: set, CheckMetric: results.CheckKey, Observe: results.Observe, CheckThresholds: results.ThresholdRules})
	if err != nil {
		t.Fatal(err)
	}
	s.Watch(results.Kept(s.Config))
	summary, err := simulation.Scenario(t.Context(), s, simulation.Options{Replications: s.Replications})
	if err != nil {
		t.Fatal(err)
	}
	to, err := folder.Open(folder.Real(), filepath.Join(directory(t), "run"), report.RunFolder())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if err := report.Save(to, summary, s.Resolved(), Content()); err != nil {
		t.Fatal(err)
	}
	return to.Dir()
}

// scratch is removed after all tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "headroom-page-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// directory makes one that lasts until all tests have ended.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// outageDir is where [outage] is, which tests share and do not change.
var outageDir struct {
	sync.Once
	dir string
}

// outage is a saved run with a fault, launches and decisions, on the clock of Seoul.
func outage(t testing.TB) string {
	t.Helper()
	outageDir.Do(func() {
		outageDir.dir = saved(t, "zone-outage.toml", "run.time_zone=Asia/Seoul", "run.replications=2", "run.duration=100m", `window.outage={ from = "60m", to = "70m" }`)
	})
	return outageDir.dir
}

// opened is the page of directories as text.
func opened(t testing.TB, dirs ...string) string {
	t.Helper()
	p, err := Open(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPageOfASavedRunIsTheOneSavedWithIt(t *testing.T) {
	dir := outage(t)
	written, err := os.ReadFile(filepath.Join(dir, report.PageFile))
	if err != nil {
		t.Fatal(err)
	}
	text := opened(t, dir)
	if text != string(written) {
		t.Error("report writes another page than run --out")
	}
	for _, want := range []string{
		"zone-outage", "fault: zone b", "cost per month", `id="bill"`, "data out to the internet", "[autoscaling_group.web", "latency.p99",
		"AlarmHigh", "p99 latency by zone",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"http://", "https://fonts", "src=", "@import", "ZgotmplZ"} {
		if strings.Contains(strings.ReplaceAll(text, "https://github.com/leeoniya/uPlot", ""), never) && never != "http://" {
			t.Errorf("the page has %q", never)
		}
	}
}

// The numbers of a window stand beside those of the run, not among its parts.
func TestPageShowsWindows(t *testing.T) {
	text := opened(t, outage(t))
	_, table, _ := strings.Cut(text, "<caption>By window</caption>")
	table, _, _ = strings.Cut(table, "</table>")
	for _, want := range []string{`<th scope="row">outage</th>`, ">availability<", ">an hour<"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table of windows has no %s:\n%s", want, table)
		}
	}
	if !regexp.MustCompile(`Shaded: outage \(\d+ \w+ 10:00 to \d+ \w+ 10:10\)\.`).MatchString(text) || !strings.Contains(text, `"windows":[{"name":"outage","from":`) {
		t.Error("the day does not shade the window, on the clock of the run")
	}
	for _, never := range []string{"service web,window=outage", `<th scope="row">clients,window=outage</th>`} {
		if strings.Contains(text, never) {
			t.Errorf("the page has %q", never)
		}
	}
}

// Runs that show the same are said to, with no picture of differences of nothing; the
// windows of the first are shaded.
func TestPageOfTheSameRunTwice(t *testing.T) {
	text := opened(t, outage(t), outage(t))
	for _, want := range []string{"Nothing here differs.", "Shaded: outage ("} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, "Relative differences") {
		t.Error("differences of nothing are drawn")
	}
}

// Marks are about what decisions.csv is about, and of the kind that its column says,
// whatever words the reasons have.
func TestMarksOfDecisions(t *testing.T) {
	dir := written(t, "decisions.csv", `time,until,autoscaling_group,policy,alarm,decision,before,after,why
2026-01-05T14:05:00Z,2026-01-05T14:05:00Z,web,cpu,high,scaled,5,8,high (84 % > 50 %)
2026-01-05T14:06:00Z,2026-01-05T14:06:00Z,container_service.api,cpu,high,no change,8,8,"policy cpu-of OK (says no)"
2026-01-05T14:07:00Z,2026-01-05T14:07:00Z,container_service.api,cpu,low,at rest,8,8,low sleeps
`)
	all, err := readMarks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []mark{
		{kind: kindScaled, subject: "autoscaling_group.web"}, {kind: kindHeld, subject: "container_service.api"}, {kind: kindQuiet, subject: "container_service.api"},
	} {
		if got := all[i]; got.kind != want.kind || got.subject != want.subject {
			t.Errorf("mark %d: kind %s of %s, want %s of %s", i, markKinds[got.kind].ID, got.subject, markKinds[want.kind].ID, want.subject)
		}
	}
}

// A page says what load balancers did: their connections, what they are billed by, their
// and their zones.
func TestPageShowsLoadBalancers(t *testing.T) {
	text := opened(t, outage(t))
	_, section, _ := strings.Cut(text, `id="balancers"`)
	section, _, _ = strings.Cut(section, "<section")
	for _, want := range []string{"connections opened", "Capacity-unit-hours", "new connections alone", "By node"} {
		if !strings.Contains(section, want) {
			t.Errorf("the page does not say %q of load balancers:\n%s", want, section)
		}
	}
}

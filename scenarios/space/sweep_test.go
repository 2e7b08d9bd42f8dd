package space_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"headroom/scenarios/schema"
	"headroom/scenarios/space"
	"headroom/scenarios/tables"
)

// base is a small scenario; tests append a [sweep].
const base = `name = "base"
run = { duration = "10m", replications = 3 }
service.web = { discipline = "fcfs", workers = 1 }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "1/s" }, demand = { cpu = "20ms" } }
`

// parse reads a text as shop.toml.
func parse(text string, set ...string) (*tables.Scenario, error) {
	return tables.Parse("shop.toml", []byte(text), tables.Options{Set: set})
}

// messages returns the lines of an error that must be Faults.
func messages(t *testing.T, err error) []string {
	t.Helper()
	var faults schema.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %T %q, want Faults", err, err)
	}
	return strings.Split(faults.Error(), "\n")
}

// swept reads the base with a [sweep] or a [search].
func swept(t *testing.T, more string) *tables.Scenario {
	t.Helper()
	s, err := parse(base + more)
	if err != nil {
		t.Fatalf("%v\n%s", err, more)
	}
	return s
}

// listed writes the points of a sweep, a line each.
func listed(s *space.Sweep) []string {
	var all []string
	for i := range s.Len() {
		var texts []string
		for _, v := range s.Settings(i) {
			texts = append(texts, v.Text)
		}
		all = append(all, strings.Join(texts, " "))
	}
	return all
}

const (
	rate    = `"workload.users.arrivals.rate"`
	typeKey = `"instance.server.instance_type"`
	backlog = `"service.web.backlog"`
)

func TestDesignsHaveExactlyTheirPoints(t *testing.T) {
	for _, c := range []struct {
		sweep string
		want  string
	}{
		{"[sweep.parameters]\n" + rate + ` = ["1/s", "2/s"]` + "\n" + typeKey + ` = ["m5.large", "m5.xlarge"]`,
			"1/s m5.large|1/s m5.xlarge|2/s m5.large|2/s m5.xlarge"},
		{"[sweep]\ndesign = \"zip\"\n[sweep.parameters]\n" + rate + ` = ["1/s", "2/s"]` + "\n" + typeKey + ` = ["m5.large", "m5.xlarge"]`,
			"1/s m5.large|2/s m5.xlarge"},
		{"[sweep]\ndesign = \"list\"\nlist = [{ " + rate + ` = "3/s" }, { ` + backlog + " = 2 }]", "3/s | 2"},
		{"[sweep.parameters]\n" + backlog + " = { min = 1, max = 9, steps = 3 }", "1|5|9"},
		{"[sweep.parameters]\n" + rate + ` = { min = "1/s", max = "100/s", steps = 3, scale = "log" }`, "1/s|10/s|100/s"},
		{"[sweep.parameters]\n" + typeKey + ` = ["m5.large", "m5.xlarge"]` + "\n" + backlog +
			" = { values = [1, 2], when = { " + typeKey + ` = "m5.xlarge" } }`,
			"m5.large |m5.xlarge 1|m5.xlarge 2"},
		{"[sweep.parameters]\n" + backlog + " = [1, 2]\n[[sweep.nested]]\ndesign = \"zip\"\n[sweep.nested.parameters]\n" +
			rate + ` = ["1/s", "2/s"]`, "1 1/s|1 2/s|2 1/s|2 2/s"},
		{"[sweep.parameters]\n\"service.web\" = [{ discipline = \"ps\" }]", `{ discipline = "ps" }`},
	} {
		if got := strings.Join(listed(swept(t, c.sweep).Sweep), "|"); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.sweep, got, c.want)
		}
	}
}

func TestSampledDesignsStayInTheirRanges(t *testing.T) {
	for _, d := range []string{"random", "latin-hypercube", "sobol", "saltelli"} {
		s := swept(t, fmt.Sprintf("[sweep]\ndesign = %q\npoints = 40\n[sweep.parameters]\n%s = { min = 1, max = 4, integer = true }\n%s = { min = \"1/s\", max = \"9/s\" }\n",
			d, backlog, rate)).Sweep
		want := 40
		if d == "saltelli" {
			want *= 4
		}
		if s.Len() != want {
			t.Errorf("%s: %d points, want %d", d, s.Len(), want)
		}
		seen := map[string]int{}
		for i := range s.Len() {
			v := s.Settings(i)
			seen[v[0].Text]++
			if !strings.HasSuffix(v[1].Text, "/s") {
				t.Errorf("%s: point %d has rate %q", d, i, v[1].Text)
			}
		}
		for _, n := range []string{"1", "2", "3", "4"} {
			if seen[n] < want/10 {
				t.Errorf("%s: %d of %d points have %s workers", d, seen[n], want, n)
			}
		}
	}
}

func TestPointHasItsValuesAndTheSameSeed(t *testing.T) {
	s := swept(t, "[sweep.parameters]\n"+backlog+" = [1, 2]\n"+typeKey+` = ["m5.large", "m5.xlarge"]`)
	p, err := s.Point(3)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Point(0)
	if err != nil {
		t.Fatal(err)
	}
	if p.Config.Types[0].Name != "m5.xlarge" || first.Config.Types[0].Name != "m5.large" {
		t.Errorf("types %v and %v", p.Config.Types, first.Config.Types)
	}
	if p.Config.Seed != first.Config.Seed || p.Sweep != nil {
		t.Errorf("seeds %d and %d, sweep %v", p.Config.Seed, first.Config.Seed, p.Sweep)
	}
	if !slices.Equal(listed(s.Sweep), listed(s.Sweep)) {
		t.Error("points differ between calls")
	}
}

func TestSweepFaultsNameTheirAxis(t *testing.T) {
	for _, c := range []struct{ sweep, want string }{
		{"[sweep.parameters]\n\"workload.user.arrivals.rate\" = [1]",
			`shop.toml:7: sweep.parameters."workload.user.arrivals.rate": names no table of the file (did you mean "workload.users.arrivals.rate"?)`},
		{"[sweep.parameters]\n\"service.web.backlo\" = [1, 2]",
			`shop.toml:7: service.web.backlo: unknown key (first in point 0 of the sweep) (did you mean backlog?)`},
		{"[sweep.parameters]\n" + backlog + " = [1, 2, \"three\"]",
			`shop.toml:7: service.web.backlog: must be integer 0..1000000000 or "unlimited" (first in point 2 of the sweep), got "three"`},
		{"[sweep]\ndesign = \"sobol\"\n[sweep.parameters]\n" + backlog + " = [1, 2]",
			`shop.toml:6: sweep.points: must be at least 1 for a sampled design: there are no points, got 0`},
		{"[sweep.parameters]\n" + backlog + " = []",
			`shop.toml:7: sweep.parameters."service.web.backlog": must have at least one value: there are no points, got []`},
		{"[sweep]\n", `shop.toml:6: sweep.parameters: must name at least one key of the file: there is nothing to sweep, got {}`},
		{"[sweep]\ndesign = \"zip\"\n[sweep.parameters]\n" + backlog + " = [1]\n" + rate + " = [1, 2]",
			`shop.toml:7: sweep.design: zip must have lists of equal length, got 1 for service.web.backlog and 2 for workload.users.arrivals.rate, got "zip"`},
		{"[sweep]\nprecision = { \"latency.p99\" = 5 }\n[sweep.parameters]\n" + backlog + " = [1]",
			`shop.toml:7: sweep.precision."latency.p99": must be a share between 0 and 1 such as "5%", got 5`},
		{"[sweep.parameters]\n" + backlog + " = { values = [1], when = { \"service.web.disciplin\" = \"fcfs\" } }",
			`shop.toml:7: sweep.parameters."service.web.backlog".when: must name an axis above or a key of the file, got "service.web.disciplin" (did you mean "service.web.backlog"?)`},
	} {
		_, err := parse(base + c.sweep)
		got := strings.Join(messages(t, err), "\n")
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.sweep, got, c.want)
		}
	}
}

// A combination that AWS refuses is the fault of a point, not of the file.
func TestImpossibleCombinationsFailAlone(t *testing.T) {
	s := swept(t, "[sweep.parameters]\n\"run.duration\" = [\"10m\", \"30m\"]\n\"run.warmup\" = [\"5m\", \"20m\"]")
	for i, want := range []bool{true, false, true, true} {
		if _, err := s.Point(i); (err == nil) != want {
			t.Errorf("point %d: %v", i, err)
		}
	}
}

func TestHugeGridsAreCountedNotWalked(t *testing.T) {
	var b strings.Builder
	b.WriteString("[sweep.parameters]\n")
	for _, key := range []string{backlog, `"instance.server.count"`, `"run.seed"`} {
		fmt.Fprintf(&b, "%s = { min = 1, max = 1000, steps = 1000 }\n", key)
	}
	if n := swept(t, b.String()).Sweep.Len(); n != 1e9 {
		t.Errorf("got %d points, want 10⁹", n)
	}
}

func BenchmarkPoint(b *testing.B) {
	s, err := parse(base + "[sweep.parameters]\n" + backlog + " = { min = 1, max = 1000, steps = 1000 }\n")
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := s.Point(i % 1000); err != nil {
			b.Fatal(err)
		}
	}
}

// A value of a range is a number with what stands around it, and one of a list a text.
func TestSettingsOfRangesAreQuantities(t *testing.T) {
	s := swept(t, `[sweep.parameters]
"workload.users.arrivals.rate" = { min = "10/s", max = "20/s", steps = 3 }
"run.warmup" = ["1m"]
"run.seed" = { min = 1, max = 3, steps = 3 }
`).Sweep
	got := s.Settings(4)
	want := []space.Setting{
		{Text: "15/s", Brief: "15/s", Number: 15, Unit: "/s"}, {Text: "1m", Brief: "1m"}, {Text: "2", Brief: "2", Number: 2, Numeric: true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSettingsAreBriefForPeople(t *testing.T) {
	s := swept(t, `[sweep.parameters]
"instance.server" = [{ instance_type = "m5.large", service = "web" }, { instance_type = "c5.large", service = "web", count = 2 }]
"workload.users.path" = [{ "/" = 1 }, { "/a" = 0.25, "/b" = 0.75 }]
"run.warmup" = ["1m"]
`).Sweep
	var got []string
	for _, v := range s.Settings(3) {
		got = append(got, v.Brief)
	}
	want := []string{"{ count = 2, instance_type = c5.large, service = web }", `{ "/a" = 0.25, "/b" = 0.75 }`, "1m"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := s.Settings(0)[1]; got.Brief != "1" || got.Text != `{ "/" = 1 }` {
		t.Errorf("got %+v", got)
	}
}

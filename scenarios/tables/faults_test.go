package tables

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"headroom/model"
)

func TestEveryFaultIsSaidAtItsPlace(t *testing.T) {
	script, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(strings.TrimSpace(string(script)), "\n\n")[1:]
	if len(cases) < 150 {
		t.Fatalf("only %d cases in testdata/faults.txt", len(cases))
	}
	for _, c := range cases {
		edit, rest, _ := strings.Cut(c, "\n")
		want := strings.Split(strings.ReplaceAll(rest, "\t", ""), "\n")
		t.Run(edit, func(t *testing.T) {
			before, after, _ := strings.Cut(strings.ReplaceAll(edit, `\n`, "\n"), " => ")
			text := strings.Replace(good, before, after, 1)
			if text == good {
				t.Fatal("changes nothing")
			}
			_, err := parse(text)
			if got := messages(t, err); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestNeutralValuesOfPlannedKeysAreAccepted(t *testing.T) {
	for _, edit := range [][2]string{
		{"deregistration_delay = 300", "slow_start = 0"},
		{"deregistration_delay = 300", "stickiness = { enabled = false, type = \"lb_cookie\" }"},
		{"seed = 42", `fidelity = "request"`},
		{`{ instance_type = "m5.large" }`, `{ instance_type = "m5.large", weighted_capacity = 1 }`},
		{`health_check_type = "ELB"`, "max_instance_lifetime = 0"},
	} {
		if _, err := parse(strings.Replace(good, edit[0], edit[1], 1)); err != nil {
			t.Errorf("%s: %v", edit[1], err)
		}
	}
}

func TestTextThatIsNoScenarioIsOneFault(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {"", "shop.toml: is empty"},
		"blank":       {" \n\t\n", "shop.toml: is empty"},
		"UTF-16":      {"\xff\xfen\x00", "shop.toml: must be UTF-8 text, got UTF-16"},
		"gzip":        {"\x1f\x8b\x08", "shop.toml: must be UTF-8 text, got a gzip file"},
		"Latin-1":     {"# a\nname = \"caf\xe9\"", "shop.toml:2: must be UTF-8 text"},
		"deep list":   {"a = " + strings.Repeat("[", 1e5), "shop.toml:1: must not nest deeper than 32"},
		"deep table":  {"\na = " + strings.Repeat("{a=", 1e5), "shop.toml:2: must not nest deeper than 32"},
		"deep key":    {strings.Repeat("a.", 1e5) + "a = 1", "shop.toml:1: must not nest deeper than 32"},
		"deep header": {"[" + strings.Repeat("a.", 1e5) + "a]", "shop.toml:1: must not nest deeper than 32"},
		"zero byte":   {"name = \"a\x00b\"", "shop.toml:1: is no TOML after name: TOML files cannot contain control characters: '0x00'"},
		"cut off":     {"[run", "shop.toml:1: is no TOML: expected '.' or ']' to end table name, but got the end of the file instead"},
		"twice":       {"[run]\n[run]", "shop.toml:2: is no TOML: Key 'run' has already been defined."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.text)
			if got := messages(t, err); !slices.Equal(got, []string{c.want}) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNothingToSimulateIsAFault(t *testing.T) {
	const nothing = "shop.toml: has nothing to simulate: needs an autoscaling_group, a container_service, an instance, a function, machines outside or an instance_workload"
	_, err := parse("run.duration = 60")
	if got := messages(t, err); !slices.Equal(got, []string{nothing}) {
		t.Errorf("got %q, want %q", got, nothing)
	}
	_, err = parse(`run = { duration = "1h", fidelity = "fluid" }
service.web = { discipline = "ps", errors = { rate = 0.1, latency = "1s" } }
target_group.web = { service = "web", slow_start = 60 }
load_balancer.front = { default_action = { forward = ["web"] } }
workload.w = { to = "front", arrivals = { rate = "1/s" }, demand = { cpu = "1ms" }, clients = { connection_duration = "1m" } }`)
	want := []string{nothing}
	for _, at := range []string{"2: service.web.errors.latency", "3: target_group.web.slow_start", "5: workload.w.clients.connection_duration"} {
		want = append(want, "shop.toml:"+at+": "+model.NotFluid)
	}
	if got := messages(t, err); !slices.Equal(got, want) {
		t.Errorf("beside what rates do not carry: got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFilesThatCannotBeReadAreOneFault(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.toml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("#\n"), 10<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.toml"): "no such file",
		dir:                             "is a directory",
		big:                             "must be at most 16 MiB",
		os.DevNull:                      "must be a regular file, not a device",
	} {
		_, err := Load(path, Options{})
		if got := messages(t, err); !slices.Equal(got, []string{path + ": " + want}) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// traced is the good scenario with the arrivals of a file.
func traced(arrivals string) string {
	return strings.Replace(good, `arrivals = { process = "poisson", rate = "80/s" }`,
		`arrivals = { process = "trace", file = "trace.csv", `+arrivals+` }`, 1)
}

func TestFaultsOfTraceFiles(t *testing.T) {
	var whole bytes.Buffer
	w := gzip.NewWriter(&whole)
	_, _ = w.Write([]byte("time,n\n" + strings.Repeat("1,2\n", 1000)))
	_ = w.Close()
	broken := whole.String()[:whole.Len()/2]
	for name, c := range map[string]struct{ file, arrivals, want string }{
		"unsorted":         {"time,n\n0,1\n120,1\n60,1\n", `count = "n"`, "trace.csv:4: column time: must be sorted, got 60 after 120"},
		"unsorted rows":    {"time\n5\n4\n", `speed = 2`, "trace.csv:3: column time: must be sorted, got 4 after 5"},
		"negative count":   {"time,n\n0,1\n60,-1\n", `count = "n"`, "trace.csv:3: column n: must be ≥ 0, got -1"},
		"missing column":   {"time,count\n0,1\n", `count = "n"`, `trace.csv:1: no column "n" (columns: time, count)`},
		"misspelt column":  {"time,requests\n0,1\n", `count = "request"`, `trace.csv:1: no column "request", did you mean "requests"? (columns: time, requests)`},
		"no number":        {"time,n\n0,many\n", `count = "n"`, `trace.csv:2: column n: must be a number, got "many"`},
		"empty":            {"", `count = "n"`, "trace.csv: empty file: must begin with a line of column names"},
		"only a header":    {"time,n\n", `count = "n"`, "trace.csv:1: no rows below the header"},
		"ragged":           {"time,n\n0\n", `count = "n"`, "trace.csv:2: must have 2 fields like the header, got 1"},
		"one period":       {"time,n\n0,1\n", `count = "n"`, "trace.csv: width: must be positive, got 0s"},
		"all zero":         {"time,n\n0,0\n60,0\n", `count = "n"`, "trace.csv: counts: must add up to more than 0 and at most 1e+15, got 0"},
		"NaN":              {"time,n\n0,NaN\n", `count = "n"`, "trace.csv:2: column n: must be finite, got NaN"},
		"a broken gzip":    {broken, `count = "n"`, "trace.csv: broken file after line 0: unexpected EOF"},
		"not even gzip":    {"\x1f\x8bhello", `count = "n"`, "trace.csv: broken gzip: unexpected EOF"},
		"scale by the row": {"time\n0\n", `scale = 2`, "shop.toml:64: workload.browsers.arrivals.scale: does not apply without count"},
		"a log":            {"http 2026-03-02T09:00:01.500000Z app/x/y 1.1.1.1:1 - -1 -1 -1 503 - 0 0 \"GET http://x:80/ HTTP/1.1\"\n", `clock = "calendar"`, "shop.toml:64: workload.browsers.arrivals.file: must be a table (CSV with a header): trace.csv is an access log of an Application Load Balancer, of which `headroom import alb-logs trace.csv --out DIR` makes one, got \"trace.csv\""},
		"metrics":          {"{\n \"MetricDataResults\": []}", `count = "n"`, "shop.toml:64: workload.browsers.arrivals.file: must be a table (CSV with a header): trace.csv is an answer of CloudWatch, of which `headroom import cloudwatch trace.csv --out DIR` makes one, got \"trace.csv\""},
		"before the start": {"time\n1000\n1e9\n", `clock = "calendar"`, "shop.toml:64: workload.browsers.arrivals.clock: must be start, or run.start earlier: no row of trace.csv is at 2026-03-02T00:00:00Z or later, got \"calendar\""},
		"after the end":    {"time,n\n2e9,1\n", `count = "n", width = "1m", clock = "calendar"`, "shop.toml:64: workload.browsers.arrivals.clock: must be start, or run.start later: the first row of trace.csv is after the end of the run, got \"calendar\""},
		"unit":             {"time\n0\n", `time_unit = "y"`, `shop.toml:64: workload.browsers.arrivals.time_unit: must be ns | us | ms | s | m | h | d, got "y"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "trace.csv"), []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Parse(filepath.Join(dir, "shop.toml"), []byte(traced(c.arrivals)), Options{})
			got := strings.ReplaceAll(strings.Join(messages(t, err), "\n"), dir+string(filepath.Separator), "")
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestWarningOfMovedArrivals(t *testing.T) {
	const moved = "shop.toml:64: workload.browsers.arrivals.clock: is start: the first row of trace.csv is played at run.start, whatever its timestamp says; with calendar each is played when it says"
	for _, c := range []struct {
		arrivals, first string
		warns           bool
	}{
		{`speed = 1`, "2026-03-01T00:00:00Z", true},
		{`time_unit = "ms"`, "1772323200000", true},
		{`speed = 1`, "2026-03-02T00:00:00Z", false},
		{`speed = 1`, "60", false},
		{`clock = "start"`, "2026-03-01T00:00:00Z", false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "trace.csv"), []byte("time\n"+c.first+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Parse(filepath.Join(dir, "shop.toml"), []byte(traced(c.arrivals)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		said := strings.ReplaceAll(strings.Join(s.Warnings, "\n"), dir+string(filepath.Separator), "")
		if got := strings.Contains(said, moved); got != c.warns {
			t.Errorf("%+v: got %q", c, said)
		}
	}
}

func TestFaultsOfAPriceBook(t *testing.T) {
	book := filepath.Join(t.TempDir(), "book.csv")
	if err := os.WriteFile(book, []byte("item,platform,usd_per_unit\nm5.large,linux,cheap\nm5.larg,linux,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Parse("shop.toml", []byte(good), Options{PriceBook: book})
	got := messages(t, err)
	if len(got) != 2 || !strings.HasPrefix(got[0], book+":2: ") || !strings.HasPrefix(got[1], book+":3: ") {
		t.Errorf("got %q, want one fault for line 2 and one for line 3 of the book", got)
	}
	if _, err = Parse("shop.toml", []byte(good), Options{PriceBook: book + "x"}); err == nil {
		t.Error("a missing price book is accepted")
	}
}

func TestFaultsComeByFileAndLine(t *testing.T) {
	_, err := parse(strings.NewReplacer("seed = 42", "sead = 42", "priority = 10", "priority = 0", `zone = "b"`, `zone = "x"`).Replace(good))
	got := messages(t, err)
	if len(got) != 3 || !strings.HasPrefix(got[0], "shop.toml:3:") || !strings.HasPrefix(got[1], "shop.toml:35:") || !strings.HasPrefix(got[2], "shop.toml:71:") {
		t.Errorf("got %q, want lines 3, 35 and 71", got)
	}
}

package tables

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOverridesReachAnyKey(t *testing.T) {
	_, err := parse(good,
		"run.duration=2h",
		"autoscaling_group.web.policy.0.target_value=60",
		"autoscaling_group.web.policy.1.name=out",
		"autoscaling_group.web.policy.out.cooldownx=1",
	)
	if err == nil {
		t.Fatal("an unknown key is accepted")
	}
	want := "--set: autoscaling_group.web.policy.1.cooldownx: unknown key (did you mean cooldown?)"
	if got := messages(t, err); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q, want %q", got, want)
	}
	s, err := parse(good,
		"run.duration=2h",
		"autoscaling_group.web.policy.0.target_value=60",
		"workload.browsers.demand.cpu.mean=20ms",
		`workload.browsers.path={ "/x" = 1 }`,
		"launch_template.web.instance_type=m5.xlarge",
		`thresholds."latency.p99"="< 1s"`,
		`fault.0.at=14:00`,
		"service.web.workers=1",
	)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Config
	if got := c.Duration.String(); got != "2h0m0s" {
		t.Errorf("duration is %s, want 2h", got)
	}
	if got := c.Workloads[0].Demand.Mean(); got < 0.0199 || got > 0.0201 {
		t.Errorf("mean demand is %g, want 0.02", got)
	}
	if got := c.Types[c.LaunchTemplates[0].Type].Name; got != "m5.xlarge" {
		t.Errorf("type is %s, want m5.xlarge", got)
	}
	if got := c.Workloads[0].Classes[0].Path; got != "/x" {
		t.Errorf("path is %s, want /x", got)
	}
	if got := c.Faults[0].At.String(); got != "14h0m0s" {
		t.Errorf("fault at %s, want 14h", got)
	}
	if got := s.Thresholds[0].Limit; got != 1 {
		t.Errorf("threshold is %g, want 1", got)
	}
}

func TestOverridesThatReachNothingAreFaults(t *testing.T) {
	for set, want := range map[string]string{
		"duration":            `--set: must be key=value, got "duration"`,
		"=5":                  `--set: must begin with a dotted key, got "=5"`,
		"run.seed.x=5":        `--set: run.seed.x: nothing can be below a value, so not "x", got "run.seed.x=5"`,
		"fault.7.zone=a":      `--set: fault.7.zone: element "7" is not in the list: name one by its name or by 0..0, got "fault.7.zone=a"`,
		"run.seed=-1":         `--set: run.seed: must be at least 0, got -1`,
		"run.sead=1":          `--set: run.sead: unknown key (did you mean seed?)`,
		`include=["a.toml"]`:  `--set: include: must stand in the file: what it includes is read before anything is set, got "include=[\"a.toml\"]"`,
		`"a.b=c=1`:            `--set: must begin with a dotted key, got "\"a.b=c=1"`,
		"run.=1":              `--set: run.: must not end in a dot: a key follows it, got "run.=1"`,
		"run..seed=1":         `--set: must begin with a dotted key, got "run..seed=1"`,
		"run.seed=[[[[[[[[[[": `--set: run.seed: must be an integer, got "[[[[[[[[[["`,
	} {
		_, err := parse(good, set)
		if got := messages(t, err); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", set, got, want)
		}
	}
}

func TestOverridesTakeTheKeysOfTOML(t *testing.T) {
	text := strings.ReplaceAll(good, "[workload.browsers]", `[workload."a.b\u00e9"]`)
	s, err := parse(text, `workload."a.b\u00e9".arrivals.rate=200/s`, `thresholds . 'latency.p99' = "< 1s"`)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.Config.Workloads; len(w) != 1 || w[0].Name != "a.b\u00e9" || s.Thresholds[0].Limit != 1 {
		t.Errorf("got %d workloads, the first %q, and %+v", len(w), w[0].Name, s.Thresholds)
	}
}

func TestSeedAndReplicationsAreOverridden(t *testing.T) {
	seed := int64(7)
	s, err := Parse("shop.toml", []byte(good), Options{Seed: &seed, Replications: 3})
	if err != nil {
		t.Fatal(err)
	}
	if s.Config.Seed != 7 || s.Replications != 3 {
		t.Errorf("got seed %d and %d replications, want 7 and 3", s.Config.Seed, s.Replications)
	}
}

// write puts files into a new directory and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func TestIncludedTablesLieBelow(t *testing.T) {
	path := write(t,
		"a.toml", "include = [\"sub/b.toml\", \"c.toml\"]\n[run]\nseed = 1\n",
		"sub/b.toml", "include = \"../d.toml\"\n[run]\nseed = 2\nreplications = 2\nwarmup = 2\n",
		"c.toml", "[run]\nseed = 3\nreplications = 3\n",
		"d.toml", good)
	s, err := Load(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Config.Seed != 1 || s.Replications != 3 || s.Config.Warmup.Seconds() != 2 || s.Name != "shop" {
		t.Errorf("got seed %d, %d replications, warm-up %v, name %s; want 1, 3, 2s, shop",
			s.Config.Seed, s.Replications, s.Config.Warmup, s.Name)
	}
	if strings.Contains(string(s.Resolved()), "include") {
		t.Error("the resolved scenario still includes")
	}
}

func TestFaultsOfIncludes(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"of itself":     {[]string{"a.toml", "include = [\"a.toml\"]"}, []string{`a.toml:1: include: must not include itself, even by way of others: a.toml -> a.toml, got "a.toml"`}},
		"in a circle":   {[]string{"a.toml", "x = 1\ninclude = [\"b.toml\"]", "b.toml", "\n\ninclude = [\"a.toml\"]"}, []string{`b.toml:3: include: must not include itself, even by way of others: a.toml -> b.toml -> a.toml, got "a.toml"`}},
		"of nothing":    {[]string{"a.toml", "include = [\"b.toml\",\n\"c.toml\"]"}, []string{`a.toml:1: include: no such file, got "b.toml"`, `a.toml:2: include: no such file, got "c.toml"`}},
		"of a folder":   {[]string{"a.toml", "include = [\".\"]"}, []string{`a.toml:1: include: is a directory, got "."`}},
		"of broken":     {[]string{"a.toml", "include = [\"b.toml\"]", "b.toml", "\nx ="}, []string{"b.toml:2: is no TOML after x: unexpected EOF; expected value"}},
		"faults inside": {[]string{"a.toml", "include = [\"b.toml\"]\n[run]\nsead = 1", "b.toml", good + "[run2]\n"}, []string{"a.toml:3: run.sead: unknown key (did you mean seed?)", "b.toml:74: run2: unknown key (did you mean run?)"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, c.files...)
			_, err := Load(path, Options{})
			got := strings.Split(strings.ReplaceAll(strings.Join(messages(t, err), "\n"), filepath.Dir(path)+string(filepath.Separator), ""), "\n")
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestIncludesAreBounded(t *testing.T) {
	// Each file includes the next twice: 2^30 readings if nobody stopped them.
	var files []string
	for i := range 30 {
		next := string(rune('a'+(i+1)%30)) + ".toml"
		if i == 29 {
			next = "none.toml"
		}
		files = append(files, string(rune('a'+i))+".toml", `include = ["`+next+`", "`+next+`"]`)
	}
	if _, err := Load(write(t, files...), Options{}); err == nil {
		t.Error("accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good, "run.seed=1")
	f.Add(traced(`count = "n"`), "a.b.c=[1]")
	files, _ := filepath.Glob("../*.toml")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(string(text), "")
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, set string) {
		options := Options{}
		if set != "" {
			options.Set = []string{set}
		}
		s, err := Parse(filepath.Join(dir, "fuzz.toml"), []byte(text), options)
		if err != nil {
			if messages(t, err)[0] == "" {
				t.Error("a fault without text")
			}
			return
		}
		if _, err := Parse(filepath.Join(dir, "again.toml"), s.Resolved(), Options{}); err != nil {
			t.Errorf("resolved scenario does not load: %v\n%s", err, s.Resolved())
		}
	})
}

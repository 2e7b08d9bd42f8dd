package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"headroom/scenarios/tables"
)

// loaded reads a scenario that must be good.
func loaded(t *testing.T, path string) *tables.Scenario {
	t.Helper()
	s, err := Load(path, tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Far from this folder a stock scenario is what it is here, and so is its resolved
// text, wherever that stands.
func TestStockScenariosRunAnywhere(t *testing.T) {
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d stock scenarios: %v", len(files), err)
	}
	here := map[string]*tables.Scenario{}
	for _, file := range files {
		here[file] = loaded(t, file)
	}
	t.Chdir(t.TempDir())
	for _, file := range files {
		s := loaded(t, folder+"/"+file)
		if want := here[file]; s.Name != want.Name || len(s.Config.Workloads) != len(want.Config.Workloads) ||
			(s.Sweep == nil) != (want.Sweep == nil) || !reflect.DeepEqual(s.Config.Types, want.Config.Types) {
			t.Errorf("%s is another scenario here", file)
		}
		if s.Sweep != nil {
			if _, err := s.Point(0); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			if _, err := s.Manifest(); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
		if err := os.MkdirAll("elsewhere", 0o777); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("elsewhere", file)
		if err := os.WriteFile(path, s.Resolved(), 0o666); err != nil {
			t.Fatal(err)
		}
		if again := loaded(t, path); string(again.Resolved()) != string(s.Resolved()) {
			t.Errorf("%s: resolved, it is another scenario", file)
		}
	}
}

func TestFilesOnDiskWin(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	const own = "name = \"mine\"\nrun.duration = \"1h\"\ninstance.one.instance_type = \"m5.large\"\n"
	if err := os.WriteFile(filepath.Join(folder, "hello.toml"), []byte(own), 0o666); err != nil {
		t.Fatal(err)
	}
	if s := loaded(t, "scenarios/hello.toml"); s.Name != "mine" {
		t.Errorf("read %q, not the file on disk", s.Name)
	}
	if s := loaded(t, "./scenarios/nasa.toml"); s.Name != "nasa" {
		t.Errorf("read %q beside a file on disk", s.Name)
	}
}

func TestOnlyStockPathsAreStock(t *testing.T) {
	t.Chdir(t.TempDir())
	for path, want := range map[string]string{
		"hello.toml":                 "hello.toml: no such file",
		"other/scenarios/hello.toml": "other/scenarios/hello.toml: no such file",
		"../scenarios/hello.toml":    "../scenarios/hello.toml: no such file",
		"scenarios/helo.toml":        "scenarios/helo.toml: no such file (did you mean scenarios/hello.toml?)",
		"scenarios/data":             "scenarios/data: no such file (did you mean scenarios/database.toml?)",
		"scenarios":                  "scenarios: no such file",
		"scenarios/../hello.toml":    "scenarios/../hello.toml: no such file",
	} {
		_, err := Load(path, tables.Options{})
		if err == nil || strings.TrimSpace(err.Error()) != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

package ami

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

var platforms = map[string]model.Platform{
	"linux": model.Linux, "windows": model.Windows, "rhel": model.RHEL, "suse": model.SUSE, "macos": model.MacOS,
}

// answer answers one question of a notebook.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	platform := platforms[a.Text("platform", "linux")]
	answer := ""
	switch a.Name {
	case "copy":
		answer = CopyDuration(model.Bytes(a.Integer("gib", 0)) * model.GiB).String()
	case "boot":
		answer = Mismatch(&model.InstanceType{Name: "type", Arch: a.Text("on", "")}, a.Text("image", ""), platform)
	case "script":
		text := strings.Join(q.Input, "\n") + strings.Repeat("x", a.Integer("and", 0))
		answer = CheckScript(text, platform)
		if note := CheckNote(text, platform); answer == "" {
			answer = note
		}
	case "run":
		answer = ran(a)
	default:
		t.Fatalf("line %d: unknown command %s", q.Line, a.Name)
	}
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	if answer == "" {
		answer = "sound"
	}
	return answer + "\n"
}

// ran runs a script whose own work takes a while.
func ran(a *notebook.Arguments) string {
	s := Script{
		Downloads: model.Bytes(a.Integer("mib", 0)) * model.MiB, Publishes: slices.Contains(a.Words, "publishes"),
		Baked: a.Number("baked", 0), Install: sim.Seconds(a.Number("install", 20)),
	}
	m := Machine{
		CLI: !slices.Contains(a.Words, "without-cli"), Profile: !slices.Contains(a.Words, "without-role"),
		Internet: !slices.Contains(a.Words, "shut-in"), S3: !slices.Contains(a.Words, "shut-in") || slices.Contains(a.Words, "endpoint"),
		BaseGbps: a.Number("base", 1), PeakGbps: a.Number("peak", 10),
	}
	r := s.On(m, sim.Seconds(a.Number("work", 0)), slices.Contains(a.Words, "fails"))
	return strings.TrimSpace(fmt.Sprintf("exit code %d after %v %s", r.Exit, r.Took, r.Reason()))
}

package login

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"headroom/model"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

var platforms = map[string]model.Platform{"linux": model.Linux, "windows": model.Windows, "macos": model.MacOS}

// answer answers one question of a notebook: somebody tries to log in.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	p := Protocol(slices.IndexFunc(protocols[:], func(p protocol) bool { return p.name == a.Name }))
	if p < SSH {
		t.Fatalf("line %d: unknown protocol %s", q.Line, a.Name)
	}
	try := Attempt{Protocol: p, Client: Linux, Format: PEM, Delivery: Arrives, Asked: a.Text("asked", "ops"), Key: a.Text("key", "ops")}
	if try.Key == "none" {
		try.Key = ""
	}
	if i := slices.Index(Clients, a.Text("client", "linux")); i >= 0 {
		try.Client = Client(i + 1)
	}
	if a.Text("format", "pem") == "ppk" {
		try.Format = PPK
	}
	platform := platforms[a.Text("platform", "linux")]
	switch {
	case slices.Contains(a.Words, "lost"):
		try.Delivery = Lost
	case !p.ServedBy(platform, a.Words) || slices.Contains(a.Words, "booting"):
		try.Delivery = Refused
	}
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	o := try.Outcome()
	if o.In {
		return fmt.Sprintf("port %d: in after %v\n", p.Port(), o.Took)
	}
	return fmt.Sprintf("port %d: %s after %v\n", p.Port(), o.Symptom, o.Took)
}

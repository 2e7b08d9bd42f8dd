package lifecycle_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/lifecycle"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks plays scripts. "walk" lists what every state makes of every request, of an
// instance with the traits of the line. "hibernation" has a type, its memory in GiB and its
// root; "resume" says how long the memory took to be saved.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"walk":        func(_ *testing.T, a *notebook.Arguments, _ []string) string { return walk(a) },
		"hibernation": func(_ *testing.T, a *notebook.Arguments, _ []string) string { return hibernation(a) },
		"resume":      func(t *testing.T, a *notebook.Arguments, _ []string) string { return resume(t, a) },
	}))
}

func walk(a *notebook.Arguments) string {
	traits := lifecycle.Traits{Burstable: true}
	for _, word := range a.Words {
		switch word {
		case "store-root":
			traits.StoreRoot = true
		case "spot":
			traits.Spot = true
		case "protected":
			traits.Protected = true
		case "hibernates":
			traits.Hibernates = true
		case "grouped":
			traits.Grouped = true
		case "fixed":
			traits.Burstable = false
		}
	}
	var b strings.Builder
	for _, r := range lifecycle.Requests() {
		fmt.Fprintf(&b, "%s:", r)
		for _, s := range lifecycle.States() {
			happens, err := lifecycle.Answer(s, r, traits)
			word := "stays"
			if err != nil {
				word = err.(*lifecycle.Refusal).Code
			} else if happens {
				word = "does"
			}
			fmt.Fprintf(&b, " %s %s,", s, word)
		}
		b.WriteString("\n")
	}
	return strings.ReplaceAll(b.String(), ",\n", "\n")
}

func hibernation(a *notebook.Arguments) string {
	name := a.Words[0]
	family, size, _ := strings.Cut(name, ".")
	typ := model.InstanceType{
		Name: name, Family: family, Size: size, MemoryMiB: int64(a.Number("memory", 8) * 1024), BareMetal: strings.HasPrefix(size, "metal"),
	}
	h := lifecycle.Hibernation{
		Type: &typ, Windows: a.Text("platform", "linux") == "windows", StoreRoot: a.Text("root", "gp3") == "store",
		Root: model.VolumeSpec{Type: a.Text("root", "gp3"), SizeGiB: int64(a.Integer("size", 1000)), Encrypted: a.Text("encrypted", "yes") == "yes"},
	}
	err, ofRoot := h.Refuse()
	switch {
	case err == nil:
		return "hibernates\n"
	case ofRoot:
		return "root: " + err.Error() + "\n"
	}
	return "type: " + err.Error() + "\n"
}

func resume(t *testing.T, a *notebook.Arguments) string {
	save, err := time.ParseDuration(a.Words[0])
	if err != nil {
		t.Fatal(err)
	}
	return lifecycle.Resume(sim.Time(save)).Duration().String() + "\n"
}

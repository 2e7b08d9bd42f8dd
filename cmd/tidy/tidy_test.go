package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scene is a tree with what tidy must find in it, each as "path:line: rule: part
// of the message". A clean tree finds nothing.
type scene struct {
	claim string
	files map[string]string
	want  []string
}

// code returns a file of the package with the given imports and declarations.
func code(pkg, decls string, imports ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", pkg)
	for _, i := range imports {
		fmt.Fprintf(&b, "import %s\n", i)
	}
	b.WriteString(decls)
	return b.String()
}

// withHouse adds the files that every valid tree has.
func withHouse(files map[string]string) map[string][]byte {
	all := map[string][]byte{"go.mod": []byte("module headroom\n\ngo 1.26\n")}
	for p, text := range files {
		all[p] = []byte(text)
	}
	for p := range files {
		dir, base := filepath.Split(p)
		if filepath.Ext(base) != ".go" || all[dir+"doc.go"] != nil || strings.Contains(p, "cmd/") || strings.Contains(p, "nodoc") {
			continue
		}
		if pkg := filepath.Base(dir); strings.HasPrefix(files[p], "package "+pkg+"\n") {
			all[dir+"doc.go"] = []byte("// Package " + pkg + " answers: what is proved?\npackage " + pkg + "\n")
		}
	}
	return all
}

// play compares what tidy finds with what the scene wants.
func play(t *testing.T, tr *tree, want []string) {
	t.Helper()
	got := checkAll(tr)
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing: %s", want[i])
		case i >= len(want):
			t.Errorf("unexpected: %s", got[i])
		default:
			head, part, _ := strings.Cut(want[i], " … ")
			if s := got[i].String(); !strings.HasPrefix(s, head) || !strings.Contains(s, part) {
				t.Errorf("got  %s\nwant %s", s, want[i])
			}
		}
	}
}

func playAll(t *testing.T, scenes []scene) {
	for _, s := range scenes {
		t.Run(s.claim, func(t *testing.T) {
			tr, err := newTree(withHouse(s.files))
			if err != nil {
				t.Fatal(err)
			}
			play(t, tr, s.want)
		})
	}
}

func TestImportsPointDown(t *testing.T) {
	playAll(t, []scene{
		{"down is free", map[string]string{
			"sim/slab/a.go":            code("slab", "", `"headroom/sim"`),
			"model/cloud/a.go":         code("cloud", "", `"headroom/sim"`, `"headroom/model"`, `"headroom/model/spot"`),
			"results/report/a.go":      code("report", "", `"headroom/results"`, `"headroom/scenarios"`),
			"sim/batch/jetstream/a.go": code("jetstream", "", `"headroom/sim/batch"`),
			"cmd/headroom/main.go":     code("main", "", `"headroom/results/report"`),
		}, nil},
		{"up is not", map[string]string{
			"sim/a.go":   code("sim", "", `"headroom/model"`),
			"model/a.go": code("model", "", `"headroom/model/spot"`),
		}, []string{
			"model/a.go:2: layer: … from line 1 to line 2",
			"sim/a.go:2: layer: … from line 0 to line 1",
		}},
		{"nor is the kernel's own shelf", map[string]string{
			"sim/a.go":      code("sim", "", `"headroom/sim/slab"`),
			"sim/stat/a.go": code("stat", "", `"headroom/sim/rng"`),
		}, []string{
			"sim/a.go:2: layer: … up or aside",
			"sim/stat/a.go:2: layer: … unaware",
		}},
		{"policies are unaware of each other, in tests too", map[string]string{
			"model/spot/a.go":      code("spot", "", `"headroom/model/alarm"`),
			"model/spot/a_test.go": code("spot", "", `"headroom/model/alarm"`, `"headroom/sim/rng"`),
		}, []string{
			"model/spot/a.go:2: layer: … unaware",
			"model/spot/a_test.go:2: layer: … unaware",
		}},
		{"scenarios and results are unaware of each other but in tests", map[string]string{
			"scenarios/a.go":      code("scenarios", "", `"headroom/results"`),
			"scenarios/a_test.go": code("scenarios_test", "", `"headroom/results"`, `"headroom/scenarios"`),
			"sim/stat/a_test.go":  code("stat", "", `"headroom/sim/rng"`),
		}, []string{"scenarios/a.go:2: layer: … unaware"}},
		{"the rooms of scenarios stand on each other", map[string]string{
			"scenarios/tables/a.go":     code("tables", "", `"headroom/scenarios/space"`, `"headroom/scenarios/tree"`),
			"scenarios/space/a.go":      code("space", "", `"headroom/scenarios/schema"`, `"headroom/scenarios/tables"`),
			"scenarios/space/a_test.go": code("space_test", "", `"headroom/scenarios/tables"`),
			"scenarios/tree/a.go":       code("tree", "", `"headroom/scenarios/schema"`),
			"scenarios/a.go":            code("scenarios", "", `"headroom/scenarios/tables"`),
		}, []string{
			"scenarios/space/a.go:3: layer: … up or aside",
			"scenarios/tree/a.go:2: layer: … up or aside",
		}},
		{"a package needs a place", map[string]string{
			"model/novel/a.go": code("novel", "", `"headroom/model"`),
			"model/novel/b.go": code("novel", ""),
			"results/a.go":     code("results", "", `"headroom/model/novel"`),
		}, []string{
			"model/novel/a.go:1: layer: … no place",
			"results/a.go:2: layer: … no place",
		}},
		{"tidy imports nothing of ours", map[string]string{
			"cmd/tidy/main.go": code("main", "", `"headroom/sim"`),
		}, []string{"cmd/tidy/main.go:2: layer: … nothing of ours"}},
		{"a generator stands outside", map[string]string{
			"model/catalog/derive/main.go": code("main", "", `"headroom/scenarios"`, `"github.com/BurntSushi/toml"`),
		}, nil},
	})
}

func TestThirdPartiesHaveOneDoor(t *testing.T) {
	const toml, cobra, cmp, gonum, gronx = `"github.com/BurntSushi/toml"`, `"github.com/spf13/cobra"`,
		`"github.com/google/go-cmp/cmp"`, `"gonum.org/v1/gonum/stat/distuv"`, `"github.com/adhocore/gronx"`
	playAll(t, []scene{
		{"their own", map[string]string{
			"scenarios/tree/a.go":      code("tree", "", toml),
			"model/scaling/a.go":       code("scaling", "", gronx, gonum),
			"cmd/headroom/main.go":     code("main", "", cobra),
			"cmd/headroom/a_test.go":   code("main", "", cmp, gonum, `"github.com/rogpeppe/go-internal/testscript"`),
			"results/report/a.go":      code("report", "", `"github.com/olekukonko/tablewriter"`),
			"results/page/a.go":        code("page", "", `"gonum.org/v1/plot/vg"`),
			"sim/batch/jetstream/a.go": code("jetstream", "", `"github.com/nats-io/nats.go"`),
		}, nil},
		{"another", map[string]string{
			"cmd/headroom/main.go": code("main", "", toml),
			"model/spot/a.go":      code("spot", "", gronx),
			"results/a.go":         code("results", "", `"github.com/olekukonko/tablewriter"`, cobra),
			"scenarios/a.go":       code("scenarios", "", gonum),
			"sim/batch/a.go":       code("batch", "", `"github.com/nats-io/nats.go"`),
		}, []string{
			"cmd/headroom/main.go:2: door: … through scenarios/tree only",
			"model/spot/a.go:2: door: … through model/scaling only",
			"results/a.go:2: door: … through results/report only",
			"results/a.go:3: door: … through cmd/headroom only",
			"scenarios/a.go:2: door: … gonum",
			"sim/batch/a.go:2: door: … through sim/batch/jetstream only",
		}},
		{"tests only", map[string]string{"sim/a.go": code("sim", "", cmp)},
			[]string{"sim/a.go:2: door: … for tests only"}},
		{"none", map[string]string{"sim/a_test.go": code("sim", "", `"example.com/x"`)},
			[]string{"sim/a_test.go:2: door: … no door"}},
	})
}

func TestBannedCalls(t *testing.T) {
	playAll(t, []scene{
		{"clock", map[string]string{"sim/a.go": code("sim", "var t = time.Now()\nvar d time.Duration\nvar s = time.Since\n", `"time"`)},
			[]string{"sim/a.go:3: call: time.Now", "sim/a.go:5: call: time.Since"}},
		{"clock by another name", map[string]string{"model/spot/a.go": code("spot", "func f() { wall.Sleep(1) }\n", `wall "time"`)},
			[]string{"model/spot/a.go:3: call: wall.Sleep"}},
		{"clock by a dot import", map[string]string{"sim/a.go": code("sim", "var t = Now()\n", `. "time"`)},
			[]string{"sim/a.go:2: call: … dot import"}},
		{"clock elsewhere is free", map[string]string{
			"results/a.go":  code("results", "var t = time.Now()\n", `"time"`),
			"sim/a_test.go": code("sim", "var t = time.Now()\n", `"time"`),
		}, nil},
		{"global randomness", map[string]string{"sim/rng/a.go": code("rng", "var a = rand.IntN(3)\nvar b = rand.New(rand.NewPCG(1, 2)).IntN(3)\n", `"math/rand/v2"`)},
			[]string{"sim/rng/a.go:3: call: rand.IntN"}},
		{"random seeds", map[string]string{"model/a.go": code("model", "var s = maphash.MakeSeed()\nvar r = rand.Reader\n", `"hash/maphash"`, `"crypto/rand"`)},
			[]string{"model/a.go:4: call: maphash.MakeSeed", "model/a.go:5: call: rand.Reader"}},
		{"goroutines but in batch", map[string]string{
			"sim/batch/a.go":   code("batch", "func f() { go f() }\n"),
			"model/cloud/a.go": code("cloud", "func f() { go f() }\n"),
		}, []string{"model/cloud/a.go:2: call: go statement"}},
		{"printing and exiting outside cmd", map[string]string{
			"cmd/headroom/main.go": code("main", "func main() { fmt.Println(); os.Exit(1) }\n", `"fmt"`, `"os"`),
			"results/a.go":         code("results", "func f() {\n\tfmt.Printf(\"\")\n\tos.Exit(1)\n\tlog.Fatalln()\n\tfmt.Sprint()\n}\n", `"fmt"`, `"os"`, `"log"`),
		}, []string{"results/a.go:6: call: fmt.Printf", "results/a.go:7: call: os.Exit", "results/a.go:8: call: log.Fatalln"}},
		{"init", map[string]string{"results/a.go": code("results", "func init() {}\ntype t int\nfunc (t) init() {}\n")},
			[]string{"results/a.go:2: call: init"}},
	})
}

// TestMapsAreNotRangedOver needs types, and so a tree on disk that the go command
// can build.
func TestMapsAreNotRangedOver(t *testing.T) {
	root := t.TempDir()
	ranges := `
type table map[string]int
type keyed struct{ by table }
func hidden() keyed { return keyed{} }
func f[M ~map[string]int, S ~[]int](m M, s S) {
	for range hidden().by {
	}
	for range m {
	}
	for range s {
	}
	for range slices.Sorted(maps.Keys(m)) {
	}
	for range maps.Values(m) {
	}
	for range sim.Index() {
	}
}
`
	for p, text := range withHouse(map[string]string{
		"sim/a.go":         code("sim", "func Index() map[int]int { return nil }\n"),
		"sim/a_test.go":    code("sim", "func f() {\n\tfor range Index() {\n\t}\n}\n"),
		"model/a.go":       code("model", ranges, `"maps"`, `"slices"`, `"headroom/sim"`),
		"model/spot/a.go":  code("spot", "var x int = true\n"),
		"results/a.go":     code("results", "func f() {\n\tfor range sim.Index() {\n\t}\n}\n", `"headroom/sim"`),
		"scenarios/bad.go": "package scenarios\nfunc {\n",
	}) {
		p = filepath.Join(root, p)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	play(t, tr, []string{
		"model/a.go:10: map-range: range over a map",
		"model/a.go:12: map-range: range over a map",
		"model/a.go:18: map-range: maps.Values",
		"model/a.go:20: map-range: range over a map",
		"model/spot/a.go:2: map-range: not checked",
		"scenarios/bad.go:1: syntax:",
	})
}

func TestLengths(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\t_ = 0\n", n) }
	cases := func(body string) string { return strings.Repeat("\tcase 1:\n"+body, 40) }
	playAll(t, []scene{
		{"a function of the limit", map[string]string{"results/a.go": code("results", "func f() {\n"+lines(58)+"}\n")}, nil},
		{"a function beyond", map[string]string{"results/a.go": code("results", "\nfunc f() {\n"+lines(59)+"}\n")},
			[]string{"results/a.go:3: length: func f has 61 lines"}},
		{"a literal beyond", map[string]string{"results/a.go": code("results", "var f = func() {\n"+lines(59)+"}\n")},
			[]string{"results/a.go:2: length: function literal has 61 lines"}},
		{"a table", map[string]string{"results/a.go": code("results", "func f() []int {\n\treturn []int{\n"+strings.Repeat("1,\n", 99)+"}\n}\n")}, nil},
		{"code in a table", map[string]string{"results/a.go": code("results", "func f() []func() {\n\treturn []func(){func() {\n"+lines(99)+"}}\n}\n")},
			[]string{"results/a.go:2: length:"}},
		{"a dispatcher", map[string]string{"results/a.go": code("results", "func f() {\n\tfor {\n\tswitch 1 {\n"+cases("\tf()\n")+"}\n}\n}\n")}, nil},
		{"code in a dispatcher", map[string]string{"results/a.go": code("results", "func f() {\n\tswitch 1 {\n"+cases(lines(3))+"}\n}\n")},
			[]string{"results/a.go:2: length:"}},
		{"code around a dispatcher", map[string]string{"results/a.go": code("results", "func f() {\n"+lines(20)+"\tswitch 1 {\n"+cases("\tf()\n")+"}\n}\n")},
			[]string{"results/a.go:2: length:"}},
		{"files", map[string]string{
			"results/a.go":      code("results", strings.Repeat("\n", 400)),
			"results/b.go":      code("results", strings.Repeat("\n", 399)),
			"results/gen.go":    "// Code generated by derive. DO NOT EDIT.\n\n" + code("results", strings.Repeat("\n", 500)),
			"results/a_test.go": code("results", "func f() {\n"+strings.Repeat("\n", 700)+"}\n"),
			"results/b_test.go": code("results", strings.Repeat("\n", 800)),
		}, []string{"results/a.go:401: length: file has 401", "results/b_test.go:801: length: file has 801"}},
		{"parameters", map[string]string{"results/a.go": code("results",
			"func (t) four(ctx context.Context, a, b int, c, d string) {}\nfunc five(a, b, c, d, e int) {}\n", `"context"`)},
			[]string{"results/a.go:4: length: func five has 5 parameters"}},
	})
}

func TestPackagesAskAQuestion(t *testing.T) {
	playAll(t, []scene{
		{"in the first sentence", map[string]string{
			"sim/doc.go":     "// Package sim says when: what happens next, and at which instant?\n//\n// More.\npackage sim\n",
			"model/doc.go":   "// Package model holds values. What are they?\npackage model\n",
			"results/doc.go": "// Package results answers what it showed.\npackage results\n",
		}, []string{"model/doc.go:2: doc: … no question"}},
		{"in doc.go", map[string]string{
			"sim/a.go":             "// Package sim answers: when?\npackage sim\n",
			"sim/slab/a_test.go":   "package slab_test\n",
			"cmd/headroom/main.go": "package main\n",
		}, []string{"sim/a.go:2: doc: … no doc.go"}},
	})
}

func TestNamesSaySomething(t *testing.T) {
	playAll(t, []scene{
		{"packages", map[string]string{"results/testutil/a.go": code("testutil", "")},
			[]string{"results/testutil/a.go:1: name:", "results/testutil/doc.go:2: name:"}},
		{"types", map[string]string{"results/a.go": code("results", "type FleetManager struct{}\ntype simple int\ntype storeImpl int\n")},
			[]string{"results/a.go:2: name: … FleetManager", "results/a.go:4: name: … storeImpl"}},
	})
}

func TestWords(t *testing.T) {
	todo, place := "TO"+"DO", "/wo"+"rk/main"
	playAll(t, []scene{
		{"unfinished work", map[string]string{
			"results/a.go": code("results", "// "+todo+": later\nvar s = \""+todo+"\" // "+"FIX"+"ME\n"),
			"Makefile":     "all: # " + todo + "\n\techo " + todo + "\n",
			"README.md":    "# " + todo + "\n",
		}, []string{"Makefile:1: word:", "results/a.go:2: word:", "results/a.go:3: word:"}},
		{"paths of a workplace", map[string]string{
			"README.md":      "see\n(" + place + ")\nhttps://example.com" + place + "\n",
			".ci/run":        "cd " + place + "\n",
			"scenarios/x.gz": "\x00 " + place,
		}, []string{".ci/run:1: word:", "README.md:2: word:"}},
	})
}

func TestMapsNameWhatIsThere(t *testing.T) {
	clock := code("sim", `
type Clock[E any] struct{ now int }
func (c *Clock[E]) Next() int { return c.now }
func NewClock() *Clock[int] { return nil }
const First, Last = 1, 2
`)
	playAll(t, []scene{
		{
			claim: "files, directories and declarations that exist are no finding",
			files: map[string]string{
				"sim/clock.go": clock, "results/report/table.go": code("report", ""),
				"sim/README.md":     "Take `clock.go: Clock, Clock.Next, NewClock, Last` or `sim/clock.go`, not `go run .` or `.go`.\n```\n`gone.go`\n```\n",
				"results/README.md": "In `report/`, `report/table.go` and `results/report/`; `sim/clock.go: First`.\n",
			},
		},
		{
			claim: "what does not exist is one each",
			files: map[string]string{
				"sim/clock.go":  clock,
				"sim/README.md": "# Map\n`gone.go` and `clock.go: Clock.Stop, Next, NewClock`\n`rooms/`\n",
				"README.md":     "`gone.go` stands in no room\n", "sim/data/README.md": "of `gone.go`, by others\n",
			},
			want: []string{
				"sim/README.md:2: readme: … no file gone.go", "sim/README.md:2: readme: … does not declare Clock.Stop",
				"sim/README.md:2: readme: … does not declare Next", "sim/README.md:3: readme: … no directory rooms/",
			},
		},
		{
			claim: "a room that its map does not name is one",
			files: map[string]string{
				"sim/README.md": "# Map\n`slab/`\n", "sim/slab/slab.go": code("slab", ""), "sim/slab/deep/deep.go": code("deep", ""),
				"sim/station/station.go": code("station", ""), "sim/station/queue.go": code("station", ""),
			},
			want: []string{"sim/README.md:1: readme: … not name its room `station/`"},
		},
	})
}

func TestLinksOfCommentsLeadSomewhere(t *testing.T) {
	clock := code("sim", `
type Clock[E any] struct{ Now int }
func (c *Clock[E]) Next() int { return c.Now }
type Source interface{ Next() int }
type Both struct{ Source }
type Ticks []int
`)
	playAll(t, []scene{
		{
			claim: "links to what is declared are no finding, nor what is no link",
			files: map[string]string{
				"sim/clock.go": clock,
				"sim/use.go":   code("sim", "\n// [Clock], [Clock.Now], [*Clock], [Source.Next], [Both.Next], [Ticks.Any], [Clock]s, E[Wait], [Gone](url), [of.NAME], [clock], [W]\nvar _ = 1\n"),
				"model/use.go": code("model", "\n// [sim.Clock.Next], of others [fmt.Stringer], [strings.Builder]\nvar _ sim.Clock[int]\n", `"headroom/sim"`),
			},
		},
		{
			claim: "links to what is not there are one each",
			files: map[string]string{
				"sim/clock.go":     clock,
				"sim/use.go":       code("sim", "\n// [Gone], [Clock.Stop]\n// and [Bench]\nvar _ = 1\n"),
				"sim/use_test.go":  code("sim", "\n// Bench is a [Clock], and [Bench] no [Banch].\ntype Bench int\n"),
				"model/other.go":   code("model", "\n// [sim.Gone] and [sim.Clock]\n"),
				"model/use.go":     code("model", "\n// [sim.Gone], [s.Clock]\nvar _ sim.Clock[int]\n", `"headroom/sim"`),
				"model/renamed.go": code("model", "\n// [s.Clock], [s.Gone]\nvar _ s.Clock[int]\n", `s "headroom/sim"`),
			},
			want: []string{
				"model/other.go:3: link: … [sim.Gone]", "model/renamed.go:4: link: … [s.Gone]", "model/use.go:4: link: … [sim.Gone]",
				"sim/use.go:3: link: … [Gone]", "sim/use.go:3: link: … [Clock.Stop]", "sim/use.go:4: link: … [Bench]", "sim/use_test.go:3: link: … [Banch]",
			},
		},
	})
}

func TestTopLevelIsComplete(t *testing.T) {
	playAll(t, []scene{
		{"as it is", map[string]string{"LICENSE": "", "NOTICE": "", "README.md": "", "Makefile": "", "go.sum": "", ".gitignore": ""}, nil},
		{"and no more", map[string]string{"docs/a.md": "", "docs/b.md": "", "notes.txt": ""},
			[]string{"docs/a.md:1: top-level: … docs", "notes.txt:1: top-level: … notes.txt"}},
	})
}

// TestTreeOutsideARepositorySkipsDotDirectories holds for a tree that was
// unpacked from an archive.
func TestTreeOutsideARepositorySkipsDotDirectories(t *testing.T) {
	root := t.TempDir()
	for _, p := range []string{"go.mod", ".cache/x.go", "bin/headroom", "README.md"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, p)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, p), []byte("module headroom\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := listFiles(root)
	if want := []string{"README.md", "go.mod"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

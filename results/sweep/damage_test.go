package sweep

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/results/run"
	"headroom/sim"
)

// journals is how many damaged journals are tried.
var journals = flag.Int("journals", 150, "damaged journals to try")

// loadsOf is a plan of short queues, some of which fail, with a seed of its own.
func loadsOf(seed uint64, rule Rule) *Plan {
	return &Plan{Points: 7, Rule: rule, Build: func(point int) (*run.Experiment, error) {
		if point == 3 {
			return nil, errors.New("no such load")
		}
		cfg := queue(0.1+0.8*float64(point)/7, seed, 20*sim.Second)
		if point == 5 {
			cfg.Workloads[0].Demand = brittle{exponential(), 0.97}
		}
		return run.New(cfg, pricing.Plan{Book: prices()}), nil
	}}
}

// A sweep that stops after few replications was extended to more of them.
var (
	few  = Rule{Replications: 2}
	more = Rule{Replications: 3, Max: 6, Precision: []model.Precision{{Key: "wait.mean", Relative: 0.5}}}
)

// grown is a real journal: of a sweep that was extended, so that points have several
// records.
func grown(t testing.TB, seed uint64) []byte {
	t.Helper()
	dir := t.TempDir()
	dump(t, dir, loadsOf(seed, few), Options{Workers: 1})
	dump(t, dir, loadsOf(seed, more), Options{Workers: 1})
	return must(os.ReadFile(filepath.Join(dir, JournalName)))
}

// places are where the records of a journal begin, and where the last ends.
func places(t testing.TB, b []byte) []int {
	t.Helper()
	s := newScan(bytes.NewReader(b), int64(len(b)), string(b[len(headerLine):headerLength-1]))
	var at []int
	for {
		r, ok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return append(at, int(s.good))
		}
		at = append(at, int(r.at))
	}
}

// vandal damages journals. Other is a journal of the same sweep by a program that
// computes something else.
type vandal struct {
	*rand.Rand
	whole, other   []byte
	places, others []int
}

// piece is a record of a journal, or several.
func (v *vandal) piece(of []byte, at []int, most int) []byte {
	i := v.IntN(len(at) - 1)
	return of[at[i]:at[min(len(at)-1, i+1+v.IntN(most))]]
}

// between is where a record begins, after the beginning.
func (v *vandal) between() int { return v.places[1+v.IntN(len(v.places)-1)] }

// damages are the ways to damage a journal, by name.
var damages = []struct {
	name string
	do   func(v *vandal, b []byte) []byte
}{
	{"bits flipped", func(v *vandal, b []byte) []byte {
		for range 1 + v.IntN(8) {
			b[v.IntN(len(b))] ^= 1 << v.IntN(8)
		}
		return b
	}},
	{"a bit of the header flipped", func(v *vandal, b []byte) []byte {
		b[v.IntN(headerLength)] ^= 1 << v.IntN(8)
		return b
	}},
	{"a bit of a head flipped", func(v *vandal, b []byte) []byte {
		b[v.places[v.IntN(len(v.places)-1)]+v.IntN(recordHead)] ^= 1 << v.IntN(8)
		return b
	}},
	{"a length of 4 GB", func(v *vandal, b []byte) []byte {
		binary.LittleEndian.PutUint32(b[v.places[v.IntN(len(v.places)-1)]+4:], 0xffffffff-v.Uint32N(9))
		return b
	}},
	{"cut short", func(v *vandal, b []byte) []byte { return b[:v.IntN(len(b))] }},
	{"bytes inserted", func(v *vandal, b []byte) []byte {
		some := make([]byte, 1+v.IntN(99))
		for i := range some {
			some[i] = byte(v.Uint32())
		}
		return slices.Insert(b, v.IntN(len(b)+1), some...)
	}},
	{"bytes missing", func(v *vandal, b []byte) []byte {
		at := v.IntN(len(b))
		return slices.Delete(b, at, min(len(b), at+1+v.IntN(2000)))
	}},
	{"bytes zero", func(v *vandal, b []byte) []byte {
		at := v.IntN(len(b))
		clear(b[at:min(len(b), at+4096)])
		return b
	}},
	{"records twice", func(v *vandal, b []byte) []byte {
		return slices.Insert(b, v.between(), v.piece(v.whole, v.places, 3)...)
	}},
	{"records missing", func(v *vandal, b []byte) []byte {
		i := 1 + v.IntN(len(v.places)-2)
		return slices.Delete(b, v.places[i], v.places[min(len(v.places)-1, i+1+v.IntN(3))])
	}},
	{"records moved", func(v *vandal, b []byte) []byte {
		i := 1 + v.IntN(len(v.places)-2)
		moved := slices.Clone(b[v.places[i]:v.places[i+1]])
		b = slices.Delete(b, v.places[i], v.places[i+1])
		return slices.Insert(b, min(len(b), v.between()), moved...)
	}},
	{"records of another", func(v *vandal, b []byte) []byte {
		return slices.Insert(b, v.between(), v.piece(v.other, v.others, 4)...)
	}},
	{"records in place of others", func(v *vandal, b []byte) []byte {
		i := 1 + v.IntN(min(len(v.places), len(v.others))-2)
		return slices.Replace(b, v.places[i], v.places[i+1], v.other[v.others[i]:v.others[i+1]]...)
	}},
	{"the end of another", func(v *vandal, b []byte) []byte {
		return append(b[:v.between()], v.other[v.others[1+v.IntN(len(v.others)-1)]:]...)
	}},
	{"the name of another", func(v *vandal, b []byte) []byte {
		copy(b, v.other[:headerLength])
		return b
	}},
	{"something else", func(v *vandal, b []byte) []byte {
		for i := range b {
			b[i] = byte(v.Uint32())
		}
		return b
	}},
}

// A damaged journal is refused and left as it is, or the sweep goes on to the rows
// of one that was not damaged: make journals N=3000 tries more of them.
func TestDamagedJournalsAreRefusedOrContinued(t *testing.T) {
	p := loadsOf(1, more)
	want := dump(t, t.TempDir(), p, Options{Workers: 1})
	v := &vandal{Rand: rand.New(rand.NewPCG(1, 5)), whole: grown(t, 1), other: grown(t, 2)}
	v.places, v.others = places(t, v.whole), places(t, v.other)
	dir := t.TempDir()
	figures := map[string][3]int{}
	for n := range *journals {
		way := damages[n%len(damages)]
		damaged := way.do(v, slices.Clone(v.whole))
		if v.IntN(4) == 0 && len(damaged) > 0 { // and once more, anywhere
			damaged[v.IntN(len(damaged))] ^= 1 << v.IntN(8)
		}
		figure := figures[way.name]
		figure[outcome(t, p, dir, damaged, want)]++
		figures[way.name] = figure
		if t.Failed() {
			t.Fatalf("journal %d: %s; seeds 1, 5", n, way.name)
		}
	}
	var sum [3]int
	for _, way := range damages {
		for i, n := range figures[way.name] {
			sum[i] += n
		}
		t.Logf("%-30s refused %d, continued with a word %d, continued %d", way.name, figures[way.name][0], figures[way.name][1], figures[way.name][2])
	}
	t.Logf("%d damaged journals: refused %d, continued with a word %d, continued %d; wrong results 0", *journals, sum[0], sum[1], sum[2])
	if sum[0] == 0 || sum[1] == 0 {
		t.Error("the damage was not of all kinds")
	}
}

// outcome tells whether a journal is refused (0), continued with a word on what was
// dropped (1), or continued as if nothing had happened (2).
func outcome(t *testing.T, p *Plan, dir string, damaged, want []byte) int {
	t.Helper()
	path := filepath.Join(dir, JournalName)
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := journalIn(dir, manifest)
	if err != nil {
		refused := (*Refusal)(nil)
		if !errors.As(err, &refused) || len(refused.Reason) < 20 {
			t.Errorf("no clear refusal: %v", err)
		}
		if !bytes.Equal(must(os.ReadFile(path)), damaged) {
			t.Error("refused, and changed")
		}
		return 0
	}
	lost := j.Lost()
	if err := Run(t.Context(), p, j, Options{Workers: 1}); err != nil {
		t.Error(err)
	}
	first := content(t, j, p)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	computed := 0
	again := dump(t, dir, &Plan{Points: p.Points, Rule: p.Rule, Build: func(i int) (*run.Experiment, error) {
		computed++
		return p.Build(i)
	}}, Options{Workers: 1})
	if !bytes.Equal(first, want) || !bytes.Equal(again, want) || computed > 0 {
		t.Errorf("the rows are right: %v, and after another opening: %v, which computed %d points", bytes.Equal(first, want), bytes.Equal(again, want), computed)
	}
	if lost.Any() {
		if lost.String() == "" {
			t.Errorf("%+v has no words", lost)
		}
		return 1
	}
	return 2
}

func TestJournalSaysWhatItDrops(t *testing.T) {
	whole := grown(t, 1)
	at := places(t, whole)
	last := len(at) - 1
	dir := t.TempDir()
	for name, c := range map[string]struct {
		damaged []byte
		want    string
	}{
		"whole":    {whole, ""},
		"torn":     {whole[:at[last]-5], fmt.Sprintf("the last %d bytes are no whole record and were cut off (the first damage is at byte %d)", at[last]-5-at[last-1], at[last-1])},
		"missing":  {slices.Delete(slices.Clone(whole), at[last-2], at[last-1]), fmt.Sprintf("1 record is damaged or missing (the first damage is at byte %d)", at[last-2])},
		"twice":    {append(slices.Clone(whole), whole[at[last-1]:]...), "1 record is there twice"},
		"inserted": {slices.Insert(slices.Clone(whole), at[2], 'x', 'y'), fmt.Sprintf("some bytes are no record (the first damage is at byte %d)", at[2])},
		"layout":   {slices.Delete(slices.Clone(whole), at[1], at[2]), "records are of no use without one that is missing (the first damage is at byte"},
		"begun":    {whole[:headerLength+9], fmt.Sprintf("the last %d bytes are no whole record and were cut off", headerLength+9)},
		"named":    {whole[:len(headerLine)+3], "the last 28 bytes are no whole record and were cut off"},
	} {
		if err := os.WriteFile(filepath.Join(dir, JournalName), c.damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		j := must(journalIn(dir, manifest))
		lost := j.Lost()
		if got := lost.String(); !strings.Contains(got, c.want) || lost.Any() != (c.want != "") {
			t.Errorf("%s: says %q, want %q", name, got, c.want)
		}
		j.Close()
	}
}

func TestForeignJournalsAreRefusedAsWhatTheyAre(t *testing.T) {
	whole := grown(t, 1)
	changed := func(at int, to string) []byte {
		b := slices.Clone(whole)
		copy(b[at:], to)
		return b
	}
	dir := t.TempDir()
	for want, b := range map[string][]byte{
		"sweep.journal is no journal of a sweep":                                {'x'},
		"sweep.journal is no journal of a sweep ":                               make([]byte, 5000),
		"is of version 3, this program writes version 2":                        changed(len(headerKind), "3"),
		"is damaged where it says to which sweep it belongs":                    changed(len(headerLine)+2, "??"),
		"is damaged where it says to which sweep it belongs: restore it":        changed(headerLength+30, "??"),
		"was begun by an earlier version of headroom; choose another directory": append([]byte{40, 0, 0, 0, 1, 2, 3, 4}, `M{"program":"abc"}`...),
	} {
		path := filepath.Join(dir, JournalName)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := journalIn(dir, manifest)
		refused := (*Refusal)(nil)
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("got %v, want %s", err, want)
		}
		if !bytes.Equal(must(os.ReadFile(path)), b) {
			t.Errorf("%s: changed the file", want)
		}
	}
}

// A length of 4 GB, and a thousand of them, cost no more memory than the file has.
func TestJournalAllocatesByWhatIsThere(t *testing.T) {
	whole := grown(t, 1)
	at := places(t, whole)
	huge := append([]byte(marker), 0xff, 0xff, 0xff, 0xff)
	damaged := slices.Concat(whole, bytes.Repeat(huge, 100_000))
	copy(damaged[at[1]:], huge)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, JournalName), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	j := must(journalIn(dir, manifest))
	defer j.Close()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("took %d bytes for a file of %d", took, len(damaged))
	}
	if lost := j.Lost(); lost.Missing != 1 || lost.Tail != int64(len(damaged)-len(whole)) {
		t.Errorf("lost %+v", lost)
	}
}

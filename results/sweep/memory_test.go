package sweep

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"headroom/results/folder"
)

// A memory gives back what it was given, by point and replication in any order, also when its
// process was killed in the middle of a write; and nothing else.
func TestMemoryGivesBackWhatItKept(t *testing.T) {
	dir := t.TempDir()
	here := NewLayout([]string{"a", "b"}, []string{"s", ""})
	there := NewLayout([]string{"a"}, []string{"s"})
	open := func(m Manifest) (*Memory, string) {
		t.Helper()
		memory, another, err := OpenMemory(folder.Real(), dir, m)
		if err != nil {
			t.Fatal(err)
		}
		return memory, another
	}
	recalls := func(m *Memory, a Asked, want ...float64) {
		t.Helper()
		got, known, err := m.Recall(a)
		if err != nil || known != (want != nil) || !sameValues(got, want) {
			t.Errorf("%d/%d: %v, %v, %v, want %v", a.Point, a.Replication, got, known, err, want)
		}
	}
	const far = 1<<51 + 1 // points of the largest search
	m, _ := open(Manifest{"file": "one"})
	kept := []struct {
		a      Asked
		values []float64
	}{
		{Asked{far, 7, here}, []float64{1, math.NaN()}},
		{Asked{0, 30_000, there}, []float64{2}},
		{Asked{0, 2, here}, []float64{3, math.Inf(1)}},
		{Asked{0, 1, here}, []float64{4, 5}},
	}
	for _, k := range kept {
		recalls(m, k.a)
		if err := m.Keep(k.a, k.values); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Keep(kept[0].a, []float64{9, 9}); err != nil { // the first write wins
		t.Fatal(err)
	}
	for range 2 {
		for _, k := range kept {
			recalls(m, k.a, k.values...)
		}
		recalls(m, Asked{1, 2, here})
		recalls(m, Asked{0, 2, there}) // it measures other things
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		m, _ = open(Manifest{"file": "one"})
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, MemoryName)
	if err := os.Truncate(path, must(os.Stat(path)).Size()-3); err != nil {
		t.Fatal(err)
	}
	m, _ = open(Manifest{"file": "one"})
	recalls(m, kept[2].a, kept[2].values...)
	recalls(m, kept[3].a) // torn
	if err := m.Keep(kept[3].a, kept[3].values); err != nil || m.Len() != len(kept) {
		t.Errorf("%d known, want %d, %v", m.Len(), len(kept), err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	m, another := open(Manifest{"file": "two"})
	if another == "" || m.Len() != 0 {
		t.Errorf("of another file it says %q, and knows %d", another, m.Len())
	}
	recalls(m, kept[0].a)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

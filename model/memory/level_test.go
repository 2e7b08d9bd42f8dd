package memory_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/model/memory"
	"headroom/sim"
)

// What a level holds is its base and the parts of who is there, and what it used is the
// sum over time of that, whatever the order in which they come and go.
func TestLevelIsTheSumOfItsParts(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	terms := memory.Terms{RAM: 1000, Reserved: 100, Swap: 300, Base: 50, PerRequest: 70, PerConnection: 3, PagesTouched: 10}
	l := memory.NewLevel(0, terms)
	const own = 11 // of each request, beside what the terms say
	var now sim.Time
	var began, line int64
	used, expected, faults, peak := 0.0, 0.0, int64(0), model.Bytes(0)
	for range 10_000 {
		holds := terms.Base + (70+own)*model.Bytes(began) + 3*model.Bytes(began+line)
		if l.Holds() != holds {
			t.Fatalf("holds %d, want %d", l.Holds(), holds)
		}
		peak = max(peak, holds)
		if over := holds > 900+300; l.Exhausted() != over {
			t.Fatalf("exhausted %v with %d", l.Exhausted(), holds)
		}
		pause := sim.Time(draws.Int64N(1000))
		used += float64(pause) * float64(min(1000, 100+holds)) / 1000
		now += pause
		switch k := draws.IntN(3); {
		case k == 0 && line < 20:
			l.Connect(now)
			line++
		case k == 1 && line > 0 && began < 20:
			faults += l.Begin(now, own)
			line, began = line-1, began+1
			holds = terms.Base + (70+own)*model.Bytes(began) + 3*model.Bytes(began+line)
			expected += 10 * float64(max(0, holds-900)) / float64(holds)
		case began > 0:
			l.End(now, true, own)
			began--
		case line > 0:
			l.End(now, false, 0)
			line--
		}
	}
	if got := l.UsedTime(now); math.Abs(got-used) > 1e-6*used {
		t.Errorf("used for %g ns, want %g", got, used)
	}
	if math.Abs(float64(faults)-expected) > 1 {
		t.Errorf("%d page faults, want %g", faults, expected)
	}
	if l.Peak() < peak {
		t.Errorf("peak %d, saw %d", l.Peak(), peak)
	}
	for ; began > 0; began-- {
		l.End(now, true, own)
	}
	for ; line > 0; line-- {
		l.End(now, false, 0)
	}
	if l.Holds() != terms.Base {
		t.Errorf("holds %d when nobody is there, want %d", l.Holds(), terms.Base)
	}
}

// A level that is too large to count is as large as can be counted, and exhausted.
func TestLevelsDoNotOverflow(t *testing.T) {
	l := memory.NewLevel(0, memory.Terms{RAM: model.TiB, Swap: model.TiB, PerRequest: math.MaxInt64 / 2, Base: model.TiB})
	for range 5 {
		l.Begin(0, 0)
	}
	if l.Holds() != math.MaxInt64 || !l.Exhausted() {
		t.Errorf("holds %d, exhausted %v", l.Holds(), l.Exhausted())
	}
}

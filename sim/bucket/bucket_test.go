package bucket

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"headroom/sim"
)

// TestEveryNanosecondAddsUp compares with a level that is moved and held between
// its bounds every nanosecond, in grains.
func TestEveryNanosecondAddsUp(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		per := 1 + random.Int64N(50)
		floor, capacity := -random.Int64N(20), random.Int64N(20)
		b := New(0, Spec{Capacity: capacity, Floor: floor, Per: sim.Time(per)})
		var level, lost, overdrawn, earn, spend int64
		empty, full := sim.Never, sim.Never // as announced
		for now := sim.Time(0); now < 2000; now++ {
			if now == empty && level != floor*per || now < empty && empty != sim.Never && level == floor*per && spend > earn {
				t.Fatalf("seed %d: at %d the level is %d of %d grains, it was to be empty at %d", seed, now, level, floor*per, empty)
			}
			if now == full && level != capacity*per || now < full && full != sim.Never && level == capacity*per && earn > spend {
				t.Fatalf("seed %d: at %d the level is %d of %d grains, it was to be full at %d", seed, now, level, capacity*per, full)
			}
			if random.IntN(40) == 0 {
				earn, spend = random.Int64N(30), random.Int64N(30)
				b.SetEarn(now, earn)
				b.SetSpend(now, spend)
				empty, full = b.EmptyAt(), b.FullAt()
			}
			for _, c := range []struct{ got, grains int64 }{{b.At(now), level}, {b.Lost(now), lost}, {b.Overdrawn(now), overdrawn}} {
				if want := int64(math.Floor(float64(c.grains) / float64(per))); c.got != want {
					t.Fatalf("seed %d: at %d %d, want %d of %d grains each", seed, now, c.got, want, per)
				}
			}
			level += earn - spend
			lost += max(0, level-capacity*per)
			overdrawn += max(0, floor*per-level)
			level = min(max(level, floor*per), capacity*per)
		}
	}
}

// A sawtooth of k charges and discharges comes back to where it started, with
// nothing rounded away: a third of a unit a second, for odd nanoseconds.
func TestSawtoothLosesNothing(t *testing.T) {
	b := New(0, Spec{Capacity: 1 << 40, Floor: -1000, Start: 5, Per: 3 * sim.Second})
	now := sim.Time(0)
	for range 100_000 {
		b.SetEarn(now, 1)
		now += 1_000_000_007
		b.SetEarn(now, 0)
		b.SetSpend(now, 7)
		now += 1
		b.SetSpend(now, 0)
	}
	// 10⁵ × (1,000,000,007 − 7) grains are a third of 10⁵ units.
	if got, want := b.level, b.units(5).plus(product(100_000, 1_000_000_000)); got != want {
		t.Errorf("level %v, want %v, in grains", got, want)
	}
	if b.At(now) != 5+33_333 || b.Lost(now) != 0 || b.Overdrawn(now) != 0 {
		t.Errorf("level %d, lost %d, overdrawn %d, want 33338, 0, 0", b.At(now), b.Lost(now), b.Overdrawn(now))
	}
}

func TestTakeIsAllOrNothing(t *testing.T) {
	b := New(0, Spec{Capacity: 10, Start: 10, Per: sim.Second})
	b.SetEarn(0, 1)
	for _, c := range []struct {
		at     sim.Time
		amount int64
		want   bool
		left   int64
	}{
		{0, 11, false, 10}, {0, 4, true, 6}, {0, 7, false, 6}, {sim.Second - 1, 7, false, 6}, {sim.Second, 7, true, 0},
		{sim.Second, 0, true, 0}, {2*sim.Second - 1, 1, false, 0}, {sim.Hour, 10, true, 0},
	} {
		if got := b.Take(c.at, c.amount); got != c.want || b.At(c.at) != c.left {
			t.Errorf("at %v taking %d: %v with %d left, want %v with %d", c.at, c.amount, got, b.At(c.at), c.want, c.left)
		}
	}
	if got := b.Overdrawn(sim.Hour); got != 0 {
		t.Errorf("%d overdrawn by what was refused", got)
	}
}

func TestResizeSettlesWhatIsBeyond(t *testing.T) {
	b := New(0, Spec{Capacity: 100, Floor: -50, Per: sim.Second})
	b.SetSpend(0, 10)
	b.Resize(3*sim.Second, 0, 100)
	if b.At(3*sim.Second) != 0 || b.Overdrawn(3*sim.Second) != 30 {
		t.Errorf("level %d, overdrawn %d, want 0 and 30", b.At(3*sim.Second), b.Overdrawn(3*sim.Second))
	}
	b.SetSpend(3*sim.Second, 0)
	b.Put(3*sim.Second, 80)
	b.Resize(4*sim.Second, 0, 60)
	if b.At(4*sim.Second) != 60 || b.Lost(4*sim.Second) != 20 {
		t.Errorf("level %d, lost %d, want 60 and 20", b.At(4*sim.Second), b.Lost(4*sim.Second))
	}
}

func TestMisusePanics(t *testing.T) {
	for name, misuse := range map[string]func(b *Bucket){
		"no time":         func(*Bucket) { New(0, Spec{Capacity: 1}) },
		"a long time":     func(*Bucket) { New(0, Spec{Per: sim.Never}) },
		"too full":        func(*Bucket) { New(0, Spec{Per: 1, Start: 1}) },
		"too empty":       func(*Bucket) { New(0, Spec{Per: 1, Start: -1}) },
		"earning":         func(b *Bucket) { b.SetEarn(0, -1) },
		"spending":        func(b *Bucket) { b.SetSpend(0, -1) },
		"taking":          func(b *Bucket) { b.Take(0, -1) },
		"bounds":          func(b *Bucket) { b.Resize(0, 2, 1) },
		"looking back":    func(b *Bucket) { b.SetSpend(5, 1); b.At(4) },
		"changing before": func(b *Bucket) { b.SetSpend(5, 1); b.Put(4, 1) },
	} {
		b := New(0, Spec{Capacity: 1, Per: 1})
		if got := said(func() { misuse(&b) }); !strings.HasPrefix(got, "bucket: ") {
			t.Errorf("%s: panics with %q", name, got)
		}
	}
}

// said returns what a function panics with.
func said(f func()) (message string) {
	defer func() { message, _ = recover().(string) }()
	f()
	return ""
}

func TestGrainsAgreeWithBig(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	number := func() int64 { return int64(random.Uint64()) >> random.IntN(64) }
	big128 := func(g grains) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(g.hi), 64)
		return n.Add(n, new(big.Int).SetUint64(g.lo))
	}
	hold := func(n *big.Int) int64 {
		switch {
		case n.IsInt64():
			return n.Int64()
		case n.Sign() < 0:
			return math.MinInt64
		}
		return math.MaxInt64
	}
	for range 200_000 {
		a, b, c, d := number(), number(), number(), number()
		g, h := product(a>>1, b), product(c>>1, d)
		if want := new(big.Int).Mul(big.NewInt(a>>1), big.NewInt(b)); big128(g).Cmp(want) != 0 {
			t.Fatalf("%d·%d = %v", a>>1, b, big128(g))
		}
		sum, difference := new(big.Int).Add(big128(g), big128(h)), new(big.Int).Sub(big128(g), big128(h))
		if big128(g.plus(h)).Cmp(sum) != 0 || big128(g.minus(h)).Cmp(difference) != 0 || g.less(h) != (difference.Sign() < 0) {
			t.Fatalf("%v and %v: sum %v, difference %v, less %v", big128(g), big128(h), big128(g.plus(h)), big128(g.minus(h)), g.less(h))
		}
		by := random.Int64()>>random.IntN(63) + 1
		if by < 1 {
			by = 1
		}
		if got, want := g.over(by), hold(new(big.Int).Div(big128(g), big.NewInt(by))); got != want {
			t.Fatalf("%v / %d = %d, want %d", big128(g), by, got, want)
		}
		if g.hi >= 0 {
			up := new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(big128(g)), big.NewInt(by)))
			if got, want := g.overUp(by), hold(up); got != want {
				t.Fatalf("%v / %d rounded up = %d, want %d", big128(g), by, got, want)
			}
		}
	}
}

func TestBucketsAllocateNothing(t *testing.T) {
	b := New(0, Spec{Capacity: 1 << 40, Per: sim.Second})
	now, granted := sim.Time(0), 0
	if got := testing.AllocsPerRun(1, func() {
		for i := range int64(10_000) {
			now += sim.Millisecond
			b.SetEarn(now, i%300)
			b.SetSpend(now, i%7)
			if b.Take(now, 1) {
				granted++
			}
			now = max(now, min(b.EmptyAt(), now+b.FullAt()%sim.Second))
		}
	}); got != 0 || granted == 0 {
		t.Errorf("%v allocations, %d granted", got, granted)
	}
}

func BenchmarkSetSpend(b *testing.B) {
	k := New(0, Spec{Capacity: 1 << 40, Per: sim.Second})
	now, due := sim.Time(0), sim.Time(0)
	for i := int64(0); b.Loop(); i++ {
		now += sim.Microsecond
		k.SetSpend(now, i&1023)
		due ^= k.EmptyAt()
	}
}

// Who keeps the account of a bucket elsewhere and brings it up to date has what the bucket
// would have had.
func TestWhatIsMissingIsTheBucketsAccount(t *testing.T) {
	spec := Spec{Capacity: 1000, Start: 1000, Per: sim.Second}
	a, b := New(0, spec), New(0, spec)
	a.SetEarn(0, 7)
	b.SetEarn(0, 7)
	a.SetSpend(0, 31)
	a.SetSpend(12_345_678_901, 0)
	b.Miss(12_345_678_901, 12_345_678_901*(31-7))
	for at := sim.Time(12_345_678_901); at < 100*sim.Second; at += 7_777_777_777 {
		got, ok := b.Missing(at)
		want, _ := a.Missing(at)
		if !ok || got != want || a.At(at) != b.At(at) {
			t.Errorf("at %v %d is missing and the level %d, want %d and %d", at, got, b.At(at), want, a.At(at))
		}
	}
	if got, _ := b.Missing(100 * sim.Second); got != 0 {
		t.Errorf("%d is missing of a bucket that has filled up", got)
	}
	if message := said(func() { b.Miss(1, 0) }); message == "" {
		t.Error("time went back")
	}
	huge := New(0, Spec{Capacity: Unbounded, Per: sim.Second})
	if _, ok := huge.Missing(0); ok {
		t.Error("what does not fit is said to")
	}
}

package bucket

import (
	"math/big"
	"testing"

	"headroom/sim"
)

// twin is a bucket as one would write it first: every number a fraction.
type twin struct {
	level, floor, capacity *big.Rat
	lost, overdrawn        *big.Rat
	now, per               sim.Time
	earn, spend            int64
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func newTwin(at sim.Time, spec Spec) *twin {
	return &twin{
		level: whole(spec.Start), floor: whole(spec.Floor), capacity: whole(spec.Capacity),
		lost: whole(0), overdrawn: whole(0), now: at, per: spec.Per,
	}
}

// move lets time pass and adds an amount.
func (w *twin) move(at sim.Time, amount int64) {
	gain := new(big.Rat).Sub(whole(w.earn), whole(w.spend))
	gain.Mul(gain, big.NewRat(int64(at-w.now), int64(w.per)))
	w.now = at
	w.add(gain)
	w.add(whole(amount))
}

func (w *twin) add(gain *big.Rat) {
	w.level = new(big.Rat).Add(w.level, gain)
	if w.level.Cmp(w.capacity) > 0 {
		w.lost.Add(w.lost, new(big.Rat).Sub(w.level, w.capacity))
		w.level = w.capacity
	}
	if w.level.Cmp(w.floor) < 0 {
		w.overdrawn.Add(w.overdrawn, new(big.Rat).Sub(w.floor, w.level))
		w.level = w.floor
	}
}

func (w *twin) take(at sim.Time, amount int64) bool {
	w.move(at, 0)
	if new(big.Rat).Sub(w.level, whole(amount)).Cmp(w.floor) < 0 {
		return false
	}
	w.add(whole(-amount))
	return true
}

func (w *twin) resize(at sim.Time, floor, capacity int64) {
	w.move(at, 0)
	w.floor, w.capacity = whole(floor), whole(capacity)
	w.add(whole(0))
}

// reaches is when the level meets another.
func (w *twin) reaches(target *big.Rat) sim.Time {
	distance := new(big.Rat).Sub(target, w.level)
	switch {
	case target.Cmp(w.floor) < 0 || target.Cmp(w.capacity) > 0:
		return sim.Never
	case distance.Sign() == 0:
		return w.now
	case distance.Sign() != whole(w.earn).Cmp(whole(w.spend)):
		return sim.Never
	}
	speed := new(big.Rat).Sub(whole(w.earn), whole(w.spend))
	wait := distance.Quo(distance, speed)
	wait.Mul(wait, whole(int64(w.per)))
	up := new(big.Int).Neg(roundDown(wait.Neg(wait)))
	if up.Cmp(big.NewInt(int64(sim.Horizon-w.now))) > 0 {
		return sim.Never
	}
	return w.now + sim.Time(up.Int64())
}

func roundDown(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) } // Div is Euclid's

// sizes that a script chooses from, in units, and times for rates.
var (
	sizes = []int64{0, 1, 2, 7, 100, 3600, 1_000_003, 5_400_000, 1 << 40, 1<<62 + 1, Unbounded}
	pers  = []sim.Time{1, 3, 10, sim.Microsecond, sim.Second, 48 * sim.Second, sim.Hour, sim.Day, sim.Horizon}
)

// FuzzBucketAgreesWithFractions reads a script of four bytes a step, plays it to a
// bucket and to its twin, and compares all that can be seen after each step.
func FuzzBucketAgreesWithFractions(f *testing.F) {
	f.Add([]byte("what is earned is spent, and what is spent was earned before"))
	for seed := range uint64(64) {
		script := make([]byte, 1200)
		state := seed*0x9e3779b97f4a7c15 + 1
		for i := range script {
			state = state*6364136223846793005 + 1442695040888963407
			script[i] = byte(state >> 56)
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 4 {
			return
		}
		pick := func(b byte) int64 { return sizes[int(b)%len(sizes)] }
		spec := Spec{Capacity: pick(script[0]), Floor: -pick(script[1]), Per: pers[int(script[3])%len(pers)]}
		spec.Start = min(pick(script[2]), spec.Capacity)
		now := sim.Time(script[0])
		b, w := New(now, spec), newTwin(now, spec)
		for script = script[4:]; len(script) >= 4 && now < sim.Horizon/2; script = script[4:] {
			amount := pick(script[1]) / (int64(script[2])%5 + 1)
			switch script[0] % 8 {
			case 0, 1:
				b.SetEarn(now, amount)
				w.move(now, 0)
				w.earn = amount
			case 2, 3:
				b.SetSpend(now, amount)
				w.move(now, 0)
				w.spend = amount
			case 4:
				if got, want := b.Take(now, amount), w.take(now, amount); got != want {
					t.Fatalf("at %d %d is taken: %v, of the twin %v", now, amount, got, want)
				}
			case 5:
				amount *= int64(script[3]%3) - 1
				b.Put(now, amount)
				w.move(now, amount)
			case 6: // when a bound is met, or just before
				if at := min(b.EmptyAt(), b.FullAt()); at < sim.Horizon/2 {
					now = max(now, at-sim.Time(script[1]%2))
				}
			default:
				if script[1]%8 == 0 {
					floor, capacity := -pick(script[2]), pick(script[3])
					b.Resize(now, floor, capacity)
					w.resize(now, floor, capacity)
				}
			}
			compare(t, &b, w, amount)
			now += sim.Time(script[2]) << (script[3] % 50)
			later := *w // looks change nothing
			later.lost, later.overdrawn = new(big.Rat).Set(w.lost), new(big.Rat).Set(w.overdrawn)
			later.move(now, 0)
			seen(t, &b, &later)
		}
	})
}

// seen compares levels and totals.
func seen(t *testing.T, b *Bucket, w *twin) {
	t.Helper()
	for _, c := range []struct {
		name string
		got  int64
		want *big.Rat
	}{{"level", b.At(w.now), w.level}, {"lost", b.Lost(w.now), w.lost}, {"overdrawn", b.Overdrawn(w.now), w.overdrawn}} {
		want := roundDown(c.want)
		if most := big.NewInt(1<<63 - 1); want.Cmp(most) > 0 {
			want = most
		}
		if want.Cmp(big.NewInt(c.got)) != 0 {
			t.Fatalf("%s at %d is %d, the twin's %v", c.name, w.now, c.got, c.want)
		}
	}
}

func compare(t *testing.T, b *Bucket, w *twin, target int64) {
	t.Helper()
	seen(t, b, w)
	if b.Earns() != w.earn || b.Spends() != w.spend {
		t.Fatalf("rates %d and %d, the twin's %d and %d", b.Earns(), b.Spends(), w.earn, w.spend)
	}
	empty, full := sim.Never, sim.Never
	if w.spend > w.earn {
		empty = w.reaches(w.floor)
	}
	if w.earn > w.spend {
		full = w.reaches(w.capacity)
	}
	if b.EmptyAt() != empty || b.FullAt() != full {
		t.Fatalf("at %d it is empty at %d and full at %d, the twin at %d and %d", w.now, b.EmptyAt(), b.FullAt(), empty, full)
	}
	if got, want := b.Reaches(target), w.reaches(whole(target)); got != want {
		t.Fatalf("at %d it reaches %d at %d, the twin at %d", w.now, target, got, want)
	}
}

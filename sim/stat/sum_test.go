package stat

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"headroom/sim"
)

// extremes are the integers at which arithmetic goes wrong.
var extremes = []int64{0, 1, -1, 127, 128, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, 1 << 53, -1 << 62}

// someInt draws an integer of any magnitude.
func someInt(r *rand.Rand) int64 {
	if r.IntN(10) == 0 {
		return extremes[r.IntN(len(extremes))]
	}
	return int64(r.Uint64()) >> r.IntN(64)
}

func TestSumMatchesBigIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var sum, products Sum
	want, wantProducts := new(big.Int), new(big.Int)
	for i := range 20_000 {
		a, b := someInt(r), someInt(r)
		sum.Add(a)
		want.Add(want, big.NewInt(a))
		products.AddProduct(a, b)
		wantProducts.Add(wantProducts, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		// Sums of many products fit 128 bits; the products of extremes wander.
		if sum.Big().Cmp(want) != 0 {
			t.Fatalf("step %d: sum %v, want %v", i, sum.Big(), want)
		}
		if wantProducts.BitLen() < 127 && products.Big().Cmp(wantProducts) != 0 {
			t.Fatalf("step %d: sum of products %v, want %v", i, products.Big(), wantProducts)
		}
		n := max(1, someInt(r))
		exact, _ := new(big.Rat).SetFrac(want, big.NewInt(n)).Float64()
		if got := sum.Over(n); got != exact {
			t.Fatalf("step %d: %v over %d = %v, want %v", i, want, n, got, exact)
		}
	}
}

func TestTallyMatchesBigIntegers(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		var tally Tally
		sum, squares := new(big.Rat), new(big.Rat)
		least, most := int64(math.MaxInt64), int64(math.MinInt64)
		n := 2 + r.IntN(300)
		var xs []*big.Rat
		for range n {
			v := someInt(r)
			if v == 0 && n%2 == 0 {
				tally.RecordZeros(1)
			} else {
				tally.Record(v)
			}
			least, most = min(least, v), max(most, v)
			x := new(big.Rat).SetInt64(v)
			xs = append(xs, x)
			sum.Add(sum, x)
		}
		mean := new(big.Rat).Quo(sum, new(big.Rat).SetInt64(int64(n)))
		for _, x := range xs { // the definition, not the shortcut
			d := new(big.Rat).Sub(x, mean)
			squares.Add(squares, d.Mul(d, d))
		}
		squares.Quo(squares, new(big.Rat).SetInt64(int64(n-1)))
		wantMean, _ := mean.Float64()
		wantVariance, _ := squares.Float64()
		if tally.Mean() != wantMean || tally.Variance() != wantVariance {
			t.Errorf("seed %d: mean %v, variance %v, want %v, %v",
				seed, tally.Mean(), tally.Variance(), wantMean, wantVariance)
		}
		if tally.Min() != least || tally.Max() != most || tally.Count() != int64(n) {
			t.Errorf("seed %d: min %d, max %d, count %d, want %d, %d, %d",
				seed, tally.Min(), tally.Max(), tally.Count(), least, most, n)
		}
	}
}

func TestTallyOfNothingHasNoMean(t *testing.T) {
	var tally Tally
	if !math.IsNaN(tally.Mean()) || !math.IsNaN(tally.Variance()) {
		t.Errorf("mean %v, variance %v, want NaN", tally.Mean(), tally.Variance())
	}
	tally.Record(-5)
	if tally.Max() != -5 || tally.Mean() != -5 || !math.IsNaN(tally.Variance()) {
		t.Errorf("of −5: max %v, mean %v, variance %v", tally.Max(), tally.Mean(), tally.Variance())
	}
}

// TestMergingIsRecordingTheUnion splits a stream into three parts, merges them in
// every order and grouping, and demands the very state of one accumulator.
func TestMergingIsRecordingTheUnion(t *testing.T) {
	type all struct {
		tally     Tally
		histogram Histogram
	}
	merge := func(parts ...*all) *all {
		to := &all{}
		for _, from := range parts {
			to.tally.Merge(&from.tally)
			to.histogram.Merge(&from.histogram)
		}
		return to
	}
	same := func(a, b *all) bool {
		return a.tally == b.tally && equalHistograms(&a.histogram, &b.histogram)
	}
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		parts := [3]*all{merge(), merge(), merge()}
		union := merge()
		for range r.IntN(200) {
			v := someInt(r)
			for _, to := range []*all{union, parts[r.IntN(3)]} {
				to.tally.Record(v)
				to.histogram.Record(v & math.MaxInt64)
			}
		}
		a, b, c := parts[0], parts[1], parts[2]
		for i, got := range []*all{
			merge(a, b, c), merge(c, b, a), merge(b, a, c),
			merge(merge(a, b), c), merge(a, merge(b, c)), merge(merge(c), merge(), merge(a, b)),
		} {
			if !same(got, union) {
				t.Errorf("seed %d: merge order %d differs from the union", seed, i)
			}
		}
	}
}

func TestLevelMatchesItsPath(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 4))
		var level Level
		var path []int64 // the level in each nanosecond
		start := 0
		value := int64(0)
		check := func(now int) {
			held := path[start:now]
			area := int64(0)
			least, most := value, value
			for i, v := range held {
				area += v
				if i == 0 {
					least, most = v, v
				}
				least, most = min(least, v), max(most, v)
			}
			mean := float64(value)
			if len(held) > 0 {
				mean = float64(area) / float64(len(held))
			}
			at := sim.Time(now)
			if level.Area(at).Float64() != float64(area) || level.Mean(at) != mean ||
				level.Min(at) != least || level.Max(at) != most || level.Value() != value {
				t.Fatalf("seed %d, instant %d: area %v, mean %v, min %d, max %d, want %d, %v, %d, %d", seed, now,
					level.Area(at).Float64(), level.Mean(at), level.Min(at), level.Max(at), area, mean, least, most)
			}
		}
		for range 60 {
			for range r.IntN(4) { // several changes at one instant, or none
				path = append(path, value)
			}
			now := len(path)
			check(now)
			switch next := r.Int64N(20) - 5; r.IntN(8) {
			case 0:
				level.Reset(sim.Time(now))
				start = now
			case 1, 2, 3:
				level.Add(sim.Time(now), next)
				value += next
			default:
				level.Set(sim.Time(now), next)
				value = next
			}
			check(now)
		}
	}
}

func TestLevelIgnoresWhatLastsNoTime(t *testing.T) {
	var level Level
	level.Set(0, 3)
	level.Set(10, 100)
	level.Set(10, 4)
	if got := level.Max(20); got != 4 {
		t.Errorf("max %d, want 4: 100 lasted no time", got)
	}
	if got := level.Min(20); got != 3 {
		t.Errorf("min %d, want 3: 0 lasted no time", got)
	}
}

func TestLevelAreaCannotOverflow(t *testing.T) {
	var level Level
	level.Set(0, math.MaxInt64)
	want := new(big.Int).Mul(big.NewInt(math.MaxInt64), big.NewInt(int64(sim.Horizon)))
	if got := level.Area(sim.Horizon).Big(); got.Cmp(want) != 0 {
		t.Errorf("area %v, want %v", got, want)
	}
	if got := level.Mean(sim.Horizon); got != math.MaxInt64 {
		t.Errorf("mean %v, want %v", got, float64(math.MaxInt64))
	}
}

func TestLevelRefusesThePast(t *testing.T) {
	mustPanic(t, "level in the past", func() {
		var level Level
		level.Set(10, 1)
		level.Set(9, 1)
	})
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	f()
}

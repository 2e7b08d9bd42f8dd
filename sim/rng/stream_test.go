package rng

import (
	"math"
	"math/bits"
	"testing"
	"unsafe"
)

func TestStreamIsSmall(t *testing.T) {
	if got := unsafe.Sizeof(Stream{}); got > 32 {
		t.Errorf("got %d bytes, want at most 32", got)
	}
}

func TestUniformIsInsideTheUnitInterval(t *testing.T) {
	smallest, largest := 0.5*0x1p-52, (float64(1<<52-1)+0.5)*0x1p-52
	if smallest <= 0 || largest >= 1 || 1-smallest != largest {
		t.Errorf("got extremes %v and %v, want them inside (0, 1) and symmetric", smallest, largest)
	}
	s := New(testSeed, 0, "uniform")
	for range 100_000 {
		if u := s.Uniform(); u < smallest || u > largest {
			t.Fatalf("got %v", u)
		}
	}
}

func TestBelowStaysInRangeAndRefusesNothingToChoose(t *testing.T) {
	s := New(testSeed, 0, "below")
	for _, n := range []int{1, 2, 3, 1000, math.MaxInt} {
		for range 1000 {
			if got := s.Below(n); got < 0 || got >= n {
				t.Fatalf("Below(%d): got %d", n, got)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Below(0): got no panic")
		}
	}()
	s.Below(0)
}

// chiSquare returns how many standard deviations the statistic of counts is
// from its mean, if all cells are equally likely.
func chiSquare(counts []int, n int) float64 {
	want := float64(n) / float64(len(counts))
	sum := 0.0
	for _, c := range counts {
		off := float64(c) - want
		sum += off * off / want
	}
	free := float64(len(counts) - 1)
	return (sum - free) / math.Sqrt(2*free)
}

func TestStreamsAreEquidistributed(t *testing.T) {
	const n = 1_000_000
	for _, name := range []string{"", "a", "workload/browsers/demand"} {
		s := New(testSeed, 0, name)
		singles, pairs, low, below := make([]int, 1000), make([]int, 1<<12), make([]int, 256), make([]int, 77)
		last := 0
		for range n {
			v := s.Uint64()
			singles[int(float64(v>>11)*0x1p-53*1000)]++
			pairs[last<<6|int(v>>58)]++
			last = int(v >> 58)
			low[v&255]++
			below[s.Below(77)]++
		}
		for what, counts := range map[string][]int{"singles": singles, "pairs": pairs, "low bits": low, "below 77": below} {
			if z := chiSquare(counts, n); math.Abs(z) > 4.5 {
				t.Errorf("%q, %s: chi-square is %.1f standard deviations off (seed %d)", name, what, z, testSeed)
			}
		}
	}
}

// Streams whose names, replications or seeds are neighbours agree in half of
// their bits and do not correlate.
func TestNeighbouringStreamsAreUnrelated(t *testing.T) {
	base := func() Stream { return New(testSeed, 7, "workload/a") }
	for name, other := range map[string]Stream{
		"name":        New(testSeed, 7, "workload/b"),
		"longer name": New(testSeed, 7, "workload/a\x00"),
		"replication": New(testSeed, 8, "workload/a"),
		"seed":        New(testSeed+1, 7, "workload/a"),
		"swapped":     New(7, testSeed, "workload/a"),
	} {
		const n = 200_000
		a := base()
		agree, product := 0, 0.0
		for range n {
			x, y := a.Uint64(), other.Uint64()
			agree += 64 - bits.OnesCount64(x^y)
			product += (float64(x>>11)*0x1p-53 - 0.5) * (float64(y>>11)*0x1p-53 - 0.5)
		}
		if z := (float64(agree) - 32*n) / math.Sqrt(16*n); math.Abs(z) > 4.5 {
			t.Errorf("%s: bits agree %.1f standard deviations from half", name, z)
		}
		if z := product / n * 12 * math.Sqrt(n); math.Abs(z) > 4.5 {
			t.Errorf("%s: correlation is %.1f standard deviations from 0", name, z)
		}
	}
}

// The first number of many replications is itself a good random sequence.
func TestFirstNumbersAreEquidistributed(t *testing.T) {
	const n = 100_000
	counts := make([]int, 256)
	seen := make(map[uint64]bool, n)
	for i := range n {
		s := New(testSeed, i, "first")
		v := s.Uint64()
		counts[v>>56]++
		seen[v] = true
	}
	if z := chiSquare(counts, n); math.Abs(z) > 4.5 {
		t.Errorf("chi-square is %.1f standard deviations off", z)
	}
	if len(seen) != n {
		t.Errorf("got %d distinct first numbers of %d streams", len(seen), n)
	}
}

func TestStandardVariatesAreTheQuantiles(t *testing.T) {
	a, b, u := New(1, 2, "x"), New(1, 2, "x"), New(1, 2, "x")
	for range 1000 {
		v := u.Uniform()
		if got, want := a.Exponential(), -math.Log1p(-v); !near(got, want, 1e-7) {
			t.Fatalf("Exponential at %v: got %v, want %v", v, got, want)
		}
		if got := 0.5 * math.Erfc(-b.Normal()/math.Sqrt2); !near(got, v, 1e-7) {
			t.Fatalf("Normal at %v: its probability is %v", v, got)
		}
	}
}

// The streams are part of what a seed promises: a change here changes the
// result of every scenario.
func TestGoldenOutputsAreUnchanged(t *testing.T) {
	for _, c := range []struct {
		stream Stream
		want   [3]uint64
	}{
		{New(0, 0, ""), [3]uint64{0xfc0cb9c5aff1b59b, 0xfa5e8457d86dd17b, 0x3c227c9d4ca0c6c6}},
		{New(42, 0, "workload/browsers/demand"), [3]uint64{0xf1b241f2be302bd7, 0xf827f8c60cf7f9f0, 0xa86b0d53a3e6325a}},
		{New(42, 1, "workload/browsers/demand"), [3]uint64{0x24aee2c116dcacd2, 0x395508ff722a0edb, 0x8e06efc1733b4905}},
	} {
		s := c.stream
		for i, want := range c.want {
			if got := s.Uint64(); got != want {
				t.Errorf("%+v: number %d: got %#x, want %#x", c.stream, i, got, want)
			}
		}
	}
}

// TestExponentialIsTheLogarithmOfWhatIsLeft draws by the bits and by the uniform number that they make.
func TestExponentialIsTheLogarithmOfWhatIsLeft(t *testing.T) {
	a := New(3, 0, "left")
	b := a
	check := func(z uint64, u, got float64) {
		if want := negLog(1 - u); got != want || math.Float64frombits(left(z))*0x1p-53 != 1-u {
			t.Fatalf("bits %#x, uniform %v: got %v and left %#x, want %v", z, u, got, left(z), want)
		}
	}
	for range 200_000 {
		c := b
		check(c.Uint64(), b.Uniform(), a.Exponential())
	}
	for _, z := range []uint64{0, 1, 1<<12 - 1, 1 << 12, 1 << 63, math.MaxUint64} {
		check(z, (float64(z>>12)+0.5)*0x1p-52, negLogBits(left(z), leftBias))
	}
}

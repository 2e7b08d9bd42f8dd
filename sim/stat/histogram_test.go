package stat

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// permitted is the relative error that Quantile promises.
const permitted = 1.0 / perOctave

// asked are the quantiles that tests ask for.
var asked = []float64{0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1}

func equalHistograms(a, b *Histogram) bool {
	return slices.Equal(a.buckets, b.buckets) &&
		a.count == b.count && a.sum == b.sum && a.max == b.max && a.below == b.below
}

// checkAgainstSorted compares a histogram with the sorted observations, which it
// sorts.
func checkAgainstSorted(t *testing.T, xs []int64) {
	t.Helper()
	var h Histogram
	var tally Tally
	for _, x := range xs {
		h.Record(x)
		tally.Record(x)
	}
	slices.Sort(xs)
	n := len(xs)
	if h.Count() != int64(n) || h.Min() != xs[0] || h.Max() != xs[n-1] || h.Mean() != tally.Mean() {
		t.Fatalf("count %d, min %d, max %d, mean %v, want %d, %d, %d, %v",
			h.Count(), h.Min(), h.Max(), h.Mean(), n, xs[0], xs[n-1], tally.Mean())
	}
	previous := int64(0)
	for _, q := range asked {
		rank := int(math.Round(q * float64(n))) // ⌈q·n⌉, but for a rounding above an integer
		if math.Abs(q*float64(n)-float64(rank)) > 1e-9*float64(n) {
			rank = int(math.Ceil(q * float64(n)))
		}
		want := xs[max(rank, 1)-1]
		got := h.Quantile(q)
		if math.Abs(float64(got)-float64(want)) > permitted*float64(want) || want < 2*perOctave && got != want {
			t.Fatalf("%d observations: quantile %v = %d, want %d", n, q, got, want)
		}
		if got < previous {
			t.Fatalf("%d observations: quantile %v = %d below the one before, %d", n, q, got, previous)
		}
		previous = got
	}
	total := int64(0)
	for b := range h.filled() {
		first, _ := slices.BinarySearch(xs, b.from)
		beyond, _ := slices.BinarySearch(xs, b.to)
		for beyond < n && xs[beyond] == b.to {
			beyond++
		}
		if int64(beyond-first) != b.count {
			t.Fatalf("bucket %+v, want %d observations", b, beyond-first)
		}
		total += b.count
	}
	if total != h.Count() {
		t.Fatalf("buckets hold %d observations of %d", total, h.Count())
	}
}

func FuzzHistogramAgreesWithSorted(f *testing.F) {
	f.Add([]byte{1}, uint8(0))
	f.Add([]byte("capacity that is not there cannot be sold"), uint8(13))
	f.Add(slices.Repeat([]byte{0xff}, 64), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, shift uint8) {
		var xs []int64
		for len(data) > 0 {
			var word [8]byte
			data = data[copy(word[:], data):]
			// The low bits of each word choose its magnitude too.
			v := binary.LittleEndian.Uint64(word[:])
			xs = append(xs, int64(v>>1>>((uint64(shift)+v%5*11)%63)))
		}
		if len(xs) > 0 {
			checkAgainstSorted(t, xs)
		}
	})
}

func TestHistogramQuantilesAreWithinOnePercent(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand) float64{
		"lognormal":   func(r *rand.Rand) float64 { return 5e6 * math.Exp(1.5*r.NormFloat64()) },
		"pareto":      func(r *rand.Rand) float64 { return 1e6 * math.Pow(1-r.Float64(), -1/1.1) },
		"exponential": func(r *rand.Rand) float64 { return 1e9 * r.ExpFloat64() },
		"small":       func(r *rand.Rand) float64 { return 300 * r.Float64() },
	} {
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 5))
			xs := make([]int64, 200_000)
			for i := range xs {
				xs[i] = int64(min(draw(r), 1e18))
			}
			t.Run(name, func(t *testing.T) { checkAgainstSorted(t, xs) })
		}
	}
}

func TestHistogramBucketsTileTheIntegers(t *testing.T) {
	next := int64(0)
	for i := range int(bucketOf(math.MaxInt64)) + 1 {
		from, width := bucketBounds(i)
		if from != next || bucketOf(from) != uint(i) || bucketOf(from+width-1) != uint(i) {
			t.Fatalf("bucket %d starts at %d and is %d wide, want start %d", i, from, width, next)
		}
		next = from + width // wraps after the last
	}
	if next != math.MinInt64 {
		t.Errorf("the last bucket ends before %d, want the largest integer", next)
	}
	if got := bucketOf(-1); got <= bucketOf(math.MaxInt64) {
		t.Errorf("a negative value shares bucket %d", got)
	}
}

func TestHistogramStaysSmall(t *testing.T) {
	var h Histogram
	h.Record(3_600_000_000_000) // an hour
	if size := 8 * len(h.buckets); size > 36<<10 {
		t.Errorf("%d bytes up to an hour, want 36 KiB", size)
	}
	h.Record(math.MaxInt64)
	if size := 8 * len(h.buckets); size > 57<<10 {
		t.Errorf("%d bytes for any value, want 57 KiB", size)
	}
}

func TestHistogramInterpolatesInsideABucket(t *testing.T) {
	var h Histogram
	from, width := bucketBounds(20 * perOctave)
	h.Record(0)
	for i := range int64(1000) {
		h.Record(from + i*width/1000)
	}
	h.Record(math.MaxInt64)
	for _, q := range []float64{0.1, 0.5, 0.9} {
		got := float64(h.Quantile(q)-from) / float64(width)
		if math.Abs(got-q) > 0.005 {
			t.Errorf("quantile %v lies at %v of its bucket", q, got)
		}
	}
}

func TestHistogramOfNothing(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Min() != 0 || h.Max() != 0 || !math.IsNaN(h.Mean()) {
		t.Errorf("empty: median %d, min %d, max %d, mean %v", h.Quantile(0.5), h.Min(), h.Max(), h.Mean())
	}
	mustPanic(t, "negative value", func() { h.Record(-1) })
	mustPanic(t, "quantile above 1", func() { h.Quantile(1.1) })
	mustPanic(t, "quantile NaN", func() { h.Quantile(math.NaN()) })
	if h.Count() != 0 {
		t.Errorf("a refused value was counted")
	}
}

// What a histogram got since an earlier copy of it is what a second one got that was
// begun then: the same buckets, sum and quantiles, extremes within a bucket.
func TestWhatCameSinceIsWhatAnotherHistogramGot(t *testing.T) {
	var since, seen Histogram // used again, as by minutes
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 9))
		var all, later Histogram
		draw := func() int64 { return int64(r.Uint64()>>1) >> r.IntN(63) }
		for range r.IntN(50) {
			all.Record(draw())
		}
		seen.Set(&all)
		for range r.IntN(50) {
			v := draw()
			all.Record(v)
			later.Record(v)
		}
		since.SetSince(&all, &seen)
		if since.Count() != later.Count() || since.Sum() != later.Sum() || len(since.buckets) != len(later.buckets) && later.Count() > 0 {
			t.Fatalf("seed %d: %d observations of sum %v in %d buckets, want %d, %v, %d",
				seed, since.Count(), since.Sum(), len(since.buckets), later.Count(), later.Sum(), len(later.buckets))
		}
		for _, q := range []float64{0, 0.25, 0.5, 0.95, 0.99, 1} {
			got, want := float64(since.Quantile(q)), float64(later.Quantile(q))
			if math.Abs(got-want) > 0.0079*want {
				t.Errorf("seed %d: quantile %v is %v, want %v", seed, q, got, want)
			}
		}
		var union Histogram
		union.Merge(&since)
		if union.Count() != later.Count() {
			t.Errorf("seed %d: merged %d, want %d", seed, union.Count(), later.Count())
		}
	}
}

// TestWhatIsPlacedAndAddedIsRecorded: halves of observations make the same histogram as whole ones.
func TestWhatIsPlacedAndAddedIsRecorded(t *testing.T) {
	const share = 7
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		var whole, halves Histogram
		for range 1 + r.IntN(5) {
			count, sum := int64(r.IntN(40)), int64(0)
			for range count {
				v := r.Int64N(1 << r.IntN(50))
				whole.Record(v + share)
				halves.Place(v + share)
				sum += v
			}
			halves.AddTotals(count, sum, share)
		}
		if !reflect.DeepEqual(whole, halves) {
			t.Fatalf("seed %d: count %d, sum %v, from %d to %d, want %d, %v, %d, %d", seed,
				halves.Count(), halves.Sum(), halves.Min(), halves.Max(), whole.Count(), whole.Sum(), whole.Min(), whole.Max())
		}
	}
}

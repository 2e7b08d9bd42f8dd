package stat

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/sim"
)

// latencies are 4096 lognormal durations around 5 ms: a power of two, so that
// picking one costs a mask.
func latencies() []int64 {
	r := rand.New(rand.NewPCG(1, 11))
	xs := make([]int64, 4096)
	for i := range xs {
		xs[i] = int64(5e6 * math.Exp(r.NormFloat64()))
	}
	return xs
}

func TestRecordingAllocatesNothing(t *testing.T) {
	var (
		tally     Tally
		level     Level
		histogram Histogram
	)
	histogram.Record(int64(sim.Minute))
	now := sim.Time(0)
	xs := latencies()
	got := testing.AllocsPerRun(100, func() {
		for _, x := range xs[:100] {
			now += sim.Time(x) / 10
			tally.Record(x)
			level.Add(now, 1)
			histogram.Record(x)
		}
		_ = level.Mean(now)
		_ = histogram.Quantile(0.99)
	})
	if got != 0 {
		t.Errorf("%v allocations per 100 observations, want 0", got)
	}
}

func BenchmarkTallyRecord(b *testing.B) {
	var tally Tally
	xs := latencies()
	for i := range b.N {
		tally.Record(xs[i&4095])
	}
}

func BenchmarkLevelAdd(b *testing.B) {
	var level Level
	xs := latencies()
	now := sim.Time(0)
	for i := range b.N {
		now += sim.Time(xs[i&4095] & 1023)
		level.Add(now, int64(1-2*(i&1)))
	}
}

func BenchmarkHistogramRecord(b *testing.B) {
	var histogram Histogram
	xs := latencies()
	for i := range b.N {
		histogram.Record(xs[i&4095])
	}
}

func BenchmarkHistogramQuantile(b *testing.B) {
	var histogram Histogram
	for _, x := range latencies() {
		histogram.Record(x)
	}
	for b.Loop() {
		_ = histogram.Quantile(0.99)
	}
}

func BenchmarkHistogramMerge(b *testing.B) {
	var to, from Histogram
	for _, x := range latencies() {
		from.Record(x)
	}
	for b.Loop() {
		to.Merge(&from)
	}
}

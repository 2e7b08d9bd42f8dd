package dataplane

import (
	"math"

	"headroom/model"
	"headroom/model/storage"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// batchMix is the batches that a request asks of a disk, as points of the same share of each of its steps.
type batchMix struct {
	queue           *storage.Queue
	values, weights []float64 // seconds of service
	visits          float64
	ios, bytes      [2]float64
	cost            [3]float64
	alone, each     float64
	sum, squares    float64   // of service, seconds: in all steps, and of what varies about that
	apart           float64   // squares by themselves
	before          []float64 // service in each step
}

// add adds a step of which the cache answers a share.
func (b *batchMix) add(io *IO, hit float64) {
	places := law.NewSpread(3)
	const share = 1.0 / batchPoints
	mean, square := 0.0, 0.0
	even := evenly(io, hit, places)
	for k := range batchPoints {
		count := int64(math.Round(io.Count.Quantile(places.At(k, 0))))
		size := model.Bytes(math.Round(io.Size.Quantile(places.At(k, 1))))
		if count = missed(count, hit, places.At(k, 2)); count <= 0 || size <= 0 {
			continue
		}
		cost := b.queue.Limits().Cost(storage.IO{Count: count, Size: size, Sequential: io.Sequential, Write: io.Write})
		took, rest := b.queue.Alone(cost)
		took *= even
		b.values, b.weights = append(b.values, took*1e-9), append(b.weights, 1)
		mean, square = mean+share*took*1e-9, square+share*took*took*1e-18
		each := took * 1e-9 / cost.Operations
		b.visits += share
		b.each += share * each
		b.alone += share * (rest.Seconds() + each)
		b.ios[direction(io.Write)] += share * even * float64(count)
		b.bytes[direction(io.Write)] += share * even * float64(count) * float64(size)
		for i, of := range [3]float64{cost.Operations, cost.Bytes, cost.Moved} {
			b.cost[i] += share * even * of
		}
	}
	b.before = append(b.before, mean)
	b.sum, b.squares, b.apart = b.sum+mean, b.squares+square-mean*mean, b.apart+square
}

// evenly is by how much more I/Os a batch of a step has on average than its points: near the limits of a disk
// a line tells a thousandth of its load.
func evenly(io *IO, hit float64, places *law.Spread) float64 {
	want, got := 0.0, 0.0
	for k := range batchPoints {
		count := int64(math.Round(io.Count.Quantile(places.At(k, 0))))
		want += float64(count) * (1 - hit)
		got += float64(missed(count, hit, places.At(k, 2)))
	}
	if got == 0 {
		return 1
	}
	return want / got
}

// together is the second moment of what a request brings over that of its visits one by one, less the part of it
// that those who wait for one of the visits, as many for each, do not bring yet.
func (b *batchMix) together() float64 {
	all := 0.0
	for k, mean := range b.before {
		all += float64(k+1) * mean
	}
	return (b.squares + b.sum*b.sum) / max(b.apart, 1e-300) * b.sum / max(all, 1e-300)
}

// demand is the distribution of the service of a visit.
func (b *batchMix) demand() (rng.Distribution, error) { return rng.Empirical(b.values, b.weights) }

// manyIOs are so many that how many of them miss is normally distributed.
const manyIOs = 256

// missed is a quantile of how many of some I/Os the cache does not answer.
func missed(count int64, hit, u float64) int64 {
	miss := 1 - hit
	switch {
	case miss >= 1 || count <= 0:
		return count
	case miss <= 0:
		return 0
	case count > manyIOs:
		n := float64(count)
		return min(count, max(0, int64(math.Round(n*miss+math.Sqrt(n*miss*hit)*math.Sqrt2*math.Erfinv(2*u-1)))))
	}
	term := math.Exp(float64(count) * math.Log(hit)) // none
	below := term
	for k := int64(0); k < count; k++ {
		if u < below {
			return k
		}
		term *= float64(count-k) / float64(k+1) * miss / hit
		below += term
	}
	return count
}

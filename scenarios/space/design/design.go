package design

import (
	"fmt"
	"math/bits"
	"strconv"

	"headroom/sim/rng"
)

// Sampler is a design in the unit cube.
type Sampler interface {
	// At returns the coordinate of a point on an axis, in [0, 1). Both count
	// from 0.
	At(point, axis int) float64
}

// Random returns independent uniforms.
func Random(seed uint64) Sampler { return random{seed} }

type random struct{ seed uint64 }

// At implements [Sampler].
func (r random) At(point, axis int) float64 {
	s := rng.New(r.seed, point, "sweep/random/"+strconv.Itoa(axis))
	return s.Uniform()
}

// LatinHypercube returns a Latin hypercube of so many points: each axis is cut
// into as many slices, and each slice holds one point, at a random place.
func LatinHypercube(seed uint64, points int) Sampler {
	if points < 1 {
		panic(fmt.Sprintf("design: Latin hypercube of %d points", points))
	}
	return latin{seed, uint64(points)}
}

type latin struct {
	seed   uint64
	points uint64
}

// At implements [Sampler].
func (l latin) At(point, axis int) float64 {
	slice := l.permuted(uint64(point), axis)
	s := rng.New(l.seed, point, "sweep/latin-hypercube/"+strconv.Itoa(axis))
	u := (float64(slice) + s.Uniform()) / float64(l.points)
	return min(u, 1-0x1p-53)
}

// feistelRounds make a keyed permutation of well-mixed halves; Luby and Rackoff
// (1988) show that four suffice against any observer.
const feistelRounds = 4

// permuted returns the slice of a point: a Feistel network on the next even
// number of bits, walked until it lands on a slice (Black and Rogaway, "Ciphers
// with Arbitrary Finite Domains", 2002), at most four steps on average.
func (l latin) permuted(point uint64, axis int) uint64 {
	half := max(1, (bits.Len64(l.points-1)+1)/2)
	mask := uint64(1)<<half - 1
	keys := rng.New(l.seed, axis, "sweep/latin-hypercube/slices")
	var key [feistelRounds]uint64
	for i := range key {
		key[i] = keys.Uint64()
	}
	for {
		left, right := point>>half, point&mask
		for _, k := range key {
			left, right = right, left^scatter(right^k)&mask
		}
		if point = left<<half | right; point < l.points {
			return point
		}
	}
}

// scatter mixes the bits of a number (the finaliser of SplitMix64).
func scatter(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Saltelli returns the design for Sobol indices of so many axes: point
// (axes+2)·j is row j of matrix A, the next is row j of B, and the k-th after
// these is A with coordinate k of B (Saltelli et al., "Variance based
// sensitivity analysis of model output", 2010). It takes 2·axes dimensions of
// the Sobol sequence.
func Saltelli(seed uint64, axes int) Sampler {
	return saltelli{Sobol(seed, 2*axes), axes}
}

type saltelli struct {
	sobol Sampler
	axes  int
}

// At implements [Sampler].
func (s saltelli) At(point, axis int) float64 {
	row, place := point/(s.axes+2), point%(s.axes+2)
	if place == 1 || place == axis+2 {
		return s.sobol.At(row, s.axes+axis)
	}
	return s.sobol.At(row, axis)
}

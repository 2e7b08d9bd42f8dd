package design

import (
	"math"
	"testing"
)

// samplers are all designs in two axes or more, with 64 points.
func samplers(seed uint64) map[string]Sampler {
	return map[string]Sampler{
		"random": Random(seed), "latin-hypercube": LatinHypercube(seed, 64),
		"sobol": Sobol(seed, 4), "saltelli": Saltelli(seed, 4),
	}
}

func TestCoordinatesAreInTheCubeAndRepeat(t *testing.T) {
	for name, s := range samplers(7) {
		again := samplers(7)[name]
		other := samplers(8)[name]
		moved := 0
		for i := range 64 {
			for axis := range 4 {
				u := s.At(i, axis)
				if u < 0 || u >= 1 {
					t.Errorf("%s: point %d axis %d is %v", name, i, axis, u)
				}
				if u != again.At(i, axis) {
					t.Errorf("%s: point %d axis %d differs between calls", name, i, axis)
				}
				if u != other.At(i, axis) {
					moved++
				}
			}
		}
		if moved < 200 {
			t.Errorf("%s: another seed moves only %d of 256 coordinates", name, moved)
		}
	}
}

func TestLatinHypercubeHasOnePointASlice(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 16, 17, 100, 1000, 1025} {
		s := LatinHypercube(42, n)
		for axis := range 3 {
			seen := make([]bool, n)
			for i := range n {
				slice := int(s.At(i, axis) * float64(n))
				if seen[slice] {
					t.Fatalf("%d points: slice %d of axis %d has two", n, slice, axis)
				}
				seen[slice] = true
			}
		}
	}
}

// Axes of a Latin hypercube must not follow each other.
func TestLatinHypercubeAxesAreUnrelated(t *testing.T) {
	const n = 2000
	s := LatinHypercube(1, n)
	product := 0.0
	for i := range n {
		product += (s.At(i, 0) - 0.5) * (s.At(i, 1) - 0.5)
	}
	if r := product / n * 12; math.Abs(r) > 4/math.Sqrt(n) {
		t.Errorf("correlation of two axes is %v", r)
	}
}

// The first points in three dimensions, as Joe and Kuo publish them.
func TestSobolBeginsAsPublished(t *testing.T) {
	want := [][3]float64{
		{0, 0, 0}, {0.5, 0.5, 0.5}, {0.75, 0.25, 0.25}, {0.25, 0.75, 0.75}, {0.375, 0.375, 0.625},
		{0.875, 0.875, 0.125}, {0.625, 0.125, 0.875}, {0.125, 0.625, 0.375}, {0.1875, 0.3125, 0.9375}, {0.6875, 0.8125, 0.4375},
	}
	s := Sobol(0, 3)
	for i, p := range want {
		for axis, x := range p {
			if got := s.At(i, axis); got != x {
				t.Errorf("point %d axis %d: got %v, want %v", i, axis, got, x)
			}
		}
	}
}

// Every aligned block of 2ᵏ points has one in each of 2ᵏ slices of each axis,
// shifted or not: what makes a Sobol sequence one.
func TestSobolFillsEverySlice(t *testing.T) {
	const n = 256
	for _, seed := range []uint64{0, 99} {
		s := Sobol(seed, MostSobol)
		for axis := range MostSobol {
			for _, first := range []int{0, n, 7 * n} {
				var seen [n]bool
				for i := range n {
					slice := int(s.At(first+i, axis) * n)
					if seen[slice] {
						t.Fatalf("seed %d axis %d: points %d… put two into slice %d", seed, axis, first, slice)
					}
					seen[slice] = true
				}
			}
		}
	}
}

// The integral of a smooth function in 6 dimensions converges far faster than by
// independent points, whose standard error here is 0.012.
func TestSobolIntegratesBetterThanChance(t *testing.T) {
	const n, axes = 1 << 12, 6
	s := Sobol(0, axes)
	sum := 0.0
	for i := range n {
		f := 1.0
		for axis := range axes {
			f *= 1 + (s.At(i, axis) - 0.5)
		}
		sum += f
	}
	if got := math.Abs(sum/n - 1); got > 0.001 {
		t.Errorf("integral is off by %v", got)
	}
}

func TestSaltelliMixesTwoMatrices(t *testing.T) {
	const axes = 3
	s := Saltelli(5, axes)
	for row := range 10 {
		first := row * (axes + 2)
		for k := range axes {
			for axis := range axes {
				want := s.At(first, axis)
				if axis == k {
					want = s.At(first+1, axis)
				}
				if got := s.At(first+2+k, axis); got != want {
					t.Errorf("row %d, mix %d, axis %d: got %v, want %v", row, k, axis, got, want)
				}
			}
			if s.At(first, k) == s.At(first+1, k) {
				t.Errorf("row %d: A and B agree on axis %d", row, k)
			}
		}
	}
}

package design

import (
	"fmt"
	"strconv"

	"headroom/sim/rng"
)

// MostSobol is the number of dimensions of the Sobol sequence.
const MostSobol = len(joeKuo) + 1

// digits is the number of binary digits of a coordinate: up to 2³² points.
const digits = 32

// direction describes one dimension: the coefficients of a primitive polynomial
// of degree len(start), but for the first and last, as bits, and the first
// direction numbers.
type direction struct {
	coefficients uint32
	start        []uint32
}

// joeKuo holds dimensions 2 and up of new-joe-kuo-6.21201: S. Joe and F. Y. Kuo,
// "Constructing Sobol sequences with better two-dimensional projections", SIAM
// J. Sci. Comput. 30 (2008).
var joeKuo = [...]direction{
	{0, []uint32{1}},
	{1, []uint32{1, 3}},
	{1, []uint32{1, 3, 1}},
	{2, []uint32{1, 1, 1}},
	{1, []uint32{1, 1, 3, 3}},
	{4, []uint32{1, 3, 5, 13}},
	{2, []uint32{1, 1, 5, 5, 17}},
	{4, []uint32{1, 1, 5, 5, 5}},
	{7, []uint32{1, 1, 7, 11, 19}},
	{11, []uint32{1, 1, 5, 1, 1}},
	{13, []uint32{1, 1, 1, 3, 11}},
	{14, []uint32{1, 3, 5, 5, 31}},
	{1, []uint32{1, 3, 3, 9, 7, 49}},
	{13, []uint32{1, 1, 1, 15, 21, 21}},
	{16, []uint32{1, 3, 1, 13, 27, 49}},
	{19, []uint32{1, 1, 1, 15, 7, 5}},
	{22, []uint32{1, 3, 1, 15, 13, 25}},
	{25, []uint32{1, 1, 5, 5, 19, 61}},
	{1, []uint32{1, 3, 7, 11, 23, 15, 103}},
	{4, []uint32{1, 3, 7, 13, 13, 15, 69}},
	{7, []uint32{1, 1, 3, 13, 7, 35, 63}},
	{8, []uint32{1, 3, 5, 9, 1, 25, 53}},
	{14, []uint32{1, 3, 1, 13, 9, 35, 107}},
	{19, []uint32{1, 3, 1, 5, 27, 61, 31}},
	{21, []uint32{1, 1, 5, 11, 19, 41, 61}},
	{28, []uint32{1, 3, 5, 3, 3, 13, 69}},
	{31, []uint32{1, 1, 7, 13, 1, 19, 1}},
	{32, []uint32{1, 3, 7, 5, 13, 19, 59}},
	{37, []uint32{1, 1, 3, 9, 25, 29, 41}},
	{41, []uint32{1, 3, 5, 13, 23, 1, 55}},
	{42, []uint32{1, 3, 7, 3, 13, 59, 17}},
}

// Sobol returns the Sobol sequence in so many dimensions, at most [MostSobol].
// Seed 0 is the sequence as it was published, from its origin on; any other
// moves it by a random digital shift, which keeps its evenness.
func Sobol(seed uint64, axes int) Sampler {
	if axes < 1 || axes > MostSobol {
		panic(fmt.Sprintf("design: Sobol sequence in %d dimensions", axes))
	}
	s := &sobol{}
	for axis := range axes {
		s.columns = append(s.columns, column(axis))
		shift := uint32(0)
		if seed != 0 {
			stream := rng.New(seed, axis, "sweep/sobol/shift/"+strconv.Itoa(axis))
			shift = uint32(stream.Uint64() >> 32)
		}
		s.shifts = append(s.shifts, shift)
	}
	return s
}

type sobol struct {
	columns [][digits]uint32 // direction numbers by axis
	shifts  []uint32
}

// At implements [Sampler]. Points follow each other in Gray-code order, as
// everybody generates them (Antonov and Saleev, 1979).
func (s *sobol) At(point, axis int) float64 {
	x := s.shifts[axis]
	gray := uint64(point) ^ uint64(point)>>1
	for k := 0; gray != 0; k, gray = k+1, gray>>1 {
		if gray&1 != 0 {
			x ^= s.columns[axis][k%digits]
		}
	}
	return float64(x) / (1 << digits)
}

// column returns the direction numbers of an axis, the recurrence of Bratley
// and Fox (Algorithm 659, 1988).
func column(axis int) [digits]uint32 {
	var v [digits]uint32
	if axis == 0 {
		for k := range v {
			v[k] = 1 << (digits - 1 - k)
		}
		return v
	}
	d := joeKuo[axis-1]
	degree := len(d.start)
	for k := range v {
		if k < degree {
			v[k] = d.start[k] << (digits - 1 - k)
			continue
		}
		v[k] = v[k-degree] ^ v[k-degree]>>degree
		for j := 1; j < degree; j++ {
			if d.coefficients>>(degree-1-j)&1 != 0 {
				v[k] ^= v[k-j]
			}
		}
	}
	return v
}

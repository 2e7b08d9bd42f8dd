package rng

import (
	"math"
	"math/bits"
)

// Stream is one named sequence of random numbers. Its n-th number is a hash of
// n under three keys (a SplitMix64 with its own increment, as in Steele, Lea
// and Flood, "Fast Splittable Pseudorandom Number Generators", 2014, and a key
// between the two rounds), so distinct names give unrelated sequences. The
// period is 2⁶⁴. The zero value is a valid but nameless stream; copying a
// Stream forks an identical sequence.
type Stream struct {
	counter uint64
	step    uint64
	key     uint64
}

// Multipliers and shifts of the finaliser, "Mix13" of Stafford (2011), and the
// golden ratio of 2⁶⁴.
const (
	mixFirst  = 0xbf58476d1ce4e5b9
	mixSecond = 0x94d049bb133111eb
	golden    = 0x9e3779b97f4a7c15
)

// New returns the stream called name of a replication of the run seeded with
// seed. The same three values always return the same stream.
func New(seed uint64, replication int, name string) Stream {
	h := mix(seed + golden)
	h = mix(h ^ (uint64(replication)+1)*golden)
	h = mix(h ^ (uint64(len(name))+1)*golden)
	for i := 0; i < len(name); i += 8 {
		var word uint64
		for j := i; j < min(i+8, len(name)); j++ {
			word = word<<8 | uint64(name[j])
		}
		h = mix(h + golden ^ word)
	}
	counter := mix(h + golden)
	step := mix(counter + golden)
	key := mix(step + golden)
	return Stream{counter: counter, step: step | 1, key: key}
}

// mix scatters the bits of z; it is a bijection.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * mixFirst
	z = (z ^ z>>27) * mixSecond
	return z ^ z>>31
}

// Fork returns the stream of one subject among many, named by a key: the way to
// draw what belongs to that subject whenever it is asked for, in any order.
func (s Stream) Fork(key uint64) Stream {
	s.counter = mix(s.counter ^ mix(key+golden))
	return s
}

// Key makes one key of two numbers: a subject and a part of it.
func Key(subject, part uint64) uint64 { return mix(mix(subject+golden) ^ (part+1)*golden) }

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	s.counter += s.step
	z := s.counter
	z = (z^z>>30)*mixFirst ^ s.key
	z = (z ^ z>>27) * mixSecond
	return z ^ z>>31
}

// Uniform returns a number strictly inside (0, 1): one of the 2⁵² odd
// multiples of 2⁻⁵³, so that 1-Uniform() is exact and as well behaved.
func (s *Stream) Uniform() float64 { return middle(s.Uint64()) }

// middle is the uniform number of 64 random bits.
func middle(z uint64) float64 { return (float64(z>>12) + 0.5) * 0x1p-52 }

// Below returns an integer in [0, n), by Lemire's multiplication without
// rejection: the bias is below n·2⁻⁶⁴. It consumes one number, and panics if n
// is not positive.
func (s *Stream) Below(n int) int {
	if n <= 0 {
		panic("rng: Below needs a positive bound")
	}
	high, _ := bits.Mul64(s.Uint64(), uint64(n))
	return int(high)
}

// Exponential returns an exponential variate of mean 1.
func (s *Stream) Exponential() float64 {
	return negLogBits(left(s.Uint64()), leftBias)
}

// left is 1 less the uniform number of 64 random bits, in units of 2⁻⁵³, as the bits of a float: it
// is an odd number of them, so that no rounding comes between.
func left(z uint64) uint64 { return math.Float64bits(float64(int64(^z>>11 | 1))) }

// leftBias is what is added to the exponent of left.
const leftBias = 1023 + 53

// Normal returns a standard normal variate.
func (s *Stream) Normal() float64 {
	return normalTable().at(s.Uniform())
}

// Draw returns one variate of d and consumes exactly one uniform.
func (s *Stream) Draw(d Distribution) float64 {
	return d.Quantile(s.Uniform())
}

// DrawOf is what the stream of a part of a subject draws first, s.Fork(Key(subject, part)).Draw(d), in half
// the time; and in none where d is fixed.
func (s *Stream) DrawOf(subject, part uint64, d Distribution) float64 {
	if f, ok := d.(fixed); ok {
		return float64(f)
	}
	own := Stream{mix(s.counter ^ mix(Key(subject, part)+golden)), s.step, s.key}
	z := own.Uint64()
	if e, ok := d.(*exponential); ok {
		return e.mean * negLogBits(left(z), leftBias)
	}
	return d.Quantile(middle(z))
}

// Exponentials fills a list with what [Stream.Exponential] would return one by one, in
// half the time.
func (s *Stream) Exponentials(list []float64) {
	at := *s
	for i := range list {
		list[i] = negLogBits(left(at.Uint64()), leftBias)
	}
	*s = at
}

// Draws fills a list with what [Stream.Draw] would return one by one.
func (s *Stream) Draws(d Distribution, list []float64) {
	if e, ok := d.(*exponential); ok {
		s.Exponentials(list)
		for i := range list {
			list[i] *= e.mean
		}
		return
	}
	for i := range list {
		list[i] = s.Draw(d)
	}
}

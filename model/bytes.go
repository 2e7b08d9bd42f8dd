package model

import "math"

// Bytes is an amount of data.
type Bytes int64

// Binary multiples of a byte.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
	TiB Bytes = 1 << 40
)

// Plus returns the sum of two amounts that are not negative, held to 8 EiB less
// one byte.
func (b Bytes) Plus(more Bytes) Bytes {
	if sum := b + more; sum >= 0 {
		return sum
	}
	return math.MaxInt64
}

// GiB returns b in gibibytes. AWS bills "GB" and means GiB in its examples.
func (b Bytes) GiB() float64 { return float64(b) / float64(GiB) }

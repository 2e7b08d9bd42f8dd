package model

// Bytes is an amount of data.
type Bytes int64

// Binary multiples of a byte.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
	TiB Bytes = 1 << 40
)

// GiB returns b in gibibytes. AWS bills "GB" and means GiB in its examples.
func (b Bytes) GiB() float64 { return float64(b) / float64(GiB) }

package bucket

import (
	"math"

	"headroom/sim"
)

// Unbounded is a capacity that is never reached; its negative is such a floor.
const Unbounded int64 = math.MaxInt64

// Spends returns the rate of spending.
func (b *Bucket) Spends() int64 { return b.spend }

// Reaches returns the first instant from the last change on at which the level, on
// its way at present rates, has come to a level given; Never if it does not come
// there.
func (b *Bucket) Reaches(level int64) sim.Time {
	target := b.units(level)
	if target.less(b.floor) || b.capacity.less(target) {
		return sim.Never
	}
	return b.reaches(target)
}

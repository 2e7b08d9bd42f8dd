package bucket

import (
	"headroom/sim"
)

// Spec is the shape of a bucket.
type Spec struct {
	Capacity int64    // the highest level, in units
	Floor    int64    // the lowest, at most Capacity; beneath zero for a bucket that lends
	Start    int64    // the level at first, between the two
	Per      sim.Time // rates are in units per this time, from 1 ns to sim.Horizon
}

// Bucket is a level that is earned and spent. Its zero value is of no use.
type Bucket struct {
	level     grains // at changed
	changed   sim.Time
	net       int64 // units that are gained per time
	per       sim.Time
	floor     grains
	capacity  grains
	lost      grains // at changed, as overdrawn
	overdrawn grains
	earn      int64
	spend     int64
}

// New returns a bucket at an instant, which earns and spends nothing yet. It
// panics if the shape makes no sense.
func New(at sim.Time, spec Spec) Bucket {
	if spec.Per < 1 || spec.Per > sim.Horizon {
		panic("bucket: rates per a time that is none")
	}
	if spec.Start < spec.Floor || spec.Start > spec.Capacity {
		panic("bucket: the level is not between floor and capacity")
	}
	b := Bucket{changed: at, per: spec.Per}
	b.floor, b.capacity, b.level = b.units(spec.Floor), b.units(spec.Capacity), b.units(spec.Start)
	return b
}

// At returns the level at an instant that is not before the last change, in whole
// units, rounded down.
func (b *Bucket) At(now sim.Time) int64 {
	level, _ := b.held(b.drifted(now))
	return level.over(int64(b.per))
}

// Lost returns what was earned or put above the capacity until an instant, in whole
// units, rounded down.
func (b *Bucket) Lost(now sim.Time) int64 {
	if _, beyond := b.held(b.drifted(now)); beyond.hi >= 0 {
		return b.lost.plus(beyond).over(int64(b.per))
	}
	return b.lost.over(int64(b.per))
}

// Overdrawn returns what was spent below the floor until an instant, in whole
// units, rounded down.
func (b *Bucket) Overdrawn(now sim.Time) int64 {
	if _, beyond := b.held(b.drifted(now)); beyond.hi < 0 {
		return b.overdrawn.minus(beyond).over(int64(b.per))
	}
	return b.overdrawn.over(int64(b.per))
}

// Earns returns the rate of earning.
func (b *Bucket) Earns() int64 { return b.earn }

// SetEarn changes the rate of earning from an instant on. It panics if the rate is
// negative.
func (b *Bucket) SetEarn(at sim.Time, rate int64) { b.setRates(at, rate, b.spend) }

// SetSpend changes the rate of spending from an instant on. It panics if the rate
// is negative.
func (b *Bucket) SetSpend(at sim.Time, rate int64) { b.setRates(at, b.earn, rate) }

func (b *Bucket) setRates(at sim.Time, earn, spend int64) {
	if earn < 0 || spend < 0 {
		panic("bucket: a rate is negative")
	}
	b.move(at, grains{})
	b.earn, b.spend, b.net = earn, spend, earn-spend
}

// Take spends an amount at once if the level does not fall below the floor, and
// reports whether it did. It panics if the amount is negative.
func (b *Bucket) Take(at sim.Time, amount int64) bool {
	if amount < 0 {
		panic("bucket: a negative amount is taken")
	}
	level := b.drifted(at)
	if b.capacity.less(level) {
		b.lost = b.lost.plus(level.minus(b.capacity))
		level = b.capacity
	} else if level.less(b.floor) {
		level = b.settle(level)
	}
	left := level.minus(b.units(amount))
	taken := !left.less(b.floor)
	if taken {
		level = left
	}
	b.level, b.changed = level, at
	return taken
}

// Put adds an amount at once, or withdraws one that is negative. What goes over a
// bound is lost or overdrawn.
func (b *Bucket) Put(at sim.Time, amount int64) { b.move(at, b.units(amount)) }

// Resize changes the bounds from an instant on. What the level holds above the new
// capacity is lost; what it owes below the new floor is overdrawn, and thereby
// settled. It panics if the floor is above the capacity.
func (b *Bucket) Resize(at sim.Time, floor, capacity int64) {
	if floor > capacity {
		panic("bucket: the floor is above the capacity")
	}
	b.move(at, grains{})
	b.floor, b.capacity = b.units(floor), b.units(capacity)
	b.move(at, grains{})
}

// EmptyAt returns the instant from which on spending is overdrawn at present rates,
// which may be that of the last change; Never if the level does not fall.
func (b *Bucket) EmptyAt() sim.Time {
	if b.net >= 0 {
		return sim.Never
	}
	return b.reaches(b.floor)
}

// FullAt returns the instant from which on earnings are lost at present rates,
// which may be that of the last change; Never if the level does not rise.
func (b *Bucket) FullAt() sim.Time {
	if b.net <= 0 {
		return sim.Never
	}
	return b.reaches(b.capacity)
}

// reaches returns the first instant from the last change on at which the level, on its way
// at present rates, has come to one between the bounds; Never if it does not come there.
func (b *Bucket) reaches(target grains) sim.Time {
	distance, speed := target.minus(b.level), b.net
	if distance.hi < 0 {
		distance, speed = b.level.minus(target), -b.net
	}
	if distance == (grains{}) {
		return b.changed
	}
	if speed <= 0 {
		return sim.Never
	}
	wait := distance.overUp(speed)
	if wait > int64(sim.Horizon-b.changed) {
		return sim.Never
	}
	return b.changed + sim.Time(wait)
}

// units converts whole units.
func (b *Bucket) units(n int64) grains { return product(n, int64(b.per)) }

// drifted is the level to which the rates alone would have brought the bucket.
func (b *Bucket) drifted(at sim.Time) grains {
	if at < b.changed {
		panic("bucket: time goes back")
	}
	return b.level.plus(product(b.net, int64(at-b.changed)))
}

// held returns a level held between the bounds, and by how much it was beyond: more
// than zero above, less than zero below.
func (b *Bucket) held(level grains) (held, beyond grains) {
	switch {
	case b.capacity.less(level):
		return b.capacity, level.minus(b.capacity)
	case level.less(b.floor):
		return b.floor, level.minus(b.floor)
	}
	return level, grains{}
}

// move brings the bucket to an instant, and then adds an amount.
func (b *Bucket) move(at sim.Time, amount grains) {
	level := b.settle(b.drifted(at))
	b.changed = at
	b.level = b.settle(level.plus(amount))
}

// settle holds a level between the bounds and accounts for what was beyond.
func (b *Bucket) settle(level grains) grains {
	level, beyond := b.held(level)
	if beyond.hi < 0 {
		b.overdrawn = b.overdrawn.minus(beyond)
	} else {
		b.lost = b.lost.plus(beyond)
	}
	return level
}

// Missing returns what a bucket that spends nothing lacks at an instant, not before the last
// change, to be full: in units × the time that rates are per, in nanoseconds; or false if
// that is more than a uint64 holds.
func (b *Bucket) Missing(at sim.Time) (missing uint64, ok bool) {
	level, _ := b.held(b.drifted(at))
	gap := b.capacity.minus(level)
	return gap.lo, gap.hi == 0
}

// Miss sets what is missing, as [Bucket.Missing] says it, from an instant on, not before the
// last change; nothing is spent from then on. Who keeps a bucket's account elsewhere for a
// while brings it up to date so; what was lost meanwhile is not counted.
func (b *Bucket) Miss(at sim.Time, missing uint64) {
	if at < b.changed {
		panic("bucket: time goes back")
	}
	b.level, b.changed = b.capacity.minus(grains{lo: missing}), at
	b.spend, b.net = 0, b.earn
}

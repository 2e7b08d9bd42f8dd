package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// drawnAhead is how many requests of a workload are drawn at a time: a law draws many faster than one
// by one, and what they look at comes from memory together.
const drawnAhead = 32

// ahead is what has been drawn for the next requests, given out one by one.
type ahead[T any] struct {
	given uint // so far
	next  [drawnAhead]T
}

// spent reports whether the next ones are to be drawn.
func (a *ahead[T]) spent() bool { return a.given%drawnAhead == 0 }

// give returns what the next request has.
func (a *ahead[T]) give() T {
	i := a.given % drawnAhead
	a.given++
	return a.next[i]
}

// demands draws the CPU times of a workload's requests.
type demands struct {
	law    rng.Distribution
	stream rng.Stream
	ahead  ahead[sim.Time]
}

// draw returns the next CPU time.
func (d *demands) draw() sim.Time {
	if d.ahead.spent() {
		d.drawAhead()
	}
	return d.ahead.give()
}

// drawAhead draws the next CPU times.
func (d *demands) drawAhead() {
	var seconds [drawnAhead]float64
	d.stream.Draws(d.law, seconds[:])
	for i, s := range seconds {
		d.ahead.next[i] = max(sim.Seconds(s), 0)
	}
}

// sizes draws the bytes of a workload's requests and of their responses.
type sizes struct {
	laws   [2]rng.Distribution // of requests and responses; nil: they have none
	stream rng.Stream
	ahead  ahead[size]
}

// size is the bytes of a request and of its response, as a request keeps them.
type size struct {
	in, out uint32
	high    uint8
}

func newSize(in, out model.Bytes) size {
	return size{in: uint32(in), out: uint32(out), high: uint8(in>>32) | uint8(out>>32)<<4}
}

// draw returns the next sizes.
func (z *sizes) draw() size {
	if z.ahead.spent() {
		z.drawAhead()
	}
	return z.ahead.give()
}

// drawAhead draws the next sizes: one variate a law and request, in the order of the requests.
func (z *sizes) drawAhead() {
	in, out := z.laws[0], z.laws[1]
	var bytes [drawnAhead]float64
	switch {
	case in == nil:
		z.stream.Draws(out, bytes[:])
		for i, b := range bytes {
			z.ahead.next[i] = newSize(0, heldBytes(b))
		}
	case out == nil:
		z.stream.Draws(in, bytes[:])
		for i, b := range bytes {
			z.ahead.next[i] = newSize(heldBytes(b), 0)
		}
	default:
		for i := range z.ahead.next {
			first := z.drawOne(in)
			z.ahead.next[i] = newSize(first, z.drawOne(out))
		}
	}
}

// drawOne draws the bytes of one direction, where a trace may have those of the other.
func (z *sizes) drawOne(law rng.Distribution) model.Bytes { return heldBytes(z.stream.Draw(law)) }

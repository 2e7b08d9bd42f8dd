package dataplane

import (
	"headroom/model"
	"headroom/sim/rng"
)

// sizes draws the bytes of a workload's requests and of their responses, some at a time.
type sizes struct {
	laws   [2]rng.Distribution // of requests and responses; nil: they have none
	stream rng.Stream
	drawn  uint // so far
	ahead  [drawnAhead]size
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
	i := z.drawn % drawnAhead
	if i == 0 {
		z.drawAhead()
	}
	z.drawn++
	return z.ahead[i]
}

// drawAhead draws the next sizes: one variate a law and request, in the order of the requests.
func (z *sizes) drawAhead() {
	in, out := z.laws[0], z.laws[1]
	var bytes [drawnAhead]float64
	switch {
	case in == nil:
		z.stream.Draws(out, bytes[:])
		for i, b := range bytes {
			z.ahead[i] = newSize(0, heldBytes(b))
		}
	case out == nil:
		z.stream.Draws(in, bytes[:])
		for i, b := range bytes {
			z.ahead[i] = newSize(heldBytes(b), 0)
		}
	default:
		for i := range z.ahead {
			first := z.drawOne(in)
			z.ahead[i] = newSize(first, z.drawOne(out))
		}
	}
}

// drawOne draws the bytes of one direction, where a trace may have those of the other.
func (z *sizes) drawOne(law rng.Distribution) model.Bytes { return heldBytes(z.stream.Draw(law)) }

package accesslog

import "math/bits"

// held keeps arrivals in memory, in blocks that stay where they are, and sorts their
// places: logs are nearly in order, and an arrival is moved once only.
type held struct {
	blocks      [][]Arrival
	count       int
	first, last int64 // the earliest and the latest
	before      int64 // the one that came last
	disordered  bool  // some came before one that stands before it
	keys, other []key // room to sort
}

const (
	blockBits = 13
	inBlock   = 1 << blockBits // arrivals
)

// key is when an arrival came, since the earliest, and its place.
type key struct{ since, place uint64 }

// at returns the arrival at a place.
func (h *held) at(place uint64) *Arrival { return &h.blocks[place>>blockBits][place&(inBlock-1)] }

// add takes an arrival.
func (h *held) add(a *Arrival) {
	if h.count>>blockBits == len(h.blocks) {
		h.blocks = append(h.blocks, make([]Arrival, inBlock))
	}
	*h.at(uint64(h.count)) = *a
	if h.count == 0 {
		h.first, h.last, h.before = a.At, a.At, a.At
	}
	h.count++
	h.first, h.last = min(h.first, a.At), max(h.last, a.At)
	h.disordered = h.disordered || a.At < h.before
	h.before = a.At
}

// clear forgets all. The room is used again.
func (h *held) clear() { h.count, h.disordered = 0, false }

// each hands out the arrivals by time, those of one instant as they came.
func (h *held) each(yield func(*Arrival) error) error {
	if !h.disordered {
		for i := range h.count {
			if err := yield(h.at(uint64(i))); err != nil {
				return err
			}
		}
		return nil
	}
	for _, k := range h.sorted() {
		if err := yield(h.at(k.place)); err != nil {
			return err
		}
	}
	return nil
}

// Digits of the radix sort.
const (
	digitBits = 11
	digitEnd  = 1 << digitBits
)

// sorted returns the places by time. It sorts digit by digit from the lowest, which
// leaves equal times as they were.
func (h *held) sorted() []key {
	if cap(h.keys) < h.count {
		h.keys, h.other = make([]key, h.count), make([]key, h.count)
	}
	from, to := h.keys[:h.count], h.other[:h.count]
	for i := range from {
		from[i] = key{uint64(h.at(uint64(i)).At - h.first), uint64(i)}
	}
	for shift := 0; shift < bits.Len64(uint64(h.last-h.first)); shift += digitBits {
		var starts [digitEnd]int
		for i := range from {
			starts[from[i].since>>shift&(digitEnd-1)]++
		}
		sum := 0
		for digit, n := range starts {
			starts[digit], sum = sum, sum+n
		}
		for i := range from {
			digit := from[i].since >> shift & (digitEnd - 1)
			to[starts[digit]] = from[i]
			starts[digit]++
		}
		from, to = to, from
	}
	return from
}

package accesslog

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// Arrival is what is kept of a request for the trace.
type Arrival struct {
	At       int64 // microseconds since 1970
	number   int64 // in the order of the lines, which decides between equal times
	Received int64
	Sent     int64
	Target   int64 // microseconds; -1 if unknown
	Status   int64
}

const (
	arrivalBytes = 48
	atOnce       = 1 << 20 // arrivals that are sorted in memory
	mostPieces   = 256     // that are merged at once
)

// Order sorts arrivals by time, those of one instant as they came. What does not fit
// into memory waits in a temporary file.
type Order struct {
	atOnce int // for tests
	held   []Arrival
	file   *os.File
	// removed tells that the file has no name any more, so that nothing is left of it
	// whatever ends the program.
	removed bool
	pieces  []piece
	size    int64 // of the file
	count   int64
	err     error
}

// piece is a part of the file that is sorted.
type piece struct{ from, to int64 }

// NewOrder returns an empty one. Close it.
func NewOrder() *Order { return &Order{atOnce: atOnce} }

// Add takes an arrival.
func (o *Order) Add(a Arrival) {
	a.number = o.count
	o.count++
	if o.held = append(o.held, a); len(o.held) == o.atOnce {
		o.spill()
	}
}

// Close removes what is temporary.
func (o *Order) Close() error {
	if o.file == nil {
		return nil
	}
	name := o.file.Name()
	err := o.file.Close()
	o.file = nil
	if o.removed {
		return err
	}
	return errors.Join(err, os.Remove(name))
}

func byTime(a, b Arrival) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.number, b.number))
}

// spill writes what is held to the file, sorted.
func (o *Order) spill() {
	slices.SortFunc(o.held, byTime)
	if o.err == nil {
		o.err = o.write(func(yield func(Arrival) error) error {
			for _, a := range o.held {
				if err := yield(a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	o.held = o.held[:0]
	if len(o.pieces) == mostPieces && o.err == nil {
		all := o.pieces
		o.pieces = nil
		o.err = o.write(func(yield func(Arrival) error) error { return o.merge(all, nil, yield) })
	}
}

// write appends a piece to the file.
func (o *Order) write(each func(func(Arrival) error) error) error {
	if o.file == nil {
		file, err := os.CreateTemp("", "headroom-import-*")
		if err != nil {
			return err
		}
		o.file, o.removed = file, os.Remove(file.Name()) == nil // some systems remove it only once it is closed
	}
	from := o.size
	out := bufio.NewWriterSize(io.NewOffsetWriter(o.file, from), 1<<18)
	var bytes [arrivalBytes]byte
	err := each(func(a Arrival) error {
		for i, v := range [...]int64{a.At, a.number, a.Received, a.Sent, a.Target, a.Status} {
			binary.LittleEndian.PutUint64(bytes[8*i:], uint64(v))
		}
		o.size += arrivalBytes
		_, err := out.Write(bytes[:])
		return err
	})
	o.pieces = append(o.pieces, piece{from, o.size})
	return errors.Join(err, out.Flush())
}

// Each hands out the arrivals in their order. It may be called again.
func (o *Order) Each(yield func(Arrival) error) error {
	if o.err != nil {
		return o.err
	}
	slices.SortFunc(o.held, byTime)
	return o.merge(o.pieces, o.held, yield)
}

// front is the next arrival of a piece that is being merged.
type front struct {
	Arrival
	from *bufio.Reader
}

// merge hands out the arrivals of pieces and of a sorted list.
func (o *Order) merge(pieces []piece, held []Arrival, yield func(Arrival) error) error {
	var fronts []front
	for _, p := range pieces {
		f := front{from: bufio.NewReaderSize(io.NewSectionReader(o.file, p.from, p.to-p.from), 1<<15)}
		if more, err := f.read(); err != nil {
			return err
		} else if more {
			fronts = append(fronts, f)
		}
	}
	for i := len(fronts)/2 - 1; i >= 0; i-- {
		sink(fronts, i)
	}
	for len(fronts) > 0 {
		if len(held) > 0 && byTime(held[0], fronts[0].Arrival) < 0 {
			if err := yield(held[0]); err != nil {
				return err
			}
			held = held[1:]
			continue
		}
		if err := yield(fronts[0].Arrival); err != nil {
			return err
		}
		more, err := fronts[0].read()
		if err != nil {
			return err
		}
		if !more {
			fronts[0] = fronts[len(fronts)-1]
			fronts = fronts[:len(fronts)-1]
		}
		sink(fronts, 0)
	}
	for _, a := range held {
		if err := yield(a); err != nil {
			return err
		}
	}
	return nil
}

// read moves on to the next arrival of the piece.
func (f *front) read() (more bool, err error) {
	var bytes [arrivalBytes]byte
	if _, err := io.ReadFull(f.from, bytes[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, err
	}
	at := func(i int) int64 { return int64(binary.LittleEndian.Uint64(bytes[8*i:])) }
	f.Arrival = Arrival{at(0), at(1), at(2), at(3), at(4), at(5)}
	return true, nil
}

// sink restores the heap below a place.
func sink(fronts []front, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(fronts); child++ {
			if byTime(fronts[child].Arrival, fronts[least].Arrival) < 0 {
				least = child
			}
		}
		if least == i {
			return
		}
		fronts[i], fronts[least] = fronts[least], fronts[i]
		i = least
	}
}

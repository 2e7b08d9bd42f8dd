package accesslog

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// Arrival is what is kept of a request for the trace.
type Arrival struct {
	At       int64 // microseconds since 1970
	Received int64
	Sent     int64
	Target   int64 // microseconds; -1 if unknown
	Status   int64
}

const (
	arrivalBytes = 40
	atOnce       = 1 << 19 // arrivals that are sorted in memory
	mostPieces   = 256     // that are merged at once
)

// Order sorts arrivals by time, those of one instant as they came. What does not fit
// into memory waits in a temporary file.
type Order struct {
	atOnce int // for tests
	held   held
	file   *os.File
	// removed tells that the file has no name any more, so that nothing is left of it
	// whatever ends the program.
	removed bool
	pieces  []piece // that are sorted, in the order in which their arrivals came
	size    int64   // of the file
	err     error
}

// piece is a part of the file that is sorted.
type piece struct{ from, to int64 }

// NewOrder returns an empty one. Close it.
func NewOrder() *Order { return &Order{atOnce: atOnce} }

// Add takes an arrival.
func (o *Order) Add(a *Arrival) {
	if o.held.add(a); o.held.count == o.atOnce {
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

// spill writes what is held to the file, sorted.
func (o *Order) spill() {
	if o.err == nil {
		o.err = o.write(o.held.each)
	}
	o.held.clear()
	if len(o.pieces) == mostPieces && o.err == nil {
		all := o.pieces
		o.pieces = nil
		o.err = o.write(func(yield func(*Arrival) error) error { return o.merge(all, yield) })
	}
}

// write appends a piece to the file.
func (o *Order) write(each func(func(*Arrival) error) error) error {
	if o.file == nil {
		file, err := os.CreateTemp("", "headroom-import-*")
		if err != nil {
			return err
		}
		o.file, o.removed = file, os.Remove(file.Name()) == nil // some systems remove it only once it is closed
	}
	from := o.size
	out := bufio.NewWriterSize(io.NewOffsetWriter(o.file, from), 1<<18)
	err := each(func(a *Arrival) error {
		bytes := out.AvailableBuffer()
		for _, v := range [...]int64{a.At, a.Received, a.Sent, a.Target, a.Status} {
			bytes = binary.LittleEndian.AppendUint64(bytes, uint64(v))
		}
		o.size += arrivalBytes
		_, err := out.Write(bytes)
		return err
	})
	o.pieces = append(o.pieces, piece{from, o.size})
	return errors.Join(err, out.Flush())
}

// Each hands out the arrivals in their order, each until the function returns. It may be
// called again.
func (o *Order) Each(yield func(*Arrival) error) error {
	if o.err != nil {
		return o.err
	}
	if len(o.pieces) == 0 {
		return o.held.each(yield)
	}
	if o.held.count > 0 {
		if o.spill(); o.err != nil {
			return o.err
		}
	}
	return o.merge(o.pieces, yield)
}

// front is the next arrival of a piece that is being merged.
type front struct {
	Arrival
	piece int // which decides between equal times
	from  *bufio.Reader
}

// merge hands out the arrivals of pieces.
func (o *Order) merge(pieces []piece, yield func(*Arrival) error) error {
	var fronts []front
	for i, p := range pieces {
		f := front{piece: i, from: bufio.NewReaderSize(io.NewSectionReader(o.file, p.from, p.to-p.from), 1<<15)}
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
		if err := yield(&fronts[0].Arrival); err != nil {
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
	return nil
}

// read moves on to the next arrival of the piece.
func (f *front) read() (more bool, err error) {
	bytes, err := f.from.Peek(arrivalBytes)
	switch {
	case err == io.EOF && len(bytes) == 0:
		return false, nil
	case err == io.EOF:
		return false, io.ErrUnexpectedEOF
	case err != nil:
		return false, err
	}
	at := func(i int) int64 { return int64(binary.LittleEndian.Uint64(bytes[8*i:])) }
	f.Arrival = Arrival{at(0), at(1), at(2), at(3), at(4)}
	_, err = f.from.Discard(arrivalBytes)
	return true, err
}

// before reports whether an arrival comes before that of another piece.
func (f *front) before(g *front) bool { return f.At < g.At || f.At == g.At && f.piece < g.piece }

// sink restores the heap below a place.
func sink(fronts []front, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(fronts); child++ {
			if fronts[child].before(&fronts[least]) {
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

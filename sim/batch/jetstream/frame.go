package jetstream

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
)

// frame is what a worker says of a task.
type frame struct {
	task   []byte
	answer []byte
	took   time.Duration // to compute it
	lost   bool          // nobody survived it
}

const (
	frameAnswer = 1
	frameLost   = 2
)

var errFrame = errors.New("jetstream: no answer of this program")

func (f *frame) encode() []byte {
	kind := byte(frameAnswer)
	if f.lost {
		kind = frameLost
	}
	b := make([]byte, 0, 1+2*binary.MaxVarintLen64+len(f.task)+len(f.answer))
	b = binary.AppendUvarint(append(b, kind), uint64(f.took))
	b = binary.AppendUvarint(b, uint64(len(f.task)))
	return append(append(b, f.task...), f.answer...)
}

func decodeFrame(b []byte) (frame, error) {
	if len(b) == 0 || b[0] != frameAnswer && b[0] != frameLost {
		return frame{}, errFrame
	}
	f := frame{lost: b[0] == frameLost}
	took, n := binary.Uvarint(b[1:])
	if n <= 0 {
		return frame{}, errFrame
	}
	b = b[1+n:]
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return frame{}, errFrame
	}
	b = b[n:]
	f.took, f.task, f.answer = time.Duration(took), b[:length], b[length:]
	return f, nil
}

// sum names a task.
func sum(task []byte) string {
	s := sha256.Sum256(task)
	return hex.EncodeToString(s[:12])
}

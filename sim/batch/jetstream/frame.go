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
	worker string // that says it
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
	b := make([]byte, 0, 1+3*binary.MaxVarintLen64+len(f.worker)+len(f.task)+len(f.answer))
	b = binary.AppendUvarint(append(b, kind), uint64(f.took))
	b = append(binary.AppendUvarint(b, uint64(len(f.worker))), f.worker...)
	b = append(binary.AppendUvarint(b, uint64(len(f.task))), f.task...)
	return append(b, f.answer...)
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
	f.took = max(0, time.Duration(took))
	worker, b, ok := cutPart(b[1+n:])
	if !ok || len(worker) > longestWorker {
		return frame{}, errFrame
	}
	f.worker = tame(string(worker))
	if f.task, f.answer, ok = cutPart(b); !ok {
		return frame{}, errFrame
	}
	return f, nil
}

// longestWorker bounds the name of a worker, in bytes.
const longestWorker = 400

// cutPart reads some bytes behind their number, and returns the rest.
func cutPart(b []byte) (part, rest []byte, ok bool) {
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return nil, nil, false
	}
	b = b[n:]
	return b[:length], b[length:], true
}

// sum names a task.
func sum(task []byte) string {
	s := sha256.Sum256(task)
	return hex.EncodeToString(s[:12])
}

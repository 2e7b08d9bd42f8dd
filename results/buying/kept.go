package buying

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"

	"headroom/model"
)

// Keeper keeps what replications of ways to launch left, for a later run of the program
// that simulates the same. It is safe for concurrent use.
type Keeper interface {
	// Recall returns what was kept of a replication; known is false of one that was not.
	Recall(way string, index int) (left []byte, known bool, err error)
	// Keep takes in what a replication left. That it could not is its own affair.
	Keep(way string, index int, left []byte)
}

// left is a replication as bytes are made of it: all that prices and judges need.
type left struct {
	Ledger                                 *model.Ledger
	Interruptions, Lost, P99, Availability float64
	Watched                                []float64
}

// encode writes a replication as bytes.
func (r *replication) encode() []byte {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(&left{r.ledger, r.interruptions, r.lost, r.p99, r.availability, r.watched}); err != nil {
		panic("buying: " + err.Error()) // plain values in memory
	}
	return b.Bytes()
}

// decodeReplication reads what encode wrote of the replication of an index, by a runner that watched as
// many metrics.
func decodeReplication(b []byte, index, watched int) (*replication, error) {
	var l left
	err := gob.NewDecoder(bytes.NewReader(b)).Decode(&l)
	if err == nil && (l.Ledger == nil || len(l.Watched) != watched) {
		err = errors.New("not of this scenario")
	}
	if err != nil {
		return nil, fmt.Errorf("what was kept of replication %d: %w", index, err)
	}
	return &replication{index, l.Ledger, l.Interruptions, l.Lost, l.P99, l.Availability, l.Watched}, nil
}

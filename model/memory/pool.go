package memory

import (
	"headroom/model"
	"headroom/sim"
)

// Pool is the RAM that several applications of one server share: what one of them holds
// the others cannot have. Levels that share a pool have no swap.
type Pool struct {
	room model.Bytes // for all of them together
	held model.Bytes
}

// NewPool returns a pool of so much RAM, without what the operating system keeps.
func NewPool(room model.Bytes) *Pool { return &Pool{room: max(0, room)} }

// Share has a level that has just begun share a pool.
func (l *Level) Share(at sim.Time, pool *Pool) {
	l.pool = pool
	l.note(at)
}

// Leave gives what an application that ends has held back to its pool.
func (l *Level) Leave() {
	if l.pool != nil {
		l.pool.held -= l.pooled
		l.pool, l.pooled = nil, 0
	}
}

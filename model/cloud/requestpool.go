package cloud

import (
	"headroom/sim"
	"headroom/sim/slab"
)

// request is one attempt of a client, from its arrival until it has ended and
// will not be retried: 56 bytes.
type request struct {
	arrived  sim.Time // at the load balancer
	demand   sim.Time // CPU time
	in, out  uint32   // bytes
	instance uint32   // where it waits or is served
	target   uint32   // by index in World.targets; noIndex without a target group
	group    int16    // target group; None
	workload uint16
	class    uint8
	zone     uint8 // of the balancer's node
	attempt  uint8
	phase    phase

	prev, next   uint32 // in the instance's waiting list
	older, newer uint32 // in the workload's list of deadlines
}

// phase is where a request is.
type phase uint8

const (
	dispatched phase = iota // on its way through the balancer
	queued
	inService
	hanging   // at a node that does not answer
	abandoned // waits, though its client has gone
	orphaned  // in service, though its client has gone
	backingOff
	answered
)

// noIndex is no request and no target.
const noIndex = ^uint32(0)

// fifo is a list of requests threaded through them.
type fifo struct {
	head, tail uint32
	n          int32
}

var emptyFIFO = fifo{head: noIndex, tail: noIndex}

// pool is a slab whose live entries are also reached by index.
type pool[T any] struct{ slab.Slab[T] }

// at returns a live entry.
func (p *pool[T]) at(i uint32) *T { return p.Value(i) }

// handle returns the handle of a live entry.
func (p *pool[T]) handle(i uint32) slab.Handle {
	h, _ := p.At(int(i))
	return h
}

// requestPool holds every request in flight.
type requestPool struct{ pool[request] }

func (p *requestPool) pushBack(l *fifo, i uint32) {
	r := p.at(i)
	r.prev, r.next = l.tail, noIndex
	if l.tail == noIndex {
		l.head = i
	} else {
		p.at(l.tail).next = i
	}
	l.tail = i
	l.n++
}

func (p *requestPool) unlink(l *fifo, i uint32) {
	r := p.at(i)
	if r.prev == noIndex {
		l.head = r.next
	} else {
		p.at(r.prev).next = r.next
	}
	if r.next == noIndex {
		l.tail = r.prev
	} else {
		p.at(r.next).prev = r.prev
	}
	l.n--
}

// deadlines are the requests of one workload in order of arrival: as all have
// the same time limit, the head is the first to exceed it, and one pending
// event watches however many are in flight.
type deadlines struct {
	oldest, newest uint32
	limit          sim.Time // sim.Never: none
	code           Code     // what exceeding it means
	watched        bool     // an event is pending
}

func (p *requestPool) watch(d *deadlines, i uint32) {
	r := p.at(i)
	r.older, r.newer = d.newest, noIndex
	if d.newest == noIndex {
		d.oldest = i
	} else {
		p.at(d.newest).newer = i
	}
	d.newest = i
}

func (p *requestPool) unwatch(d *deadlines, r *request) {
	if r.older == noIndex {
		d.oldest = r.newer
	} else {
		p.at(r.older).newer = r.newer
	}
	if r.newer == noIndex {
		d.newest = r.older
	} else {
		p.at(r.newer).older = r.older
	}
}

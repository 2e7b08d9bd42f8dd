package dataplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// request is one attempt of a client, from its arrival until it has ended and
// will not be retried: 56 bytes.
type request struct {
	arrived sim.Time // at the load balancer
	demand  sim.Time // CPU time
	in, out uint32   // low 32 bits of the bytes of request and response
	server  uint32   // where it waits or is served
	target  uint32   // by index in Plane.targets; noIndex without a target group
	ticket  uint32   // of the line that it waits in
	group   int16    // target group; None
	source  uint16
	class   uint16
	zone    uint8 // of the balancer's node
	attempt uint8
	phase   phase
	gone    bool   // its client has left; the server works on
	marks   marks  // of this attempt
	high    uint8  // the four bits above in, and those above out
	older   uint32 // in the source's list of deadlines
	newer   uint32
}

// MaxBytes is the largest request or response; a larger one is held to it.
const MaxBytes = 64*model.GiB - 1

// setBytes records the sizes of request and response.
func (r *request) setBytes(in, out model.Bytes) {
	r.in, r.out = uint32(in), uint32(out)
	r.high = uint8(in>>32) | uint8(out>>32)<<4
}

func (r *request) requestBytes() model.Bytes { return model.Bytes(r.high&15)<<32 | model.Bytes(r.in) }

func (r *request) responseBytes() model.Bytes { return model.Bytes(r.high>>4)<<32 | model.Bytes(r.out) }

// carries reports whether the request or its response has bytes.
func (r *request) carries() bool { return r.in|r.out|uint32(r.high) != 0 }

// heldBytes holds a size to what a request records.
func heldBytes(bytes float64) model.Bytes {
	if bytes >= 0 && bytes <= float64(MaxBytes) { // most are, and that is cheaper to find out
		return model.Bytes(bytes)
	}
	return model.Bytes(max(0, min(bytes, float64(MaxBytes))))
}

// marks are what is true of an attempt, each a bit.
type marks uint8

const (
	errs        marks = 1 << iota // its server answers with an error
	shakesHands                   // its node has opened a connection to its target, with a TLS handshake
	owesCPU                       // for which that has not computed yet; of a journey
)

// errs reports whether the server of the request answers with an error.
func (r *request) errs() bool { return r.marks&errs != 0 }

// mark sets or clears a mark.
func (r *request) mark(m marks, on bool) {
	if r.marks &^= m; on {
		r.marks |= m
	}
}

// phase is where a request is.
type phase uint8

const (
	dispatched  phase = iota // on its way through the balancer
	receiving                // its bytes are on their way into its server
	sending                  // its response is on its way out
	queued                   // in line at its server
	inService                // on the CPU
	calling                  // waits for its calls
	pausing                  // waits for somebody else
	starting                 // waits for the environment of its function
	paging                   // waits for pages of its memory that lie in swap
	talking                  // waits for bytes of the internet to pass
	onDisk                   // waits for what it reads or writes
	undelivered              // served, but its client will have gone when the response arrives
	pooling                  // a call that waits for a connection
	hanging                  // waits for an answer that will not come
	connecting               // waits for a connection that nobody takes
	inspecting               // in an appliance before its load balancer
	backingOff
	answered // a call whose answer is on its way
	failed   // a call whose failure is on its way
)

// away reports whether the request is at its server and neither in line there nor on
// its CPU.
func (p phase) away() bool { return p >= calling && p <= onDisk }

// reads reports whether the request waits for a disk, or for bytes of a step that pass.
func (p phase) reads() bool { return p >= paging && p <= onDisk }

// aboard reports whether the request is at its server.
func (p phase) aboard() bool { return p >= receiving && p <= onDisk }

// flows reports whether the request is at its server, and nowhere but in a network
// interface.
func (p phase) flows() bool { return p == receiving || p == sending }

// noIndex is no request and no target.
const noIndex = ^uint32(0)

// pool is a slab whose live entries are also reached by index.
type pool[T any] struct{ slab.Slab[T] }

// at returns a live entry.
func (p *pool[T]) at(i uint32) *T { return p.Value(i) }

// handle returns the handle of a live entry.
func (p *pool[T]) handle(i uint32) slab.Handle {
	h, _ := p.At(int(i))
	return h
}

// deadlines are the requests of one source in order of arrival: as all have
// the same time limit, the head is the first to exceed it, and one pending
// event watches however many are in flight.
type deadlines struct {
	oldest, newest uint32
	limit          sim.Time // sim.Never: none
	code           Code     // what exceeding it means
	watched        bool     // an event is pending
	due            sim.Time // of the pending event
	looked         sim.Time // when it last came
}

// addDeadline puts a request at the end of its source's list of deadlines.
func (p *Plane) addDeadline(d *deadlines, i uint32, r *request) {
	r.older, r.newer = d.newest, noIndex
	if d.newest == noIndex {
		d.oldest = i
	} else {
		p.requests.at(d.newest).newer = i
	}
	d.newest = i
}

// removeDeadline takes a request off its source's list of deadlines.
func (p *Plane) removeDeadline(d *deadlines, r *request) {
	if r.older == noIndex {
		d.oldest = r.newer
	} else {
		p.requests.at(r.older).newer = r.newer
	}
	if r.newer == noIndex {
		d.newest = r.older
	} else {
		p.requests.at(r.newer).older = r.older
	}
}

// watchLimits schedules the end of the time limit of the oldest request of a source.
func (p *Plane) watchLimits(source int, arrived sim.Time) {
	d := &p.sources[source].limits
	d.watched, d.due = true, arrived+d.limit
	p.schedule(d.due, indexed(requestsExpire, source))
}

// limitAgain puts requests on the lists of their sources' time limits.
func (p *Plane) limitAgain(list []uint32) {
	list = slices.DeleteFunc(list, func(i uint32) bool {
		r := p.requests.at(i)
		return r.source == checkSource || p.sources[r.source].limits.limit == sim.Never
	})
	slices.SortFunc(list, p.byArrival)
	after := make([]uint32, len(p.sources)) // by source: whom the next on the list follows at the latest
	for s := range after {
		after[s] = p.sources[s].limits.newest
	}
	for _, i := range slices.Backward(list) {
		r := p.requests.at(i)
		d := &p.sources[r.source].limits
		place := after[r.source]
		for place != noIndex && p.requests.at(place).arrived > r.arrived {
			place = p.requests.at(place).older
		}
		after[r.source] = place
		p.insertDeadline(d, i, r, place)
		if d.oldest == i && (!d.watched || r.arrived+d.limit < d.due) {
			p.watchLimits(int(r.source), r.arrived)
		}
	}
}

// insertDeadline puts a request behind another on its source's list of deadlines;
// noIndex: before all.
func (p *Plane) insertDeadline(d *deadlines, i uint32, r *request, behind uint32) {
	r.older, r.newer = behind, d.oldest
	if behind != noIndex {
		r.newer = p.requests.at(behind).newer
		p.requests.at(behind).newer = i
	} else {
		d.oldest = i
	}
	if r.newer != noIndex {
		p.requests.at(r.newer).older = i
	} else {
		d.newest = i
	}
}

// byArrival orders requests by arrival, then by source, and those that come back
// together by what they are: never by where they are kept, which depends on who
// looked when. From the order of those that are not tracked nothing follows.
func (p *Plane) byArrival(a, b uint32) int {
	ra, rb := p.requests.at(a), p.requests.at(b)
	switch {
	case ra.arrived != rb.arrived:
		return int(max(-1, min(1, ra.arrived-rb.arrived)))
	case ra.source != rb.source:
		return int(ra.source) - int(rb.source)
	case ra.source != checkSource && p.sources[ra.source].tracked:
		return cmp.Or(cmp.Compare(p.trips[a].began, p.trips[b].began), cmp.Compare(p.trips[a].key, p.trips[b].key))
	}
	return int(a) - int(b)
}

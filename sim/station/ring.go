package station

// ring is a line of values in their order, each with a ticket: one more than that of the
// value before. The zero ring is empty.
type ring[T any] struct {
	head   uint32 // ticket of the first
	tail   uint32 // ticket of the next to come
	places []T    // by ticket; their number is a power of two
}

// length is from the first to the last.
func (r *ring[T]) length() int { return int(r.tail - r.head) }

// at returns the place of a ticket that is in line.
func (r *ring[T]) at(ticket uint32) *T { return &r.places[ticket&uint32(len(r.places)-1)] }

// push adds a value at the end and returns its ticket.
func (r *ring[T]) push(v T) (ticket uint32) {
	if r.length() == len(r.places) {
		r.grow()
	}
	ticket = r.tail
	*r.at(ticket) = v
	r.tail++
	return ticket
}

// grow doubles the ring. It stays out of push.
//
//go:noinline
func (r *ring[T]) grow() {
	places := make([]T, max(4, 2*len(r.places)))
	for t := r.head; t != r.tail; t++ {
		places[t&uint32(len(places)-1)] = *r.at(t)
	}
	r.places = places
}

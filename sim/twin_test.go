package sim

import "container/heap"

// payload is an event of the size that models use.
type payload struct { // like the events of a cloud: 16 bytes
	id uint64
	on uint32
}

// item is an event in one of the twins.
type item struct {
	key      uint64
	sequence uint64
	event    payload
}

func (a *item) before(b *item) bool {
	return a.key < b.key || a.key == b.key && a.sequence < b.sequence
}

// quadHeap is the runner-up for the kernel's queue: a typed 4-ary heap.
type quadHeap []item

func (h *quadHeap) push(it item) {
	*h = append(*h, it)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !it.before(&s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = it
}

func (h *quadHeap) pop() item {
	s := *h
	top, last := s[0], len(s)-1
	moved := s[last]
	s = s[:last]
	*h = s
	if last == 0 {
		return top
	}
	i := 0
	for {
		first := 4*i + 1
		if first >= last {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, last); c++ {
			if s[c].before(&s[least]) {
				least = c
			}
		}
		if !s[least].before(&moved) {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = moved
	return top
}

// boxedHeap is what the standard library offers: boxed events, compared
// through an interface.
type boxedHeap []*item

func (h boxedHeap) Len() int           { return len(h) }
func (h boxedHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h boxedHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *boxedHeap) Push(x any)        { *h = append(*h, x.(*item)) }
func (h *boxedHeap) Pop() any {
	old := *h
	last := len(old) - 1
	it := old[last]
	old[last] = nil
	*h = old[:last]
	return it
}

var _ heap.Interface = (*boxedHeap)(nil)

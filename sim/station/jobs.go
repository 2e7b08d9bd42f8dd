package station

import (
	"math/bits"
	"slices"
)

// entry is a job in service and the reading of the clock at which it is done.
type entry struct {
	done uint64
	who  uint64 // the job, below how many began before it
}

func (e *entry) job() uint32 { return uint32(e.who) }

// before is the order in which jobs leave: by done, then as they began, of 2³² that do. What they are called
// tells nothing of that: whoever looks at other instants calls them otherwise.
func (a entry) before(b entry) bool { return earlier(&a, &b) != 0 }

// jobList is the jobs in service. A few lie in no order beside the place of who leaves first, more
// are a heap in which each entry has four below it: half as deep as a binary one, which counts
// with a hundred jobs.
type jobList struct {
	all    []entry
	least  uint8 // the place of who leaves first
	heaped bool
	began  uint32 // so far
}

// A list of more than listMost becomes a heap, and is one until no more than listAgain are left.
const (
	listMost  = 2 * arity
	listAgain = arity
	arity     = 4
)

// first returns who leaves first, of a list that is not empty.
func (h *jobList) first() *entry { return &h.all[h.least] }

// newEntry is that of a job that begins.
func (h *jobList) newEntry(done uint64, job uint32) entry {
	e := entry{done, uint64(h.began)<<32 | uint64(job)}
	h.began++
	return e
}

// push puts a job in service that is done at a reading of the clock.
func (h *jobList) push(done uint64, job uint32) {
	e := h.newEntry(done, job)
	i := len(h.all)
	if h.heaped || i >= listMost {
		h.pushHeap(e)
		return
	}
	if i == cap(h.all) {
		h.grow()
	}
	all := h.all[:i+1]
	h.all, all[i] = all, e
	least := int(h.least)
	h.least = uint8(least + (i-least)&-earlier(&all[i], &all[least]))
}

// grow makes room for so many that find may look at four at once.
//
//go:noinline
func (h *jobList) grow() { h.all = slices.Grow(h.all, cap(h.all)+arity-len(h.all)) }

// pushHeap puts an entry on a heap, or on a list that becomes one.
func (h *jobList) pushHeap(e entry) {
	if !h.heaped {
		h.heaped = true
		h.order()
	}
	h.all = append(h.all, e)
	h.up(len(h.all)-1, e)
}

// replaceFirst takes out who leaves first, puts another job in its place, and returns who it was.
func (h *jobList) replaceFirst(done uint64, next uint32) (job uint32) {
	e := h.newEntry(done, next)
	first := h.first()
	job = first.job()
	if h.heaped {
		h.down(0, e)
		return job
	}
	*first = e
	h.find()
	return job
}

// dropFirst takes out who leaves first, and returns it.
func (h *jobList) dropFirst() (job uint32) {
	job = h.first().job()
	h.drop(int(h.least))
	return job
}

func (h *jobList) remove(job uint32) {
	i := slices.IndexFunc(h.all, func(e entry) bool { return e.job() == job })
	if i < 0 {
		panic("station: the job is not in service here")
	}
	h.drop(i)
}

// drop takes out the entry at a place. A heap may become a list.
func (h *jobList) drop(i int) {
	last := len(h.all) - 1
	e := h.all[last]
	h.all[i] = e
	h.all = h.all[:last]
	if !h.heaped {
		h.find()
		return
	}
	if i < last && h.down(i, e) == i {
		h.up(i, e)
	}
	h.heaped = last > listAgain // who leaves first is the first of both
}

// order makes a heap of a list.
func (h *jobList) order() {
	h.least = 0
	slices.SortFunc(h.all, func(a, b entry) int { // what is sorted is a heap
		if a.before(b) {
			return -1
		}
		return 1
	})
}

// find finds who leaves first in a list. No branch depends on who it is.
func (h *jobList) find() {
	last := len(h.all) - 1
	if last < arity {
		h.least = uint8(leastUpTo((*[arity]entry)(h.all[:arity]), last))
		return
	}
	all := (*[listMost]entry)(h.all[:listMost])
	i, k := leastOf((*[arity]entry)(all[:])), arity+leastUpTo((*[arity]entry)(all[arity:]), last-arity)
	h.least = uint8(i + (k-i)&-earlier(&all[k&(listMost-1)], &all[i&(listMost-1)]))
}

// up puts an entry where it belongs, at i or above.
func (h *jobList) up(i int, e entry) {
	s := h.all
	for i > 0 {
		parent := (i - 1) / arity
		if !e.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = e
}

// down puts an entry where it belongs, at i or below, and returns where that is.
func (h *jobList) down(i int, e entry) int {
	s := h.all
	for {
		first := arity*i + 1
		if first >= len(s) {
			break
		}
		least := first
		if first+arity <= len(s) {
			least += leastOf((*[arity]entry)(s[first:]))
		} else {
			for child := first + 1; child < len(s); child++ {
				if s[child].before(s[least]) {
					least = child
				}
			}
		}
		if !s[least].before(e) {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = e
	return i
}

// leastOf returns the first of four in the order of the heap. It has no branch that
// depends on which it is: a processor would guess wrong at every other one.
func leastOf(c *[arity]entry) int {
	i := earlier(&c[1], &c[0])
	k := 2 + earlier(&c[3], &c[2])
	return i + (k-i)&-earlier(&c[k&3], &c[i&3])
}

// leastUpTo is leastOf for those up to the last, if there is one: the others are nobody.
func leastUpTo(c *[arity]entry, last int) int {
	i := earlier(&c[1], &c[0]) & upTo(1, last)
	k := 2 + earlier(&c[3], &c[2])&upTo(3, last)
	return i + (k-i)&-(earlier(&c[k&3], &c[i&3])&upTo(2, last))
}

// upTo returns 1 if i is not beyond the last, and 0 otherwise.
func upTo(i, last int) int { return int(uint(i-1-last) >> 63) }

// earlier returns 1 if a is before b, and 0 otherwise: the sign of the difference of two numbers of 128 bits.
func earlier(a, b *entry) int {
	_, borrow := bits.Sub64(a.who, b.who, 0)
	d, _ := bits.Sub64(a.done, b.done, borrow)
	return int(d >> 63)
}

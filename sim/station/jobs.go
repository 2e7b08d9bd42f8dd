package station

import "slices"

// entry is a job in service and the reading of the clock at which it is done.
type entry struct {
	done uint64
	job  uint32
}

// before is the order in which jobs leave: by done, then by job.
func (a entry) before(b entry) bool {
	if d := int64(a.done - b.done); d != 0 {
		return d < 0
	}
	return a.job < b.job
}

// jobList is the jobs in service. A few are a list in which who leaves first is the last, more
// are a heap in which each entry has four below it: half as deep as a binary one, which counts
// with a hundred jobs. Who leaves first is then the first.
type jobList struct {
	all    []entry
	heaped bool
}

// A list of more than listMost becomes a heap, and is one until no more than listAgain are left.
const (
	listMost  = 8
	listAgain = 4
	arity     = 4
)

// first returns who leaves first, of a list that is not empty.
func (h *jobList) first() *entry {
	if h.heaped {
		return &h.all[0]
	}
	return &h.all[len(h.all)-1]
}

func (h *jobList) push(e entry) {
	i := len(h.all)
	if h.heaped || i >= listMost {
		h.pushHeap(e)
		return
	}
	if i == cap(h.all) {
		h.grow()
	}
	h.all = h.all[:i+1]
	all := h.all
	for ; i > 0 && all[i-1].before(e); i-- {
		all[i] = all[i-1]
	}
	all[i] = e
}

// grow makes room for one more.
//
//go:noinline
func (h *jobList) grow() { h.all = slices.Grow(h.all, 1) }

// pushHeap puts an entry on a heap, or on a list that becomes one.
func (h *jobList) pushHeap(e entry) {
	if !h.heaped {
		h.heaped = true
		slices.Reverse(h.all) // a sorted list is a heap
	}
	h.all = append(h.all, e)
	h.up(len(h.all)-1, e)
}

// dropFirst takes out who leaves first, and returns it.
func (h *jobList) dropFirst() (job uint32) {
	if h.heaped {
		job = h.all[0].job
		h.drop(0)
		return job
	}
	last := len(h.all) - 1
	job = h.all[last].job
	h.all = h.all[:last]
	return job
}

func (h *jobList) remove(job uint32) {
	for i := range h.all {
		if h.all[i].job != job {
			continue
		}
		if h.heaped {
			h.drop(i)
		} else {
			h.all = slices.Delete(h.all, i, i+1)
		}
		return
	}
	panic("station: the job is not in service here")
}

// drop takes an entry out of a heap, which may become a list.
func (h *jobList) drop(i int) {
	last := len(h.all) - 1
	e := h.all[last]
	if h.all = h.all[:last]; i < last && h.down(i, e) == i {
		h.up(i, e)
	}
	if last <= listAgain {
		h.heaped = false
		h.sort()
	}
}

// sort brings the entries in order, as a list or, sorted the other way, as a heap.
func (h *jobList) sort() {
	sign := -1
	if h.heaped {
		sign = 1
	}
	slices.SortFunc(h.all, func(a, b entry) int {
		if a.before(b) {
			return -sign
		}
		return sign
	})
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

// earlier returns 1 if a is before b, and 0 otherwise.
func earlier(a, b *entry) int {
	d := int64(a.done - b.done)
	if d == 0 {
		d = int64(a.job) - int64(b.job)
	}
	return int(uint64(d) >> 63)
}

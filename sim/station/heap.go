package station

// entry is a job in service and the reading of the clock at which it is done.
type entry struct {
	done uint64
	job  uint32
}

// jobHeap is a heap by done, then by job, in which each entry has four below it:
// half as deep as a binary one, which counts with a hundred jobs.
type jobHeap []entry

const arity = 4

func (a entry) before(b entry) bool {
	if d := int64(a.done - b.done); d != 0 {
		return d < 0
	}
	return a.job < b.job
}

func (h *jobHeap) push(e entry) {
	*h = append(*h, e)
	h.up(len(*h)-1, e)
}

func (h *jobHeap) pop() (job uint32) {
	s := *h
	job = s[0].job
	last := len(s) - 1
	if *h = s[:last]; last > 0 {
		h.down(0, s[last])
	}
	return job
}

func (h *jobHeap) remove(job uint32) {
	for i := range *h {
		if (*h)[i].job == job {
			h.drop(i)
			return
		}
	}
	panic("station: the job is not in service here")
}

func (h *jobHeap) drop(i int) {
	s := *h
	last := len(s) - 1
	e := s[last]
	if *h = s[:last]; i < last && h.down(i, e) == i {
		h.up(i, e)
	}
}

// up puts an entry where it belongs, at i or above.
func (h *jobHeap) up(i int, e entry) {
	s := *h
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
func (h *jobHeap) down(i int, e entry) int {
	s := *h
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

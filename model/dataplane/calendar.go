package dataplane

import "headroom/sim"

// calendar holds the announced departures of servers in buckets of a few
// hundred nanoseconds to milliseconds, unsorted, one announcement a server. It
// is turned up to the present before each pick by requests in flight; the order
// in which it gives the servers of one turn does not matter, since counts do not
// depend on it.
type calendar struct {
	heads  []uint32 // by bucket: its first server
	due    []sim.Time
	next   []uint32 // by server
	prev   []uint32 // by server; noIndex for the first of its bucket
	shift  uint     // a bucket is 2^shift ns long
	turned sim.Time // all before is done
	count  int

	looked, found int // entries looked at and found due since the last tuning
	passed        int // buckets passed
}

const (
	leastBuckets = 1024 // a power of two
	firstShift   = 18   // 262 µs
	tuneEvery    = 512  // entries found due
)

func newCalendar() calendar {
	c := calendar{shift: firstShift}
	c.rebuild(leastBuckets, firstShift)
	return c
}

// rebuild spreads all announcements over so many buckets of another length.
func (c *calendar) rebuild(buckets int, shift uint) {
	c.shift, c.count = shift, 0
	if buckets > len(c.heads) {
		c.heads = make([]uint32, buckets)
	}
	for b := range c.heads {
		c.heads[b] = noIndex
	}
	for id, due := range c.due {
		if due != sim.Never {
			c.insert(uint32(id), due)
		}
	}
}

// grow makes room for a server.
func (c *calendar) grow(id uint32) {
	for int(id) >= len(c.due) {
		c.due = append(c.due, sim.Never)
		c.next = append(c.next, noIndex)
		c.prev = append(c.prev, noIndex)
	}
	c.due[id] = sim.Never
	if len(c.due) > len(c.heads) { // an entry a bucket and lap
		c.rebuild(2*len(c.heads), c.shift)
	}
}

func (c *calendar) bucket(at sim.Time) int { return int(uint64(at)>>c.shift) & (len(c.heads) - 1) }

// announce says when a server's next departure is due; a later one than said
// before may come early.
func (c *calendar) announce(id uint32, due sim.Time) {
	if due >= c.due[id] {
		return
	}
	c.remove(id)
	c.insert(id, due)
}

func (c *calendar) insert(id uint32, due sim.Time) {
	b := c.bucket(due)
	c.due[id] = due
	c.next[id], c.prev[id] = c.heads[b], noIndex
	if c.heads[b] != noIndex {
		c.prev[c.heads[b]] = id
	}
	c.heads[b] = id
	c.count++
}

// remove takes a server's announcement back, if there is one.
func (c *calendar) remove(id uint32) {
	if c.due[id] == sim.Never {
		return
	}
	if p := c.prev[id]; p != noIndex {
		c.next[p] = c.next[id]
	} else {
		c.heads[c.bucket(c.due[id])] = c.next[id]
	}
	if n := c.next[id]; n != noIndex {
		c.prev[n] = c.prev[id]
	}
	c.due[id] = sim.Never
	c.count--
}

// turnCalendar settles every server whose announcement is due until now.
func (p *Plane) turnCalendar(now sim.Time) {
	c := &p.calendar
	first, last := uint64(c.turned)>>c.shift, uint64(now)>>c.shift
	if c.count > 0 {
		lap := uint64(len(c.heads))
		first = max(first, last-min(last, lap-1)) // one lap sees all
		for tick := first; tick <= last; tick++ {
			p.turnBucket(int(tick&(lap-1)), now)
		}
		if last-first < lap-1 { // an idle time tells nothing
			c.passed += int(last - first)
		}
	}
	c.turned = now
	if c.found >= tuneEvery {
		c.tune()
	}
}

func (p *Plane) turnBucket(b int, now sim.Time) {
	c := &p.calendar
	for id := c.heads[b]; id != noIndex; {
		next := c.next[id]
		c.looked++
		if c.due[id] <= now {
			c.found++
			c.remove(id)
			p.settle(id, now)
			if due := p.servers.at(id).next(); due != sim.Never {
				c.insert(id, due)
			}
		}
		id = next
	}
}

// tune doubles the buckets when too many are passed for each entry that is due,
// and halves them when too many entries are looked at in vain. Each bucket that is
// passed may hold an entry of a later lap: those do not tell against its length.
func (c *calendar) tune() {
	shift := c.shift
	switch {
	case c.passed > 3*c.found:
		shift = min(shift+1, 40)
	case c.looked-c.passed > 3*c.found && shift > 0:
		shift--
	}
	c.looked, c.found, c.passed = 0, 0, 0
	if shift != c.shift {
		c.rebuild(len(c.heads), shift)
	}
}

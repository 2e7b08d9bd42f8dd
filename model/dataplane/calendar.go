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
	calendarBuckets = 1024
	firstShift      = 18  // 262 µs
	tuneEvery       = 512 // entries found due
)

func newCalendar() calendar {
	c := calendar{heads: make([]uint32, calendarBuckets), shift: firstShift}
	for b := range c.heads {
		c.heads[b] = noIndex
	}
	return c
}

// reach makes room for a server.
func (c *calendar) reach(id uint32) {
	for int(id) >= len(c.due) {
		c.due = append(c.due, sim.Never)
		c.next = append(c.next, noIndex)
		c.prev = append(c.prev, noIndex)
	}
	c.due[id] = sim.Never
}

func (c *calendar) bucket(at sim.Time) int { return int(uint64(at)>>c.shift) & (calendarBuckets - 1) }

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

// turn settles every server whose announcement is due until now.
func (p *Plane) turn(now sim.Time) {
	c := &p.calendar
	first, last := uint64(c.turned)>>c.shift, uint64(now)>>c.shift
	if c.count > 0 {
		if last-first >= calendarBuckets {
			first = last - calendarBuckets + 1
		}
		for tick := first; tick <= last; tick++ {
			p.turnBucket(int(tick&(calendarBuckets-1)), now)
		}
		c.passed += int(last - first)
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
			if due := p.servers.at(id).station.Next(); due != sim.Never {
				c.insert(id, due)
			}
		}
		id = next
	}
}

// tune halves the buckets when too many entries are looked at in vain, and
// doubles them when too many are empty.
func (c *calendar) tune() {
	shift := c.shift
	switch {
	case c.looked > 3*c.found && shift > 0:
		shift--
	case c.passed > 3*c.found && shift < 40:
		shift++
	}
	c.looked, c.found, c.passed = 0, 0, 0
	if shift == c.shift {
		return
	}
	c.shift = shift
	c.count = 0
	for b := range c.heads {
		c.heads[b] = noIndex
	}
	for id, due := range c.due {
		if due != sim.Never {
			c.insert(uint32(id), due)
		}
	}
}

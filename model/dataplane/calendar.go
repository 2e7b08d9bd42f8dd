package dataplane

import "headroom/sim"

// calendar holds what is announced for an instant, by number, in buckets of a few
// hundred nanoseconds to milliseconds, unsorted: departures of servers, one
// announcement each, and the ends of requests in lanes. It is turned up to the present
// before each pick by requests in flight; the order within one turn does not matter,
// since counts do not depend on it.
type calendar struct {
	heads  []uint32 // by bucket: its first server
	due    []sim.Time
	next   []uint32
	prev   []uint32 // noIndex for the first of its bucket
	shift  uint     // a bucket is 2^shift ns long
	turned sim.Time // all before is done
	late   bool     // something was announced for no later than that since
	count  int
	gone   int // entries removed, ever

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

// grow makes room for a number that has no announcement.
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

// announce says for when a number is due; a later instant than said before may come
// early.
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
	c.late = c.late || due <= c.turned
}

// remove takes the announcement of a number back, if there is one.
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
	c.gone++
}

// turnCalendar settles every server whose departure is announced for until now, and
// ends the requests in lanes whose end is.
func (p *Plane) turnCalendar(now sim.Time) {
	p.ends.turn(now, p.land)
	p.calendar.turn(now, p.announced)
}

// settleDue settles a server and returns its next departure.
func (p *Plane) settleDue(id uint32, _, now sim.Time) sim.Time {
	if p.servers.at(id).kept.on {
		p.play(id, now)
	} else {
		p.settle(id, now)
	}
	return p.servers.at(id).next()
}

// dueFunc is told of a number that is due at an instant at or before the present, and
// returns for when it is announced again.
type dueFunc func(id uint32, at, now sim.Time) sim.Time

// turn takes out all that is announced for until an instant and calls due with it.
func (c *calendar) turn(now sim.Time, due dueFunc) {
	if now <= c.turned && !c.late {
		return
	}
	c.late = c.late && now < c.turned
	first, last := uint64(min(c.turned, now))>>c.shift, uint64(now)>>c.shift
	if c.count > 0 {
		lap := uint64(len(c.heads))
		first = max(first, last-min(last, lap-1)) // one lap sees all
		for tick := first; tick <= last; tick++ {
			c.turnBucket(int(tick&(lap-1)), now, due)
		}
		if last-first < lap-1 { // an idle time tells nothing
			c.passed += int(last - first)
		}
	}
	c.turned = max(c.turned, now)
	if c.found >= tuneEvery {
		c.tune()
	}
}

func (c *calendar) turnBucket(b int, now sim.Time, due dueFunc) {
	for id := c.heads[b]; id != noIndex; {
		next := c.next[id]
		c.looked++
		if at := c.due[id]; at <= now {
			c.found++
			c.remove(id)
			gone := c.gone
			if again := due(id, at, now); again != sim.Never {
				c.insert(id, again)
			}
			if c.gone != gone { // the next one may be among them
				next = c.heads[b]
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

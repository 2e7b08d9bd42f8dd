package dataplane

import (
	"headroom/sim"
	"headroom/sim/slab"
)

// calendar holds what is announced for an instant, by number, in buckets of a few
// hundred nanoseconds to milliseconds, unsorted: departures of servers, one
// announcement each, and the ends of requests on fast paths. It is turned up to the present
// before each pick by requests in flight; the order within one turn does not matter,
// since counts do not depend on it. What is numbered, a T, may lie in it.
type calendar[T any] struct {
	heads   []uint32 // by bucket: its first entry; a power of two of them
	entries []calendarEntry[T]
	shift   uint     // a bucket is 2^shift ns long
	turned  sim.Time // all before is done
	late    bool     // something was announced for no later than that since
	count   int
	gone    int // entries removed, ever

	looked, found int // entries looked at and found due since the last tuning
	passed        int // buckets passed

	scout     uint32 // the entry whose line was asked for last; noIndex: none
	scoutTick uint64 // of its bucket
}

// calendarEntry is what is announced of one number, beside what else is known of it: all of it
// in one cache line.
type calendarEntry[T any] struct {
	of   T
	due  sim.Time // Never: nothing
	next uint32   // in its bucket; noIndex for the last
	prev uint32   // noIndex for the first
}

const (
	leastBuckets = 1024 // a power of two
	firstShift   = 18   // 262 µs
	tuneEvery    = 512  // entries found due
)

func newCalendar[T any]() calendar[T] {
	c := calendar[T]{shift: firstShift, scout: noIndex}
	c.rebuild(leastBuckets, firstShift)
	return c
}

// rebuild spreads all announcements over so many buckets of another length.
func (c *calendar[T]) rebuild(buckets int, shift uint) {
	c.shift, c.count = shift, 0
	if buckets > len(c.heads) {
		c.heads = make([]uint32, buckets)
	}
	for b := range c.heads {
		c.heads[b] = noIndex
	}
	for id := range c.entries {
		if due := c.entries[id].due; due != sim.Never {
			c.insert(uint32(id), due)
		}
	}
}

// grow makes room for a number that has no announcement.
func (c *calendar[T]) grow(id uint32) {
	for int(id) >= len(c.entries) {
		c.entries = append(slab.Room(c.entries), calendarEntry[T]{due: sim.Never})
	}
	if len(c.entries) > len(c.heads) { // an entry a bucket and lap
		c.rebuild(2*len(c.heads), c.shift)
	}
}

func (c *calendar[T]) bucket(at sim.Time) int {
	return int(uint64(at)>>(c.shift&63)) & (len(c.heads) - 1)
}

// announce says for when a number is due; a later instant than said before may come
// early.
func (c *calendar[T]) announce(id uint32, due sim.Time) {
	if due >= c.entries[id].due {
		return
	}
	c.remove(id)
	c.insert(id, due)
}

// insert announces a number that has no announcement.
func (c *calendar[T]) insert(id uint32, due sim.Time) {
	head, e := &c.heads[c.bucket(due)], &c.entries[id]
	e.due, e.next, e.prev = due, *head, noIndex
	if *head != noIndex {
		c.entries[*head].prev = id
	}
	*head = id
	c.count++
	c.late = c.late || due <= c.turned
}

// remove takes the announcement of a number back, if there is one.
func (c *calendar[T]) remove(id uint32) {
	if e := &c.entries[id]; e.due != sim.Never {
		c.unlink(e)
	}
}

// unlink takes an entry out of its bucket.
func (c *calendar[T]) unlink(e *calendarEntry[T]) {
	if e.prev != noIndex {
		c.entries[e.prev].next = e.next
	} else {
		c.heads[c.bucket(e.due)] = e.next
	}
	if e.next != noIndex {
		c.entries[e.next].prev = e.prev
	}
	e.due = sim.Never
	c.count--
	c.gone++
}

// turnCalendar settles every server whose departure is announced for until now, and
// ends the requests on fast paths whose end is.
func (p *Plane) turnCalendar(now sim.Time) {
	p.passCalendar(now)
	p.countGathered()
}

// passCalendar is turnCalendar for who has what was gathered counted afterwards.
func (p *Plane) passCalendar(now sim.Time) {
	p.compact.ends.turn(now, p.endDue)
	if len(p.fastPaths) >= p.many {
		p.fetchEnds()
	}
	if p.calendar.count > 0 {
		p.calendar.turn(now, p.announced)
	}
}

// settleDue settles a server and returns its next departure.
func (p *Plane) settleDue(id uint32, _, now sim.Time) sim.Time {
	switch s := p.servers.at(id); {
	case s.keeps:
		p.play(id, now)
	case s.settles == settlesShared:
		p.passShared(id, s, now)
	default:
		p.settle(id, now)
	}
	return p.servers.at(id).next()
}

// dueFunc is told of a number that is due at an instant at or before the present, and
// returns for when it is announced again.
type dueFunc func(id uint32, at, now sim.Time) sim.Time

// bind makes the functions that calendars call, once: to make one allocates.
func (p *Plane) bind() { p.endDue, p.announced = p.endOnFastPath, p.settleDue }

// behind reports whether something may be due that was not taken out.
func (c *calendar[T]) behind(now sim.Time) bool { return now > c.turned || c.late }

// turn takes out all that is announced for until an instant and calls due with it.
func (c *calendar[T]) turn(now sim.Time, due dueFunc) {
	from := c.turned
	switch {
	case now > from:
		c.late = false
	case c.late:
		from, c.late = now, now < from
	default:
		return
	}
	if c.count > 0 {
		tick, last, lap := uint64(from)>>(c.shift&63), uint64(now)>>(c.shift&63), uint64(len(c.heads))
		if last-tick < lap-1 {
			c.passed += int(last - tick)
		} else { // one lap sees all; an idle time tells nothing
			tick = last - (lap - 1)
		}
		for ; tick <= last; tick++ {
			b := int(tick) & (len(c.heads) - 1)
			if head := c.heads[b]; head != noIndex {
				c.turnBucket(b, head, now, due)
			}
		}
	}
	c.turned = max(c.turned, now)
	if c.found >= tuneEvery {
		c.tune()
	}
}

// turnBucket takes what is due out of a bucket, whose first entry is id.
func (c *calendar[T]) turnBucket(b int, id uint32, now sim.Time, due dueFunc) {
	for id != noIndex {
		c.looked++
		e := &c.entries[id]
		at, next := e.due, e.next
		if at <= now {
			c.found++
			if e.prev == noIndex && next == noIndex { // alone in there, as most are
				c.heads[b], e.due = noIndex, sim.Never
				c.count--
				c.gone++
			} else {
				c.unlink(e)
			}
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
func (c *calendar[T]) tune() {
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

package dataplane

import (
	"unsafe"

	"headroom/sim/fetch"
)

// Where there are many targets, what a request touches of each lies beyond the second cache, and
// a simulated second would pass in waiting for it. Who ends soon, and who is picked next if
// nobody ends before, is known: their lines are asked for one request ahead. Nothing but time
// depends on it, so that a wrong guess costs a line and is right the next time.

// manyFastPaths is from how many on their lines, 128 bytes each with as many for requests, leave
// no room for anything else in a second cache of 1 MiB.
const manyFastPaths = 2048

// Buckets of a calendar after the present that its scout goes through.
const (
	scoutFirst = 2
	scoutLast  = 5
)

// ahead returns an entry that is due soon, whose line was asked for by the call before, and asks
// for that of the next; noIndex: there is none. Entries may have come and gone in between, so
// that it may be any.
func (c *calendar[T]) ahead() uint32 {
	k, present := c.scout, uint64(c.turned)>>c.shift
	if c.scoutTick > present+scoutLast {
		return noIndex
	}
	next := uint32(noIndex)
	if k != noIndex {
		next = c.entries[k].next
	}
	if next == noIndex {
		c.scoutTick = max(c.scoutTick+1, present+scoutFirst)
		next = c.heads[c.scoutTick&uint64(len(c.heads)-1)]
	}
	if c.scout = next; next != noIndex {
		fetch.Line(unsafe.Pointer(&c.entries[next]))
	}
	return k
}

// fetchEnds asks for the fast path of a request that ends soon.
func (p *Plane) fetchEnds() {
	if k := p.compact.ends.ahead(); k != noIndex {
		p.fetchFastPath(p.compact.at(k).server)
	}
}

// fetchNext asks for the fast path of the target that a scope picks next.
func (p *Plane) fetchNext(g *targetGroup, sc *scope, zone int) {
	if next, ok := sc.least.Next(zone); ok {
		server := g.routed[next].server
		p.fetchFastPath(server)
		fetch.Line(unsafe.Pointer(&p.fastPaths[server].station))
	}
}

func (p *Plane) fetchFastPath(server uint32) {
	if int(server) < len(p.fastPaths) {
		fetch.Line(unsafe.Pointer(&p.fastPaths[server]))
	}
}

package dataplane

import (
	"slices"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// departure is one line of the dumb twin of a calendar: a sorted list of all that
// will happen.
type departure struct {
	at     sim.Time
	server uint32
}

// calendarTwin offers requests to servers behind an algorithm that counts, and
// keeps the twin.
type calendarTwin struct {
	*bench
	draws     rng.Stream
	servers   []slab.Handle
	free      map[uint32]sim.Time // when the one worker of a server is free
	fastPaths bool                // requests take them
	list      []departure
}

func newCalendarTwin(t *testing.T, seed uint64, fastPaths bool) *calendarTwin {
	traffic := behindBalancer(script{}, must(rng.Fixed(1)))
	traffic.Services[0].Workers = 1
	traffic.TargetGroups[0].Algorithm = "least_outstanding_requests"
	traffic.TargetGroups[0].HealthCheck.Enabled = false
	traffic.LoadBalancers[0].IdleTimeout = 0
	c := &calendarTwin{bench: start(t, traffic), draws: rng.New(seed, 0, "calendar"), free: map[uint32]sim.Time{}, fastPaths: fastPaths}
	c.frame.Duration = 365 * sim.Day
	c.meter = c.newMeter(Observe{})
	for range 1 + seed*5 {
		c.servers = append(c.servers, c.open())
	}
	return c
}

// open opens a server.
func (c *calendarTwin) open() slab.Handle {
	h := c.serve(0, 0)
	c.Plane.servers.Get(h).foreseen = c.fastPaths
	return h
}

// shift is how long the buckets are of the calendar that the twin is about.
func (c *calendarTwin) shift() uint {
	if c.fastPaths {
		return c.compact.ends.shift
	}
	return c.calendar.shift
}

// pass lets a time pass in which nobody looks; of the kernel's events there are
// only those of targets that have gone.
func (c *calendarTwin) pass(d sim.Time) {
	until := c.kernel.Now() + d
	for ev, ok := c.kernel.Next(until); ok; ev, ok = c.kernel.Next(until) {
		if kind(ev.Kind) != targetIsDrained {
			c.t.Fatalf("%s comes up", c.table[ev.Kind].name)
		}
		c.Handle(ev)
	}
}

// offer sends a request to a server, in both.
func (c *calendarTwin) offer(h slab.Handle, demand sim.Time) {
	now, id := c.kernel.Now(), indexOf(h)
	rh, r := c.requests.Alloc()
	*r = request{arrived: now, demand: demand, server: id, target: noIndex, group: None}
	c.sources[0].balancer, c.sources[0].plain = None, false
	c.Plane.offer(indexOf(rh), r)
	c.free[id] = max(now, c.free[id]) + demand
	at, _ := slices.BinarySearchFunc(c.list, c.free[id], func(d departure, at sim.Time) int { return int(d.at - at) })
	c.list = slices.Insert(c.list, at, departure{c.free[id], id})
}

// replace kills a server, with all that it would still have done, and opens one.
func (c *calendarTwin) replace(k int) {
	h := c.servers[k]
	c.Kill(h, model.Reclaimed)
	c.Close(h)
	c.list = slices.DeleteFunc(c.list, func(d departure) bool { return d.server == indexOf(h) })
	c.servers[k] = c.open()
	c.free[indexOf(c.servers[k])] = 0
}

// turn turns the calendar and compares.
func (c *calendarTwin) turn(seed uint64) {
	now := c.kernel.Now()
	c.Plane.turnCalendar(now)
	c.list = slices.DeleteFunc(c.list, func(d departure) bool { return d.at <= now })
	left := map[uint32]int{}
	for _, d := range c.list {
		left[d.server]++
	}
	announced := 0
	for _, h := range c.servers {
		id := indexOf(h)
		s := c.Plane.servers.at(id)
		serving, waiting := c.atStation(id, s)
		if got := serving + waiting; got != left[id] {
			c.t.Fatalf("seed %d: at %v server %v has %d requests, the twin says %d", seed, now, h, got, left[id])
		}
		if due := c.calendar.entries[id].due; !c.Plane.fastPaths[id].open && due > s.next() {
			c.t.Fatalf("seed %d: at %v server %v is announced for %v and due at %v", seed, now, h, due, s.next())
		} else if due != sim.Never {
			announced++
		}
	}
	if announced != c.calendar.count {
		c.t.Fatalf("seed %d: at %v %d announcements, counted %d", seed, now, announced, c.calendar.count)
	}
}

func TestCalendarAgreesWithASortedList(t *testing.T) {
	finest, coarsest := uint(firstShift), uint(firstShift)
	longest := sim.Time(0)
	for trial := range uint64(24) {
		seed := trial / 2
		c := newCalendarTwin(t, seed, trial%2 == 1)
		scale := 3 * seed // of gaps and demands, 2^scale µs
		for step := range 6000 {
			if step%2000 == 1999 {
				scale = uint64(c.draws.Below(25))
			}
			gap := sim.Seconds(1e-6 * float64(uint64(1)<<scale) * c.draws.Exponential())
			if c.draws.Below(100) == 0 { // nobody looks for several laps
				gap = leastBuckets * sim.Time(1+c.draws.Below(3)) << c.shift()
			}
			longest = max(longest, gap>>c.shift())
			c.pass(gap)
			switch c.draws.Below(50) {
			case 0:
				c.replace(c.draws.Below(len(c.servers)))
			case 1, 2, 3:
			default:
				demand := sim.Seconds(2e-6 * float64(uint64(1)<<scale) * c.draws.Exponential())
				to := c.servers[c.draws.Below(len(c.servers))]
				c.offer(to, demand)
				if c.Plane.fastPaths[indexOf(to)].open != c.fastPaths {
					t.Fatalf("seed %d: fast path %v, want %v", seed, !c.fastPaths, c.fastPaths)
				}
			}
			if c.draws.Below(3) > 0 {
				c.turn(seed)
			}
			finest, coarsest = min(finest, c.shift()), max(coarsest, c.shift())
		}
	}
	if finest > firstShift-3 || coarsest < firstShift+3 || longest < 2*leastBuckets {
		t.Errorf("buckets of 2^%d to 2^%d ns and gaps of %d buckets at most: the test shows too little", finest, coarsest, longest)
	}
}

package controlplane

import (
	"cmp"
	"iter"
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// roster is the members of a group, and the counts of them that every launch and
// every end looks at: they are kept, never counted anew.
type roster struct {
	members  []member // every instance that has not left, in launch order
	vacant   int      // members that left and are still listed
	capacity int      // units of the members that count as capacity
	byZone   []int    // of them, by the group's own zones
	byLine   []int    // of them, by the lines of a service's strategy
	onDemand int      // of them
	pending  int      // members that are not in service yet
	draining int      // members that their target groups let go
}

func newRoster(cfg *Group) roster {
	r := roster{byZone: make([]int, len(cfg.Zones))}
	if cfg.Tasks != nil && len(cfg.Tasks.Providers) > 0 {
		r.byLine = make([]int, len(cfg.Tasks.Providers))
	}
	return r
}

// member is an instance of a group: 0 once it has left.
type member struct {
	handle slab.Handle
	number int32 // ascends in launch order
}

// leave takes a member off the list, in time that does not grow with the list.
func (r *roster) leave(number int32) {
	at, listed := slices.BinarySearchFunc(r.members, number, func(m member, n int32) int { return cmp.Compare(m.number, n) })
	if !listed {
		return // not yet: it ends before its launch has
	}
	r.members[at].handle = 0
	r.vacant++
	if 2*r.vacant > len(r.members) {
		r.members = slices.DeleteFunc(r.members, func(m member) bool { return m.handle == 0 })
		r.vacant = 0
	}
}

// join adds an instance that was launched after all others of a group.
func (cp *Plane) join(g *group, h slab.Handle) {
	in := cp.instances.Get(h)
	in.protected = g.cfg.Protected
	if g.cfg.Lifetime > 0 {
		cp.schedule(sim.Sum(in.launchedAt, g.cfg.Lifetime), indexed(groupTurns, in.order.group))
	}
	g.members = append(g.members, member{h, in.number})
}

// membersOf yields the members of a group that have not left, in launch order.
// None may leave meanwhile.
func (cp *Plane) membersOf(g *group) iter.Seq2[slab.Handle, *instance] {
	return func(yield func(slab.Handle, *instance) bool) {
		for _, m := range g.members {
			if m.handle != 0 && !yield(m.handle, cp.instances.Get(m.handle)) {
				return
			}
		}
	}
}

// become takes an instance from one life to the next.
func (cp *Plane) become(in *instance, l life) {
	cp.tally(in, -1)
	in.life, cp.stirred = l, true
	cp.tally(in, +1)
}

// tally adds an instance to the counts of its group, or takes it off.
func (cp *Plane) tally(in *instance, n int) {
	if in.order.group == None {
		return
	}
	g := &cp.groups[in.order.group]
	g.count(in, g.zoneIndex(in.zone), n)
	g.standing = standing{}
	g.membership.gauge(g, cp.kernel.Now())
	if in.stage.inPool() && !in.life.leaves() {
		g.warm.Add(cp.kernel.Now(), int64(n))
	}
}

// count adds an instance in one of the group's zones to the counts, or takes it off.
func (r *roster) count(in *instance, zone, n int) {
	if in.arrives() {
		r.pending += n
	}
	if in.life == draining {
		r.draining += n
	}
	if !in.counts() {
		return
	}
	n *= in.units()
	r.capacity += n
	r.byZone[zone] += n
	if r.byLine != nil {
		r.byLine[in.order.line] += n
	}
	if in.order.option == model.OnDemand {
		r.onDemand += n
	}
}

// standing is how far the members of a group are. It holds for a while, and until one of them
// is tallied anew.
type standing struct {
	warm    int      // capacity that is in service and past its warm-up
	warming bool     // an instance that a rise of desired launched is pending or warming
	until   sim.Time // when a warm-up ends; 0: it is not known how far they are
}

// stand returns how far the members of a group are now.
func (cp *Plane) stand(g *group) standing {
	if now := cp.kernel.Now(); now >= g.standing.until {
		g.standing = cp.standingAt(g, now)
	}
	return g.standing
}

func (cp *Plane) standingAt(g *group, now sim.Time) standing {
	s := standing{until: sim.Never}
	for _, in := range cp.membersOf(g) {
		switch {
		case !in.inService():
			s.warming = s.warming || in.order.raised && in.arrives()
		case in.warmUntil <= now:
			s.warm += in.units()
		default:
			s.warming = s.warming || in.order.raised
			s.until = min(s.until, in.warmUntil)
		}
	}
	return s
}

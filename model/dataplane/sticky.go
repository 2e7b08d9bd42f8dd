package dataplane

import (
	"headroom/model"
	"headroom/model/routing"
	"headroom/sim"
)

// balance is how evenly the targets of a group are asked: kept where clients stay with
// a target, or targets start slowly.
type balance struct {
	weighed        bool
	stuck, unstuck int64
	requests       int64   // in all windows
	sum            float64 // over windows: requests × imbalance
	worst          float64
}

// weighingWindow is how long the requests of a target are counted before they are
// compared with those of others.
const weighingWindow = 5 * sim.Minute

// scheduleWeighing prepares the groups whose targets are weighed: where clients stay with
// them or they start slowly, and all others where that is observed.
func (p *Plane) scheduleWeighing(all bool) {
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		if g.cfg.Weighed() || all && g.cfg.Picks() {
			g.balance.weighed = true
			p.schedule(min(weighingWindow, p.frame.Duration), indexed(groupIsWeighed, i))
		}
	}
}

// onGroupIsWeighed compares the requests of the targets that were in rotation during the
// whole window.
func (p *Plane) onGroupIsWeighed(ev model.Event) {
	g := &p.targetGroups[ev.Index()]
	now := p.kernel.Now()
	p.weighFluid(g)
	targets, total, most := int64(0), int64(0), int64(0)
	for k := range g.routed {
		s := &g.routed[k]
		if s.admits != 0 && p.targets.at(s.target).rotates <= now-min(weighingWindow, now) {
			targets++
			total += int64(s.asked)
			most = max(most, int64(s.asked))
		}
		s.asked = 0
	}
	if b := &g.balance; targets > 1 && total > 0 {
		ratio := float64(most) * float64(targets) / float64(total)
		b.requests += total
		b.sum += ratio * float64(total)
		b.worst = max(b.worst, ratio)
	}
	p.scheduleAfter(weighingWindow, ev)
}

// mean is the imbalance over all windows; 1 where there was none.
func (b *balance) mean() float64 {
	if b.requests == 0 {
		return 1
	}
	return b.sum / float64(b.requests)
}

// pickFor picks a target for a request of a group that is weighed: the one of its
// client's cookie while that is in rotation, else one by the group's algorithm, which
// the client then stays with. The cookie of a load balancer counts from the last
// request that followed it, for each response renews it; that of an application from
// the first.
func (p *Plane) pickFor(g *targetGroup, s *scope, node int, c *cookie) (local int, ok bool) {
	now := p.kernel.Now()
	if c != nil && now < c.expires {
		if s := &g.routed[c.choice]; s.admits == c.tenancy {
			g.balance.stuck++
			s.asked++
			if g.cfg.Stickiness.Kind == LoadBalancerCookie {
				c.expires = sim.Sum(now, g.cfg.Stickiness.Duration)
			}
			return int(c.choice), true
		}
		g.balance.unstuck++
	}
	if local, ok = s.policy.Pick(node); !ok {
		return 0, false
	}
	in := &g.routed[local]
	in.asked++
	if c != nil {
		*c = cookie{choice: int32(local), tenancy: in.admits, expires: sim.Sum(now, g.cfg.Stickiness.Duration)}
	}
	return local, true
}

// cookieOf is where the client of a request keeps its cookie of a target group; nil for
// a client, or a group, without.
func (p *Plane) cookieOf(i uint32, group int) *cookie {
	v := &p.sources[p.requests.at(i).source].visitors
	if len(v.all) == 0 {
		return nil
	}
	return v.cookie(p.visits[i], group)
}

// cookie is where a visitor keeps its cookie of a target group; nil where it has none, and
// where nobody tells visitors apart.
func (v *visitors) cookie(visitor uint32, group int) *cookie {
	if visitor == noIndex || v.slots[group] == None {
		return nil
	}
	return &v.jar[int(visitor)*v.sticky+int(v.slots[group])]
}

// stick gives each sticky action of a way its place in the jars of visitors, after the
// first ones, and returns how many places there are.
func (w *way) stick(places int) int {
	slots := map[*routing.Weighted]int{}
	for i := range w.actions {
		a := &w.actions[i]
		if a.sticky == 0 {
			continue
		}
		if _, ok := slots[a.forward]; !ok {
			slots[a.forward] = places
			places++
		}
		a.slot = slots[a.forward]
	}
	return places
}

// chooseFor picks the target group of a sticky action for a visitor: that of its cookie,
// whatever the weights are now, else the one whose turn it is. noIndex: nobody tells who asks.
func (s *source) chooseFor(now sim.Time, visitor uint32, a *classAction) (choice int, ok bool) {
	if visitor == noIndex {
		return a.forward.Next()
	}
	c := &s.visitors.cookies(visitor)[a.slot]
	if now < c.expires {
		return int(c.choice), true
	}
	if choice, ok = a.forward.Next(); ok {
		*c = cookie{choice: int32(choice), expires: sim.Sum(now, a.sticky)}
	}
	return choice, ok
}

package dataplane

import (
	"headroom/model/fluid"
	"headroom/sim"
)

// unlike is the cohorts among which a target group chooses by who has the fewest in flight, and which are not alike: an audit
// plays all of them at once.
type unlike struct {
	fluid.Together
	group, scope int32
	cohorts      []*cohort
	ends         []sim.Time
	stands       bool // since it was found out last where requests go
	shared       bool // some of them are among others, too
}

// gatherUnlike notes for an audit the cohorts among which a target group chooses, if they are not alike.
func (p *Plane) gatherUnlike(key currentKey, scope int32, rotates func(*cohort) bool) {
	f := p.fluid
	if f.audit == nil {
		return
	}
	var cohorts []*cohort
	var ends []sim.Time
	unlike, serves := false, false
	for _, c := range f.cohorts {
		if c.servers == 0 || !rotates(c) {
			continue
		}
		cohorts = append(cohorts, c)
		unlike = unlike || !c.servesLike(cohorts[0])
		serves = serves || c.serves()
		ends = append(ends, 0)
		if !c.serves() {
			ends[len(ends)-1] = sim.Seconds(p.unequal(c, key.source).Away)
		}
	}
	if !unlike || !serves {
		return
	}
	t := f.unlikeOf(key.group, scope)
	t.shared = t.shared && t.stands
	t.cohorts, t.ends, t.stands, t.Nodes = cohorts, ends, true, 1
	if lb := p.sources[key.source].lb; lb != nil && p.targetGroups[key.group].cfg.CrossZone {
		t.Nodes = max(1, lb.nodesKnown())
	}
	for _, c := range cohorts {
		if c.together != nil && c.together != t { // they take what comes to other targets, too
			t.shared, c.together.shared = true, true
		}
		c.together = t
	}
}

// serves reports whether servers do what they are asked for.
func (c *cohort) serves() bool { return c.key.reach == serves }

// servesLike reports whether servers are as fast as others.
func (c *cohort) servesLike(o *cohort) bool {
	return c.key.reach == o.key.reach && c.key.speed == o.key.speed && c.key.pace == o.key.pace && c.Servers == o.Servers
}

// unlikeOf is those of a target group, of one zone or of all.
func (f *fluidly) unlikeOf(group, scope int32) *unlike {
	for _, t := range f.unlike {
		if t.group == group && t.scope == scope {
			return t
		}
	}
	t := &unlike{group: group, scope: scope}
	f.unlike = append(f.unlike, t)
	return t
}

// forgetUnlike forgets who is beside whom, before it is found out again.
func (f *fluidly) forgetUnlike() {
	for _, t := range f.unlike {
		t.stands = false
	}
	if len(f.unlike) > 0 {
		for _, c := range f.cohorts {
			c.together = nil
		}
	}
}

// noteUnlike has an audit take a step of those that are not alike, up to an instant.
func (p *Plane) noteUnlike(until sim.Time) {
	f := p.fluid
	for _, t := range f.unlike {
		if !t.stands {
			continue
		}
		t.Members = t.Members[:0]
		t.Apart = t.shared
		for i, c := range t.cohorts {
			m := fluid.Member{Cohort: &c.Cohort, Targets: c.servers, Serves: c.serves(), Ends: t.ends[i], Came: c.noted}
			if !m.Serves {
				m.Came = p.comesInVain(c)
			}
			for _, u := range c.currents {
				t.Apart = t.Apart || u.group != t.group
				for _, h := range u.held {
					m.Held += float64(h.n)
				}
			}
			t.Apart = t.Apart || c.hosted || c.function != nil || c.holds || c.away > 0 || len(c.disks) > 0
			t.Members = append(t.Members, m)
		}
		f.audit.NoteTogether(&t.Together, until+1)
	}
}

// comesInVain is what comes in a step to servers that serve nobody.
func (p *Plane) comesInVain(c *cohort) fluid.Arrivals {
	a := fluid.Arrivals{Length: p.fluid.length}
	for _, u := range c.currents {
		a.Expected += u.expected
		if p.fluid.inflows[u.inflow].attempt > 0 {
			a.Again += u.expected
		}
	}
	return a
}

package dataplane

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// visitors are the clients of a workload that are told apart.
type visitors struct {
	cfg    *Visitors
	all    []visitor  // none where nobody asks who it was
	jar    []cookie   // by visitor × target group and action that they reach and that is sticky
	slots  []int32    // in a visitor's part of the jar, by target group; None
	sticky int        // such target groups and actions
	choice rng.Stream // of who asks in an open loop
	ahead  ahead[uint32]
	read   sim.Time   // nobody asks
	away   int        // who think, in a closed loop
	drawn  bool       // times are drawn of each
	draws  rng.Stream // of how long they think and stay, by visitor and number
}

// visitor is one of them.
type visitor struct {
	until sim.Time // when another takes its place
	asked uint32   // requests so far
	came  uint32   // how many had its place before
}

// cookie leads to a target, or to a target group of an action, for a time: a quarter of a
// cache line, for there may be millions.
type cookie struct {
	expires sim.Time
	choice  int32  // the target's number in its group, or that of the target group
	tenancy uint32 // the target's, who had the number then
}

// thinks reports whether the visitors ask in a closed loop.
func (v *visitors) thinks() bool { return len(v.all) > 0 && v.cfg.Think != nil }

// newVisitors makes the visitors of a workload. In a closed loop each of them thinks first.
func (p *Plane) newVisitors(source int) {
	s := &p.sources[source]
	cfg := &s.cfg.Visitors
	if cfg.Count == 0 || cfg.Think != nil && p.cfg.Fluid > 0 { // or rates know how many there are
		return
	}
	name := "workload/" + s.cfg.Name + "/visitors"
	v := visitors{
		cfg: cfg, all: make([]visitor, cfg.Count), slots: make([]int32, len(p.targetGroups)), drawn: cfg.Stay != nil || cfg.Think != nil,
		choice: p.stream(name), draws: p.stream(name + "/times"),
	}
	for i := range v.slots {
		v.slots[i] = None
	}
	for _, g := range p.reached(s) {
		if p.targetGroups[g].cfg.Stickiness.Kind != 0 && v.slots[g] == None {
			v.slots[g] = int32(v.sticky)
			v.sticky++
		}
	}
	if s.way != nil {
		v.sticky = s.way.stick(v.sticky)
	}
	v.jar = make([]cookie, cfg.Count*v.sticky)
	s.visitors = v
	if cfg.Think == nil {
		return
	}
	for i := range v.all {
		p.thinks(source, uint32(i), 0)
	}
}

// reached lists the target groups that the requests of a source come to.
func (p *Plane) reached(s *source) []int {
	switch s.to {
	case ToLoadBalancer:
		return p.cfg.reached(s.target)
	case ToTargetGroup:
		return []int{s.target}
	}
	return nil
}

// think lets the visitor whose user request has ended, at an instant, ask again after
// a while.
func (p *Plane) think(i uint32, r *request, at sim.Time) {
	if p.sources[r.source].visitors.thinks() {
		p.thinks(int(r.source), p.visits[i], at)
	}
}

// thinks schedules the next request of a visitor who begins to think at an instant.
func (p *Plane) thinks(source int, visitor uint32, at sim.Time) {
	v := &p.sources[source].visitors
	v.away++
	wait := v.draw(visitor, 0, v.cfg.Think)
	p.schedule(sim.Sum(at, wait), paired(visitorAsks, uint32(source), visitor))
}

// draw draws a time of a visitor's present request: part tells which.
func (v *visitors) draw(visitor uint32, part uint64, d rng.Distribution) sim.Time {
	s := v.draws.Fork(rng.Key(uint64(visitor), uint64(v.all[visitor].asked)<<1|part))
	return max(0, sim.Seconds(s.Draw(d)))
}

// onVisitorAsks sends the next request of a visitor in a closed loop.
func (p *Plane) onVisitorAsks(ev model.Event) {
	source, visitor := int(ev.On>>32), uint32(ev.On)
	s := &p.sources[source]
	s.visitors.away--
	i, r := p.newRequest(source, s)
	p.visit(i, s, visitor)
	p.enter(i, r)
}

// verifyVisitors: in a closed loop each visitor thinks, or waits for an answer.
func (p *Plane) verifyVisitors() error {
	for i := range p.cfg.Workloads {
		v := &p.sources[i].visitors
		if !v.thinks() {
			continue
		}
		u := &p.meter.users[i]
		if waiting := u.Requests - u.Completed - u.Failed; int64(v.away)+waiting != int64(len(v.all)) {
			return fmt.Errorf("workload %d: of %d visitors %d think and %d wait", i, len(v.all), v.away, waiting)
		}
	}
	return nil
}

// visit says which visitor sent a request.
func (p *Plane) visit(i uint32, s *source, visitor uint32) {
	if s.visitors.comes(p.kernel.Now(), visitor) {
		if s.flows.on {
			p.endSilentFlows(s)
			p.hangUpFlows(s, visitor)
		}
		if s.connections.on {
			p.partConnections(s, visitor)
		}
	}
	p.setVisit(i, visitor)
}

// comes counts a request of a visitor. One who has stayed long enough has gone, and who came
// instead, which it reports, has no cookies.
func (v *visitors) comes(now sim.Time, visitor uint32) (another bool) {
	if !v.drawn {
		return false
	}
	who := &v.all[visitor]
	if another = v.cfg.Stay != nil && now >= who.until; another {
		who.until = sim.Sum(now, v.draw(visitor, 1, v.cfg.Stay))
		clear(v.cookies(visitor))
		who.came++
	}
	who.asked++
	return another
}

// nextVisitor is who sends the next request of an open loop; noIndex: nobody tells.
func (s *source) nextVisitor(now sim.Time) uint32 {
	v := &s.visitors
	if len(v.all) == 0 {
		return noIndex
	}
	visitor := v.chosen()
	v.comes(now, visitor)
	return visitor
}

// chosen is who asks next in an open loop.
func (v *visitors) chosen() uint32 {
	if v.ahead.spent() {
		v.choose()
	}
	return v.ahead.give()
}

// choose draws who asks next, some at a time, and looks at their cookies: of millions few are
// in a cache, and these come from memory together, where each request would wait for its own.
func (v *visitors) choose() {
	for i := range v.ahead.next {
		v.ahead.next[i] = uint32(v.choice.Below(len(v.all)))
	}
	if v.sticky == 0 {
		return
	}
	read := sim.Time(0)
	for _, visitor := range v.ahead.next {
		read ^= v.jar[int(visitor)*v.sticky].expires
	}
	v.read = read // else the compiler would leave it out
}

// visitorOf is who sent a request; noIndex: nobody tells.
func (p *Plane) visitorOf(i uint32, s *source) uint32 {
	if len(s.visitors.all) == 0 {
		return noIndex
	}
	return p.visits[i]
}

// setVisit writes a request's visitor beside it.
func (p *Plane) setVisit(i, visitor uint32) {
	for int(i) >= len(p.visits) {
		p.visits = append(p.visits, noIndex)
	}
	p.visits[i] = visitor
}

// cookies are those that a visitor holds.
func (v *visitors) cookies(visitor uint32) []cookie {
	return v.jar[int(visitor)*v.sticky : (int(visitor)+1)*v.sticky]
}

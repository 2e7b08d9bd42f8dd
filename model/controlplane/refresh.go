package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/lifecycle"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

// Exempt says what a refresh does with instances that are protected or on standby.
type Exempt uint8

// What a refresh does with them.
const (
	WaitForThem Exempt = iota // for an hour, then it fails
	PassThem
	ReplaceThem
)

// Refresh replaces all instances of a group, bit by bit.
type Refresh struct {
	scaling.Refresh
	At                 sim.Time // Never: when an action says so
	SkipMatching       bool     // instances that are of its launch template already
	AutoRollback       bool
	Standby, Protected Exempt
	Alarms             []int // of Estate.Alarms: one in ALARM makes it fail
	Template           *GroupTemplate
}

// GroupTemplate is a launch template that a group takes instead of its own.
type GroupTemplate struct {
	Template int
	Types    []LaunchType
	Place    *Place
	Tasks    *Tasks // of an ECS service
}

// refresh is an instance refresh that runs.
type refresh struct {
	cfg         *Refresh
	plan        scaling.Refresh
	first       int32 // members launched before are to be replaced
	matching    bool  // only those of another version than the group's
	version     int32 // to which it goes back
	before      GroupTemplate
	total, done int
	batch       int   // being replaced
	mark        int32 // what is launched from here on is of the batch
	begun       sim.Time
	batchAt     sim.Time
	pausesUntil sim.Time
	waitsUntil  sim.Time // for instances that are protected or on standby; Never
	rollsBack   bool
	looks       []sim.Time // at which the group turns by itself
}

// look turns a group that is refreshed at an instant, once for all that ask for it: a turn
// asks for the next, so that turns of one instant would grow in number from each to the next.
func (cp *Plane) look(i int, at sim.Time) {
	r := cp.groups[i].refresh
	now := cp.kernel.Now()
	r.looks = slices.DeleteFunc(r.looks, func(t sim.Time) bool { return t <= now })
	if !slices.Contains(r.looks, at) {
		r.looks = append(r.looks, at)
		cp.schedule(at, indexed(groupTurns, i))
	}
}

// byRefresh is why a refresh launches and ends instances.
const byRefresh = "instance refresh"

// use makes a group launch from another template from now on: a new version.
func (g *group) use(t *GroupTemplate) {
	if t != nil {
		g.template, g.types, g.place, g.tasks = t.Template, t.Types, t.Place, t.Tasks
		g.version++
	}
}

// startRefresh begins a refresh of a group, with a launch template of its own or that of its plan.
func (cp *Plane) startRefresh(i int, cfg *Refresh, template *GroupTemplate) error {
	g := &cp.groups[i]
	if g.refresh != nil {
		return &lifecycle.Refusal{Code: "InstanceRefreshInProgress", Text: "another instance refresh runs"}
	}
	if template == nil {
		template = cfg.Template
	}
	r := &refresh{
		cfg: cfg, plan: cfg.Refresh, first: cp.launched, matching: cfg.SkipMatching, version: g.version,
		before: g.launches(), begun: cp.kernel.Now(), waitsUntil: sim.Never,
	}
	if template != nil && template.Template != g.template {
		g.use(template)
	}
	if r.plan.Warmup == scaling.Unset {
		r.plan.Warmup = g.cfg.Grace
		if g.cfg.DefaultWarmup != scaling.Unset {
			r.plan.Warmup = g.cfg.DefaultWarmup
		}
	}
	g.refresh = r
	for _, in := range cp.membersOf(g) {
		if in.counts() {
			r.total++
			if !cp.stale(g, in) {
				r.done++
			}
		}
	}
	cp.noteRefresh(i, fmt.Sprintf("InProgress: %d of %d instances, %d at a time", r.total-r.done, r.total, r.plan.Batch(r.total)))
	cp.turnRefresh(i)
	return nil
}

// stale reports whether a refresh of the group is still to replace an instance.
func (cp *Plane) stale(g *group, in *instance) bool {
	if g.refresh.matching {
		return in.order.version != g.version
	}
	return in.number < g.refresh.first
}

// onGroupTurns looks whether a replacement goes on: of a refresh, of instances that wait for
// their successors, of those that are too old.
func (cp *Plane) onGroupTurns(ev model.Event) {
	i := ev.Index()
	cp.turnDeployment(i)
	cp.endAtRisk(i)
	cp.endDoomed(i)
	cp.replaceOld(i)
	g := &cp.groups[i]
	if g.refresh != nil {
		cp.turnRefresh(i)
		return
	}
	if c := g.cfg.Refresh; c != nil && c.At == cp.kernel.Now() && !g.refreshed {
		g.refreshed = true
		if err := cp.startRefresh(i, c, nil); err != nil {
			cp.refuse(g.name(), "refresh", err)
		}
	}
}

// turnRefresh takes a refresh a step further, if it can go on.
func (cp *Plane) turnRefresh(i int) {
	g := &cp.groups[i]
	r := g.refresh
	now := cp.kernel.Now()
	if cp.alarmed(r) {
		cp.failRefresh(i, "an alarm is in ALARM")
		return
	}
	if len(r.cfg.Alarms) > 0 && !r.rollsBack {
		cp.look(i, (now/sim.Minute+1)*sim.Minute)
	}
	switch {
	case now < r.pausesUntil:
		return
	case g.suspended.Has(scaling.InstanceRefresh):
		cp.look(i, now+sim.Minute)
		return
	case now-r.begun > scaling.LongestRefresh:
		cp.failRefresh(i, "it has run for 14 days")
		return
	}
	if r.batch > 0 {
		if next := cp.batchReady(i); next > now {
			if now-r.batchAt > scaling.RefreshPatience+r.plan.Warmup {
				cp.failRefresh(i, "its instances are not healthy after an hour")
			} else {
				cp.look(i, next)
			}
			return
		}
		if cp.endBatch(i) {
			return
		}
	}
	cp.nextBatch(i)
}

// alarmed reports whether an alarm makes a refresh fail.
func (cp *Plane) alarmed(r *refresh) bool {
	for _, a := range r.cfg.Alarms {
		if !r.rollsBack && cp.watches[a].state == alarm.Alarm {
			return true
		}
	}
	return false
}

// batchReady returns when all of a batch has warmed up in service, as far as is known: an instant that
// is not after now if it has.
func (cp *Plane) batchReady(i int) sim.Time {
	g := &cp.groups[i]
	r := g.refresh
	now := cp.kernel.Now()
	ready := now
	if g.capacity < g.desired {
		ready = now + 10*sim.Second
	}
	for _, in := range cp.membersOf(g) {
		switch {
		case in.number < r.mark || !in.counts():
		case in.arrives():
			ready = max(ready, now+10*sim.Second)
		case now < in.inServiceAt+r.plan.Warmup:
			ready = max(ready, in.inServiceAt+r.plan.Warmup)
		case g.cfg.ELBHealth && (in.life != serving || cp.data.Unhealthy(in.server)):
			ready = max(ready, now+sim.Second)
		}
	}
	return ready
}

// endBatch counts a batch as replaced, and reports whether the refresh ends or pauses with it.
func (cp *Plane) endBatch(i int) bool {
	g := &cp.groups[i]
	r := g.refresh
	for _, h := range cp.doomedOf(g) {
		cp.instances.Get(h).endReason = byRefresh
		cp.endMember(i, h, None)
	}
	before := r.done
	r.done, r.batch = r.done+r.batch, 0
	if r.plan.Ends(r.total, r.done) {
		cp.endRefresh(i)
		return true
	}
	if p := r.plan.Reached(r.total, before, r.done); p > 0 && r.plan.Delay > 0 {
		r.pausesUntil = cp.kernel.Now() + r.plan.Delay
		cp.noteRefresh(i, fmt.Sprintf("checkpoint %d %%: %d of %d replaced, pauses %.6g s", p, r.done, r.total, r.plan.Delay.Seconds()))
		cp.look(i, r.pausesUntil)
		return true
	}
	return false
}

// nextBatch begins to replace the next instances, the oldest first.
func (cp *Plane) nextBatch(i int) {
	g := &cp.groups[i]
	r := g.refresh
	now := cp.kernel.Now()
	batch, waits := cp.candidates(g)
	if len(batch) == 0 && !waits {
		cp.endRefresh(i)
		return
	}
	if len(batch) == 0 {
		if r.waitsUntil == sim.Never {
			r.waitsUntil = now + scaling.RefreshPatience
		} else if now >= r.waitsUntil {
			cp.failRefresh(i, "instances are protected or on standby for an hour")
			return
		}
		cp.look(i, min(now+sim.Minute, r.waitsUntil))
		return
	}
	batch = batch[:min(len(batch), r.plan.Next(r.total, r.total, r.done))]
	r.batch, r.mark, r.batchAt, r.waitsUntil = len(batch), cp.launched, now, sim.Never
	for _, h := range batch {
		in := cp.instances.Get(h)
		switch {
		case in.stage == standingBy:
			in.endReason = byRefresh
			cp.endMember(i, h, None)
		case r.plan.LaunchesFirst() && g.desired > 0:
			cp.doom(in)
		default:
			in.endReason = byRefresh
			cp.endMember(i, h, None)
		}
	}
	cp.reconcile(i, launching{activity: None, cause: byRefresh, warmup: g.replacementWarmup()})
	cp.look(i, max(now, cp.batchReady(i)))
}

// candidates lists the members that a refresh may replace next, and says whether it waits for
// others.
func (cp *Plane) candidates(g *group) (list []slab.Handle, waits bool) {
	r := g.refresh
	for h, in := range cp.membersOf(g) {
		how := ReplaceThem
		switch {
		case !in.counts() && in.stage != standingBy || in.life.leaves() || !cp.stale(g, in):
			continue
		case in.stage == standingBy:
			how = r.cfg.Standby
		case in.protected:
			how = r.cfg.Protected
		}
		if how == ReplaceThem || r.rollsBack {
			list = append(list, h)
		}
		waits = waits || how == WaitForThem
	}
	return list, waits
}

// endRefresh ends a refresh that has done what it was to do.
func (cp *Plane) endRefresh(i int) {
	g := &cp.groups[i]
	status := "Successful"
	if g.refresh.rollsBack {
		status = "RollbackSuccessful"
	}
	cp.noteRefresh(i, fmt.Sprintf("%s: %d of %d replaced in %.6g s", status, g.refresh.done, g.refresh.total, (cp.kernel.Now()-g.refresh.begun).Seconds()))
	g.refresh = nil
}

// failRefresh ends a refresh that cannot go on; with auto rollback it goes back.
func (cp *Plane) failRefresh(i int, why string) {
	g := &cp.groups[i]
	r := g.refresh
	cp.noteRefresh(i, fmt.Sprintf("Failed: %s, %d of %d replaced", why, r.done, r.total))
	if r.cfg.AutoRollback && !r.rollsBack && g.version != r.version {
		cp.rollBack(i)
		return
	}
	g.refresh = nil
	cp.endDoomed(i)
}

// rollBack replaces what a refresh has launched by instances of the launch template that the
// group had before.
func (cp *Plane) rollBack(i int) {
	g := &cp.groups[i]
	r := g.refresh
	g.template, g.types, g.place, g.version = r.before.Template, r.before.Types, r.before.Place, r.version
	r.rollsBack, r.matching, r.batch, r.pausesUntil, r.begun = true, true, 0, 0, cp.kernel.Now()
	r.plan.Checkpoints, r.total, r.done = nil, 0, 0
	for _, in := range cp.membersOf(g) {
		cp.spare(in) // it is of the version to go back to
		if in.counts() && cp.stale(g, in) {
			r.total++
		}
	}
	cp.noteRefresh(i, fmt.Sprintf("RollbackInProgress: %d instances", r.total))
	if g.capacity > g.desired {
		cp.replace(i)
	}
	cp.turnRefresh(i)
}

// cancelRefresh ends a refresh at the wish of an operator, or has it go back.
func (cp *Plane) cancelRefresh(i int, back bool) error {
	g := &cp.groups[i]
	switch {
	case g.refresh == nil:
		return &lifecycle.Refusal{Code: "ActiveInstanceRefreshNotFound", Text: "no instance refresh runs"}
	case back && g.version == g.refresh.version:
		return &lifecycle.Refusal{Code: "IrreversibleInstanceRefresh", Text: "the refresh has no launch template of its own to go back from"}
	case back:
		cp.rollBack(i)
		return nil
	}
	cp.noteRefresh(i, fmt.Sprintf("Cancelled: %d of %d replaced", g.refresh.done, g.refresh.total))
	g.refresh = nil
	cp.endDoomed(i)
	return nil
}

func (cp *Plane) noteRefresh(i int, detail string) {
	cp.note(Activity{Subject: cp.groups[i].name(), Kind: "refresh", Detail: detail, Cause: byRefresh, Instance: None})
}

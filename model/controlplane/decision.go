package controlplane

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
)

// invocation asks a policy of a group to decide.
type invocation struct {
	policy    int
	side      scaling.Breach
	hasMetric bool
	metric    float64
	threshold float64  // of the alarm
	from      sim.Time // where the metric's period began
	streak    *streak  // where what becomes of it is folded
	alarm     *Alarm   // nil: the policy asked for this instant
	watch     int      // of the alarm; None
	action    int      // of the watch
}

// invoke lets an alarm ask a policy. It acts on the newest datapoint that exists,
// which may be of an earlier period than the newest of the alarm: basic monitoring
// has one in five minutes, and an alarm of a minute repeats in between.
func (cp *Plane) invoke(watch, action int) {
	inv := cp.invocation(watch, action)
	group := cp.watches[watch].actions[action].Group
	if cp.groups[group].suspended.Has(scaling.AlarmNotification) {
		cp.tellSuspension(&inv)
		return
	}
	cp.ask(group, inv)
}

func (cp *Plane) invocation(watch, action int) invocation {
	a := &cp.watches[watch]
	act, newest := &a.actions[action], &cp.series[a.series].newest
	return invocation{
		policy: act.Policy, side: act.Side, alarm: a.cfg, watch: watch, action: action,
		streak: &act.streak, metric: newest.value, hasMetric: newest.ok, from: newest.from, threshold: a.window.Threshold(),
	}
}

// recordSilence records that an alarm asks for nothing.
func (cp *Plane) recordSilence(watch int) {
	a, quiet := &cp.watches[watch], alarmOK
	if a.state == alarm.InsufficientData {
		quiet = alarmUnknown
	}
	newest := &cp.series[a.series].newest
	for k := range a.actions {
		if act := &a.actions[k]; act.times > 0 && act.reason.why == quiet && !act.unlimited { // as most do, most of the time
			act.again(cp.kernel.Now(), newest.value, newest.ok)
		} else {
			inv := cp.invocation(watch, k)
			cp.record(act.Group, &inv, &invocationResult{reason: reason{why: quiet}})
		}
		if cp.story != nil {
			cp.tellSilence(watch, k)
		}
	}
}

// ask collects what fires in this instant; the group decides once.
func (cp *Plane) ask(group int, inv invocation) {
	g := &cp.groups[group]
	g.invocations = append(g.invocations, inv)
	if !g.deciding {
		g.deciding = true
		cp.scheduleAfter(0, indexed(groupDecides, group))
	}
}

// consultation is what the policies of a group say in one instant: room that all decisions share, one
// after another.
type consultation struct {
	proposals []scaling.Proposal // by policy
	reasons   []*invocation      // of the proposals that act
	said      []string           // for them, by their policies
	results   []invocationResult // by invocation
}

// prepare makes room for the policies of a group, none of which is asked yet, and for what becomes
// of what asks them.
func (c *consultation) prepare(g *group) {
	policies := len(g.scalers)
	c.proposals = slices.Grow(c.proposals[:0], policies+1)[:policies]
	c.reasons = slices.Grow(c.reasons[:0], policies)[:policies]
	c.said = slices.Grow(c.said[:0], policies)[:policies]
	c.results = slices.Grow(c.results[:0], len(g.invocations))[:len(g.invocations)]
	clear(c.proposals)
}

// combine returns the capacity that the policies want together. Those that must agree and were
// not asked are one more that does not.
func (c *consultation) combine(g *group) int {
	asked := 0
	for i := range c.proposals {
		if c.proposals[i].Unanimous {
			asked++
		}
	}
	if all := c.proposals; asked < g.unanimous {
		return scaling.Combine(append(all, scaling.Proposal{Unanimous: true}), g.desired)
	}
	return scaling.Combine(c.proposals, g.desired)
}

// view is what all policies of a group may know in this instant.
func (cp *Plane) view(g *group) scaling.View {
	s := g.membership.stand(cp, g)
	return scaling.View{
		Now: cp.kernel.Now(), Desired: g.desired, Min: g.least(), Max: g.max, Base: s.warm, Warming: s.warming,
	}
}

// onGroupDecides asks every policy that fired and settles what they want.
func (cp *Plane) onGroupDecides(ev model.Event) {
	i := ev.Index()
	g := &cp.groups[i]
	g.deciding = false
	cp.consultation.prepare(g)
	proposals, reasons, said, results := cp.consultation.proposals, cp.consultation.reasons, cp.consultation.said, cp.consultation.results
	view := cp.view(g)
	for n := range g.invocations {
		inv := &g.invocations[n]
		results[n] = cp.consult(i, inv, view)
		cp.scheduleWake(i, inv.policy)
		d := results[n].decision
		p := &proposals[inv.policy]
		p.Unanimous = g.scalers[inv.policy].unanimous
		if d.Acts && (!p.Acts || d.Wanted > p.Wanted) {
			p.Wanted, p.Acts = d.Wanted, true
			said[inv.policy] = d.Said
			reasons[inv.policy] = inv
		}
	}
	before := g.desired
	wanted := cp.consultation.combine(g)
	winner := None
	for k, p := range proposals {
		if p.Acts && p.Wanted == wanted && wanted != before {
			winner = k
			c := g.changeBy(&g.scalers[k], reasons[k], wanted)
			if c.told = true; g.scalers[k].paced {
				c.by = k + 1
			}
			if said[k] != "" {
				c.cause = "policy " + g.scalers[k].cfg.Name + ": " + said[k]
			}
			cp.setDesired(i, c)
			g.resizedBy = reasons[k].from
			break
		}
	}
	for n := range g.invocations {
		c := combination{before, wanted, winner, g.invocations[n].policy}
		if v := &results[n]; v.decision.Acts {
			v.reason = g.reasonFor(v.decision, c)
		}
		if cp.story != nil {
			cp.tellInvocation(i, &g.invocations[n], &results[n], c)
		}
		cp.record(i, &g.invocations[n], &results[n])
	}
	g.invocations = g.invocations[:0]
}

// combination is what all policies together made of one that was asked.
type combination struct {
	before, wanted int
	winner         int // the policy that had its way; None
	policy         int // that was asked
}

// reasonFor says why what a policy wants changes nothing, or that it does.
func (g *group) reasonFor(d scaling.Decision, s combination) reason {
	switch {
	case s.winner != None && d.Wanted == s.wanted:
		return reason{}
	case d.Wanted == s.before && d.Beyond > g.max:
		return reason{why: atMax, number: int32(g.max)}
	case d.Wanted == s.before && d.Below:
		return reason{why: atMin, number: int32(s.before)}
	case d.Wanted == s.before:
		return reason{why: satisfied, number: int32(s.before)}
	case s.winner != None:
		return reason{why: outvoted, number: int32(s.winner)}
	}
	return reason{why: disagreed}
}

// blocked says why a policy that is asked may not decide now; changes: it may.
func (cp *Plane) blocked(i int, inv *invocation) reason {
	g := &cp.groups[i]
	s := &g.scalers[inv.policy]
	if s.cools {
		if r := cp.coolsDown(g); r.why != changes {
			return r
		}
	}
	if s.fresh && inv.side != scaling.Woken && g.isStale(inv) {
		return reason{why: staleDatapoint}
	}
	return reason{}
}

// coolsDown says what simple scaling waits for: that activities are complete, and the cooldown
// over; changes: nothing.
func (cp *Plane) coolsDown(g *group) reason {
	switch {
	case g.running > 0:
		return reason{why: activityRuns}
	case cp.restoresCapacity(g):
		return reason{why: replacementRuns}
	case cp.kernel.Now() < g.cooldownUntil:
		return reason{why: coolingDown, until: g.cooldownUntil}
	}
	return reason{}
}

// consult lets one policy decide, if its mechanism lets it, and applies what it
// says about the limits of the group. The decision is within them.
func (cp *Plane) consult(i int, inv *invocation, view scaling.View) invocationResult {
	g := &cp.groups[i]
	s := &g.scalers[inv.policy]
	if r := cp.blocked(i, inv); r.why != changes {
		if s.cools {
			cp.members[i].BlockedByCooldown++
		}
		return invocationResult{reason: r}
	}
	view.Breach, view.Metric = inv.side, inv.metric
	view.HasMetric, view.Threshold = inv.hasMetric, inv.threshold
	for _, n := range s.inputs {
		view.History = append(view.History, cp.see(n))
	}
	if s.paced {
		view.Base = s.pause.Base(view.Now, g.desired)
	}
	working := ""
	if cp.story != nil {
		working = explain(s.policy, view)
	}
	d := s.policy.Decide(view)
	if s.paced && d.Acts && d.Wanted < g.desired {
		if until, holds := s.pause.Holds(view.Now); holds {
			cp.members[i].BlockedByCooldown++
			return invocationResult{reason: reason{why: coolingDown, until: until}}
		}
	}
	if d.Acts {
		g.setFloor(inv.policy, d.Floor)
		g.max = max(g.max, d.Max)
		d.Beyond, d.Below = max(d.Wanted, d.Beyond), d.Below || d.Wanted < g.least()
		d.Wanted = max(g.least(), min(d.Wanted, g.max))
		return invocationResult{decision: d, working: working}
	}
	switch {
	case d.Held:
		return invocationResult{d, reason{why: warming}, working}
	case d.Said != "":
		return invocationResult{d, reason{why: silent, said: d.Said}, working}
	case !inv.hasMetric:
		return invocationResult{d, reason{why: noDatapoint}, working}
	}
	return invocationResult{d, reason{why: silent}, working}
}

// isStale reports whether a datapoint cannot justify another change by target
// tracking, whose alarms repeat every minute: one that led to a change already,
// and for a scale-in one that has seen more instances than there are now.
// AWS documents only that scale-in is gradual.
func (g *group) isStale(inv *invocation) bool {
	if inv.side == scaling.Low {
		return inv.from < g.resized
	}
	return g.resized > 0 && inv.from == g.resizedBy
}

// changeBy is the change that a policy makes, with its cooldown and warm-up.
func (g *group) changeBy(s *scaler, inv *invocation, wanted int) change {
	c := change{
		desired:  wanted,
		cause:    inv.cause(s.cfg.Name),
		cooldown: g.cfg.DefaultCooldown,
		warmup:   g.replacementWarmup(),
	}
	if m := &s.mechanism; m.Cooldown && m.CooldownTime != scaling.Unset {
		c.cooldown = m.CooldownTime
	}
	if !s.mechanism.Warms {
		return c
	}
	switch {
	case s.mechanism.WarmupTime != scaling.Unset:
		c.warmup = s.mechanism.WarmupTime
	case g.cfg.DefaultWarmup != scaling.Unset:
		c.warmup = g.cfg.DefaultWarmup
	default:
		c.warmup = g.cfg.DefaultCooldown
	}
	return c
}

// alarmName is the name of the alarm that asks; "": none does.
func (inv *invocation) alarmName() string {
	if inv.alarm == nil {
		return ""
	}
	return inv.alarm.Name
}

// cause says who asked the policy, and with what metric.
func (inv *invocation) cause(policy string) string {
	switch {
	case inv.alarm != nil:
		return fmt.Sprintf("policy %s: alarm %s, metric %.4g", policy, inv.alarm.Name, inv.metric)
	case inv.hasMetric:
		return fmt.Sprintf("policy %s: woken, metric %.4g", policy, inv.metric)
	}
	return fmt.Sprintf("policy %s: woken", policy)
}

// scheduleRun schedules the first run of a timetable after a time.
func (cp *Plane) scheduleRun(group, schedule int, after time.Time) {
	g := &cp.groups[group]
	if next, ok := g.timetables[schedule].Next(after); ok {
		cp.schedule(cp.frame.Instant(next), paired(scheduleFires, uint32(group), uint32(schedule)))
	}
}

var errSuspended = errors.New("ScheduledActions is suspended")

// onScheduleFires applies a scheduled action; no cooldown holds it back.
func (cp *Plane) onScheduleFires(ev model.Event) {
	i, k := ev.Pair()
	g := &cp.groups[i]
	s := &g.cfg.Schedules[k]
	cp.scheduleRun(int(i), int(k), cp.frame.Calendar(cp.kernel.Now()))
	if g.suspended.Has(scaling.ScheduledActions) {
		cp.noteRefusal(int(i), s.Name, errSuspended)
		return
	}
	limits, err := s.Apply(scaling.Limits{Min: g.min, Max: g.max, Desired: g.desired})
	if err != nil {
		cp.noteRefusal(int(i), s.Name, err)
		return
	}
	g.min, g.max = limits.Min, limits.Max
	cp.setDesired(int(i), change{
		desired:  limits.Desired,
		cause:    "scheduled action " + s.Name,
		cooldown: g.cfg.DefaultCooldown,
		warmup:   g.replacementWarmup(),
	})
	cp.countAtMax(int(i)) // max may be another
	cp.fillPool(int(i), false)
}

// pauseFor tells the policies of a group that have cooldowns of their own of a change.
func (g *group) pauseFor(now sim.Time, c change) {
	for k := range g.scalers {
		if s := &g.scalers[k]; s.paced && c.desired > g.desired {
			s.pause.ScaledOut()
		}
	}
	if c.by > 0 {
		g.scalers[c.by-1].pause.Begin(now, g.desired, c.desired)
	}
}

package controlplane

import (
	"fmt"
	"time"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
)

// invocation asks a policy of a group to decide.
type invocation struct {
	policy    int
	side      scaling.Breach
	alarm     string // empty: the policy asked for this instant
	threshold float64
	metric    float64
	hasMetric bool
	from      sim.Time // where the metric's period began
}

// invoke lets an alarm ask a policy.
func (cp *Plane) invoke(a *watch, action AlarmAction) {
	value, ok := a.window.Latest()
	cp.ask(action.Group, invocation{
		policy: action.Policy, side: action.Side, alarm: a.cfg.Name,
		threshold: a.cfg.Config.Threshold, metric: value, hasMetric: ok, from: a.from,
	})
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

// onGroupDecides asks every policy that fired and settles what they want.
func (cp *Plane) onGroupDecides(ev model.Event) {
	i := ev.Index()
	g := &cp.groups[i]
	g.deciding = false
	proposals := make([]scaling.Proposal, len(g.scalers))
	reasons := make([]*invocation, len(g.scalers))
	for k := range g.scalers {
		proposals[k] = scaling.Proposal{Wanted: g.desired, Unanimous: g.scalers[k].mechanism.Unanimous}
	}
	view := scaling.View{
		Now: cp.kernel.Now(), Desired: g.desired, Min: g.least(), Max: g.max,
		Base: cp.base(g), Warming: cp.warming(g),
	}
	for n := range g.invocations {
		inv := &g.invocations[n]
		d := cp.consult(i, inv, view)
		p := &proposals[inv.policy]
		if d.Acts && (!p.Acts || d.Wanted > p.Wanted) {
			p.Wanted, p.Acts = d.Wanted, true
			reasons[inv.policy] = inv
		}
	}
	g.invocations = g.invocations[:0]
	wanted := scaling.Combine(proposals, g.desired)
	for k, p := range proposals {
		if p.Acts && p.Wanted == wanted && wanted != g.desired {
			cp.setDesired(i, g.changeBy(&g.scalers[k], reasons[k], wanted))
			g.resizedBy = reasons[k].from
			return
		}
	}
}

// consult lets one policy decide, if its mechanism lets it, and applies what it
// says about the limits of the group. The decision is within them.
func (cp *Plane) consult(i int, inv *invocation, view scaling.View) scaling.Decision {
	g := &cp.groups[i]
	s := &g.scalers[inv.policy]
	defer cp.scheduleWake(i, inv.policy)
	if s.mechanism.Cooldown && (g.running > 0 || view.Now < g.cooldownUntil) {
		cp.members[i].BlockedByCooldown++
		return scaling.Decision{}
	}
	if s.mechanism.Fresh && inv.side != scaling.Woken && g.isStale(inv) {
		return scaling.Decision{}
	}
	view.Breach, view.Metric = inv.side, inv.metric
	view.HasMetric, view.Threshold = inv.hasMetric, inv.threshold
	for _, n := range s.inputs {
		view.History = append(view.History, cp.see(n))
	}
	d := s.policy.Decide(view)
	if d.Acts {
		s.floor = d.Floor
		g.max = max(g.max, d.Max)
		d.Wanted = max(g.least(), min(d.Wanted, g.max))
	}
	return d
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

// cause says who asked the policy, and with what metric.
func (inv *invocation) cause(policy string) string {
	switch {
	case inv.alarm != "":
		return fmt.Sprintf("policy %s: alarm %s, metric %.4g", policy, inv.alarm, inv.metric)
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

// onScheduleFires applies a scheduled action; no cooldown holds it back.
func (cp *Plane) onScheduleFires(ev model.Event) {
	i, k := ev.Pair()
	g := &cp.groups[i]
	s := &g.cfg.Schedules[k]
	cp.scheduleRun(int(i), int(k), cp.frame.Calendar(cp.kernel.Now()))
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
}

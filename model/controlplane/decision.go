package controlplane

import (
	"fmt"
	"headroom/model"

	"headroom/model/scaling"
	"headroom/sim"
)

// invocation is an alarm that asks a policy of a group to decide.
type invocation struct {
	policy    int
	side      scaling.Breach
	alarm     string
	threshold float64
	metric    float64
	hasMetric bool
	from      sim.Time // where the metric's period began
}

// invoke collects what fires in this instant; the group decides once.
func (cp *Plane) invoke(a *watch, action AlarmAction) {
	g := &cp.groups[action.Group]
	value, ok := a.window.Latest()
	g.invocations = append(g.invocations, invocation{
		policy: action.Policy, side: action.Side, alarm: a.cfg.Name,
		threshold: a.cfg.Config.Threshold, metric: value, hasMetric: ok, from: a.from,
	})
	if !g.deciding {
		g.deciding = true
		cp.scheduleAfter(0, indexed(groupDecides, action.Group))
	}
}

// onGroupDecides asks every policy whose alarm fired and settles what they want.
func (cp *Plane) onGroupDecides(ev model.Event) {
	g := &cp.groups[ev.Index()]
	g.deciding = false
	proposals := make([]scaling.Proposal, len(g.cfg.Policies))
	reasons := make([]*invocation, len(g.cfg.Policies))
	for k := range g.cfg.Policies {
		p, ok := g.cfg.Policies[k].Policy.(scaling.TargetTracking)
		proposals[k] = scaling.Proposal{Wanted: g.desired, Unanimous: ok && !p.DisableScaleIn}
	}
	signal := scaling.Signal{
		Desired: g.desired, Min: g.min, Max: g.max,
		Base: cp.base(g), Warming: cp.warming(g),
	}
	for k := range g.invocations {
		inv := &g.invocations[k]
		p := &g.cfg.Policies[inv.policy]
		if p.Kind == SimpleScaling && (g.running > 0 || cp.kernel.Now() < g.cooldownUntil) {
			cp.members[ev.Index()].BlockedByCooldown++
			continue
		}
		if p.Kind == TargetTrackingScaling && g.isStale(inv) {
			continue
		}
		signal.Breach, signal.Metric = inv.side, inv.metric
		signal.HasMetric, signal.Threshold = inv.hasMetric, inv.threshold
		wanted, acts := p.Policy.Decide(signal)
		if acts && (!proposals[inv.policy].Acts || wanted > proposals[inv.policy].Wanted) {
			proposals[inv.policy].Wanted, proposals[inv.policy].Acts = wanted, true
			reasons[inv.policy] = inv
		}
	}
	g.invocations = g.invocations[:0]
	wanted := scaling.Combine(proposals, g.desired)
	for k, p := range proposals {
		if p.Acts && p.Wanted == wanted && wanted != g.desired {
			cp.setDesired(ev.Index(), g.changeBy(&g.cfg.Policies[k], reasons[k], wanted))
			g.resizedBy = reasons[k].from
			return
		}
	}
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
func (g *group) changeBy(p *ScalingPolicy, inv *invocation, wanted int) change {
	c := change{
		desired:  wanted,
		cause:    fmt.Sprintf("policy %s: alarm %s, metric %.4g", p.Name, inv.alarm, inv.metric),
		cooldown: g.cfg.DefaultCooldown,
		warmup:   g.replacementWarmup(),
	}
	if p.Kind == SimpleScaling {
		if p.Cooldown != scaling.Unset {
			c.cooldown = p.Cooldown
		}
		return c
	}
	switch {
	case p.Warmup != scaling.Unset:
		c.warmup = p.Warmup
	case g.cfg.DefaultWarmup != scaling.Unset:
		c.warmup = g.cfg.DefaultWarmup
	default:
		c.warmup = g.cfg.DefaultCooldown
	}
	return c
}

// scheduleNext asks a timetable for its next run.
func (cp *Plane) scheduleNext(group, schedule int) {
	g := &cp.groups[group]
	next, ok := g.timetables[schedule].Next(cp.frame.Calendar(cp.kernel.Now()))
	if !ok {
		return
	}
	if at := cp.frame.Instant(next); at <= cp.frame.Duration {
		cp.schedule(at, paired(scheduleFires, uint32(group), uint32(schedule)))
	}
}

// onScheduleFires applies a scheduled action; no cooldown holds it back.
func (cp *Plane) onScheduleFires(ev model.Event) {
	i, k := ev.Pair()
	g := &cp.groups[i]
	s := &g.cfg.Schedules[k]
	cp.scheduleNext(int(i), int(k))
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

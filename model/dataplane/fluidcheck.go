package dataplane

import (
	"headroom/model"
	"headroom/model/health"
	"headroom/sim"
)

// certain is how improbable it is that a check of an undisturbed target fails which nobody
// needs to look at.
const certain = 1e-9

// strain finds out whether checks of a cohort may fail now. While they may not, its healthy
// targets are not looked at; when that changes, all of them are again.
func (p *Plane) strain(c *cohort) {
	mayFail := c.key.errors.Rate > 0 || c.Refused > certain
	for _, m := range c.groups {
		if check := &p.targetGroups[m.group].cfg.HealthCheck; check.Enabled {
			mayFail = mayFail || c.CheckFails(c.checkAlone(check.Demand), check.Timeout) > certain
		}
	}
	if mayFail && !c.checksMayFail {
		for h, t := range p.targets.All() {
			if at := &p.fluid.places[t.server]; at.cohort == c {
				p.wake(indexOf(h))
			}
		}
	}
	c.checksMayFail = mayFail
}

// checkAlone is how long a check of a demand takes at a server of the cohort that has nothing else to do.
func (c *cohort) checkAlone(demand sim.Time) sim.Time {
	return demand.Scaled(c.key.pace / max(c.unit, 1e-9))
}

// wake looks at a target again, when it would have been looked at.
func (p *Plane) wake(target uint32) {
	t := p.targets.at(target)
	if t.checked == 0 || t.draining {
		return
	}
	interval := p.targetGroups[t.group].cfg.HealthCheck.Interval
	now := p.kernel.Now()
	at := t.checked
	if at < now {
		at += (now - at + interval - 1) / interval * interval
	}
	t.checked = 0
	p.schedule(at, handled(targetIsChecked, p.targets.handle(target)))
}

// checkFluidly checks a target, and says whether to come back after the interval: not to a
// healthy one whose checks do not fail.
func (p *Plane) checkFluidly(target uint32) (again bool) {
	t := p.targets.at(target)
	group := &p.targetGroups[t.group].cfg.HealthCheck
	success, after := p.fluidCheck(t)
	h := p.targets.handle(target)
	c := p.fluid.places[t.server].cohort
	healthy := t.health.State() == health.Healthy
	switch {
	case success && healthy:
		p.observe(h, true)
		if c != nil && !c.checksMayFail {
			t.checked = p.kernel.Now() + group.Interval
			return false
		}
	case success:
		p.scheduleAfter(after, handled(targetPasses, h))
	default:
		p.scheduleAfter(after, handled(targetFails, h))
	}
	return true
}

// fluidCheck returns whether a check of a target succeeds, and after which time it is known.
func (p *Plane) fluidCheck(t *target) (success bool, after sim.Time) {
	s := p.servers.at(t.server)
	check := &p.targetGroups[t.group].cfg.HealthCheck
	passes, listens := p.checkPasses(t, s)
	switch {
	case s.silent() || !passes:
		return false, check.Timeout
	case !s.open || !listens:
		return false, 0
	}
	after = min(check.Demand.Scaled(s.pace), check.Timeout)
	c := p.fluid.places[t.server].cohort
	if c == nil || !c.checksMayFail {
		return true, after
	}
	u := p.fluid.checks.Uniform()
	if u < c.Refused {
		return false, 0
	}
	if u < c.Refused+(1-c.Refused)*c.CheckFails(c.checkAlone(check.Demand), check.Timeout) {
		return false, check.Timeout
	}
	if c.key.errors.Rate > 0 && !check.Connects && !check.Matcher.Contains(c.key.errors.Status) && p.errsNow(s) {
		return false, after
	}
	return true, min(c.CheckTakes(c.checkAlone(check.Demand)), check.Timeout)
}

// onTargetPasses and onTargetFails end a check.
func (p *Plane) onTargetPasses(ev model.Event) { p.judge(ev, true) }

func (p *Plane) onTargetFails(ev model.Event) { p.judge(ev, false) }

func (p *Plane) judge(ev model.Event, success bool) {
	t := p.targets.Get(ev.Handle())
	if t == nil || t.draining {
		p.meter.overtaken()
		return
	}
	p.observe(ev.Handle(), success)
}

package controlplane

import (
	"fmt"

	"headroom/model/alarm"
	"headroom/model/container"
	"headroom/model/lifecycle"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/slab"
)

// Guard is what makes a deployment of a service fail, and what follows: with a rollback, the
// revision that it had before. (Amazon ECS Developer Guide, "How the Amazon ECS deployment
// circuit breaker detects failures", "How CloudWatch alarms detect Amazon ECS deployment
// failures".)
type Guard struct {
	Breaker, BreakerRollsBack bool
	Alarms                    []int // of Estate.Alarms: one in ALARM
	AlarmsRollBack            bool
}

// deployment replaces the tasks of a service by others, of a new revision.
type deployment struct {
	before    revision // to which it goes back
	begun     sim.Time
	failures  int // tasks of the new revision in a row
	well      int // the most of them that were healthy
	rollsBack bool
	looksAt   sim.Time
}

// revision is what a group launches, and the number of that.
type revision struct {
	GroupTemplate
	version int32
}

const (
	// byDeployment is why a deployment starts and stops tasks.
	byDeployment = "deployment"
	// deploymentLooks is how often a deployment looks at health; it is our own.
	deploymentLooks = sim.Second
	// unwatched is how long a task that nobody checks has to run until it counts as healthy
	// (Amazon ECS API Reference, DeploymentConfiguration).
	unwatched = 40 * sim.Second
)

// DeploymentOutcome is what became of the deployments of a service.
type DeploymentOutcome struct {
	Completed, Failed int64
	Time              sim.Time // of those that were completed, from their begin
}

// deploy begins to replace the tasks of a service: by those of another revision, or by others
// of its own. One that runs is overtaken: what fails goes back to what was before it.
func (cp *Plane) deploy(i int, to *GroupTemplate) error {
	g := &cp.groups[i]
	if g.cfg.Tasks == nil {
		return &lifecycle.Refusal{Code: "ServiceNotFoundException", Text: "only an ECS service has deployments"}
	}
	d := &deployment{before: revision{g.launches(), g.version}, begun: cp.kernel.Now(), looksAt: -1}
	if g.deployment != nil {
		d.before = g.deployment.before
	}
	if to == nil {
		own := g.launches()
		to = &own
	}
	g.use(to)
	g.deployment, g.halted = d, false
	g.failed, g.heldUntil = 0, 0
	least, most := g.newRollout().Bounds()
	cp.noteDeployment(i, fmt.Sprintf("IN_PROGRESS: %d tasks, %d to %d at a time", g.capacity, least, most))
	cp.turnDeployment(i)
	return nil
}

// newRollout is a deployment that has not looked at its tasks.
func (g *group) newRollout() *container.Rollout {
	h := scaling.Healthy{Least: 100, Most: 200}
	if g.cfg.Maintenance != nil {
		h = *g.cfg.Maintenance
	}
	return &container.Rollout{Desired: g.desired, Least: h.Least, Most: h.Most}
}

// launches is what a group launches now.
func (g *group) launches() GroupTemplate {
	return GroupTemplate{Template: g.template, Types: g.types, Place: g.place, Tasks: g.tasks}
}

// turnDeployment takes a deployment a step further, if it can go on, and has it look again.
func (cp *Plane) turnDeployment(i int) {
	g := &cp.groups[i]
	d, now := g.deployment, cp.kernel.Now()
	if d == nil {
		return
	}
	for _, a := range g.cfg.Tasks.Guard.Alarms {
		if !d.rollsBack && cp.watches[a].state == alarm.Alarm {
			cp.failDeployment(i, "an alarm is in ALARM", g.cfg.Tasks.Guard.AlarmsRollBack)
			cp.turnDeployment(i)
			return
		}
	}
	r, leaving := cp.rollout(g)
	if r.Well > d.well {
		d.well, d.failures = r.Well, 0
	}
	if r.Done() {
		cp.endDeployment(i)
		return
	}
	stop, start := r.Step()
	for _, h := range leaving[:stop] {
		cp.instances.Get(h).endReason = byDeployment
		cp.endMember(i, h, None)
	}
	if stop > 0 {
		cp.turnDeployment(i) // that may have been all
		return
	}
	cp.await(leaving, r.Desired-r.Comes-start)
	if g.capacity != g.desired && g.retryAt == sim.Never && !g.owesMember {
		cp.reconcile(i, launching{activity: None, cause: byDeployment, warmup: g.replacementWarmup()})
	}
	if d.looksAt <= now {
		d.looksAt = now + deploymentLooks
		cp.schedule(d.looksAt, indexed(groupTurns, i))
	}
}

// rollout counts what a deployment has to know, and lists what leaves, in the order in which
// it is stopped: first what is not healthy, then what its successor is wanted of.
func (cp *Plane) rollout(g *group) (r *container.Rollout, leaving []slab.Handle) {
	r = g.newRollout()
	var wanted, last []slab.Handle
	for h, in := range cp.membersOf(g) {
		if !in.counts() && (!in.doomed || in.life.leaves()) {
			continue
		}
		well := cp.isWell(g, in)
		switch {
		case in.order.version == g.version && !in.doomed:
			r.Comes++
			if well {
				r.Well++
			}
			continue
		case !well:
			leaving = append(leaving, h)
		case in.doomed:
			wanted = append(wanted, h)
		default:
			last = append(last, h)
		}
		r.Leaves++
		if well {
			r.LeaveWell++
		}
	}
	return r, append(append(leaving, wanted...), last...)
}

// isWell reports whether a task counts as healthy in a deployment.
func (cp *Plane) isWell(g *group, in *instance) bool {
	if !in.inService() || in.life != serving || in.noticed {
		return false
	}
	if len(g.cfg.TargetGroups) == 0 {
		return in.order.initial || cp.kernel.Now() >= in.inServiceAt+unwatched
	}
	return cp.data.Healthy(in.server)
}

// await has so many of a list count for what they are, and the others wait for successors.
func (cp *Plane) await(list []slab.Handle, count int) {
	for k, h := range list {
		switch in := cp.instances.Get(h); {
		case len(list)-k <= count:
			cp.spare(in)
		case !in.doomed:
			cp.doom(in)
		}
	}
}

// spare has a member that waited for its successor stay.
func (cp *Plane) spare(in *instance) {
	if in.doomed {
		cp.tally(in, -1)
		in.doomed, in.replaced, in.atRisk = false, false, false
		cp.tally(in, +1)
	}
}

// taskFails counts a task of a new revision that did not start, or is not healthy.
func (cp *Plane) taskFails(in *instance) {
	i := in.order.group
	if i == None || cp.groups[i].deployment == nil || in.order.version != cp.groups[i].version {
		return
	}
	g := &cp.groups[i]
	g.deployment.failures++
	if most := container.MostFailures(g.desired); g.cfg.Tasks.Guard.Breaker && !g.deployment.rollsBack && g.deployment.failures >= most {
		cp.failDeployment(i, fmt.Sprintf("%d tasks in a row failed", most), g.cfg.Tasks.Guard.BreakerRollsBack)
		cp.scheduleAfter(0, indexed(groupTurns, i))
	}
}

// stopSick has a deployment replace tasks that are not healthy.
func (cp *Plane) stopSick(i int, sick []slab.Handle) {
	for _, h := range sick {
		cp.noteUnhealthy(h)
		cp.doom(cp.instances.Get(h))
		cp.taskFails(cp.instances.Get(h))
	}
	cp.turnDeployment(i)
}

// failDeployment ends a deployment that cannot succeed: the service goes back to the revision
// before, or it stays as it is and starts nothing until another deployment begins.
func (cp *Plane) failDeployment(i int, why string, back bool) {
	g := &cp.groups[i]
	d := g.deployment
	cp.noteDeployment(i, "FAILED: "+why)
	cp.members[i].Deployments.Failed++
	if back {
		g.template, g.types, g.place, g.tasks, g.version = d.before.Template, d.before.Types, d.before.Place, d.before.Tasks, d.before.version
		g.deployment = &deployment{before: d.before, begun: cp.kernel.Now(), rollsBack: true, looksAt: -1}
		cp.noteDeployment(i, "ROLLBACK_IN_PROGRESS")
	} else {
		g.deployment, g.halted = nil, true
	}
	for _, in := range cp.membersOf(g) {
		if !in.life.leaves() && (in.order.version == d.before.version || !back) {
			cp.spare(in)
		}
	}
}

// endDeployment ends a deployment that has done what it was to do.
func (cp *Plane) endDeployment(i int) {
	g := &cp.groups[i]
	d := g.deployment
	g.deployment = nil
	took := cp.kernel.Now() - d.begun
	status := "COMPLETED"
	if d.rollsBack {
		status = "ROLLBACK_SUCCESSFUL"
	} else {
		cp.members[i].Deployments.Completed++
		cp.members[i].Deployments.Time += took
	}
	cp.noteDeployment(i, fmt.Sprintf("%s: %d tasks in %.6g s", status, g.capacity, took.Seconds()))
}

func (cp *Plane) noteDeployment(i int, detail string) {
	cp.note(Activity{Subject: cp.groups[i].name(), Kind: "deployment", Detail: detail, Cause: byDeployment, Instance: None})
}

package controlplane

import (
	"fmt"

	"headroom/sim"
	"headroom/sim/slab"
)

// membership is what the members of a group are: instances, or tasks of an ECS service. What
// handles groups asks it wherever the two differ.
type membership interface {
	// launch launches one member, and returns why none was.
	launch(cp *Plane, i int, l launching) launchFailure
	// victims returns those that a scale-in by n units ends, in that order; fewer if no more
	// may be ended, or each of them has more units than are left to end.
	victims(cp *Plane, i, n int) []slab.Handle
	// stand returns what policies are told of how far the members are.
	stand(cp *Plane, g *group) standing
	// batch is how many of its unhealthy members a group replaces together, where that may
	// be all that it has.
	batch(g *group, all bool) int
	// waits reports whether a launch that found no room is no failure, and notes it.
	waits(cp *Plane, i int) bool
	// suspendsLaunches reports whether the group launches no more after failures, and sees to that.
	suspendsLaunches(cp *Plane, i int) bool
	// gauge measures how far the group is from its desired capacity.
	gauge(g *group, now sim.Time)
	// fulfil is told that a member is in service.
	fulfil(g *group, now sim.Time)
	// started, stopped and short are what the history says of a member that is launched, of
	// one that is ended, and of launches that failed.
	started(cp *Plane, in *instance) Activity
	stopped(cp *Plane, in *instance) Activity
	short(g *group) Activity
}

// membershipOf returns what the members of a group are.
func membershipOf(cfg *Group) membership {
	if cfg.Tasks != nil {
		return ofTasks{}
	}
	return ofInstances{}
}

// ofInstances is the membership of Auto Scaling groups.
type ofInstances struct{}

func (ofInstances) launch(cp *Plane, i int, l launching) launchFailure { return cp.launchMember(i, l) }
func (ofInstances) victims(cp *Plane, i, n int) []slab.Handle          { return cp.chooseVictims(i, n) }
func (ofInstances) stand(cp *Plane, g *group) standing                 { return cp.stand(g) }
func (ofInstances) waits(*Plane, int) bool                             { return false }
func (ofInstances) suspendsLaunches(cp *Plane, i int) bool             { return cp.suspendLaunches(i) }
func (ofInstances) gauge(*group, sim.Time)                             {}
func (ofInstances) fulfil(*group, sim.Time)                            {}

func (ofInstances) batch(g *group, all bool) int {
	if all {
		return 1
	}
	return g.batchOf()
}

func (ofInstances) started(cp *Plane, in *instance) Activity {
	return Activity{Kind: "launch", By: AutoScaling, Detail: fmt.Sprintf("%s %s", in.order.option, cp.typeAndZone(in))}
}

func (ofInstances) stopped(cp *Plane, in *instance) Activity {
	return Activity{Kind: "terminate", By: AutoScaling, Detail: cp.typeAndZone(in)}
}

func (ofInstances) short(g *group) Activity {
	return Activity{By: AutoScaling, Detail: fmt.Sprintf("%d of %d instances", g.capacity, g.desired)}
}

// typeAndZone says what an instance is, and where.
func (cp *Plane) typeAndZone(in *instance) string {
	return fmt.Sprintf("%s in zone %s", cp.frame.Types[in.order.typ].Name, cp.frame.Zones[in.zone])
}

// ofTasks is the membership of ECS services. Application Auto Scaling knows no warm-up, and ECS tries
// to launch without end.
type ofTasks struct{}

func (ofTasks) launch(cp *Plane, i int, l launching) launchFailure { return cp.launchTask(i, l) }
func (ofTasks) victims(cp *Plane, i, n int) []slab.Handle          { return cp.chooseTasks(i, n) }
func (ofTasks) stand(_ *Plane, g *group) standing                  { return standing{warm: g.desired} }
func (ofTasks) batch(g *group, _ bool) int                         { return g.batchOf() }
func (ofTasks) suspendsLaunches(*Plane, int) bool                  { return false }

func (ofTasks) waits(cp *Plane, i int) bool {
	if cp.groups[i].failure != noContainerInstance {
		return false
	}
	cp.noteWaiting(i)
	return true
}

func (ofTasks) started(cp *Plane, in *instance) Activity {
	return Activity{Kind: "task-start", Detail: cp.whereTask(in)}
}

func (ofTasks) stopped(cp *Plane, in *instance) Activity {
	return Activity{Kind: "task-stop", Detail: cp.whereTask(in)}
}

func (ofTasks) short(g *group) Activity {
	return Activity{Detail: fmt.Sprintf("%d of %d tasks", g.capacity, g.desired)}
}

// gauge keeps how many tasks of a service do not run yet, and how many wait for room.
func (ofTasks) gauge(g *group, now sim.Time) {
	g.arriving.Set(now, int64(g.pending))
	g.unplaced.Set(now, int64(max(0, g.desired-g.capacity)))
}

// fulfil begins the cooldowns of policies whose changes are complete: all tasks that are
// wanted run.
func (ofTasks) fulfil(g *group, now sim.Time) {
	if g.capacity < g.desired || g.pending > 0 {
		return
	}
	for k := range g.scalers {
		if s := &g.scalers[k]; s.owes {
			s.owes = false
			s.pause.Complete(now, *s.cfg.Cooldowns)
		}
	}
}

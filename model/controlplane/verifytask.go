package controlplane

import (
	"fmt"
	"slices"

	"headroom/sim"
)

// verifyTasks: what is free on an instance and what its tasks reserve are all of it, every
// task that lies on one is among its tasks, and has one open record.
func (cp *Plane) verifyTasks() error {
	if cp.cfg.ScalingGroups() == len(cp.cfg.Groups) {
		return nil
	}
	aboard, open := 0, 0
	for h, in := range cp.instances.All() {
		if in.container != nil && !in.life.ended() {
			left := cp.capacityOf(in.order.typ)
			for _, t := range in.container.tasks {
				task := cp.instances.Get(t)
				if task == nil || task.order.on != h || task.life.ended() {
					return fmt.Errorf("instance %v: its task %v is not there", h, t)
				}
				left = left.Minus(task.order.tasks.Need)
			}
			if left != in.container.free || left.CPU < 0 || left.MemoryMiB < 0 {
				return fmt.Errorf("instance %v: %+v free of tasks, counted %+v", h, left, in.container.free)
			}
			aboard += len(in.container.tasks)
		}
		if !in.isTask() || in.life.ended() {
			continue
		}
		open++
		if cp.ledger.Tasks[in.used].To != sim.Never {
			return fmt.Errorf("task %v runs without an open record", h)
		}
		if in.order.on != 0 {
			aboard--
		}
	}
	for i := range cp.ledger.Tasks {
		if cp.ledger.Tasks[i].To == sim.Never {
			open--
		}
	}
	if aboard != 0 || open != 0 {
		return fmt.Errorf("%d tasks too many on instances, %d too many without a record", aboard, open)
	}
	return cp.verifyWaiting()
}

// verifyWaiting: tasks that are placed and those that wait are the desired count, and none
// waits while an instance has room for it.
func (cp *Plane) verifyWaiting() error {
	for i := cp.cfg.ScalingGroups(); i < len(cp.groups); i++ {
		g := &cp.groups[i]
		if waits := int64(max(0, g.desired-g.capacity)); waits != g.unplaced.Value() || int64(g.pending) != g.arriving.Value() {
			return fmt.Errorf("%s: %d tasks wait and %d do not run yet, counted %d and %d", g.name(), waits, g.pending, g.unplaced.Value(), g.arriving.Value())
		}
		if g.capacity >= g.desired || g.turning || g.missing > 0 || g.halted || g.owesMember || g.cfg.Tasks.On == None {
			continue
		}
		for _, line := range slices.Compact(slices.Sorted(slices.Values(g.waitingTasks()))) {
			nodes, _ := cp.nodesOf(i, g.cfg.Tasks.onLine(line))
			for k := range nodes {
				if g.tasks.Fits(nodes[k].Free) {
					return fmt.Errorf("%s: %d of %d tasks, where %+v has room for line %d", g.name(), g.capacity, g.desired, nodes[k], line)
				}
			}
		}
	}
	return nil
}

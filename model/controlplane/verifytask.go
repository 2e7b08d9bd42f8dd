package controlplane

import (
	"fmt"

	"headroom/sim"
)

// verifyTasks: what is free on an instance and what its tasks reserve are all of it, every
// task that lies on one is of its crew, and has one open record.
func (cp *Plane) verifyTasks() error {
	if cp.cfg.ScalingGroups() == len(cp.cfg.Groups) {
		return nil
	}
	aboard, open := 0, 0
	for h, in := range cp.instances.All() {
		if in.crew != nil && !in.life.ended() {
			left := cp.capacityOf(in.order.typ)
			for _, t := range in.crew.tasks {
				task := cp.instances.Get(t)
				if task == nil || task.order.on != h || task.life.ended() {
					return fmt.Errorf("instance %v: its task %v is not there", h, t)
				}
				left = left.Minus(task.order.tasks.Need)
			}
			if left != in.crew.free || left.CPU < 0 || left.MemoryMiB < 0 {
				return fmt.Errorf("instance %v: %+v free of tasks, counted %+v", h, left, in.crew.free)
			}
			aboard += len(in.crew.tasks)
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
	return nil
}

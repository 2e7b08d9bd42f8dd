package controlplane

import (
	"math"

	"headroom/model"
)

// useOf is what an instance has used, with its tasks.
func (cp *Plane) useOf(in *instance) model.ServerUse {
	use := cp.data.ServerUse(in.server)
	if in.container == nil {
		return use
	}
	use = use.Plus(in.container.past)
	for _, t := range in.container.tasks {
		task := cp.instances.Get(t)
		use = use.Plus(scaled(cp.data.ServerUse(task.server), task.order.tasks.Share))
	}
	return use
}

// busyOf is [Plane.useOf] for its CPU work alone.
func (cp *Plane) busyOf(in *instance) uint64 {
	if in.container == nil {
		return cp.data.BusyTime(in.server)
	}
	return cp.useOf(in).Busy
}

// scaled is what a task has used of the vCPUs of its instance.
func scaled(use model.ServerUse, share float64) model.ServerUse {
	use.Busy = uint64(math.Round(float64(use.Busy) * share))
	use.Memory = 0
	return use
}

package controlplane

import (
	"fmt"

	"headroom/model/container"
)

// throttle counts that a task has stopped before it ran. The tasks that a service starts
// together are one attempt; the more of them fail in a row, the longer it waits before the next
// (Amazon ECS Developer Guide, "Amazon ECS service throttle logic"). A task that runs ends the
// row, and so does a deployment. ECS never gives up.
func (cp *Plane) throttle(in *instance) {
	g, now := &cp.groups[in.order.group], cp.kernel.Now()
	if in.launchedAt < g.failedAt || in.order.version != g.version {
		return
	}
	g.failed++
	g.failedAt = now
	hold := container.Hold(g.failed)
	if hold == 0 {
		return
	}
	g.heldUntil = now + hold
	cp.note(Activity{
		At: now, Until: g.heldUntil, Subject: g.name(), Kind: "tasks-throttled", Cause: fmt.Sprintf("%d attempts in a row failed", g.failed), Instance: None,
		Detail: "unable to consistently start tasks successfully",
	})
}

package tables

import (
	"fmt"

	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// Transitions and results of lifecycle hooks, as AWS writes them.
const (
	onLaunch = "autoscaling:EC2_INSTANCE_LAUNCHING"
	onEnd    = "autoscaling:EC2_INSTANCE_TERMINATING"
	abandon  = "ABANDON"
)

func hookKeys() []schema.Key {
	return schema.Within("initial_lifecycle_hook[]", "ValidationError", []schema.Key{
		schema.Row("name", schema.Text(), schema.Required, "of the hook, in the activities"),
		schema.Row("lifecycle_transition", schema.OneOf(
			onLaunch+": on the way into service, running and billed, before the target groups",
			onEnd+": on the way out, after the target groups, billed",
		), schema.Required, "which instances it holds"),
		schema.Row("heartbeat_timeout", schema.Quantity(schema.Seconds, scaling.HeartbeatLeast.Seconds(), scaling.HeartbeatMost.Seconds()), "3600", "how long it waits for a word"),
		schema.Row("default_result", schema.OneOf("ABANDON: an instance that was launched ends, and another is launched; one that ends does so at once", "CONTINUE: it goes on"),
			`"ABANDON"`, "what happens when it has waited that long"),
		schema.Row("takes", schema.Law(schema.Seconds), "", "how long until complete-lifecycle-action is called; without, nobody calls it"),
		schema.Row("result", schema.OneOf("CONTINUE: all is well", "ABANDON: it is not"), `"CONTINUE"`, "what complete-lifecycle-action says"),
		schema.Row("heartbeat_every", schema.Quantity(schema.Seconds, 1, scaling.HeartbeatMost.Seconds()), "", "how often record-lifecycle-action-heartbeat is called: each call restarts heartbeat_timeout, up to 48 h or 100 of them"),
		schema.Row("heartbeats", schema.Whole(1, 200_000), "(any number)", "how many such calls there are, at most"),
	})
}

// readHooks reads the lifecycle hooks of a group.
func (l *loader) readHooks(t *schema.Table, g *controlplane.Group) {
	names := map[string]bool{}
	for _, h := range t.Each("initial_lifecycle_hook") {
		hook := controlplane.Hook{
			Hook:   scaling.Hook{Name: h.Text("name"), Heartbeat: h.Duration("heartbeat_timeout"), Abandons: h.Choice("default_result") == abandon},
			AtEnd:  h.Choice("lifecycle_transition") == onEnd,
			Result: h.Choice("result") == abandon,
		}
		if names[hook.Name] && h.Sound("name") {
			h.Wrong("name", "must be unique in the group")
		}
		names[hook.Name] = true
		if h.Has("takes") {
			hook.Takes = l.law(h, "takes")
		} else {
			h.Pass("takes")
			if hook.Result { // the other result is the default, which a resolved file has anyway
				h.Mistake("result", "needs takes: nobody calls complete-lifecycle-action without", "")
			}
		}
		if hook.Beat = h.Duration("heartbeat_every"); h.Has("heartbeats") {
			hook.Beats = h.Whole("heartbeats")
		}
		h.Pass("heartbeats")
		if h.Has("heartbeats") && hook.Beat == 0 {
			h.Mistake("heartbeats", "needs heartbeat_every", "")
		}
		l.warnOfHook(h, &hook)
		g.Hooks = append(g.Hooks, hook)
		h.Done()
	}
	if n := len(g.Hooks); n > scaling.MostHooks {
		t.Wrong("initial_lifecycle_hook", fmt.Sprintf("must be at most %d", scaling.MostHooks))
	}
}

// warnOfHook warns of a hook that lets no instance into service.
func (l *loader) warnOfHook(t *schema.Table, h *controlplane.Hook) {
	switch {
	case h.AtEnd || !t.Faultless():
	case h.Takes == nil && h.Abandons:
		l.warnAt(t.Node, t.Path+": nothing that is launched comes into service: nobody calls complete-lifecycle-action, and default_result is ABANDON")
	case h.Takes != nil && h.Abandons && sim.Seconds(h.Takes.Mean()) > h.Deadline():
		l.warnAt(t.Node, t.Path+": most of what is launched is abandoned: takes is longer than the hook waits")
	}
}

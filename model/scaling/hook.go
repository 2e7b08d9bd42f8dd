package scaling

import "headroom/sim"

// Hook holds an instance on its way into service, or out of it, until somebody
// completes the lifecycle action or its heartbeat times out (Amazon EC2 Auto Scaling
// User Guide, "Lifecycle hooks").
type Hook struct {
	Name      string
	Heartbeat sim.Time // after which it times out; each heartbeat that is recorded restarts it
	Abandons  bool     // what its end without a word means: ABANDON, else CONTINUE
	Beat      sim.Time // how often a heartbeat is recorded; 0: never
	Beats     int      // how many are, at most; 0: any number
}

// Limits of a hook (PutLifecycleHook, Amazon EC2 Auto Scaling API Reference).
const (
	HeartbeatLeast = 30 * sim.Second
	HeartbeatMost  = 7200 * sim.Second
	MostHooks      = 50 // of a group
	longestWait    = 48 * sim.Hour
	mostHeartbeats = 100
)

// Most is the longest that a hook holds anything: 48 hours, or 100 heartbeats where that
// is less.
func (h *Hook) Most() sim.Time { return min(longestWait, mostHeartbeats*h.Heartbeat) }

// Deadline is when a hook that nobody completes times out.
func (h *Hook) Deadline() sim.Time {
	if h.Beat <= 0 || h.Beat >= h.Heartbeat {
		return min(h.Heartbeat, h.Most())
	}
	if h.Beats == 0 {
		return h.Most()
	}
	return min(sim.Time(h.Beats)*h.Beat+h.Heartbeat, h.Most())
}

// HookEnd is how a hook ends, and how long after it began.
type HookEnd struct {
	Hook     *Hook
	After    sim.Time
	Abandons bool
	TimedOut bool
}

// End is how a hook ends of which the action is completed after a time, with ABANDON or
// CONTINUE; [sim.Never]: nobody does.
func (h *Hook) End(completed sim.Time, abandons bool) HookEnd {
	if deadline := h.Deadline(); completed > deadline {
		return HookEnd{h, deadline, h.Abandons, true}
	}
	return HookEnd{h, completed, abandons, false}
}

// Released is the end that lets an instance go that several hooks hold at once: the last of
// all, or the first that abandons, for that ends the others.
func Released(ends []HookEnd) HookEnd {
	last := ends[0]
	for _, e := range ends[1:] {
		switch {
		case e.Abandons && (!last.Abandons || e.After < last.After):
			last = e
		case !e.Abandons && !last.Abandons && e.After > last.After:
			last = e
		}
	}
	return last
}

// Validate returns all faults of h.
func (h *Hook) Validate() []error {
	var f faults
	if h.Heartbeat < HeartbeatLeast || h.Heartbeat > HeartbeatMost {
		f.add("heartbeat_timeout", "must be 30 to 7200 s, got %v", h.Heartbeat)
	}
	if h.Beat < 0 || h.Beats < 0 {
		f.add("heartbeat_every", "must not be negative")
	}
	return f
}

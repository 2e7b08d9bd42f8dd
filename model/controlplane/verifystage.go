package controlplane

import "fmt"

// verifyStages: a hook ends when it is completed or its heartbeats run out, never after its
// longest wait; who is in a warm pool is not in service, nor counted.
func (cp *Plane) verifyStages() error {
	for h, in := range cp.instances.All() {
		if in.stage == heldAtLaunch || in.stage == heldAtEnd || in.stage == heldInPool {
			if err := cp.verifyHook(in); err != nil {
				return fmt.Errorf("instance %v: %w", h, err)
			}
		}
		if in.stage.inPool() && (in.inService() || in.arrives() || in.counts() || !in.life.leaves() && in.stateInGroup() != 0) {
			return fmt.Errorf("instance %v is in the warm pool of %s, and counted", h, cp.groups[in.order.group].name())
		}
	}
	return nil
}

func (cp *Plane) verifyHook(in *instance) error {
	g, p := &cp.groups[in.order.group], &in.pause
	if in.life == shuttingDown || in.life.leaves() && in.stage != heldAtEnd {
		return nil // it is let go, or ends anyway
	}
	if p.until < cp.kernel.Now() {
		return fmt.Errorf("hooks of %s should have let it go at %v", g.name(), p.until)
	}
	if p.end.Hook == nil {
		return nil // none held it
	}
	for i := range g.cfg.Hooks {
		if h := &g.cfg.Hooks[i]; h.AtEnd == (in.stage == heldAtEnd) && p.end.After <= h.Most() {
			return nil
		}
	}
	return fmt.Errorf("no hook of %s holds it for %v", g.name(), p.end.After)
}

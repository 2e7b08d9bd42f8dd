package tables

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// utilizationKey declares the CPU work of instances that serve no requests.
func utilizationKey(meaning string) schema.Key {
	return schema.Row("utilization", schema.Either("share 0..1, or table of steps", schema.Quantity(schema.Share, 0, 1), schema.Inner()).Like("utilization"),
		"", meaning+": a share of all their vCPUs, or a table of steps")
}

// utilizationKeys are those of a utilization over time.
func utilizationKeys() []schema.Key {
	return schema.Within("utilization", "", []schema.Key{
		schema.Row("steps", schema.List(), schema.Required, "one share after the other"),
		schema.Row("steps[].for", schema.Quantity(schema.Seconds, 1e-6, year), schema.Required, "how long"),
		schema.Row("steps[].value", schema.Quantity(schema.Share, 0, 1), schema.Required, "the share meanwhile"),
		schema.Row("then", schema.OneOf("hold: its share goes on", "stop: nothing", "repeat: all of them again"), `"hold"`, "what follows the last"),
	})
}

// readUtilization reads what instances compute without requests.
func readUtilization(t *schema.Table) (u controlplane.Utilization) {
	const key = "utilization"
	n := t.Value(key)
	switch {
	case n == nil:
		return u
	case n.Form != tree.TableForm:
		share, ok := t.Measured(key, n, schema.Share)
		if ok && (share < 0 || share > 1) {
			t.Wrong(key, "must be 0..1")
		}
		u.Steps = []controlplane.UtilizationStep{{Share: share}}
		return u
	}
	s := t.Below(n, t.PathOf(key), key)
	at := sim.Time(0)
	for _, step := range s.Each("steps") {
		u.Steps = append(u.Steps, controlplane.UtilizationStep{From: at, Share: step.Quantity("value")})
		at = sim.Sum(at, step.Duration("for"))
		step.Done()
	}
	if len(u.Steps) == 0 && s.Has("steps") && !s.Faulty("steps") {
		s.Mistake("steps", "must have at least one step", "")
	}
	switch s.Choice("then") {
	case "stop":
		u.Steps = append(u.Steps, controlplane.UtilizationStep{From: at})
	case "repeat":
		u.Period = at
	}
	s.Done()
	return u
}

// readTenantWork reads what instances of an instance workload compute, and how they
// spend CPU credits.
func (l *loader) readTenantWork(t *schema.Table, w *controlplane.InstanceWorkload) {
	w.Utilization = readUtilization(t)
	if !t.Has("utilization") {
		if t.Has("credit_specification") {
			t.Mode = "without utilization"
		} else {
			t.Pass("credit_specification")
		}
		return
	}
	typ := -1 // one that has no credits, if there is one
	for _, s := range w.Sizes {
		if s.Type >= 0 && (typ < 0 || !l.cfg.Types[s.Type].Burstable) {
			typ = s.Type
		}
	}
	spec := l.readCredits(t, typ, model.TenancyDefault)
	w.Credits, w.InitialCredits = spec.mode, spec.balance
}

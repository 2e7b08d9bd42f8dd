package tables

import (
	"fmt"

	"headroom/model/controlplane"
	"headroom/model/lifecycle"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
)

func poolKeys() []schema.Key {
	return schema.Within("warm_pool", "ValidationError", []schema.Key{
		schema.Row("pool_state", schema.OneOf("Stopped: only their volumes cost", "Hibernated: the same, with their memory saved", "Running: they cost what they do in service"), `"Stopped"`, "what they do while they wait"),
		schema.Row("min_size", schema.Whole(0, mostInstances), "0", "fewest instances in the pool"),
		schema.Row("max_group_prepared_capacity", schema.Whole(-1, mostInstances), "(max_size of the group)", "instances of the group and the pool together; the pool has what desired_capacity leaves of it"),
		schema.Row("instance_reuse_policy", schema.Inner(), "", "what becomes of instances that a scale-in takes out"),
		schema.Row("instance_reuse_policy.reuse_on_scale_in", schema.Flag(), "false", "whether they return to the pool"),
	})
}

// readPool reads the warm pool of a group. A table without keys is a pool with defaults.
func (l *loader) readPool(t *schema.Table, g *controlplane.Group) {
	if !t.Has("warm_pool") {
		t.Pass("warm_pool")
		return
	}
	p := t.Inside("warm_pool")
	states := map[string]controlplane.PoolState{
		"Stopped": controlplane.PoolStopped, "Hibernated": controlplane.PoolHibernated, "Running": controlplane.PoolRunning,
	}
	pool := controlplane.WarmPool{State: states[p.Choice("pool_state")]}
	pool.Least, pool.Prepared = p.Whole("min_size"), scaling.MaxPrepared
	if n := p.Optional("max_group_prepared_capacity"); n != nil {
		if pool.Prepared = *n; *n >= 0 && *n < pool.Least && p.Sound("min_size") {
			p.Wrong("max_group_prepared_capacity", fmt.Sprintf("must not be below min_size of the pool (%d)", pool.Least))
		}
	}
	reuse := p.Inside("instance_reuse_policy")
	pool.Reuse = reuse.Flag("reuse_on_scale_in")
	reuse.Done()
	p.Done()
	refuse := func(rule string) {
		t.Add(schema.Fault{Path: t.PathOf("warm_pool"), Rule: rule, Code: "ValidationError"}, t.Node.Table["warm_pool"], "warm_pool")
	}
	if t.Has("mixed_instances_policy") {
		refuse("must not be given with a mixed_instances_policy: a warm pool has one instance type, On-Demand")
	}
	if g.Template >= 0 {
		lt := &l.cfg.LaunchTemplates[g.Template]
		if lt.Spot != nil {
			refuse("must not be given where the launch template asks for Spot, which a warm pool does not hold")
		}
		if lt.StoreRoot {
			refuse("must not be given: the root of the launch template is on an instance store, which ends with the instance")
		}
		if pool.State == controlplane.PoolHibernated && !lt.Hibernates {
			p.Reject("pool_state", schema.Fault{Rule: "must not be Hibernated: the launch template has no hibernation_options", Code: lifecycle.BadHibernation})
		}
	}
	g.Pool = &pool
}

package tables

import (
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
)

// capacityProviderKeys are those of [capacity_provider.NAME]: Terraform's
// aws_ecs_capacity_provider without the nesting of auto_scaling_group_provider.
func capacityProviderKeys() []schema.Key {
	return schema.Within("capacity_provider.NAME", invalidTask, []schema.Key{
		schema.Row("autoscaling_group", schema.Name("autoscaling_group"), schema.Required, "the group whose instances it provides"),
		schema.Row("managed_scaling", schema.Inner(), "", "how ECS scales the group by CapacityProviderReservation; without, nobody does"),
		schema.Row("managed_scaling.status", schema.OneOf("ENABLED: ECS scales the group", "DISABLED: it does not"), `"ENABLED"`, "whether it does"),
		schema.Row("managed_scaling.target_capacity", schema.Whole(1, 100), "100", "percent of the instances that tasks need: below 100, some are kept free"),
		schema.Row("managed_scaling.minimum_scaling_step_size", schema.Whole(1, scaling.MostManagedStep), "1", "fewest instances that one scale-out adds"),
		schema.Row("managed_scaling.maximum_scaling_step_size", schema.Whole(1, scaling.MostManagedStep), "10000", "most instances that one scale-out adds"),
		schema.Row("managed_scaling.instance_warmup_period", schema.Quantity(schema.Seconds, 0, scaling.MostManagedWarmup), "300", "how long a new instance keeps the group from scaling in"),
		schema.Row("managed_termination_protection", schema.OneOf("ENABLED: a scale-in spares instances with tasks", "DISABLED: it does not"), `"DISABLED"`, "whether a scale-in spares them; needs managed_scaling and protect_from_scale_in of the group"),
		schema.Row("managed_draining", schema.OneOf("ENABLED: they are started elsewhere first", "DISABLED: they end with it"), `"ENABLED"`, "what becomes of the tasks on an instance that is to end"),
	})
}

// readCapacityProviders reads the capacity providers, before the services that have them.
func (l *loader) readCapacityProviders() {
	l.providers = make([]int, len(l.tables["capacity_provider"]))
	for i, t := range l.tables["capacity_provider"] {
		const key = "autoscaling_group"
		l.providers[i] = cloud.None
		at := t.Reference(key)
		p := &controlplane.Provider{
			Name: t.Name, Drains: t.Choice("managed_draining") == "ENABLED", Protects: t.Choice("managed_termination_protection") == "ENABLED",
		}
		managed, scales := l.readManagedScaling(t)
		if at >= 0 {
			g := &l.cfg.Groups[at]
			if l.providers[i] = at; g.Provider != nil {
				t.Reject(key, schema.Fault{Rule: "must be a group without a capacity provider: capacity_provider." + g.Provider.Name + " has it", Code: invalidTask})
			}
			known := !t.Faulty("managed_scaling") && !l.tables["autoscaling_group"][at].Faulty("protect_from_scale_in") && !l.tables["autoscaling_group"][at].Broken
			if g.Provider = p; known && p.Protects && (!scales || !g.Protected) {
				t.Reject("managed_termination_protection", schema.Fault{Rule: "must be DISABLED without managed_scaling and without protect_from_scale_in of autoscaling_group." + g.Name, Code: invalidTask})
			}
			g.Protected = g.Protected && !p.Protects // ECS takes it from instances without tasks
			if scales {
				l.addManagedScaling(at, managed)
			}
		}
		t.Done()
	}
}

// readManagedScaling reads how ECS scales the group.
func (l *loader) readManagedScaling(t *schema.Table) (p scaling.Managed, scales bool) {
	m := t.Within("managed_scaling")
	if m == nil {
		return p, false
	}
	p = scaling.Managed{
		Target: float64(m.Whole("target_capacity")), MinStep: m.Whole("minimum_scaling_step_size"),
		MaxStep: m.Whole("maximum_scaling_step_size"), Warmup: m.Duration("instance_warmup_period"),
	}
	scales = m.Choice("status") == "ENABLED"
	if m.Faultless() {
		m.Absorb(p.Validate(), "minimum_scaling_step_size")
	}
	m.Done()
	return p, scales && m.Faultless()
}

// addManagedScaling adds the policy of managed scaling to a group, with its alarms.
func (l *loader) addManagedScaling(group int, p scaling.Managed) {
	g := &l.cfg.Groups[group]
	const name = "ECSManagedAutoScalingPolicy"
	action := controlplane.AlarmAction{Group: group, Policy: len(g.Policies)}
	g.Policies = append(g.Policies, controlplane.ScalingPolicy{Name: name, Spec: p})
	l.addAlarmsOf(name, p.Mechanism().Alarms, controlplane.Metric{Kind: controlplane.ReservedByTasks, Subject: group, Statistic: controlplane.Average}, action)
}

package tables

import (
	"slices"

	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

// groupLifeKeys are those of how a group's instances come into service, and out of it.
func groupLifeKeys() []schema.Key {
	return slices.Concat([]schema.Key{
		schema.Row("initial_lifecycle_hook", schema.List(), "", "lifecycle hooks, which hold instances on their way into service and out of it; all of a transition at once"),
		schema.Row("suspended_processes", schema.TextsOf(processWords), "", "what the group does not do, unless an action resumes it"),
		schema.Row("protect_from_scale_in", schema.Flag(), "false", "whether scale-in spares the instances that it launches"),
		schema.Row("warm_pool", schema.Inner(), "", "instances that are kept ready beside those in service"),
		schema.Row("instance_refresh", schema.Inner(), "", "replacement of all instances, bit by bit"),
		schema.Row("instance_maintenance_policy", schema.Inner(), "", "how many stay in service while instances are replaced, for whatever reason"),
		schema.Row("max_instance_lifetime", schema.Quantity(schema.Seconds, 0, year), "0", "age at which an instance is replaced; 0: at none"),
	}, hookKeys(), poolKeys(), refreshKeys())
}

// readGroupLife reads how a group's instances come into service, and out of it.
func (l *loader) readGroupLife(t *schema.Table, g *controlplane.Group) {
	l.readHooks(t, g)
	l.readPool(t, g)
	l.readRefresh(t, g)
	g.Suspended = readProcesses(t, "suspended_processes")
	g.Protected = t.Flag("protect_from_scale_in")
}

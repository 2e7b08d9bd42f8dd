package controlplane

import (
	"fmt"

	"headroom/model/placement"
)

// places checks Dedicated Hosts, placement groups and quotas, and who goes there.
func (v *validator) places() {
	for i := range v.DedicatedHosts {
		d := &v.DedicatedHosts[i]
		path := "dedicated_host." + d.Name
		v.Reference(d.Type, v.world.Types, path+".instance_type", "type")
		v.Reference(int(d.Zone), v.world.Zones, path+".availability_zone", "zone")
		v.optional(d.Pool, len(v.HostPools), path, "host pool")
		v.Check(d.Count > 0 && d.Count <= 10_000, path+".count", "must be 1 to 10000, got %d", d.Count)
		v.Check(d.Rules.Shape.Family != "", path+".instance_family", "must have a host")
		v.Check(d.From >= 0 && (d.To == 0 || d.To > d.From), path, "must end after it begins, got %v to %v", d.From, d.To)
	}
	for i := range v.PlacementGroups {
		g := &v.PlacementGroups[i]
		path := "placement_group." + g.Name
		v.Check(g.Strategy >= placement.Cluster && g.Strategy <= placement.Apart, path+".strategy", "must be a strategy, got %d", g.Strategy)
		most := 0
		if g.Strategy == placement.Partition {
			most = placement.MostPartitions
		}
		v.Check(g.Partitions <= most && (g.Partitions > 0) == (most > 0), path+".partition_count", "must be 1 to %d of strategy partition, 0 of others, got %d", placement.MostPartitions, g.Partitions)
	}
	for i := range v.LaunchTemplates {
		v.place(v.LaunchTemplates[i].Place, "launch_template."+v.LaunchTemplates[i].Name)
	}
	for i := range v.Instances {
		v.place(v.Instances[i].Template.Place, "instance."+v.Instances[i].Name)
	}
	for i := range v.Groups {
		v.place(v.Groups[i].Place, v.Groups[i].Path())
	}
	v.quotas()
}

func (v *validator) place(p *Place, path string) {
	if p == nil {
		return
	}
	v.optional(p.Host, len(v.DedicatedHosts), path+".placement.host_id", "Dedicated Host")
	v.optional(p.Group, len(v.PlacementGroups), path+".placement.group_name", "placement group")
	v.Check(p.Reservation >= -1 && p.Reservation <= len(v.Targets), path, "must target one of %d Capacity Reservations, got %d", len(v.Targets), p.Reservation)
	partitions := 0
	if p.Group >= 0 && p.Group < len(v.PlacementGroups) {
		partitions = v.PlacementGroups[p.Group].Partitions
	}
	v.Check(p.Partition >= 0 && p.Partition <= partitions, path+".placement.partition_number", "must be 0 to %d, got %d", partitions, p.Partition)
}

func (v *validator) quotas() {
	q := &v.Quotas
	v.Check(q.IOPS == nil || len(q.IOPS) == iopsQuotas, "quotas.io1_iops", "must limit both types, got %d", len(q.IOPS))
	if !q.on() {
		return
	}
	v.Check(len(q.Classes) == v.world.Types, "quotas", "must tell the class of each of %d types, got %d", v.world.Types, len(q.Classes))
	for i, limits := range [][]int64{q.OnDemand, q.Spot} {
		v.Check(limits == nil || len(limits) == int(quotaClasses), fmt.Sprintf("quotas.%d", i), "must limit all %d classes, got %d", quotaClasses, len(limits))
	}
	for _, c := range q.Classes {
		v.Check(c < quotaClasses, "quotas", "must be a class, got %d", c)
	}
}

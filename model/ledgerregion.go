package model

// RegionOfOwner returns the index of the Region in which an owner is; 0 for nobody in
// particular.
func (l *Ledger) RegionOfOwner(owner int32) int {
	if owner < 0 || len(l.OwnerRegions) <= int(owner) {
		return 0
	}
	return l.OwnerRegions[owner]
}

// RegionOfZone returns the index of a zone's Region, 0 for no zone in particular.
func (l *Ledger) RegionOfZone(z Zone) int {
	if z < 0 || len(l.ZoneRegions) <= int(z) {
		return 0
	}
	return l.ZoneRegions[z]
}

// In returns the part of the usage that is in one Region, as a ledger of that Region:
// what has a zone by it, and all else by its owner. Owners, types and Spot prices are
// shared.
func (l *Ledger) In(region int) *Ledger {
	part := *l
	part.Region = l.Regions[region]
	zone := func(z Zone) bool { return l.RegionOfZone(z) == region }
	owner := func(o int32) bool { return l.RegionOfOwner(o) == region }
	part.Leases = only(l.Leases, func(r *Lease) bool { return zone(r.Zone) })
	part.Volumes = only(l.Volumes, func(r *VolumeUse) bool { return zone(r.Zone) })
	part.FastUses = only(l.FastUses, func(r *FastRestoreUse) bool { return zone(r.Zone) })
	part.DedicatedHosts = only(l.DedicatedHosts, func(r *HostUse) bool { return zone(r.Zone) })
	part.IOs = only(l.IOs, func(r *IOUse) bool { return owner(r.Owner) })
	part.Addresses = only(l.Addresses, func(r *AddressUse) bool { return owner(r.Owner) })
	part.Gateways = only(l.Gateways, func(r *GatewayUse) bool { return owner(r.Owner) })
	part.Balancers = only(l.Balancers, func(r *BalancerHour) bool { return owner(r.Owner) })
	part.Transfers = only(l.Transfers, func(r *Transfer) bool { return owner(r.Owner) })
	part.Monitored = only(l.Monitored, func(r *MonitoredUse) bool { return owner(r.Owner) })
	part.Alarms = only(l.Alarms, func(r *AlarmUse) bool { return owner(r.Owner) })
	part.Metrics = only(l.Metrics, func(r *MetricUse) bool { return owner(r.Owner) })
	part.Names = only(l.Names, func(r *NameUse) bool { return owner(r.Owner) })
	part.Surplus = only(l.Surplus, func(r *SurplusUse) bool { return owner(r.Owner) })
	part.Snapshots = only(l.Snapshots, func(r *SnapshotUse) bool { return owner(r.Owner) })
	part.Restored = only(l.Restored, func(r *RestoreUse) bool { return owner(r.Owner) })
	part.FileSystems = only(l.FileSystems, func(r *FileSystemUse) bool { return owner(r.Owner) })
	part.FileIOs = only(l.FileIOs, func(r *FileIOUse) bool { return owner(r.Owner) })
	part.Tasks = only(l.Tasks, func(r *TaskUse) bool { return zone(r.Zone) })
	part.Functions = only(l.Functions, func(r *FunctionUse) bool { return owner(r.Owner) })
	return &part
}

// only returns the records that match.
func only[T any](records []T, matches func(*T) bool) (some []T) {
	for i := range records {
		if matches(&records[i]) {
			some = append(some, records[i])
		}
	}
	return some
}

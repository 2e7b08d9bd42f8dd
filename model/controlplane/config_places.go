package controlplane

import (
	"headroom/model"
	"headroom/model/placement"
	"headroom/sim"
)

// Places are what instances lie on and how they lie to each other, beyond the hosts that
// everybody shares.
type Places struct {
	DedicatedHosts  []DedicatedHost
	PlacementGroups []PlacementGroup
	// Targets are the names of Capacity Reservations that launches target.
	Targets []string
	Quotas  Quotas
}

// DedicatedHost is hosts of the account's own, alike. On finite hosts each takes a whole
// one of its family's pool.
type DedicatedHost struct {
	Name  string
	Type  int  // index into Frame.Types: one of the family
	Only  bool // it takes that type alone, not its family
	Rules model.HostRules
	Zone  model.Zone
	Pool  int // index into Estate.HostPools; None: unlimited capacity
	Count int
	// AutoPlacement lets instances in that do not name the host.
	AutoPlacement bool
	// Recovery allocates another one when it fails, where its instances start anew.
	Recovery bool
	From, To sim.Time // To 0: the end of the run
}

// PlacementGroup is instances near to each other, or apart.
type PlacementGroup struct {
	Name       string
	Strategy   placement.Strategy
	Partitions int // in each zone, of the strategy Partition
}

// Place says where instances go, beyond their zone. A nil Place is anywhere.
type Place struct {
	Host      int  // index into Estate.DedicatedHosts; None: one with auto placement
	Affinity  bool // started again, an instance goes to the host that it was on
	Group     int  // index into Estate.PlacementGroups; None
	Partition int  // of the group, from 1; 0: the one with the fewest members
	// Reservation says which Capacity Reservations the instances fill: 0 every open one
	// that matches, -1 none, else those of Estate.Targets, from 1, and nothing else.
	Reservation int
}

// QuotaClass is what vCPUs are limited together.
type QuotaClass uint8

// Quotas of vCPUs, as Service Quotas tells families apart.
const (
	StandardQuota QuotaClass = iota + 1 // A, C, D, H, I, M, R, T, Z
	FQuota
	GQuota // G and VT
	InfQuota
	PQuota
	XQuota
	HighMemoryQuota // U
	DLQuota
	TrnQuota
	HPCQuota
	quotaClasses
)

// Quotas are the limits of an account in the Region that are checked. A nil slice or
// map checks nothing.
type Quotas struct {
	// OnDemand and Spot are vCPUs by QuotaClass; -1: not checked.
	OnDemand, Spot []int64
	// Classes are the classes of Frame.Types.
	Classes []QuotaClass
	// Hosts is the number of Dedicated Hosts of each family; -1: not checked.
	Hosts int
	// IOPS are those provisioned for volumes of io1 and io2; -1: not checked. nil: neither is.
	IOPS []int64
}

// on reports whether vCPUs are limited at all.
func (q *Quotas) on() bool { return q.OnDemand != nil || q.Spot != nil }

package model

import (
	"time"

	"headroom/sim"
)

// Ledger is the usage of one replication: facts without prices. Every record
// names its owner by index into Owners, so that a bill can be broken down by
// the tables of the scenario.
type Ledger struct {
	Start  time.Time // calendar instant of time 0; clock hours and months are cut by it
	End    sim.Time  // the horizon: usage still open there is closed at it
	Region string
	Zones  []string       // by Zone: letters, and full names of zones in other Regions
	Owners []string       // "autoscaling_group.web", "load_balancer.front"
	Types  []InstanceType // by Lease.Type

	Leases      []Lease
	Volumes     []VolumeUse
	IOs         []IOUse
	Addresses   []AddressUse
	Gateways    []GatewayUse
	Balancers   []BalancerHour
	Transfers   []Transfer
	Monitored   []MonitoredUse
	Alarms      []AlarmUse
	Metrics     []MetricUse
	Names       []NameUse
	Surplus     []SurplusUse
	Snapshots   []SnapshotUse
	Restored    []RestoreUse
	FastUses    []FastRestoreUse
	FileSystems []FileSystemUse
	FileIOs     []FileIOUse
	Functions   []FunctionUse
	Tasks       []TaskUse
	Spot        []SpotPrices

	// Regions, ZoneRegions and OwnerRegions say where it all is, by index into Regions,
	// the first of which is Region; nil where there is one.
	Regions      []string
	ZoneRegions  []int
	OwnerRegions []int

	DedicatedHosts []HostUse
	// Refused are the names of Capacity Reservations that were not granted, for
	// there was no room when they began.
	Refused []string
}

// Lease is the time that one instance was billed for: from `running` until it
// left that state. Minimum charges are the bill's affair, not the ledger's.
type Lease struct {
	From, To sim.Time
	Instance int32 // number of the instance, in launch order
	Owner    int32
	Type     int32 // index into Ledger.Types
	Zone     Zone
	Platform Platform
	Tenancy  Tenancy
	Option   PurchaseOption
	End      LeaseEnd
	SpotPool int32 // index into Ledger.Spot; -1 unless Option is Spot
	// OnHost says that it lies on one of DedicatedHosts, which is what is paid.
	OnHost bool
	// Match says which Capacity Reservations it fills: 0 every open one, -1 none, else
	// those of that number (ReservationMatch).
	Match int32
	// MaxPrice is what a Spot request bid, in dollars an hour; a price step
	// above it counts at it. 0 means the On-Demand price.
	MaxPrice float64
	// Carried is the time that the instance had already run when the lease
	// began at time 0 (members of a group that is running at the start). It is
	// not usage of this run; it decides the Spot first-hour rule.
	Carried sim.Time
}

// ReservationMatch returns the number by which instances that target a Capacity
// Reservation, from 1, or are of a placement group, from 1, find those that they fill.
func ReservationMatch(target, group int) int32 {
	if group > 0 {
		return 1<<16 + int32(group)
	}
	return int32(target)
}

// HostUse is the time that one Dedicated Host was allocated.
type HostUse struct {
	From, To sim.Time
	Owner    int32
	Zone     Zone
	Type     int32 // index into Ledger.Types: one of its family, whose discounts it has
}

// LeaseEnd says who ended a lease, which decides the Spot first-hour rule.
type LeaseEnd uint8

// Ends of a lease.
const (
	EndedByUser    LeaseEnd = iota + 1 // termination, scale-in, stop, failure, or the end of the run
	EndedByReclaim                     // Spot interruption by the cloud
)

// VolumeUse is the lifetime of one EBS volume of fixed settings.
type VolumeUse struct {
	From, To       sim.Time
	Owner          int32
	Instance       int32 // first instance it was attached to; -1 for none
	Zone           Zone
	Type           string // "gp3"
	SizeGiB        int64
	IOPS           int64 // provisioned; 0 where the type has none
	ThroughputMiBs int64 // provisioned; 0 where the type has none
}

// IOUse is the I/Os of one owner's volumes of a type that is charged by them.
type IOUse struct {
	From, To sim.Time
	Owner    int32
	Type     string // "standard"
	Count    int64
}

// SnapshotUse is what the snapshots of one volume stored for a time, or one of them in
// the archive.
type SnapshotUse struct {
	From, To sim.Time
	Owner    int32
	Archived bool
	Deleted  bool // archived: it ended before the run, not with it
	Stored   Bytes
}

// RestoreUse is a snapshot that was brought back from the archive.
type RestoreUse struct {
	At     sim.Time
	Owner  int32
	Amount Bytes
}

// FastRestoreUse is the time that a snapshot had fast restore in a zone.
type FastRestoreUse struct {
	From, To sim.Time
	Owner    int32
	Zone     Zone
}

// FileSystemUse is what an EFS file system stored for a time, and its throughput.
type FileSystemUse struct {
	From, To                       sim.Time
	Owner                          int32
	OneZone                        bool
	Standard, Infrequent, Archived Bytes
	ProvisionedMBps                float64 // above what its Standard class earns
}

// FileIOUse is what was read from a file system and written to it, by an instant.
type FileIOUse struct {
	From, To      sim.Time
	Owner         int32
	Elastic       bool // each byte is charged for
	Read, Written Bytes
	Infrequent    Bytes // of Read, from the Infrequent Access class
}

// A gp3 volume of any size has these without provisioning and without charge.
const (
	GP3IOPS           = 3000
	GP3ThroughputMiBs = 125
)

// MonitoredUse is the time that one instance had detailed monitoring.
type MonitoredUse struct {
	From, To sim.Time
	Owner    int32
	Instance int32
}

// SurplusUse is the surplus CPU credits of one instance that were charged in a clock
// hour, or at its end.
type SurplusUse struct {
	From, To sim.Time
	Owner    int32
	Instance int32
	Type     int32 // index into Ledger.Types
	Platform Platform
	Amount   Credits
}

// NameUse is the time that a DNS name's hosted zone existed, or a health check of it.
type NameUse struct {
	From, To sim.Time
	Owner    int32
	Check    CheckKind
}

// CheckKind is how a health check of a DNS name is paid.
type CheckKind uint8

// Kinds of health checks.
const (
	StandardCheck CheckKind = iota + 1 // each 30 seconds
	FastCheck                          // each 10 seconds
)

// AlarmUse is the time that one CloudWatch alarm existed.
type AlarmUse struct {
	From, To       sim.Time
	Owner          int32 // -1: nobody's in particular
	HighResolution bool  // its period is below a minute
}

// MetricUse is the time in which a metric of the user's own was published.
type MetricUse struct {
	From, To sim.Time
	Owner    int32 // -1: nobody's in particular
}

// BalancerHour is the use of one load balancer in one clock hour. Partial
// hours are billed as full ones.
type BalancerHour struct {
	From, To       sim.Time // part of the clock hour in which it existed
	Owner          int32
	Kind           string // "application", "network", "gateway"
	NewConnections int64
	ActiveTime     sim.Time           // summed over connections: ∫ active connections dt; Never for more than 2.5 million hours
	Processed      Bytes              // requests and responses
	Evaluations    int64              // listener rule evaluations beyond the first ten of each request
	Endpoints      int64              // of a Gateway Load Balancer
	Reserved       int64              // capacity units that were kept ready
	Flows          [FlowParts]FlowUse // of a Network Load Balancer, instead of what stands above
}

// TransferPath is where billable data went.
type TransferPath uint8

// Transfer paths.
const (
	InternetOut TransferPath = iota + 1
	CrossZone                // between zones, counted once, billed on both sides
	InterRegion              // to another Region
	ThroughNAT               // in both directions; what goes out is InternetOut too
	OneSide                  // to or from another zone, on the account of one of the two sides
	Uncharged                // the same, where nobody pays for it: a load balancer and its targets
)

// String returns the path's name on an invoice.
func (p TransferPath) String() string {
	return [...]string{"", "internet-out", "cross-zone", "inter-region", "nat", "cross-zone-side", "cross-zone-free"}[p]
}

// Transfer is the data that took one path in one clock hour.
type Transfer struct {
	From, To sim.Time
	Owner    int32
	Path     TransferPath
	Amount   Bytes
}

// SpotPrices is the price that one Spot pool published over the run: a step
// function that begins at or before time 0 and holds until its next step.
type SpotPrices struct {
	Type  int32 // index into Ledger.Types
	Zone  Zone
	OS    Platform
	Steps []PriceStep
}

// PriceStep is a price from an instant on.
type PriceStep struct {
	At  sim.Time
	USD float64 // dollars an hour
}

// FunctionUse is what a Lambda function was used for, or kept ready. Memory and Storage are
// in MB of 1,024 KB.
type FunctionUse struct {
	From, To    sim.Time
	Owner       int32
	ARM         bool // it runs on arm64
	Memory      int64
	Storage     int64    // of /tmp
	Provisioned int64    // environments that are always ready
	Calls       int64    // that ended, none of them throttled
	Billed      sim.Time // of all of them, in whole milliseconds each
	Ready       sim.Time // of those, in provisioned environments
}

// TaskUse is the time that one task of an ECS service was there: from when it was placed, and
// its image loaded, to its end. Only those on Fargate are billed.
type TaskUse struct {
	From, To  sim.Time
	Owner     int32
	Task      int32 // its number, in launch order, among the instances
	Zone      Zone
	CPU       int64 // units, 1,024 a vCPU
	MemoryMiB int64
	Storage   int64 // GB of ephemeral storage on Fargate
	ARM       bool  // it runs on arm64
	Fargate   bool
	Spot      bool // on Fargate Spot
}

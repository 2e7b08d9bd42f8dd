package controlplane

import (
	"headroom/model"
	"headroom/model/ami"
	"headroom/model/placement"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// None is the index of an optional reference that is not set.
const None = model.None

// Estate is the part of a scenario that the control plane plays: what there is
// and who decides about it. It is immutable and shared by all replications. It
// holds specs (recipes) and never live policies. References between tables are
// indexes into the slices here, [None] where optional and absent.
type Estate struct {
	HostPools         []HostPool
	Images            []Image
	LaunchTemplates   []LaunchTemplate
	Groups            []Group
	Alarms            []Alarm
	Instances         []Fleet
	Volumes           []Volume
	InstanceWorkloads []InstanceWorkload
	SpotPools         []SpotPool
	Faults            []Fault
	Holds             []Hold
	Certificates      []Certificate // of listeners, that expire some day
	Storage
	Places
	VPC

	// Placements are your own, that host pools may name.
	Placements []placement.Entry

	// PublicationDelay is how long after its end a metric period becomes
	// visible to alarms.
	PublicationDelay sim.Time
	// WaitForSpotReclaim makes an on-demand launch that must first reclaim
	// Spot capacity wait for it, instead of failing at once.
	WaitForSpotReclaim bool
}

// HostPool is the hypervisor hosts of one instance family, alike in every
// zone. A family without a pool has unlimited capacity.
type HostPool struct {
	Name      string // the family, or the scenario's own name for a shape
	CPU       int32  // capacity of one host in the pool's CPU units: threads, or slots of a burstable family
	MemoryMiB int64
	// Threads are those of a host whose CPU units promise more vCPUs; 0: it keeps what it
	// promises.
	Threads   int32
	PerZone   []int  // number of hosts, by zone
	Placement string // a name of placement.Policies or of Placements
	Nodes     int    // NUMA nodes that a host is divided into; 0 means 1
	Racks     int    // in each zone; 0: each host is a rack of its own
}

// Hold is capacity that is kept on finite hosts for instances of one kind, and
// used first by them: a Capacity Reservation, or what a zonal Reserved Instance
// holds. Where several are for one kind, the first is filled first.
type Hold struct {
	Name        string // "capacity_reservation.base"
	Reservation string // of a Capacity Reservation: its name on the bill
	Type        int    // index into Config.Types
	Platform    model.Platform
	Tenancy     model.Tenancy
	Zone        model.Zone
	Need        Need
	Count       int
	From, To    sim.Time // To 0: the end of the run
	Group       int      // of Estate.PlacementGroups, from 1: a cluster whose instances alone fill it; 0: none
	Target      int      // of Estate.Targets, from 1, by which launches name it; 0: none does
	Targeted    bool     // only those that name it fill it
}

// Need is what one instance takes of a host.
type Need struct {
	Pool      int // index into Config.HostPools; None: unlimited capacity
	CPU       int32
	MemoryMiB int64
}

// Volume is an EBS volume of its own table. It is there from the start, attached or
// not; the instances that it is attached to have it among their volumes.
type Volume struct {
	Name     string
	Tags     map[string]string
	Spec     model.VolumeSpec
	Zone     model.Zone
	Written  model.Bytes // before the start
	Dirty    float64     // bytes a second that are written anew, beside what steps write
	Snapshot string      // that it is made from; "" for none
	Backed   bool        // snapshots are taken of it, or something else is done to it
	Later    bool        // it is not there at the start: an action creates it
	Apart    bool        // instances share it only from when an action says so
}

// LaunchTemplate is how instances are made.
type LaunchTemplate struct {
	Name     string
	Version  int // among those that a group goes through; 0: as it comes to them
	Type     int // index into Config.Types
	Platform model.Platform
	Tenancy  model.Tenancy
	Place    *Place             // nil: anywhere
	Volumes  []model.VolumeSpec // the first is the root volume
	Detailed bool               // detailed monitoring: 1-minute metrics
	PublicIP bool
	// PublicBySubnet leaves it to the subnet whether instances have a public address.
	PublicBySubnet bool
	Cards          []Card // network interfaces, the primary one first; none: one with one address
	Launch         LaunchTimes
	// UserDataFails is the probability that the user data script fails; the
	// instance then runs with its application port closed.
	UserDataFails float64
	FirstBoot
	// Speed is how fast the CPU is, relative to the one that demands were
	// measured on, whatever the type; 0: as fast as its type.
	Speed float64
	// Credits is the mode of types that have CPU credits; 0: the type's usual one.
	Credits model.CreditMode
	// InitialCredits are those of instances that are there at the start; 0: as after a
	// launch.
	InitialCredits model.Credits

	StoreRoot          bool // the root lies on an instance store
	Protected          bool // disable_api_termination
	ShutdownTerminates bool // instance_initiated_shutdown_behavior
	Hibernates         bool // hibernation is enabled
	// Spot are the terms on which instances are bought on the Spot market; nil: On-Demand.
	Spot *SpotOptions
	// LaunchFails is the probability that a launch fails while it is pending, for a
	// reason: LaunchError.
	LaunchFails float64
	LaunchError string
	// Ends are the kinds of its network interfaces, by subnet (those of a default VPC: by
	// zone), counted from 1 among those of the network; nil: open to all.
	Ends        []int32
	MostTracked int // connections that its security groups keep track of; 0: any number
}

// end is the kind of network interface of an instance in a subnet.
func (lt *LaunchTemplate) end(subnet int) int32 {
	if lt.Ends == nil {
		return 0
	}
	return lt.Ends[subnet]
}

// FirstBoot is what a launch template says of user data and of who may do what. The zero
// FirstBoot is of an instance that runs no script, has no role and lets nobody in.
type FirstBoot struct {
	Image    int // of Estate.Images, from 1; 0: one that is always there
	Script   ami.Script
	CLI      bool     // the image has aws-cli
	Software []string // what else the image brings along that logins need: of package login
	Key      string   // name of its key pair
	Profile  string   // its IAM instance profile, by which it may publish and download
}

// LaunchTimes are the durations of an instance's life, in seconds.
type LaunchTimes struct {
	Call         rng.Distribution // RunInstances call
	Pending      rng.Distribution // from the end of the call to running
	Boot         rng.Distribution // from running to the application host being up
	UserData     rng.Distribution // first boot script; the application port opens at its end
	ShuttingDown rng.Distribution // from the terminate request to terminated
	Stopping     rng.Distribution // from the stop request to stopped
}

// Fleet is a fixed number of instances outside any group that run from the
// start to the end.
type Fleet struct {
	Name         string
	Count        int
	Template     LaunchTemplate
	Speed        float64 // of the type, relative to the one that demands were measured on; 0 means 1
	Need         Need
	Zones        []model.Zone // instances are dealt to them in turn
	Subnets      []int        // where they get their addresses; none: any of their zones
	Service      int          // None: serves no requests
	Applications []int        // services of instances that run several, Service first; none: Service alone
	TargetGroups []int
	Utilization  Utilization // CPU work without requests, where there is no Service
	// SpotPool is the pool of its type by zone (index into Config.SpotPools), where its
	// template buys Spot.
	SpotPool []int
}

// Group is an Auto Scaling group.
type Group struct {
	Name              string
	Min, Max, Desired int
	Enabled           []GroupMetric // that it publishes of itself
	Template          int
	Zones             []model.Zone
	Subnets           []int // where its instances get their addresses; none: any of its zones
	TargetGroups      []int
	Service           int   // of its target groups; None without any
	Applications      []int // where those are of several: all of them, Service first
	DefaultCooldown   sim.Time
	DefaultWarmup     sim.Time // -1: not set
	Reference         float64  // CPU utilization at which capacity is just right; 0: nobody asks
	ELBHealth         bool     // health_check_type ELB
	Grace             sim.Time
	HealthSweep       sim.Time // how often ELB health is looked at
	Termination       []scaling.TerminationPolicy
	Types             []LaunchType
	Mixed             *MixedInstances // nil: all on-demand of Types[0]
	Place             *Place          // instead of its template's; nil: that
	Policies          []ScalingPolicy
	Schedules         []Schedule
	Hooks             []Hook
	Pool              *WarmPool // nil: none
	Suspended         scaling.Process
	Protected         bool             // its instances, from scale-in
	Lifetime          sim.Time         // after which an instance is replaced; 0: none
	Maintenance       *scaling.Healthy // how instances are replaced; nil: they end first, a tenth at a time
	Refresh           *Refresh         // nil: none
	Tasks             *Tasks           // it is an ECS service; nil: an Auto Scaling group
	Provider          *Provider        // ECS capacity provider that it has; nil: none
}

// LaunchType is one instance type that a group may launch.
type LaunchType struct {
	Type int // index into Config.Types
	Need Need
	// Speed is how fast a vCPU of the type is, relative to the one that demands
	// were measured on; 0 means 1.
	Speed float64
	// SpotPool is the pool of this type by zone (index into Config.SpotPools);
	// nil when the group launches no Spot.
	SpotPool []int
	// OnDemandUSD is the On-Demand price an hour, by which lowest-price orders.
	OnDemandUSD float64
	Weight      int // units of capacity that an instance counts for; 0 means 1
}

// units is how many units of capacity an instance counts for.
func (t *LaunchType) units() float64 { return float64(max(1, t.Weight)) }

// MixedInstances splits a group between On-Demand and Spot.
type MixedInstances struct {
	scaling.MixedInstances
	MaxPrice float64 // dollars an hour; 0: the On-Demand price
	// CapacityRebalance asks for the replacement of a Spot instance at its
	// interruption notice, not only when it has gone.
	CapacityRebalance bool
}

// SpotPool is one instance type in one zone on the Spot market.
type SpotPool struct {
	Type        int
	Zone        model.Zone
	Platform    model.Platform
	Need        Need
	OnDemandUSD float64
	MeanRatio   float64           // long-run mean of price / On-Demand price
	Replay      []model.PriceStep // a recorded price; nil: the price walks
	Walk        SpotWalk
	Bucket      int       // Spot Advisor interruption bucket, 0..4
	Intensity   float64   // multiplies the hazard of interruption
	Lead        spot.Lead // of rebalance recommendations
	// Supply is a recorded trace of room or of preemptions, in place of the hazard;
	// nil without.
	Supply *spot.Supply
}

// SpotWalk are the parameters of the mean-reverting price walk.
type SpotWalk struct {
	Reversion, Volatility float64 // per hour, per √hour
	Step                  sim.Time
	Threshold             float64 // relative change that is published
}

// InstanceWorkload is instances that come and go by themselves and fill hosts.
type InstanceWorkload struct {
	Name     string
	Arrivals workload.Process
	Sizes    []TenantSize
	Lifetime rng.Distribution // seconds; nil when Trace gives each row's
	Trace    []TenantRow      // by the row of a traced source
	Option   model.PurchaseOption
	SpotPool []int // by size × zone, row-major; nil unless Option is Spot
	Zones    []model.Zone
	// Initial is the mean number of instances that run at the start, drawn
	// from the stationary state; 0: none.
	Initial float64
	// Foreign instances belong to other tenants: they take capacity and are on
	// nobody's bill here.
	Foreign bool
	// Volumes and PublicIP are what each instance of an EC2 type comes with, unless
	// it is foreign.
	Volumes  []model.VolumeSpec
	PublicIP bool
	// Utilization is what each of them computes, and Credits the mode of types that have
	// CPU credits; 0: the type's usual one.
	Utilization Utilization
	Credits     model.CreditMode
	// InitialCredits are those of instances that run at the start; 0: as after a launch.
	InitialCredits model.Credits
	// Wait makes launches that find no room wait for it, in order, instead of
	// failing.
	Wait bool
	// Subnets are where its instances get their addresses; none: any of its zones.
	Subnets []int
}

// TenantSize is one size that an instance workload launches.
type TenantSize struct {
	Type   int // index into Config.Types
	Need   Need
	Weight float64
	// Shape says that the size is no EC2 type, but so much of a host: it has neither
	// volumes nor addresses.
	Shape bool
}

// TenantRow is one instance of a trace.
type TenantRow struct {
	Size     int32 // index into InstanceWorkload.Sizes
	Lifetime sim.Time
}

// Statistic aggregates a metric over a period.
type Statistic uint8

// Statistics.
const (
	Average Statistic = iota + 1
	Minimum
	Maximum
	Sum
	SampleCount
	Percentile // with Metric.Percent
)

// FaultKind is what breaks.
type FaultKind uint8

// Faults.
const (
	ZoneOutage          FaultKind = iota + 1 // a zone's instances and nodes are off the network
	HostFailure                              // a host's instances are
	ZonePartition                            // some instances of a zone are, its nodes are not
	InstanceTermination                      // instances stop running, as when their hardware is retired
	ApplicationFault                         // Impairment says how applications fail
	VolumeFailure                            // a volume of instances answers nothing but errors
	InstanceRetirement                       // AWS retires their hardware: they are stopped, or end if they cannot
	RackFailure                              // the hosts of a rack, as in HostFailure
	RegionOutage                             // all zones of a Region are, and its control plane answers nobody
	SpotInterruption                         // Spot instances are interrupted
)

// Fault is one failure at a time, or failures at a rate. Zone, On, Count and Share
// narrow which instances it strikes: those that there are in its first instant.
type Fault struct {
	Kind       FaultKind
	At         sim.Time         // first instant; Never when Every is set and nothing is scheduled
	Every      rng.Distribution // seconds between failures; nil: once
	Duration   rng.Distribution // seconds until recovery; nil: InstanceTermination, InstanceRetirement, SpotInterruption
	Zone       model.Zone       // None: any zone; ZoneOutage, HostFailure, RackFailure: one that is drawn
	Pool       int              // HostFailure, RackFailure: the pool; None: any
	Machines   int              // HostFailure: only Dedicated Hosts of that table, counted from 1; 0: any host
	On         Subject
	Count      int     // instances at most; 0: all
	Share      float64 // of the instances, rounded to whole ones; 0: all
	Impairment model.Impairment
	Volume     string   // VolumeFailure: by a name of the instances'
	Before     sim.Time // SpotInterruption: from the recommendation to the end, of which the notice is the last two minutes
}

// Subject is whose instances a fault strikes.
type Subject struct {
	Kind  SubjectKind
	Index int
}

// SubjectKind says what a [Subject] is. The zero kind is everybody.
type SubjectKind uint8

// Subjects.
const (
	Everybody SubjectKind = iota
	OfGroup
	OfFleet
	OfTargetGroup
	OfService
	OfOutside
)

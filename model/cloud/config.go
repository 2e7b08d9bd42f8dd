package cloud

import (
	"time"

	"headroom/model"
	"headroom/model/health"
	"headroom/model/placement"
	"headroom/model/routing"
	"headroom/model/scaling"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// None is the index of an optional reference that is not set.
const None = -1

// Config is one resolved scenario: typed, immutable, and shared by all its
// replications. It holds specs (recipes) and never live policies; [New] turns
// each spec into a fresh policy. References between tables are indexes into
// the slices here, [None] where optional and absent.
type Config struct {
	Name     string
	Seed     uint64
	Start    time.Time // calendar instant of time 0: schedules, clock hours, months
	Duration sim.Time
	Warmup   sim.Time // excluded from latency statistics, never from cost

	Region string
	Zones  []string // letters, by model.Zone

	Types             []model.InstanceType // every type that something here may launch
	HostPools         []HostPool
	Services          []Service
	TargetGroups      []TargetGroup
	LoadBalancers     []LoadBalancer
	LaunchTemplates   []LaunchTemplate
	Groups            []Group
	Alarms            []Alarm
	Instances         []Fleet
	InstanceWorkloads []InstanceWorkload
	Workloads         []Workload
	SpotPools         []SpotPool
	Faults            []Fault

	// Algorithms and Placements are your own, that target groups and host pools may
	// name.
	Algorithms []routing.Entry
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
	PerZone   []int  // number of hosts, by zone
	Placement string // a name of placement.Policies or of Config.Placements
}

// Need is what one instance takes of a host.
type Need struct {
	Pool      int // index into Config.HostPools; None: unlimited capacity
	CPU       int32
	MemoryMiB int64
}

// Discipline is how an instance shares its vCPUs among requests.
type Discipline uint8

// Disciplines.
const (
	ProcessorSharing Discipline = iota + 1 // all accepted requests share the vCPUs evenly
	FCFS                                   // one request per worker, the rest wait in order of arrival
)

// Service is what an instance does with a request.
type Service struct {
	Name        string
	Discipline  Discipline
	Workers     int // FCFS: workers, each on a vCPU of its own; 0: one per vCPU
	Concurrency int // ProcessorSharing: requests accepted at once; 0: no limit
	Backlog     int // requests that wait beyond that; one more is refused. Unlimited: NoLimit
	// FinishAbandoned makes the instance work on for clients that have gone;
	// otherwise it notices the closed connection and drops the request.
	FinishAbandoned bool
}

// NoLimit is a backlog without bound.
const NoLimit = 1<<31 - 1

// HealthCheck is how a target group looks at its targets.
type HealthCheck struct {
	Enabled bool // false: a target is healthy from its registration on
	health.Check
}

// TargetGroup is a set of targets with one service.
type TargetGroup struct {
	Name                string
	Service             int
	Algorithm           string // a name of routing.Policies or of Config.Algorithms
	DeregistrationDelay sim.Time
	CrossZone           bool // resolved from the group's own setting or its load balancer's
	HealthCheck         HealthCheck
}

// LoadBalancer is an Application Load Balancer with one listener.
type LoadBalancer struct {
	Name         string
	Kind         string // "application"
	Zones        []model.Zone
	IdleTimeout  sim.Time
	Latency      sim.Time // added to every response
	CrossLatency sim.Time // added when node and target are in different zones
	DNSTTL       sim.Time // how long clients keep a node's address
	Default      Action
	Rules        []Rule // ascending priority
	PublicIPs    bool   // internet-facing: one public IPv4 address a node
	// ConnectTimeout is how long a client waits for a node that is down.
	ConnectTimeout sim.Time
}

// Rule sends requests that match every given condition to its action. An
// empty condition matches everything.
type Rule struct {
	Priority int
	Paths    []string // patterns of path_pattern
	Hosts    []string // patterns of host_header
	Action   Action
}

// Action ends the rules for a request: a forward to target groups by weight,
// or a fixed response.
type Action struct {
	Forward []Forward
	Status  int // fixed response, when Forward is empty
}

// Forward is one weighted target group of an action.
type Forward struct {
	TargetGroup int
	Weight      int
}

// VolumeSpec is an EBS volume that an instance is launched with.
type VolumeSpec struct {
	Type                string // "gp3"
	SizeGiB             int64
	IOPS                int64 // provisioned; 0 where the type has none
	ThroughputMiBs      int64
	DeleteOnTermination bool
}

// LaunchTemplate is how instances are made.
type LaunchTemplate struct {
	Name     string
	Type     int // index into Config.Types
	Platform model.Platform
	Tenancy  model.Tenancy
	Volumes  []VolumeSpec // the first is the root volume
	Detailed bool         // detailed monitoring: 1-minute metrics
	PublicIP bool
	Launch   LaunchTimes
	// UserDataFails is the probability that the user data script fails; the
	// instance then runs with its application port closed.
	UserDataFails float64
}

// LaunchTimes are the durations of an instance's life, in seconds.
type LaunchTimes struct {
	Call         rng.Distribution // RunInstances call
	Pending      rng.Distribution // from the end of the call to running
	Boot         rng.Distribution // from running to the application host being up
	UserData     rng.Distribution // first boot script; the application port opens at its end
	ShuttingDown rng.Distribution // from the terminate request to terminated
}

// Fleet is a fixed number of instances outside any group that run from the
// start to the end.
type Fleet struct {
	Name         string
	Count        int
	Template     LaunchTemplate
	Need         Need
	Zones        []model.Zone // instances are dealt to them in turn
	Service      int          // None: serves no requests
	TargetGroups []int
}

// Group is an Auto Scaling group.
type Group struct {
	Name              string
	Min, Max, Desired int
	Template          int
	Zones             []model.Zone
	TargetGroups      []int
	Service           int // of its target groups; None without any
	DefaultCooldown   sim.Time
	DefaultWarmup     sim.Time // -1: not set
	ELBHealth         bool     // health_check_type ELB
	Grace             sim.Time
	HealthSweep       sim.Time // how often ELB health is looked at
	Termination       []scaling.TerminationPolicy
	Types             []LaunchType
	Mixed             *MixedInstances // nil: all on-demand of Types[0]
	Policies          []ScalingPolicy
	Schedules         []Schedule
}

// LaunchType is one instance type that a group may launch.
type LaunchType struct {
	Type int // index into Config.Types
	Need Need
	// SpotPool is the pool of this type by zone (index into Config.SpotPools);
	// nil when the group launches no Spot.
	SpotPool []int
	// OnDemandUSD is the On-Demand price an hour, by which lowest-price orders.
	OnDemandUSD float64
}

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
	Bucket      int     // Spot Advisor interruption bucket, 0..4
	Intensity   float64 // multiplies the hazard of interruption
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
}

// TenantSize is one size that an instance workload launches.
type TenantSize struct {
	Type   int // index into Config.Types
	Need   Need
	Weight float64
}

// TenantRow is one instance of a trace.
type TenantRow struct {
	Size     int32 // index into InstanceWorkload.Sizes
	Lifetime sim.Time
}

// DestinationKind says what a workload talks to.
type DestinationKind uint8

// Destinations.
const (
	ToLoadBalancer DestinationKind = iota + 1
	ToTargetGroup
	ToInstances
)

// Workload is a stream of requests.
type Workload struct {
	Name     string
	To       DestinationKind
	Target   int // index into LoadBalancers, TargetGroups or Instances
	Arrivals workload.Process
	Demand   rng.Distribution // CPU-seconds
	Request  rng.Distribution // bytes in; nil: 0
	Response rng.Distribution // bytes out; nil: 0
	Rows     *RequestRows     // per-request columns of a trace; nil without
	Classes  []RequestClass   // at least one
	Clients  Clients
}

// RequestRows are the columns of a per-request trace; a nil column falls back
// on the workload's distribution.
type RequestRows struct {
	Demand   []sim.Time
	Request  []model.Bytes
	Response []model.Bytes
}

// RequestClass is one host and path that a workload asks for.
type RequestClass struct {
	Host, Path string
	Weight     float64
}

// Clients is how those who send requests behave.
type Clients struct {
	Timeout       sim.Time // 0: they wait forever
	RetryAttempts int      // beyond the first
	Backoff       sim.Time // before the first retry; doubled before each later one
	PerConnection int      // requests on one connection; at least 1
}

// Statistic aggregates a metric over a period.
type Statistic uint8

// Statistics.
const (
	Average Statistic = iota + 1
	Minimum
	Maximum
	Sum
)

// FaultKind is what breaks.
type FaultKind uint8

// Faults.
const (
	ZoneOutage FaultKind = iota + 1
	HostFailure
)

// Fault is one failure at a time, or failures at a rate.
type Fault struct {
	Kind     FaultKind
	At       sim.Time         // first instant; Never when Every is set and nothing is scheduled
	Every    rng.Distribution // seconds between failures; nil: once
	Duration rng.Distribution // seconds until recovery
	Zone     model.Zone       // None: any zone with hosts of the pool
	Pool     int              // HostFailure: the pool; None: any
}

package dataplane

import (
	"net/netip"

	"headroom/model"
	"headroom/model/fluid"
	"headroom/model/health"
	"headroom/model/routing"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/station"
)

// None is the index of an optional reference that is not set.
const None = model.None

// Traffic is the part of a scenario that the data plane plays: who sends
// requests, what routes them and what serves them. It is immutable and shared
// by all replications. References are indexes into the slices here.
type Traffic struct {
	Services      []Service
	TargetGroups  []TargetGroup
	LoadBalancers []LoadBalancer
	Workloads     []Workload
	Records       []Record
	Addresses     []Address
	Functions     []Function
	Outside       []Outside
	Network       Network

	// Fluid is the step in which rates are played instead of requests; 0: requests are.
	Fluid sim.Time
	// Laws keeps what runs of rates have worked out for others; nil: nobody.
	Laws *fluid.Shelf
	// Auto has requests played where rates are not good enough ([fluid.Auto]); only with Fluid.
	Auto bool
	// Audit is how many windows of a run whose rates are played are played request by
	// request as well, in the first replication.
	Audit int

	// FunctionConcurrency is how many calls of functions the account serves at once in a
	// Region; 0: [function.AccountConcurrency].
	FunctionConcurrency int

	// NetworkBurst is how long interfaces have their peak from full credits; 0:
	// [bandwidth.DefaultBurst].
	NetworkBurst sim.Time

	// Algorithms are your own, that target groups may name.
	Algorithms []routing.Entry
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
	Name       string
	Discipline Discipline
	Steps      []Step // in order; none: one StepCPU of the request's own demand
	// Async gives the place among Workers or Concurrency back while a request
	// waits for a call or a pause; otherwise it is held until the response.
	Async       bool
	Workers     int // FCFS: requests in service at once, more than vCPUs share them; 0: one per vCPU
	Concurrency int // ProcessorSharing: requests accepted at once; 0: no limit
	Backlog     int // requests that wait beyond that; one more is refused. Unlimited: NoLimit
	// FinishAbandoned makes the instance work on for clients that have gone;
	// otherwise it notices the closed connection and drops the request.
	FinishAbandoned bool
	Errors          model.Errors // its own failures
	Disks           []string     // that its steps and its cache use, by a name of the server's
	Cache           Cache
	Memory          *Memory // that it holds, which takes Steps; nil: there is always enough
	// Bandwidth says that bytes take their time through the network interfaces of its
	// servers; otherwise they are counted alone.
	Bandwidth bool
	// KeepAlive is how long its application keeps a connection of a load balancer that is
	// silent; 0: longer than that does.
	KeepAlive sim.Time
	// Handshake is the CPU time of a TLS handshake with its application.
	Handshake sim.Time
	Port      uint16 // where its application listens; 0: wherever it is asked
}

// InstanceStore is the name of an instance's own disks, as [model.RootVolume] is that
// of its first volume.
const InstanceStore = "instance-store"

// Cache keeps a part of what a service reads. The zero Cache is none.
type Cache struct {
	Size model.Bytes // of what it holds
	// Hit is the share of the I/Os that it answers when it is full; it fills with what
	// is read from elsewhere, and answers in proportion.
	Hit  float64
	Disk int // index into Service.Disks; None: memory, which takes no time
}

// NoLimit is a backlog without bound.
const NoLimit = int(station.NoLimit)

// StepKind says what a step of a journey is.
type StepKind uint8

// Kinds of steps.
const (
	StepCPU   StepKind = iota + 1 // computes on the instance
	StepCall                      // asks something else and waits for the answer
	StepPause                     // somebody else's time: a third party, a lock
	StepDisk                      // reads or writes
)

// Step is one part of what an instance does with a request.
type Step struct {
	Kind StepKind
	Time rng.Distribution // seconds of CPU or pause; StepCPU: nil for the request's own demand
	Call Call             // StepCall
	IO   IO               // StepDisk
	// Sent and Received are bytes that a StepPause exchanges with somebody on the internet;
	// nil: none.
	Sent, Received rng.Distribution
}

// IO is what a step reads or writes.
type IO struct {
	Disk       int // index into Service.Disks
	Write      bool
	Sequential bool             // the I/Os follow each other and are merged
	Demand     bool             // the request's own Reads, or Writes, instead of Count and Size
	Count      rng.Distribution // I/Os, rounded to whole ones
	Size       rng.Distribution // bytes of each
}

// DiskDemand is what a request reads or writes by itself.
type DiskDemand struct {
	Count rng.Distribution // I/Os; nil: as many as Bytes take, or none
	Size  rng.Distribution // bytes of each; nil: as many as Bytes take
	Bytes rng.Distribution // of all together; nil: Count times Size
}

// None reports whether there is nothing to read or write.
func (d *DiskDemand) None() bool { return d.Count == nil && d.Bytes == nil }

// Call is a request that an instance sends while it serves another.
type Call struct {
	To                DestinationKind
	Target            int // index into LoadBalancers, TargetGroups or Instances
	Count             int // calls in one step, at least 1
	Parallel          bool
	IgnoreErrors      bool             // a failed call does not fail the request
	Demand            rng.Distribution // CPU-seconds; nil: 0
	Request, Response rng.Distribution // bytes; nil: 0
	Reads, Writes     DiskDemand
	Memory            rng.Distribution // bytes that it holds while it is served; nil: none of its own
	Class             RequestClass     // host and path that it asks for
	Clients           Clients          // timeout and retries; Deadline and PerConnection are not used
	Public            bool             // by public addresses
	PassesOn          bool             // it has the X-Forwarded headers of the request that is served
	PoolSize          int              // connections of each calling instance; 0: no limit
	PoolTimeout       sim.Time         // how long a call waits for one; 0: forever
}

// HealthCheck is how a target group looks at its targets.
type HealthCheck struct {
	Enabled bool // false: a target is healthy from the opening of its port on
	health.Check
	Demand sim.Time // CPU time of a check
	Port   uint16   // 0: that of its targets
	Path   string   // that a load balancer is asked for which is a target; every path of a service answers alike
	// Connects asks for a connection alone: answers do not count. Otherwise those count as
	// successes whose status Matcher has.
	Connects bool
	Matcher  health.Matcher
}

// TargetGroup is a set of targets with one service.
type TargetGroup struct {
	Name                string
	Service             int
	Algorithm           string // a name of routing.Policies or of Traffic.Algorithms
	DeregistrationDelay sim.Time
	// Mitigation lowers the weights of anomalous targets; its algorithm's policy is
	// a [routing.Weigher].
	Mitigation  bool
	Discovered  bool     // by the name of who is in it: no load balancer knows it, and nobody registers targets
	CrossZone   bool     // resolved from the group's own setting or its load balancer's
	SlowStart   sim.Time // of targets that become healthy, which takes round robin; 0: none
	Stickiness  Stickiness
	HealthCheck HealthCheck
	Minimum     *health.Group // healthy targets; nil: one
	Version     Version       // in which requests of an Application Load Balancer reach its targets
	// Balancer is the index of the Application Load Balancer, counted from 1, that is the one
	// target of flows, and Port where it listens; 0: its targets are servers.
	Balancer int
	Port     uint16 // of its targets; 0: that of its service
	Secure   bool   // HTTPS, or TLS of flows: each connection of a node to a target begins with a handshake
	Flows    FlowTargets
	// Appliances take packets of a Gateway Load Balancer: its Flows are on too.
	Appliances Appliances
}

// Weighed reports whether it always counts how evenly the targets are asked.
func (g *TargetGroup) Weighed() bool { return g.Stickiness.Kind != 0 || g.SlowStart > 0 }

// Picks reports whether a server is picked for each request, and not for a flow.
func (g *TargetGroup) Picks() bool { return !g.Flows.On && g.Balancer == 0 && !g.Discovered }

// minimum is how many healthy targets the group asks for.
func (g *TargetGroup) minimum() health.Group {
	if g.Minimum == nil {
		return health.DefaultGroup()
	}
	return *g.Minimum
}

// FlowTargets is how a target group of a Network Load Balancer treats flows.
type FlowTargets struct {
	On                bool
	BySource          bool     // stickiness: clients of one address go to one target
	Terminate         bool     // flows end with the deregistration delay
	RegistrationDelay sim.Time // before the first check of a target
	MostPerTarget     int      // flows to one target at once; 0: no limit
	// KeepUnhealthy lets flows go on to a target that becomes unhealthy, for UnhealthyDrain if that
	// is not 0; otherwise they are reset at once.
	KeepUnhealthy  bool
	UnhealthyDrain sim.Time
	// PreserveClientIP lets targets see the addresses of clients. Otherwise they see the
	// load balancer's, and MostPerTarget is of each of its nodes.
	PreserveClientIP bool
}

// Stickiness keeps a client with its target. The zero Stickiness is none.
type Stickiness struct {
	Kind     StickinessKind
	Duration sim.Time // how long a cookie is good
}

// StickinessKind is what tells a client's target.
type StickinessKind uint8

// Kinds of stickiness.
const (
	LoadBalancerCookie StickinessKind = iota + 1 // AWSALB: renewed by every response
	ApplicationCookie                            // AWSALBAPP: made once, with the application's
)

// LoadBalancer is an Application, a Network or a Gateway Load Balancer.
type LoadBalancer struct {
	Name        string
	Kind        string // "application", "network" or "gateway"
	Zones       []model.Zone
	Subnets     []int // of its nodes, in the control plane's order; none: any of their zones
	IdleTimeout sim.Time
	// ClientKeepAlive is how long an Application Load Balancer keeps a client's connection
	// that is silent, unless IdleTimeout is shorter; 0: for good.
	ClientKeepAlive sim.Time
	Latency         sim.Time   // added to every response
	CrossLatency    sim.Time   // added when node and target are in different zones
	DNSTTL          sim.Time   // how long clients keep a node's address
	LongCache       LongCache  // of those who keep it longer
	Default         Action     // of the listener of port 80; empty where Listeners has all
	Rules           []Rule     // of that listener, ascending priority
	Listeners       []Listener // beside it
	PublicIPs       bool       // internet-facing: one public IPv4 address a node
	// ConnectTimeout is how long a client waits for a node that is down.
	ConnectTimeout sim.Time
	Port           uint16 // of the listener of Default and Rules; 0: 80
	End            int    // among the ends of the network, counted from 1; 0: open to all
	// ZoneAffinity is the share of DNS answers that name the node of the client's zone.
	ZoneAffinity float64
	Growth       Growth
	Forwarded    ForwardedMode
	OldHTTP      bool // an Application Load Balancer that speaks no HTTP/2 with clients
	Gateway      int  // the Gateway Load Balancer that its clients come through, counted from 1; 0: none
	MTU          int  // the largest packet that a Gateway Load Balancer passes, in bytes; 0: MostPacket
	Elastic      int  // nodes whose public address is an Elastic IP
}

// Network reports whether it forwards flows, as a Network Load Balancer does.
func (lb *LoadBalancer) Network() bool { return lb.Kind == "network" }

// DestinationKind says what a workload talks to.
type DestinationKind uint8

// Destinations.
const (
	ToLoadBalancer DestinationKind = iota + 1
	ToTargetGroup
	ToInstances
	ToAddress // a network interface, or an Elastic IP
	ToFunction
)

// Workload is a stream of requests.
type Workload struct {
	Name          string
	To            DestinationKind
	Target        int              // index into LoadBalancers, TargetGroups or Instances
	Record        int              // among Records, counted from 1, by whose answers they go; To and Target are its first answer's
	Arrivals      workload.Process // nil: Visitors ask in a closed loop
	Demand        rng.Distribution // CPU-seconds
	Request       rng.Distribution // bytes in; nil: 0
	Response      rng.Distribution // bytes out; nil: 0
	Reads, Writes DiskDemand
	Memory        rng.Distribution // bytes that a request holds while it is served; nil: none of its own
	Rows          *RequestRows     // per-request columns of a trace; nil without
	Classes       []RequestClass   // at least one
	Clients       Clients
	Visitors      Visitors
	Websocket     Websocket
	Port          uint16 // that its clients ask; 0: where it listens; of load balancers: 443 if that is HTTPS, or the first listener
	Public        bool   // they go to a public address
	End           int    // of its clients, as that of load balancers
}

// Visitors are the clients of a workload where it matters which of them asks: they keep
// the cookies of load balancers. The zero Visitors are clients that are told apart by
// nothing.
type Visitors struct {
	Count int // how many there are
	// Think is how long one of them waits after an answer, or after it has given up,
	// before it asks again, in seconds: a closed loop, without Arrivals. nil: each
	// arrival is a request of one of them, drawn from all alike.
	Think rng.Distribution
	// Stay is how long one of them stays, in seconds, before another without cookies
	// takes its place; nil: for good.
	Stay rng.Distribution
}

// RequestRows are the columns of a per-request trace; a nil column falls back
// on the workload's distribution.
type RequestRows struct {
	Demand   []sim.Time
	Request  []model.Bytes
	Response []model.Bytes
}

// RequestClass is one kind of requests that a workload sends, as rules see it.
type RequestClass struct {
	Host, Path string
	Query      string // key=value, joined by &; what follows a ? in Path is part of it
	Method     string
	Headers    []routing.Header
	Source     netip.Addr // of the client; the zero Addr: nobody knows
	Forwarded  int        // addresses in X-Forwarded-For
	Rejected   Code       // one of ByClients, by the load balancer that they come to; 0: they are not
	Weight     float64
}

// Clients is how those who send requests behave.
type Clients struct {
	Timeout       sim.Time // 0: they wait forever
	Deadline      sim.Time // answers within it count as goodput; 0: every answer does
	RetryAttempts int      // beyond the first
	Backoff       sim.Time // before the first retry; doubled before each later one
	// RetryBudget is how many retries each first attempt earns; at most
	// [RetryBurst] are kept. 0: no limit.
	RetryBudget   float64
	RetryOn       CodeSet // failures that are tried again; empty: all
	PerConnection int     // requests on one connection; at least 1
	// Lasts is how long they keep a connection to an Application Load Balancer from its
	// opening, its requests evenly spread; 0: until it has carried PerConnection of them.
	Lasts   sim.Time
	Streams int // requests at once on a connection of HTTP/2 to a secure listener; 0: of HTTP/1.1, one
	// KeepAlive is how long they keep a connection that is silent; 0: until the load
	// balancer closes it.
	KeepAlive sim.Time

	Region       string   // where they are, in or near an AWS Region; "": near what they ask
	Packet       int      // bytes of their largest packets; 0: as usual
	RoundTrip    sim.Time // to the load balancer and back: what a handshake is made of
	Resumption   float64  // share of the handshakes that resume a session
	StayPut      bool     // they do not follow redirects
	GRPC         bool     // their requests are gRPC, by HTTP/2
	ForwardedFor int      // addresses of proxies that X-Forwarded-For has when it reaches the balancer
}

// Address is a network interface or an Elastic IP, which may move from one instance to
// another.
type Address struct {
	Name    string
	Service int // of the instances that it leads to
	Elastic bool
	End     int // index into Network.Ends, counted from 1, of an interface with groups of its own; 0: that of its instance
}

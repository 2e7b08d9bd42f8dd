package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/credits"
	"headroom/model/placement"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// noticeTime is how long before its reclaim a Spot instance is told.
const noticeTime = spot.NoticeDuration

// Setup is what a plane is made from.
type Setup struct {
	Estate       *Estate
	Frame        *model.Frame
	Kernel       *sim.Kernel[model.Event]
	Replication  int
	Data         DataPlane
	Balancers    []Balancer
	Names        []DNSName
	Functions    []Function
	Outside      []Outside
	TargetGroups int         // how many there are
	Registered   int         // the first so many are Elastic Load Balancing's, whose targets are registered by a call
	Series       bool        // each minute is sampled what instances run out of
	NetworkBurst sim.Time    // how long interfaces have their peak from full credits; 0: the usual time
	Halted       func() bool // the world is of no use any more: launches may be left out; nil: never
}

// Balancer is what the bill needs to know of a load balancer.
type Balancer struct {
	Name, Kind string
	Nodes      int
	Zones      []model.Zone // of the nodes
	Subnets    []int        // of the nodes; none: any of their zones
	PublicIPs  bool         // internet-facing: one public IPv4 address a node
	Reserved   int          // capacity units that are kept ready
	Elastic    int          // of those, how many are Elastic IPs
}

// balancer is the billing of one load balancer.
type balancer struct {
	cfg   *Balancer
	shift shift
	owner int32
	taken sim.Time // until when its use is recorded
}

// Plane is the control plane of one replication.
type Plane struct {
	cfg          *Estate
	frame        *model.Frame
	replication  int
	kernel       *sim.Kernel[model.Event]
	data         DataPlane
	halted       func() bool
	table        [kindCount]row
	notice       *sim.Timer[model.Event]
	ledger       *model.Ledger
	targetGroups int
	registered   int     // of those, the ones of Elastic Load Balancing
	sampled      bool    // by minute: what instances run out of
	still        []still // by instance
	networkBurst sim.Time
	stirred      bool // some instance has another life or impairment than they say

	instances       slab.Slab[instance]
	launched        int32
	fleets          []fleet
	volumes         []volume // of their own tables
	fileSystems     []fileSystem
	machineImages   []machineImage
	images          []*image // snapshots, in the order in which they were taken
	backups         []scaling.Timetable
	actions         []scaling.Timetable
	restores        rng.Stream // of how long the archive takes
	refused         int64      // actions
	groups          []group
	watches         []watch
	series          []series
	inputs          []input
	clocks          []clock
	consultation    consultation
	rounds          []round
	together        int64                 // events that others have played along with them
	remembered      map[formula]*computed // by metric math
	customMetrics   map[customMetric]bool // that are in the ledger
	balancers       []balancer
	expiries        []sim.Time    // by certificate
	moved           []model.Moved // what the present hour has, by owner: scratch
	movedUntil      sim.Time      // until when it is recorded
	hostPools       []hostPool
	holds           []hold
	freeHolds       []int // of unlimited capacity
	machines        []machine
	overcommitted   int32                  // how many hosts promise more than they have
	why             launchFailure          // the last launch found no place
	quotaUsed       [2][quotaClasses]int64 // vCPUs, On-Demand and Spot
	iopsUsed        [iopsQuotas]int64      // of io1 and io2, where a quota is checked
	machineOwners   []int32                // by Estate.DedicatedHosts
	placementGroups []placement.Group
	claims          []claim // of launches that found no room, on what Spot instances leave
	queued          int     // launches of instance workloads that wait for room
	resuming        bool    // a tenantsResume event is pending
	spotPools       []spotPool
	spotRequests    []spotRequest // of instances outside groups
	flows           []tenantFlow
	tenants         slab.Slab[tenant]
	delayed         slab.Slab[delayedTenant]
	activeFaults    []activeFault
	zoneDown        []int // outages that hold each zone
	names           []DNSName
	functions       []int32 // their owners
	regionDown      []int   // the same of each Region; nil before the first

	launchStreams []rng.Stream // by owner
	faultStreams  []rng.Stream
	outside       []Outside
	strangers     []stranger

	vpc vpc

	launchQuota credits.Quota
	surplusFrom sim.Time // begin of the hour whose surplus credits are not in the ledger

	late       int64 // events overtaken by what happened before
	activities []Activity
	story      *story         // nil: nobody wants it told
	uses       []FleetOutcome // by [instance.NAME]
	members    []GroupOutcome

	backupOutcomes []BackupOutcome // by volume of its own table
}

// New builds the control plane of a replication at time 0: groups at their
// desired capacity, in service and warm. It fails when the estate is not
// valid, or when the hosts are too small for what runs at the start.
func New(setup Setup) (*Plane, error) {
	frame, estate := setup.Frame, setup.Estate
	cp := &Plane{
		cfg: estate, frame: frame, kernel: setup.Kernel, replication: setup.Replication,
		data: setup.Data, halted: setup.Halted, table: newTable(), targetGroups: setup.TargetGroups, registered: setup.Registered, sampled: setup.Series, networkBurst: setup.NetworkBurst,
		zoneDown: make([]int, len(frame.Zones)),
		ledger: &model.Ledger{
			Start: frame.Start, End: frame.Duration, Region: frame.Region, Zones: frame.Zones, Types: frame.Types,
			Regions: frame.Regions, ZoneRegions: frame.ZoneRegions,
		},
		uses:    make([]FleetOutcome, len(estate.Instances)),
		members: make([]GroupOutcome, len(estate.Groups)),

		backupOutcomes: make([]BackupOutcome, len(estate.Volumes)),
	}
	cp.notice = cp.kernel.NewTimer(noticeTime, cp.table[spotReclaims].rank)
	cp.newWatches()
	if err := cp.newInputs(); err != nil {
		return nil, err
	}
	cp.newBalancers(setup.Balancers)
	cp.openNames(setup.Names)
	cp.openFunctions(setup.Functions)
	cp.openStrangers(setup.Outside)
	for _, build := range []func() error{
		cp.newMachineImages, cp.newHosts, cp.newNetwork, cp.openNodes, cp.newGateways, cp.newInterfaces, cp.newPlacementGroups, cp.newMachines, cp.newHolds, cp.newSpotPools, cp.newVolumes, cp.newFileSystems, cp.newFleets, cp.newGroups, cp.startSpot, cp.newFlows, cp.newUtilizations, cp.newFaults, cp.newCertificates,
	} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	if setup.Series && setup.Replication == 0 {
		cp.newStory()
	}
	cp.openAlarms()
	cp.startMonitoring()
	cp.schedule(cp.nextHour(), indexed(hourTurns, 0))
	cp.schedule(sim.Minute, indexed(minuteTurns, 0))
	return cp, nil
}

func (cp *Plane) stream(name string) rng.Stream {
	return rng.New(cp.frame.Seed, cp.replication, name)
}

func (cp *Plane) overtaken() { cp.late++ }

// halts reports whether nobody waits for launches any more, of which so many are to
// go. It looks once in 64.
func (cp *Plane) halts(left int) bool { return left&63 == 0 && cp.halted != nil && cp.halted() }

// owner names who a usage record belongs to and gives it a stream for the
// chances of its launches.
func (cp *Plane) owner(name string) int32 {
	cp.ledger.Owners = append(cp.ledger.Owners, name)
	cp.launchStreams = append(cp.launchStreams, cp.stream("launch/"+name))
	return int32(len(cp.ledger.Owners) - 1)
}

// ownerAt is [Plane.owner] of something that is in some zones, all of one Region.
func (cp *Plane) ownerAt(name string, zones ...model.Zone) int32 {
	o := cp.owner(name)
	if len(zones) > 0 {
		cp.settle(o, cp.frame.RegionOf(zones[0]))
	}
	return o
}

// settle says in which Region an owner is.
func (cp *Plane) settle(owner int32, region int) {
	if cp.frame.Regions == nil {
		return
	}
	l := cp.ledger
	for len(l.OwnerRegions) < len(l.Owners) {
		l.OwnerRegions = append(l.OwnerRegions, 0)
	}
	l.OwnerRegions[owner] = region
}

// ownerIn returns who pays in another Region for what an owner copies there: the same, by
// name, where the scenario has that Region.
func (cp *Plane) ownerIn(owner int32, region string) int32 {
	r := cp.frame.RegionIndex(region)
	if r == None || r == cp.ledger.RegionOfOwner(owner) {
		return owner
	}
	name := cp.ledger.Owners[owner]
	for i, other := range cp.ledger.Owners {
		if other == name && cp.ledger.RegionOfOwner(int32(i)) == r {
			return int32(i)
		}
	}
	same := cp.owner(name)
	cp.settle(same, r)
	return same
}

func (cp *Plane) newBalancers(cfg []Balancer) {
	for i := range cfg {
		cp.balancers = append(cp.balancers, balancer{cfg: &cfg[i], owner: cp.ownerAt("load_balancer."+cfg[i].Name, cfg[i].Zones...)})
	}
}

func (cp *Plane) newFleets() error {
	cp.fleets = make([]fleet, len(cp.cfg.Instances))
	for i := range cp.fleets {
		cfg := &cp.cfg.Instances[i]
		cp.fleets[i] = fleet{cfg: cfg, owner: cp.ownerAt("instance."+cfg.Name, cfg.Zones...)}
		if cfg.Template.Spot != nil {
			cp.requestSpot(i)
			continue
		}
		for n := range cfg.Count {
			if cp.halts(n) {
				return nil
			}
			if !cp.launchFleet(i, cfg.Zones[n%len(cfg.Zones)]) {
				return cp.shortageOf(i, n)
			}
		}
	}
	return nil
}

func (cp *Plane) newGroups() error {
	cp.groups = make([]group, len(cp.cfg.Groups))
	for i := range cp.groups {
		cfg := &cp.cfg.Groups[i]
		g := &cp.groups[i]
		*g = group{
			cfg: cfg, min: cfg.Min, max: cfg.Max, desired: cfg.Desired,
			owner: cp.ownerAt(cfg.Path(), cfg.Zones...), services: cp.servicesOn(i),
			draws:         cp.stream("scaling/" + cfg.Name),
			interruptions: cp.stream("fargate-spot/" + cfg.Name),
			spotCursor:    make([]int, len(cfg.Zones)),
			roster:        newRoster(cfg),
			retryAt:       sim.Never, atMaxSince: sim.Never, poolAt: sim.Never, suspended: cfg.Suspended,
			template: cfg.Template, types: cfg.Types, place: cfg.Place, membership: membershipOf(cfg), reference: cfg.Reference, tasks: cfg.Tasks,
		}
		cp.members[i].Enabled = make([][]int64, len(cfg.Enabled))
		g.wanted.Set(0, int64(cfg.Desired))
		g.membership.gauge(g, 0)
		for k, s := range cfg.Schedules {
			t, err := scaling.NewTimetable(s.Schedule)
			if err != nil {
				return fmt.Errorf("%s.schedule.%d: %w", cfg.Path(), k, err)
			}
			g.timetables = append(g.timetables, t)
		}
		if err := cp.newScalers(i); err != nil {
			return err
		}
		cp.reconcile(i, launching{activity: None, initial: true})
		cp.fillPool(i, true)
		for k := range g.timetables { // one that matches instant 0 runs
			cp.scheduleRun(i, k, cp.frame.Start.Add(-1))
		}
		if cfg.Refresh != nil {
			cp.schedule(cfg.Refresh.At, indexed(groupTurns, i))
		}
		if cfg.ELBHealth {
			cp.scheduleAfter(cfg.HealthSweep, indexed(groupSweeps, i))
		}
	}
	return nil
}

func (cp *Plane) newFlows() error {
	cp.flows = make([]tenantFlow, len(cp.cfg.InstanceWorkloads))
	for i := range cp.flows {
		cfg := &cp.cfg.InstanceWorkloads[i]
		f := &cp.flows[i]
		name := "instance_workload/" + cfg.Name
		*f = tenantFlow{
			zones: len(cp.frame.Zones),
			cfg:   cfg, sizes: cp.stream(name + "/size"), lifetimes: cp.stream(name + "/lifetime"),
			owner: cp.ownerAt("instance_workload."+cfg.Name, cfg.Zones...),
		}
		sum := 0.0
		for _, s := range cfg.Sizes {
			sum += s.Weight
			f.upTo = append(f.upTo, sum)
		}
		for k := range f.upTo {
			f.upTo[k] /= sum
		}
		if cfg.Initial > 0 {
			var err error
			if f.aged, err = rng.LengthBiased(cfg.Lifetime); err != nil {
				return fmt.Errorf("instance_workload.%s.lifetime: %w", cfg.Name, err)
			}
		}
		f.source = cfg.Arrivals.Start(cp.stream(name + "/arrivals"))
		f.traced, _ = f.source.(workload.Traced)
		cp.startTenants(i)
		cp.scheduleTenant(i)
	}
	return nil
}

func (cp *Plane) newFaults() error {
	cp.faultStreams = make([]rng.Stream, len(cp.cfg.Faults))
	for i := range cp.cfg.Faults {
		cp.faultStreams[i] = cp.stream(fmt.Sprintf("fault/%d", i))
		cp.scheduleFault(i)
	}
	return nil
}

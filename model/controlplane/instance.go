package controlplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/ami"
	"headroom/model/memory"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// life is where an instance is between its launch and its end.
type life uint8

const (
	pending      life = iota + 1 // launched, not billed yet
	booting                      // running, InService in a group; the application port is closed
	serving                      // the same with the application port open
	draining                     // leaving its target groups
	shuttingDown                 // no longer billed, still on its host
	stopping                     // the same, but it may start again
	hibernating                  // billed while its memory is saved
	stopped                      // on no host
)

// runs reports whether the instance is in service: a group's member is from the
// moment it is running, whether or not its application answers yet (Amazon EC2
// Auto Scaling User Guide, "Instance lifecycle").
func (l life) runs() bool { return l == booting || l == serving }

// leaves reports whether the instance's end has begun.
func (l life) leaves() bool { return l == draining || l == shuttingDown }

// rests reports whether the instance is stopped, or on its way there.
func (l life) rests() bool { return l == stopping || l == hibernating || l == stopped }

// ended reports whether the instance runs no more, and never will.
func (l life) ended() bool { return l == shuttingDown }

// instance is one EC2 instance that this scenario's owner launched.
type instance struct {
	server      slab.Handle // of the data plane
	zone        model.Zone
	life        life
	stage       stage // in its group
	warmUntil   sim.Time
	container   *containerInstance // nil of an instance that takes no tasks
	use         model.ServerUse    // at the last end of a metric clock's period
	marks       []mark             // at the start of each of them
	minute      uint64             // busy time at the start of the minute
	inServiceAt sim.Time

	number    int32 // in launch order, over the whole run
	order     order // what was asked for
	hostPlace       // where it lies

	launchedAt sim.Time
	noticed    bool     // Spot interruption notice received
	replaced   bool     // its group counts on its replacement
	booted     bool     // it began its first boot in this run: its user data has run, or does
	userData   ami.Run  // what becomes of it
	upAt       sim.Time // when its daemons listen and its user data begins
	profile    string   // IAM instance profile that it has now
	reclaimed  bool     // Spot has stopped it, or hibernated it
	ownAt      sim.Time // notice of its own that is scheduled; of an earlier run it is stale
	strikeAt   sim.Time // that of a shock
	riskAt     sim.Time // rebalance recommendation that is scheduled

	turnsAt  sim.Time // when it is to run, or to be stopped: events of other instants are of before
	bootsAt  sim.Time // when its port opens
	image    resume   // of its memory, while it is hibernated
	restedAt sim.Time // since when it stops or is stopped

	pause       pause  // of lifecycle hooks
	endReason   string // why its group ends it, where no change of capacity does
	protected   bool   // from scale-in
	doomed      bool   // it ends when its successor is in service
	atRisk      bool   // and that when one of its own is, for a rebalance recommendation
	recommended bool   // it has been recommended to replace it
	returns     bool   // to the warm pool, when it has left its target groups
	worked      uint64 // of its busy time, what is counted already

	faults []int32  // of Plane.activeFaults, that impair it
	cutAt  sim.Time // since when nobody reaches it; Never

	kills     memory.Kills // of its application, by its kernel
	sickAt    sim.Time     // since when its instance status check fails for them,
	sickUntil sim.Time     // and until when; 0: it does not
	ebsAt     sim.Time     // since when a volume of it fails; Never
	checked   sim.Time     // until when its status checks are counted,
	failed    StatusChecks // and those that have failed

	account account // of its CPU credits

	used int32 // record of a task in the ledger

	lease, address, monitored int32 // records in the ledger; None
	volumes                   []int32
	subnet                    int32
	held                      []int32 // records of its private addresses
}

// mark is what an instance had used at an instant.
type mark struct {
	model.ServerUse
	charged model.Credits // of surplus, where somebody asks
	failed  StatusChecks  // the same
}

// order is what a launch asks for.
type order struct {
	template     *LaunchTemplate
	typ          int
	speed        float64 // of the type; 0 means 1
	need         Need
	zone         model.Zone
	option       model.PurchaseOption
	spotPool     int // None unless Spot
	maxPrice     float64
	bid          int32       // Spot request of a fleet, from 1; 0: none
	place        *Place      // nil: anywhere
	affine       int32       // the only Dedicated Host that takes it, from 1; 0: any
	group        int         // None outside groups
	tasks        *Tasks      // of the service whose task it is; nil: it is none
	on           slab.Handle // instance on which the task lies; 0: Fargate
	line         int32       // of its service's capacity provider strategy
	fleet        int         // None in groups
	service      int
	applications []int
	owner        int32
	activity     int    // of the group; None
	cause        string // of a launch that is retried; empty: its activity's
	raised       bool   // launched by a rise of desired
	warmup       sim.Time
	initial      bool  // in service from the very start of the run
	avoids       int   // Spot pool that the one it replaces is at risk in, from 1; 0: none
	pooled       bool  // for the warm pool
	version      int32 // of the group's launch template
	weight       int   // units of capacity of its group; 0 means 1
	rebooted     bool  // it has been there before, on another host
}

// templateAge orders instances of a group by the versions of its launch template: by their
// numbers, else as the group came to launch from them.
func (o *order) templateAge() int { return o.template.Version<<32 | int(o.version) }

// launch takes capacity for an instance and starts its life.
func (cp *Plane) launch(o order) (slab.Handle, bool) {
	subnet, at, ok := cp.roomFor(&o)
	if !ok {
		return 0, false
	}
	now := cp.kernel.Now()
	h, in := cp.instances.Alloc()
	marks, held := in.marks[:0], in.held[:0]
	*in = instance{
		life: pending, zone: o.zone, number: cp.launched, order: o, hostPlace: at,
		launchedAt: now, warmUntil: sim.Never, inServiceAt: sim.Never, ownAt: sim.Never, strikeAt: sim.Never, cutAt: sim.Never, ebsAt: sim.Never, restedAt: sim.Never,
		lease: None, address: None, monitored: None, held: held, upAt: now, profile: o.template.Profile,
	}
	if o.pooled {
		in.stage = warms
	}
	in.marks = append(marks, make([]mark, len(cp.clocks))...)
	cp.tally(in, +1)
	cp.launched++
	if in.subnet = int32(subnet); o.on == 0 {
		cp.openAddresses(in, subnet)
	}
	spec := cp.serverOf(in, h, cp.creditTerms(&o, 0))
	in.account.mode = spec.Credits.Mode
	in.server = cp.data.Open(spec)
	cp.openVolumes(in, h)
	cp.coolVolumes(in)
	cp.board(o, h)
	if o.tasks != nil {
		cp.boardTask(h)
	}
	times := cp.drawLaunch(o)
	if o.initial && o.tasks == nil {
		cp.noteCall(in, "RunInstances", 0)
	}
	if o.initial && o.pooled {
		cp.shelveAtStart(h)
		return h, true
	}
	if o.initial {
		cp.run(h)
		cp.boot(h)
		return h, true
	}
	in.booted, in.userData = !o.rebooted, times.script
	in.upAt = sim.Sum(now, times.pending+times.boot)
	cp.runsIn(h, times.pending, sim.Sum(times.boot, times.script.Took))
	return h, true
}

// roomFor returns the subnet and the host of a launch. A task has no host, and on an
// instance no address of its own.
func (cp *Plane) roomFor(o *order) (subnet int, at hostPlace, ok bool) {
	if o.on != 0 {
		return int(cp.instances.Get(o.on).subnet), unlimited, true
	}
	if subnet = cp.subnetFor(o); subnet == None {
		cp.why = insufficientFreeAddresses
		return subnet, unlimited, false
	}
	if o.tasks != nil {
		return subnet, unlimited, true
	}
	if cp.beyondIOPS(o.template.Volumes) {
		cp.why = maxIOPSLimitExceeded
		return subnet, unlimited, false
	}
	at, ok = cp.place(o.request())
	return subnet, at, ok
}

// serverOf is what the data plane is told of an instance on its host.
func (cp *Plane) serverOf(in *instance, h slab.Handle, terms model.CreditTerms) model.ServerSpec {
	o := &in.order
	face := o.template // whose network interface it has: a task on an instance that of the instance
	if o.on != 0 {
		face = cp.instances.Get(o.on).order.template
	}
	spec := model.ServerSpec{
		Instance: h, Service: o.service, Applications: o.applications, Fleet: o.fleet, Zone: o.zone, Type: o.typ, Speed: cmp.Or(o.template.Speed, o.speed),
		Public: cp.public(o.template, int(in.subnet)), Owner: o.owner, Credits: terms,
		Volumes: o.template.Volumes, Warm: o.initial, Rebooted: o.rebooted,
		Cluster: cp.inCluster(in.hostPlace), End: face.end(int(in.subnet)), MostTracked: int32(face.MostTracked),
	}
	nat, out := cp.wayOut(h)
	spec.Gateway, spec.ShutIn = nat, !out
	spec.Host, spec.Threads = cp.overcommittedHost(o.need, o.zone, in.hostPlace)
	return spec
}

// runsIn schedules when an instance runs, and when its port opens.
func (cp *Plane) runsIn(h slab.Handle, pending, boot sim.Time) {
	in := cp.instances.Get(h)
	in.turnsAt = sim.Sum(cp.kernel.Now(), pending)
	in.bootsAt = sim.Sum(in.turnsAt, boot)
	cp.schedule(in.turnsAt, handled(instanceRuns, h))
	cp.schedule(in.bootsAt, handled(instanceBoots, h))
}

func draw(s *rng.Stream, d rng.Distribution) sim.Time {
	if d == nil {
		return 0
	}
	return max(0, sim.Seconds(s.Draw(d)))
}

// onInstanceRuns starts billing; a group's instance is then in service, unless hooks hold it.
func (cp *Plane) onInstanceRuns(ev model.Event) {
	if in := cp.instances.Get(ev.Handle()); in == nil || in.life != pending || in.turnsAt != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	if t := cp.instances.Get(ev.Handle()).order.template; t.LaunchFails > 0 && cp.launchFails(ev.Handle()) {
		cp.failToLaunch(ev.Handle())
		return
	}
	cp.run(ev.Handle())
}

func (cp *Plane) run(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.become(in, booting)
	cp.attachWaiting(h)
	cp.askInVain(h)
	if in.isTask() {
		cp.taskRuns(h)
	} else {
		cp.openLease(in)
	}
	if in.order.spotPool != None {
		cp.exposeToSpot(h)
	}
	switch {
	case in.stage.inPool():
		cp.warmUp(h)
	case in.stage == heldAtEnd || in.stage == standingBy || in.stage == detached: // started again, where it stands
	case !cp.holdAtLaunch(h):
		cp.enlist(h)
	}
}

// enlist puts an instance that runs in service: it is registered with its target groups
// first.
func (cp *Plane) enlist(h slab.Handle) {
	in := cp.instances.Get(h)
	in.inServiceAt = cp.kernel.Now()
	without := in.order.group != None && cp.groups[in.order.group].suspended.Has(scaling.AddToLoadBalancer)
	if !in.noticed && !without { // else it would take requests that it cannot finish
		cp.register(in, in.order.initial)
	}
	if in.order.group != None {
		cp.joined(h)
	}
}

// register puts an instance into its target groups; trusted, it is healthy there at once.
func (cp *Plane) register(in *instance, trusted bool) {
	for _, g := range cp.targetGroupsOf(in) {
		cp.data.Register(in.server, g, trusted)
		if g < cp.registered {
			cp.noteCall(in, "RegisterTargets", g+1)
		}
	}
}

// targetGroupsOf lists the groups that an instance registers with.
func (cp *Plane) targetGroupsOf(in *instance) []int {
	if in.order.group != None {
		return cp.cfg.Groups[in.order.group].TargetGroups
	}
	return cp.cfg.Instances[in.order.fleet].TargetGroups
}

// onInstanceBoots opens the application port, once the swap file is written that the
// user data makes at its end. The instance has failed the health checks until now.
func (cp *Plane) onInstanceBoots(ev model.Event) {
	in := cp.instances.Get(ev.Handle())
	if in == nil || in.life != booting || in.bootsAt != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	cp.noteFetch(ev.Handle())
	if in.userData.Exit == ami.Succeeded {
		if writes := cp.data.MakeSwap(in.server); writes > 0 {
			in.bootsAt = sim.Sum(cp.kernel.Now(), writes)
			cp.schedule(in.bootsAt, ev)
			return
		}
	}
	cp.noteUserData(in)
	cp.boot(ev.Handle())
}

func (cp *Plane) boot(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.become(in, serving)
	if f := in.order.fleet; f != None && cp.cfg.Instances[f].Utilization.works() {
		cp.work(in.server, in.order.typ, &cp.cfg.Instances[f].Utilization)
	}
	if in.userData.Exit == ami.Succeeded {
		cp.data.Listen(in.server)
	}
	cp.becomeContainerInstance(in)
	if in.stage == warms {
		if in.order.initial {
			cp.advance(in, warmed)
		} else {
			cp.shelve(h)
		}
	}
}

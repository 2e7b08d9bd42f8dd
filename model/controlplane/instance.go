package controlplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/ami"
	"headroom/model/memory"
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
)

// runs reports whether the instance is in service: a group's member is from the
// moment it is running, whether or not its application answers yet (Amazon EC2
// Auto Scaling User Guide, "Instance lifecycle").
func (l life) runs() bool { return l == booting || l == serving }

// leaves reports whether the instance's end has begun.
func (l life) leaves() bool { return l == draining || l == shuttingDown }

// ended reports whether the instance runs no more.
func (l life) ended() bool { return l == shuttingDown }

// instance is one EC2 instance that this scenario's owner launched.
type instance struct {
	server slab.Handle // of the data plane
	zone   model.Zone
	life   life

	number    int32 // in launch order, over the whole run
	order     order // what was asked for
	hostPlace       // where it lies

	launchedAt  sim.Time
	inServiceAt sim.Time
	warmUntil   sim.Time
	noticed     bool     // Spot interruption notice received
	replaced    bool     // its group counts on its replacement
	booted      bool     // it began its first boot in this run: its user data has run, or does
	userData    ami.Run  // what becomes of it
	upAt        sim.Time // when its daemons listen and its user data begins
	profile     string   // IAM instance profile that it has now

	marks  []mark // at the start of each metric clock's period
	minute uint64 // busy time at the start of the minute

	faults []int32  // of Plane.activeFaults, that impair it
	cutAt  sim.Time // since when nobody reaches it; Never

	kills     memory.Kills // of its application, by its kernel
	sickAt    sim.Time     // since when its instance status check fails for them,
	sickUntil sim.Time     // and until when; 0: it does not

	account account // of its CPU credits

	lease, address, monitored int32 // records in the ledger; None
	volumes                   []int32
	subnet                    int32
	held                      []int32 // records of its private addresses
}

// mark is what an instance had used at an instant.
type mark struct {
	model.ServerUse
	charged model.Credits // of surplus, where somebody asks
}

// counts reports whether a group counts the instance as capacity.
func (in *instance) counts() bool { return !in.life.leaves() && !in.replaced }

// order is what a launch asks for.
type order struct {
	template *LaunchTemplate
	typ      int
	speed    float64 // of the type; 0 means 1
	need     Need
	zone     model.Zone
	option   model.PurchaseOption
	spotPool int // None unless Spot
	maxPrice float64
	place    *Place // nil: anywhere
	affine   int32  // the only Dedicated Host that takes it, from 1; 0: any
	group    int    // None outside groups
	fleet    int    // None in groups
	service  int
	owner    int32
	activity int    // of the group; None
	cause    string // of a launch that is retried; empty: its activity's
	raised   bool   // launched by a rise of desired
	warmup   sim.Time
	initial  bool // in service from the very start of the run
	rebooted bool // it has been there before, on another host
}

// launch takes capacity for an instance and starts its life.
func (cp *Plane) launch(o order) (slab.Handle, bool) {
	subnet := cp.subnetFor(&o)
	if subnet == None {
		cp.why = insufficientFreeAddresses
		return 0, false
	}
	at, ok := cp.place(o.request())
	if !ok {
		return 0, false
	}
	now := cp.kernel.Now()
	h, in := cp.instances.Alloc()
	marks, held := in.marks[:0], in.held[:0]
	*in = instance{
		life: pending, zone: o.zone, number: cp.launched, order: o, hostPlace: at,
		launchedAt: now, warmUntil: sim.Never, inServiceAt: sim.Never, cutAt: sim.Never,
		lease: None, address: None, monitored: None, held: held, upAt: now, profile: o.template.Profile,
	}
	in.marks = append(marks, make([]mark, len(cp.clocks))...)
	cp.tally(in, +1)
	cp.launched++
	cp.openAddresses(in, subnet)
	spec := model.ServerSpec{
		Instance: h, Service: o.service, Fleet: o.fleet, Zone: o.zone, Type: o.typ, Speed: cmp.Or(o.template.Speed, o.speed),
		Public: cp.public(o.template, subnet), Gateway: cp.gatewayOf(subnet), Owner: o.owner, Credits: cp.creditTerms(&o),
		Volumes: o.template.Volumes, Warm: o.initial, Rebooted: o.rebooted,
		Cluster: cp.inCluster(at),
		End:     o.template.end(subnet), MostTracked: int32(o.template.MostTracked),
	}
	spec.Host, spec.Threads = cp.crowdedHost(o.need, o.zone, at)
	in.account.mode = spec.Credits.Mode
	in.server = cp.data.Open(spec)
	cp.openVolumes(in, h)
	cp.chill(in)
	cp.board(o, h)
	times := cp.drawLaunch(o)
	if o.initial {
		cp.run(h)
		cp.boot(h)
		return h, true
	}
	in.booted, in.userData = !o.rebooted, times.script
	in.upAt = sim.Sum(now, times.pending+times.boot)
	cp.scheduleAfter(times.pending, handled(instanceRuns, h))
	cp.scheduleAfter(sim.Sum(times.pending+times.boot, times.script.Took), handled(instanceBoots, h))
	return h, true
}

func draw(s *rng.Stream, d rng.Distribution) sim.Time {
	if d == nil {
		return 0
	}
	return max(0, sim.Seconds(s.Draw(d)))
}

// onInstanceRuns starts billing; a group's instance is then in service.
func (cp *Plane) onInstanceRuns(ev model.Event) {
	if in := cp.instances.Get(ev.Handle()); in == nil || in.life != pending {
		cp.overtaken()
		return
	}
	cp.run(ev.Handle())
}

func (cp *Plane) run(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.become(in, booting)
	in.inServiceAt = cp.kernel.Now()
	cp.greet(h)
	cp.openLease(in)
	if in.order.spotPool != None {
		cp.exposeToSpot(h)
	}
	if !in.noticed { // else it would take requests that it cannot finish
		for _, g := range cp.targetGroupsOf(in) {
			cp.data.Register(in.server, g, in.order.initial)
		}
	}
	if in.order.group != None {
		cp.joined(h)
	}
}

// onInstanceBoots opens the application port, once the swap file is written that the
// user data makes at its end. The instance has failed the health checks until now.
func (cp *Plane) onInstanceBoots(ev model.Event) {
	in := cp.instances.Get(ev.Handle())
	if in == nil || in.life != booting {
		cp.overtaken()
		return
	}
	if in.userData.Exit == ami.Succeeded {
		if writes := cp.data.MakeSwap(in.server); writes > 0 {
			cp.scheduleAfter(writes, ev)
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
}

// targetGroupsOf lists the groups that an instance registers with.
func (cp *Plane) targetGroupsOf(in *instance) []int {
	if in.order.group != None {
		return cp.cfg.Groups[in.order.group].TargetGroups
	}
	return cp.cfg.Instances[in.order.fleet].TargetGroups
}

// terminate ends an instance in good order: out of its target groups first,
// then shutting down.
func (cp *Plane) terminate(h slab.Handle) {
	in := cp.instances.Get(h)
	if in.life.leaves() {
		return
	}
	if in.life.runs() {
		cp.outOfService(in)
	}
	cp.become(in, draining)
	if cp.data.Deregister(in.server) == 0 {
		cp.shutDown(h)
	}
}

// Drained is told when an instance has left the last of its target groups.
func (cp *Plane) Drained(h slab.Handle) {
	if in := cp.instances.Get(h); in != nil && in.life == draining {
		cp.shutDown(h)
	}
}

// outOfService ends an instance's time in service.
func (cp *Plane) outOfService(in *instance) {
	if in.order.group != None {
		cp.groups[in.order.group].inService.Add(cp.kernel.Now(), -1)
	}
}

// shutDown stops billing; the host keeps the place until the instance is gone.
func (cp *Plane) shutDown(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.retire(in)
	cp.end(h, in, model.Terminated)
	s := &cp.launchStreams[in.order.owner]
	cp.scheduleAfter(draw(s, in.order.template.Launch.ShuttingDown), handled(instanceIsGone, h))
}

// kill ends an instance at once: Spot took it, a fault stopped it, or it has
// recovered on another host.
func (cp *Plane) kill(h slab.Handle, cause model.Cause) {
	in := cp.instances.Get(h)
	if in.life.runs() {
		cp.outOfService(in)
	}
	if !in.life.ended() {
		cp.become(in, shuttingDown)
		cp.retire(in)
		cp.end(h, in, cause)
	}
	cp.gone(h)
}

// end stops what an instance does and what it costs.
func (cp *Plane) end(h slab.Handle, in *instance, cause model.Cause) {
	cp.data.Kill(in.server, cause)
	cp.become(in, shuttingDown)
	cp.closeAccount(in, false)
	cp.closeUsage(in, cause.LeaseEnd())
	cp.closeAddresses(in)
	cp.detachAll(h)
	cp.leaveInterfaces(h)
	cp.left(h)
}

// onInstanceIsGone frees the host's place.
func (cp *Plane) onInstanceIsGone(ev model.Event) {
	if cp.instances.Get(ev.Handle()) == nil {
		cp.overtaken()
		return
	}
	cp.gone(ev.Handle())
}

func (cp *Plane) gone(h slab.Handle) {
	in := cp.instances.Get(h)
	cp.unplace(in.order.need, in.zone, in.hostPlace)
	cp.data.Close(in.server)
	group, activity := in.order.group, in.order.activity
	cp.instances.Free(h)
	if group != None {
		cp.departed(group, activity)
	}
}

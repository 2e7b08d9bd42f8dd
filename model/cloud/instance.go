package cloud

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// life is where an instance is between its launch and its end.
type life uint8

const (
	pending      life = iota + 1 // launched, not billed yet
	booting                      // running, the application port is closed
	serving                      // the application port is open; InService in a group
	draining                     // leaving its target groups
	shuttingDown                 // no longer billed, still on its host
)

// instance is one EC2 instance that this scenario's owner launched.
type instance struct {
	// What every request touches stands together.
	station station
	in, out model.Bytes // served so far
	zone    model.Zone
	life    life

	targets []slab.Handle

	number int32 // in launch order, over the whole run
	order  order // what was asked for
	host   int32 // in its pool and zone; None with unlimited capacity

	launchedAt  sim.Time
	inServiceAt sim.Time
	warmUntil   sim.Time
	noticed     bool // Spot interruption notice received
	replaced    bool // its group counts on its replacement
	broken      bool // its user data failed: the port stays closed

	marks  []usageMark // at the start of each metric clock's period
	minute uint64      // station.busy at the start of the minute

	poweredUntil sim.Time // end of its time in service, once it drains

	lease, address, monitored int32 // records in the ledger; None
	volumes                   []int32
}

// usageMark is what an instance had used at the start of a period.
type usageMark struct {
	busy    uint64
	in, out model.Bytes
}

// counts reports whether a group counts the instance as capacity.
func (in *instance) counts() bool { return in.life <= serving && !in.replaced }

// order is what a launch asks for.
type order struct {
	template *LaunchTemplate
	typ      int
	need     Need
	zone     model.Zone
	option   model.PurchaseOption
	spotPool int // None unless Spot
	maxPrice float64
	group    int // None outside groups
	fleet    int // None in groups
	service  int
	owner    int32
	activity int  // of the group; None
	raised   bool // launched by a rise of desired
	warmup   sim.Time
	settled  bool // in service from the very start of the run
}

// served counts a completed request.
func (in *instance) served(r *request) {
	in.in += model.Bytes(r.in)
	in.out += model.Bytes(r.out)
}

// launch takes capacity for an instance and starts its life.
func (w *World) launch(o order) (slab.Handle, bool) {
	host, ok := w.place(o.need, o.zone, o.option)
	if !ok {
		return 0, false
	}
	now := w.kernel.Now()
	h, in := w.instances.Alloc()
	marks := in.marks[:0]
	*in = instance{
		life: pending, zone: o.zone, number: w.launched, order: o, host: host,
		launchedAt: now, warmUntil: sim.Never, inServiceAt: sim.Never,
		lease: None, address: None, monitored: None,
	}
	in.marks = append(marks, make([]usageMark, len(w.clocks))...)
	w.launched++
	in.station.due = sim.Never
	if o.service != None {
		in.station = newStation(&w.cfg.Services[o.service], w.cfg.Types[o.typ].VCPUs)
		in.station.changed = now
	}
	w.openVolumes(in)
	w.board(o, h)
	times := w.drawLaunch(o)
	if o.settled {
		w.run(h)
		w.boot(h)
		return h, true
	}
	in.broken = times.broken
	w.scheduleAfter(times.pending, handled(instanceRuns, h))
	w.scheduleAfter(times.pending+times.boot, handled(instanceBoots, h))
	return h, true
}

// launchDraw is one instance's share of chance, drawn at its launch.
type launchDraw struct {
	pending, boot sim.Time
	broken        bool
}

// drawLaunch draws the same number of variates for every launch of an owner.
func (w *World) drawLaunch(o order) launchDraw {
	s := &w.launchStreams[o.owner]
	t := &o.template.Launch
	call, pend := draw(s, t.Call), draw(s, t.Pending)
	boot, script := draw(s, t.Boot), draw(s, t.UserData)
	return launchDraw{
		pending: call + pend,
		boot:    boot + script,
		broken:  s.Uniform() < o.template.UserDataFails,
	}
}

func draw(s *rng.Stream, d rng.Distribution) sim.Time {
	if d == nil {
		return 0
	}
	return max(0, sim.Seconds(s.Draw(d)))
}

// onInstanceRuns starts billing.
func (w *World) onInstanceRuns(ev event) {
	if in := w.instances.Get(ev.handle()); in == nil || in.life != pending {
		w.meter.overtaken()
		return
	}
	w.run(ev.handle())
}

func (w *World) run(h slab.Handle) {
	in := w.instances.Get(h)
	in.life = booting
	w.openLease(in)
	if in.order.spotPool != None {
		w.exposeToSpot(h)
	}
}

// onInstanceBoots opens the application port; a group's instance is then in
// service.
func (w *World) onInstanceBoots(ev event) {
	if in := w.instances.Get(ev.handle()); in == nil || in.life != booting {
		w.meter.overtaken()
		return
	}
	w.boot(ev.handle())
}

func (w *World) boot(h slab.Handle) {
	in := w.instances.Get(h)
	in.life = serving
	in.inServiceAt = w.kernel.Now()
	in.station.open = !in.broken && in.order.service != None
	in.station.changed = in.inServiceAt
	for _, g := range w.targetGroupsOf(in) {
		if in.noticed { // it would take requests that it cannot finish
			break
		}
		w.register(indexOf(h), g, in.order.settled)
		in = w.instances.Get(h)
	}
	w.meter.serviceBegins(w, in)
	if in.order.group != None {
		w.joined(h)
	}
}

// targetGroupsOf lists the groups that an instance registers with.
func (w *World) targetGroupsOf(in *instance) []int {
	if in.order.group != None {
		return w.cfg.Groups[in.order.group].TargetGroups
	}
	return w.cfg.Instances[in.order.fleet].TargetGroups
}

// terminate ends an instance in good order: out of its target groups first,
// then shutting down.
func (w *World) terminate(instance uint32) {
	in := w.instances.at(instance)
	switch in.life {
	case draining, shuttingDown:
		return
	case serving:
		w.outOfService(in)
	}
	in.life = draining
	if len(in.targets) == 0 {
		w.shutDown(instance)
		return
	}
	for _, t := range append([]slab.Handle(nil), in.targets...) {
		w.deregister(t)
	}
}

// outOfService ends an instance's time in service.
func (w *World) outOfService(in *instance) {
	w.meter.serviceEnds(w, in)
	if in.order.group != None {
		w.groups[in.order.group].inService.Add(w.kernel.Now(), -1)
	}
}

// shutDown stops billing; the host keeps the place until the instance is gone.
func (w *World) shutDown(instance uint32) {
	in := w.instances.at(instance)
	w.meter.retire(w, in)
	w.evict(instance, Code502)
	in.life = shuttingDown
	w.closeUsage(in, model.EndedByUser)
	w.left(instance)
	s := &w.launchStreams[in.order.owner]
	w.scheduleAfter(draw(s, in.order.template.Launch.ShuttingDown), handled(instanceIsGone, w.instances.handle(instance)))
}

// kill ends an instance at once: its host failed or Spot took it.
func (w *World) kill(instance uint32, end model.LeaseEnd) {
	in := w.instances.at(instance)
	if in.life == serving {
		w.outOfService(in)
	}
	if in.life != shuttingDown {
		in.life = shuttingDown
		w.meter.retire(w, in)
		w.evict(instance, Code502)
		w.closeUsage(in, end)
		for len(in.targets) > 0 {
			h := in.targets[0]
			w.deregister(h)
			w.removeTarget(h)
		}
		w.left(instance)
	}
	w.gone(w.instances.handle(instance))
}

// onInstanceIsGone frees the host's place.
func (w *World) onInstanceIsGone(ev event) {
	if w.instances.Get(ev.handle()) == nil {
		w.meter.overtaken()
		return
	}
	w.gone(ev.handle())
}

func (w *World) gone(h slab.Handle) {
	in := w.instances.Get(h)
	w.unplace(in.order.need, in.zone, in.host)
	group, fleet := in.order.group, in.order.fleet
	activity, zone := in.order.activity, in.zone
	w.instances.Free(h)
	if group != None {
		w.departed(group, activity)
	}
	if fleet != None {
		w.fleets[fleet].forget(indexOf(h), zone)
	}
}

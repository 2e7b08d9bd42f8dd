package controlplane

import (
	"cmp"
	"slices"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// group is the state of one Auto Scaling group.
type group struct {
	cfg               *Group
	membership        membership
	min, max, desired int
	floor             int // capacity below which a policy lets nobody scale in

	invocations   []invocation // what asks a policy to decide in this instant
	scalers       []scaler     // by policy
	unanimous     int          // of the policies
	deciding      bool
	reference     float64 // utilization that its elasticity is measured at; 0: it is not
	owesMember    bool    // somebody terminated a member: the next sweep replaces it
	failed        int     // attempts to start tasks, in a row
	failedAt      sim.Time
	heldUntil     sim.Time // no task is started before
	suspended     scaling.Process
	running       int      // activities that are not complete
	beyondMax     int      // invocations whose policies want more than max
	atMaxSince    sim.Time // since when the group is at max while one does; Never
	cooldownUntil sim.Time
	resized       sim.Time // when desired last changed
	resizedBy     sim.Time // beginning of the datapoint that it changed by

	standing
	roster
	owner         int32
	draws         rng.Stream // ties between termination candidates
	interruptions rng.Stream // when its tasks on Fargate Spot are taken back
	spotCursor    []int      // Spot launches by zone

	activities   []activity
	retries      int           // launch failures in a row
	retryAt      sim.Time      // of the pending retry, the only one; Never: none
	returns      []sim.Time    // when Spot instances will have made room for it
	reclaiming   bool          // the launch that failed waits for Spot capacity
	failure      launchFailure // why the last launch failed
	sweeping     bool          // a groupSweeps event is pending
	owed         launching
	template     int          // of Estate.LaunchTemplates
	types        []LaunchType // that it launches
	place        *Place
	version      int32       // of its launch template, among those that it has had
	refresh      *refresh    // nil: none runs
	refreshed    bool        // that of the scenario has begun
	tasks        *Tasks      // that it launches; nil: it is no service
	deployment   *deployment // nil: none runs
	halted       bool        // a deployment failed: nothing is started until the next
	missing      int         // members that have ended and are not replaced, for that is suspended
	failingSince sim.Time    // the first of the launch failures in a row
	poolAt       sim.Time    // when the warm pool is filled again, that found no room; Never
	surge        int         // launched for a rebalance beyond desired
	looksAt      sim.Time    // when it looks whether a successor of one at risk is healthy
	services     []int       // groups of tasks that lie on its instances
	waits        bool        // its history says that tasks wait for room
	turning      bool        // a serviceTurns event is pending

	timetables []scaling.Timetable
	inService  stat.Level
	warm       stat.Level // members in the warm pool
	wanted     stat.Level

	arriving, unplaced stat.Level // tasks that do not run yet, and those that wait for room
}

// activity is a change of the group that is not complete before the last of
// its instances is in service or has gone.
type activity struct {
	cause    string
	policy   int      // that asked for it, where it has cooldowns of its own; None
	left     int      // instances to go
	cooldown sim.Time // started at its end; Unset: none
	begun    sim.Time
}

// change is a new desired capacity and who wants it.
type change struct {
	desired  int
	cause    string
	cooldown sim.Time // at its end, for simple scaling; Unset: none
	warmup   sim.Time // of the instances it launches
	told     bool     // with the policy that asked for it
	by       int      // that policy, from 1, where it has cooldowns of its own; 0: none has
}

// setDesired starts an activity that brings the group to a new capacity.
func (cp *Plane) setDesired(i int, c change) {
	g := &cp.groups[i]
	asked := c.desired
	c.desired = max(g.least(), min(c.desired, g.max))
	if cp.story != nil && !c.told {
		cp.tellChange(i, c, asked)
	}
	if c.desired == g.desired {
		return
	}
	cp.noteResize(i, c)
	rise := c.desired > g.desired
	g.pauseFor(cp.kernel.Now(), c)
	g.desired, g.resized, g.resizedBy = c.desired, cp.kernel.Now(), -1
	g.wanted.Set(cp.kernel.Now(), int64(c.desired))
	cp.countAtMax(i)
	g.membership.gauge(g, cp.kernel.Now())
	g.activities = append(g.activities, activity{cause: c.cause, policy: c.by - 1, cooldown: c.cooldown, begun: cp.kernel.Now()})
	cp.reconcile(i, launching{activity: len(g.activities) - 1, raised: rise, warmup: c.warmup})
	cp.fillPool(i, false)
}

// least is the smallest capacity that desired may have: the group's, or what a
// policy holds it at.
func (g *group) least() int {
	return min(max(g.min, g.floor), g.max)
}

// setFloor notes below which capacity a policy lets nobody scale in.
func (g *group) setFloor(policy, floor int) {
	if g.scalers[policy].floor == floor {
		return
	}
	g.scalers[policy].floor, g.floor = floor, 0
	for k := range g.scalers {
		g.floor = max(g.floor, g.scalers[k].floor)
	}
}

// launching is what launches of one reconciliation have in common.
type launching struct {
	activity int    // None: a replacement or a retry
	cause    string // of a retry
	raised   bool
	warmup   sim.Time
	initial  bool // at the very start: in service at once
	avoids   int  // Spot pool that the one it replaces is at risk in, from 1; 0: none
}

// reconcile launches or terminates until the group has its desired capacity.
func (cp *Plane) reconcile(i int, l launching) {
	g := &cp.groups[i]
	have := g.capacity
	g.missing = min(g.missing, max(0, g.desired+g.surge-have))
	cp.forgetClaims(i)
	lacks := g.desired + g.surge - have - g.missing
	if g.halted || g.suspended.Has(scaling.Launch) && !l.initial {
		lacks = 0
	}
	if lacks > 0 && cp.kernel.Now() < g.heldUntil {
		lacks, g.owesMember = 0, true
	}
	for n := lacks; n > 0 && !cp.halts(n); n = lacks - (g.capacity - have) {
		if g.failure = g.membership.launch(cp, i, l); g.failure != noFailure {
			if g.failure < imageUnavailable {
				cp.reclaimForGroup(i, n, l)
			}
			cp.launchesFail(i, l)
			break
		}
		g.retries = 0
	}
	if n := have - g.desired - g.surge; n > 0 && !g.suspended.Has(scaling.Terminate) {
		for _, victim := range g.membership.victims(cp, i, n) {
			cp.endMember(i, victim, l.activity)
		}
	}
	if l.activity != None && g.activities[l.activity].left > 0 {
		g.running++
	} else if l.activity != None {
		cp.endActivity(g, l.activity)
	}
}

// launchMember launches one instance in the zone with the fewest, trying the
// others when there is no capacity. It returns why none took it.
func (cp *Plane) launchMember(i int, l launching) launchFailure {
	g := &cp.groups[i]
	if cp.takeWarm(i, l) {
		if l.activity != None {
			g.activities[l.activity].left++
		}
		return noFailure
	}
	allowed := slices.Repeat([]bool{true}, len(g.byZone))
	o := cp.memberOrder(i, l)
	o.option = g.nextOption()
	worst := noFailure
	if !l.initial {
		worst = cp.bootable(o.template, g.cfg.Zones[0])
	}
	for worst < imageUnavailable {
		z := scaling.LaunchZone(g.byZone, allowed)
		if z < 0 {
			return worst
		}
		o.zone = g.cfg.Zones[z]
		h, failure := cp.launchIn(g, z, o)
		if failure == noFailure {
			cp.join(g, h)
			if l.activity != None {
				g.activities[l.activity].left++
			}
			cp.noteLaunch(h)
			return noFailure
		}
		worst = max(worst, failure)
		allowed[z] = false
	}
	return worst
}

// launchIn tries the group's instance types in one zone, in the order of its
// allocation strategy.
func (cp *Plane) launchIn(g *group, z int, o order) (slab.Handle, launchFailure) {
	types := g.types
	if cp.subnetFor(&o) == None {
		return 0, insufficientFreeAddresses
	}
	if g.cfg.Mixed == nil {
		if h, ok := cp.launchType(g, &types[0], o); ok {
			return h, noFailure
		}
		return 0, cp.why
	}
	pools := make([]scaling.Pool, len(types))
	for k := range types {
		pools[k] = cp.poolView(g, &types[k], o)
	}
	cp.why = noFailure
	for {
		k := -1
		if o.option == model.Spot {
			k = g.cfg.Mixed.ChooseSpot(pools, g.spotCursor[z])
		} else {
			k = g.cfg.Mixed.ChooseOnDemand(pools)
		}
		if k < 0 {
			return 0, cp.failureIn(g, o)
		}
		if h, ok := cp.launchType(g, &types[k], o); ok {
			if o.option == model.Spot {
				g.spotCursor[z]++
			}
			return h, noFailure
		}
		pools[k].CapacityScore = 0
	}
}

func (cp *Plane) launchType(g *group, t *LaunchType, o order) (slab.Handle, bool) {
	o.typ, o.need, o.speed, o.weight = t.Type, t.Need, t.Speed, t.Weight
	if o.option == model.Spot {
		o.spotPool = t.SpotPool[o.zone]
		o.maxPrice = g.cfg.Mixed.MaxPrice
	}
	return cp.launch(o)
}

// memberOrder is what all launches of a reconciliation ask for.
func (cp *Plane) memberOrder(i int, l launching) order {
	g := &cp.groups[i]
	template := &cp.cfg.LaunchTemplates[g.template]
	return order{
		template: template, place: cmp.Or(g.place, template.Place), group: i, fleet: None, version: g.version,
		service: g.cfg.Service, applications: g.cfg.Applications, owner: g.owner, spotPool: None,
		activity: l.activity, cause: l.cause, raised: l.raised, warmup: l.warmup, initial: l.initial,
		avoids: l.avoids,
	}
}

func (cp *Plane) poolView(g *group, t *LaunchType, o order) scaling.Pool {
	if o.option == model.OnDemand {
		return scaling.Pool{PricePerUnit: t.OnDemandUSD / t.units(), CapacityScore: 1}
	}
	v := cp.spotView(g, t.SpotPool[o.zone])
	v.PricePerUnit /= t.units()
	if o.avoids > 0 && !cp.isAsAvailable(g, t.SpotPool[o.zone], o.avoids-1) {
		v.CapacityScore = 0
	}
	return v
}

// nextOption is what the next instance is bought as.
func (g *group) nextOption() model.PurchaseOption {
	if g.cfg.Mixed == nil {
		return model.OnDemand
	}
	if g.onDemandMissing() <= 0 {
		return model.Spot
	}
	return model.OnDemand
}

// onDemandMissing is how many more units On-Demand a mixed group should have.
func (g *group) onDemandMissing() int {
	return g.cfg.Mixed.OnDemandShare(g.desired+g.surge) - g.onDemand
}

func (g *group) zoneIndex(z model.Zone) int {
	for i, own := range g.cfg.Zones {
		if own == z {
			return i
		}
	}
	panic("controlplane: instance in a zone that its group does not have")
}

// replacementWarmup is that of every launch that no step or target tracking
// policy asked for.
func (g *group) replacementWarmup() sim.Time { return max(0, g.cfg.DefaultWarmup) }

// joined puts an instance in service.
func (cp *Plane) joined(h slab.Handle) {
	in := cp.instances.Get(h)
	g := &cp.groups[in.order.group]
	now := cp.kernel.Now()
	in.warmUntil = now + in.order.warmup
	if in.order.initial {
		in.warmUntil = now
	}
	g.standing = standing{}
	g.inService.Add(now, 1)
	if a := in.order.activity; a != None {
		in.order.activity = None
		cp.progress(in.order.group, a)
	}
	g.membership.fulfil(g, now)
	cp.rebalanced(in.order.group)
	if g.cfg.Mixed != nil && g.cfg.Mixed.CapacityRebalance {
		cp.schedule(now, indexed(groupTurns, in.order.group))
	}
	if g.refresh != nil || g.cfg.Maintenance != nil || g.cfg.Lifetime > 0 || in.order.cause == byRefresh {
		cp.schedule(in.warmUntil, indexed(groupTurns, in.order.group))
		if g.refresh != nil {
			cp.schedule(now+g.refresh.plan.Warmup, indexed(groupTurns, in.order.group))
		}
	}
}

// departed is told when a terminated instance is gone.
func (cp *Plane) departed(i, activity int) {
	if activity != None {
		cp.progress(i, activity)
	}
}

// progress counts one instance of an activity as done.
func (cp *Plane) progress(i, a int) {
	g := &cp.groups[i]
	g.activities[a].left--
	if g.activities[a].left == 0 {
		g.running--
		cp.endActivity(g, a)
	}
}

// endActivity starts the cooldown that a completed change of desired capacity
// brings with it.
func (cp *Plane) endActivity(g *group, a int) {
	done := &g.activities[a]
	now := cp.kernel.Now()
	if done.cooldown != scaling.Unset {
		g.cooldownUntil = max(g.cooldownUntil, now+done.cooldown)
	}
	if done.policy >= 0 {
		g.scalers[done.policy].owes = true
		g.membership.fulfil(g, now)
	}
	cp.noteActivity(g, done)
}

func (g *group) name() string { return g.cfg.Path() }

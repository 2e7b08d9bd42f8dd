package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// launchFailure says why a launch failed, the graver the larger: of several zones and
// types the gravest counts.
type launchFailure uint8

const (
	noFailure                    launchFailure = iota
	spotMaxPriceTooLow                         // the Spot price is above the maximum price
	insufficientFreeAddresses                  // no subnet has an address
	noContainerInstance                        // no container instance has what a task reserves
	insufficientInstanceCapacity               // no host has room, or the zone is down
	insufficientCapacityOnHost                 // no Dedicated Host of the account has
	insufficientHostCapacity                   // no host is free to become a Dedicated Host
	reservationCapacityExceeded                // the Capacity Reservation that it targets is full
	maxSpotInstanceCountExceeded               // the quota of Spot vCPUs
	vcpuLimitExceeded                          // that of On-Demand vCPUs
	maxIOPSLimitExceeded                       // that of IOPS of io1 or io2 volumes
	hostLimitExceeded                          // that of Dedicated Hosts
	imageUnavailable                           // the image is being copied, or deregistered
	imageNotFound                              // the image is of another Region
)

// String returns EC2's error code.
func (f launchFailure) String() string {
	return [...]string{
		"", "SpotMaxPriceTooLow", noFreeAddresses, "RESOURCE", "InsufficientInstanceCapacity", "InsufficientCapacityOnHost", "InsufficientHostCapacity",
		"ReservationCapacityExceeded", "MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "MaxIOPSLimitExceeded", "HostLimitExceeded",
		"InvalidAMIID.Unavailable", "InvalidAMIID.NotFound",
	}[f]
}

// failureIn says why none of the group's types could be launched in a zone.
func (cp *Plane) failureIn(g *group, o order) launchFailure {
	if cp.why > insufficientInstanceCapacity {
		return cp.why
	}
	if o.option != model.Spot || cp.zoneDown[o.zone] > 0 {
		return insufficientInstanceCapacity
	}
	for k := range g.types {
		if p := &cp.spotPools[g.types[k].SpotPool[o.zone]]; !g.outbid(p) {
			return insufficientInstanceCapacity
		}
	}
	return spotMaxPriceTooLow
}

// outbid reports whether a Spot price is above what the group would pay.
func (g *group) outbid(p *spotPool) bool {
	most := g.cfg.Mixed.MaxPrice
	return most > 0 && most < p.price
}

// firstBackoff and longestBackoff bound the backoff before a failed launch is tried again,
// which doubles from one failure to the next: 20, 40, 80, 160 s, then 300 s. They
// are our own; AWS documents no numbers.
const (
	firstBackoff   = 20 * sim.Second
	longestBackoff = 300 * sim.Second
)

// launchesFail sees to it that a failed launch is tried again. A retry that is
// pending already stays as it is.
func (cp *Plane) launchesFail(i int, l launching) {
	g := &cp.groups[i]
	g.owed = launching{activity: None, cause: l.cause, raised: l.raised, warmup: l.warmup}
	if l.activity != None {
		g.owed.cause = g.activities[l.activity].cause
	}
	if g.reclaiming { // not a failure: Spot instances make room
		g.reclaiming = false
		cp.returnIn(i, noticeTime)
		return
	}
	if g.membership.waits(cp, i) {
		return
	}
	cp.noteLaunchFailure(i)
	if g.retryAt != sim.Never {
		return
	}
	backoff := longestBackoff
	if doubled := firstBackoff << min(g.retries, 8); doubled < longestBackoff {
		backoff = doubled
	}
	if g.membership.suspendsLaunches(cp, i) {
		return
	}
	g.retries++
	cp.retryIn(i, backoff)
}

// retryIn makes that the instant of the group's pending retry.
func (cp *Plane) retryIn(i int, wait sim.Time) {
	cp.groups[i].retryAt = cp.kernel.Now() + wait
	cp.scheduleAfter(wait, indexed(groupLaunches, i))
}

// returnIn lets the group launch when Spot instances have made room: beside the
// pending retry, since each request has its own notices.
func (cp *Plane) returnIn(i int, pause sim.Time) {
	at := cp.kernel.Now() + pause
	cp.groups[i].returns = append(cp.groups[i].returns, at)
	cp.schedule(at, indexed(groupLaunches, i))
}

// onGroupLaunches tries again to reach the desired capacity.
func (cp *Plane) onGroupLaunches(ev model.Event) {
	g := &cp.groups[ev.Index()]
	now := cp.kernel.Now()
	returns := len(g.returns) > 0 && g.returns[0] <= now
	if returns {
		g.returns = g.returns[1:]
	} else if g.retryAt != now { // another instant was chosen since
		cp.overtaken()
		return
	}
	if g.retryAt == now {
		g.retryAt = sim.Never
	}
	cp.reconcile(ev.Index(), g.owed)
}

// priceMoved brings the retry forward of the groups that were outbid in a pool
// and are no more.
func (cp *Plane) priceMoved(pool int) {
	p := &cp.spotPools[pool]
	for i := range cp.groups {
		g := &cp.groups[i]
		if g.retryAt == sim.Never || g.failure != spotMaxPriceTooLow || g.outbid(p) {
			continue
		}
		for k := range g.types {
			if at := g.types[k].SpotPool; at != nil && at[p.cfg.Zone] == pool {
				cp.retryIn(i, 0)
				break
			}
		}
	}
}

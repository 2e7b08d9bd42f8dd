package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/lifecycle"
	"headroom/sim"
	"headroom/sim/slab"
)

// SpotBehavior is what an interruption does to an instance.
type SpotBehavior uint8

// Behaviors of an interruption.
const (
	SpotTerminates SpotBehavior = iota
	SpotStops
	SpotHibernates
)

// SpotOptions are those of instances that a launch template buys on the Spot market.
type SpotOptions struct {
	MaxPrice   float64 // dollars an hour; 0: the On-Demand price
	Persistent bool    // the request stays open until ValidUntil
	Behavior   SpotBehavior
	ValidFrom  sim.Time // when it is asked for; 0: it is there at the start
	ValidUntil sim.Time // when an open request lapses; Never
	Group      string   // launch group: all of it or none; empty: each by itself
	ZoneGroup  string   // its requests are in one zone
}

// requestState is where a Spot request stands (Amazon EC2 User Guide, "Get the status of a
// Spot Instance request").
type requestState uint8

const (
	requestUnmade   requestState = iota
	requestOpen                  // waits for its price and for room
	requestActive                // its instance runs
	requestDisabled              // its instance is stopped
	requestClosed
)

// spotRequest asks for one instance of a fleet.
type spotRequest struct {
	fleet   int
	zone    model.Zone
	state   requestState
	handle  slab.Handle // its instance, while it is active or disabled
	failure launchFailure
	triesAt sim.Time // when it is tried again for want of room; Never
}

// capacityPause is how long a Spot request waits before it is tried again when there was
// no room. It is ours; AWS names no number.
const capacityPause = 5 * sim.Minute

// options of a request's launch template.
func (cp *Plane) spotOptions(r *spotRequest) *SpotOptions {
	return cp.cfg.Instances[r.fleet].Template.Spot
}

// requestSpot makes the Spot requests of a fleet: those of the start are fulfilled before it.
func (cp *Plane) requestSpot(i int) {
	f := &cp.cfg.Instances[i]
	for n := range f.Count {
		cp.spotRequests = append(cp.spotRequests, spotRequest{
			fleet: i, zone: f.Zones[n%len(f.Zones)], triesAt: sim.Never,
		})
	}
	if until := f.Template.Spot.ValidUntil; until != sim.Never {
		cp.schedule(until, indexed(spotRequestsEnd, i))
	}
	if f.Template.Spot.ValidFrom > 0 {
		cp.schedule(f.Template.Spot.ValidFrom, indexed(spotRequestsOpen, i))
	}
}

// startSpot tries the requests of the start, when all that belong to a launch group are known.
func (cp *Plane) startSpot() error {
	for k := range cp.spotRequests {
		if r := &cp.spotRequests[k]; r.state == requestUnmade && cp.spotOptions(r).ValidFrom == 0 {
			r.state = requestOpen
		}
	}
	cp.trySpot(true, func(r *spotRequest) bool { return r.state == requestOpen })
	return nil
}

// onSpotRequestsOpen makes the requests of a fleet that begin later.
func (cp *Plane) onSpotRequestsOpen(ev model.Event) {
	for k := range cp.spotRequests {
		if r := &cp.spotRequests[k]; r.fleet == ev.Index() && r.state == requestUnmade {
			r.state = requestOpen
		}
	}
	cp.trySpot(false, func(r *spotRequest) bool { return r.fleet == ev.Index() })
}

// onSpotRequestsEnd ends the requests of a fleet that are still open, or whose instance
// is stopped. One that runs goes on.
func (cp *Plane) onSpotRequestsEnd(ev model.Event) {
	for k := range cp.spotRequests {
		r := &cp.spotRequests[k]
		if r.fleet == ev.Index() && r.state != requestActive && r.state != requestClosed {
			r.state = requestClosed
			cp.noteRequest(r, "spot-request-closed", "schedule-expired")
		}
	}
}

// onSpotRequestTries tries a request again that found no room.
func (cp *Plane) onSpotRequestTries(ev model.Event) {
	k := ev.Index()
	if cp.spotRequests[k].triesAt != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	cp.spotRequests[k].triesAt = sim.Never
	cp.trySpot(false, func(r *spotRequest) bool { return r == &cp.spotRequests[k] })
}

// spotMoved tries the requests that wait in a pool.
func (cp *Plane) spotMoved(pool int) {
	if len(cp.spotRequests) > 0 {
		cp.trySpot(false, func(r *spotRequest) bool { return cp.cfg.Instances[r.fleet].SpotPool[r.zone] == pool })
	}
}

// trySpot tries requests that wait, those of a launch group together.
func (cp *Plane) trySpot(initial bool, due func(*spotRequest) bool) {
	for k := range cp.spotRequests {
		r := &cp.spotRequests[k]
		if !due(r) || !cp.waits(r) {
			continue
		}
		batch := []int{k}
		if group := cp.spotOptions(r).Group; group != "" {
			batch = cp.launchGroup(group)
		}
		why := cp.testSpot(batch)
		for _, b := range batch {
			if why == noFailure {
				why = cp.fulfil(b, initial)
			}
			if why != noFailure {
				cp.unfulfilled(b, why)
			}
		}
	}
}

// waits reports whether a request waits to be fulfilled: it is open, or EC2 has stopped its
// instance.
func (cp *Plane) waits(r *spotRequest) bool {
	if r.state != requestDisabled {
		return r.state == requestOpen
	}
	in := cp.instances.Get(r.handle)
	return in.reclaimed && in.life == stopped
}

// launchGroup lists the waiting requests of a launch group.
func (cp *Plane) launchGroup(name string) (batch []int) {
	for k := range cp.spotRequests {
		if r := &cp.spotRequests[k]; cp.spotOptions(r).Group == name && cp.waits(r) {
			batch = append(batch, k)
		}
	}
	return batch
}

// testSpot says why requests cannot be fulfilled, all of them at once.
func (cp *Plane) testSpot(batch []int) launchFailure {
	why := noFailure
	type taken struct {
		order order
		place hostPlace
	}
	var places []taken
	for _, k := range batch {
		r := &cp.spotRequests[k]
		o := cp.spotOrder(k)
		if why = cp.spotForbids(&o); why != noFailure {
			break
		}
		if len(batch) == 1 {
			return noFailure // what is missing beside shows when it is launched
		}
		if r.state == requestOpen && cp.subnetFor(&o) == None {
			why = insufficientFreeAddresses
			break
		}
		at, ok := cp.place(o.request())
		if !ok {
			why = cp.why
			break
		}
		places = append(places, taken{o, at})
	}
	for _, t := range places {
		cp.unplace(t.order.need, t.order.zone, t.place)
	}
	return why
}

// spotForbids says why the market does not sell to an order.
func (cp *Plane) spotForbids(o *order) launchFailure {
	p := &cp.spotPools[o.spotPool]
	switch {
	case cp.zoneDown[o.zone] > 0:
		return insufficientInstanceCapacity
	case o.maxPrice > 0 && o.maxPrice < p.price:
		return spotMaxPriceTooLow
	}
	return noFailure
}

func (cp *Plane) spotOrder(k int) order {
	r := &cp.spotRequests[k]
	o := cp.fleetOrder(r.fleet, r.zone)
	o.option, o.spotPool = model.Spot, cp.cfg.Instances[r.fleet].SpotPool[r.zone]
	o.maxPrice, o.bid = cp.spotOptions(r).MaxPrice, int32(k+1)
	return o
}

// fulfil launches a request's instance, or starts it again where it is.
func (cp *Plane) fulfil(k int, initial bool) launchFailure {
	r := &cp.spotRequests[k]
	if r.state == requestDisabled {
		if !cp.rise(r.handle) {
			return cp.why
		}
		cp.noteInstance(cp.instances.Get(r.handle), "spot-start", "EC2 starts it again", "spot capacity")
	} else {
		o := cp.spotOrder(k)
		o.initial = initial
		h, ok := cp.launch(o)
		if !ok {
			return cp.why
		}
		r.handle = h
		if !initial {
			cp.noteInstance(cp.instances.Get(h), "spot-launch", cp.marketOf(r), "spot request")
		}
	}
	r.state, r.failure, r.triesAt = requestActive, noFailure, sim.Never
	return noFailure
}

// unfulfilled ends a one-time request; another waits: for a price, or for room.
func (cp *Plane) unfulfilled(k int, why launchFailure) {
	r := &cp.spotRequests[k]
	changed := r.failure != why
	r.failure = why
	if !cp.spotOptions(r).Persistent {
		r.state = requestClosed
		cp.noteRequest(r, "spot-request-failed", why.String())
		return
	}
	if changed {
		cp.noteRequest(r, "spot-request-waits", why.String())
	}
	if why != spotMaxPriceTooLow && r.triesAt == sim.Never {
		cp.tryLater(k)
	}
}

func (cp *Plane) tryLater(k int) {
	at := cp.kernel.Now() + capacityPause
	cp.spotRequests[k].triesAt = at
	cp.schedule(at, indexed(spotRequestTries, k))
}

// requestEnds is told that the instance of a request has ended: a persistent one is open
// again, whoever ended it.
func (cp *Plane) requestEnds(in *instance) {
	k := int(in.order.bid) - 1
	r := &cp.spotRequests[k]
	if o := cp.spotOptions(r); !o.Persistent || cp.kernel.Now() >= o.ValidUntil {
		r.state = requestClosed
		return
	}
	r.state = requestOpen
	cp.tryLater(k)
}

// requestRests is told that the instance of a request stops.
func (cp *Plane) requestRests(in *instance) {
	cp.spotRequests[in.order.bid-1].state = requestDisabled
}

// mayStartSpot refuses a start that is EC2's business, or that the market does not sell.
func (cp *Plane) mayStartSpot(in *instance) error {
	if in.reclaimed {
		return &lifecycle.Refusal{Code: "IncorrectSpotRequestState", Text: "only EC2 starts an instance that it has interrupted"}
	}
	if why := cp.spotForbids(&in.order); why != noFailure {
		return &lifecycle.Refusal{Code: why.String(), Text: "the Spot market does not sell it"}
	}
	return nil
}

// startedSpot is told that an instance of a request is started, and where.
func (cp *Plane) startedSpot(in *instance, h slab.Handle, at hostPlace) {
	in.noticed, in.reclaimed, in.recommended = false, false, false
	cp.spotRequests[in.order.bid-1].state = requestActive
	gone := func(o occupant) bool { return !o.tenant && o.handle == h }
	p := &cp.spotPools[in.order.spotPool]
	p.aboard = slices.DeleteFunc(p.aboard, gone)
	p.placed = slices.DeleteFunc(p.placed, gone)
	if pool := in.order.need.Pool; pool != None {
		z := &cp.hostPools[pool].zones[in.zone]
		z.spot = slices.DeleteFunc(z.spot, gone)
	}
	in.hostPlace = at
	cp.board(in.order, h)
}

// interrupt begins the interruption of an instance of a request, and of all of its launch
// group. One that hibernates begins at once (Amazon EC2 User Guide, "Spot Instance
// interruption notices").
func (cp *Plane) interrupt(h slab.Handle) {
	in := cp.instances.Get(h)
	r := &cp.spotRequests[in.order.bid-1]
	options := cp.spotOptions(r)
	if options.Behavior == SpotHibernates && in.life.runs() {
		in.reclaimed = true
		cp.rest(h, true)
	} else {
		cp.startNotice(handled(spotReclaims, h))
	}
	if options.Group == "" {
		return
	}
	for k := range cp.spotRequests {
		if mate := &cp.spotRequests[k]; mate.state == requestActive && cp.spotOptions(mate).Group == options.Group {
			if other := cp.instances.Get(mate.handle); other != nil && !other.noticed {
				cp.giveNotice(occupant{handle: mate.handle}, "launch group "+options.Group)
			}
		}
	}
}

// endSpot is the end of the notice of a request's instance.
func (cp *Plane) endSpot(h slab.Handle) {
	in := cp.instances.Get(h)
	if !in.noticed || in.life.rests() || in.life.ended() { // stopped, or started anew since
		cp.overtaken()
		return
	}
	if cp.spotOptions(&cp.spotRequests[in.order.bid-1]).Behavior == SpotTerminates {
		cp.kill(h, model.Reclaimed)
		return
	}
	in.reclaimed = true
	cp.rest(h, false)
}

// leaseEnd is who ends the lease of an instance that stops.
func (in *instance) leaseEnd() model.LeaseEnd {
	if in.reclaimed {
		return model.EndedByReclaim
	}
	return model.EndedByUser
}

func (cp *Plane) marketOf(r *spotRequest) string {
	p := &cp.spotPools[cp.cfg.Instances[r.fleet].SpotPool[r.zone]]
	return fmt.Sprintf("%s in zone %s at $%.4g an hour", cp.frame.Types[p.cfg.Type].Name, cp.frame.Zones[r.zone], p.price)
}

func (cp *Plane) noteRequest(r *spotRequest, kind, cause string) {
	cp.note(Activity{
		Subject: "instance." + cp.cfg.Instances[r.fleet].Name, Kind: kind, Detail: cp.marketOf(r), Cause: cause, Instance: None, By: EC2,
	})
}

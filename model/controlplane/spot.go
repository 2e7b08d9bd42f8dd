package controlplane

import (
	"math"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// spotPool is the market of one instance type in one zone.
type spotPool struct {
	cfg       *SpotPool
	price     float64 // dollars an hour, published
	prices    spot.Prices
	next      model.PriceStep // publication that is scheduled
	hazard    spot.Hazard
	shocks    *spot.Shocks
	market    rng.Stream // walk and shocks
	ownEvents rng.Stream // one instance's own event and notice delays
	leads     rng.Stream // how long before their notices instances are recommended to be replaced
	shockAt   sim.Time   // of the last shock that is foretold; 0: none yet
	nextShock sim.Time   // of the one after
	notices   notices
	aboard    []occupant // running here; stale entries are dropped in passing

	limited bool       // its trace says how many instances it has room for
	room    int        // that
	taken   int        // instances that have room in a pool whose trace is played
	step    int        // of the trace, that is scheduled
	placed  []occupant // who has it; stale entries are dropped in passing
}

// newSpotPools starts every market and schedules its first move and shock.
func (cp *Plane) newSpotPools() error {
	cp.spotPools = make([]spotPool, len(cp.cfg.SpotPools))
	for i := range cp.spotPools {
		cfg := &cp.cfg.SpotPools[i]
		p := &cp.spotPools[i]
		name := "spot/" + cp.frame.Zones[cfg.Zone] + "/" + cp.frame.Types[cfg.Type].Name + "/" + cfg.Platform.String()
		*p = spotPool{cfg: cfg, market: cp.stream(name + "/price"), ownEvents: cp.stream(name + "/fate"), leads: cp.stream(name + "/lead")}
		shocks := cp.stream(name + "/shock")
		var err error
		if p.hazard, err = spot.NewHazard(spot.Bucket(cfg.Bucket), cfg.Intensity); err != nil {
			return err
		}
		p.shocks = p.hazard.Shocks(&shocks)
		if p.prices, err = newPrices(cfg, &p.market, cp.frame.Duration); err != nil {
			return err
		}
		p.price = p.prices.Start()
		cp.ledger.Spot = append(cp.ledger.Spot, model.SpotPrices{
			Type: int32(cfg.Type), Zone: cfg.Zone, OS: cfg.Platform,
			Steps: []model.PriceStep{{USD: p.price}},
		})
		cp.scheduleMarket(i)
		if cfg.Supply != nil {
			p.hazard = spot.Hazard{}
			p.shocks = nil
			cp.startSupply(i)
			continue
		}
		cp.scheduleShock(i)
	}
	return nil
}

func newPrices(cfg *SpotPool, draws spot.Draws, until sim.Time) (spot.Prices, error) {
	if cfg.Replay != nil {
		return spot.NewReplay(cfg.Replay, cfg.OnDemandUSD)
	}
	spec := spot.DefaultWalk(cfg.OnDemandUSD, cfg.OnDemandUSD*cfg.MeanRatio)
	spec.Reversion, spec.Volatility = cfg.Walk.Reversion, cfg.Walk.Volatility
	spec.Step, spec.Threshold = cfg.Walk.Step, cfg.Walk.Threshold
	spec.Until = until
	return spot.NewWalk(spec, draws)
}

func (cp *Plane) scheduleMarket(i int) {
	p := &cp.spotPools[i]
	if at, usd, ok := p.prices.Next(); ok && at <= cp.frame.Duration {
		p.next = model.PriceStep{At: at, USD: usd}
		cp.schedule(at, indexed(marketMoves, i))
	}
}

func (cp *Plane) scheduleShock(i int) {
	p := &cp.spotPools[i]
	if p.nextShock = p.shocks.Next(); p.nextShock < sim.Never {
		cp.schedule(max(p.shockAt, p.nextShock-p.cfg.Lead.Longest), indexed(spotShocks, i))
	}
}

// onMarketMoves publishes a price. Instances that bid less are interrupted;
// groups that wait for a price try again.
func (cp *Plane) onMarketMoves(ev model.Event) {
	p := &cp.spotPools[ev.Index()]
	p.price = p.next.USD
	trace := &cp.ledger.Spot[ev.Index()]
	trace.Steps = append(trace.Steps, p.next)
	cp.scheduleMarket(ev.Index())
	for _, o := range cp.present(p) {
		if !o.tenant {
			if in := cp.instances.Get(o.handle); in.order.maxPrice > 0 && in.order.maxPrice < p.price {
				cp.giveNotice(o, "price above the maximum price")
			}
		}
	}
	cp.priceMoved(ev.Index())
	cp.spotMoved(ev.Index())
}

// onSpotShocks foretells a shock to every instance of a pool, as early as a recommendation
// may come: their notices follow within minutes of it.
func (cp *Plane) onSpotShocks(ev model.Event) {
	p := &cp.spotPools[ev.Index()]
	p.shockAt = p.nextShock
	for _, o := range cp.present(p) {
		cp.foretell(p, o)
	}
	cp.scheduleShock(ev.Index())
}

// present returns the pool's occupants after dropping those that have gone.
func (cp *Plane) present(p *spotPool) []occupant {
	live := p.aboard[:0]
	for _, o := range p.aboard {
		if _, ok := cp.viewOf(o); ok {
			live = append(live, o)
		}
	}
	p.aboard = live
	return live
}

// exposeToSpot subjects a running instance to its pool.
func (cp *Plane) exposeToSpot(h slab.Handle) {
	p := &cp.spotPools[cp.instances.Get(h).order.spotPool]
	cp.expose(p, occupant{handle: h}, spotNotices)
}

func (cp *Plane) expose(p *spotPool, o occupant, notice kind) {
	p.aboard = append(p.aboard, o)
	wait := p.hazard.OwnEvent(&p.ownEvents)
	if !o.tenant {
		at := sim.Sum(cp.kernel.Now(), wait)
		cp.instances.Get(o.handle).ownAt = at
		cp.recommend(o.handle, at-p.cfg.Lead.Draw(&p.leads), at)
	}
	if cp.kernel.Now() < p.shockAt {
		cp.foretell(p, o)
	}
	if wait <= cp.frame.Duration-cp.kernel.Now() {
		cp.scheduleAfter(wait, handled(notice, o.handle))
	}
}

// onSpotNotices interrupts one instance.
func (cp *Plane) onSpotNotices(ev model.Event) {
	in, now := cp.instances.Get(ev.Handle()), cp.kernel.Now()
	if in == nil || in.ownAt != now && in.strikeAt != now {
		cp.overtaken()
		return
	}
	cp.giveNotice(occupant{handle: ev.Handle()}, "spot capacity")
}

// giveNotice starts the two minutes before a reclaim: the instance leaves its
// target groups and finishes what it can.
func (cp *Plane) giveNotice(o occupant, cause string) {
	if o.tenant {
		cp.tenants.Get(o.handle).noticed = true
		cp.startNotice(handled(tenantReclaims, o.handle))
		return
	}
	in := cp.instances.Get(o.handle)
	if in.noticed || in.life.ended() || in.life.rests() {
		return
	}
	if in.isTask() {
		cp.warnTask(o.handle, cause)
		return
	}
	in.noticed = true
	cp.noteInterruption(o.handle, cause)
	cp.spotPools[in.order.spotPool].notices.count(cp.kernel.Now())
	if in.order.bid > 0 { // nobody takes it out of its target groups
		cp.interrupt(o.handle)
		return
	}
	cp.startNotice(handled(spotReclaims, o.handle))
	cp.deregister(in)
	cp.evacuate(in)
	if i := in.order.group; cp.groups[i].cfg.Mixed.CapacityRebalance {
		cp.tally(in, -1)
		in.replaced = true
		cp.tally(in, +1)
		cp.replace(i)
	}
}

// startNotice schedules the reclaim at the end of a notice, if the run lasts until
// then.
func (cp *Plane) startNotice(reclaim model.Event) {
	if cp.kernel.Now() <= cp.frame.Duration-noticeTime {
		cp.notice.Start(reclaim)
	}
}

// onSpotReclaims ends an instance whose two-minute notice has run out.
func (cp *Plane) onSpotReclaims(ev model.Event) {
	in := cp.instances.Get(ev.Handle())
	if in == nil { // scaled in during the notice
		cp.overtaken()
		return
	}
	if in.order.bid > 0 {
		cp.endSpot(ev.Handle())
		return
	}
	group := in.order.group
	cp.kill(ev.Handle(), model.Reclaimed)
	cp.lost(group)
}

// spotView is what an allocation strategy sees of a pool.
func (cp *Plane) spotView(g *group, pool int) scaling.Pool {
	p := &cp.spotPools[pool]
	v := scaling.Pool{PricePerUnit: p.price, CapacityScore: p.survival(), Dear: p.price >= p.cfg.OnDemandUSD}
	if p.limited {
		v.CapacityScore = float64(max(0, p.room-p.taken)) / float64(max(1, p.room))
	}
	if g.outbid(p) || cp.zoneDown[p.cfg.Zone] > 0 || p.limited && p.taken >= p.room {
		v.CapacityScore = 0
		return v
	}
	if n := p.cfg.Need; n.Pool != None && cp.kernel.Now() < cp.hostPools[n.Pool].zones[p.cfg.Zone].noSpotUntil {
		v.CapacityScore = 0
	} else if n.Pool != None {
		free := cp.freeShare(p.cfg.Need, p.cfg.Zone)
		if p.limited {
			free = min(free, v.CapacityScore)
		}
		v.CapacityScore = free
	}
	return v
}

// survival is the probability that an instance runs for 30 days, above 0 in any market.
func (p *spotPool) survival() float64 { return max(1e-9, math.Exp(-720*p.hazard.PerHour())) }

// ampleShare is the share of a host pool that counts as all the free capacity
// that a Spot request could ask for.
const ampleShare = 0.1

// freeShare scores the free capacity of a zone's hosts in [0, 1].
func (cp *Plane) freeShare(n Need, zone model.Zone) float64 {
	p := &cp.hostPools[n.Pool]
	z := &p.zones[zone]
	if z.shared == nil {
		return 0
	}
	total := float64(z.shared.Len()) * float64(p.cfg.CPU)
	return min(1, (total-float64(z.taken()))/(ampleShare*total))
}

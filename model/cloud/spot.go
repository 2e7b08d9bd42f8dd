package cloud

import (
	"headroom/model"
	"headroom/model/scaling"
	"headroom/model/spot"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// spotPool is the market of one instance type in one zone.
type spotPool struct {
	cfg    *SpotPool
	price  float64 // dollars an hour, published
	prices spot.Prices
	next   model.PriceStep // publication that is scheduled
	hazard spot.Hazard
	shocks *spot.Shocks
	market rng.Stream // walk and shocks
	fates  rng.Stream // one instance's own event and notice delays
	aboard []occupant // running here; stale entries are dropped in passing
	record int32      // in Ledger.Spot
}

// newSpotPools starts every market and schedules its first move and shock.
func (w *World) newSpotPools() error {
	w.spotPools = make([]spotPool, len(w.cfg.SpotPools))
	for i := range w.spotPools {
		cfg := &w.cfg.SpotPools[i]
		p := &w.spotPools[i]
		name := "spot/" + w.cfg.Zones[cfg.Zone] + "/" + w.cfg.Types[cfg.Type].Name + "/" + cfg.Platform.String()
		*p = spotPool{cfg: cfg, market: w.stream(name + "/price"), fates: w.stream(name + "/fate"), record: int32(i)}
		shocks := w.stream(name + "/shock")
		p.shocks = nil
		var err error
		if p.hazard, err = spot.NewHazard(spot.Bucket(cfg.Bucket), cfg.Intensity); err != nil {
			return err
		}
		p.shocks = p.hazard.Shocks(&shocks)
		if p.prices, err = newPrices(cfg, &p.market, w.cfg.Duration); err != nil {
			return err
		}
		p.price = p.prices.Start()
		w.ledger.Spot = append(w.ledger.Spot, model.SpotPrices{
			Type: int32(cfg.Type), Zone: cfg.Zone, OS: cfg.Platform,
			Steps: []model.PriceStep{{USD: p.price}},
		})
		w.scheduleMarket(i)
		w.scheduleShock(i)
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

func (w *World) scheduleMarket(i int) {
	p := &w.spotPools[i]
	if at, usd, ok := p.prices.Next(); ok && at <= w.cfg.Duration {
		p.next = model.PriceStep{At: at, USD: usd}
		w.schedule(at, indexed(marketMoves, i))
	}
}

func (w *World) scheduleShock(i int) {
	if at := w.spotPools[i].shocks.Next(); at <= w.cfg.Duration {
		w.schedule(at, indexed(spotShocks, i))
	}
}

// onMarketMoves publishes a price. Instances that bid less are interrupted;
// groups that wait for a price try again.
func (w *World) onMarketMoves(ev event) {
	p := &w.spotPools[ev.index()]
	p.price = p.next.USD
	w.ledger.Spot[p.record].Steps = append(w.ledger.Spot[p.record].Steps, p.next)
	w.scheduleMarket(ev.index())
	for _, o := range w.present(p) {
		if !o.tenant {
			if in := w.instances.Get(o.handle); in.order.maxPrice > 0 && in.order.maxPrice < p.price {
				w.giveNotice(o, "price above the maximum price")
			}
		}
	}
	for i := range w.groups {
		if g := &w.groups[i]; g.retrying && g.cfg.Mixed != nil {
			w.scheduleAfter(0, indexed(groupLaunches, i))
		}
	}
}

// onSpotShocks strikes every instance of a pool: its notice follows within
// minutes.
func (w *World) onSpotShocks(ev event) {
	p := &w.spotPools[ev.index()]
	for _, o := range w.present(p) {
		k := spotNotices
		if o.tenant {
			k = tenantNotices
		}
		w.scheduleAfter(spot.NoticeDelay(&p.fates), handled(k, o.handle))
	}
	w.scheduleShock(ev.index())
}

// present returns the pool's occupants after dropping those that have gone.
func (w *World) present(p *spotPool) []occupant {
	live := p.aboard[:0]
	for _, o := range p.aboard {
		if _, ok := w.viewOf(o); ok {
			live = append(live, o)
		}
	}
	p.aboard = live
	return live
}

// exposeToSpot subjects a running instance to its pool.
func (w *World) exposeToSpot(h slab.Handle) {
	p := &w.spotPools[w.instances.Get(h).order.spotPool]
	w.expose(p, occupant{handle: h}, spotNotices)
}

func (w *World) expose(p *spotPool, o occupant, notice kind) {
	p.aboard = append(p.aboard, o)
	wait := p.hazard.OwnEvent(&p.fates)
	if wait <= w.cfg.Duration-w.kernel.Now() {
		w.scheduleAfter(wait, handled(notice, o.handle))
	}
}

// onSpotNotices interrupts one instance.
func (w *World) onSpotNotices(ev event) {
	if w.instances.Get(ev.handle()) == nil {
		w.meter.overtaken()
		return
	}
	w.giveNotice(occupant{handle: ev.handle()}, "spot capacity")
}

// giveNotice starts the two minutes before a reclaim: the instance leaves its
// target groups and finishes what it can.
func (w *World) giveNotice(o occupant, cause string) {
	if o.tenant {
		w.tenants.Get(o.handle).noticed = true
		w.notice.Start(handled(tenantReclaims, o.handle))
		return
	}
	in := w.instances.Get(o.handle)
	if in.noticed || in.life == shuttingDown {
		return
	}
	in.noticed = true
	w.meter.interrupted(w, o.handle, cause)
	w.notice.Start(handled(spotReclaims, o.handle))
	for _, t := range append([]slab.Handle(nil), in.targets...) {
		w.deregister(t)
	}
	if i := in.order.group; w.groups[i].cfg.Mixed.CapacityRebalance {
		in.replaced = true
		w.replace(i)
	}
}

// onSpotReclaims ends an instance whose two-minute notice has run out.
func (w *World) onSpotReclaims(ev event) {
	in := w.instances.Get(ev.handle())
	if in == nil { // scaled in during the notice
		w.meter.overtaken()
		return
	}
	group := in.order.group
	w.meter.reclaiming = true
	w.kill(indexOf(ev.handle()), model.EndedByReclaim)
	w.meter.reclaiming = false
	w.lost(group)
}

// spotView is what an allocation strategy sees of a pool.
func (w *World) spotView(g *group, pool int) scaling.Pool {
	p := &w.spotPools[pool]
	v := scaling.Pool{PricePerUnit: p.price, CapacityScore: 1 - p.hazardPerMonth()}
	if m := g.cfg.Mixed.MaxPrice; m > 0 && m < p.price || w.zoneDown[p.cfg.Zone] > 0 {
		v.CapacityScore = 0
		return v
	}
	if n := p.cfg.Need; n.Pool != None && w.kernel.Now() < w.hostPools[n.Pool].claimed[p.cfg.Zone] {
		v.CapacityScore = 0
	} else if n.Pool != None {
		v.CapacityScore = w.freeShare(p.cfg.Need, p.cfg.Zone)
	}
	return v
}

// hazardPerMonth is the probability of an interruption within 30 days.
func (p *spotPool) hazardPerMonth() float64 { return min(0.99, p.hazard.PerHour()*720) }

// comfortable is the share of a host pool that counts as all the free capacity
// that a Spot request could wish for.
const comfortable = 0.1

// freeShare scores the free capacity of a zone's hosts in [0, 1].
func (w *World) freeShare(n Need, zone model.Zone) float64 {
	p := &w.hostPools[n.Pool]
	hosts := p.zones[zone]
	if hosts == nil || hosts.Len() == 0 {
		return 0
	}
	reserved, _ := hosts.Reserved()
	total := float64(hosts.Len()) * float64(p.cfg.CPU)
	return min(1, (total-float64(reserved))/(comfortable*total))
}

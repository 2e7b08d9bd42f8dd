package cloud

import (
	"headroom/model"
	"headroom/sim"
)

// settledFor is how long an instance that is in service at the start of the run
// has been running: past the Spot market's free first hour.
const settledFor = sim.Hour

// openLease starts the records of an instance that is billed from now on.
func (w *World) openLease(in *instance) {
	now := w.kernel.Now()
	o := &in.order
	in.lease = int32(len(w.ledger.Leases))
	pool := int32(None)
	if o.spotPool != None {
		pool = w.spotPools[o.spotPool].record
	}
	carried := sim.Time(0)
	if o.settled {
		carried = settledFor
	}
	w.ledger.Leases = append(w.ledger.Leases, model.Lease{
		From: now, To: sim.Never, Instance: in.number, Owner: o.owner, Type: int32(o.typ), Carried: carried,
		Zone: in.zone, Platform: o.template.Platform, Tenancy: o.template.Tenancy, Option: o.option,
		SpotPool: pool, MaxPrice: o.maxPrice,
	})
	if o.template.PublicIP {
		in.address = int32(len(w.ledger.Addresses))
		w.ledger.Addresses = append(w.ledger.Addresses, model.AddressUse{
			From: now, To: sim.Never, Owner: o.owner, Instance: in.number,
		})
	}
	if o.template.Detailed {
		in.monitored = int32(len(w.ledger.Monitored))
		w.ledger.Monitored = append(w.ledger.Monitored, model.MonitoredUse{
			From: now, To: sim.Never, Owner: o.owner, Instance: in.number,
		})
	}
}

// openVolumes creates an instance's volumes, billed from their creation.
func (w *World) openVolumes(in *instance) {
	for _, v := range in.order.template.Volumes {
		in.volumes = append(in.volumes, int32(len(w.ledger.Volumes)))
		w.ledger.Volumes = append(w.ledger.Volumes, model.VolumeUse{
			From: w.kernel.Now(), To: sim.Never, Owner: in.order.owner, Instance: in.number, Zone: in.zone,
			Type: v.Type, SizeGiB: v.SizeGiB, IOPS: v.IOPS, ThroughputMiBs: v.ThroughputMiBs,
		})
	}
}

// closeUsage ends an instance's records; volumes that outlive it stay open.
func (w *World) closeUsage(in *instance, end model.LeaseEnd) {
	now := w.kernel.Now()
	w.closeLease(in.lease, end)
	if in.address != None {
		w.ledger.Addresses[in.address].To = now
	}
	if in.monitored != None {
		w.ledger.Monitored[in.monitored].To = now
	}
	for k, v := range in.volumes {
		if in.order.template.Volumes[k].DeleteOnTermination {
			w.ledger.Volumes[v].To = now
		}
	}
}

func (w *World) closeLease(lease int32, end model.LeaseEnd) {
	if lease != None {
		w.ledger.Leases[lease].To = w.kernel.Now()
		w.ledger.Leases[lease].End = end
	}
}

// leaseTenant records a tenant that is on this scenario's bill.
func (w *World) leaseTenant(f *tenantFlow, t *tenant) int32 {
	pool := int32(None)
	if f.cfg.SpotPool != nil {
		pool = int32(f.cfg.SpotPool[int(t.size)*len(w.cfg.Zones)+int(t.zone)])
	}
	w.ledger.Leases = append(w.ledger.Leases, model.Lease{
		From: w.kernel.Now(), To: sim.Never, Instance: w.launched, Owner: f.owner,
		Type: int32(f.cfg.Sizes[t.size].Type), Zone: t.zone, Platform: model.Linux,
		Tenancy: model.TenancyDefault, Option: f.cfg.Option, SpotPool: pool,
	})
	w.launched++
	return int32(len(w.ledger.Leases) - 1)
}

// onHourTurns closes the clock hour of every load balancer.
func (w *World) onHourTurns(event) {
	w.closeHour()
	if next := w.nextHour(); next <= w.cfg.Duration {
		w.schedule(next, event{kind: hourTurns})
	}
}

// nextHour is the next full hour of the calendar, in virtual time.
func (w *World) nextHour() sim.Time {
	now := w.kernel.Now()
	into := w.calendar(now).UTC().UnixNano() % int64(sim.Hour)
	return now + sim.Hour - sim.Time(into)
}

// closeHour records what load balancers did since the last clock hour.
func (w *World) closeHour() {
	now := w.kernel.Now()
	for i := range w.balancers {
		b := &w.balancers[i]
		h := &b.hour
		if h.from == now {
			continue
		}
		w.ledger.Balancers = append(w.ledger.Balancers, model.BalancerHour{
			From: h.from, To: now, Owner: b.owner, Kind: b.cfg.Kind,
			NewConnections: h.connections, ActiveTime: h.active + sim.Time(h.open)*now,
			Processed: h.processed, Evaluations: h.evaluations,
		})
		if h.out > 0 && b.cfg.PublicIPs {
			w.ledger.Transfers = append(w.ledger.Transfers, model.Transfer{
				From: h.from, To: now, Owner: b.owner, Path: model.InternetOut, Amount: h.out,
			})
		}
		b.hour = balancerHour{from: now, open: h.open, active: -sim.Time(h.open) * now}
	}
}

// openNodes records the public addresses of load balancer nodes.
func (w *World) openNodes() {
	for i := range w.balancers {
		b := &w.balancers[i]
		if !b.cfg.PublicIPs {
			continue
		}
		for range b.cfg.Zones {
			w.ledger.Addresses = append(w.ledger.Addresses, model.AddressUse{
				To: sim.Never, Owner: b.owner, Instance: None,
			})
		}
	}
}

// closeLedger ends at the horizon what is still open there.
func (w *World) closeLedger() {
	w.closeHour()
	end := w.cfg.Duration
	l := w.ledger
	for i := range l.Leases {
		if l.Leases[i].To == sim.Never {
			l.Leases[i].To, l.Leases[i].End = end, model.EndedByUser
		}
	}
	for i := range l.Volumes {
		l.Volumes[i].To = min(l.Volumes[i].To, end)
	}
	for i := range l.Addresses {
		l.Addresses[i].To = min(l.Addresses[i].To, end)
	}
	for i := range l.Monitored {
		l.Monitored[i].To = min(l.Monitored[i].To, end)
	}
}

package controlplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// initialAge is how long an instance that is in service at the start of the run
// has been running: past the Spot market's free first hour.
const initialAge = sim.Hour

// openLease starts the records of an instance that is billed from now on.
func (cp *Plane) openLease(in *instance) {
	now := cp.kernel.Now()
	o := &in.order
	in.lease = int32(len(cp.ledger.Leases))
	pool := int32(None)
	if o.spotPool != None {
		pool = int32(o.spotPool)
	}
	carried := sim.Time(0)
	if o.initial {
		carried = initialAge
	}
	cp.ledger.Leases = append(cp.ledger.Leases, model.Lease{
		From: now, To: sim.Never, Instance: in.number, Owner: o.owner, Type: int32(o.typ), Carried: carried,
		Zone: in.zone, Platform: o.template.Platform, Tenancy: o.template.Tenancy, Option: o.option,
		SpotPool: pool, MaxPrice: o.maxPrice, OnHost: in.machine > 0, Match: o.match(),
	})
	if cp.public(o.template, int(in.subnet)) && !cp.hasElastic(in) {
		in.address = cp.takePublic(holding{o.owner, in.number, model.PublicAddress, in.zone})
	}
	if o.template.Detailed {
		in.monitored = int32(len(cp.ledger.Monitored))
		cp.ledger.Monitored = append(cp.ledger.Monitored, model.MonitoredUse{
			From: now, To: sim.Never, Owner: o.owner, Instance: in.number,
		})
	}
}

// openVolumes creates an instance's volumes, billed from their creation.
func (cp *Plane) openVolumes(in *instance, h slab.Handle) {
	for _, v := range in.order.template.Volumes {
		if v.Volume > 0 {
			if !v.Away {
				cp.attach(v.Volume-1, h, v.DeleteOnTermination)
			}
			continue
		}
		in.volumes = append(in.volumes, int32(len(cp.ledger.Volumes)))
		cp.ledger.Volumes = append(cp.ledger.Volumes, model.VolumeUse{
			From: cp.kernel.Now(), To: sim.Never, Owner: in.order.owner, Instance: in.number, Zone: in.zone,
			Type: v.Type, SizeGiB: v.SizeGiB, IOPS: v.IOPS, ThroughputMiBs: v.ThroughputMiBs,
		})
	}
	cp.provisionAll(in.order.template.Volumes)
}

// closeAddress ends the use of an instance's public address and of its monitoring.
func (cp *Plane) closeAddress(in *instance) {
	now := cp.kernel.Now()
	if in.address != None {
		cp.giveBack(in.address)
		in.address = None
	}
	if in.monitored != None {
		cp.ledger.Monitored[in.monitored].To = now
	}
	in.address, in.monitored = None, None
}

// closeUsage ends an instance's records; volumes that outlive it stay open.
func (cp *Plane) closeUsage(in *instance, end model.LeaseEnd) {
	now := cp.kernel.Now()
	cp.closeLease(in.lease, end)
	cp.closeAddress(in)
	own := in.volumes
	for i := range in.order.template.Volumes {
		v := &in.order.template.Volumes[i]
		if v.Volume > 0 {
			continue
		}
		if v.DeleteOnTermination {
			cp.ledger.Volumes[own[0]].To = now
			cp.provision(v, -1)
		}
		own = own[1:]
	}
}

func (cp *Plane) closeLease(lease int32, end model.LeaseEnd) {
	if lease != None {
		cp.ledger.Leases[lease].To = cp.kernel.Now()
		cp.ledger.Leases[lease].End = end
	}
}

// leaseTenant records a tenant that is on this scenario's bill.
func (cp *Plane) leaseTenant(f *tenantFlow, t *tenant) int32 {
	pool := int32(None)
	if f.cfg.SpotPool != nil {
		pool = int32(f.cfg.SpotPool[int(t.size)*len(cp.frame.Zones)+int(t.zone)])
	}
	cp.ledger.Leases = append(cp.ledger.Leases, model.Lease{
		From: cp.kernel.Now(), To: sim.Never, Instance: cp.launched, Owner: f.owner,
		Type: int32(f.cfg.Sizes[t.size].Type), Zone: t.zone, Platform: model.Linux,
		Tenancy: model.TenancyDefault, Option: f.cfg.Option, SpotPool: pool,
	})
	cp.launched++
	return int32(len(cp.ledger.Leases) - 1)
}

// equipTenant records what a tenant of an EC2 type comes with.
func (cp *Plane) equipTenant(f *tenantFlow, t *tenant) {
	if f.cfg.Sizes[t.size].Shape {
		return
	}
	now, number := cp.kernel.Now(), cp.launched-1
	if len(f.cfg.Volumes) > 0 {
		t.volumes = int32(len(cp.ledger.Volumes))
	}
	for _, v := range f.cfg.Volumes {
		cp.ledger.Volumes = append(cp.ledger.Volumes, model.VolumeUse{
			From: now, To: sim.Never, Owner: f.owner, Instance: number, Zone: t.zone,
			Type: v.Type, SizeGiB: v.SizeGiB, IOPS: v.IOPS, ThroughputMiBs: v.ThroughputMiBs,
		})
	}
	cp.provisionAll(f.cfg.Volumes)
	if f.cfg.PublicIP {
		t.address = cp.takePublic(holding{f.owner, number, model.PublicAddress, t.zone})
	}
	t.private = cp.assign(cp.subnetOfTenant(f, t.zone), holding{f.owner, number, model.PrivateAddress, t.zone})
}

// stripTenant ends the records of what a tenant came with; volumes that outlive
// it stay open.
func (cp *Plane) stripTenant(f *tenantFlow, t *tenant) {
	now := cp.kernel.Now()
	for _, record := range [2]int32{t.address, t.private} {
		if record != None {
			cp.giveBack(record)
		}
	}
	if t.volumes == None {
		return
	}
	for k := range f.cfg.Volumes {
		if f.cfg.Volumes[k].DeleteOnTermination {
			cp.ledger.Volumes[int(t.volumes)+k].To = now
			cp.provision(&f.cfg.Volumes[k], -1)
		}
	}
}

// RecordIOs records at the horizon what was read from an owner's volumes of a type and
// written to them, if that is charged for.
func (cp *Plane) RecordIOs(owner int32, kind string, count int64) {
	if kind == "standard" && count > 0 {
		cp.ledger.IOs = append(cp.ledger.IOs, model.IOUse{To: cp.frame.Duration, Owner: owner, Type: kind, Count: count})
	}
}

// onHourTurns closes the clock hour.
func (cp *Plane) onHourTurns(model.Event) {
	cp.closeHour()
	cp.growFileSystems()
	if next := cp.nextHour(); next <= cp.frame.Duration {
		cp.schedule(next, indexed(hourTurns, 0))
	}
}

// nextHour is the next full hour of the calendar, in virtual time.
func (cp *Plane) nextHour() sim.Time {
	now := cp.kernel.Now()
	into := cp.frame.Calendar(now).UTC().UnixNano() % int64(sim.Hour)
	return now + sim.Hour - sim.Time(into)
}

// closeHour records what load balancers did, what left without one, and which surplus
// CPU credits were charged, since the last clock hour.
func (cp *Plane) closeHour() {
	now := cp.kernel.Now()
	if len(cp.balancers) > 0 {
		cp.data.Settle()
	}
	for i := range cp.balancers {
		b := &cp.balancers[i]
		if b.taken == now {
			continue
		}
		b.taken = now
		u := cp.data.TakeBalancerUse(i)
		cp.ledger.Balancers = append(cp.ledger.Balancers, model.BalancerHour{
			From: u.From, To: u.To, Owner: b.owner, Kind: b.cfg.Kind,
			NewConnections: u.NewConnections, ActiveTime: u.ActiveTime,
			Processed: u.Processed, Evaluations: u.Evaluations, Flows: u.Flows, Reserved: int64(b.cfg.Reserved),
		})
		if b.cfg.Kind == "gateway" {
			cp.ledger.Balancers[len(cp.ledger.Balancers)-1].Endpoints = int64(b.cfg.Nodes)
		}
		if b.cfg.PublicIPs {
			cp.transfer(u.From, int(b.owner), model.InternetOut, u.Out)
		}
		cp.transfer(u.From, int(b.owner), model.InternetOut, u.ByVPN)
		cp.transfer(u.From, int(b.owner), model.OneSide, u.Side)
		cp.transfer(u.From, int(b.owner), model.InterRegion, u.Away)
		crossed := model.Uncharged // as of an Application Load Balancer
		if b.cfg.Kind != "application" {
			crossed = model.CrossZone
		}
		cp.transfer(u.From, int(b.owner), crossed, u.Crossed)
	}
	cp.closeFunctions()
	cp.closeMoved()
	cp.closeSurplus()
}

// closeMoved records what instances sent by paths that are charged for since the last
// clock hour.
func (cp *Plane) closeMoved() {
	now := cp.kernel.Now()
	cp.moved = cp.data.TakeMoved(cp.moved[:0])
	for owner, m := range cp.moved {
		cp.transfer(cp.movedUntil, owner, model.InternetOut, m.Out)
		cp.transfer(cp.movedUntil, owner, model.OneSide, m.Side)
		cp.transfer(cp.movedUntil, owner, model.InterRegion, m.Away)
		cp.transfer(cp.movedUntil, owner, model.ThroughNAT, m.NAT)
	}
	cp.movedUntil = now
}

// transfer records bytes that took a path until now, if there are any.
func (cp *Plane) transfer(from sim.Time, owner int, path model.TransferPath, bytes model.Bytes) {
	if bytes > 0 {
		cp.ledger.Transfers = append(cp.ledger.Transfers, model.Transfer{
			From: from, To: cp.kernel.Now(), Owner: int32(owner), Path: path, Amount: bytes,
		})
	}
}

// openAlarms records the alarms, each on the bill of the group that it scales, else
// of the one that it watches.
func (cp *Plane) openAlarms() {
	for i := range cp.cfg.Alarms {
		a := &cp.cfg.Alarms[i]
		use := model.AlarmUse{To: sim.Never, Owner: None, HighResolution: a.Config.Period < sim.Minute}
		switch {
		case len(a.Actions) > 0:
			use.Owner = cp.groups[a.Actions[0].Group].owner
		case a.Metric.Kind.OfGroup():
			use.Owner = cp.groups[a.Metric.Subject].owner
		}
		cp.ledger.Alarms = append(cp.ledger.Alarms, use)
		cp.openMetrics(&a.Metric, use.Owner)
	}
	for i := range cp.cfg.Groups {
		for k := range cp.cfg.Groups[i].Policies {
			for j := range cp.cfg.Groups[i].Policies[k].Inputs {
				cp.openMetrics(&cp.cfg.Groups[i].Policies[k].Inputs[j].Metric, cp.groups[i].owner)
			}
		}
	}
}

// openMetrics records the metrics of the user's own that a metric is made of, each of them once. A
// metric is one of a subject, whatever statistics of it are asked for.
func (cp *Plane) openMetrics(m *Metric, owner int32) {
	for _, part := range m.parts() {
		key := customMetric{part.Kind, part.Subject}
		if part.Interval == 0 || cp.customMetrics[key] {
			continue
		}
		if cp.customMetrics == nil {
			cp.customMetrics = map[customMetric]bool{}
		}
		cp.customMetrics[key] = true
		cp.ledger.Metrics = append(cp.ledger.Metrics, model.MetricUse{To: sim.Never, Owner: owner})
	}
}

// customMetric is a metric of the user's own, of a group or of a target group.
type customMetric struct {
	kind    MetricKind
	subject int
}

// closeLedger ends at the horizon what is still open there.
func (cp *Plane) closeLedger() {
	cp.data.CloseFlows()
	cp.closeHour()
	end := cp.frame.Duration
	l := cp.ledger
	l.End = end // of a run that ended early, too
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
	for i := range l.Names {
		l.Names[i].To = min(l.Names[i].To, end)
	}
	for i := range l.Gateways {
		l.Gateways[i].To = min(l.Gateways[i].To, end)
	}
	for i := range l.Monitored {
		l.Monitored[i].To = min(l.Monitored[i].To, end)
	}
	for i := range l.Alarms {
		l.Alarms[i].To = min(l.Alarms[i].To, end)
	}
	for i := range l.Tasks {
		l.Tasks[i].To = min(l.Tasks[i].To, end)
	}
	for i := range l.Metrics {
		l.Metrics[i].To = min(l.Metrics[i].To, end)
	}
	for i := range l.DedicatedHosts {
		l.DedicatedHosts[i].To = min(l.DedicatedHosts[i].To, end)
	}
}

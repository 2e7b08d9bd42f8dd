package cloud

import (
	"headroom/sim"
	"headroom/sim/stat"
)

// prepare gives a route that can be used its histogram and series.
func (o *RouteOutcome) prepare(minutes int) {
	o.Latency = new(stat.Histogram)
	o.Arrivals = make([]int64, minutes+1)
	o.Completes = make([]int64, minutes+1)
	o.Failures = make([]int64, minutes+1)
	o.LatencyNs = make([]int64, minutes+1)
}

// onMinuteTurns samples what the time series show.
func (w *World) onMinuteTurns(ev event) {
	for i := range w.groups {
		w.sampleGroup(i)
	}
	for i := range w.hostPools {
		p := &w.hostPools[i]
		p.series = append(p.series, p.used.Value())
	}
	if next := w.kernel.Now() + sim.Minute; next <= w.cfg.Duration {
		w.schedule(next, ev)
	}
}

// sampleGroup notes the size of a group and its CPU over the last minute, as
// the mean of the members that are in service.
func (w *World) sampleGroup(i int) {
	g := &w.groups[i]
	o := &w.meter.members[i]
	now := w.kernel.Now()
	busy, powered := 0.0, 0.0
	for _, h := range g.members {
		in := w.instances.Get(h)
		in.station.advance(now)
		if in.life == serving {
			since := max(in.inServiceAt, now-sim.Minute)
			busy += float64(in.station.busy - in.minute)
			powered += float64(now-since) * float64(w.cfg.Types[in.order.typ].VCPUs)
		}
		in.minute = in.station.busy
	}
	cpu := 0.0
	if powered > 0 {
		cpu = busy / powered
	}
	o.DesiredSeries = append(o.DesiredSeries, int64(g.desired))
	o.InServiceSeries = append(o.InServiceSeries, g.inService.Value())
	o.CPUSeries = append(o.CPUSeries, cpu)
}

// outcome closes the books at the horizon.
func (w *World) outcome() *Outcome {
	for _, in := range w.instances.All() {
		if in.life <= draining {
			w.meter.retire(w, in)
		}
	}
	w.closeLedger()
	out := &Outcome{
		Config: w.cfg, Replication: w.replication,
		Events: w.kernel.Processed(), Overtaken: w.meter.late,
		Groups: w.meter.members, Fleets: w.meter.fleets,
		Activities: w.meter.activities, Ledger: w.ledger,
	}
	for i := range w.meter.routes {
		r := &w.meter.routes[i]
		if r.Latency == nil {
			continue
		}
		r.InFlight = r.Arrived - r.Completed - r.failed()
		out.Spot.RequestsLost += r.SpotLost
		out.Routes = append(out.Routes, *r)
	}
	w.groupOutcomes(out)
	w.placeOutcomes(out)
	return out
}

// failed sums a route's failures over all codes.
func (o *RouteOutcome) failed() int64 {
	n := int64(0)
	for _, c := range o.Failed {
		n += c
	}
	return n
}

func (w *World) groupOutcomes(out *Outcome) {
	end := w.cfg.Duration
	for i := range w.groups {
		g := &w.groups[i]
		o := &out.Groups[i]
		o.InServiceMean, o.InServiceMin, o.InServiceMax = g.inService.Mean(end), g.inService.Min(end), g.inService.Max(end)
		o.DesiredMean, o.DesiredMax = g.wanted.Mean(end), g.wanted.Max(end)
		out.Spot.Interruptions += o.SpotInterruptions
	}
	for i := range w.targetGroups {
		g := &w.targetGroups[i]
		out.Targets = append(out.Targets, TargetGroupOutcome{
			HealthyMean: g.healthy.Mean(end), HealthyMin: g.healthy.Min(end),
		})
	}
}

func (w *World) placeOutcomes(out *Outcome) {
	end := w.cfg.Duration
	for i := range w.hostPools {
		p := &w.hostPools[i]
		o := HostPoolOutcome{UsedMean: p.used.Mean(end), UsedMax: p.used.Max(end), UsedSeries: p.series}
		for _, n := range p.cfg.PerZone {
			o.Hosts += n
		}
		if o.Hosts > 0 {
			o.CPUAllocated = p.cpu.Mean(end) / (float64(o.Hosts) * float64(p.cfg.CPU))
			o.MemoryAllocated = p.memory.Mean(end) / (float64(o.Hosts) * float64(p.cfg.MemoryMiB))
		}
		out.HostPools = append(out.HostPools, o)
	}
	for i := range w.flows {
		f := &w.flows[i]
		f.out.RunningMean, f.out.RunningMax = f.running.Mean(end), f.running.Max(end)
		out.Tenants = append(out.Tenants, f.out)
		if !f.cfg.Foreign {
			out.Spot.Interruptions += f.out.Interrupted
		}
	}
}

package controlplane

import (
	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/stat"
)

// Outcome is what one replication showed of its capacity.
type Outcome struct {
	Groups        []GroupOutcome
	Fleets        []FleetOutcome
	HostPools     []HostPoolOutcome
	Tenants       []TenantOutcome
	Interruptions int64 // of Spot, over all groups and instance workloads
	SpotNotices   int64 // to instances of groups and fleets
	SpotTogether  int64 // of them, within three minutes of another in their pool
	Activities    []Activity
	Deliberations []Deliberation // of runs whose minutes are sampled, in replication 0
	Ledger        *model.Ledger
	Overtaken     int64           // events whose entity had gone
	Backups       []BackupOutcome // by volume of its own table
	Refused       int64           // actions that were not allowed, or not possible
}

// BackupOutcome is the snapshots of one volume of its own table.
type BackupOutcome struct {
	Taken    int64
	Written  model.Bytes // blocks that they stored when they were taken
	Kept     int         `window:"to"` // at the end, in all tiers, without those in the recycle bin
	Archived model.Bytes `window:"to"` // at the end
	Stored   model.Bytes `window:"to"` // at the end
	Lost     sim.Time    `window:"to"` // age of the newest copy elsewhere when its Region was lost; its own age without one
	LostAny  bool        // its Region was lost
	Age      sim.Time    `window:"to"` // at the end, of the newest that is complete; what a failure then would lose; Never without one
}

// GroupOutcome is one Auto Scaling group.
type GroupOutcome struct {
	Checks                   StatusChecks
	InServiceMean            float64 `window:"to"` // time-weighted over the whole run
	InServiceMax             int64   `window:"to"`
	InServiceMin             int64   `window:"to"`
	DesiredMax               int64   `window:"to"`
	DesiredMean              float64 `window:"to"`
	PendingMean, WaitingMean float64 `window:"to"` // tasks that do not run yet, and those that no instance has room for
	Launched, Terminated     int64
	WarmStarts               int64   // instances of the warm pool that were taken into service
	WarmMean                 float64 `window:"to"` // instances in the warm pool, time-weighted
	LaunchFailed             int64
	ScalingActivities        int64
	SpotInterruptions        int64
	SpotRecommendations      int64    // rebalance recommendations before a notice
	TimeAtMax                sim.Time // at the largest capacity while a policy wanted more
	BlockedByCooldown        int64    // decisions of simple scaling that had to wait
	Lost                     int64    // members lost to faults
	BusyVCPUSeconds          float64  // spent on requests
	PoweredVCPUSeconds       float64  // of instances from the opening of their port until they stop running
	Burst                    BurstOutcome
	Deployments              DeploymentOutcome
	Forecasts                []scaling.HourForecast `window:"to"` // of its first policy that forecasts
	Thrash                   scaling.Thrash
	Elasticity               scaling.Elasticity
	// By minute.
	Minutes []GroupMinute `window:"to"`
	Enabled [][]int64     `window:"to"` // by Group.Enabled
	Samples Samples       `window:"to"`
}

// GroupMinute is a group at the end of a minute.
type GroupMinute struct {
	Desired, InService int32
	Utilization        float64 // of CPU, the mean of the minute, 0..1
}

// FleetOutcome is one [instance.NAME].
type FleetOutcome struct {
	BusyVCPUSeconds, PoweredVCPUSeconds float64
	Failed                              int64 // instances lost to faults
	SpotInterruptions                   int64
	SpotRecommendations                 int64 // rebalance recommendations before a notice
	Starts, Stops                       int64 // by actions; a hibernation is a stop, too
	Hibernations                        int64
	StoppedTime                         sim.Time // Σ over instances, from the request to stop until the start
	Checks                              StatusChecks
	Burst                               BurstOutcome
	Samples                             Samples `window:"to"`
}

// HostPoolOutcome is one pool of hosts over all its zones.
type HostPoolOutcome struct {
	Hosts           int
	UsedMean        float64 // hosts with an instance aboard, time-weighted
	UsedMax         int64
	CPUAllocated    float64 // reserved / installed, time-weighted
	MemoryAllocated float64
	UsedSeries      []int64
}

// TenantOutcome is one instance workload.
type TenantOutcome struct {
	Launched, Terminated, LaunchFailed, Interrupted int64
	RunningMean                                     float64 `window:"to"`
	RunningMax                                      int64   `window:"to"`
	// Of a workload with a utilization.
	BusyVCPUSeconds, PoweredVCPUSeconds float64
	Burst                               BurstOutcome
	// Of a workload whose launches wait for room.
	Waits       stat.Histogram // nanoseconds from arrival to launch, of those launched
	WaitingMean float64        `window:"to"` // launches that wait, time-weighted
	Waiting     int64          `window:"to"` // of them at the horizon
}

// Outcome closes the books at the horizon.
func (cp *Plane) Outcome() Outcome {
	cp.closeChecks()
	for _, in := range cp.instances.All() {
		if !in.life.ended() {
			cp.retire(in)
			cp.closeRest(in)
			cp.closeAccount(in, true)
		}
	}
	for _, t := range cp.tenants.All() {
		cp.closeTenant(t, true)
	}
	cp.closeStreaks()
	cp.closeSnapshots()
	cp.closeFileSystems()
	cp.closeLedger()
	out := Outcome{
		Groups: cp.members, Fleets: cp.uses, Activities: cp.activities, Deliberations: cp.closeStory(), Ledger: cp.ledger, Overtaken: cp.late,
		Backups: cp.backupOutcomes, Refused: cp.refused,
	}
	end := cp.frame.Duration
	for i := range cp.groups {
		g := &cp.groups[i]
		o := &out.Groups[i]
		o.InServiceMean, o.InServiceMin, o.InServiceMax = g.inService.Mean(end), g.inService.Min(end), g.inService.Max(end)
		o.WarmMean = g.warm.Mean(end)
		o.PendingMean, o.WaitingMean = g.arriving.Mean(end), g.unplaced.Mean(end)
		o.DesiredMean, o.DesiredMax = g.wanted.Mean(end), g.wanted.Max(end)
		out.Interruptions += o.SpotInterruptions
		o.Forecasts = g.forecasts()
	}
	for i := range out.Fleets {
		out.Interruptions += out.Fleets[i].SpotInterruptions
	}
	for i := range cp.spotPools {
		out.SpotNotices += cp.spotPools[i].notices.n
		out.SpotTogether += cp.spotPools[i].notices.together
	}
	cp.placeOutcomes(&out)
	return out
}

// forecasts returns what the first policy that forecasts has said.
func (g *group) forecasts() []scaling.HourForecast {
	for k := range g.scalers {
		if p, ok := g.scalers[k].policy.(scaling.Prophet); ok {
			return p.Forecasts()
		}
	}
	return nil
}

func (cp *Plane) placeOutcomes(out *Outcome) {
	end := cp.frame.Duration
	for i := range cp.hostPools {
		p := &cp.hostPools[i]
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
	for i := range cp.flows {
		f := &cp.flows[i]
		f.out.RunningMean, f.out.RunningMax = f.running.Mean(end), f.running.Max(end)
		f.out.WaitingMean, f.out.Waiting = f.waiting.Mean(end), int64(len(f.queue))
		out.Tenants = append(out.Tenants, f.out)
		if !f.cfg.Foreign {
			out.Interruptions += f.out.Interrupted
		}
	}
}

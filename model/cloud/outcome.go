package cloud

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/fluid"
	"headroom/sim"
)

// Outcome is what one replication showed: facts and usage.
type Outcome struct {
	Config      *Config
	Replication int
	Events      int64 // arrivals, ends of steps, and what else happened
	Overtaken   int64 // events whose entity had gone: cancelled timers and departures

	Routes    []dataplane.RouteOutcome // of workloads
	Hops      []dataplane.RouteOutcome // of calls
	Users     []dataplane.UserOutcome  // by workload
	Targets   []dataplane.TargetGroupOutcome
	Observed  dataplane.Observed // what Config.Observe asked for
	Minutes   *dataplane.Minutes // of runs whose minutes are kept
	Disks     []dataplane.DiskOutcome
	Memories  []dataplane.MemoryOutcome  // by owner
	Networks  []dataplane.NetworkOutcome // by owner
	Balancers []dataplane.BalancerOutcome
	Functions []dataplane.FunctionOutcome
	Restored  []sim.Time // as [dataplane.Outcome.Restored]
	Audit     *fluid.Findings
	Exact     *fluid.Exact

	Groups     []controlplane.GroupOutcome
	Fleets     []controlplane.FleetOutcome
	HostPools  []controlplane.HostPoolOutcome
	Tenants    []controlplane.TenantOutcome
	Spot       SpotOutcome
	Backups    []controlplane.BackupOutcome // by volume of its own table
	Refused    int64                        // actions
	Activities []controlplane.Activity
	// Deliberations are the decisions of groups, taken or not, if they are observed.
	Deliberations []controlplane.Deliberation
	Ledger        *model.Ledger
}

// SpotOutcome is the Spot market over all pools.
type SpotOutcome struct {
	Interruptions int64
	RequestsLost  int64
	Notices       int64 // to instances of groups and of [instance.NAME]
	Together      int64 // of them, within three minutes of another in their pool
}

// outcome closes the books at the horizon.
func (w *World) outcome() *Outcome {
	data := w.data.Outcome()
	for i := range data.Disks {
		w.control.RecordIOs(data.Disks[i].Owner, data.Disks[i].Kind, data.Disks[i].Reads+data.Disks[i].Writes)
	}
	control := w.control.Outcome()
	out := &Outcome{
		Config: w.cfg, Replication: w.replication,
		Events:    w.kernel.Processed() + w.control.Together() - data.Housekeeping + data.StepsEnded,
		Overtaken: data.Overtaken + control.Overtaken,
		Routes:    data.Routes, Hops: data.Hops, Users: data.Users, Targets: data.Targets, Observed: data.Observed, Minutes: data.Minutes, Disks: data.Disks, Memories: data.Memories, Networks: data.Networks, Balancers: data.Balancers, Functions: data.Functions, Restored: data.Restored, Audit: data.Audit, Exact: data.Exact,
		Groups: control.Groups, Fleets: control.Fleets, HostPools: control.HostPools, Tenants: control.Tenants,
		Backups: control.Backups, Refused: control.Refused,
		Activities: control.Activities, Deliberations: control.Deliberations, Ledger: control.Ledger,
		Spot: SpotOutcome{Interruptions: control.Interruptions, Notices: control.SpotNotices, Together: control.SpotTogether},
	}
	for i := range out.Routes {
		out.Spot.RequestsLost += out.Routes[i].SpotLost
	}
	return out
}

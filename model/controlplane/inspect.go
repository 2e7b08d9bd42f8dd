package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/sim"
	"headroom/sim/slab"
)

// Snapshot is the state of a control plane at an instant, in plain values that
// stay as they are when the run goes on.
type Snapshot struct {
	At        sim.Time
	Groups    []GroupState    // by index in Estate.Groups
	Instances []InstanceState // all that have not gone, by slot
	Alarms    []AlarmState    // by index in Estate.Alarms
	HostPools []HostPoolState // by index in Estate.HostPools
	Tenants   []TenantState   // by index in Estate.InstanceWorkloads
}

// GroupState is an Auto Scaling group at an instant.
type GroupState struct {
	Name                                 string
	Least, Max                           int   // that desired may be now: min, or what a policy holds it at
	Desired, Capacity                    int   // members wanted, and those that are there and not leaving
	Base                                 int   // members in service and past their warm-up
	ByZone                               []int // capacity by the group's own zones
	Pending, InService, Terminating      int   // members by their lifecycle state
	InServiceMax                         int64 // so far
	CooldownUntil                        sim.Time
	SpotInterruptions, BlockedByCooldown int64 // so far
}

// InstanceState is an instance at an instant.
type InstanceState struct {
	Handle       slab.Handle // by which the data plane knows it
	Number       int32       // in launch order
	Group, Fleet int         // None of the other one
	Life         string      // "pending", "booting", "serving", "draining", "shutting-down", "stopping", "hibernating", "stopped"
	Zone         model.Zone
	Type         int // index into Frame.Types
	Option       model.PurchaseOption
	Host         int32 // None: unlimited capacity
	Noticed      bool  // Spot has given it notice
	LaunchedAt   sim.Time
	InServiceAt  sim.Time // Never: not yet
	WarmUntil    sim.Time // Never: not in service yet
}

// AlarmState is an alarm at an instant.
type AlarmState struct {
	Name   string
	State  alarm.State
	Latest float64 // newest visible datapoint
	Known  bool    // there is one
}

// HostPoolState is what is reserved of a pool, by zone.
type HostPoolState struct {
	Name      string
	CPU       []int64
	MemoryMiB []int64
	Used      []int // hosts with something aboard
}

// TenantState is what an instance workload has done so far.
type TenantState struct {
	Name                                            string
	Running                                         int64
	Launched, Terminated, LaunchFailed, Interrupted int64
}

// Snapshot returns the state of the plane now. It changes nothing and takes time
// in proportion to all that is alive: it is meant for tests and debuggers.
func (cp *Plane) Snapshot() Snapshot {
	s := Snapshot{At: cp.kernel.Now()}
	for i := range cp.groups {
		s.Groups = append(s.Groups, cp.groupState(i))
	}
	for h, in := range cp.instances.All() {
		s.Instances = append(s.Instances, in.state(h))
	}
	for i := range cp.watches {
		a := &cp.watches[i]
		latest, known := a.window.Latest()
		s.Alarms = append(s.Alarms, AlarmState{Name: a.cfg.Name, State: a.state, Latest: latest, Known: known})
	}
	for i := range cp.hostPools {
		s.HostPools = append(s.HostPools, cp.hostPools[i].state())
	}
	for i := range cp.flows {
		f := &cp.flows[i]
		s.Tenants = append(s.Tenants, TenantState{
			Name: f.cfg.Name, Running: f.running.Value(), Launched: f.out.Launched, Terminated: f.out.Terminated,
			LaunchFailed: f.out.LaunchFailed, Interrupted: f.out.Interrupted,
		})
	}
	return s
}

func (cp *Plane) groupState(i int) GroupState {
	g := &cp.groups[i]
	s := GroupState{
		Name: g.cfg.Name, Least: g.least(), Max: g.max, Desired: g.desired,
		Capacity: g.capacity, Base: cp.stand(g).warm, ByZone: slices.Clone(g.byZone),
		InServiceMax: g.inService.Max(cp.kernel.Now()), CooldownUntil: g.cooldownUntil,
		SpotInterruptions: cp.members[i].SpotInterruptions, BlockedByCooldown: cp.members[i].BlockedByCooldown,
	}
	for _, in := range cp.membersOf(g) {
		switch {
		case in.arrives():
			s.Pending++
		case in.inService():
			s.InService++
		case in.life.leaves() || in.life.rests() && in.counts():
			s.Terminating++
		}
	}
	return s
}

func (in *instance) state(h slab.Handle) InstanceState {
	return InstanceState{
		Handle: h, Number: in.number, Group: in.order.group, Fleet: in.order.fleet, Life: in.life.String(),
		Zone: in.zone, Type: in.order.typ, Option: in.order.option, Host: in.host, Noticed: in.noticed,
		LaunchedAt: in.launchedAt, InServiceAt: in.inServiceAt, WarmUntil: in.warmUntil,
	}
}

// String returns the life as snapshots write it.
func (l life) String() string {
	return [...]string{"", "pending", "booting", "serving", "draining", "shutting-down", "stopping", "hibernating", "stopped"}[l]
}

func (p *hostPool) state() HostPoolState {
	s := HostPoolState{
		Name: p.cfg.Name, CPU: make([]int64, len(p.zones)), MemoryMiB: make([]int64, len(p.zones)), Used: make([]int, len(p.zones)),
	}
	for z := range p.zones {
		if hosts := p.zones[z].shared; hosts != nil {
			s.CPU[z], s.MemoryMiB[z] = hosts.Reserved()
			s.Used[z] = p.zones[z].used()
		}
		if hosts := p.zones[z].dedicated; hosts != nil {
			cpu, memory := hosts.Reserved()
			s.CPU[z] += cpu
			s.MemoryMiB[z] += memory
		}
	}
	return s
}

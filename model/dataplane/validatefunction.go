package dataplane

import (
	"headroom/model/function"
	"headroom/sim"
)

// MaxConcurrency bounds the calls of functions at once.
const MaxConcurrency = 10_000_000

// function checks a function, and that its target groups are its own.
func (v *validator) function(index int) {
	f := &v.Functions[index]
	path := "function." + f.Name
	v.Check(f.Memory >= function.MinMemory && f.Memory <= function.MaxMemory, path+".memory_size", "must be %d to %d MB, got %d", function.MinMemory, function.MaxMemory, f.Memory)
	v.Check(f.Threads > 0 && f.Threads <= function.MaxThreads, path+".threads", "must be above 0 and at most %d, got %g", function.MaxThreads, f.Threads)
	v.Check(f.Storage >= function.FreeStorage && f.Storage <= function.MaxStorage, path+".ephemeral_storage", "must be %d to %d MB, got %d", function.FreeStorage, function.MaxStorage, f.Storage)
	v.Check(f.Timeout >= sim.Second && f.Timeout <= function.MaxTimeout, path+".timeout", "must be 1s to %v, got %v", function.MaxTimeout, f.Timeout)
	v.Check(f.Idle >= 0 && f.Idle <= sim.Horizon, path+".idle", "must be 0 to %v, got %v", sim.Horizon, f.Idle)
	v.Check(f.Reserved >= function.None && f.Reserved <= MaxConcurrency, path+".reserved_concurrent_executions", "must be -1 to %d, got %d", MaxConcurrency, f.Reserved)
	v.Check(f.Provisioned >= 0 && f.Provisioned <= MaxConcurrency, path+".provisioned_concurrent_executions", "must be 0 to %d, got %d", MaxConcurrency, f.Provisioned)
	v.Check(f.ScalingRate >= 0 && f.ScalingRate <= MaxConcurrency, path+".scaling_rate", "must be 0 to %d, got %d", MaxConcurrency, f.ScalingRate)
	v.zone(f.Zone, path+".region")
	if v.Reference(f.Service, len(v.Services), path+".service", "service") {
		s := &v.Services[f.Service]
		v.Check(len(s.Steps) > 0, path+".service", "must be a service with steps")
		v.Check(len(s.Disks) == 0 && s.Memory == nil && !s.Bandwidth, path+".service", "must be a service without disks, memory and bandwidth of its own")
	}
	for _, g := range f.Groups {
		if v.Reference(g, len(v.TargetGroups), path+".target_groups", "target group") {
			tg := &v.TargetGroups[g]
			v.Check(v.functionOf(g) == index, path+".target_groups", "must be target groups of this function alone, as %s is not", tg.Name)
			v.Check(tg.CrossZone && !tg.Flows.On && !tg.Mitigation && tg.SlowStart == 0, path+".target_groups", "must be target groups of requests with cross-zone balancing, as %s is not", tg.Name)
			v.Check(tg.Service == f.Service, path+".target_groups", "must be target groups of the same service, as %s is not", tg.Name)
		}
	}
}

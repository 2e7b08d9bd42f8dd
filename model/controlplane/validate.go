package controlplane

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/placement"
	"headroom/model/scaling"
	"headroom/sim"
)

// World is what an estate refers to beyond itself: how many there are of each.
type World struct {
	Types, Zones, Services, TargetGroups, Outside int
}

// validator collects the rules that an estate breaks.
type validator struct {
	*Estate
	model.Rules
	world World
}

// Validate returns every rule that the estate breaks, each with the path of what
// breaks it.
func (e *Estate) Validate(w World) []error {
	v := &validator{Estate: e, world: w}
	for i := range e.HostPools {
		v.hostPool(&e.HostPools[i])
	}
	for i := range e.LaunchTemplates {
		v.template(&e.LaunchTemplates[i], "launch_template."+e.LaunchTemplates[i].Name)
	}
	for i := range e.SpotPools {
		v.spotPool(&e.SpotPools[i], fmt.Sprintf("spot_pool.%d", i))
	}
	for i := range e.Instances {
		v.fleet(&e.Instances[i])
	}
	for i := range e.Groups {
		v.group(&e.Groups[i])
		v.Check(i == 0 || e.Groups[i-1].Tasks == nil || e.Groups[i].Tasks != nil, e.Groups[i].Path(), "must not stand behind an ECS service: those come after all Auto Scaling groups")
	}
	for i := range e.Alarms {
		v.alarm(&e.Alarms[i])
	}
	for i := range e.InstanceWorkloads {
		v.instanceWorkload(&e.InstanceWorkloads[i])
	}
	for i := range e.Holds {
		v.hold(&e.Holds[i])
	}
	for i := range e.Faults {
		v.fault(&e.Faults[i], fmt.Sprintf("fault.%d", i))
	}
	v.storage()
	v.addresses()
	v.places()
	v.Check(e.PublicationDelay >= 0, "run.publication_delay", "must not be negative, got %v", e.PublicationDelay)
	return v.Broken
}

// optional checks an index that may be None.
func (v *validator) optional(index, n int, path, what string) {
	if index != None {
		v.Reference(index, n, path, what)
	}
}

func (v *validator) zones(zones []model.Zone, path string) {
	v.Check(len(zones) > 0, path, "must have a zone")
	for _, z := range zones {
		v.Reference(int(z), v.world.Zones, path, "zone")
	}
}

func (v *validator) need(n Need, path string) {
	v.optional(n.Pool, len(v.HostPools), path+".hosts", "host pool")
	v.Check(n.CPU >= 0 && n.MemoryMiB >= 0, path, "must not need less than nothing of a host, got %d CPU and %d MiB", n.CPU, n.MemoryMiB)
}

func (v *validator) hostPool(p *HostPool) {
	path := "hosts." + p.Name
	_, ok := placement.Find(p.Placement, v.Placements...)
	v.Check(ok, path+".placement", "must be a placement policy, got %q", p.Placement)
	v.Check(len(p.PerZone) <= v.world.Zones, path+".per_zone", "must not be in more than the %d zones, got %d", v.world.Zones, len(p.PerZone))
	for _, n := range p.PerZone {
		v.Check(n >= 0 && n <= math.MaxInt32, path+".per_zone", "must be 0 to %d, got %d", math.MaxInt32, n)
	}
	nodes := max(1, p.Nodes)
	v.Check(p.Nodes >= 0 && p.Nodes <= placement.MostNodes && int(p.CPU)%nodes == 0 && p.MemoryMiB%int64(nodes) == 0,
		path+".nodes", "must be 1 to %d and divide the CPU (%d) and the memory (%d MiB), got %d", placement.MostNodes, p.CPU, p.MemoryMiB, p.Nodes)
	v.Check(p.CPU > 0 && p.MemoryMiB > 0, path, "must have CPU and memory, got %d and %d MiB", p.CPU, p.MemoryMiB)
}

func (v *validator) template(t *LaunchTemplate, path string) {
	v.Reference(t.Type, v.world.Types, path+".instance_type", "type")
	v.Check(t.UserDataFails >= 0 && t.UserDataFails <= 1, path+".user_data.fail_probability", "must be 0 to 1, got %g", t.UserDataFails)
	v.Check(t.LaunchFails >= 0 && t.LaunchFails <= 1, path+".launch_error.probability", "must be 0 to 1, got %g", t.LaunchFails)
	v.Check(t.Image >= 0 && t.Image <= len(v.Images), path+".image", "must be none (0) or one of the %d images (from 1), got %d", len(v.Images), t.Image)
	v.Check(t.Script.Baked >= 0 && t.Script.Baked <= 1, path+".user_data.baked", "must be 0 to 1, got %g", t.Script.Baked)
	v.Check(t.Script.Downloads >= 0, path+".user_data.downloads", "must not be negative, got %d", t.Script.Downloads)
	v.speed(t.Speed, path)
	for i := range t.Volumes {
		at, own := fmt.Sprintf("%s.block_device_mappings.%d", path, i), t.Volumes[i].Volume
		v.Check(t.Volumes[i].SizeGiB >= 0, at+".size", "must not be negative, got %d", t.Volumes[i].SizeGiB)
		v.Check(own >= 0 && own <= len(v.Estate.Volumes), at, "must be of no table of its own (0), or of one of the %d (from 1), got %d", len(v.Estate.Volumes), own)
	}
}

// MaxSpeed bounds how much faster a CPU may be than another.
const MaxSpeed = 1000

func (v *validator) speed(speed float64, path string) {
	v.Check(speed >= 0 && speed <= MaxSpeed, path+".speed", "must be 0 to %d, got %g", MaxSpeed, speed)
}

func (v *validator) spotPool(p *SpotPool, path string) {
	v.Reference(p.Type, v.world.Types, path+".instance_type", "type")
	v.Reference(int(p.Zone), v.world.Zones, path+".zone", "zone")
	v.need(p.Need, path)
	if p.Supply != nil {
		err := p.Supply.Validate()
		v.Check(err == nil, path+".interruption", "%v", err)
	}
	v.Check(p.OnDemandUSD >= 0 && p.OnDemandUSD <= math.MaxFloat64, path+".price", "must be finite and not negative, got %g", p.OnDemandUSD)
}

func (v *validator) fleet(f *Fleet) {
	path := "instance." + f.Name
	v.Check(f.Count >= 0, path+".count", "must not be negative, got %d", f.Count)
	v.template(&f.Template, path)
	v.speed(f.Speed, path)
	v.need(f.Need, path)
	v.zones(f.Zones, path+".availability_zones")
	v.optional(f.Service, v.world.Services, path+".service", "service")
	for _, g := range f.TargetGroups {
		v.Reference(g, v.world.TargetGroups, path+".target_groups", "target group")
	}
}

func (v *validator) group(g *Group) {
	path := g.Path()
	v.Check(g.Min >= 0 && g.Min <= g.Max, path+".min_size", "must be 0 to max_size (%d), got %d", g.Max, g.Min)
	v.Check(g.Desired >= g.Min && g.Desired <= g.Max, path+".desired_capacity", "must be min_size to max_size (%d to %d), got %d", g.Min, g.Max, g.Desired)
	v.Reference(g.Template, len(v.LaunchTemplates), path+".launch_template", "launch template")
	v.zones(g.Zones, path+".availability_zones")
	v.optional(g.Service, v.world.Services, path+".service", "service")
	for _, t := range g.TargetGroups {
		v.Reference(t, v.world.TargetGroups, path+".target_groups", "target group")
	}
	v.Check(len(g.Types) > 0, path+".instance_type", "must have a type to launch")
	if g.Tasks != nil {
		v.tasks(g, path)
	}
	for i := range g.Types {
		v.launchType(g, i, path)
	}
	v.Check(g.DefaultCooldown >= 0 || g.DefaultCooldown == scaling.Unset, path+".default_cooldown", "must not be negative, got %v", g.DefaultCooldown)
	v.Check(!g.ELBHealth || g.HealthSweep > 0, path+".health_check_type", "needs a time above 0 between sweeps, got %v", g.HealthSweep)
	for k := range g.Policies {
		v.policy(&g.Policies[k], fmt.Sprintf("%s.policy.%d", path, k))
	}
	for k := range g.Schedules {
		_, err := scaling.NewTimetable(g.Schedules[k].Schedule)
		v.Check(err == nil, fmt.Sprintf("%s.schedule.%d", path, k), "%v", err)
	}
}

func (v *validator) launchType(g *Group, i int, path string) {
	t := &g.Types[i]
	v.Reference(t.Type, v.world.Types, path+".instance_type", "type")
	v.speed(t.Speed, path)
	v.need(t.Need, path)
	if g.Mixed == nil || g.Mixed.OnDemandPercentage == 100 {
		return
	}
	v.Check(len(t.SpotPool) == v.world.Zones, path+".mixed_instances_policy", "must have a Spot pool of each type in each of the %d zones, got %d", v.world.Zones, len(t.SpotPool))
	for _, p := range t.SpotPool {
		v.optional(p, len(v.SpotPools), path+".mixed_instances_policy", "Spot pool")
	}
}

func (v *validator) policy(p *ScalingPolicy, path string) {
	if p.Spec == nil {
		v.Check(false, path, "must have a spec")
		return
	}
	for _, err := range p.Spec.Validate() {
		v.Check(false, path, "%v", err)
	}
	if p.Cooldowns != nil {
		v.cooldowns(p.Cooldowns, path)
	}
	for i := range p.Inputs {
		v.Check(p.Inputs[i].Period > 0, path, "input %d: period must be above 0, got %v", i, p.Inputs[i].Period)
		v.metric(&p.Inputs[i].Metric, path)
	}
}

func (v *validator) metric(m *Metric, path string) {
	if m.Math != nil {
		for i := range m.Math.Terms {
			v.metric(&m.Math.Terms[i], path)
		}
		return
	}
	if m.Kind.OfGroup() {
		v.Reference(m.Subject, len(v.Groups), path+".metric", "group")
	} else {
		v.Reference(m.Subject, v.world.TargetGroups, path+".metric", "target group")
	}
}

func (v *validator) alarm(a *Alarm) {
	path := "alarm." + a.Name
	v.metric(&a.Metric, path)
	v.Check(a.Config.Period > 0 && a.Config.EvaluationPeriods > 0, path, "must have a period and evaluation periods above 0, got %v and %d", a.Config.Period, a.Config.EvaluationPeriods)
	for _, action := range a.Actions {
		v.Reference(action.Group, len(v.Groups), path+".alarm_actions", "group")
		if action.Group >= 0 && action.Group < len(v.Groups) {
			v.Reference(action.Policy, len(v.Groups[action.Group].Policies), path+".alarm_actions", "policy")
		}
	}
}

func (v *validator) instanceWorkload(w *InstanceWorkload) {
	path := "instance_workload." + w.Name
	v.Check(w.Arrivals != nil, path+".arrivals", "must be given")
	v.Check(w.Lifetime != nil || w.Trace != nil, path+".lifetime", "must be given")
	v.zones(w.Zones, path+".availability_zones")
	v.Check(len(w.Sizes) > 0, path+".size", "must have a size")
	for i := range w.Sizes {
		s := &w.Sizes[i]
		v.Reference(s.Type, max(1, v.world.Types), path+".size", "type")
		v.need(s.Need, path)
		v.Check(s.Weight >= 0 && s.Weight <= math.MaxFloat64, path+".size", "weights must be finite and not negative, got %g", s.Weight)
	}
	v.Check(w.Initial >= 0 && w.Initial <= math.MaxInt32, path+".initial", "must be 0 to %d, got %g", math.MaxInt32, w.Initial)
	if w.Initial > 0 {
		known := w.Lifetime != nil && w.Lifetime.Mean() > 0 && w.Lifetime.Mean() <= math.MaxFloat64
		v.Check(known, path+".initial", "must be 0 without lifetimes of a positive, finite mean, got %g", w.Initial)
	}
	for _, p := range w.SpotPool {
		v.optional(p, len(v.SpotPools), path+".spot_pool", "Spot pool")
	}
}

func (v *validator) hold(h *Hold) {
	v.Reference(h.Type, v.world.Types, h.Name+".instance_type", "type")
	v.Reference(int(h.Zone), v.world.Zones, h.Name+".zone", "zone")
	v.need(h.Need, h.Name)
	v.Check(h.Count > 0 && h.Count <= math.MaxInt32, h.Name+".count", "must be 1 to %d, got %d", math.MaxInt32, h.Count)
	v.Check(h.From >= 0 && (h.To == 0 || h.To > h.From), h.Name, "must end after it begins, got %v to %v", h.From, h.To)
	v.Check(h.Tenancy == model.TenancyDefault || h.Tenancy == model.TenancyDedicated, h.Name+".tenancy", "must be default or dedicated, got %d", h.Tenancy)
}

func (v *validator) fault(f *Fault, path string) {
	v.Check(f.Kind >= ZoneOutage && f.Kind <= SpotInterruption, path+".kind", "must be a kind of fault, got %d", f.Kind)
	v.subject(f.On, path+".on")
	v.Check(f.Count >= 0, path+".count", "must not be negative, got %d", f.Count)
	v.Check(f.Share >= 0 && f.Share <= 1, path+".share", "must be 0 to 1, got %g", f.Share)
	v.Check(f.Impairment.Slow >= 0 && f.Impairment.Slow <= MaxSlow, path+".factor", "must be 0 to %g, got %g", MaxSlow, f.Impairment.Slow)
	v.Failures(&f.Impairment.Errors, path)
	v.Check(f.Every != nil || f.At >= 0 && f.At <= sim.Horizon || f.At == sim.Never, path+".at", "must be 0 to %v, got %v", sim.Horizon, f.At)
	v.Check(f.Duration != nil || f.Kind == InstanceTermination || f.Kind == InstanceRetirement || f.Kind == SpotInterruption, path+".duration", "must be given")
	v.Check(f.Kind != SpotInterruption || f.Before >= noticeTime, path+".duration_before_interruption", "must be at least %v, got %v", noticeTime, f.Before)
	v.Check(f.Zone != None || f.Kind != ZonePartition && f.Kind != RegionOutage, path+".zone", "must be given")
	v.optional(int(f.Zone), v.world.Zones, path+".zone", "zone")
	if f.Kind == HostFailure || f.Kind == RackFailure {
		v.optional(f.Pool, len(v.HostPools), path+".hosts", "host pool")
		v.optional(f.Machines-1, len(v.DedicatedHosts), path+".on", "table of Dedicated Hosts")
	}
}

// MaxSlow is how many times as long a fault can make the CPU take.
const MaxSlow = 1000.0

// subject checks whose instances a fault strikes.
func (v *validator) subject(s Subject, path string) {
	switch s.Kind {
	case Everybody:
	case OfGroup:
		v.Reference(s.Index, len(v.Groups), path, "group")
	case OfFleet:
		v.Reference(s.Index, len(v.Instances), path, "fleet of instances")
	case OfTargetGroup:
		v.Reference(s.Index, v.world.TargetGroups, path, "target group")
	case OfService:
		v.Reference(s.Index, v.world.Services, path, "service")
	case OfOutside:
		v.Reference(s.Index, v.world.Outside, path, "machines outside")
	default:
		v.Check(false, path, "must be a group, instances, a target group or a service")
	}
}

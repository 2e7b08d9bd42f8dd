package tables

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"headroom/model/cloud"
	"headroom/model/container"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

// taskHosts are instances on which tasks of a service are to lie, and which key says so.
type taskHosts struct {
	at    *schema.Table
	key   string
	group int
}

// readTasksOn reads on whose instances tasks lie, and how they are placed there.
func (l *loader) readTasksOn(t *schema.Table, g *controlplane.Group, lt *controlplane.LaunchTemplate, lines []strategyLine) {
	var all []taskHosts
	for _, line := range lines {
		g.Tasks.Providers = append(g.Tasks.Providers, line.Provider)
		all = append(all, taskHosts{line.at, providerKey, line.Group - 1})
	}
	if len(lines) == 0 {
		all = []taskHosts{l.onlyHosts(t)}
	}
	g.Tasks.On = max(cloud.None, all[0].group)
	g.Tasks.Placement = readStrategies(t)
	for _, h := range all {
		if h.group < 0 {
			h.at.MarkFaulty(h.key)
			t.MarkFaulty(h.key)
			continue
		}
		l.joinHosts(t, g, lt, h)
	}
}

// onlyHosts reads the one group of a service without a strategy, which its capacity provider
// may say.
func (l *loader) onlyHosts(t *schema.Table) taskHosts {
	if !t.Has(providerKey) {
		t.Pass(providerKey)
		t.Require("autoscaling_group")
		return taskHosts{t, "autoscaling_group", t.Reference("autoscaling_group")}
	}
	if t.Has("autoscaling_group") {
		t.Mistake("autoscaling_group", "must not be given with capacity_provider, which says what group that is", "")
	}
	t.Pass("autoscaling_group")
	h := taskHosts{t, providerKey, cloud.None}
	if i := t.Reference(providerKey); i >= 0 {
		h.group = l.providers[i]
	}
	return h
}

// joinHosts lets tasks lie on the instances of a group, too.
func (l *loader) joinHosts(t *schema.Table, g *controlplane.Group, lt *controlplane.LaunchTemplate, h taskHosts) {
	on := &l.cfg.Groups[h.group]
	first := h.group == g.Tasks.On
	if first {
		g.Zones, g.Subnets = on.Zones, nil
	}
	for _, z := range on.Zones {
		if !slices.Contains(g.Zones, z) {
			g.Zones = append(slices.Clone(g.Zones), z)
		}
	}
	if on.Service >= 0 {
		h.at.Reject(h.key, schema.Fault{Rule: "must be a group without target_groups and services: the instances of autoscaling_group." + on.Name + " serve requests themselves", Code: schema.NoCode})
	}
	if on.Template < 0 {
		return
	}
	host := &l.cfg.LaunchTemplates[on.Template]
	if !first && lt.Platform != host.Platform {
		h.at.Reject(h.key, schema.Fault{Rule: fmt.Sprintf("must be of a group with the platform of autoscaling_group.%s, %s: a task definition is for one operating system, and ECS places none of its tasks on %s",
			l.cfg.Groups[g.Tasks.On].Name, lt.Platform, host.Platform), Code: schema.NoCode})
	}
	lt.Platform = host.Platform
	l.taskFits(t, g, h)
}

// taskFits refuses a task that no instance of a group has room for, and instances on which
// tasks cannot be simulated.
func (l *loader) taskFits(t *schema.Table, g *controlplane.Group, h taskHosts) {
	if !t.Sound("cpu", "memory") {
		return
	}
	on := &l.cfg.Groups[h.group]
	for _, typ := range on.Types {
		if typ.Type >= 0 && l.cfg.Types[typ.Type].Burstable {
			h.at.Reject(h.key, schema.Fault{Rule: "must be a group of types without CPU credits: what a task does to those of " + l.cfg.Types[typ.Type].Name + " is not simulated", Code: schema.NoCode})
			return
		}
	}
	if lacks := l.roomFor(g.Tasks.Need, on); len(lacks) > 0 {
		for _, key := range slices.Sorted(maps.Keys(lacks)) {
			t.Reject(key, schema.Fault{Rule: lacks[key], Code: "InvalidParameterException"})
		}
	} else if small := l.tooSmall(g.Tasks.Need, on); small != "" {
		l.warnAt(t.Node, fmt.Sprintf("%s: capacity_provider.%s launches nothing for its tasks, which wait where there is no room: ECS takes no notice of tasks that do not fit on the smallest type of a group, %s",
			g.Path(), on.Provider.Name, small))
	}
}

// shapeOf is what an instance of a type has for tasks.
func (l *loader) shapeOf(typ int) container.Need {
	it := &l.cfg.Types[typ]
	return container.Registers(it.VCPUs, it.MemoryMiB)
}

// roomFor says what a task has too much of for each type of a group, by its keys: ECS refuses what
// fits on none, and places it where it fits.
func (l *loader) roomFor(need container.Need, on *controlplane.Group) (lacks map[string]string) {
	cpu, memory, most := -1, -1, -1 // the types that have most: of memory, of those with the CPU, and of all
	for _, t := range on.Types {
		if t.Type < 0 || need.Fits(l.shapeOf(t.Type)) {
			return nil
		}
		more := func(than int) bool { return than < 0 || l.cfg.Types[t.Type].MemoryMiB > l.cfg.Types[than].MemoryMiB }
		if cpu < 0 || l.cfg.Types[t.Type].VCPUs > l.cfg.Types[cpu].VCPUs {
			cpu = t.Type
		}
		if l.shapeOf(t.Type).CPU >= need.CPU && more(memory) {
			memory = t.Type
		}
		if more(most) {
			most = t.Type
		}
	}
	if cpu < 0 {
		return nil
	}
	lacks = map[string]string{}
	if memory < 0 {
		lacks["cpu"] = fmt.Sprintf("must be at most %d, which %s has (RESOURCE:CPU)", l.shapeOf(cpu).CPU, l.cfg.Types[cpu].Name)
		memory = most
	}
	if has := l.shapeOf(memory).MemoryMiB; need.MemoryMiB > has {
		lacks["memory"] = fmt.Sprintf("must be at most %d, which %s registers of its %d MiB (RESOURCE:MEMORY)", has, l.cfg.Types[memory].Name, l.cfg.Types[memory].MemoryMiB)
	}
	return lacks
}

// tooSmall names the type of a group that ECS scales on which a task does not fit; "" if there
// is none.
func (l *loader) tooSmall(need container.Need, on *controlplane.Group) string {
	managed := slices.ContainsFunc(on.Policies, func(p controlplane.ScalingPolicy) bool { return p.Spec != nil && p.Spec.Mechanism().Reservation > 0 })
	for _, t := range on.Types {
		if managed && t.Type >= 0 && !need.Fits(l.shapeOf(t.Type)) {
			return l.cfg.Types[t.Type].Name
		}
	}
	return ""
}

// taskSpeed says how fast a vCPU of a task is: as fast as those of the instances that it is
// on. Those of Fargate are as fast as the ones on which demands were measured, for AWS does
// not say what they are.
func (l *loader) taskSpeed(g *controlplane.Group, measured []int) {
	for _, i := range g.Tasks.Groups() {
		if i < 0 || g.Service < 0 || l.cfg.Groups[i].Template < 0 {
			continue
		}
		lt := &l.cfg.LaunchTemplates[l.cfg.Groups[i].Template]
		for _, t := range l.cfg.Groups[i].Types {
			if speed := cmp.Or(lt.Speed, l.speedOf(t.Type, measured[g.Service], lt), 1); speed != 1 {
				g.Tasks.Hosts = append(g.Tasks.Hosts, controlplane.TaskHost{Group: i, Type: t.Type, Speed: speed})
			}
		}
	}
}

package controlplane

import (
	"math"
	"slices"
	"sort"

	"headroom/model/container"
	"headroom/model/scaling"
	"headroom/sim"
)

// Tasks make a group an ECS service: its members are tasks, which lie on the instances of
// another group, or on Fargate. Its desired capacity is the desired count. Such groups come
// after all Auto Scaling groups.
type Tasks struct {
	container.Need
	On        int // group on whose instances they lie, the first of its strategy; None: Fargate
	Placement []container.Strategy
	ARM       bool
	Storage   int64   // GB of ephemeral storage on Fargate
	Share     float64 // of a vCPU of its type that each vCPU of a task has
	Speed     float64 // of its application, beside that of the service at the start; 0 means 1
	Guard     Guard   // of deployments: of the service at the start, whatever it launches later

	// Of the service at the start, too: how fast the machines are that they lie on; its capacity
	// provider strategy, none where all tasks are On-Demand on Fargate or on one group; how often
	// AWS takes a task on Fargate Spot back, a second; and how long after that it ends.
	Hosts         []TaskHost
	Providers     []container.Provider
	Interruptions float64
	Stop          sim.Time
}

// TaskHost says how fast the machines of a type are, of a group on which tasks lie.
type TaskHost struct {
	Group, Type int
	Speed       float64
}

// speedOn is how fast tasks are on machines of a type of a group.
func (t *Tasks) speedOn(group, typ int) float64 {
	for _, h := range t.Hosts {
		if h.Group == group && h.Type == typ {
			return h.Speed
		}
	}
	return 1
}

// Groups lists the groups on whose instances tasks lie; none on Fargate.
func (t *Tasks) Groups() (groups []int) {
	if t.On == None {
		return nil
	}
	for _, p := range t.Providers {
		groups = append(groups, p.Group-1)
	}
	if len(groups) == 0 {
		groups = []int{t.On}
	}
	return groups
}

// Shape divides CPU units among as few vCPUs as it can: each computes at a share of its
// full speed.
func Shape(units int64) (vcpus int, share float64) {
	whole := float64(units) / container.UnitsPerCPU
	vcpus = max(1, int(math.Ceil(whole)))
	return vcpus, whole / float64(vcpus)
}

// Provider is an ECS capacity provider of an Auto Scaling group.
type Provider struct {
	Name     string
	Protects bool // managed_termination_protection: a scale-in ends no instance with tasks
	Drains   bool // managed_draining: tasks leave an instance before it ends
}

// Path is the name of the table of a group: "autoscaling_group.web".
func (g *Group) Path() string {
	if g.Tasks != nil {
		return "container_service." + g.Name
	}
	return "autoscaling_group." + g.Name
}

// ScalingGroups is how many of the groups are Auto Scaling groups: those behind are ECS
// services.
func (e *Estate) ScalingGroups() int {
	return sort.Search(len(e.Groups), func(i int) bool { return e.Groups[i].Tasks != nil })
}

// tasks checks what is said of an ECS service.
func (v *validator) tasks(g *Group, path string) {
	t := g.Tasks
	v.Check(t.CPU > 0 && t.MemoryMiB > 0, path+".cpu", "must be above 0, as memory must, got %d and %d", t.CPU, t.MemoryMiB)
	if _, share := Shape(t.CPU); t.CPU > 0 {
		v.Check(t.Share == share, path+".cpu", "must be %g of a vCPU each, got %g", share, t.Share)
	}
	v.optional(t.On, v.ScalingGroups(), path+".autoscaling_group", "group")
	if t.On == None {
		key, rule := container.Fargate(t.Need)
		v.Check(rule == "", path+"."+key, "%s", rule)
		v.Check(t.Storage >= container.FreeStorage && t.Storage <= container.MaxStorage, path+".ephemeral_storage", "must be %d to %d GB, got %d", container.FreeStorage, container.MaxStorage, t.Storage)
	}
	v.strategy(t, path+".capacity_provider_strategy")
	for _, on := range t.Groups() {
		for k := 0; on >= 0 && on < v.ScalingGroups() && k < len(v.Groups[on].Zones); k++ {
			v.Check(slices.Contains(g.Zones, v.Groups[on].Zones[k]), path+".zones", "must have those of the instances of its tasks")
		}
	}
	for _, h := range t.Hosts {
		v.Check(h.Speed > 0 && h.Speed <= MaxSpeed, path+".hosts", "must have a speed above 0 and at most %d, got %g", MaxSpeed, h.Speed)
	}
	v.Check(len(t.Placement) > 0, path+".ordered_placement_strategy", "must have a strategy")
	for _, s := range t.Placement {
		v.Check(s.Known(), path+".ordered_placement_strategy", "must be a strategy, got %d", s)
	}
}

// cooldowns checks those of a policy of Application Auto Scaling.
func (v *validator) cooldowns(c *scaling.Cooldowns, path string) {
	v.Check(c.In >= 0 && c.In <= sim.Horizon, path+".scale_in_cooldown", "must not be negative, got %v", c.In)
	v.Check(c.Out >= 0 && c.Out <= sim.Horizon, path+".scale_out_cooldown", "must not be negative, got %v", c.Out)
}

// decides is the name by which decisions about a group are told: its own, or of an ECS
// service that of its table.
func (g *Group) decides() string {
	if g.Tasks != nil {
		return g.Path()
	}
	return g.Name
}

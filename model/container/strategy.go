package container

import "math"

// UnitsPerCPU is how many CPU units a vCPU has.
const UnitsPerCPU = 1024

// Need is what a task reserves, or what an instance has of it.
type Need struct {
	CPU       int64 // units
	MemoryMiB int64
}

// What an instance with 8,192 MiB installed registers with its cluster, which is what its kernel says that there is: the
// platform and the kernel itself have the rest (rules.md, Memory).
const (
	installedMiB  = 8192
	registeredMiB = 7985
)

// Registers returns what an instance has for tasks: all of its vCPUs, and of its memory as large a part as the one of
// AWS's example, in whole MiB.
func Registers(vcpus int, memoryMiB int64) Need {
	return Need{CPU: int64(vcpus) * UnitsPerCPU, MemoryMiB: memoryMiB * registeredMiB / installedMiB}
}

// Fits reports whether there is room for it in what is free.
func (n Need) Fits(free Need) bool { return n.CPU <= free.CPU && n.MemoryMiB <= free.MemoryMiB }

// Minus returns what is left.
func (n Need) Minus(o Need) Need { return Need{n.CPU - o.CPU, n.MemoryMiB - o.MemoryMiB} }

// Plus returns both together.
func (n Need) Plus(o Need) Need { return Need{n.CPU + o.CPU, n.MemoryMiB + o.MemoryMiB} }

// Unlimited is what a node has that never is full.
var Unlimited = Need{math.MaxInt64, math.MaxInt64}

// Node is an instance as the tasks of one service see it.
type Node struct {
	Free  Need
	Zone  int
	Tasks int // of the service
}

// Strategy is one line of an ordered_placement_strategy: of the nodes that are left it
// keeps those with the least score.
type Strategy uint8

// Strategies.
const (
	BinpackCPU Strategy = iota + 1
	BinpackMemory
	SpreadZones
	SpreadInstances
	Random
)

// row says all about a strategy.
type row struct {
	typ, field string               // as ECS spells them; field "" where there is none
	scores     func([]Node) []int64 // nil: by chance
}

// table is the strategies.
var table = [...]row{
	BinpackCPU: {"binpack", "cpu", func(nodes []Node) []int64 {
		return each(nodes, func(n *Node) int64 { return n.Free.CPU })
	}},
	BinpackMemory: {"binpack", "memory", func(nodes []Node) []int64 {
		return each(nodes, func(n *Node) int64 { return n.Free.MemoryMiB })
	}},
	SpreadZones: {"spread", "attribute:ecs.availability-zone", inZones},
	SpreadInstances: {"spread", "instanceId", func(nodes []Node) []int64 {
		return each(nodes, func(n *Node) int64 { return int64(n.Tasks) })
	}},
	Random: {"random", "", nil},
}

// Known reports whether it is a strategy at all.
func (s Strategy) Known() bool { return s >= BinpackCPU && s <= Random }

// Find returns the strategy of a type and field; host is another word for instanceId.
func Find(typ, field string) (Strategy, bool) {
	if field == "host" {
		field = "instanceId"
	}
	for s := BinpackCPU; s <= Random; s++ {
		if table[s].typ == typ && table[s].field == field {
			return s, true
		}
	}
	return 0, false
}

// Fields lists the fields of the strategies of a type.
func Fields(typ string) (fields []string) {
	for s := BinpackCPU; s <= Random; s++ {
		if table[s].typ == typ {
			fields = append(fields, table[s].field)
		}
	}
	return fields
}

// Usual is what a service has of which nobody says anything else: its tasks are spread
// over the zones, and over the instances of each.
func Usual() []Strategy { return []Strategy{SpreadZones, SpreadInstances} }

func each(nodes []Node, score func(*Node) int64) []int64 {
	scores := make([]int64, len(nodes))
	for i := range nodes {
		scores[i] = score(&nodes[i])
	}
	return scores
}

// inZones gives each node the tasks of its zone.
func inZones(nodes []Node) []int64 {
	tasks := map[int]int64{}
	for i := range nodes {
		tasks[nodes[i].Zone] += int64(nodes[i].Tasks)
	}
	return each(nodes, func(n *Node) int64 { return tasks[n.Zone] })
}

// Place returns the index of the node on which a task goes; -1 if none has room. Each
// strategy in turn narrows what those before it have left; of what is left after the last
// it is the first node. Draw returns an integer from 0 to below its argument.
func Place(by []Strategy, nodes []Node, need Need, draw func(int) int) int {
	var left []int
	for i := range nodes {
		if need.Fits(nodes[i].Free) {
			left = append(left, i)
		}
	}
	return choose(by, nodes, left, choice{+1, draw})
}

// Stop returns the index of the node that loses a task of the service; -1 if none has one.
// It is the last one where [Place] would put another: by binpack the one that has most
// resources afterwards, by spread the one with most tasks.
func Stop(by []Strategy, nodes []Node, draw func(int) int) int {
	var left []int
	for i := range nodes {
		if nodes[i].Tasks > 0 {
			left = append(left, i)
		}
	}
	return choose(by, nodes, left, choice{-1, draw})
}

// choice says whether the least score wins, +1, or the largest, -1.
type choice struct {
	sign int64
	draw func(int) int
}

func choose(by []Strategy, nodes []Node, left []int, c choice) int {
	for _, s := range by {
		if len(left) == 0 {
			return -1
		}
		if table[s].scores == nil {
			return left[c.draw(len(left))]
		}
		left = best(table[s].scores(nodes), left, c.sign)
	}
	if len(left) == 0 {
		return -1
	}
	return left[0]
}

// best keeps those of the least score times a sign.
func best(scores []int64, left []int, sign int64) []int {
	var kept []int
	for _, i := range left {
		switch {
		case len(kept) == 0 || sign*scores[i] < sign*scores[kept[0]]:
			kept = append(kept[:0:0], i)
		case scores[i] == scores[kept[0]]:
			kept = append(kept, i)
		}
	}
	return kept
}

package model

import "slices"

// Families whose Dedicated Hosts take several sizes at a time, and those of two sockets
// that no instance may straddle if it fits into one (EC2 User Guide, "Dedicated Host
// configurations"; its arithmetic is in placement's rules.md). A host of any other family
// takes one size.
var (
	mixingFamilies = []string{"a1", "c5", "m5", "r5", "c5n", "m5n", "r5n", "t3"}
	socketFamilies = []string{"c5", "m5", "r5", "c5n", "m5n", "r5n"}
)

// offHosts are types of a family that do not go on its Dedicated Host.
var offHosts = []string{"c5.12xlarge", "c5.24xlarge", "c5.metal", "c5d.12xlarge", "c5d.24xlarge", "c5d.metal"}

// MixesSizes reports whether a Dedicated Host of a family takes several sizes at a time.
func MixesSizes(family string) bool { return slices.Contains(mixingFamilies, family) }

// HostRules say what fits on one Dedicated Host. The zero HostRules are of no family.
type HostRules struct {
	Shape   HostShape
	Mixes   bool // several sizes at a time
	Sockets int  // 0: instances may straddle sockets
}

// RulesOf returns the rules of a host of that shape, which is that of its family's
// Dedicated Hosts.
func RulesOf(shape HostShape) HostRules {
	r := HostRules{Shape: shape, Mixes: MixesSizes(shape.Family)}
	if slices.Contains(socketFamilies, shape.Family) && shape.Cores > 0 {
		r.Sockets = 2
	}
	return r
}

// Capacity returns what a host holds: threads, or slots of a T family, and memory.
func (r *HostRules) Capacity() (cpu, memoryMiB int64) {
	c, memoryMiB := r.Shape.Capacity()
	return int64(c), memoryMiB
}

// Need returns what an instance takes of the host, and how many of its size go on
// one at most; none of a type that goes on no host of its family.
func (r *HostRules) Need(t *InstanceType) (cpu, memoryMiB int64, most int) {
	all, memory := r.Capacity()
	switch {
	case slices.Contains(offHosts, t.Name):
		return all + 1, memory, 0
	case t.BareMetal:
		return all, memory, 1
	}
	need, memoryMiB := r.Shape.Need(*t)
	cpu = max(1, int64(need))
	most = int(all / cpu)
	if r.Sockets > 0 && cpu*int64(r.Sockets) <= all {
		most = r.Sockets * int(all/int64(r.Sockets)/cpu)
	}
	return cpu, memoryMiB, most
}

// Takes reports whether an empty host takes an instance.
func (r *HostRules) Takes(t *InstanceType) bool {
	cpu, memory, most := r.Need(t)
	all, allMemory := r.Capacity()
	return cpu <= all && memory <= allMemory && most > 0
}

// HostLoad is what lies on one Dedicated Host. The zero HostLoad is an empty one.
type HostLoad struct {
	CPU, MemoryMiB int64
	sizes          []sizeCount
}

type sizeCount struct {
	kind  int32
	count int
}

func (h *HostLoad) count(kind int32) *sizeCount {
	for i := range h.sizes {
		if h.sizes[i].kind == kind {
			return &h.sizes[i]
		}
	}
	h.sizes = append(h.sizes, sizeCount{kind: kind})
	return &h.sizes[len(h.sizes)-1]
}

// Instances returns how many instances are on the host.
func (h *HostLoad) Instances() (n int) {
	for i := range h.sizes {
		n += h.sizes[i].count
	}
	return n
}

// Fits reports whether there is room for an instance of a type, whose number kind is.
func (h *HostLoad) Fits(r *HostRules, t *InstanceType, kind int32) bool {
	cpu, memory, most := r.Need(t)
	all, allMemory := r.Capacity()
	if h.CPU+cpu > all || h.MemoryMiB+memory > allMemory {
		return false
	}
	own := 0
	for _, s := range h.sizes {
		switch {
		case s.kind == kind:
			own = s.count
		case s.count > 0 && !r.Mixes:
			return false
		}
	}
	return own < most
}

// Put adds an instance that fits, or with sign -1 takes one off.
func (h *HostLoad) Put(r *HostRules, t *InstanceType, kind int32, sign int) {
	cpu, memory, _ := r.Need(t)
	h.CPU += int64(sign) * cpu
	h.MemoryMiB += int64(sign) * memory
	h.count(kind).count += sign
}

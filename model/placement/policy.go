package placement

import "slices"

// Capacity is the shape of every host of a pool.
type Capacity struct {
	CPU       int32 // in the pool's unit: threads, or slots of a T host
	MemoryMiB int64
}

// Need is what one instance takes from its host. CPU is at least 1.
type Need struct {
	CPU       int32 // in the pool's unit
	MemoryMiB int64
}

// Policy chooses the host that receives an instance.
type Policy interface {
	// Choose returns a host that is enabled and has room for need, or false if
	// the policy finds none. It reserves nothing and must not alter hosts.
	Choose(need Need, hosts *Hosts) (host int, ok bool)
}

// NodePolicy is a [Policy] that also chooses among the NUMA nodes of its host.
// The others take the lowest that fit.
type NodePolicy interface {
	Policy
	// PrefersNode reports whether a node with a free is strictly better than
	// one with b free, of nodes that have whole when they are empty.
	PrefersNode(a, b, whole Capacity) bool
}

// Chooser draws uniformly from 0 to n-1. A random stream is one.
type Chooser interface{ Below(n int) int }

// Entry describes one policy of the registry.
type Entry struct {
	Name        string // as scenarios write it
	Description string // one line
	New         func(chooser Chooser) Policy
}

// Policies returns the policies that a scenario can name. All but random ignore
// the chooser.
func Policies() []Entry {
	return []Entry{
		{"first-fit", "the lowest host number that fits", func(Chooser) Policy { return FirstFit{} }},
		{"best-fit", "the least free CPU, then the least free memory: packs, leaves hosts empty", func(Chooser) Policy { return BestFit{} }},
		{"worst-fit", "the most free CPU, then the most free memory: levels the load", func(Chooser) Policy { return WorstFit{} }},
		{"spread", "the fewest instances: a lost host hurts least", func(Chooser) Policy { return Spread{} }},
		{"random", "any host that fits, with equal chance", func(c Chooser) Policy { return Random{c} }},
		{"balance-fit", "the host whose NUMA nodes are free most unequally, there the freer node; else first-fit", func(Chooser) Policy { return BalanceFit{} }},
	}
}

// Find returns the policy with that name: one of these, or of [Policies].
func Find(name string, own ...Entry) (Entry, bool) {
	for _, e := range slices.Concat(own, Policies()) {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

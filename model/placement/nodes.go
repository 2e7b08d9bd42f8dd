package placement

import (
	"fmt"
	"math/bits"
	"slices"
)

// MostNodes is the largest number of NUMA nodes of a host.
const MostNodes = 8

// NodeSet is some nodes of a host: bit i is node i. Hosts without nodes have
// node 0 only.
type NodeSet uint8

// Len returns the number of nodes in the set.
func (s NodeSet) Len() int { return bits.OnesCount8(uint8(s)) }

// NewDivided returns count empty hosts like [New], each of that many equal NUMA
// nodes, up to [MostNodes]. What fits a node lies in one. What is larger takes the smallest number
// of nodes that will do and an equal part of each (whole units: the lower nodes
// take one more of what is left over). The nodes must divide the shape.
func NewDivided(shape Capacity, nodeCount, count int, policy Policy) *Hosts {
	h := New(shape, count, policy)
	if nodeCount == 1 {
		return h
	}
	if nodeCount < 1 || count > stateMask || nodeCount > MostNodes || int(shape.CPU)%nodeCount != 0 || shape.MemoryMiB%int64(nodeCount) != 0 {
		panic(fmt.Sprintf("placement: hosts of %+v in %d nodes", shape, nodeCount))
	}
	h.nodes = newNodes(Capacity{shape.CPU / int32(nodeCount), shape.MemoryMiB / int64(nodeCount)}, nodeCount, count)
	return h
}

// NodeCount returns the number of nodes of every host.
func (h *Hosts) NodeCount() int {
	if h.nodes == nil {
		return 1
	}
	return h.nodes.count
}

// FreeInNode returns what is free in one node of host, like [Hosts.Free].
func (h *Hosts) FreeInNode(host, node int) Capacity {
	switch {
	case h.hosts[host].excluded:
		return Capacity{}
	case h.nodes == nil:
		return h.Free(host)
	default:
		return h.nodes.of(host)[node]
	}
}

// nodes are the nodes of all hosts of a pool. Hosts whose nodes have the same
// room, in whatever order, share a state, so that queries look at states.
type nodes struct {
	count int
	shape Capacity   // of one node
	free  []Capacity // by host, then node
	state []int32    // by host
	all   []nodeState
	ids   map[rooms]int32
	spare []int32
	// largest is, by host, the most CPU and the most memory that are free in
	// one node: what the tree that finds the lowest host looks at.
	largest []host
}

// rooms is what the nodes of a host have free, descending.
type rooms [MostNodes]Capacity

type nodeState struct {
	free   rooms
	hosts  int
	uneven int64 // see share
}

func newNodes(shape Capacity, count, hosts int) *nodes {
	n := &nodes{
		count: count, shape: shape,
		free: slices.Repeat([]Capacity{shape}, hosts*count), state: make([]int32, hosts),
		ids: map[rooms]int32{}, largest: make([]host, hosts),
	}
	for i := range hosts {
		n.enterState(i)
	}
	return n
}

// of returns what is free in each node of host.
func (n *nodes) of(host int) []Capacity { return n.free[host*n.count : (host+1)*n.count] }

// share is the smaller of the free shares of CPU and of memory of a node, in
// units of the product of the node's CPU and memory.
func (n *nodes) share(free Capacity) int64 { return share(free, n.shape) }

func share(free, whole Capacity) int64 {
	if whole.MemoryMiB == 0 {
		return int64(free.CPU)
	}
	return min(int64(free.CPU)*whole.MemoryMiB, free.MemoryMiB*int64(whole.CPU))
}

// enterState gives host the state of its nodes.
func (n *nodes) enterState(host int) {
	var key rooms
	copy(key[:], n.of(host))
	slices.SortFunc(key[:n.count], func(a, b Capacity) int { return compareCapacity(b, a) })
	id, known := n.ids[key]
	if !known {
		id = n.newState(key)
	}
	n.all[id].hosts++
	n.state[host] = id
	l := &n.largest[host]
	l.freeCPU, l.freeMemory = 0, 0
	for _, free := range n.of(host) {
		l.freeCPU, l.freeMemory = max(l.freeCPU, free.CPU), max(l.freeMemory, free.MemoryMiB)
	}
}

func (n *nodes) newState(key rooms) int32 {
	s := nodeState{free: key}
	least, most := n.share(key[0]), n.share(key[0])
	for _, free := range key[1:n.count] {
		least, most = min(least, n.share(free)), max(most, n.share(free))
	}
	s.uneven = most - least
	id := int32(len(n.all))
	if last := len(n.spare) - 1; last >= 0 {
		id, n.spare = n.spare[last], n.spare[:last]
		n.all[id] = s
	} else {
		n.all = append(n.all, s)
	}
	n.ids[key] = id
	return id
}

// leaveState forgets the state of host before its nodes change.
func (n *nodes) leaveState(host int) {
	id := n.state[host]
	s := &n.all[id]
	if s.hosts--; s.hosts == 0 {
		delete(n.ids, s.free)
		n.spare = append(n.spare, id)
	}
}

// shift reserves or frees room for an allocation.
func (n *nodes) shift(at Allocation, need Need, sign int32) {
	n.leaveState(at.Host)
	free := n.of(at.Host)
	for i, part := range parts(at.Nodes, need) {
		free[i].CPU -= sign * part.CPU
		free[i].MemoryMiB -= int64(sign) * part.MemoryMiB
	}
	n.enterState(at.Host)
}

// holds reports whether the nodes of an allocation are as many as need takes, and have
// that much reserved.
func (n *nodes) holds(at Allocation, need Need) bool {
	free := n.of(at.Host)
	for i, part := range parts(at.Nodes, need) {
		if i >= n.count || part.CPU > n.shape.CPU-free[i].CPU || part.MemoryMiB > n.shape.MemoryMiB-free[i].MemoryMiB {
			return false
		}
	}
	_, count := n.part(need)
	return at.Nodes.Len() == count
}

// parts yields what each node of a set gives to need.
func parts(set NodeSet, need Need) func(yield func(node int, part Need) bool) {
	return func(yield func(int, Need) bool) {
		count, given := set.Len(), 0
		for rest := set; rest != 0; rest &= rest - 1 {
			part := Need{need.CPU / int32(count), need.MemoryMiB / int64(count)}
			if int32(given) < need.CPU%int32(count) {
				part.CPU++
			}
			if int64(given) < need.MemoryMiB%int64(count) {
				part.MemoryMiB++
			}
			given++
			if !yield(bits.TrailingZeros8(uint8(rest)), part) {
				return
			}
		}
	}
}

// part returns how many nodes need takes, and the largest part that one gives.
// A need that no host can hold takes more nodes than there are.
func (n *nodes) part(need Need) (part Need, count int) {
	for count = 1; count <= n.count; count++ {
		part = Need{(need.CPU + int32(count) - 1) / int32(count), (need.MemoryMiB + int64(count) - 1) / int64(count)}
		if part.CPU <= n.shape.CPU && part.MemoryMiB <= n.shape.MemoryMiB {
			break
		}
	}
	return part, count
}

// fits reports whether the nodes of host have room for need.
func (n *nodes) fits(host int, need Need) bool {
	part, count := n.part(need)
	return n.all[n.state[host]].fits(part, count)
}

// fits reports whether count nodes have room for the part each.
func (s *nodeState) fits(part Need, count int) bool {
	for i := range s.free {
		if s.free[i].CPU < part.CPU {
			return false // they are in descending order, and the rest are none
		}
		if s.free[i].MemoryMiB >= part.MemoryMiB {
			if count--; count == 0 {
				return true
			}
		}
	}
	return false
}

// pick chooses the nodes of host that will hold need: those that the policy
// prefers, the lowest among equals.
func (n *nodes) pick(host int, need Need, policy Policy) (set NodeSet, ok bool) {
	part, count := n.part(need)
	prefers, choosy := policy.(NodePolicy)
	free := n.of(host)
	for range count {
		best := -1
		for i, f := range free {
			if set&(1<<i) != 0 || f.CPU < part.CPU || f.MemoryMiB < part.MemoryMiB {
				continue
			}
			if best < 0 || choosy && prefers.PrefersNode(f, free[best], n.shape) {
				best = i
			}
		}
		if best < 0 {
			return 0, false
		}
		set |= 1 << best
	}
	return set, true
}

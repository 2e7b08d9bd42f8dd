package placement

// Room is what is free on one host, to ask of what would fit if some of its
// instances left. Nothing that happens to it happens to the host.
type Room struct {
	hosts *Hosts
	free  [MostNodes]Capacity
}

// Room returns what is free on host, as [Hosts.Free] says.
func (h *Hosts) Room(host int) Room {
	r := Room{hosts: h}
	for i := range h.NodeCount() {
		r.free[i] = h.FreeInNode(host, i)
	}
	return r
}

// Emptied returns what would be free on a host if nothing was on it.
func (h *Hosts) Emptied() Room {
	r := Room{hosts: h}
	for i := range h.NodeCount() {
		r.free[i] = h.node()
	}
	return r
}

// node returns what one node offers.
func (h *Hosts) node() Capacity {
	if h.nodes == nil {
		return h.shape
	}
	return h.nodes.shape
}

// Leave frees what an instance holds on the host.
func (r *Room) Leave(at Allocation, need Need) {
	for i, part := range parts(at.Nodes, need) {
		r.free[i].CPU += part.CPU
		r.free[i].MemoryMiB += part.MemoryMiB
	}
}

// Take reserves need in the lowest nodes that fit. It returns false, and changes
// nothing, if there is no room.
func (r *Room) Take(need Need) bool {
	part, count := Need{need.CPU, need.MemoryMiB}, 1
	if r.hosts.nodes != nil {
		part, count = r.hosts.nodes.part(need)
	}
	set := NodeSet(0)
	for i := range r.hosts.NodeCount() {
		if f := r.free[i]; set.Len() < count && f.CPU >= part.CPU && f.MemoryMiB >= part.MemoryMiB {
			set |= 1 << i
		}
	}
	if set.Len() < count {
		return false
	}
	for i, part := range parts(set, need) {
		r.free[i].CPU -= part.CPU
		r.free[i].MemoryMiB -= part.MemoryMiB
	}
	return true
}

// Fits reports whether there is room for need.
func (r Room) Fits(need Need) bool { return r.Take(need) }

// IsEmpty reports whether nothing is left on the host.
func (r Room) IsEmpty() bool { return r == r.hosts.Emptied() }

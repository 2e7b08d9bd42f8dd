package model

// HostShape is the machine below a family. Only the T3 host's cores and the
// M5 host's are AWS's; the others are as large as the family's largest size.
type HostShape struct {
	Family    string
	VCPUs     int // hardware threads
	Cores     int // 0: not known
	Sockets   int // 0: not known
	MemoryMiB int64
	// Slots is how many of the smallest size an overcommitted host of a T
	// family takes; 0 for families that are not overcommitted.
	Slots int
}

// Capacity returns what the host holds, in the units of [HostShape.Need].
func (h HostShape) Capacity() (cpu int, memoryMiB int64) {
	if h.Slots > 0 {
		return h.Slots, h.MemoryMiB
	}
	return h.VCPUs, h.MemoryMiB
}

// Need returns what an instance of the type takes of the host: threads of its
// own and memory, or slots of an overcommitted host, where 192 t3.nano to
// t3.medium, 96 t3.large, 48 t3.xlarge or 24 t3.2xlarge fit. Bare metal takes
// the whole host. The type must be of the host's family.
func (h HostShape) Need(t InstanceType) (cpu int, memoryMiB int64) {
	if t.BareMetal {
		return h.Capacity()
	}
	if h.Slots == 0 {
		return t.Threads(), t.MemoryMiB
	}
	switch t.Size {
	case "large":
		return 2, t.MemoryMiB
	case "xlarge":
		return 4, t.MemoryMiB
	case "2xlarge":
		return 8, t.MemoryMiB
	default:
		return 1, t.MemoryMiB
	}
}

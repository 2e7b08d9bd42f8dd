package catalog

import "headroom/model"

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

// Host returns the machine of a family in the shared pools.
func (c *Catalog) Host(family string) (HostShape, bool) {
	r, ok := c.shapes.find(family)
	if !ok {
		return HostShape{}, false
	}
	return HostShape{
		Family:    family,
		VCPUs:     mustInt(r.cell(1)),
		Cores:     mustInt(r.cell(2)),
		Sockets:   mustInt(r.cell(3)),
		MemoryMiB: int64(mustInt(r.cell(4))),
		Slots:     mustInt(r.cell(5)),
	}, true
}

// DedicatedShape returns what one Dedicated Host of a family holds. It is the
// shared machine but for the families whose host price pays for other hardware:
// C5 and C5d have 36 cores, eight families three machines.
func (c *Catalog) DedicatedShape(family string) (HostShape, bool) {
	h, ok := c.Host(family)
	switch family {
	case "c5", "c5d":
		h.VCPUs, h.Cores, h.MemoryMiB = 72, 36, 144*1024 // one 18xlarge
	case "c7g", "c7gd", "c7gn", "m7g", "m7gd", "r7g", "r7gd", "g4ad":
		h.VCPUs, h.Cores, h.MemoryMiB = 3*h.VCPUs, 3*h.Cores, 3*h.MemoryMiB
	}
	return h, ok
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
func (h HostShape) Need(t model.InstanceType) (cpu int, memoryMiB int64) {
	if t.BareMetal {
		return h.Capacity()
	}
	if h.Slots == 0 {
		return t.VCPUs, t.MemoryMiB
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

// Columns of the host price table.
const (
	columnHostUSD = iota + 1
	columnHostDate
	columnHostEstimated
	columnHostReserved // six: term, payment
)

// DedicatedHost returns the hourly price of a Dedicated Host. A family that is
// not listed costs the us-east-1 price at the Region's level, else 1.10 times
// the largest virtual size; both are estimated.
func (c *Catalog) DedicatedHost(family string) (Price, bool) {
	if usd, ok := c.book[hostItem+family]; ok {
		return Price{USD: usd, Date: bookDate}, true
	}
	r, _ := c.hosts.find(family)
	usd, ok := r.float(columnHostUSD)
	if !ok {
		return Price{}, false
	}
	return Price{USD: usd, Date: r.cell(columnHostDate), Estimated: r.flag(columnHostEstimated)}, true
}

// DedicatedHostReserved returns the effective hourly rate of a reserved
// Dedicated Host, with what is paid upfront spread over the term. It moves with
// a price book's host price; a missing rate is estimated by the usual discount
// of a Standard Reserved Instance.
func (c *Catalog) DedicatedHostReserved(family string, term Term, payment Payment) (Price, bool) {
	onDemand, priced := c.DedicatedHost(family)
	offering, valid := Offering{Class: Standard, Term: term, Payment: payment}.index()
	if !priced || !valid {
		return Price{}, false
	}
	r, _ := c.hosts.find(family)
	rate, listed := r.float(columnHostReserved + offering)
	then, dated := r.float(columnHostUSD)
	if !listed || !dated {
		return Price{USD: onDemand.USD * (1 - defaultDiscount(offering)), Date: onDemand.Date, Estimated: true}, true
	}
	return Price{USD: rate * (onDemand.USD / then), Date: r.cell(columnHostDate), Estimated: r.flag(columnHostEstimated)}, true
}

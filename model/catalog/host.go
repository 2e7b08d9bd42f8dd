package catalog

import "headroom/model"

// Host returns the machine of a family in the shared pools.
func (c *Catalog) Host(family string) (model.HostShape, bool) {
	r, ok := shapes().find(family)
	if !ok {
		return model.HostShape{}, false
	}
	return model.HostShape{
		Family:    family,
		VCPUs:     mustInt(r.cell(1)),
		Cores:     mustInt(r.cell(2)),
		Sockets:   mustInt(r.cell(3)),
		MemoryMiB: int64(mustInt(r.cell(4))),
		Slots:     mustInt(r.cell(5)),
	}, true
}

// DedicatedShape returns what one Dedicated Host of a family holds. It is the
// shared machine but for the families whose host price pays for other hardware
// than its largest size: C5 and C5d have 36 cores, eight families three machines.
func (c *Catalog) DedicatedShape(family string) (model.HostShape, bool) {
	h, ok := c.Host(family)
	switch family {
	case "c5", "c5d":
		h.VCPUs, h.Cores, h.MemoryMiB = 72, 36, 144*1024 // one 18xlarge
	case "c7g", "c7gd", "c7gn", "m7g", "m7gd", "r7g", "r7gd", "g4ad":
		h.VCPUs, h.Cores, h.MemoryMiB = 3*h.VCPUs, 3*h.Cores, 3*h.MemoryMiB
	}
	return h, ok
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
func (c *Catalog) DedicatedHost(family string) (model.Price, bool) {
	if usd, ok := c.book[hostItem+family]; ok {
		return model.Price{USD: usd, Date: bookDate}, true
	}
	r, _ := c.hosts().find(family)
	usd, ok := r.float(columnHostUSD)
	if !ok {
		return model.Price{}, false
	}
	return model.Price{USD: usd, Date: r.cell(columnHostDate), Estimated: r.flag(columnHostEstimated)}, true
}

// ReservedHost returns the effective hourly rate of a reserved Dedicated Host,
// with what is paid upfront spread over the term; the class of the offering has
// no meaning. It moves with a price book's host price; a missing rate is
// estimated by the usual discount of a Standard Reserved Instance.
func (c *Catalog) ReservedHost(family string, o model.Offering) (model.Price, bool) {
	onDemand, priced := c.DedicatedHost(family)
	o.Class = model.Standard
	if !priced || !o.Valid() {
		return model.Price{}, false
	}
	offering := place(o)
	r, _ := c.hosts().find(family)
	rate, listed := r.float(columnHostReserved + offering)
	then, dated := r.float(columnHostUSD)
	if !listed || !dated {
		return model.Price{USD: onDemand.USD * (1 - defaultDiscount(offering)), Date: onDemand.Date, Estimated: true}, true
	}
	return model.Price{USD: rate * (onDemand.USD / then), Date: r.cell(columnHostDate), Estimated: r.flag(columnHostEstimated)}, true
}

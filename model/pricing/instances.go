package pricing

import (
	"math/big"

	"headroom/model"
	"headroom/sim"
)

// dedicatedFactor is what a dedicated instance costs over a shared one (rules.md).
var dedicatedFactor = big.NewRat(11, 10)

// freeInstanceHours are granted each month by the free tier, t2.micro and
// t3.micro together.
const freeInstanceHours = 750

// Usage under discounts is counted in microseconds: the last candidate of a
// Savings Plan is covered in part, which is no whole number of seconds.
const (
	micro     = 1_000_000 // microseconds in a second
	microHour = hour * micro
)

// leaseSpan returns the seconds of a lease that are charged, and whether they are
// free: a Spot instance that the cloud took back within an hour of its start.
//
// Time carried from before the run has been charged there: it fulfils the minimum
// and fills the hour of a full-hour platform, and counts for the first hour.
func leaseSpan(l *model.Lease) (charged span, free bool) {
	checkPeriod(l.From, l.To)
	ran := l.Carried + l.To - l.From
	if l.Option == model.Spot && l.End == model.EndedByReclaim && ran < sim.Hour {
		return billed(l.From, l.To, 0), true
	}
	if l.Platform != model.SUSE {
		return billed(l.From, l.To, minute-int64(l.Carried/sim.Second)), false
	}
	before := ceilDivide(int64(l.Carried), int64(sim.Hour)) // hours begun before the run
	all := max(1, ceilDivide(int64(ran), int64(sim.Hour)))
	if l.Option == model.Spot && l.End == model.EndedByReclaim {
		all = int64(ran / sim.Hour) // the interrupted hour is not charged
	}
	first := int64((l.From + sim.Time(before)*sim.Hour - l.Carried) / sim.Second)
	return span{first, first + max(0, all-before)*hour}, false
}

// candidate is what discounts tell apart: all usage of a type, platform and
// tenancy. With TenancyHost it is the hosts of the type's family, named by the
// first type that was placed on them.
type candidate struct {
	name     string // instance type
	family   string
	platform model.Platform
	tenancy  model.Tenancy
	vcpus    vcpus
	service  Service // whose item it is by that name; "": EC2's instances
}

// vcpus is how many vCPUs of a type work, and how many are switched off. The zero vcpus is all of them.
type vcpus struct{ on, off int }

// item is usage of one candidate, owner and zone by clock hour: the seconds that
// no discount has taken yet.
type item struct {
	candidate
	owner       int32
	zone        model.Zone
	unit        string    // of a service's item
	reservation string    // name of the Capacity Reservation whose unused part it is
	allowance   bool      // the free tier granted some of it
	filled      string    // name of the Capacity Reservation that this part of it fills
	held        []holding // its usage inside Capacity Reservations
	use         int       // index into clockHours.Uses; -1 for what is no instance
	units       int64     // quarters of a normalized unit; 0 if it has none
	span        span
	left        []int64 // microseconds by clock hour
}

// newItems turns uses into items. It takes their Seconds over.
func newItems(s *sheet, hours clockHours) []item {
	items := make([]item, 0, len(hours.Uses))
	for i, use := range hours.Uses {
		kind := &s.ledger.Types[use.Type]
		for h := range use.Seconds {
			use.Seconds[h] *= micro
		}
		items = append(items, item{
			candidate: candidate{name: kind.Name, family: familyOf(kind), platform: use.Platform, tenancy: use.Tenancy, vcpus: vcpusOf(kind)},
			owner:     use.Owner, zone: use.Zone, use: i, span: use.span, left: use.Seconds,
		})
	}
	return items
}

// familyOf returns the text before the dot of a type's name.
func familyOf(t *model.InstanceType) string {
	c := Commitment{Kind: ReservedInstance, Type: t.Name}
	return c.family()
}

// billOnDemand bills the instances that were launched On-Demand, discounts first.
func billOnDemand(s *sheet) {
	c := newCover(s)
	c.discount()
	c.noteCovered()
	for i := range c.items {
		if c.items[i].service != "" {
			continue
		}
		s.addReserved(c, &c.items[i])
		s.addItem(c, &c.items[i], c.items[i].left, OnDemand)
	}
}

// discount takes out of the items, in AWS's order, all that is not On-Demand, and
// bills it.
func (c *cover) discount() {
	c.settle()
	c.apply()
}

// settle takes out of the items what no commitment covers.
func (c *cover) settle() {
	c.sheet.takeFreeHours(c)
	c.allocateHosts()
	c.holdCapacity()
}

// takeFreeHours moves what the free tier grants, hour by hour, out of the items
// and bills it.
func (s *sheet) takeFreeHours(c *cover) {
	if !s.freeTier {
		return
	}
	free := make(map[int][]int64)
	for h := range c.months {
		for i := range c.items {
			it := &c.items[i]
			tiny := it.name == "t2.micro" || it.name == "t3.micro"
			if !tiny || it.tenancy != model.TenancyDefault || h >= len(it.left) {
				continue
			}
			if free[i] == nil {
				free[i] = make([]int64, len(it.left))
			}
			it.allowance = true
			free[i][h] = micro * s.allow("instances", c.months[h], it.left[h]/micro, freeInstanceHours*hour)
			it.left[h] -= free[i][h]
		}
	}
	for i := range c.items {
		if free[i] != nil {
			s.addItem(c, &c.items[i], free[i], FreeTier)
		}
	}
}

// addItem adds the lines of the part of an item that was bought in one way, a
// month each.
func (s *sheet) addItem(c *cover, it *item, amount []int64, option Option) {
	for h := 0; h < len(amount); {
		month := c.months[h]
		var sum int64
		var period span
		for ; h < len(amount) && c.months[h] == month; h++ {
			if amount[h] > 0 {
				sum += amount[h]
				period = period.join(c.clock(h))
			}
		}
		if sum > 0 {
			line := c.charge(it, option)
			line.month = month
			c.measure(&line, it, part{sum, period})
			s.add(line)
		}
	}
}

// charge returns the line of an item without its time and quantity.
func (c *cover) charge(it *item, option Option) charge {
	if it.service != "" {
		return c.serviceCharge(it, option)
	}
	line := charge{
		service: EC2, sku: it.name + "." + it.platform.String(), option: option,
		owner: it.owner, resource: it.name, zone: it.zone, price: c.sheet.rateOf(it.candidate),
		instances: it.use >= 0, allowance: it.allowance,
	}
	line.description = it.name + " " + it.platform.String() + ", " + string(option)
	switch it.tenancy {
	case model.TenancyDefault:
	case model.TenancyDedicated:
		line.sku += ".dedicated"
	case model.TenancyHost:
		line.sku += ".host"
		if it.use < 0 {
			line.sku, line.resource = "host."+it.family, it.family
			line.description = it.family + " Dedicated Host, " + string(option)
		}
	default:
		panic("pricing: lease without tenancy")
	}
	c.markOnHost(it, &line)
	if it.reservation != "" {
		line.sku += ".unused_capacity"
		line.description = it.reservation + ": unused Capacity Reservation of " + it.name + ", " + string(option)
		line.reservation = it.reservation
	}
	if it.filled != "" {
		line.reservation, line.filled = it.filled, true
	}
	return line
}

// part is usage of an item and when it was.
type part struct {
	micros int64
	span   span
}

// measure sets the time and the quantity of a line.
func (c *cover) measure(line *charge, it *item, p part) {
	line.span = span{max(p.span.from, it.span.from), min(p.span.to, it.span.to)}
	if it.service != "" {
		line.measureService(it, p.micros)
		return
	}
	line.consumed = quantity{ratio(p.micros, micro), "Seconds"}
	line.priced = quantity{ratio(p.micros, microHour), "Hours"}
}

// rateOf returns the On-Demand price of an hour of a candidate.
func (s *sheet) rateOf(c candidate) price {
	switch {
	case c.service != "":
		return c.byTheHour(s.service(string(c.service), c.name))
	case c.tenancy == model.TenancyHost:
		return newPrice(s.book.DedicatedHost(c.family))
	case c.tenancy == model.TenancyDedicated:
		return s.listed(&c).times(dedicatedFactor)
	default:
		return s.listed(&c)
	}
}

// listed returns the On-Demand price of a candidate on shared hardware. A Windows licence is
// paid for the vCPUs that work, all else for those of the type (EC2 User Guide, "CPU options
// for Amazon EC2 instances").
func (s *sheet) listed(c *candidate) price {
	list := newPrice(s.book.OnDemand(c.name, c.platform))
	if c.vcpus.off == 0 || c.platform != model.Windows {
		return list
	}
	bare := newPrice(s.book.OnDemand(c.name, model.Linux))
	if list.usd == nil || bare.usd == nil {
		return list
	}
	licence := new(big.Rat).Sub(list.usd, bare.usd)
	licence.Mul(licence, ratio(int64(c.vcpus.on), int64(c.vcpus.on+c.vcpus.off)))
	list.usd = licence.Add(licence, bare.usd)
	return list
}

// vcpusOf returns which vCPUs of a type work, where some do not.
func vcpusOf(t *model.InstanceType) vcpus {
	if t.Idle == 0 {
		return vcpus{}
	}
	return vcpus{t.VCPUs, t.Idle}
}

// reservedRate returns the effective rate of an hour of a candidate. Hosts have
// the discount of the type that was placed on them first, estimated.
func reservedRate(book Book, o model.Offering, c candidate) price {
	return c.onTenancy(book, newPrice(book.Reserved(c.name, c.platform, o)))
}

// onTenancy returns what a rate of shared hardware is on the candidate's.
func (c *candidate) onTenancy(book Book, rate price) price {
	switch c.tenancy {
	case model.TenancyDedicated:
		return rate.times(dedicatedFactor)
	case model.TenancyHost:
		host, list := newPrice(book.DedicatedHost(c.family)), newPrice(book.OnDemand(c.name, c.platform))
		if host.usd == nil || list.usd == nil || rate.usd == nil || list.usd.Sign() == 0 {
			return price{missing: "not in the price book"}
		}
		host.estimated = true
		return host.times(new(big.Rat).Quo(rate.usd, list.usd))
	default:
		return rate
	}
}

package pricing

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"

	"headroom/model"
)

// cover applies discounts to usage, clock hour by clock hour, in AWS's order:
// Dedicated Hosts by host reservations, instances by zonal and then
// regional Reserved Instances, then everything by EC2 Instance and by Compute
// Savings Plans. Commitments are in force in the whole clock hours that the run
// touches, or in those of their own term in it; what minimum charges append in later hours is On-Demand.
type cover struct {
	sheet    *sheet
	hours    clockHours
	items    []item
	months   []int    // of each clock hour
	inForce  int      // clock hours in which commitments are in force
	queue    []queued // instances that Reserved Instances may cover
	room     []int64  // microseconds of each of their clock hours that none has taken
	taken    fold[takenKey, takenSum]
	last     takenKey  // that was taken from
	lastSum  int       // its place in taken
	services bool      // the items of services are there
	idle     []float64 // dollars of commitments that nobody used, by clock hour; nil: nobody asks
}

// takenKey says which commitment took what. Item -1 is what nobody used.
// Held is the place of the Capacity Reservation that the usage fills, counted from
// 1 in the item's; 0 for none.
type takenKey struct{ commitment, item, month, held int }

type takenSum struct {
	micros int64 // of the item
	unused total // of the commitment, in its own measure
	span   span
}

// newCover returns the usage of a sheet's ledger that discounts may take.
func newCover(s *sheet) *cover {
	hours := clockHoursOf(s.ledger)
	c := &cover{sheet: s, hours: hours, items: newItems(s, hours), last: takenKey{commitment: -1}}
	end := max(0, wholeSeconds(s.ledger.End))
	if end > 0 {
		c.inForce = hours.hourOf(end-1) + 1
	}
	c.extend(hours.count())
	if len(s.commitments)+len(s.capacity) > 0 {
		c.extend(c.inForce)
	}
	for i := range c.items {
		c.items[i].units = quarters(s.book.NormalizedUnits(c.items[i].name))
	}
	return c
}

// extend makes the calendar at least n clock hours long.
func (c *cover) extend(n int) {
	for h := len(c.months); h < n; h++ {
		c.months = append(c.months, c.sheet.calendar.month(c.hours.begin(h)))
	}
}

func quarters(units float64) int64 { return int64(math.Round(4 * units)) }

// clock returns the period of a clock hour.
func (c *cover) clock(h int) span { return span{c.hours.begin(h), c.hours.begin(h + 1)} }

// apply lets the commitments take what they cover, and bills them.
func (c *cover) apply() {
	commitments := c.sheet.commitments
	order := make([]int, 0, len(commitments))
	for i := range commitments {
		if rate := commitments[i].rate(c.sheet.book); rate.usd == nil {
			c.leaveOut(&commitments[i], rate)
			continue
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(commitments[a].precedence(), commitments[b].precedence())
	})
	for _, i := range order {
		switch commitment := &commitments[i]; commitment.Kind {
		case HostReservation:
			c.reserveHosts(i)
		case ReservedInstance:
			c.reserveInstances(i)
		default:
			c.spend(i)
		}
	}
	if end := wholeSeconds(c.sheet.ledger.End) + c.hours.passed; len(order) > 0 && (c.hours.passed > 0 || end%hour > 0) {
		c.sheet.warn("the run begins or ends within a clock hour: commitments are charged for the whole of it")
	}
	c.addTaken()
	for _, i := range order {
		c.addPurchases(&commitments[i])
	}
}

// precedence says in which order kinds apply.
func (c *Commitment) precedence() int {
	switch {
	case c.Kind == HostReservation:
		return 0
	case c.Kind == ReservedInstance && c.Zone != "":
		return 1
	case c.Kind == ReservedInstance:
		return 2
	case c.Kind == EC2InstanceSavingsPlan:
		return 3
	default:
		return 4
	}
}

func (c *cover) leaveOut(commitment *Commitment, rate price) {
	first, last := c.window(commitment)
	c.sheet.leaveOut(charge{
		service: EC2, sku: commitment.PlanName() + "." + commitment.subject(), owner: account, price: rate,
		consumed: quantity{ratio(int64(last-first), 1), "Hours"},
	})
}

// take records that a commitment covers microseconds of an item in a clock hour,
// which costs it amount of what it holds.
func (c *cover) take(key takenKey, h int, micros int64) {
	it := &c.items[key.item]
	it.left[h] -= micros
	key.month = c.months[h]
	for k := range it.held {
		held := it.held[k].left
		if h < len(held) && held[h] > 0 && micros > 0 {
			part := min(micros, held[h])
			held[h] -= part
			micros -= part
			key.held = k + 1
			c.note(key, h, part)
		}
	}
	if key.held = 0; micros > 0 {
		c.note(key, h, micros)
	}
}

// note adds to what a commitment took.
func (c *cover) note(key takenKey, h int, micros int64) {
	if key != c.last {
		c.taken.at(key)
		c.last, c.lastSum = key, c.taken.index[key]
	}
	sum := &c.taken.sums[c.lastSum]
	sum.micros += micros
	sum.span = sum.span.join(c.clock(h))
}

// leave records what nobody used of a commitment in a clock hour.
func (c *cover) leave(commitment, h int, unused total) {
	if unused == (total{}) {
		return
	}
	sum := c.taken.at(takenKey{commitment: commitment, item: -1, month: c.months[h]})
	sum.unused.addTotal(unused)
	if c.idle != nil {
		held := &c.sheet.commitments[commitment]
		c.idle[h] += float(unused.rat(held.measure(c.sheet.book))) * float(held.rate(c.sheet.book).usd)
	}
	sum.span = sum.span.join(c.clock(h))
}

// measure returns what an hour of one unit of the commitment is in the measure
// that its leftovers are counted in: dollars × 10⁻⁹ × microseconds for a plan,
// quarters of a normalized unit × microseconds for Reserved Instances.
func (c *Commitment) measure(book Book) int64 {
	switch {
	case c.Kind.savingsPlan():
		return microHour * int64(model.Dollar)
	case c.flexible():
		return microHour * max(1, quarters(book.NormalizedUnits(c.Type)))
	default:
		return microHour
	}
}

// addTaken adds a line for each part of the usage that a commitment took, and for
// what nobody used of it.
func (c *cover) addTaken() {
	for i, key := range c.taken.keys {
		commitment := &c.sheet.commitments[key.commitment]
		if key.item < 0 {
			c.addUnused(commitment, key, c.taken.sums[i])
		} else {
			c.addUsed(commitment, key, c.taken.sums[i])
		}
	}
}

// addUsed adds the line of usage that a commitment covers: nothing to pay, at an
// effective cost.
func (c *cover) addUsed(commitment *Commitment, key takenKey, sum takenSum) {
	it := &c.items[key.item]
	if key.held > 0 {
		it = it.inside(key.held - 1)
	}
	line := c.charge(it, commitment.option())
	line.month = key.month
	c.measure(&line, it, part{sum.micros, sum.span})
	rate := commitment.rate(c.sheet.book)
	used := ratio(sum.micros, microHour)
	if commitment.Kind.savingsPlan() {
		rate = c.sheet.planRate(commitment, it.candidate)
		used.Mul(used, rate.usd)
		line.effective = used
	} else {
		weight, size := commitment.weights(c.sheet.book, it)
		used.Mul(used, ratio(weight, size))
		line.effective = new(big.Rat).Mul(used, rate.usd)
	}
	line.cost = new(big.Rat)
	line.rateEstimated = rate.estimated
	line.discount = commitment.share(c.sheet.book, "Used", used)
	c.sheet.add(line)
}

// addUnused adds the line of what a commitment held and nobody used.
func (c *cover) addUnused(commitment *Commitment, key takenKey, sum takenSum) {
	rate := commitment.rate(c.sheet.book)
	line := c.commitmentCharge(commitment, key.month, sum.span)
	line.description = commitment.label() + ": unused"
	line.sku += ".unused"
	unused := sum.unused.rat(commitment.measure(c.sheet.book))
	line.priced = quantity{unused, commitment.unit()}
	line.price = newPrice(model.Price{}, true)
	line.effective = new(big.Rat).Mul(unused, rate.usd)
	line.cost = new(big.Rat)
	line.rateEstimated = rate.estimated
	line.discount = commitment.share(c.sheet.book, "Unused", unused)
	c.sheet.add(line)
}

// addPurchases adds what the commitment costs: its hours, month by month, and
// what is paid upfront if it is bought at the beginning.
func (c *cover) addPurchases(commitment *Commitment) {
	rate := commitment.rate(c.sheet.book)
	hourly := commitment.recurring(rate.usd)
	begins, ends := c.window(commitment)
	for h := begins; h < ends; {
		first := h
		for h < ends && c.months[h] == c.months[first] {
			h++
		}
		line := c.commitmentCharge(commitment, c.months[first], c.clock(first).join(c.clock(h-1)))
		line.description = commitment.label() + ": recurring fee"
		amount := new(big.Rat).Mul(commitment.quantity(), ratio(int64(h-first), 1))
		c.addPurchase(commitment, line, purchase{Recurring, amount, price{usd: hourly, estimated: rate.estimated}})
	}
	if commitment.TrueUp > 0 && begins < ends {
		line := c.commitmentCharge(commitment, c.months[begins], c.clock(begins))
		line.description = commitment.label() + ": true-up of the exchange"
		line.sku += ".true_up"
		each := new(big.Rat).Quo(ratio(int64(commitment.TrueUp), int64(model.Dollar)), commitment.quantity())
		c.addPurchase(commitment, line, purchase{OneTime, commitment.quantity(), price{usd: each, estimated: rate.estimated}})
	}
	if commitment.Bought && begins < ends {
		line := c.commitmentCharge(commitment, c.months[begins], c.clock(begins))
		line.description = commitment.label() + ": upfront payment"
		line.sku += ".upfront"
		upfront := commitment.upfront(rate.usd)
		term := new(big.Rat).Mul(commitment.quantity(), ratio(commitment.Term.Hours(), 1))
		rate.usd = new(big.Rat).Quo(upfront, term)
		c.addPurchase(commitment, line, purchase{OneTime, term, rate})
	}
}

// purchase is a payment for a commitment.
type purchase struct {
	frequency Frequency
	amount    *big.Rat // unit-hours that it is for
	price     price
}

func (c *cover) addPurchase(commitment *Commitment, line charge, p purchase) {
	if p.price.usd.Sign() == 0 {
		return
	}
	line.category, line.frequency = Purchase, p.frequency
	line.priced = quantity{p.amount, commitment.unit()}
	line.price = p.price
	line.effective = new(big.Rat)
	line.rateEstimated = p.price.estimated
	line.discount = commitment.share(c.sheet.book, "", p.amount)
	c.sheet.add(line)
}

// commitmentCharge returns a line of the commitment itself.
func (c *cover) commitmentCharge(commitment *Commitment, month int, period span) charge {
	return charge{
		service: EC2, sku: commitment.PlanName() + "." + commitment.subject(), option: commitment.option(),
		owner: account, zone: c.zoneOf(commitment), resource: commitment.Kind.String(), month: month, span: period,
		consumed: quantity{new(big.Rat), commitment.unit()},
	}
}

func (c *cover) zoneOf(commitment *Commitment) model.Zone {
	if commitment.Zone == "" {
		return noZone
	}
	return model.Zone(slices.Index(c.sheet.ledger.Zones, commitment.Zone))
}

func (c *Commitment) option() Option {
	if c.Kind.savingsPlan() {
		return SavingsPlan
	}
	return Reserved
}

// unit returns the unit of the commitment's quantity.
func (c *Commitment) unit() string {
	if c.Kind.savingsPlan() {
		return "USD"
	}
	return "Hours"
}

func (c *Commitment) label() string {
	return fmt.Sprintf("%s (%s, %s, %s)", c.Kind, c.subject(), c.Term, c.Payment)
}

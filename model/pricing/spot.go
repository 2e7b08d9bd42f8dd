package pricing

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
)

// billing says what becomes of a Spot lease on the invoice.
type billing uint8

const (
	paid billing = iota + 1
	free
	priceless
)

// spotGroup is what one line is about.
type spotGroup struct {
	owner, kind int32
	zone        model.Zone
	platform    model.Platform
	billing     billing
	month       int
}

type spotSum struct {
	usage
	cost total // in 10⁻⁹ dollar-seconds per hour
}

// billSpot bills Spot instances at the price of each second, at most their
// maximum price.
func billSpot(s *sheet) {
	var groups fold[spotGroup, spotSum]
	book := spotBook{sheet: s, curves: map[curveKey]*curve{}}
	for i := range s.ledger.Leases {
		l := &s.ledger.Leases[i]
		if l.Option != model.Spot {
			continue
		}
		charged, isFree := leaseSpan(l)
		prices := book.curve(l)
		group := spotGroup{l.Owner, l.Type, l.Zone, l.Platform, paid, 0}
		switch {
		case isFree:
			group.billing = free
		case prices == nil:
			group.billing = priceless
		}
		s.calendar.cut(charged, func(month int, part span) {
			group.month = month
			sum := groups.at(group)
			sum.add(part)
			if group.billing == paid {
				sum.cost.add(prices.upTo(part.to) - prices.upTo(part.from))
			}
		})
	}
	for i, group := range groups.keys {
		s.addSpot(group, groups.sums[i])
	}
}

// addSpot adds the line of one group. Its list price is that of On-Demand, so that
// the saving shows.
func (s *sheet) addSpot(group spotGroup, sum spotSum) {
	name := s.ledger.Types[group.kind].Name
	c := charge{
		service: EC2, sku: name + "." + group.platform.String() + ".spot", option: Spot,
		description: name + " " + group.platform.String() + ", spot",
		owner:       group.owner, resource: name, instances: true, zone: group.zone, month: group.month, span: sum.span,
		consumed: quantity{ratio(sum.seconds, 1), "Seconds"},
		priced:   quantity{ratio(sum.seconds, hour), "Hours"},
		price:    s.instance(group.kind, group.platform),
	}
	c.price.estimated = false // the Spot price is not the list price
	switch group.billing {
	case free:
		c.sku += ".interrupted"
		c.description += ", reclaimed within the first hour: not charged"
		c.cost = ratio(0, 1)
	case priceless:
		c.price = price{missing: "the ledger holds no valid prices of its Spot pool"}
	default:
		c.cost = sum.cost.rat(int64(model.Dollar) * hour)
	}
	s.add(c)
}

// spotBook finds the price curve of a lease.
type spotBook struct {
	sheet   *sheet
	curves  map[curveKey]*curve
	lastKey curveKey
	last    *curve
}

// curveKey is all that a lease's price depends on.
type curveKey struct {
	pool, kind int32
	platform   model.Platform
	maxPrice   float64
}

// curve returns the prices of a lease, or nil if the ledger has none.
func (b *spotBook) curve(l *model.Lease) *curve {
	if l.SpotPool < 0 || int(l.SpotPool) >= len(b.sheet.ledger.Spot) || !(l.MaxPrice >= 0) {
		return nil
	}
	key := curveKey{l.SpotPool, l.Type, l.Platform, l.MaxPrice}
	if key == b.lastKey && b.last != nil {
		return b.last
	}
	c, found := b.curves[key]
	if !found {
		ceiling := l.MaxPrice
		if ceiling == 0 {
			ceiling = math.Inf(1)
			listed, ok := b.sheet.book.OnDemand(b.sheet.ledger.Types[l.Type].Name, l.Platform)
			if ok && validPrice(listed.USD) {
				ceiling = listed.USD
			}
		}
		c = newCurve(b.sheet.ledger.Spot[l.SpotPool].Steps, ceiling)
		b.curves[key] = c
	}
	b.lastKey, b.last = key, c
	return c
}

// curve is the running sum of a pool's price under a ceiling: its seconds cost the
// difference of two of its values. Prices are rounded to 10⁻⁹ dollars an hour. The
// sum may wrap around; a difference is right as long as it is below 2⁶⁴, which is
// five years of a hundred dollars an hour.
type curve struct {
	from   []int64  // second from which a step holds
	rate   []uint64 // 10⁻⁹ dollars an hour
	before []uint64 // sum of all seconds before the step
}

// newCurve returns nil if the steps are empty, unsorted or no prices. The first
// step is taken to hold from the start.
func newCurve(steps []model.PriceStep, ceiling float64) *curve {
	sorted := slices.IsSortedFunc(steps, func(a, b model.PriceStep) int { return cmp.Compare(a.At, b.At) })
	if len(steps) == 0 || !sorted {
		return nil
	}
	c := &curve{}
	var sum uint64
	for i, step := range steps {
		if !validPrice(step.USD) {
			return nil
		}
		from := int64(0)
		if i > 0 && step.At > 0 {
			from = wholeSeconds(step.At)
		}
		if i > 0 {
			sum += c.rate[i-1] * uint64(from-c.from[i-1])
		}
		c.from = append(c.from, from)
		c.rate = append(c.rate, uint64(model.USD(min(step.USD, ceiling))))
		c.before = append(c.before, sum)
	}
	return c
}

// upTo returns the sum of the rates of all seconds before one.
func (c *curve) upTo(second int64) uint64 {
	i, found := slices.BinarySearch(c.from, second)
	for found && i+1 < len(c.from) && c.from[i+1] == second {
		i++ // of steps within one second the last holds
	}
	if !found {
		i--
	}
	return c.before[i] + c.rate[i]*uint64(second-c.from[i])
}

package pricing

import (
	"cmp"
	"math/big"
	"math/bits"

	"headroom/model"
	"headroom/sim"
)

// Absences of an owner or a zone.
const (
	account int32      = -1
	noZone  model.Zone = -1
)

// sheet is an invoice in the making: what the meters share.
type sheet struct {
	ledger      *model.Ledger
	freeTier    bool
	wholeMonths bool // allowances are those of whole months
	discount    Negotiated

	halted      func() bool // nil: never
	book        Book
	elsewhere   map[string]Book
	regions     []*model.Ledger // the ledger by Region, if there are several
	commitments []Commitment
	capacity    []CapacityReservation

	calendar   *calendar
	allowances map[allowance]int64  // used so far
	taken      map[coveredKey]int64 // of services, by Compute Savings Plans
	invoice    Invoice
}

func newSheet(ledger *model.Ledger, book Book) *sheet {
	calendar := newCalendar(ledger.Start)
	s := &sheet{
		ledger: ledger, book: book,
		calendar:   calendar,
		allowances: map[allowance]int64{},
		invoice:    Invoice{Currency: "USD", Start: calendar.start},
	}
	for r := range ledger.Regions {
		s.regions = append(s.regions, ledger.In(r))
	}
	return s
}

// allowance is a quantity that is free in each month.
type allowance struct {
	name  string
	month int
}

// allow grants at most want from what is left of limit in a month. Without the
// free tier it grants nothing.
func (s *sheet) allow(name string, month int, want, limit int64) int64 {
	if !s.freeTier {
		return 0
	}
	return s.grant(name, month, want, limit)
}

// grant is [sheet.allow] for what is free for everybody.
func (s *sheet) grant(name string, month int, want, limit int64) int64 {
	key := allowance{name, month}
	granted := max(0, min(want, s.prorated(month, limit)-s.allowances[key]))
	s.allowances[key] += granted
	return granted
}

// prorated returns the part of a month's allowance that belongs to the run: in
// proportion to the seconds of the month that it covers, rounded down.
func (s *sheet) prorated(month int, limit int64) int64 {
	if !s.prorates(month) {
		return limit
	}
	high, low := bits.Mul64(uint64(limit), uint64(s.covered(month)))
	share, _ := bits.Div64(high, low, uint64(s.calendar.seconds(month)))
	return int64(share)
}

// prorates reports whether the run covers only a part of a month, of whose
// allowances it gets that part.
func (s *sheet) prorates(month int) bool {
	return !s.wholeMonths && s.covered(month) < s.calendar.seconds(month)
}

// covered returns the seconds of a month that the run covers.
func (s *sheet) covered(month int) int64 {
	from, to := s.calendar.secondOf(month), s.calendar.secondOf(month+1)
	return max(0, min(to, wholeSeconds(s.ledger.End))-max(0, from))
}

// quantity is an exact amount of a unit.
type quantity struct {
	amount *big.Rat
	unit   string
}

// price is dollars per unit; no dollars means that there is no price, and why.
type price struct {
	usd       *big.Rat
	date      string // of the list that has it; empty: of none
	estimated bool
	missing   string
}

// times returns p with its dollars multiplied, for surcharges.
func (p price) times(factor *big.Rat) price {
	if p.usd != nil {
		p.usd = new(big.Rat).Mul(p.usd, factor)
	}
	return p
}

// lastResort are published us-east-1 prices of items that no price data carries
// (their sources: rules.md). They are taken when the book has none, as estimates.
var lastResort = []struct {
	service, item string
	usd           float64
}{
	{"ec2", "dedicated_region_fee", 2},
	{"vpc", "gwlb_endpoint_hour", 0.01},
	{"vpc", "gwlb_endpoint_bytes", 0.0035},
	{"elb", "gwlb_hour", 0.0125},
	{"elb", "gwlb_lcu_hour", 0.004},
	{"data_transfer", "internet_out_over_150TB", 0.05},
	{"vpn", "connection_hour", 0.05},
	{"route53", "hosted_zone", 0.50},
	{"route53", "health_check", 0.50},
	{"route53", "fast_health_check", 1.00},
	{"lambda", "request", 0.0000002},
	{"lambda", "x86_gb_second", 0.0000166667},
	{"lambda", "x86_gb_second_tier2", 0.000015},
	{"lambda", "x86_gb_second_tier3", 0.0000133334},
	{"lambda", "arm_gb_second", 0.0000133334},
	{"lambda", "arm_gb_second_tier2", 0.0000120001},
	{"lambda", "arm_gb_second_tier3", 0.0000106667},
	{"lambda", "x86_provisioned_gb_second", 0.0000041667},
	{"lambda", "arm_provisioned_gb_second", 0.0000033334},
	{"lambda", "x86_provisioned_duration", 0.0000097222},
	{"lambda", "arm_provisioned_duration", 0.0000077778},
	{"lambda", "storage_gb_second", 0.0000000309},
	{"cloudwatch", "standard_alarm", 0.10},
	{"cloudwatch", "high_resolution_alarm", 0.30},
	{"cloudwatch", "custom_metric", 0.30},
}

// service returns the book's price of an item.
func (s *sheet) service(service, item string) price {
	listed, ok := s.book.Service(service, item)
	for _, last := range lastResort {
		if !ok && last.service == service && last.item == item {
			listed, ok = model.Price{USD: last.usd, Estimated: true}, true
		}
	}
	return newPrice(listed, ok)
}

// instance returns the book's On-Demand price of an instance-hour.
func (s *sheet) instance(kind int32, platform model.Platform) price {
	return newPrice(s.book.OnDemand(s.ledger.Types[kind].Name, platform))
}

func newPrice(listed model.Price, ok bool) price {
	switch {
	case !ok:
		return price{missing: "not in the price book"}
	case !validPrice(listed.USD):
		return price{missing: "the price book's price is negative or not a number"}
	}
	return price{usd: decimal(listed.USD), date: listed.Date, estimated: listed.Estimated}
}

// charge is a line in the making.
type charge struct {
	service     Service
	sku         string // after the service's name
	description string
	option      Option // empty: On-Demand
	owner       int32
	resource    string
	zone        model.Zone
	month       int
	span        span
	consumed    quantity
	priced      quantity
	price       price    // list price
	cost        *big.Rat // where it is not priced × price

	category      Category  // empty: usage
	frequency     Frequency // empty: usage-based
	effective     *big.Rat  // where it is not the cost
	rateEstimated bool      // of the effective cost
	discount      Discount
	reservation   string
	filled        bool // it is usage inside the reservation, not its unused part
	instances     bool
	allowance     bool // how much of it there is depends on a monthly allowance or tier
}

// add appends the line of a charge, or lists it as unpriced. A charge of nothing
// leaves no line.
func (s *sheet) add(c charge) {
	if c.priced.amount.Sign() == 0 {
		return
	}
	c.option = cmp.Or(c.option, OnDemand)
	c.category = cmp.Or(c.category, Usage)
	c.frequency = cmp.Or(c.frequency, UsageBased)
	if c.option == FreeTier {
		c.cost = new(big.Rat)
	}
	if c.price.usd == nil {
		if c.cost == nil {
			s.leaveOut(c)
			return
		}
		c.price.usd = new(big.Rat).Quo(c.cost, c.priced.amount)
	}
	list := new(big.Rat).Mul(c.priced.amount, c.price.usd)
	if c.cost == nil {
		c.cost = list
	}
	estimated := c.price.estimated && c.cost.Sign() > 0
	unit := c.cost
	if c.effective == nil {
		c.effective = c.cost
	} else if estimated = c.rateEstimated; c.category != Purchase {
		unit = c.effective
	}
	kept := s.discount.kept(c.service)
	line := Line{
		Service: c.service, SKU: string(c.service) + "." + c.sku, Description: c.description,
		Option: c.option, Category: c.category, Frequency: c.frequency,
		Owner: s.owner(c.owner), ResourceType: c.resource, Instances: c.instances,
		Region: s.ledger.Region, Zone: s.zone(c.zone),
		From: sim.Time(c.span.from) * sim.Second, To: sim.Time(c.span.to) * sim.Second,
		Month:    s.calendar.first(c.month),
		Consumed: float(c.consumed.amount), ConsumedUnit: c.consumed.unit,
		Priced: float(c.priced.amount), PricedUnit: c.priced.unit,
		UnitPrice: float(kept.of(new(big.Rat).Quo(unit, c.priced.amount))), ListPrice: float(c.price.usd),
		List: round(list), Contracted: round(kept.of(list)), Billed: round(kept.of(c.cost)), Effective: round(kept.of(c.effective)),
		PriceDate: c.price.date, Estimated: estimated, Negotiated: s.discount[c.service], Discount: c.discount, Reservation: c.reservation, Filled: c.filled,
		Prorated: c.allowance && s.prorates(c.month),
	}
	if line.Prorated {
		line.Description += " (allowances prorated)"
	}
	s.invoice.Lines = append(s.invoice.Lines, line)
}

// leaveOut lists a charge that has no price.
func (s *sheet) leaveOut(c charge) {
	s.invoice.Unpriced = append(s.invoice.Unpriced, Unpriced{
		Service: c.service, SKU: string(c.service) + "." + c.sku, Owner: s.owner(c.owner),
		Quantity: float(c.consumed.amount), Unit: c.consumed.unit, Reason: c.price.missing,
	})
}

func (s *sheet) owner(index int32) string {
	if index < 0 {
		return ""
	}
	return s.ledger.Owners[index]
}

// fold sums values by key, in order of first appearance.
type fold[K comparable, V any] struct {
	index map[K]int
	keys  []K
	sums  []V
}

// at returns the sum of a key, valid until the next call.
func (f *fold[K, V]) at(key K) *V {
	i, found := f.index[key]
	if !found {
		if f.index == nil {
			f.index = map[K]int{}
		}
		i = len(f.keys)
		f.index[key] = i
		f.keys = append(f.keys, key)
		f.sums = append(f.sums, *new(V))
	}
	return &f.sums[i]
}

// usage is how long something was used, and when.
type usage struct {
	span    span
	seconds int64
}

func (u *usage) add(part span) {
	u.span = u.span.join(part)
	u.seconds += part.seconds()
}

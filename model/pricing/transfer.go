package pricing

import (
	"cmp"
	"math/big"
	"slices"

	"headroom/model"
)

// outTier is a part of a month's data out to the internet.
type outTier struct {
	item string // "" is free
	upTo model.Bytes
}

// freeOut is free each month, with or without the free tier.
const freeOut = 100 * model.GiB

// outTiers are the tiers of an account, all services and Regions together, counted
// in bytes of the month. A tier's bound counts beyond the free data.
var outTiers = [...]outTier{
	{"", freeOut},
	{"internet_out_0_10TB", freeOut + 10*model.TiB},
	{"internet_out_10_50TB", freeOut + 50*model.TiB},
	{"internet_out_50_150TB", freeOut + 150*model.TiB},
	{"internet_out_over_150TB", mostBytes},
}

// mostBytes is the bound of the last tier, whatever the month.
const mostBytes = 1<<63 - 1

type transferGroup struct {
	owner int32
	month int
	tier  int
}

type transferSum struct {
	span  span
	bytes total
}

func (t *transferSum) add(period span, amount model.Bytes) {
	t.span = t.span.join(period)
	t.bytes.add(uint64(amount))
}

// gib returns the sum in the unit that AWS calls GB.
func (t *transferSum) gib() quantity {
	return quantity{t.bytes.rat(int64(model.GiB)), "GB"}
}

// transfers returns the records of one path in order of time, checked.
func (s *sheet) transfers(path model.TransferPath) []*model.Transfer {
	var records []*model.Transfer
	for i := range s.ledger.Transfers {
		record := &s.ledger.Transfers[i]
		switch record.Path {
		case model.InternetOut, model.CrossZone, model.InterRegion, model.ThroughNAT, model.OneSide, model.Uncharged:
		default:
			panic("pricing: transfer on an unknown path")
		}
		if record.Amount < 0 {
			panic("pricing: transfer of a negative amount")
		}
		if record.Path == path {
			records = append(records, record)
		}
	}
	slices.SortStableFunc(records, func(a, b *model.Transfer) int { return cmp.Compare(a.From, b.From) })
	return records
}

// outBounds returns where each tier ends in a month.
func (s *sheet) outBounds(month int) (bounds [len(outTiers)]model.Bytes) {
	for i := range outTiers {
		if bounds[i] = outTiers[i].upTo; bounds[i] < mostBytes {
			bounds[i] = model.Bytes(s.prorated(month, int64(bounds[i])))
		}
	}
	return bounds
}

// billInternetOut fills the tiers of each month in order of time, so that an owner
// pays the tier that the account had reached.
func billInternetOut(s *sheet) {
	var groups fold[transferGroup, transferSum]
	month, reached, tier := -1, model.Bytes(0), 0
	var bounds [len(outTiers)]model.Bytes
	for _, record := range s.transfers(model.InternetOut) {
		m, period := s.calendar.place(billed(record.From, record.To, 1))
		if m != month {
			month, reached, tier = m, 0, 0
			bounds = s.outBounds(m)
		}
		for left := record.Amount; left > 0; {
			for reached == bounds[tier] {
				tier++
			}
			part := min(left, bounds[tier]-reached)
			groups.at(transferGroup{record.Owner, month, tier}).add(period, part)
			reached += part
			left -= part
		}
	}
	for i, group := range groups.keys {
		sum := &groups.sums[i]
		c := charge{
			service: DataTransfer, owner: group.owner, zone: noZone, month: group.month, span: sum.span,
			consumed: sum.gib(), priced: sum.gib(), allowance: true,
		}
		if item := outTiers[group.tier].item; item != "" {
			c.sku = item
			c.description = "data out to the internet"
			s.addIn(s.ledger.RegionOfOwner(group.owner), c, "data_transfer", item)
			continue
		}
		c.sku = "internet_out_free"
		c.description = "data out to the internet, first 100 GB of the month"
		c.price = newPrice(model.Price{}, true)
		s.add(c)
	}
}

// billCrossZone bills data between zones to both sides.
func billCrossZone(s *sheet) {
	var groups, sides fold[ownerMonth, transferSum]
	for _, record := range s.transfers(model.CrossZone) {
		month, period := s.calendar.place(billed(record.From, record.To, 1))
		groups.at(ownerMonth{record.Owner, month}).add(period, record.Amount)
	}
	for _, record := range s.transfers(model.OneSide) {
		month, period := s.calendar.place(billed(record.From, record.To, 1))
		sides.at(ownerMonth{record.Owner, month}).add(period, record.Amount)
	}
	s.addCrossZone(&groups, ratio(2, 1))
	s.addCrossZone(&sides, ratio(1, 1))
}

// addCrossZone adds lines of data between zones, of one side or of both.
func (s *sheet) addCrossZone(groups *fold[ownerMonth, transferSum], sides *big.Rat) {
	for i, group := range groups.keys {
		sum := &groups.sums[i]
		consumed := sum.gib()
		priced := sum.gib()
		priced.amount.Mul(priced.amount, sides)
		s.add(charge{
			service: DataTransfer, sku: "cross_zone", description: "data between zones, sent and received",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span,
			consumed: consumed, priced: priced,
			price: s.service("data_transfer", "intra_region_each_direction_sum"),
		})
	}
}

// billInterRegion bills data to another Region, once.
func billInterRegion(s *sheet) {
	var groups fold[ownerMonth, transferSum]
	for _, record := range s.transfers(model.InterRegion) {
		month, period := s.calendar.place(billed(record.From, record.To, 1))
		groups.at(ownerMonth{record.Owner, month}).add(period, record.Amount)
	}
	for i, group := range groups.keys {
		sum := &groups.sums[i]
		s.add(charge{
			service: DataTransfer, sku: "inter_region", description: "data to another Region",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span,
			consumed: sum.gib(), priced: sum.gib(), price: s.service("data_transfer", "inter_region_out"),
		})
	}
}

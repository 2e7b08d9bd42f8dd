package pricing

import "headroom/model"

// freeVolumeGB are granted each month by the free tier, of gp2 and gp3 together.
const freeVolumeGB = 30

// volumeRates is how one volume type is charged beyond its storage.
type volumeRates struct {
	kind   string
	free   bool // its storage is in the free tier
	extras []volumeExtra
}

// volumeExtra is a provisioned quantity that is charged between two bounds.
type volumeExtra struct {
	item        string
	unit        string
	throughput  bool // of the throughput; else of the IOPS
	above, upTo int64
}

// unlimited is the upper bound of the last tier.
const unlimited = 1 << 40

// volumeTypes are the EBS volume types. Storage is the item
// KIND_storage.
var volumeTypes = []volumeRates{
	{kind: "gp3", free: true, extras: []volumeExtra{
		{item: "gp3_provisioned_iops", unit: "IOPS", above: model.GP3IOPS, upTo: unlimited},
		{item: "gp3_provisioned_throughput", unit: "MiBps", throughput: true, above: model.GP3ThroughputMiBs, upTo: unlimited},
	}},
	{kind: "gp2", free: true},
	{kind: "io1", extras: []volumeExtra{{item: "io1_provisioned_iops", unit: "IOPS", upTo: unlimited}}},
	{kind: "io2", extras: []volumeExtra{
		{item: "io2_iops_tier1_0_32k", unit: "IOPS", upTo: 32000},
		{item: "io2_iops_tier2_32k_64k", unit: "IOPS", above: 32000, upTo: 64000},
		{item: "io2_iops_tier3_over_64k", unit: "IOPS", above: 64000, upTo: unlimited},
	}},
	{kind: "st1"},
	{kind: "sc1"},
	{kind: "standard"},
}

// amount returns how much of a volume falls under an extra.
func (e *volumeExtra) amount(v *model.VolumeUse) int64 {
	have := v.IOPS
	if e.throughput {
		have = v.ThroughputMiBs
	}
	return max(0, min(have, e.upTo)-e.above)
}

type volumeGroup struct {
	owner int32
	zone  model.Zone
	kind  string
	month int
}

type volumeSum struct {
	usage
	gib    int64    // GiB-seconds
	extras [3]int64 // unit-seconds
}

// billVolumes bills EBS volumes by the second of the month that it is.
func billVolumes(s *sheet) {
	var groups fold[volumeGroup, volumeSum]
	for i := range s.ledger.Volumes {
		v := &s.ledger.Volumes[i]
		rates := ratesOf(v.Type)
		s.calendar.cut(billed(v.From, v.To, minute), func(month int, part span) {
			sum := groups.at(volumeGroup{v.Owner, v.Zone, v.Type, month})
			sum.add(part)
			sum.gib += v.SizeGiB * part.seconds()
			for j := range rates.extras {
				sum.extras[j] += rates.extras[j].amount(v) * part.seconds()
			}
		})
	}
	for i, group := range groups.keys {
		s.addVolumes(group, &groups.sums[i])
	}
	for i := range s.ledger.IOs {
		s.addIOs(&s.ledger.IOs[i])
	}
}

// addIOs charges the I/Os of volumes that cost by them, in the month in which they end.
func (s *sheet) addIOs(u *model.IOUse) {
	c := charge{service: EBS, owner: u.Owner, resource: u.Type, sku: u.Type + "_io_requests", description: u.Type + " I/O requests", zone: noZone}
	s.calendar.cut(billed(u.From, u.To, 0), func(month int, part span) { c.month, c.span = month, c.span.join(part) })
	c.price = s.service("ebs", c.sku)
	c.consumed = quantity{ratio(u.Count, 1), "Requests"}
	c.priced = quantity{ratio(u.Count, 1_000_000), "1M Requests"}
	s.add(c)
}

// addVolumes adds the lines of one group.
func (s *sheet) addVolumes(group volumeGroup, sum *volumeSum) {
	rates := ratesOf(group.kind)
	c := charge{
		service: EBS, owner: group.owner, resource: group.kind, zone: group.zone,
		month: group.month, span: sum.span,
	}
	c.sku = group.kind + "_storage"
	c.description = group.kind + " storage"
	c.price = s.service("ebs", c.sku)
	if rates.kind == "" {
		c.price = price{missing: "no such volume type"}
	}
	if rates.free {
		granted := s.allow("volumes", group.month, sum.gib, freeVolumeGB*s.calendar.seconds(group.month))
		c.option, c.allowance = FreeTier, s.freeTier
		s.addMonthly(c, granted, "GB")
		sum.gib -= granted
		c.option = OnDemand
	}
	s.addMonthly(c, sum.gib, "GB")
	c.allowance = false
	for j, extra := range rates.extras {
		c.sku = extra.item
		c.description = group.kind + " provisioned " + extra.unit
		c.price = s.service("ebs", extra.item)
		s.addMonthly(c, sum.extras[j], extra.unit)
	}
}

// addMonthly adds a charge that is priced per unit and month and was used for so
// many unit-seconds.
func (s *sheet) addMonthly(c charge, unitSeconds int64, unit string) {
	c.consumed = quantity{ratio(unitSeconds, hour), unit + "-Hours"}
	c.priced = quantity{ratio(unitSeconds, s.calendar.seconds(c.month)), unit + "-Months"}
	s.add(c)
}

// ratesOf returns the rates of a volume type, empty if there is no such type.
func ratesOf(kind string) volumeRates {
	for _, rates := range volumeTypes {
		if rates.kind == kind {
			return rates
		}
	}
	return volumeRates{}
}

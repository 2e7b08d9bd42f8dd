package pricing

import "headroom/model"

// freeAddressHours are granted each month by the free tier.
const freeAddressHours = 750

type ownerMonth struct {
	owner int32
	month int
}

// billAddresses bills public IPv4 addresses, whoever holds them and whether they
// are attached or not: AWS's rule since February 2024.
func billAddresses(s *sheet) {
	var groups fold[ownerMonth, usage]
	for i := range s.ledger.Addresses {
		a := &s.ledger.Addresses[i]
		if a.Own || a.Kind == model.PrivateAddress || a.Kind == model.SecondaryAddress {
			continue
		}
		s.calendar.cut(billed(a.From, a.To, minute), func(month int, part span) {
			groups.at(ownerMonth{a.Owner, month}).add(part)
		})
	}
	for i, group := range groups.keys {
		sum := groups.sums[i]
		c := charge{
			service: VPC, sku: "public_ipv4", description: "public IPv4 addresses",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span, allowance: s.freeTier,
			price: s.service("ec2", "public_ipv4"),
		}
		add := func(seconds int64, option Option) {
			c.option = option
			c.consumed = quantity{ratio(seconds, 1), "Seconds"}
			c.priced = quantity{ratio(seconds, hour), "Hours"}
			s.add(c)
		}
		granted := s.allow("addresses", group.month, sum.seconds, freeAddressHours*hour)
		add(granted, FreeTier)
		add(sum.seconds-granted, OnDemand)
	}
}

package pricing

import (
	"cmp"
	"slices"

	"headroom/model"
)

// billDedicatedRegion bills the fee that a Region costs while at least one
// dedicated instance runs in it.
func billDedicatedRegion(s *sheet) {
	var runs []span
	for i := range s.ledger.Leases {
		if l := &s.ledger.Leases[i]; l.Tenancy == model.TenancyDedicated {
			charged, _ := leaseSpan(l)
			runs = append(runs, charged)
		}
	}
	slices.SortFunc(runs, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var sums fold[int, usage]
	covered := int64(0)
	for _, run := range runs {
		s.calendar.cut(span{max(run.from, covered), run.to}, func(month int, part span) {
			sums.at(month).add(part)
		})
		covered = max(covered, run.to)
	}
	for i, month := range sums.keys {
		s.add(charge{
			service: EC2, sku: "dedicated_region_fee", description: "fee of the Region while a dedicated instance runs",
			owner: account, zone: noZone, month: month, span: sums.sums[i].span,
			consumed: quantity{ratio(sums.sums[i].seconds, 1), "Seconds"},
			priced:   quantity{ratio(sums.sums[i].seconds, hour), "Hours"},
			price:    s.service("ec2", "dedicated_region_fee"),
		})
	}
}

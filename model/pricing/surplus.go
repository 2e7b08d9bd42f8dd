package pricing

import (
	"headroom/model"
	"headroom/sim"
)

// surplusGroup is the surplus CPU credits on one line.
type surplusGroup struct {
	ownerMonth
	kind     int32
	platform model.Platform
}

type surplusSum struct {
	span   span
	amount total // vCPU-nanoseconds
}

// surplusItem is the book's name of the price of a vCPU-hour of surplus credits:
// Windows has its own, and so has T4g.
func surplusItem(family string, platform model.Platform) string {
	switch {
	case platform == model.Windows:
		return "cpu_surplus_credit_windows"
	case family == "t4g":
		return "cpu_surplus_credit_linux_t4g"
	}
	return "cpu_surplus_credit_linux_t2_t3_t3a"
}

// billSurplus bills surplus CPU credits, 60 of which are a vCPU-hour. No commitment
// covers them.
func billSurplus(s *sheet) {
	var groups fold[surplusGroup, surplusSum]
	for i := range s.ledger.Surplus {
		u := &s.ledger.Surplus[i]
		month, part := s.calendar.place(billed(u.From, u.To, 1))
		sum := groups.at(surplusGroup{ownerMonth{u.Owner, month}, u.Type, u.Platform})
		sum.span = sum.span.join(part)
		sum.amount.add(uint64(u.Amount))
	}
	for i, group := range groups.keys {
		t := &s.ledger.Types[group.kind]
		hours := quantity{groups.sums[i].amount.rat(int64(sim.Hour)), "vCPU-Hours"}
		s.add(charge{
			service: EC2, sku: "cpu_credits." + t.Name + "." + group.platform.String(),
			description: "surplus CPU credits of " + t.Name, owner: group.owner, resource: t.Name, zone: noZone,
			month: group.month, span: groups.sums[i].span, consumed: hours, priced: hours,
			price: s.service("ec2", surplusItem(t.Family, group.platform)),
		})
	}
}

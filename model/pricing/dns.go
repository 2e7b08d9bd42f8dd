package pricing

import "headroom/model"

// freeChecks are the health checks of what AWS runs that are free each month; options such
// as a fast interval are not.
const freeChecks = 50

type nameGroup struct {
	ownerMonth
	check model.CheckKind
}

// billNames bills hosted zones and health checks by the part of the month in which they are.
// Queries for an alias of a load balancer are free.
func billNames(s *sheet) {
	var groups fold[nameGroup, usage]
	for i := range s.ledger.Names {
		n := &s.ledger.Names[i]
		s.calendar.cut(billed(n.From, n.To, 0), func(month int, part span) {
			groups.at(nameGroup{ownerMonth{n.Owner, month}, n.Check}).add(part)
		})
	}
	for i, group := range groups.keys {
		sum := groups.sums[i]
		c := charge{service: Route53, owner: group.owner, zone: noZone, month: group.month, span: sum.span}
		switch group.check {
		case 0:
			c.sku, c.description = "hosted_zone", "hosted zones"
			c.price = s.service("route53", c.sku)
			s.addMonthly(c, sum.seconds, "Zone")
		case model.FastCheck:
			c.sku, c.description = "fast_health_check", "health checks each 10 seconds"
			c.price = s.service("route53", c.sku)
			s.addMonthly(c, sum.seconds, "Check")
		default:
			c.sku, c.description, c.allowance = "health_check", "health checks", true
			granted := s.grant("checks", group.month, sum.seconds, freeChecks*s.calendar.seconds(group.month))
			c.price = s.service("route53", c.sku)
			s.addMonthly(c, sum.seconds-granted, "Check")
			c.sku, c.description, c.price = "health_check_free", "health checks, the first 50", newPrice(model.Price{}, true)
			s.addMonthly(c, granted, "Check")
		}
	}
}

package pricing

// metricsPerInstance are what detailed monitoring of one instance publishes,
// and freeMetrics are granted each month by the free tier.
const (
	metricsPerInstance = 7
	freeMetrics        = 10
)

// billMonitoring bills detailed monitoring by the second of the month that it is.
func billMonitoring(s *sheet) {
	var groups fold[ownerMonth, usage]
	for i := range s.ledger.Monitored {
		m := &s.ledger.Monitored[i]
		s.calendar.cut(billed(m.From, m.To, 0), func(month int, part span) {
			groups.at(ownerMonth{m.Owner, month}).add(part)
		})
	}
	for i, group := range groups.keys {
		sum := groups.sums[i]
		c := charge{
			service: CloudWatch, sku: "detailed_monitoring", description: "detailed monitoring of instances",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span, allowance: s.freeTier,
			price: s.service("ec2", "detailed_monitoring"),
		}
		metrics := metricsPerInstance * sum.seconds
		granted := s.allow("metrics", group.month, metrics, freeMetrics*s.calendar.seconds(group.month))
		c.option = FreeTier
		s.addMonthly(c, granted, "Metric")
		c.option = OnDemand
		s.addMonthly(c, metrics-granted, "Metric")
	}
}

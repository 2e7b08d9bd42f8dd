package pricing

import (
	"headroom/model"
	"headroom/sim"
)

// metricsPerInstance are what detailed monitoring of one instance publishes,
// and freeMetrics are granted each month by the free tier.
const (
	metricsPerInstance = 7
	freeMetrics        = 10
)

// billMonitoring bills detailed monitoring by the second of the month that it is.
func billMonitoring(s *sheet) {
	var t metricTime
	for i := range s.ledger.Monitored {
		m := &s.ledger.Monitored[i]
		t.add(s, m.From, m.To, m.Owner)
	}
	t.bill(s, metricsPerInstance, charge{
		service: CloudWatch, sku: "detailed_monitoring", description: "detailed monitoring of instances",
		price: s.service("ec2", "detailed_monitoring"),
	})
}

// billMetrics bills metrics of the user's own by the second of the month that it is.
func billMetrics(s *sheet) {
	var t metricTime
	for i := range s.ledger.Metrics {
		m := &s.ledger.Metrics[i]
		t.add(s, m.From, m.To, m.Owner)
	}
	t.bill(s, 1, charge{
		service: CloudWatch, sku: "custom_metric", description: "metrics of one's own",
		price: s.service("cloudwatch", "custom_metric"),
	})
}

// metricTime is how long metrics were published, by owner and month.
type metricTime struct{ groups fold[ownerMonth, usage] }

func (t *metricTime) add(s *sheet, from, to sim.Time, owner int32) {
	s.calendar.cut(billed(from, to, 0), func(month int, part span) {
		t.groups.at(ownerMonth{owner, month}).add(part)
	})
}

// bill charges so many metrics for each second, the first ten of a month free where the
// free tier is.
func (t *metricTime) bill(s *sheet, metrics int64, c charge) {
	c.zone, c.allowance = noZone, s.freeTier
	for i, group := range t.groups.keys {
		sum := t.groups.sums[i]
		c.owner, c.month, c.span = group.owner, group.month, sum.span
		seconds := metrics * sum.seconds
		granted := s.allow("metrics", group.month, seconds, freeMetrics*s.calendar.seconds(group.month))
		c.option = FreeTier
		s.addMonthly(c, granted, "Metric")
		c.option = OnDemand
		s.addMonthly(c, seconds-granted, "Metric")
	}
}

// freeAlarms are granted each month to everybody, of standard resolution.
const freeAlarms = 10

type alarmGroup struct {
	ownerMonth
	high bool
}

// billAlarms bills alarms by the second of the month that it is.
func billAlarms(s *sheet) {
	var groups fold[alarmGroup, usage]
	for i := range s.ledger.Alarms {
		a := &s.ledger.Alarms[i]
		s.calendar.cut(billed(a.From, a.To, 0), func(month int, part span) {
			groups.at(alarmGroup{ownerMonth{a.Owner, month}, a.HighResolution}).add(part)
		})
	}
	for i, group := range groups.keys {
		sum := groups.sums[i]
		c := charge{
			service: CloudWatch, sku: "standard_alarm", description: "alarms of standard resolution",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span,
		}
		if group.high {
			c.sku, c.description = "high_resolution_alarm", "alarms of high resolution"
			c.price = s.service("cloudwatch", c.sku)
			s.addMonthly(c, sum.seconds, "Alarm")
			continue
		}
		c.allowance = true
		granted := s.grant("alarms", group.month, sum.seconds, freeAlarms*s.calendar.seconds(group.month))
		c.price = s.service("cloudwatch", c.sku)
		s.addMonthly(c, sum.seconds-granted, "Alarm")
		c.sku += "_free"
		c.description += ", the first 10"
		c.price = newPrice(model.Price{}, true)
		s.addMonthly(c, granted, "Alarm")
	}
}

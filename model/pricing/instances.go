package pricing

import (
	"math/big"

	"headroom/model"
	"headroom/sim"
)

// dedicatedFactor is what a dedicated instance costs over a shared one (FACTS 28.6).
var dedicatedFactor = big.NewRat(11, 10)

// freeInstanceHours are granted each month by the free tier, t2.micro and
// t3.micro together (FACTS 28.1).
const freeInstanceHours = 750

// leaseSpan returns the seconds of a lease that are charged, and whether they are
// free: a Spot instance that the cloud took back within an hour of its start.
//
// Time carried from before the run has been charged there: it fulfils the minimum
// and fills the hour of a full-hour platform, and counts for the first hour.
func leaseSpan(l *model.Lease) (charged span, free bool) {
	checkPeriod(l.From, l.To)
	ran := l.Carried + l.To - l.From
	if l.Option == model.Spot && l.End == model.EndedByReclaim && ran < sim.Hour {
		return billed(l.From, l.To, 0), true
	}
	if l.Platform != model.SUSE {
		return billed(l.From, l.To, minute-int64(l.Carried/sim.Second)), false
	}
	before := ceilDivide(int64(l.Carried), int64(sim.Hour)) // hours begun before the run
	all := max(1, ceilDivide(int64(ran), int64(sim.Hour)))
	if l.Option == model.Spot && l.End == model.EndedByReclaim {
		all = int64(ran / sim.Hour) // the interrupted hour is not charged
	}
	first := int64((l.From + sim.Time(before)*sim.Hour - l.Carried) / sim.Second)
	return span{first, first + max(0, all-before)*hour}, false
}

// billOnDemand bills the instances that were launched On-Demand. Those on
// Dedicated Hosts are paid for with their hosts.
func billOnDemand(s *sheet) {
	hours := ClockHours(s.ledger)
	free := s.takeFreeHours(hours)
	for i := range hours.Uses {
		if free != nil {
			s.addInstances(hours, &free[i], FreeTier)
		}
		s.addInstances(hours, &hours.Uses[i], OnDemand)
	}
}

// takeFreeHours moves what the free tier grants, hour by hour, out of the uses. It
// returns a use for each use, or nil without the free tier.
func (s *sheet) takeFreeHours(hours Hours) []Use {
	if !s.freeTier {
		return nil
	}
	free := make([]Use, len(hours.Uses))
	var eligible []int
	for i, use := range hours.Uses {
		free[i] = use
		free[i].Seconds = make([]int64, len(use.Seconds))
		name := s.ledger.Types[use.Type].Name
		if (name == "t2.micro" || name == "t3.micro") && use.Tenancy == model.TenancyDefault {
			eligible = append(eligible, i)
		}
	}
	for h := range hours.count() {
		month := s.calendar.month(hours.begin(h))
		for _, i := range eligible {
			granted := s.allow("instances", month, hours.Uses[i].Seconds[h], freeInstanceHours*hour)
			free[i].Seconds[h] = granted
			hours.Uses[i].Seconds[h] -= granted
		}
	}
	return free
}

// addInstances adds the lines of one use, a month each.
func (s *sheet) addInstances(hours Hours, use *Use, option Option) {
	name := s.ledger.Types[use.Type].Name
	c := charge{
		service: EC2, sku: name + "." + use.Platform.String(), option: option,
		owner: use.Owner, resource: name, zone: use.Zone,
		price: s.instance(use.Type, use.Platform),
	}
	switch use.Tenancy {
	case model.TenancyDefault:
	case model.TenancyDedicated:
		c.sku += ".dedicated"
		c.price = c.price.times(dedicatedFactor)
	case model.TenancyHost:
		c.sku += ".host"
		c.price = price{missing: "instances on Dedicated Hosts are paid for per host, and no host is in the ledger"}
	default:
		panic("pricing: lease without tenancy")
	}
	c.description = name + " " + use.Platform.String() + ", " + string(option)
	for h := 0; h < len(use.Seconds); {
		c.month = s.calendar.month(hours.begin(h))
		var seconds int64
		c.span = span{}
		for ; h < len(use.Seconds) && s.calendar.month(hours.begin(h)) == c.month; h++ {
			if n := use.Seconds[h]; n > 0 {
				seconds += n
				c.span = c.span.join(span{hours.begin(h), hours.begin(h + 1)})
			}
		}
		c.span = span{max(c.span.from, use.span.from), min(c.span.to, use.span.to)}
		c.consumed = quantity{ratio(seconds, 1), "Seconds"}
		c.priced = quantity{ratio(seconds, hour), "Hours"}
		s.add(c)
	}
}

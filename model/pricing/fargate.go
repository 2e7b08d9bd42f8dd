package pricing

import (
	"math/big"

	"headroom/model"
	"headroom/model/container"
)

type fargateGroup struct {
	ownerMonth
	zone model.Zone
	arm  bool
	spot bool
}

// fargateSum is what tasks used in a month: CPU units, MiB and GB times seconds.
type fargateSum struct {
	span                 span
	cpu, memory, storage big.Int
}

// billFargate bills tasks on Fargate by the vCPU and the GB, each second from when their
// image is loaded to their end, a minute at least (AWS Fargate pricing).
func billFargate(s *sheet) {
	var groups fold[fargateGroup, fargateSum]
	for i := range s.ledger.Tasks {
		u := &s.ledger.Tasks[i]
		if !u.Fargate {
			continue
		}
		s.calendar.cut(billed(u.From, u.To, minute), func(month int, part span) {
			sum := groups.at(fargateGroup{ownerMonth{u.Owner, month}, u.Zone, u.ARM, u.Spot})
			sum.span = sum.span.join(part)
			addProduct(&sum.cpu, u.CPU, part.seconds())
			addProduct(&sum.memory, u.MemoryMiB, part.seconds())
			addProduct(&sum.storage, max(0, u.Storage-container.FreeStorage), part.seconds())
		})
	}
	for i, group := range groups.keys {
		s.addFargate(group, &groups.sums[i])
	}
}

func (s *sheet) addFargate(group fargateGroup, sum *fargateSum) {
	arch := architecture(group.arm)
	add := func(amount *big.Int, perUnit int64, item, description, unit string) {
		hours := new(big.Rat).SetFrac(amount, big.NewInt(perUnit*hour))
		if !group.spot {
			hours.Sub(hours, ratio(s.coveredOf(item, group.owner, group.zone, group.month), microHour))
		}
		c := charge{
			service: Fargate, owner: group.owner, zone: group.zone, month: group.month, span: sum.span, resource: "task",
			sku: item, description: description, consumed: quantity{hours, unit}, priced: quantity{hours, unit}, price: s.service("fargate", item),
		}
		if group.spot {
			s.onFargateSpot(&c, item)
		}
		s.add(c)
	}
	add(&sum.cpu, container.UnitsPerCPU, "vcpu_linux_"+arch, "vCPUs of tasks, "+arch, "vCPU-Hours")
	add(&sum.memory, 1024, "memory_linux_"+arch, "memory of tasks, "+arch, "GB-Hours")
	group.spot = false // which has no price of its own
	add(&sum.storage, 1, "ephemeral_storage", "ephemeral storage of tasks beyond 20 GB", "GB-Hours")
}

// fargateSpotShare is what Fargate Spot costs of the On-Demand price where the book does not
// say: AWS Fargate pricing has up to 70 % off.
var fargateSpotShare = big.NewRat(30, 100)

// onFargateSpot makes a charge one of Fargate Spot. Its list price is that of On-Demand, so that
// the saving shows.
func (s *sheet) onFargateSpot(c *charge, item string) {
	c.sku, c.option, c.description = item+"_spot", Spot, c.description+", spot"
	spot := s.service("fargate", c.sku)
	if spot.usd == nil {
		spot = c.price.times(fargateSpotShare)
		spot.estimated = true
	}
	if spot.usd == nil {
		return
	}
	c.cost = new(big.Rat).Mul(c.priced.amount, spot.usd)
	c.effective, c.rateEstimated = c.cost, spot.estimated
}

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
			sum := groups.at(fargateGroup{ownerMonth{u.Owner, month}, u.Zone, u.ARM})
			sum.span = sum.span.join(part)
			addProduct(&sum.cpu, u.CPU, part.seconds())
			addProduct(&sum.memory, u.MemoryMiB, part.seconds())
			addProduct(&sum.storage, max(0, u.Storage-container.FreeStorage), part.seconds())
		})
	}
	for i, group := range groups.keys {
		sum, arch := &groups.sums[i], "x86"
		if group.arm {
			arch = "arm"
		}
		add := func(amount *big.Int, perUnit int64, item, description, unit string) {
			hours := new(big.Rat).SetFrac(amount, big.NewInt(perUnit*hour))
			s.add(charge{
				service: Fargate, owner: group.owner, zone: group.zone, month: group.month, span: sum.span, resource: "task",
				sku: item, description: description, consumed: quantity{hours, unit}, priced: quantity{hours, unit}, price: s.service("fargate", item),
			})
		}
		add(&sum.cpu, container.UnitsPerCPU, "vcpu_linux_"+arch, "vCPUs of tasks, "+arch, "vCPU-Hours")
		add(&sum.memory, 1024, "memory_linux_"+arch, "memory of tasks, "+arch, "GB-Hours")
		add(&sum.storage, 1, "ephemeral_storage", "ephemeral storage of tasks beyond 20 GB", "GB-Hours")
	}
}

package pricing

import (
	"math/big"

	"headroom/model"
	"headroom/model/function"
	"headroom/sim"
)

// The free tier of functions, each month.
const (
	freeCalls      = 1_000_000
	freeGBSeconds  = 400_000
	mbOfGB         = 1024
	secondFraction = int64(sim.Second)
)

// functionTiers are the GB-seconds of a month up to which each price goes, beside the last.
var functionTiers = map[bool][2]int64{false: {6_000_000_000, 15_000_000_000}, true: {7_500_000_000, 18_750_000_000}}

type functionGroup struct {
	ownerMonth
	arm bool
}

// functionSum is what a function used in a month, in MB times nanoseconds.
type functionSum struct {
	span                             span
	calls                            int64
	billed, ready, provided, storage big.Int
}

// billFunctions bills calls of Lambda functions, and what they computed and kept ready.
func billFunctions(s *sheet) {
	var groups fold[functionGroup, functionSum]
	for i := range s.ledger.Functions {
		u := &s.ledger.Functions[i]
		month, period := s.calendar.place(billed(u.From, u.To, 1))
		sum := groups.at(functionGroup{ownerMonth{u.Owner, month}, u.ARM})
		sum.span = sum.span.join(period)
		sum.calls += u.Calls
		addProduct(&sum.billed, u.Memory, int64(u.Billed-u.Ready))
		addProduct(&sum.ready, u.Memory, int64(u.Ready))
		if u.Provisioned > 0 {
			addProduct(&sum.provided, u.Memory*u.Provisioned, int64(u.To-u.From))
		}
		addProduct(&sum.storage, max(0, u.Storage-function.FreeStorage), int64(u.Billed))
	}
	used := map[functionTier]*big.Rat{}
	for i, group := range groups.keys {
		s.addFunction(group, &groups.sums[i], used)
	}
}

// functionTier is what the tiers of a month count.
type functionTier struct {
	month int
	arm   bool
}

func addProduct(sum *big.Int, a, b int64) {
	sum.Add(sum, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
}

// gbSeconds converts MB times nanoseconds.
func gbSeconds(x *big.Int) *big.Rat {
	return new(big.Rat).SetFrac(x, big.NewInt(mbOfGB*secondFraction))
}

func (s *sheet) addFunction(group functionGroup, sum *functionSum, used map[functionTier]*big.Rat) {
	add := func(item, description string, amount *big.Rat, unit string, p price) {
		if amount.Sign() <= 0 {
			return
		}
		q := quantity{amount, unit}
		s.add(charge{
			service: Lambda, owner: group.owner, zone: noZone, month: group.month, span: sum.span, resource: "function",
			sku: item, description: description, consumed: q, priced: q, price: p,
		})
	}
	free := newPrice(model.Price{}, true)
	granted := s.allow("lambda_calls", group.month, sum.calls, freeCalls)
	add("request_free", "calls, free", ratio(granted, 1), "Requests", free)
	add("request", "calls", ratio(sum.calls-granted, 1), "Requests", s.service("lambda", "request"))
	arch := architecture(group.arm)
	beyondPlans := func(amount *big.Int, tail string) *big.Rat {
		taken := ratio(s.coveredOf(arch+tail, group.owner, noZone, group.month), micro)
		return taken.Sub(gbSeconds(amount), taken)
	}
	billed := beyondPlans(&sum.billed, onDemandSeconds)
	whole := new(big.Int).Quo(billed.Num(), billed.Denom()).Int64()
	if covered := ratio(s.allow("lambda_gb_seconds", group.month, whole+1, freeGBSeconds), 1); covered.Sign() > 0 {
		if covered.Cmp(billed) > 0 {
			covered = billed
		}
		add("gb_second_free", "computing, free", covered, "GB-Seconds", free)
		billed = new(big.Rat).Sub(billed, covered)
	}
	at := functionTier{group.month, group.arm}
	if used[at] == nil {
		used[at] = new(big.Rat)
	}
	for tier := range 3 {
		part := billed
		if tier < 2 {
			left := new(big.Rat).Sub(ratio(s.prorated(group.month, functionTiers[group.arm][tier]), 1), used[at])
			if left.Sign() < 0 {
				left = new(big.Rat)
			}
			if left.Cmp(part) < 0 {
				part = left
			}
		}
		item := arch + []string{"_gb_second", "_gb_second_tier2", "_gb_second_tier3"}[tier]
		add(item, "computing, "+arch, part, "GB-Seconds", s.service("lambda", item))
		used[at] = new(big.Rat).Add(used[at], part)
		billed = new(big.Rat).Sub(billed, part)
	}
	add(arch+"_provisioned_gb_second", "provisioned concurrency, "+arch, beyondPlans(&sum.provided, providedSeconds), "GB-Seconds", s.service("lambda", arch+"_provisioned_gb_second"))
	add(arch+"_provisioned_duration", "computing in provisioned concurrency, "+arch, beyondPlans(&sum.ready, readySeconds), "GB-Seconds", s.service("lambda", arch+"_provisioned_duration"))
	add("storage_gb_second", "/tmp beyond 512 MB", gbSeconds(&sum.storage), "GB-Seconds", s.service("lambda", "storage_gb_second"))
}

package credits

import (
	"math"

	"headroom/model"
	"headroom/sim"
)

const (
	// fullAfter is how long an idle instance earns until its balance is full, and how
	// much surplus it may owe.
	fullAfter = 24
	// keptFor is how long the balance of a stopped instance is kept.
	keptFor = 7 * sim.Day
	// launchCredits are given for each vCPU.
	launchCredits = 30 * model.Credit
)

// firstGeneration is the family that starts with launch credits, in standard mode, and
// forgets its balance when it stops.
const firstGeneration = "t2"

// Earn returns what an instance of a type earns in an hour; 0 of one without credits.
func Earn(t *model.InstanceType) model.Credits {
	if !t.Burstable {
		return 0
	}
	return model.Credits(math.Round(t.CreditsPerHour*1e6)) * (model.Credit / 1e6)
}

// Full returns the most that an instance of a type holds of what it earns.
func Full(t *model.InstanceType) model.Credits { return fullAfter * Earn(t) }

// Mode returns the mode of an instance for which none is chosen: unlimited, but of T2
// and on Dedicated Hosts standard.
func Mode(t *model.InstanceType, tenancy model.Tenancy) model.CreditMode {
	switch {
	case !t.Burstable:
		return 0
	case t.Family == firstGeneration || tenancy == model.TenancyHost:
		return model.CreditsStandard
	}
	return model.CreditsUnlimited
}

// Launch returns what an instance is given at each launch and each start.
func Launch(t *model.InstanceType, mode model.CreditMode) model.Credits {
	if t.Family != firstGeneration || mode != model.CreditsStandard {
		return 0
	}
	return model.Credits(t.VCPUs) * launchCredits
}

// Keeps returns how long a stopped instance of a type keeps its balance.
func Keeps(t *model.InstanceType) sim.Time {
	if t.Family == firstGeneration {
		return 0
	}
	return keptFor
}

// Refusal returns the rule against a mode for instances of a type, or "".
func Refusal(t *model.InstanceType, tenancy model.Tenancy, mode model.CreditMode) string {
	switch {
	case mode != 0 && !t.Burstable:
		return "must be of a T family: " + t.Name + " has no CPU credits"
	case mode == model.CreditsUnlimited && tenancy == model.TenancyHost:
		return "must be standard on a Dedicated Host"
	}
	return ""
}

// quotaOf is how many launches and starts are given credits within quotaTime.
const (
	quotaOf   = 100
	quotaTime = 24 * sim.Hour
)

// Quota counts the launches and starts of an account in a Region that were given
// launch credits: 100 in any 24 hours are. Its zero value has counted none.
type Quota struct {
	given [quotaOf]sim.Time // a ring, of those not forgotten
	next  int
	full  bool
}

// Grant reports whether a launch at an instant is given credits, and counts it.
func (q *Quota) Grant(at sim.Time) bool {
	if q.full && at-q.given[q.next] < quotaTime {
		return false
	}
	q.given[q.next] = at
	if q.next++; q.next == quotaOf {
		q.next, q.full = 0, true
	}
	return true
}

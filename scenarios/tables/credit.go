package tables

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/credits"
	"headroom/scenarios/schema"
)

// badCombination is EC2's code for settings that do not go together.
const badCombination = "InvalidParameterCombination"

// mostCredits is what the largest size holds.
const mostCredits = 4608

// creditKeys are those of instances of T families.
func creditKeys() []schema.Key {
	return []schema.Key{
		schema.Row("credit_specification", schema.Inner(), "", "CPU credits of T families").Coded(badCombination),
		schema.Row("credit_specification.cpu_credits", schema.OneOf(
			"standard: without credits it falls to its baseline", "unlimited: without credits it goes on, for money",
		), "(unlimited; standard of T2)", "what an instance does when its credits are spent"),
		schema.Row("credit_specification.initial_balance", schema.Quantity(schema.Number, 0, mostCredits), "(as after a launch)",
			"credits of instances that are there at the start of the run"),
	}
}

// creditSpec is how instances spend CPU credits.
type creditSpec struct {
	mode    model.CreditMode // 0: the type's usual one
	balance model.Credits    // at the start of the run; 0: as after a launch
}

// readCredits reads how instances of a type spend CPU credits.
func (l *loader) readCredits(t *schema.Table, typ int, tenancy model.Tenancy) (s creditSpec) {
	const key = "credit_specification"
	if !t.Has(key) {
		t.Pass(key)
		return s
	}
	c := t.Inside(key)
	defer c.Done()
	if c.Has("cpu_credits") {
		s.mode = model.CreditsStandard
		if c.Choice("cpu_credits") == "unlimited" {
			s.mode = model.CreditsUnlimited
		}
	} else {
		c.Pass("cpu_credits")
	}
	if c.Has("initial_balance") {
		s.balance = model.Credits(math.Round(c.Quantity("initial_balance") * float64(model.Credit)))
	} else {
		c.Pass("initial_balance")
	}
	if typ < 0 || !c.Faultless() {
		return creditSpec{}
	}
	it := &l.cfg.Types[typ]
	if !it.Burstable {
		t.Wrong(key, fmt.Sprintf("must not be given: %s has no CPU credits", it.Name))
		return creditSpec{}
	}
	if rule := credits.Refusal(it, tenancy, s.mode); rule != "" {
		c.Reject("cpu_credits", schema.Fault{Rule: rule, Code: badCombination})
	}
	if full := credits.Full(it); s.balance > full {
		c.Wrong("initial_balance", fmt.Sprintf("must be at most what %s holds (%g)", it.Name, full.Float64()))
	}
	return s
}

// checkCredits refuses a type that has no CPU credits beside a launch template that
// says how to spend them.
func (l *loader) checkCredits(t *schema.Table, typ int, lt *controlplane.LaunchTemplate) {
	if lt.Credits != 0 && !l.cfg.Types[typ].Burstable {
		t.Reject("instance_type", schema.Fault{
			Rule: "must have CPU credits: its launch template has a credit_specification", Code: badCombination,
		})
	}
}

package results

import (
	"testing"

	"headroom/model/pricing"
)

// AWS covers Fargate and Lambda by Compute Savings Plans, but not by those of EC2 instances
// nor by reservations.
func TestPlansBeyondInstances(t *testing.T) {
	of := func(service pricing.Service) Charge { return Charge{Line: pricing.Line{Service: service}} }
	by := func(kind pricing.CommitmentKind) Charge {
		return Charge{Line: pricing.Line{Service: pricing.EC2, Discount: pricing.Discount{Name: "plan", Kind: kind}}}
	}
	for _, c := range []struct {
		charges []Charge
		want    bool
	}{
		{[]Charge{by(pricing.ComputeSavingsPlan), of(pricing.Fargate)}, true},
		{[]Charge{of(pricing.Lambda), by(pricing.ComputeSavingsPlan)}, true},
		{[]Charge{by(pricing.ComputeSavingsPlan), of(pricing.ELB)}, false},
		{[]Charge{by(pricing.EC2InstanceSavingsPlan), of(pricing.Fargate)}, false},
		{[]Charge{of(pricing.EC2), of(pricing.Fargate)}, false},
		{nil, false},
	} {
		if got := beyondPlans(c.charges); got != c.want {
			t.Errorf("%v: %v, want %v", c.charges, got, c.want)
		}
	}
}

package catalog

import (
	"math"
	"testing"

	"headroom/model"
)

func TestComputePlanRatesArePublishedElseDerived(t *testing.T) {
	noUpfront := func(term model.Term) model.Offering {
		return model.Offering{Class: model.Standard, Term: term, Payment: model.NoUpfront}
	}
	for _, c := range []struct {
		region, name string
		platform     model.Platform
		term         model.Term
		want         float64 // 0: the Convertible rate
		estimated    bool
	}{
		{"us-east-1", "c4.large", model.Linux, model.OneYear, 0.072, false},  // as AWS's file has it
		{"us-east-1", "c4.large", model.Windows, model.OneYear, 0, true},     // not in it
		{"us-west-2", "m5.large", model.Linux, model.OneYear, 0, true},       // another Region
		{"us-east-1", "m5.12xlarge", model.Linux, model.ThreeYears, 0, true}, // another size
	} {
		catalog, err := Open(c.region)
		if err != nil {
			t.Fatal(err)
		}
		offering := noUpfront(c.term)
		got, ok := catalog.ComputePlan(c.name, c.platform, offering)
		want := c.want
		if want == 0 {
			offering.Class = model.Convertible
			convertible, _ := catalog.Reserved(c.name, c.platform, offering)
			want = convertible.USD
		}
		if !ok || math.Abs(got.USD-want) > 1e-9 || got.Estimated != c.estimated {
			t.Errorf("%s %s in %s: %+v, want $%v, estimated %v", c.name, c.platform, c.region, got, want, c.estimated)
		}
	}
}

// Every size of a family without Reserved Instances takes the family's share of
// its On-Demand price: of C8i, 0.7227 for a year without upfront and 0.4828 for
// three (AWS's rate file of September 2026).
func TestFamiliesWithoutReservedInstancesHavePlans(t *testing.T) {
	catalog, err := Open("us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c8i.large", "c8i.xlarge", "c8i.24xlarge"} {
		onDemand, _ := catalog.OnDemand(name, model.Linux)
		for term, want := range map[model.Term]float64{model.OneYear: 0.7227, model.ThreeYears: 0.4828} {
			got, ok := catalog.ComputePlan(name, model.Linux, model.Offering{Class: model.Convertible, Term: term, Payment: model.NoUpfront})
			if share := got.USD / onDemand.USD; !ok || math.Abs(share-want) > 0.0005 {
				t.Errorf("%s, %s: %.4f of On-Demand, want %.4f", name, term, share, want)
			}
		}
	}
	if _, ok := catalog.ComputePlan("c99.large", model.Linux, model.Offering{Class: model.Convertible, Term: model.OneYear, Payment: model.NoUpfront}); ok {
		t.Error("a type that does not exist has a plan")
	}
}

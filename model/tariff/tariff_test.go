package tariff

import (
	"testing"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/pricing"
)

// Offerings are numbered alike on both sides: each rate is the catalogue's, and
// a longer term or more upfront never costs more than AWS's price of a t3.medium says.
func TestRatesAreTheCataloguesOwn(t *testing.T) {
	c, err := catalog.Open("us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	b := Of(c)
	for _, want := range []struct {
		offering pricing.Offering
		usd      float64
	}{ // t3.medium, AWS list prices
		{pricing.Offering{Class: pricing.Standard, Term: pricing.OneYear, Payment: pricing.NoUpfront}, 0.0261},
		{pricing.Offering{Class: pricing.Standard, Term: pricing.ThreeYears, Payment: pricing.NoUpfront}, 0.0180},
		{pricing.Offering{Class: pricing.Convertible, Term: pricing.OneYear, Payment: pricing.NoUpfront}, 0.0300},
		{pricing.Offering{Class: pricing.Convertible, Term: pricing.ThreeYears, Payment: pricing.NoUpfront}, 0.0206},
		{pricing.Offering{Class: pricing.Standard, Term: pricing.OneYear, Payment: pricing.PartialUpfront}, 0.024843},
		{pricing.Offering{Class: pricing.Standard, Term: pricing.ThreeYears, Payment: pricing.AllUpfront}, 410.99 / 26280},
	} {
		usd, _, ok := b.Reserved("t3.medium", model.Linux, want.offering)
		if !ok || usd < want.usd*0.995 || usd > want.usd*1.005 {
			t.Errorf("%+v: got %v (%v), want about %v", want.offering, usd, ok, want.usd)
		}
	}
	usd, _, ok := b.DedicatedHost("m5")
	reserved, _, okReserved := b.ReservedHost("m5", pricing.Offering{Term: pricing.OneYear, Payment: pricing.NoUpfront})
	if !ok || usd != 5.069 || !okReserved || reserved != 3.193 {
		t.Errorf("m5 host: got %v and %v reserved, want 5.069 and 3.193", usd, reserved)
	}
	if shape, ok := b.HostShape("c5"); !ok || shape.VCPUs != 72 {
		t.Errorf("c5 host: got %+v, want the 72 threads that its price pays for", shape)
	}
	if b.NormalizedUnits("m5.xlarge") != 8 {
		t.Errorf("m5.xlarge: %v units, want 8", b.NormalizedUnits("m5.xlarge"))
	}
	if _, _, ok := b.OnDemand("m5.huge", model.Linux); ok {
		t.Error("m5.huge has a price")
	}
}

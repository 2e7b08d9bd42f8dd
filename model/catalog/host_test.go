package catalog

import (
	"math"
	"testing"

	"headroom/model"
)

// fill returns how many instances of the type fit a host.
func fill(c *Catalog, t *testing.T, name string) int {
	t.Helper()
	in, ok := c.Type(name)
	h, known := c.Host(in.Family)
	if !ok || !known {
		t.Fatalf("%s: type %v, host %v", name, ok, known)
	}
	cpu, memory := h.Capacity()
	needCPU, needMemory := h.Need(in)
	return min(cpu/needCPU, int(memory/needMemory))
}

func TestHostsTakeWhatAWSSays(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for name, want := range map[string]int{
		"m5.4xlarge": 6, "m5.large": 48, "m5.24xlarge": 1, "m5.metal": 1,
		"t3.nano": 192, "t3.medium": 192, "t3.large": 96, "t3.xlarge": 48, "t3.2xlarge": 24,
		"t4g.small": 192, "t2.2xlarge": 24, "c7i.metal-24xl": 1,
		"c4.large": 16, "d2.xlarge": 8, "u-6tb1.56xlarge": 1, // memory binds
	} {
		if got := fill(c, t, name); got != want {
			t.Errorf("%d %s fit, want %d", got, name, want)
		}
	}
	t3, _ := c.Host("t3")
	nano, _ := c.Type("t3.nano")
	large, _ := c.Type("t3.2xlarge")
	slots, _ := t3.Capacity()
	a, _ := t3.Need(nano)
	b, _ := t3.Need(large)
	if 96*a+12*b != slots {
		t.Errorf("96 t3.nano and 12 t3.2xlarge take %d of %d slots", 96*a+12*b, slots)
	}
	if t3.VCPUs != 96 || t3.Cores != 48 || t3.Sockets != 2 {
		t.Errorf("t3: %+v", t3)
	}
}

func TestEveryTypeFitsItsHost(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, in := range c.Types() {
		if fill(c, t, in.Name) < 1 {
			t.Errorf("%s does not fit its host", in.Name)
		}
	}
}

func TestDedicatedHostsDifferWhereTheirPriceDoes(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	if h, ok := c.DedicatedShape("c5"); !ok || h.VCPUs != 72 || h.Cores != 36 || h.Sockets != 2 || h.MemoryMiB != 144*1024 {
		t.Errorf("c5: %+v, %v", h, ok)
	}
	if h, _ := c.DedicatedShape("m7g"); h.VCPUs != 192 {
		t.Errorf("m7g: %+v", h)
	}
	shared, _ := c.Host("m5")
	if h, _ := c.DedicatedShape("m5"); h != shared {
		t.Errorf("m5: %+v, shared %+v", h, shared)
	}
	if _, ok := c.DedicatedShape("zz9"); ok {
		t.Error("zz9 has a host")
	}
}

func TestDedicatedHostPrices(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for family, want := range map[string][3]float64{ // on demand, 1 and 3 years without upfront
		"m5": {5.069, 3.193, 2.190}, "c5": {3.366, 2.121, 1.410},
	} {
		price, _ := c.DedicatedHost(family)
		one, _ := c.ReservedHost(family, model.Offering{Term: model.OneYear, Payment: model.NoUpfront})
		three, _ := c.ReservedHost(family, model.Offering{Term: model.ThreeYears, Payment: model.NoUpfront})
		if got := [3]float64{price.USD, one.USD, three.USD}; got != want || price.Estimated || one.Estimated {
			t.Errorf("%s: %v, want %v", family, got, want)
		}
	}
	for family, usd := range map[string]float64{"r5": 6.653, "t3": 8.786} {
		if got, _ := c.DedicatedHost(family); got.USD != usd {
			t.Errorf("%s: %v, want %v", family, got.USD, usd)
		}
	}
}

func TestUnlistedDedicatedHostsAreEstimated(t *testing.T) {
	ireland := mustOpen(t, "eu-west-1")
	got, ok := ireland.DedicatedHost("m5")
	if !ok || !got.Estimated || math.Abs(got.USD-5.65) > 0.01 { // 5.069 x m5's ratio 0.107/0.096
		t.Errorf("m5 in Ireland: %+v, %v; want about 5.65, estimated", got, ok)
	}
	if reserved, _ := ireland.ReservedHost("m5", model.Offering{Term: model.OneYear, Payment: model.NoUpfront}); !reserved.Estimated || reserved.USD >= got.USD {
		t.Errorf("reserved m5 in Ireland: %+v", reserved)
	}
	c := mustOpen(t, "us-east-1")
	largest, _ := c.OnDemand("m8a.48xlarge", model.Linux)
	if got, ok := c.DedicatedHost("m8a"); !ok || !got.Estimated || math.Abs(got.USD-1.1*largest.USD) > 1e-4 {
		t.Errorf("m8a: %+v, %v; want 1.1 x %v, estimated", got, ok, largest.USD)
	}
	if reserved, ok := c.ReservedHost("m8a", model.Offering{Term: model.ThreeYears, Payment: model.AllUpfront}); !ok || !reserved.Estimated {
		t.Errorf("reserved m8a: %+v, %v", reserved, ok)
	}
	if _, ok := c.DedicatedHost("p6-b300"); ok {
		t.Error("p6-b300 does not go on Dedicated Hosts")
	}
}

package catalog

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
)

// offerings lists all twelve.
func offerings() []model.Offering {
	var all []model.Offering
	for _, class := range []model.Class{model.Standard, model.Convertible} {
		for _, term := range []model.Term{model.OneYear, model.ThreeYears} {
			for _, payment := range []model.Payment{model.NoUpfront, model.PartialUpfront, model.AllUpfront} {
				all = append(all, model.Offering{Class: class, Term: term, Payment: payment})
			}
		}
	}
	return all
}

func TestReservedRatesOfT3Medium(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for o, want := range map[model.Offering]float64{
		{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront}:         0.0261,
		{Class: model.Standard, Term: model.OneYear, Payment: model.PartialUpfront}:    0.024843, // sold as $109 and $0.0124 an hour
		{Class: model.Standard, Term: model.OneYear, Payment: model.AllUpfront}:        0.024315,
		{Class: model.Standard, Term: model.ThreeYears, Payment: model.NoUpfront}:      0.0180,
		{Class: model.Convertible, Term: model.OneYear, Payment: model.NoUpfront}:      0.0300,
		{Class: model.Convertible, Term: model.ThreeYears, Payment: model.NoUpfront}:   0.0206,
		{Class: model.Convertible, Term: model.ThreeYears, Payment: model.AllUpfront}:  0.018721,
		{Class: model.Standard, Term: model.ThreeYears, Payment: model.PartialUpfront}: 0.016633,
	} {
		got, ok := c.Reserved("t3.medium", model.Linux, o)
		if want := (model.Price{USD: want, Date: "2025-05-28"}); !ok || got != want {
			t.Errorf("%+v: %+v, %v; want %+v", o, got, ok, want)
		}
	}
	for o, want := range map[model.Offering]float64{
		{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront}: 0.121, {Class: model.Standard, Term: model.ThreeYears, Payment: model.NoUpfront}: 0.083,
	} {
		if got, _ := c.Reserved("m5.xlarge", model.Linux, o); got.USD != want {
			t.Errorf("m5.xlarge %+v: %v, want %v", o, got.USD, want)
		}
	}
}

func TestReservedFollowsPriceCuts(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	now, _ := c.OnDemand("p4d.24xlarge", model.Linux)
	r, _ := c.instances.find("p4d.24xlarge,linux")
	then, _ := r.float(columnRatesUSD)
	listed, _ := r.float(columnReserved)
	if now.USD >= then {
		t.Fatalf("p4d.24xlarge was not cut: %v then, %v now", then, now.USD)
	}
	got, _ := c.Reserved("p4d.24xlarge", model.Linux, model.Offering{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront})
	if want := listed * now.USD / then; math.Abs(got.USD-want) > 1e-9 || got.USD >= now.USD {
		t.Errorf("reserved %v, want %v, below %v", got.USD, want, now.USD)
	}
}

func TestNoReservationCostsMoreThanOnDemand(t *testing.T) {
	for _, region := range Regions() {
		c := mustOpen(t, region)
		for _, in := range c.Types() {
			for _, platform := range []model.Platform{model.Linux, model.Windows} {
				onDemand, priced := c.OnDemand(in.Name, platform)
				for _, o := range offerings() {
					got, ok := c.Reserved(in.Name, platform, o)
					if ok != priced || ok && !(got.USD > 0 && got.USD < onDemand.USD) {
						t.Errorf("%s %s %v %+v: %v, %v; on demand %v", region, in.Name, platform, o, got.USD, ok, onDemand.USD)
					}
				}
			}
		}
	}
}

func TestMissingReservedRatesAreTheUsualDiscount(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	price, _ := c.OnDemand("m8a.large", model.Linux)
	for o, discount := range map[model.Offering]float64{
		{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront}: 0.37, {Class: model.Standard, Term: model.ThreeYears, Payment: model.AllUpfront}: 0.62,
		{Class: model.Convertible, Term: model.OneYear, Payment: model.PartialUpfront}: 0.31, {Class: model.Convertible, Term: model.ThreeYears, Payment: model.NoUpfront}: 0.50,
	} {
		got, ok := c.Reserved("m8a.large", model.Linux, o)
		if !ok || !got.Estimated || math.Abs(got.USD-price.USD*(1-discount)) > 1e-12 {
			t.Errorf("%+v: %+v, want %v off %v, estimated", o, got, discount, price.USD)
		}
	}
	for _, o := range []model.Offering{{}, {Class: model.Standard, Term: 2, Payment: model.NoUpfront}, {Class: model.Standard, Term: model.OneYear, Payment: 4}, {Class: 3, Term: model.OneYear, Payment: model.NoUpfront}} {
		if _, ok := c.Reserved("m5.large", model.Linux, o); ok {
			t.Errorf("%+v is priced", o)
		}
	}
}

func TestSeoulEstimatesAreFlagged(t *testing.T) {
	c := mustOpen(t, "ap-northeast-2")
	if got, ok := c.OnDemand("m5.large", model.Linux); !ok || got != (model.Price{USD: 0.118, Date: "2025-05-28"}) {
		t.Errorf("m5.large: %+v, %v", got, ok)
	}
	if got, ok := c.OnDemand("c7gd.12xlarge", model.Linux); !ok || !got.Estimated || got.USD != 2.49475 {
		t.Errorf("c7gd.12xlarge: %+v, %v; want 2.49475, estimated", got, ok)
	}
	if _, ok := c.OnDemand("c7gd.12xlarge", model.Windows); ok {
		t.Error("a Windows price was estimated")
	}
	estimated := 0
	for _, in := range c.Types() {
		if price, _ := c.OnDemand(in.Name, model.Linux); price.Estimated {
			estimated++
		}
	}
	if estimated != 245 {
		t.Errorf("%d estimated prices, want 245", estimated)
	}
}

// The counts are those of the source's price lists.
func TestEveryListedPriceIsThere(t *testing.T) {
	for region, want := range map[string][2]int{ // linux, windows
		"us-east-1": {1367, 615}, "us-west-2": {904, 614}, "eu-west-1": {813, 594},
		"ap-northeast-1": {804, 595}, "ap-northeast-2": {521, 413},
	} {
		c := mustOpen(t, region)
		var got [2]int
		for _, in := range c.Types() {
			for i, platform := range []model.Platform{model.Linux, model.Windows} {
				if price, ok := c.OnDemand(in.Name, platform); ok && !price.Estimated {
					got[i]++
				}
			}
		}
		if got != want {
			t.Errorf("%s: %v listed prices, want %v", region, got, want)
		}
	}
}

func TestEveryPlatformHasItsPrice(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	if got, ok := c.OnDemand("m5.large", model.Windows); !ok || got.USD != 0.188 || got.Date != "2025-05-28" {
		t.Errorf("Windows: %+v, %v", got, ok)
	}
	for platform, usd := range map[model.Platform]float64{model.RHEL: 0.16, model.SUSE: 0.152} {
		if got, ok := c.OnDemand("m5.large", platform); !ok || got.USD != usd || got.Date != "2025-05-28" || got.Estimated {
			t.Errorf("%v: %+v, %v", platform, got, ok)
		}
	}
	if got, ok := c.OnDemand("mac2.metal", model.MacOS); ok {
		t.Errorf("a Mac is billed by its host, got %+v", got)
	}
	if _, ok := c.OnDemand("no.such", model.Linux); ok {
		t.Error("an unknown type is priced")
	}
}

func TestSpotFollowsItsSources(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	if got := c.SpotMeanRatio("t3.medium", model.Linux); math.Abs(got-0.42) > 1e-9 { // 0.017472 / 0.0416
		t.Errorf("t3.medium: ratio %v, want 0.42", got)
	}
	if got, ok := c.SpotAverage("t3.medium", model.Linux); !ok || math.Abs(got.USD-0.017472) > 1e-9 || got.Estimated {
		t.Errorf("t3.medium: average %+v, %v", got, ok)
	}
	if got := c.InterruptionBucket("t3.medium", model.Windows); got != 2 {
		t.Errorf("t3.medium Windows: bucket %d, want 2", got)
	}
	if ratio, bucket := c.SpotMeanRatio("m5.large", model.SUSE), c.InterruptionBucket("m5.large", model.SUSE); ratio != 0.35 || bucket != 1 {
		t.Errorf("unknown market: ratio %v, bucket %d; want 0.35 and 1", ratio, bucket)
	}
	if got, ok := c.SpotAverage("u-6tb1.112xlarge", model.Linux); ok {
		t.Errorf("u-6tb1 is not sold as Spot, got %+v", got)
	}
}

func TestServicePrices(t *testing.T) {
	for _, want := range []struct {
		region    string
		item      string
		usd       float64
		estimated bool
	}{
		{"us-east-1", "ebs/gp3_storage", 0.08, false},
		{"us-east-1", "data_transfer/internet_out_over_150TB", 0.05, false},
		{"us-east-1", "elb/gwlb_hour", 0.0125, false},
		{"us-east-1", "cloudwatch/standard_alarm", 0.1, true},
		{"ap-northeast-2", "ebs/gp3_storage", 0.0912, false},
		{"ap-northeast-2", "elb/alb_hour", 0.0225, false},
		{"ap-northeast-2", "elb/alb_lcu_hour", 0.0096504, true}, // 0.008 x 1.2063
		{"us-west-2", "elb/alb_lcu_hour", 0.008, true},
		{"eu-west-1", "ec2/public_ipv4", 0.005, false},
		{"ap-northeast-1", "data_transfer/intra_region_each_direction_sum", 0.01, false},
	} {
		service, item, _ := strings.Cut(want.item, "/")
		got, ok := mustOpen(t, want.region).Service(service, item)
		if !ok || got.USD != want.usd || got.Estimated != want.estimated {
			t.Errorf("%s %s: %+v, %v; want %v, estimated %v", want.region, want.item, got, ok, want.usd, want.estimated)
		}
	}
}

func TestEveryItemIsPricedInEveryRegion(t *testing.T) {
	all := mustOpen(t, "us-east-1").services()
	for _, region := range Regions() {
		c := mustOpen(t, region)
		for line := range all.all() {
			key := line.cell(0)
			service, item, _ := strings.Cut(key, "/")
			_, ok := c.Service(service, item)
			r, _ := c.services().find(key)
			if !ok && key != "data_transfer/inter_us_east_out" || ok && r.cell(columnItemUnit) == "" {
				t.Errorf("%s: %s has no price or unit", region, key)
			}
		}
	}
}

func TestPriceDateIsThatOfTheNewestList(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "2026-07-20", "eu-west-1": "2025-05-28"} {
		if got := mustOpen(t, region).PriceDate(); got != want {
			t.Errorf("%s: prices of %s, want %s", region, got, want)
		}
	}
}

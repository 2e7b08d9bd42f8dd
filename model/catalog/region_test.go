package catalog

import (
	"slices"
	"strings"
	"testing"

	"headroom/model"
)

// Prices of AWS's lists, in dollars: On-Demand Linux m5.large an hour, gp3 a GB and
// month, the first 10 TB to the internet a GB.
func TestEveryRegionHasThePricesOfItsList(t *testing.T) {
	for region, want := range map[string][3]float64{
		"af-south-1": {0.127, 0.1047, 0.154}, "ap-east-1": {0.132, 0.1056, 0.12}, "ap-northeast-3": {0.124, 0.096, 0.114},
		"ap-south-1": {0.101, 0.0912, 0.1093}, "ap-southeast-1": {0.12, 0.096, 0.12}, "ap-southeast-2": {0.12, 0.096, 0.114},
		"ca-central-1": {0.107, 0.088, 0.09}, "eu-central-1": {0.115, 0.0952, 0.09}, "eu-north-1": {0.102, 0.0836, 0.09},
		"eu-south-1": {0.112, 0.0924, 0.09}, "eu-west-2": {0.111, 0.0928, 0.09}, "eu-west-3": {0.112, 0.0928, 0.09},
		"sa-east-1": {0.153, 0.152, 0.15}, "us-east-2": {0.096, 0.08, 0.09}, "us-west-1": {0.112, 0.096, 0.09},
	} {
		c := mustOpen(t, region)
		machine, _ := c.OnDemand("m5.large", model.Linux)
		disk, _ := c.Service("ebs", "gp3_storage")
		out, _ := c.Service("data_transfer", "internet_out_0_10TB")
		for i, got := range []model.Price{machine, disk, out} {
			if got.USD != want[i] || got.Estimated || got.Date == "" {
				t.Errorf("%s: %+v, want %v, not estimated", region, got, want[i])
			}
		}
	}
}

// What a Region does not list costs the price of us-east-1 at its level, and says so:
// every item of us-east-1 is priced everywhere.
func TestWhatARegionDoesNotListIsOfUSEast1AtItsLevel(t *testing.T) {
	home := mustOpen(t, "us-east-1")
	for _, region := range Regions() {
		c := mustOpen(t, region)
		for line := range home.services().all() {
			service, item, _ := strings.Cut(line.cell(0), "/")
			if item == "inter_us_east_out" { // of two neighbours
				continue
			}
			there, _ := home.Service(service, item)
			got, ok := c.Service(service, item)
			switch {
			case !ok:
				t.Errorf("%s has no %s/%s", region, service, item)
			case got.Estimated && item != "intra_region_each_direction_sum" && got.USD != there.USD && !near(got.USD, there.USD*c.Level()):
				t.Errorf("%s %s/%s: %v, want %v x %v", region, service, item, got.USD, there.USD, c.Level())
			}
		}
	}
	c := mustOpen(t, "me-central-1") // no list of its volumes; level 1.2264
	if got, _ := c.Service("ebs", "gp3_storage"); !got.Estimated || !near(got.USD, 0.08*1.2264) {
		t.Errorf("gp3 in me-central-1: %+v", got)
	}
}

func near(a, b float64) bool { return a > b*0.9999 && a < b*1.0001 }

// A Region sells what it lists: two zones at least, types with prices and Reserved
// rates below On-Demand.
func TestEveryRegionIsUsable(t *testing.T) {
	if n := len(Regions()); n != 32 || !slices.IsSorted(Regions()) {
		t.Errorf("%d Regions: %v", n, Regions())
	}
	for _, region := range Regions() {
		c := mustOpen(t, region)
		if zones := c.Zones(); len(zones) < 2 {
			t.Errorf("%s has the zones %v", region, zones)
		}
		if c.PriceDate() < "2025-05-28" {
			t.Errorf("%s: prices of %q", region, c.PriceDate())
		}
		priced, unpriced := 0, 0
		for _, in := range c.Types() {
			price, ok := c.OnDemand(in.Name, model.Linux)
			switch {
			case c.OfferedZones(in.Name) == "":
			case !ok:
				unpriced++
			default:
				priced++
				rate, ok := c.Reserved(in.Name, model.Linux, model.Offering{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront})
				if !ok || !(rate.USD > 0 && rate.USD < price.USD) {
					t.Errorf("%s %s: reserved %+v of %+v", region, in.Name, rate, price)
				}
			}
		}
		if priced < 150 || unpriced > 19 {
			t.Errorf("%s: %d offered types have a price, %d have none", region, priced, unpriced)
		}
	}
}

// m8a is newer than the lists of all Regions but of us-east-1: in Frankfurt, which
// lists its predecessor, it costs what it costs in us-east-1 at the level of m7a there.
func TestANewTypeIsEstimatedByItsPredecessor(t *testing.T) {
	home, c := mustOpen(t, "us-east-1"), mustOpen(t, "eu-central-1")
	price := func(c *Catalog, name string) float64 {
		p, _ := c.OnDemand(name, model.Linux)
		return p.USD
	}
	want := price(home, "m8a.large") * price(c, "m7a.large") / price(home, "m7a.large")
	if got, _ := c.OnDemand("m8a.large", model.Linux); !got.Estimated || !near(got.USD, want) {
		t.Errorf("m8a.large: %+v, want %v", got, want)
	}
}

func TestZonesThatNobodyListsAreThree(t *testing.T) {
	for region, listed := range map[string]bool{"mx-central-1": false, "ap-southeast-7": false, "us-east-1": true, "ca-west-1": true} {
		c := mustOpen(t, region)
		if c.ZonesListed() != listed {
			t.Errorf("%s: zones listed %v", region, !listed)
		}
		if !listed && (c.OfferedZones("m6i.large") != "abc" || len(c.Zones()) != 3) {
			t.Errorf("%s: m6i.large in %q of %v", region, c.OfferedZones("m6i.large"), c.Zones())
		}
	}
}

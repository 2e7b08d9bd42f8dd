package catalog

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"headroom/model"
)

func mustOpen(t testing.TB, region string) *Catalog {
	t.Helper()
	c, err := Open(region)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTablesAreThoseThatWereChecked(t *testing.T) {
	sum := sha256.New()
	count := func(name string, of table, want int) {
		var rows []string
		for r := range of.all() {
			rows = append(rows, string(r))
		}
		fmt.Fprintln(sum, name)
		fmt.Fprintln(sum, strings.Join(rows, "\n"))
		if len(rows) != want {
			t.Errorf("%s: %d rows, want %d", name, len(rows), want)
		}
		if !slices.IsSorted(rows) {
			t.Errorf("%s is not sorted", name)
		}
	}
	want := map[string][3]int{ // instances, hosts, services
		"ap-northeast-1": {1770, 121, 59},
		"ap-northeast-2": {1192, 86, 59},
		"eu-west-1":      {1765, 122, 59},
		"us-east-1":      {2002, 151, 60},
		"us-west-2":      {1978, 151, 59},
	}
	for i, region := range slices.Sorted(maps.Keys(want)) {
		c := mustOpen(t, region)
		if i == 0 {
			count("types", types(), 1403)
			count("storage", storage(), 1403)
			count("shapes", shapes(), 200)
		}
		count(region+"/instances", c.instances, want[region][0])
		count(region+"/hosts", c.hosts(), want[region][1])
		count(region+"/services", c.services(), want[region][2])
	}
	// A new sum is right only together with a sentence on what changed. Last: the prices of Fargate.
	if got := fmt.Sprintf("%x", sum.Sum(nil))[:16]; got != "7a1ec4b78dbe85d7" {
		t.Errorf("checksum of all tables is %s", got)
	}
}

func TestUnknownRegionNamesTheNearest(t *testing.T) {
	_, err := Open("us-eats-1")
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"one of 32", `"us-eats-1"`, `did you mean "us-east-1"?`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not mention %s", err, part)
		}
	}
	if _, err := Open("mars"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("Open(mars): %v, want an error without a suggestion", err)
	}
}

func TestListedTypesAreAsPublished(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, want := range []struct {
		name       string
		vcpus      int
		gib        float64
		base, peak float64
		usd        float64
	}{ // AWS instance tables; price list of 2026-07-20
		{"t2.nano", 1, 0.5, 0.032, 0.512, 0.0058},
		{"t2.medium", 2, 4, 0.256, 1.024, 0.0464},
		{"t3.nano", 2, 0.5, 0.032, 5, 0.0052},
		{"t3.medium", 2, 4, 0.256, 5, 0.0416},
		{"t3.2xlarge", 8, 32, 2.048, 5, 0.3328},
		{"t3a.large", 2, 8, 0.512, 5, 0.0752},
		{"t4g.small", 2, 2, 0.128, 5, 0.0168},
		{"m5.large", 2, 8, 0.75, 10, 0.0960},
		{"m5.4xlarge", 16, 64, 5, 10, 0.7680},
		{"m5.8xlarge", 32, 128, 10, 10, 1.5360},
		{"m5.24xlarge", 96, 384, 25, 25, 4.6080},
		{"m5.metal", 96, 384, 25, 25, 4.6080},
		{"m6i.large", 2, 8, 0.781, 12.5, 0.0960},
		{"m6g.xlarge", 4, 16, 1.25, 10, 0.1540},
		{"m7g.large", 2, 8, 0.937, 12.5, 0.0816},
		{"m7i.large", 2, 8, 0.781, 12.5, 0.1008},
		{"c5.9xlarge", 36, 72, 12, 12, 1.5300},
		{"c5.18xlarge", 72, 144, 25, 25, 3.0600},
		{"c6g.large", 2, 4, 0.75, 10, 0.0680},
		{"r5.12xlarge", 48, 384, 12, 12, 3.0240},
		{"r6i.xlarge", 4, 32, 1.562, 12.5, 0.2520},
		{"x1.32xlarge", 128, 1952, 25, 25, 13.3380},
		{"x2iedn.xlarge", 4, 128, 1.875, 25, 0.8336},
		{"i3.large", 2, 15.25, 0.75, 10, 0.1560},
		{"i4i.4xlarge", 16, 128, 9.375, 25, 1.3730},
		{"d3.8xlarge", 32, 256, 25, 25, 3.9955},
		{"h1.8xlarge", 32, 128, 10, 10, 1.8720}, // the sum of the cards says 12
	} {
		got, ok := c.Type(want.name)
		price, priced := c.OnDemand(want.name, model.Linux)
		if !ok || !priced {
			t.Errorf("%s: known %v, priced %v", want.name, ok, priced)
			continue
		}
		if got.VCPUs != want.vcpus || float64(got.MemoryMiB) != want.gib*1024 ||
			got.NetworkBaseGbps != want.base || got.NetworkPeakGbps != want.peak {
			t.Errorf("%s: got %+v, want %+v", want.name, got, want)
		}
		// The published table rounds to four decimals.
		if math.Abs(price.USD-want.usd) > 5e-5 || price.Date != "2026-07-20" || price.Estimated {
			t.Errorf("%s: price %+v, want %v of 2026-07-20", want.name, price, want.usd)
		}
	}
}

func TestFixedNetworkTextWinsOverTheSumOfCards(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for name, gbps := range map[string]float64{
		"c6in.32xlarge": 200, "g6e.48xlarge": 400, "p6-b200.48xlarge": 3200, "p4d.24xlarge": 400, "dl1.24xlarge": 400,
	} {
		if got, _ := c.Type(name); got.NetworkBaseGbps != gbps || got.NetworkPeakGbps != gbps {
			t.Errorf("%s: %v/%v Gbps, want %v", name, got.NetworkBaseGbps, got.NetworkPeakGbps, gbps)
		}
	}
}

func TestBurstableTypesCarryTheirCredits(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for _, in := range c.Types() {
		earned := in.BaselinePercent / 100 * 60 * float64(in.VCPUs)
		if in.Burstable != (in.CreditsPerHour > 0) || math.Abs(earned-in.CreditsPerHour) > 1e-9 {
			t.Errorf("%s: burstable %v, %v credits/h, baseline earns %v", in.Name, in.Burstable, in.CreditsPerHour, earned)
		}
	}
}

func TestTypesAreSortedByFamilyThenSize(t *testing.T) {
	types := mustOpen(t, "eu-west-1").Types()
	var m7i []string
	for i, in := range types {
		if i > 0 && in.Family < types[i-1].Family {
			t.Fatalf("%s after %s", in.Name, types[i-1].Name)
		}
		if in.Family == "m7i" {
			m7i = append(m7i, in.Size)
		}
	}
	want := "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl"
	if got := strings.Join(m7i, " "); got != want {
		t.Errorf("m7i: %s, want %s", got, want)
	}
}

func TestZonesAreThoseWithOffers(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "abcdef", "us-west-2": "abcd", "eu-west-1": "abc", "ap-northeast-1": "acd", "ap-northeast-2": "abcd",
	} {
		if got := strings.Join(mustOpen(t, region).Zones(), ""); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
	c := mustOpen(t, "us-east-1")
	if got := c.OfferedZones("t3.medium"); got != "abcdf" {
		t.Errorf("t3.medium is offered in %q, want abcdf", got)
	}
	for _, offered := range []struct {
		name, zone string
		want       bool
	}{
		{"t3.medium", "f", true}, {"t3.medium", "e", false}, {"t3.medium", "", false}, {"t3.medium", "ab", false},
		{"i3.metal", "a", false}, {"p3.2xlarge", "a", false}, // retired: never launchable
		{"no.such", "a", false},
	} {
		if got := c.Offered(offered.name, offered.zone); got != offered.want {
			t.Errorf("Offered(%q, %q) = %v", offered.name, offered.zone, got)
		}
	}
}

// The counts are those of the types on sale without any price: Mac, x8aedz,
// p5e, dl2q, hpc8a.
func TestOffersWithoutPriceStayFew(t *testing.T) {
	for region, want := range map[string]int{
		"us-east-1": 9, "us-west-2": 19, "eu-west-1": 11, "ap-northeast-1": 10, "ap-northeast-2": 9,
	} {
		c := mustOpen(t, region)
		unpriced := 0
		for _, in := range c.Types() {
			if _, priced := c.OnDemand(in.Name, model.Linux); !priced && c.OfferedZones(in.Name) != "" {
				unpriced++
			}
		}
		if unpriced != want {
			t.Errorf("%s: %d offered types without a price, want %d", region, unpriced, want)
		}
	}
}

func TestSuggestFindsTheNearestOfferedType(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for name, want := range map[string]string{
		"m5.lrage": "m5.large", "m5large": "m5.large", "t3.meduim": "t3.medium", "c6gn.16xlage": "c6gn.16xlarge",
		"M5.large": "m5.large", "zzzzzzzz": "", strings.Repeat("m", 500): "",
	} {
		if got := c.Suggest(name); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
}

// An image for one architecture boots on no other, and a pool of memory does not replace
// one of CPU.
func TestSuggestKeepsArchitectureAndClass(t *testing.T) {
	for _, missing := range []struct{ region, name, want string }{
		{"ap-southeast-4", "m6i.large", "m7i.large"}, {"eu-south-2", "m6i.xlarge", "m6id.xlarge"},
		{"ca-west-1", "m7i.large", "m6i.large"}, {"us-east-1", "i3.metal", "i3en.metal"},
	} {
		c := mustOpen(t, missing.region)
		if c.OfferedZones(missing.name) != "" {
			t.Fatalf("%s is offered in %s", missing.name, missing.region)
		}
		if got := c.Suggest(missing.name); got != missing.want {
			t.Errorf("%s: Suggest(%q) = %q, want %q", missing.region, missing.name, got, missing.want)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open("us-east-1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReserved(b *testing.B) {
	c := mustOpen(b, "us-east-1")
	for b.Loop() {
		c.Reserved("m5.large", model.Linux, model.Offering{Class: model.Convertible, Term: model.ThreeYears, Payment: model.AllUpfront})
	}
}

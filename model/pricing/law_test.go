package pricing

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// fullLedger returns a random ledger with usage of every kind.
func fullLedger(seed uint64) *model.Ledger {
	ledger := randomLedger(seed)
	r := rand.New(rand.NewPCG(seed, 2))
	for h := range sim.Time(4) {
		from, to := h*sim.Hour, (h+1)*sim.Hour
		ledger.Balancers = append(ledger.Balancers,
			model.BalancerHour{From: from, To: to, Owner: 1, Kind: "application", NewConnections: r.Int64N(1e6),
				ActiveTime: sim.Time(r.Int64N(1e17)), Processed: model.Bytes(r.Int64N(1e11)), Evaluations: r.Int64N(1e7)},
			model.BalancerHour{From: from, To: to, Owner: 1, Kind: "network", NewConnections: r.Int64N(1e7)})
		ledger.Transfers = append(ledger.Transfers,
			model.Transfer{From: from, To: to, Path: model.InternetOut, Amount: model.Bytes(r.Int64N(1e14))},
			model.Transfer{From: from, To: to, Owner: 1, Path: model.CrossZone, Amount: model.Bytes(r.Int64N(1e12))})
		ledger.Addresses = append(ledger.Addresses, model.AddressUse{From: from, To: to - sim.Minute, Owner: 2})
		ledger.Monitored = append(ledger.Monitored, model.MonitoredUse{From: from, To: to, Owner: 2})
	}
	return ledger
}

func TestPartsAddUpToTheTotal(t *testing.T) {
	for seed := range uint64(50) {
		invoice := bill(fullLedger(seed))
		var sum model.Money
		for _, l := range invoice.Lines {
			sum += l.Billed
			if l.Billed < 0 || l.From < 0 || l.To <= l.From || l.Month.IsZero() || l.Description == "" || l.ResourceType == "" && l.Service == EBS {
				t.Fatalf("seed %d: bad line %+v", seed, l)
			}
			if off := math.Abs(l.UnitPrice*l.Priced - l.Billed.USD()); off > 1e-9*(1+l.Billed.USD()) {
				t.Fatalf("seed %d: %s: %v × %v is not %v", seed, l.SKU, l.UnitPrice, l.Priced, l.Billed)
			}
			from, to := invoice.Start.Add(l.From.Duration()), invoice.Start.Add(l.To.Duration()-1)
			if from.Before(l.Month) || !to.Before(l.Month.AddDate(0, 1, 0)) {
				t.Fatalf("seed %d: %s: %v to %v is not in the month of %v", seed, l.SKU, from, to, l.Month)
			}
		}
		if invoice.Total() != sum || invoice.Cost() != sum {
			t.Fatalf("seed %d: lines add up to %d, total %d, cost %d", seed, sum, invoice.Total(), invoice.Cost())
		}
	}
}

func TestEveryChargedSecondIsOnOneLine(t *testing.T) {
	for seed := range uint64(50) {
		ledger := fullLedger(seed)
		for _, freeTier := range []bool{false, true} {
			var want, got int64
			for i := range ledger.Leases {
				charged, _ := leaseSpan(&ledger.Leases[i])
				want += charged.seconds()
			}
			for _, l := range (Plan{Book: discountBook{book: usEast()}, FreeTier: freeTier}).Bill(ledger).Lines {
				if l.Service == EC2 && l.ResourceType != "" {
					got += int64(l.Consumed)
				}
			}
			if got != want {
				t.Fatalf("seed %d, free tier %v: %d s on the lines, %d s in the leases", seed, freeTier, got, want)
			}
		}
	}
}

func TestDoublePricesDoubleTheBill(t *testing.T) {
	for seed := range uint64(50) {
		ledger := fullLedger(seed)
		for i := range ledger.Spot {
			for j := range ledger.Spot[i].Steps {
				// A price on the 10⁻⁹ grid, so that its double is on it too.
				ledger.Spot[i].Steps[j].USD = math.Round(ledger.Spot[i].Steps[j].USD*1e6) / 1e6
			}
		}
		single := bill(ledger)
		dear := usEast()
		dear.factor = 2
		for i := range ledger.Spot {
			for j := range ledger.Spot[i].Steps {
				ledger.Spot[i].Steps[j].USD *= 2
			}
		}
		for i := range ledger.Leases {
			ledger.Leases[i].MaxPrice *= 2
		}
		double := Plan{Book: discountBook{book: dear}}.Bill(ledger)
		if len(double.Lines) != len(single.Lines) {
			t.Fatalf("seed %d: %d lines became %d", seed, len(single.Lines), len(double.Lines))
		}
		for i, l := range double.Lines {
			if off := l.Billed - 2*single.Lines[i].Billed; off < -1 || off > 1 {
				t.Fatalf("seed %d: %s: %d at double prices, %d before", seed, l.SKU, l.Billed, single.Lines[i].Billed)
			}
		}
	}
}

func TestBillingLeavesTheLedgerAndRepeats(t *testing.T) {
	ledger, same := fullLedger(3), fullLedger(3)
	plan := Plan{Book: discountBook{book: usEast()}, FreeTier: true}
	first, second := plan.Bill(ledger), plan.Bill(ledger)
	if !reflect.DeepEqual(first, second) {
		t.Error("two bills of one ledger differ")
	}
	if !reflect.DeepEqual(ledger, same) {
		t.Error("billing changed the ledger")
	}
}

func TestOrderOfLeasesDoesNotMatter(t *testing.T) {
	ledger := fullLedger(5)
	want := bill(ledger)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(ledger.Leases), func(i, j int) {
		ledger.Leases[i], ledger.Leases[j] = ledger.Leases[j], ledger.Leases[i]
	})
	if got := bill(ledger); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%swant\n%s", listing(got), listing(want))
	}
}

func TestWhatHasNoPriceIsListed(t *testing.T) {
	ledger := fullLedger(1)
	host := lease(0, sim.Hour)
	host.Tenancy = model.TenancyHost
	stray := spotLease(0, sim.Hour, model.EndedByUser)
	stray.SpotPool = 77
	ledger.Leases = append(ledger.Leases, host, stray)
	ledger.Volumes = append(ledger.Volumes, model.VolumeUse{To: sim.Hour, Type: "gp9", SizeGiB: 1})
	ledger.Balancers = append(ledger.Balancers, model.BalancerHour{To: sim.Hour, Kind: "classic"})
	prices := usEast()
	delete(prices.items, "ec2.public_ipv4")
	prices.items["ec2.detailed_monitoring"] = math.NaN()
	invoice := Plan{Book: discountBook{book: prices}}.Bill(ledger)
	var text []string
	for _, u := range invoice.Unpriced {
		text = append(text, u.String())
	}
	all := strings.Join(text, "\n")
	for _, want := range []string{
		"autoscaling_group.web: ec2.m5.large.linux.host: there is no Dedicated Host of its family in the price book",
		"ec2.m5.large.linux.spot: the ledger holds no valid prices of its Spot pool (1820 Seconds)",
		"ebs.gp9_storage: no such volume type", "elb.classic_hour: no such kind of load balancer",
		"instance.db: vpc.public_ipv4: not in the price book", "cloudwatch.detailed_monitoring: the price book's price is negative or not a number",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if len(invoice.Warnings) == 0 || !strings.Contains(invoice.Warnings[0], "have no price") {
		t.Errorf("warnings %q say nothing of it", invoice.Warnings)
	}
	empty := Plan{Book: discountBook{book: book{}}}.Bill(ledger)
	for _, l := range empty.Lines {
		if l.Billed != 0 && l.Option != Spot && !l.Estimated {
			t.Errorf("an empty book priced %s at %v", l.SKU, l.UnitPrice)
		}
	}
}

func TestEstimatedPricesAreFlagged(t *testing.T) {
	prices := usEast()
	prices.estimated = true
	ledger := newLedger()
	ledger.Leases = []model.Lease{lease(0, sim.Hour)}
	invoice := Plan{Book: discountBook{book: prices}}.Bill(ledger)
	if !invoice.Lines[0].Estimated || len(invoice.Warnings) != 1 {
		t.Errorf("line %+v, warnings %q", invoice.Lines[0], invoice.Warnings)
	}
	delete(prices.items, "ec2.dedicated_region_fee")
	prices.estimated = false
	ledger.Leases[0].Tenancy = model.TenancyDedicated
	fee := line(t, Plan{Book: discountBook{book: prices}}.Bill(ledger), "ec2.dedicated_region_fee")
	if !fee.Estimated || fee.Billed != 2*model.Dollar {
		t.Errorf("fee of last resort %+v", fee)
	}
}

func TestFreeTierIsUsedUpEachMonth(t *testing.T) {
	ledger := newLedger()
	ledger.Start, ledger.End = june.AddDate(0, 1, 0), 62*sim.Day // of 744 h each
	var t2, t3 = lease(0, 744*sim.Hour), lease(0, 744*sim.Hour)
	t2.Type, t3.Type, t3.Owner = 3, 1, 2
	ledger.Leases = []model.Lease{t2, t3, lease(0, sim.Hour)}
	ledger.Volumes = []model.VolumeUse{
		{To: 744 * sim.Hour, Type: "gp2", SizeGiB: 20}, {To: 744 * sim.Hour, Type: "gp3", SizeGiB: 20},
		{To: 744 * sim.Hour, Type: "st1", SizeGiB: 100},
	}
	ledger.Addresses = []model.AddressUse{{To: 744 * sim.Hour}, {To: 744 * sim.Hour, Owner: 2}}
	ledger.Monitored = []model.MonitoredUse{{To: 744 * sim.Hour}, {To: 744 * sim.Hour, Owner: 2}}
	invoice := Plan{Book: discountBook{book: usEast()}, FreeTier: true}.Bill(ledger)
	free, paid := map[string]float64{}, map[Service]model.Money{}
	for _, l := range invoice.Lines {
		paid[l.Service] += l.Billed
		if l.Option == FreeTier {
			free[l.SKU] += l.Priced
			if l.Billed != 0 || l.List == 0 {
				t.Errorf("free line %+v", l)
			}
		}
	}
	// Both instances use the first 375 hours, as each runs at all times.
	for sku, want := range map[string]float64{
		"ec2.t2.micro.linux": 375, "ec2.t3.micro.linux": 375, "ebs.gp2_storage": 20, "ebs.gp3_storage": 10,
		"vpc.public_ipv4": 750, "cloudwatch.detailed_monitoring": 10,
	} {
		if !near(free[sku], want) {
			t.Errorf("%s: %v free, want %v", sku, free[sku], want)
		}
	}
	for service, want := range map[Service]float64{
		EC2: 0.096 + 369*0.0116 + 369*0.0104, EBS: 10*0.08 + 4.5, VPC: 738 * 0.005, CloudWatch: 4 * 0.3,
	} {
		if got := paid[service]; got != model.USD(want) {
			t.Errorf("%s: %v, want %v", service, got, want)
		}
	}
	// A second month grants again.
	ledger.Addresses = []model.AddressUse{{To: 1488 * sim.Hour}}
	ledger.Leases, ledger.Volumes, ledger.Monitored = nil, nil, nil
	wantTotal(t, Plan{Book: discountBook{book: usEast()}, FreeTier: true}.Bill(ledger), 0)
}

func TestEmptyLedgerCostsNothing(t *testing.T) {
	invoice := bill(newLedger())
	if len(invoice.Lines)+len(invoice.Unpriced)+len(invoice.Warnings) != 0 || invoice.Total() != 0 {
		t.Errorf("got %+v", invoice)
	}
}

func TestRoundingIsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		numerator int64
		want      model.Money
	}{{14, 1}, {15, 2}, {16, 2}, {24, 2}, {25, 3}, {-15, -2}, {-14, -1}, {0, 0}} {
		if got := round(ratio(c.numerator, 10*int64(model.Dollar))); got != c.want {
			t.Errorf("%d tenths of a nano-dollar: %d, want %d", c.numerator, got, c.want)
		}
	}
}

func TestMetersAreNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, meter := range meters() {
		if meter.Name == "" || meter.Description == "" || meter.bill == nil || seen[meter.Name] {
			t.Errorf("meter %+v is incomplete or twice there", meter)
		}
		seen[meter.Name] = true
	}
}

// BenchmarkMillionLeases bills a year of a fleet that scales all the time: half of
// the leases On-Demand, half on Spot pools with a price step every 15 minutes.
func BenchmarkMillionLeases(b *testing.B) {
	ledger := newLedger()
	ledger.End = 365 * sim.Day
	r := rand.New(rand.NewPCG(1, 1))
	for zone := range model.Zone(3) {
		pool := model.SpotPrices{Zone: zone, OS: model.Linux}
		for at := sim.Time(0); at < ledger.End; at += 15 * sim.Minute {
			pool.Steps = append(pool.Steps, model.PriceStep{At: at, USD: 0.03 + 0.01*r.Float64()})
		}
		ledger.Spot = append(ledger.Spot, pool)
	}
	for i := range 1_000_000 {
		from := sim.Time(r.Int64N(int64(ledger.End)))
		l := lease(from, min(ledger.End, from+sim.Seconds(86400*r.ExpFloat64())))
		l.Zone = model.Zone(i % 3)
		l.Type = int32(i/3) % 4
		if i%2 == 0 {
			l.Option, l.SpotPool, l.End = model.Spot, int32(l.Zone), model.LeaseEnd(1+i%4/2)
		}
		ledger.Leases = append(ledger.Leases, l)
	}
	b.ReportAllocs()
	for b.Loop() {
		bill(ledger)
	}
}

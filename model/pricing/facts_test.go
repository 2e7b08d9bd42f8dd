package pricing

import (
	"testing"

	"headroom/model"
	"headroom/sim"
)

func TestShortRunsCostAMinutePerStart(t *testing.T) {
	ledger := newLedger()
	ledger.Leases = []model.Lease{lease(0, 37*sim.Second)}
	wantTotal(t, bill(ledger), 0.0016)
	ledger.Leases = nil
	for i := range sim.Time(3) {
		ledger.Leases = append(ledger.Leases, lease(i*sim.Hour, i*sim.Hour+20*sim.Second))
	}
	invoice := bill(ledger)
	wantTotal(t, invoice, 0.0048)
	if got := invoice.Lines[0].Consumed; got != 180 {
		t.Errorf("billed %v s, want 180", got)
	}
}

func TestVolumesCostByTheMonthTheyAreIn(t *testing.T) {
	ledger := newLedger()
	ledger.Volumes = []model.VolumeUse{{To: 12 * sim.Hour, Type: "gp3", SizeGiB: 2000, IOPS: 10000, ThroughputMiBs: 500}}
	invoice := bill(ledger)
	wantTotal(t, invoice, 3.50)
	for sku, want := range map[string]float64{
		"ebs.gp3_storage": 2 + 2.0/3, "ebs.gp3_provisioned_iops": 7.0 / 12, "ebs.gp3_provisioned_throughput": 0.25,
	} {
		if got := line(t, invoice, sku).Billed; got != model.USD(want) {
			t.Errorf("%s: %v, want %v", sku, got, want)
		}
	}
	ledger.Volumes = []model.VolumeUse{{To: 720 * sim.Hour, Type: "io2", SizeGiB: 100, IOPS: 40000}}
	invoice = bill(ledger)
	wantTotal(t, invoice, 2444+12.5)
	if got := line(t, invoice, "ebs.io2_iops_tier2_32k_64k").Billed; got != 364*model.Dollar {
		t.Errorf("second tier %v, want $364", got)
	}
	ledger.Volumes[0].IOPS = 100_000
	wantTotal(t, bill(ledger), 12.5+2080+32000*0.0455+36000*0.03185)
}

func TestEveryVolumeTypeHasItsPrice(t *testing.T) {
	for kind, want := range map[string]float64{
		"gp3": 8, "gp2": 10, "io1": 12.5 + 65, "io2": 12.5 + 65, "st1": 4.5, "sc1": 1.5, "standard": 5,
	} {
		ledger := newLedger()
		ledger.Volumes = []model.VolumeUse{{To: 720 * sim.Hour, Type: kind, SizeGiB: 100, IOPS: 1000}}
		if kind == "gp3" {
			ledger.Volumes[0].IOPS, ledger.Volumes[0].ThroughputMiBs = 3000, 125 // included
		}
		wantTotal(t, bill(ledger), want)
	}
}

func TestVolumeAcrossMonthsPaysEachMonthsLength(t *testing.T) {
	ledger := newLedger()
	ledger.Volumes = []model.VolumeUse{{To: (30 + 31) * sim.Day, Type: "gp3", SizeGiB: 100}}
	invoice := bill(ledger)
	wantTotal(t, invoice, 16)
	if len(invoice.Lines) != 2 || invoice.Lines[0].To != 30*sim.Day || !invoice.Lines[1].Month.Equal(june.AddDate(0, 1, 0)) {
		t.Errorf("want two lines cut at the end of June, got %+v", invoice.Lines)
	}
	// Half of a month of 31 days is less than half of one of 30.
	ledger.Volumes = []model.VolumeUse{{From: 30 * sim.Day, To: 45 * sim.Day, Type: "gp3", SizeGiB: 100}}
	wantTotal(t, bill(ledger), 8*15.0/31)
	ledger.Volumes = []model.VolumeUse{{To: sim.Second, Type: "gp3", SizeGiB: 43200}}
	wantTotal(t, bill(ledger), 0.08) // a minute
}

func TestCapacityUnitsAreTheLargestDimension(t *testing.T) {
	ledger := newLedger()
	ledger.Balancers = []model.BalancerHour{{
		To: sim.Hour, Owner: 1, Kind: "application",
		NewConnections: 100 * 3600, ActiveTime: 9000 * sim.Hour, Processed: 2 * model.GiB, Evaluations: 100 * 50 * 3600,
	}}
	invoice := bill(ledger)
	wantTotal(t, invoice, 0.0625)
	if got := line(t, invoice, "elb.alb_lcu_hour").Priced; got != 5 {
		t.Errorf("%v LCU-hours, want 5", got)
	}
	ledger.Balancers[0].Kind = "network"
	ledger.Balancers[0].NewConnections = 1600 * 3600
	ledger.Balancers[0].ActiveTime = 150_000 * sim.Hour
	ledger.Balancers[0].Processed = model.GiB
	wantTotal(t, bill(ledger), 0.0345)
	ledger.Balancers[0].Kind = "gateway" // 2.667 units of new flows
	wantTotal(t, bill(ledger), 0.0125+1600.0/600*0.004)
}

func TestPartialBalancerHoursAreFull(t *testing.T) {
	ledger := newLedger()
	ledger.Balancers = []model.BalancerHour{
		{From: 59 * sim.Minute, To: sim.Hour, Kind: "application"},
		{From: sim.Hour, To: sim.Hour + sim.Minute, Kind: "application", NewConnections: 90_000},
	}
	wantTotal(t, bill(ledger), 2*0.0225+0.008)
}

func TestAddressesCostHalfACentAnHour(t *testing.T) {
	ledger := newLedger()
	for range 10 {
		ledger.Addresses = append(ledger.Addresses, model.AddressUse{To: 730 * sim.Hour, Instance: -1})
	}
	wantTotal(t, bill(ledger), 36.50)
	ledger.Addresses = []model.AddressUse{{To: sim.Second}}
	wantTotal(t, bill(ledger), 0.005/60)
}

func TestNetworkBalancerPaysCrossZoneOnBothSides(t *testing.T) {
	ledger := newLedger()
	ledger.Transfers = []model.Transfer{{To: sim.Hour, Path: model.CrossZone, Amount: 100 * model.GiB}}
	invoice := bill(ledger)
	wantTotal(t, invoice, 2)
	if l := invoice.Lines[0]; l.Consumed != 100 || l.Priced != 200 {
		t.Errorf("consumed %v, priced %v: want 100 and 200", l.Consumed, l.Priced)
	}
}

func TestDetailedMonitoringCostsSevenMetrics(t *testing.T) {
	ledger := newLedger()
	ledger.Monitored = []model.MonitoredUse{{To: 720 * sim.Hour}}
	wantTotal(t, bill(ledger), 2.10)
}

func TestInternetOutFillsMonthlyTiers(t *testing.T) {
	for _, c := range []struct {
		gib  model.Bytes
		want float64
	}{
		{100, 0}, {1024, 83.16}, {11364, 1008.64},
		{100 + 51200, 10240*0.09 + 40960*0.085},
		{100 + 200*1024, 10240*0.09 + 40960*0.085 + 102400*0.07 + 51200*0.05},
	} {
		ledger := newLedger()
		for i := range 4 { // in four parts by two owners
			ledger.Transfers = append(ledger.Transfers, model.Transfer{
				From: sim.Time(i) * sim.Hour, To: sim.Time(i+1) * sim.Hour, Owner: int32(i % 2),
				Path: model.InternetOut, Amount: c.gib * model.GiB / 4,
			})
		}
		wantTotal(t, bill(ledger), c.want)
	}
	ledger := newLedger() // each month begins anew
	ledger.End = 61 * sim.Day
	for i := range 2 {
		from := sim.Time(i) * 30 * sim.Day
		ledger.Transfers = append(ledger.Transfers, model.Transfer{From: from, To: from + sim.Hour, Path: model.InternetOut, Amount: model.TiB})
	}
	wantTotal(t, bill(ledger), 2*83.16)
}

func TestSpotPaysThePriceOfTheMoment(t *testing.T) {
	flat := []model.PriceStep{{USD: 0.035}}
	rise := []model.PriceStep{{USD: 0.028}, {At: 500 * sim.Second, USD: 0.031}}
	capped := spotLease(0, 620*sim.Second, model.EndedByReclaim)
	capped.MaxPrice = 0.03
	carried := capped
	carried.Carried = sim.Hour
	for name, c := range map[string]struct {
		steps []model.PriceStep
		lease model.Lease
		want  float64
	}{
		"reclaimed in the first hour":   {flat, spotLease(0, 3599*sim.Second, model.EndedByReclaim), 0},
		"reclaimed at an hour exactly":  {flat, spotLease(0, 3600*sim.Second, model.EndedByReclaim), 0.035},
		"reclaimed after 90 minutes":    {flat, spotLease(0, 90*sim.Minute, model.EndedByReclaim), 0.0525},
		"ended by the user":             {flat, spotLease(0, 10*sim.Minute, model.EndedByUser), 0.035 / 6},
		"ended by the user at once":     {flat, spotLease(0, 10*sim.Second, model.EndedByUser), 0.035 / 60},
		"above the maximum price, free": {rise, capped, 0},
		"above the maximum price":       {rise, carried, (500*0.028 + 120*0.030) / 3600},
		"above on-demand": {[]model.PriceStep{{USD: 9}},
			spotLease(0, 2*sim.Hour, model.EndedByReclaim), 2 * 0.096},
	} {
		ledger := newLedger()
		ledger.Spot = []model.SpotPrices{{OS: model.Linux, Steps: c.steps}}
		ledger.Leases = []model.Lease{c.lease}
		invoice := bill(ledger)
		wantTotal(t, invoice, c.want)
		if len(invoice.Lines) != 1 || invoice.Lines[0].Option != Spot {
			t.Errorf("%s: want one Spot line, also when it is free, got\n%s", name, listing(invoice))
		}
		if got, want := invoice.Lines[0].List, model.USD(invoice.Lines[0].Priced*0.096); got != want {
			t.Errorf("%s: list price %v, want On-Demand's %v", name, got, want)
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestFullHourPlatformPaysHours(t *testing.T) {
	const price = 0.096 * float64(model.SUSE)
	for name, c := range map[string]struct {
		ran, carried sim.Time
		spot         bool
		end          model.LeaseEnd
		hours        float64
	}{
		"short":                       {ran: sim.Second, hours: 1},
		"an hour":                     {ran: sim.Hour, hours: 1},
		"a second more":               {ran: sim.Hour + sim.Second, hours: 2},
		"in the hour begun before":    {ran: 20 * sim.Minute, carried: 30 * sim.Minute, hours: 0},
		"beyond the hour begun":       {ran: 40 * sim.Minute, carried: 30 * sim.Minute, hours: 1},
		"interrupted hour not billed": {ran: 150 * sim.Minute, spot: true, end: model.EndedByReclaim, hours: 2},
		"interrupted by the user":     {ran: 150 * sim.Minute, spot: true, end: model.EndedByUser, hours: 3},
	} {
		ledger := newLedger()
		ledger.Spot = []model.SpotPrices{{OS: model.SUSE, Steps: []model.PriceStep{{USD: price}}}}
		l := lease(0, c.ran)
		if c.spot {
			l = spotLease(0, c.ran, c.end)
		}
		l.Platform, l.Carried = model.SUSE, c.carried
		ledger.Leases = []model.Lease{l}
		if got := bill(ledger).Total(); got != model.USD(c.hours*price) {
			t.Errorf("%s: %v, want %v hours", name, got, c.hours)
		}
	}
	for _, platform := range []model.Platform{model.Linux, model.Windows, model.RHEL} {
		ledger := newLedger()
		ledger.Leases = []model.Lease{lease(0, 90*sim.Second)}
		ledger.Leases[0].Platform = platform
		wantTotal(t, bill(ledger), 0.096*float64(platform)/40)
	}
}

func TestDedicatedInstancesCostATenthMoreAndTheRegion(t *testing.T) {
	ledger := newLedger()
	ledger.Leases = []model.Lease{lease(0, 2*sim.Hour), lease(sim.Hour, 3*sim.Hour), lease(5*sim.Hour, 6*sim.Hour)}
	for i := range ledger.Leases {
		ledger.Leases[i].Tenancy = model.TenancyDedicated
	}
	invoice := bill(ledger)
	wantTotal(t, invoice, 5*0.1056+4*2) // five instance-hours in four hours
	if got := line(t, invoice, "ec2.m5.large.linux.dedicated").UnitPrice; !near(got, 0.1056) {
		t.Errorf("unit price %v", got)
	}
	if got := line(t, invoice, "ec2.dedicated_region_fee"); got.Owner != "" || got.Billed != 8*model.Dollar {
		t.Errorf("fee %+v", got)
	}
}

func TestCompositeScenarioCost(t *testing.T) {
	ledger := newLedger()
	add := func(n int, from, to sim.Time) {
		for range n {
			ledger.Leases = append(ledger.Leases, lease(from*sim.Second, to*sim.Second))
		}
	}
	add(2, 0, 3600)
	add(2, 780, 3600)
	add(1, 1020, 3600)
	add(3, 1020, 2040)
	ledger.Balancers = []model.BalancerHour{{To: sim.Hour, Owner: 1, Kind: "application", NewConnections: 768_000}}
	invoice := bill(ledger)
	instances := line(t, invoice, "ec2.m5.large.linux")
	if instances.Consumed != 18480 || instances.Billed != model.USD(0.4928) {
		t.Errorf("instances: %v s, %v: want 18480 s, $0.4928", instances.Consumed, instances.Billed)
	}
	if got := line(t, invoice, "elb.alb_hour").Billed; got != model.USD(0.0225) {
		t.Errorf("ALB hour %v", got)
	}
	units := line(t, invoice, "elb.alb_lcu_hour")
	if !near(units.Priced, 768000.0/3600/25) || units.Billed != model.USD(0.008*768000/90000) {
		t.Errorf("%v LCU-hours, %v: want 8.533, $0.0683", units.Priced, units.Billed)
	}
	var rest model.Money // the hour that a regional RI would cover taken out
	for _, use := range clockHoursOf(ledger).Uses {
		rest += model.USD(float64(use.Seconds[0]-3600) * 0.096 / 3600)
	}
	if rest != model.USD(0.3968) {
		t.Errorf("beyond one RI: %v, want $0.3968", rest)
	}
}

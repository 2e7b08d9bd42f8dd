package pricing

import (
	"fmt"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// What commitments make of hours that can be added up by hand.

// hourLedger returns an empty ledger of one clock hour.
func hourLedger(types ...string) *model.Ledger {
	ledger := newLedger()
	ledger.End = sim.Hour
	ledger.Types = typesOf(types...)
	return ledger
}

func ofType(kind int32, from, to sim.Time) model.Lease {
	l := lease(from, to)
	l.Type = kind
	return l
}

func committed(commitments ...Commitment) Plan {
	return Plan{Book: usEastDiscounts(), Commitments: commitments}
}

func TestReservedInstanceCoversAnHourHoweverItIsShared(t *testing.T) {
	for _, c := range []struct {
		ran             sim.Time
		covered, beyond float64
	}{{15 * sim.Minute, 3600, 0}, {sim.Hour, 3600, 3 * 3600}} {
		ledger := hourLedger("m4.xlarge")
		fleet(ledger, 4, ofType(0, 0, c.ran))
		got := seconds(committed(reserved(1, "m4.xlarge")).Bill(ledger))
		if got[Reserved] != c.covered || got[OnDemand] != c.beyond {
			t.Errorf("four for %v: %v", c.ran, got)
		}
	}
}

func TestCommitmentsArePaidByTheWholeClockHour(t *testing.T) {
	ledger := newLedger()
	ledger.Types = typesOf("m5.large")
	ledger.Start = june.Add(sim.Hour.Duration() / 2)
	ledger.End = 2 * sim.Hour // touches three clock hours
	invoice := committed(reserved(2, "m5.large")).Bill(ledger)
	if got := invoice.Cost(); got != model.USD(6*0.06) || invoice.Total() != got {
		t.Errorf("cost %v, to pay %v, want six hours", got, invoice.Total())
	}
	if len(invoice.Warnings) != 1 || !strings.Contains(invoice.Warnings[0], "within a clock hour") {
		t.Errorf("warnings %q", invoice.Warnings)
	}
	bought := reserved(2, "m5.large")
	bought.Payment, bought.Bought = model.AllUpfront, true
	plan := committed(bought)
	if invoice = plan.Bill(ledger); invoice.Total() != bought.due(plan.Book) || invoice.Cost() != model.USD(6*0.05664) {
		t.Errorf("to pay %v, want the upfront; cost %v", invoice.Total(), invoice.Cost())
	}
}

func TestSizeFlexibilityGoesFromSmallToLarge(t *testing.T) {
	ledger := hourLedger("m5.xlarge", "m5.large")
	fleet(ledger, 2, ofType(0, 0, sim.Hour))
	fleet(ledger, 2, ofType(1, 0, sim.Hour))
	invoice := committed(reserved(1, "m5.2xlarge")).Bill(ledger)
	var left []Line
	for _, l := range invoice.Lines {
		if l.Option == OnDemand {
			left = append(left, l)
		}
	}
	if len(left) != 1 || left[0].ResourceType != "m5.xlarge" || left[0].Billed != model.USD(0.192) {
		t.Errorf("left over: %+v", left)
	}
	half := hourLedger("c4.xlarge")
	fleet(half, 1, ofType(0, 0, sim.Hour))
	if got := seconds(committed(reserved(1, "c4.large")).Bill(half)); got[Reserved] != 1800 || got[OnDemand] != 1800 {
		t.Errorf("c4.large on c4.xlarge: %v", got)
	}
	for _, fixed := range []Commitment{
		{Kind: ReservedInstance, Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront, Type: "m5.2xlarge", Platform: model.Linux, Tenancy: model.TenancyDefault, Count: 1, Zone: "a"},
		{Kind: ReservedInstance, Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront, Type: "m5.2xlarge", Platform: model.Windows, Tenancy: model.TenancyDefault, Count: 1},
		{Kind: ReservedInstance, Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront, Type: "m5.2xlarge", Platform: model.Linux, Tenancy: model.TenancyDedicated, Count: 1},
	} {
		if got := seconds(committed(fixed).Bill(ledger)); got[Reserved] != 0 {
			t.Errorf("%+v covers %v s", fixed, got[Reserved])
		}
	}
}

func TestEqualSizesAreCoveredByLaunchTimeThenNumber(t *testing.T) {
	ledger := hourLedger("m5.large")
	for i, launched := range []sim.Time{30, 10, 20, 10} { // minutes
		l := ofType(0, launched*sim.Minute, sim.Hour)
		l.Owner, l.Zone, l.Instance = int32(i%3), model.Zone(i%3), int32(10-i)
		ledger.Leases = append(ledger.Leases, l)
	}
	ledger.Leases[3].Zone = 2
	covered := map[string]float64{}
	for _, l := range committed(reserved(1, "m5.large")).Bill(ledger).Lines {
		if l.Discount.Status == "Used" {
			covered[l.Owner+l.Zone] += l.Consumed
		}
	}
	// Of the two launched at minute 10, number 7 (owner 0, zone c) is before 9.
	if len(covered) != 2 || covered["autoscaling_group.webc"] != 3000 || covered["load_balancer.frontb"] != 600 {
		t.Errorf("covered %v", covered)
	}
}

func TestZonalReservationsComeFirstAndStayInTheirZone(t *testing.T) {
	ledger := hourLedger("m5.large")
	for zone := range model.Zone(2) {
		l := ofType(0, 0, sim.Hour)
		l.Zone = zone
		fleet(ledger, 1, l)
	}
	zonal := reserved(2, "m5.large")
	zonal.Zone = "b"
	invoice := committed(reserved(1, "m5.large"), zonal).Bill(ledger)
	if got := seconds(invoice); got[Reserved] != 7200 || got[OnDemand] != 0 {
		t.Errorf("covered %v", got)
	}
	for _, l := range invoice.Lines {
		if l.Discount.Status == "Unused" && (l.Zone != "b" || l.Discount.Quantity != 1) {
			t.Errorf("unused %+v", l)
		}
	}
}

// spHour is an hour of seven instances that Savings Plans cover in part.
func spHour(convertible map[string]float64) (Plan, *model.Ledger) {
	ledger := hourLedger("m5.large", "c5.large", "r5.large")
	fleet(ledger, 4, ofType(0, 0, sim.Hour))
	fleet(ledger, 2, ofType(1, 0, sim.Hour))
	fleet(ledger, 1, ofType(2, 0, sim.Hour))
	b := usEastDiscounts()
	b.rates["standard/m5.large"] = 0.060
	for name, usd := range convertible {
		b.rates["convertible/"+name] = usd
	}
	return Plan{Book: b, Commitments: []Commitment{
		savingsPlan(ComputeSavingsPlan, "", model.USD(0.10)),
		savingsPlan(EC2InstanceSavingsPlan, "m5", model.USD(0.12)),
		reserved(1, "m5.large"),
	}}, ledger
}

func TestWorkedHourOfSavingsPlans(t *testing.T) {
	plan, ledger := spHour(map[string]float64{"m5.large": 0.070, "c5.large": 0.062, "r5.large": 0.091})
	invoice := plan.Bill(ledger)
	if got := invoice.Cost(); fmt.Sprintf("%.6f", got.USD()) != "0.533657" {
		t.Errorf("cost %d, want $0.533657\n%s", got, listing(invoice))
	}
	if od := (Plan{Book: plan.Book}).Bill(ledger).Cost(); od != model.USD(0.680) {
		t.Errorf("on-demand %v, want $0.680", od)
	}
	for _, l := range invoice.Lines {
		if l.Discount.Kind == ComputeSavingsPlan && l.ResourceType == "m5.large" && !near(l.Priced, 0.009/0.070) {
			// Known to a microsecond of usage.
			if off := l.Priced - 0.009/0.070; off > 1e-9 || off < -1e-9 {
				t.Errorf("%v of an m5 hour covered, want 12.857 %%", l.Priced)
			}
		}
		if l.Discount.Status == "Unused" {
			t.Errorf("unused %+v", l)
		}
	}
	plan, ledger = spHour(map[string]float64{"m5.large": 0.071, "c5.large": 0.062, "r5.large": 0.091})
	if got := plan.Bill(ledger).Cost(); fmt.Sprintf("%.6f", got.USD()) != "0.533661" {
		t.Errorf("cost %d, want $0.533661", got)
	}
}

func TestPublishedRatesOfT3Medium(t *testing.T) {
	b := usEastDiscounts()
	b.rates["standard/t3.medium"] = 0.024843
	r := reserved(1, "t3.medium")
	r.Payment = model.PartialUpfront
	if got := r.due(b); fmt.Sprintf("%.2f", got.USD()) != "108.81" {
		t.Errorf("upfront %v, want $108.81", got)
	}
	if got := r.recurring(r.rate(b).usd); float(got) != 0.0124215 {
		t.Errorf("recurring %v, want 0.0124215", float(got))
	}
	b.rates["standard/t3.medium"] = 213.0 / 8760
	r.Payment = model.AllUpfront
	if got := r.due(b); fmt.Sprintf("%.2f", got.USD()) != "213.00" {
		t.Errorf("all upfront %v, want $213.00", got)
	}
}

func TestCapacityReservationIsPaidUsedOrNot(t *testing.T) {
	plan := Plan{Book: usEastDiscounts(), Capacity: []CapacityReservation{{
		Name: "cr", Type: "m4.large", Platform: model.Linux, Tenancy: model.TenancyDefault, Zone: "a", Count: 20,
	}}}
	ledger := hourLedger("m4.large")
	fleet(ledger, 15, ofType(0, 0, sim.Hour))
	invoice := plan.Bill(ledger)
	if got := line(t, invoice, "ec2.m4.large.linux"); got.Priced != 15 {
		t.Errorf("used %v h, want 15", got.Priced)
	}
	if got := line(t, invoice, "ec2.m4.large.linux.unused_capacity"); got.Priced != 5 || got.Billed != model.USD(0.5) || got.Reservation != "cr" {
		t.Errorf("unused %+v, want 5 h", got)
	}
	plan.Capacity[0].Count, plan.Capacity[0].To = 1, 24*sim.Hour+15*sim.Minute
	if got := line(t, plan.Bill(newLedger()), "ec2.m4.large.linux.unused_capacity").Priced; got != 24.25 {
		t.Errorf("%v h, want 24.25", got)
	}
	// What is left of a regional reservation or a Savings Plan discounts the rest.
	plan.Capacity[0].Count, plan.Capacity[0].To = 20, 0
	plan.Commitments = []Commitment{reserved(16, "m4.large"), savingsPlan(ComputeSavingsPlan, "", model.Dollar)}
	got := map[Option]float64{}
	for _, l := range plan.Bill(ledger).Lines {
		if l.Reservation != "" && !l.Filled {
			got[l.Option] += l.Priced
		}
	}
	if got[Reserved] != 1 || got[SavingsPlan] != 4 || got[OnDemand] != 0 {
		t.Errorf("unused capacity %v", got)
	}
}

func TestDedicatedHostIsPaidWhateverIsOnIt(t *testing.T) {
	ledger := newLedger()
	ledger.Types = typesOf("m5.large", "m5.4xlarge", "r5.8xlarge", "r5.2xlarge", "i3.xlarge", "i3.large", "c5.12xlarge")
	hosts := Plan{Book: usEastDiscounts(), Hosts: true}
	month := 730 * sim.Hour
	fleet(ledger, 48, ofType(0, 0, month))
	invoice := hosts.Bill(ledger)
	var sum model.Money
	for _, l := range invoice.Lines {
		sum += l.Billed
	}
	if fmt.Sprintf("%.2f", sum.USD()) != "3700.37" {
		t.Errorf("a month of a host %v, want $3,700.37\n%s", sum, listing(invoice))
	}
	for _, c := range []struct {
		kind  int32
		count int
		hours float64
	}{{0, 49, 2}, {1, 6, 1}, {1, 7, 2}, {2, 2, 1}, {2, 3, 2}} {
		ledger.Leases = nil
		fleet(ledger, c.count, ofType(c.kind, 0, sim.Hour))
		name := ledger.Types[c.kind].Family
		if got := line(t, hosts.Bill(ledger), "ec2.host."+name).Priced; got != c.hours {
			t.Errorf("%d %s: %v host-hours, want %v", c.count, ledger.Types[c.kind].Name, got, c.hours)
		}
	}
	ledger.Leases = nil // a mix fills an R5 host
	fleet(ledger, 2, ofType(2, 0, sim.Hour))
	fleet(ledger, 4, ofType(3, 0, sim.Hour))
	if got := line(t, hosts.Bill(ledger), "ec2.host.r5").Priced; got != 1 {
		t.Errorf("r5 mix: %v hosts", got)
	}
	ledger.Leases = nil // other families take one size, and what fits nowhere is listed
	fleet(ledger, 1, ofType(6, 0, sim.Hour))
	invoice = hosts.Bill(ledger)
	if len(invoice.Unpriced) != 1 || !strings.Contains(invoice.Unpriced[0].Reason, "no Dedicated Host of its family takes it") {
		t.Errorf("c5.12xlarge: %v", invoice.Unpriced)
	}
}

func TestHostsComeAndGoWithTheirInstances(t *testing.T) {
	ledger := hourLedger("m5.large")
	fleet(ledger, 1, ofType(0, 0, 10*sim.Second))
	fleet(ledger, 1, ofType(0, 5*sim.Second, 10*sim.Second)) // on the same host
	fleet(ledger, 48, ofType(0, 30*sim.Minute, 31*sim.Minute))
	invoice := Plan{Book: usEastDiscounts(), Hosts: true}.Bill(ledger)
	if got := line(t, invoice, "ec2.host.m5"); got.Consumed != 60+60 {
		t.Errorf("%v host-seconds, want 120", got.Consumed)
	}
	reserve := Commitment{Kind: HostReservation, Term: model.OneYear, Payment: model.NoUpfront, Family: "m5", Zone: "a", Count: 1}
	plan := Plan{Book: usEastDiscounts(), Hosts: true, Commitments: []Commitment{reserve}}
	invoice = plan.Bill(ledger)
	if want := model.USD(5.069 * 0.625); invoice.Cost() < want-2 || invoice.Cost() > want+2 {
		t.Errorf("reserved host %v, want %v", invoice.Cost(), want)
	}
	plan.Commitments = []Commitment{savingsPlan(ComputeSavingsPlan, "", model.Dollar)}
	if got := line(t, plan.Bill(ledger), "ec2.host.m5"); got.Option != SavingsPlan {
		t.Errorf("host under a Savings Plan: %+v", got)
	}
}

func TestBadCommitmentsAreRejected(t *testing.T) {
	b := usEastDiscounts()
	good := reserved(1, "m5.large")
	if f := good.Validate(b); f != nil {
		t.Fatal(f)
	}
	for want, edit := range map[string]func(c *Commitment){
		"term: must be 1y or 3y, got 2 years":                      func(c *Commitment) { c.Term = 2 },
		"count: must be positive, got 0":                           func(c *Commitment) { c.Count = 0 },
		"size_flexible: must not be true with zonal scope":         func(c *Commitment) { c.Zone, c.SizeFlexible = "a", true },
		"size_flexible: needs Linux, default tenancy":              func(c *Commitment) { c.Platform, c.SizeFlexible = model.SUSE, true },
		"type: has no price in this Region, got p9.large.linux":    func(c *Commitment) { c.Type = "p9.large" },
		"payment: must be no-upfront, partial-upfront":             func(c *Commitment) { c.Payment = 7 },
		"hourly: must be positive, got $0.00":                      func(c *Commitment) { *c = savingsPlan(ComputeSavingsPlan, "", 0) },
		"hourly: must be positive, got $-1.00":                     func(c *Commitment) { *c = savingsPlan(ComputeSavingsPlan, "", -model.Dollar) },
		"family: is needed for an EC2":                             func(c *Commitment) { *c = savingsPlan(EC2InstanceSavingsPlan, "", 1) },
		"class: must be standard or convertible":                   func(c *Commitment) { c.Class = 0 },
		"kind: must be reserved-instance":                          func(c *Commitment) { c.Kind = 9 },
		"zone: is needed: a host reservation covers a family in o": func(c *Commitment) { c.Kind, c.Family = HostReservation, "m5" },
	} {
		c := good
		edit(&c)
		var text []string
		for _, f := range c.Validate(b) {
			text = append(text, f.Error())
		}
		if !strings.Contains(strings.Join(text, "\n"), want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	bad := good
	bad.Term, bad.Count, bad.Class = 5, -1, 0
	if f := bad.Validate(b); len(f) != 3 {
		t.Errorf("%d faults, want all 3: %v", len(f), f)
	}
}

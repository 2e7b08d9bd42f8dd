package pricing

import (
	"math"
	"testing"
	"time"

	"headroom/model"
	"headroom/sim"
)

// book is a small price book: us-east-1.
type book struct {
	hourly    map[string]float64 // Linux; other platforms cost more by their number
	items     map[string]float64
	factor    float64
	estimated bool
}

func usEast() book {
	return book{
		factor: 1,
		hourly: map[string]float64{
			"m5.large": 0.096, "t3.micro": 0.0104, "t2.micro": 0.0116, "c5.large": 0.085, "i3.large": 0.156,
		},
		items: map[string]float64{
			"ebs.gp2_storage": 0.1, "ebs.gp3_storage": 0.08, "ebs.gp3_provisioned_iops": 0.005,
			"ebs.gp3_provisioned_throughput": 0.04, "ebs.io1_storage": 0.125, "ebs.io1_provisioned_iops": 0.065,
			"ebs.io2_storage": 0.125, "ebs.io2_iops_tier1_0_32k": 0.065, "ebs.io2_iops_tier2_32k_64k": 0.0455,
			"ebs.io2_iops_tier3_over_64k": 0.03185, "ebs.sc1_storage": 0.015, "ebs.st1_storage": 0.045,
			"ebs.standard_storage": 0.05, "ec2.detailed_monitoring": 0.3, "ec2.cpu_surplus_credit_linux_t2_t3_t3a": 0.05,
			"ec2.cpu_surplus_credit_linux_t4g": 0.04, "ec2.cpu_surplus_credit_windows": 0.096, "ec2.public_ipv4": 0.005,
			"elb.alb_hour": 0.0225, "elb.alb_lcu_hour": 0.008, "elb.nlb_hour": 0.0225, "elb.nlb_lcu_hour": 0.006,
			"elb.gwlb_hour": 0.0125, "elb.gwlb_lcu_hour": 0.004, "ec2.dedicated_region_fee": 2,
			"data_transfer.internet_out_0_10TB": 0.09, "data_transfer.internet_out_10_50TB": 0.085,
			"data_transfer.internet_out_50_150TB": 0.07, "data_transfer.internet_out_over_150TB": 0.05,
			"data_transfer.intra_region_each_direction_sum": 0.01,
		},
	}
}

func (b book) OnDemand(instanceType string, platform model.Platform) (model.Price, bool) {
	usd, ok := b.hourly[instanceType]
	return model.Price{USD: b.factor * usd * float64(platform), Estimated: b.estimated}, ok
}

func (b book) Service(service, item string) (model.Price, bool) {
	usd, ok := b.items[service+"."+item]
	return model.Price{USD: b.factor * usd, Estimated: b.estimated}, ok
}

var june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) // a month of 720 h

// newLedger returns an empty ledger of a month of 30 days.
func newLedger() *model.Ledger {
	return &model.Ledger{
		Start: june, End: 720 * sim.Hour, Region: "us-east-1",
		Zones:  []string{"a", "b", "c"},
		Owners: []string{"autoscaling_group.web", "load_balancer.front", "instance.db"},
		Types:  []model.InstanceType{{Name: "m5.large"}, {Name: "t3.micro"}, {Name: "c5.large"}, {Name: "t2.micro"}},
	}
}

// lease returns an On-Demand m5.large of owner 0 in zone a that ends by the user.
func lease(from, to sim.Time) model.Lease {
	return model.Lease{
		From: from, To: to, Platform: model.Linux, Tenancy: model.TenancyDefault,
		Option: model.OnDemand, End: model.EndedByUser, SpotPool: -1,
	}
}

// spotLease is the same on Spot, in pool 0.
func spotLease(from, to sim.Time, end model.LeaseEnd) model.Lease {
	l := lease(from, to)
	l.Option, l.End, l.SpotPool = model.Spot, end, 0
	return l
}

func bill(ledger *model.Ledger) Invoice {
	return Plan{Book: discountBook{book: usEast()}}.Bill(ledger)
}

// wantTotal checks an amount against its sum before rounding, within a nano-dollar
// a line.
func wantTotal(t *testing.T, invoice Invoice, dollars float64) {
	t.Helper()
	if len(invoice.Unpriced) > 0 {
		t.Errorf("unpriced: %v", invoice.Unpriced)
	}
	got := invoice.Total()
	if diff := got - model.USD(dollars); diff > model.Money(len(invoice.Lines)) || -diff > model.Money(len(invoice.Lines)) {
		t.Errorf("total %v (%d), want $%v (%d)\n%s", got, got, dollars, model.USD(dollars), listing(invoice))
	}
}

func listing(invoice Invoice) string {
	text := ""
	for _, l := range invoice.Lines {
		text += l.SKU + " " + l.Owner + " " + l.Zone + " " + string(l.Option) + " " + l.Billed.String() + "\n"
	}
	return text
}

// line returns the one line with a SKU.
func line(t *testing.T, invoice Invoice, sku string) Line {
	t.Helper()
	var found []Line
	for _, l := range invoice.Lines {
		if l.SKU == sku {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines with SKU %s, want 1:\n%s", len(found), sku, listing(invoice))
	}
	return found[0]
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

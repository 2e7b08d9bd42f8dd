package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/model"
	"headroom/sim"
)

// Service is the AWS service that charges, as a short name.
type Service string

// Services.
const (
	EC2          Service = "ec2"
	EBS          Service = "ebs"
	EFS          Service = "efs"
	ELB          Service = "elb"
	VPC          Service = "vpc"
	DataTransfer Service = "data-transfer"
	CloudWatch   Service = "cloudwatch"
	Route53      Service = "route53"
	Lambda       Service = "lambda"
	Fargate      Service = "fargate"
)

// Services lists the services that may stand on an invoice.
func Services() []Service {
	return []Service{EC2, EBS, EFS, ELB, VPC, DataTransfer, CloudWatch, Route53, Lambda, Fargate}
}

// Option is how the usage of a line was bought.
type Option string

// Options.
const (
	OnDemand    Option = "on-demand"
	Spot        Option = "spot"
	FreeTier    Option = "free-tier"
	Reserved    Option = "reserved"
	SavingsPlan Option = "savings-plan"
)

// Options lists the ways of buying that may stand on an invoice, in the order in
// which results give them.
func Options() []Option { return []Option{OnDemand, Spot, Reserved, SavingsPlan, FreeTier} }

// Category says what a line is for, in FOCUS's terms.
type Category string

// Categories.
const (
	Usage    Category = "Usage"    // also what was committed and nobody used
	Purchase Category = "Purchase" // what is paid for commitments
)

// Frequency says how often a charge comes.
type Frequency string

// Frequencies.
const (
	UsageBased Frequency = "Usage-Based"
	Recurring  Frequency = "Recurring"
	OneTime    Frequency = "One-Time"
)

// Discount is the part that a commitment has in a line; it is empty without one.
type Discount struct {
	Name     string
	Kind     CommitmentKind
	Status   string  // "Used", "Unused"; "" for its purchase
	Quantity float64 // of the commitment, in Unit
	Unit     string  // "Hours", "Normalized-Hours" where sizes are flexible, "USD"
}

// Invoice is what a run costs.
type Invoice struct {
	Currency string    // "USD"
	Start    time.Time // instant from which the lines' times count: the run's, in whole seconds
	Lines    []Line
	Unpriced []Unpriced // usage that is not in the total because it has no price
	Warnings []string
	// Lasting is Cost with allowances prorated, whether the lines are so or not: what
	// costs of longer times are extrapolated from.
	Lasting model.Money
}

// Line is one charge, the content of one FOCUS row.
type Line struct {
	Service      Service
	SKU          string // "ec2.m5.large.linux", "ebs.gp3_storage"
	Description  string
	Option       Option
	Category     Category
	Frequency    Frequency
	Owner        string // table of the scenario; "" for the account
	ResourceType string // instance type, volume type or balancer kind
	Instances    bool   // it is instances: Priced are their hours
	Region       string
	Zone         string // letter; "" for what belongs to no zone

	From, To sim.Time  // charge period: whole seconds, within one month
	Month    time.Time // first instant of the billing period

	Consumed     float64 // as metered
	ConsumedUnit string  // "Seconds", "GB-Hours", "GB"
	Priced       float64 // as charged, in the unit of the price
	PricedUnit   string  // "Hours", "GB-Months", "LCU-Hours"

	UnitPrice float64     // effective dollars per priced unit; the average where it moved
	ListPrice float64     // list dollars per priced unit
	List      model.Money // at On-Demand list price
	// Contracted is List less what was negotiated: what usage costs without
	// commitments.
	Contracted model.Money
	Billed     model.Money // what is to pay
	// Effective is what the line costs with upfront and recurring payments spread
	// over what they are for: Billed, but for commitments, whose usage has nothing
	// to pay and whose purchase has no effect of its own.
	Effective model.Money
	PriceDate string // of the list that ListPrice is of; empty: no list
	Estimated bool   // the price is an estimate
	Prorated  bool   // monthly allowances and tiers of the line are prorated

	Negotiated  float64 // share of the price that is not paid
	Discount    Discount
	Reservation string // Capacity Reservation whose unused part it is, or which it fills
	Filled      bool   // it is usage that fills the Reservation
}

// Unpriced is usage for which the price book has no price.
type Unpriced struct {
	Service  Service
	SKU      string
	Owner    string
	Quantity float64
	Unit     string
	Reason   string
}

// String says what is missing in one line of text.
func (u Unpriced) String() string {
	return strings.TrimPrefix(fmt.Sprintf("%s: %s: %s (%.6g %s)", u.Owner, u.SKU, u.Reason, u.Quantity, u.Unit), ": ")
}

// Cost returns what the run costs, what is paid upfront being spread over its
// term: the sum of the lines' effective costs.
func (v Invoice) Cost() model.Money {
	var sum model.Money
	for i := range v.Lines {
		sum = sum.Plus(v.Lines[i].Effective)
	}
	return sum
}

// Total returns what is to pay: the sum of the lines. It is for Go programs; reports
// list what is billed line by line.
func (v Invoice) Total() model.Money {
	var sum model.Money
	for i := range v.Lines {
		sum = sum.Plus(v.Lines[i].Billed)
	}
	return sum
}

// Order compares lines by owner as the ledger lists them (the account first),
// then SKU, zone, time, option and discount: the order of an invoice.
func Order(owners []string) func(a, b *Line) int {
	rank := make(map[string]int, len(owners))
	for i, name := range owners {
		rank[name] = i + 1
	}
	return func(a, b *Line) int {
		return cmp.Or(
			cmp.Compare(rank[a.Owner], rank[b.Owner]),
			cmp.Compare(a.SKU, b.SKU),
			cmp.Compare(a.Zone, b.Zone),
			a.Month.Compare(b.Month),
			cmp.Compare(a.Option, b.Option),
			cmp.Compare(a.Discount.Name, b.Discount.Name),
			cmp.Compare(a.Reservation, b.Reservation),
		)
	}
}

func sortLines(lines []Line, owners []string) {
	order := Order(owners)
	slices.SortStableFunc(lines, func(a, b Line) int { return order(&a, &b) })
}

package pricing

import (
	"fmt"
	"slices"

	"headroom/model"
)

// Plan is a way of buying what was used: On-Demand by the second, Spot at the price
// of the moment, less what commitments cover.
type Plan struct {
	Book Book // of the Region of the run
	// Elsewhere has the books of other Regions in which usage is, by name. Commitments and
	// Capacity Reservations are of the Region of the run.
	Elsewhere map[string]Book
	// FreeTier grants the offer that new accounts had before July 2025, per month:
	// 750 h of t2.micro or t3.micro, 30 GB of gp2 or gp3, 750 h of public IPv4 and
	// 10 metrics of detailed monitoring.
	FreeTier bool
	// WholeAllowances grants monthly allowances and tiers in full however little of
	// the month the run covers, as the invoice of that month would. Else they are
	// prorated by the part of the month that the run covers, so that what a run
	// costs extrapolates to longer ones.
	WholeAllowances bool

	Commitments []Commitment // the earlier cover first
	Capacity    []CapacityReservation
	Negotiated  Negotiated
	// Hosts moves all On-Demand instances to Dedicated Hosts of the account.
	Hosts bool
	// WithoutSpot bills Spot instances as if they had been launched On-Demand.
	WithoutSpot bool
	// Dedicated gives the On-Demand instances on shared hardware dedicated tenancy.
	Dedicated bool
	// Halted, if set, reports that nobody waits for invoices any more: those made
	// from then on are not right.
	Halted func() bool
}

// halts asks Halted.
func (p Plan) halts() bool { return p.Halted != nil && p.Halted() }

// Bill returns what the usage costs, and leaves the ledger as it is. Commitments
// that are not valid are a caller's error: see [Commitment.Validate].
func (p Plan) Bill(ledger *model.Ledger) Invoice {
	invoice := p.sheet(ledger).bill()
	invoice.Lasting = invoice.Cost()
	if p.WholeAllowances {
		p.WholeAllowances = false
		invoice.Lasting = p.sheet(ledger).bill().Cost()
	}
	return invoice
}

func (p Plan) sheet(ledger *model.Ledger) *sheet {
	s := newSheet(p.moved(ledger), p.Book)
	s.freeTier, s.wholeMonths = p.FreeTier, p.WholeAllowances
	s.halted, s.elsewhere = p.halts, p.Elsewhere
	s.commitments, s.capacity, s.discount = named(p.Commitments), p.Capacity, p.Negotiated
	return s
}

// moved returns the ledger with the instances where the plan would have them.
func (p Plan) moved(ledger *model.Ledger) *model.Ledger {
	if !p.Hosts && !p.Dedicated && !p.WithoutSpot {
		return ledger
	}
	moved := *ledger
	if p.WithoutSpot {
		moved.Tasks = slices.Clone(ledger.Tasks)
		for i := range moved.Tasks {
			moved.Tasks[i].Spot = false
		}
	}
	moved.Leases = slices.Clone(ledger.Leases)
	for i := range moved.Leases {
		l := &moved.Leases[i]
		if l.Option == model.Spot && p.WithoutSpot {
			l.Option, l.SpotPool, l.MaxPrice = model.OnDemand, -1, 0
		}
		switch {
		case l.Option != model.OnDemand || l.Tenancy == model.TenancyHost:
		case p.Hosts:
			l.Tenancy = model.TenancyHost
		case p.Dedicated:
			l.Tenancy = model.TenancyDedicated
		}
	}
	return &moved
}

// named returns the commitments, each with a name of its own.
func named(commitments []Commitment) []Commitment {
	all := slices.Clone(commitments)
	used := map[string]int{}
	for i := range all {
		if all[i].Name == "" {
			all[i].Name = all[i].PlanName() + "/" + all[i].subject()
		}
		used[all[i].Name]++
		if n := used[all[i].Name]; n > 1 {
			all[i].Name = fmt.Sprintf("%s#%d", all[i].Name, n)
		}
	}
	return all
}

// meter bills one kind of usage.
type meter struct {
	Name        string
	Description string
	bill        func(*sheet)
	global      bool // what it counts is of all Regions together
}

// meters lists all kinds of usage that are billed, in the order of the invoice.
func meters() []meter {
	return []meter{
		{"on-demand", "instances by the second, or by the hour for SUSE; 60 s minimum; commitments first", billOnDemand, false},
		{"spot", "instances at the Spot price of each second; free if reclaimed in the first hour", billSpot, false},
		{"surplus", "surplus CPU credits of unlimited T families by the vCPU-hour", billSurplus, false},
		{"dedicated-region", "the fee of a Region while a dedicated instance runs", billDedicatedRegion, false},
		{"volumes", "EBS storage, IOPS and throughput by the second of a calendar month", billVolumes, false},
		{"snapshots", "what snapshots store, 90 days at least in the archive; restores; fast restore by the minute, an hour at least", billSnapshots, false},
		{"file-systems", "EFS storage by class, provisioned and elastic throughput, access to seldom used bytes", billFileSystems, false},
		{"balancers", "load balancers by the clock hour, and their capacity units", billBalancers, false},
		{"addresses", "public IPv4 addresses by the second", billAddresses, false},
		{"gateways", "NAT gateways and VPN connections by the hour, NAT by the GB too", billGateways, false},
		{"internet-out", "data to the internet in monthly tiers, the first 100 GB free", billInternetOut, true},
		{"cross-zone", "data between zones, charged on both sides", billCrossZone, false},
		{"inter-region", "data to another Region", billInterRegion, false},
		{"monitoring", "detailed monitoring, seven metrics an instance", billMonitoring, false},
		{"metrics", "metrics of one's own", billMetrics, false},
		{"functions", "Lambda functions by calls and GB-seconds, what is kept ready, and /tmp beyond 512 MB", billFunctions, true},
		{"fargate", "tasks on Fargate by the second of their vCPUs, memory and further storage, a minute at least", billFargate, false},
		{"dns", "hosted zones and health checks of DNS names by the month, the first 50 standard checks free", billNames, true},
		{"alarms", "CloudWatch alarms, the first ten free", billAlarms, false},
	}
}

// bill bills all meters.
func (s *sheet) bill() Invoice {
	for _, m := range meters() {
		s.run(m)
	}
	return s.finish()
}

// run bills one meter, Region by Region unless the account has one sum of all, and puts
// its lines in order.
func (s *sheet) run(m meter) {
	first := len(s.invoice.Lines)
	if m.global || len(s.regions) < 2 {
		m.bill(s)
	} else {
		s.inEach(m.bill)
	}
	sortLines(s.invoice.Lines[first:], s.ledger.Owners)
}

// finish adds the warnings that concern the whole invoice.
func (s *sheet) finish() Invoice {
	estimated := 0
	for _, line := range s.invoice.Lines {
		if line.Estimated {
			estimated++
		}
	}
	if estimated > 0 {
		s.warn("%d of %d invoice lines use an estimated price", estimated, len(s.invoice.Lines))
	}
	if n := len(s.invoice.Unpriced); n > 0 {
		s.warn("%d charges have no price and are not in the total, the first: %s", n, s.invoice.Unpriced[0])
	}
	return s.invoice
}

func (s *sheet) warn(format string, args ...any) {
	s.invoice.Warnings = append(s.invoice.Warnings, fmt.Sprintf(format, args...))
}

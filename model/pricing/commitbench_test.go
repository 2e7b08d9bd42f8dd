package pricing

import (
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// benchLedger returns leases in four types and three zones over some days.
func benchLedger(leases int, end, mean sim.Time) *model.Ledger {
	r := rand.New(rand.NewPCG(1, 1))
	ledger := newLedger()
	ledger.End = end
	ledger.Types = typesOf("m5.large", "m5.xlarge", "c5.large", "r5.large")
	for i := range leases {
		from := sim.Time(0)
		if i%2 == 1 {
			from = sim.Time(r.Int64N(int64(end)))
		}
		l := ofType(int32(i/3)%4, from, min(end, from+sim.Seconds(mean.Seconds()*(0.5+r.ExpFloat64()))))
		l.Zone, l.Owner, l.Instance = model.Zone(i%3), int32(i%2), int32(i)
		ledger.Leases = append(ledger.Leases, l)
	}
	return ledger
}

// BenchmarkAllPlansOfAMonth sizes and bills every plan over a month of a thousand
// instances.
func BenchmarkAllPlansOfAMonth(b *testing.B) {
	ledgers := []*model.Ledger{benchLedger(1000, 720*sim.Hour, 720*sim.Hour)}
	buying := Plan{Book: usEastDiscounts()}
	b.ReportAllocs()
	for b.Loop() {
		onDemand := buying.With(nil).Bill(ledgers[0])
		for _, entry := range Plans() {
			if !entry.Simulated {
				plan := entry.Size(buying, ledgers)
				plan.Figures(plan.Bill(ledgers[0]), onDemand)
			}
		}
	}
}

// BenchmarkMillionCommittedLeases bills a year of a fleet under commitments of
// every kind.
func BenchmarkMillionCommittedLeases(b *testing.B) {
	ledger := benchLedger(1_000_000, 365*sim.Day, sim.Day)
	plan := committed(reserved(500, "m5.large"), reserved(300, "c5.large"),
		savingsPlan(EC2InstanceSavingsPlan, "r5", 10*model.Dollar), savingsPlan(ComputeSavingsPlan, "", 20*model.Dollar))
	b.ReportAllocs()
	for b.Loop() {
		plan.Bill(ledger)
	}
}

// BenchmarkMillionLeasesOnHosts packs the same fleet on Dedicated Hosts.
func BenchmarkMillionLeasesOnHosts(b *testing.B) {
	ledger := benchLedger(1_000_000, 365*sim.Day, sim.Day)
	plan := Plan{Book: usEastDiscounts(), Hosts: true}
	b.ReportAllocs()
	for b.Loop() {
		plan.Bill(ledger)
	}
}

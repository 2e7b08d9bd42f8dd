package pricing

import (
	"testing"

	"headroom/model"
	"headroom/sim"
)

func egress(from sim.Time, gib model.Bytes) model.Transfer {
	return model.Transfer{From: from, To: from + sim.Hour, Path: model.InternetOut, Amount: gib * model.GiB}
}

func TestAllowancesAndTiersAreProratedInShortRuns(t *testing.T) {
	plan := Plan{Book: discountBook{book: usEast()}}
	whole := plan
	whole.WholeAllowances = true
	for _, c := range []struct {
		name            string
		hours           sim.Time
		gib             model.Bytes
		prorated, whole float64
	}{
		// An hour of a month of 720: free up to 0.139 GB, then $0.09 for 14.2 GB,
		// $0.085 for 56.9, $0.07 for 142.2 and $0.05 for the rest.
		{"an hour", 1, 1024, (10240*0.09 + 40960*0.085 + 102400*0.07 + (720*1024-153700)*0.05) / 720, 83.16},
		{"half a month", 360, 512, 462 * 0.09, 412 * 0.09},
		{"a month", 720, 1024, 83.16, 83.16},
	} {
		ledger := newLedger()
		ledger.End = c.hours * sim.Hour
		ledger.Transfers = []model.Transfer{egress(0, c.gib)}
		for _, way := range []struct {
			plan Plan
			want float64
		}{{plan, c.prorated}, {whole, c.whole}} {
			invoice := way.plan.Bill(ledger)
			if got := invoice.Cost().USD(); !closeTo(got, way.want) {
				t.Errorf("%s, whole %v: $%v, want $%v", c.name, way.plan.WholeAllowances, got, way.want)
			}
			if got := invoice.Lasting.USD(); !closeTo(got, c.prorated) {
				t.Errorf("%s, whole %v: lasting $%v, want $%v", c.name, way.plan.WholeAllowances, got, c.prorated)
			}
			for _, l := range invoice.Lines {
				if marked := c.hours < 720 && !way.plan.WholeAllowances; l.Prorated != marked {
					t.Errorf("%s, whole %v: %s marked %v", c.name, way.plan.WholeAllowances, l.SKU, l.Prorated)
				}
			}
		}
	}
}

func closeTo(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }

func TestARunAcrossTwoMonthsProratesEach(t *testing.T) {
	ledger := newLedger()
	ledger.Start = june.AddDate(0, 0, 15) // 15 days of June and 15.5 of July
	ledger.End = 30*sim.Day + 12*sim.Hour
	ledger.Transfers = []model.Transfer{egress(0, 100), egress(20*sim.Day, 100)}
	invoice := Plan{Book: discountBook{book: usEast()}}.Bill(ledger)
	wantTotal(t, invoice, (50+50)*0.09)
}

func TestTheFreeTierIsProrated(t *testing.T) {
	ledger := newLedger()
	ledger.End = 72 * sim.Hour // a tenth of June
	micros := lease(0, 72*sim.Hour)
	micros.Type = 1
	ledger.Leases = []model.Lease{micros, micros}
	ledger.Volumes = []model.VolumeUse{{To: 72 * sim.Hour, Type: "gp3", SizeGiB: 40}}
	free := map[string]float64{}
	for _, l := range (Plan{Book: discountBook{book: usEast()}, FreeTier: true}).Bill(ledger).Lines {
		if l.Option == FreeTier {
			free[l.SKU] += l.Priced
		}
		if !l.Prorated {
			t.Errorf("%s (%s) is not marked", l.SKU, l.Option)
		}
	}
	if free["ec2.t3.micro.linux"] != 75 || !near(free["ebs.gp3_storage"], 3) {
		t.Errorf("free: %v, want 75 h and 3 GB-months", free)
	}
}

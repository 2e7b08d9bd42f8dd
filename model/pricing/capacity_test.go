package pricing

import (
	"testing"

	"headroom/model"
	"headroom/sim"
)

func capacityOf(count int64, from, to sim.Time) CapacityReservation {
	return CapacityReservation{
		Type: "m4.large", Platform: model.Linux, Tenancy: model.TenancyDefault, Zone: "a", Count: count, From: from, To: to,
	}
}

func TestRowsInsideACapacityReservationSaySo(t *testing.T) {
	one, two := capacityOf(3, 0, 0), capacityOf(2, 0, 0)
	one.Name, two.Name = "one", "two"
	plan := Plan{
		Book: usEastDiscounts(), Capacity: []CapacityReservation{one, two},
		Commitments: []Commitment{reserved(1, "m4.large")},
	}
	ledger := hourLedger("m4.large")
	fleet(ledger, 4, ofType(0, 0, sim.Hour)) // three fill the first, one the second
	inside := map[string]float64{}
	for _, row := range rows(plan.Bill(ledger)) {
		if row["ChargeCategory"] == "Usage" {
			inside[row["CapacityReservationId"]+" "+row["CapacityReservationStatus"]+" "+row["PricingCategory"]+" "+row["PricingQuantity"]]++
		}
	}
	for _, want := range []string{
		"us-east-1/capacity-reservation/one Used Committed 1", "us-east-1/capacity-reservation/one Used Standard 2",
		"us-east-1/capacity-reservation/two Used Standard 1", "us-east-1/capacity-reservation/two Unused Standard 1",
	} {
		if inside[want] != 1 {
			t.Errorf("no row %q among %v", want, inside)
		}
	}
	if len(inside) != 4 {
		t.Errorf("rows %v, want 4", inside)
	}
}

func TestAReservationThatHasEndedHoldsNothing(t *testing.T) {
	plan := Plan{Book: usEastDiscounts(), Capacity: []CapacityReservation{capacityOf(1, 0, sim.Hour), capacityOf(1, sim.Hour, 2*sim.Hour)}}
	plan.Capacity[0].Name, plan.Capacity[1].Name = "first", "second"
	ledger := hourLedger("m4.large")
	ledger.End = 3 * sim.Hour
	fleet(ledger, 1, ofType(0, 0, 3*sim.Hour))
	filled := map[string]float64{}
	for _, l := range plan.Bill(ledger).Lines {
		if l.Reservation != "" && !l.Filled {
			t.Errorf("%s: %v h unused", l.Reservation, l.Priced)
		}
		filled[l.Reservation] += l.Priced
	}
	if filled["first"] != 1 || filled["second"] != 1 || filled[""] != 1 {
		t.Errorf("hours by reservation: %v, want one each and one outside", filled)
	}
}

package pricing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// demandLedger returns a random fleet of a day or so in three sizes and two
// families, in three zones.
func demandLedger(seed uint64, fleetSize int) *model.Ledger {
	r := rand.New(rand.NewPCG(seed, 9))
	ledger := newLedger()
	ledger.End = 30 * sim.Hour
	ledger.Types = typesOf("m5.large", "m5.xlarge", "m5.2xlarge", "c5.large", "g5.xlarge")
	for range fleetSize {
		from := sim.Time(r.Int64N(int64(ledger.End - sim.Minute))) // no minimum beyond the end
		l := ofType(r.Int32N(4), from, min(ledger.End, from+sim.Seconds(30000*r.ExpFloat64())))
		if r.IntN(3) == 0 {
			l.From, l.To = 0, ledger.End
		}
		l.Owner, l.Zone = r.Int32N(3), model.Zone(r.IntN(3))
		fleet(ledger, 1, l)
	}
	return ledger
}

// meanCost is the mean of a plan's cost over ledgers.
func meanCost(plan Plan, ledgers []*model.Ledger) float64 {
	sum := 0.0
	for _, ledger := range ledgers {
		sum += plan.Bill(ledger).Cost().USD()
	}
	return sum / float64(len(ledgers))
}

func TestSizesAgreeWithBruteForce(t *testing.T) {
	for seed := range uint64(6) {
		ledgers := []*model.Ledger{demandLedger(seed, 14), demandLedger(seed+100, 14)}
		b := Plan{Book: usEastDiscounts()}
		for _, name := range []string{"reserved-standard-1y-no-upfront", "reserved-convertible-3y-all-upfront"} {
			entry, _ := FindPlan(name)
			plan := entry.Size(b, ledgers)
			got := meanCost(plan, ledgers)
			for i := range plan.Commitments {
				best := math.Inf(1)
				for count := range int64(60) {
					other := plan
					other.Commitments = append([]Commitment(nil), plan.Commitments...)
					other.Commitments[i].Count = count
					best = min(best, meanCost(other, ledgers))
				}
				if got > best+1e-6 {
					t.Fatalf("seed %d: %s costs %v, another count of %s %v", seed, name, got, plan.Commitments[i].Type, best)
				}
			}
			if none := meanCost(b, ledgers); got > none+1e-6 {
				t.Fatalf("seed %d: %s costs %v, nothing %v", seed, name, got, none)
			}
		}
		for _, name := range []string{"compute-savings-plan-1y-no-upfront", "ec2-savings-plan-3y-partial-upfront"} {
			entry, _ := FindPlan(name)
			plan := entry.Size(b, ledgers)
			got := meanCost(plan, ledgers)
			for i := range plan.Commitments {
				for k := range int64(80) {
					other := plan
					other.Commitments = append([]Commitment(nil), plan.Commitments...)
					other.Commitments[i].Hourly = model.Money(k) * 25_000_000
					if cost := meanCost(other, ledgers); got > cost+1e-6 {
						t.Fatalf("seed %d: %s of %v costs %v, of %v %v", seed, name, plan.Commitments[i].Hourly, got, other.Commitments[i].Hourly, cost)
					}
				}
			}
		}
	}
}

// reserve returns what to reserve for a ledger, for a year without money upfront.
func reserve(ledger *model.Ledger) Recommendation {
	for r := range Recommendations(Plan{Book: usEastDiscounts()}, []*model.Ledger{ledger}, "reserved-standard-1y-no-upfront") {
		return r
	}
	panic("pricing: no such plan")
}

// A demand of k instances in k·10 % of the hours: the quantile decides.
func TestOptimumIsTheQuantileOfTheDemandNotItsMean(t *testing.T) {
	ledger := newLedger()
	ledger.End = 100 * sim.Hour
	ledger.Types = typesOf("m5.large")
	for k := range sim.Time(10) {
		fleet(ledger, 1, ofType(0, 0, (k+1)*10*sim.Hour))
	}
	// The k-th largest runs 10·k hours of 100: worth reserving from 62.5 % on.
	r := reserve(ledger)
	if r.Commitments[0].Count != 4 {
		t.Errorf("%d reserved, want the 4 that run 70 h or more", r.Commitments[0].Count)
	}
	want := 4*100*0.06 + (10+20+30+40+50+60)*0.096
	if !near(r.Cost, want) || !near(r.OnDemand, 550*0.096) {
		t.Errorf("cost %v, want %v; on-demand %v", r.Cost, want, r.OnDemand)
	}
	if !near(r.Utilization, 340.0/400) || !near(r.Coverage, 340.0/550) {
		t.Errorf("utilization %v, coverage %v", r.Utilization, r.Coverage)
	}
	for _, regret := range r.Regret {
		if regret.USD() < -1e-9 {
			t.Errorf("regret %+v is negative", regret)
		}
	}
	last := r.Curve[len(r.Curve)-1]
	if !near(last.Coverage, 1) || !near(last.Utilization, 0.55) || r.Curve[0].Cost != r.OnDemand {
		t.Errorf("curve from %+v to %+v", r.Curve[0], last)
	}
}

func TestRecommendedCostIsTheBill(t *testing.T) {
	ledgers := []*model.Ledger{demandLedger(1, 30), demandLedger(2, 30), demandLedger(3, 30)}
	b := Plan{Book: usEastDiscounts(), Commitments: []Commitment{reserved(3, "m5.large")}}
	for r := range Recommendations(b, ledgers) {
		owned := 3 * 30 * 0.06 // a fee that is sunk: what it covers is no demand
		bill := meanCost(b.With(r.Commitments), ledgers)
		if r.Plan[:3] == "res" { // bought later, reservations share with the owned ones
			continue
		}
		if math.Abs(bill-owned-r.Cost) > 1e-6 {
			t.Errorf("%s: recommended at %v, billed %v", r.Plan, r.Cost, bill-owned)
		}
	}
}

func TestEveryPlanSaves(t *testing.T) {
	ledgers := []*model.Ledger{demandLedger(5, 40), demandLedger(6, 40)}
	b := Plan{Book: usEastDiscounts()}
	names := map[string]bool{}
	for _, entry := range Plans() {
		if names[entry.Name] || entry.Description == "" {
			t.Errorf("plan %q twice or without description", entry.Name)
		}
		names[entry.Name] = true
		if entry.Simulated {
			continue
		}
		plan := entry.Size(b, ledgers)
		onDemand := b.Bill(ledgers[0])
		invoice := plan.Bill(ledgers[0])
		f := plan.Figures(invoice, onDemand)
		if len(plan.Commitments) == 0 {
			continue
		}
		if f.Utilization <= 0 || f.Utilization > 1 || f.Coverage <= 0 || f.Coverage > 1 || f.BreakEvenUtilization <= 0 || f.BreakEvenUtilization >= 1 {
			t.Errorf("%s: %+v", entry.Name, f)
		}
	}
	for _, want := range []string{"on-demand", "reserved-standard-1y-no-upfront", "reserved-convertible-3y-partial-upfront",
		"ec2-savings-plan-1y-all-upfront", "compute-savings-plan-3y-no-upfront", "spot", "dedicated-hosts", "mixed"} {
		if !names[want] {
			t.Errorf("no plan %q", want)
		}
	}
	if _, ok := FindPlan("reserved"); ok {
		t.Error("found a plan that is none")
	}
}

func TestFiguresOfOneReservation(t *testing.T) {
	ledger := newLedger()
	ledger.End = 100 * sim.Hour
	ledger.Types = typesOf("m5.large")
	fleet(ledger, 1, ofType(0, 0, 80*sim.Hour))
	r := reserved(1, "m5.large")
	r.Payment = model.AllUpfront
	plan := committed(r)
	f := plan.Figures(plan.Bill(ledger), committed().Bill(ledger))
	rate := 0.096 * 0.59
	for name, c := range map[string][2]float64{
		"cost":      {f.Cost.USD(), 100 * rate},
		"saving":    {f.Saving, 1 - 100*rate/(80*0.096)},
		"hourly":    {f.EffectiveHourly, 100 * rate / 80},
		"upfront":   {f.Upfront.USD(), 8760 * rate},
		"coverage":  {f.Coverage, 1},
		"used":      {f.Utilization, 0.8},
		"breakeven": {f.BreakEvenUtilization, 0.59},
		"month":     {f.BreakEvenMonth, 8760 * rate / (0.8 * 0.096) / 730},
	} {
		if math.Abs(c[0]-c[1]) > 1e-8*math.Max(1, c[1]) {
			t.Errorf("%s: %v, want %v", name, c[0], c[1])
		}
	}
	ledger.Leases[0].To = 50 * sim.Hour // below break-even
	if f = plan.Figures(plan.Bill(ledger), committed().Bill(ledger)); !math.IsInf(f.BreakEvenMonth, 1) || f.Saving >= 0 {
		t.Errorf("%+v", f)
	}
	if f = committed().Figures(committed().Bill(ledger), committed().Bill(ledger)); !math.IsNaN(f.Utilization) || f.Coverage != 0 || f.Saving != 0 {
		t.Errorf("on-demand %+v", f)
	}
}

func ExamplePlans() {
	for _, entry := range Plans()[:3] {
		fmt.Println(entry.Name)
	}
	// Output:
	// on-demand
	// as-written
	// reserved-standard-1y-no-upfront
}

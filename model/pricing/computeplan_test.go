package pricing

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// withServices gives the book what tasks and functions cost in us-east-1.
func withServices() discountBook {
	b := usEastDiscounts()
	for item, usd := range map[string]float64{
		"fargate.vcpu_linux_x86": 0.04048, "fargate.memory_linux_x86": 0.004445, "fargate.vcpu_linux_arm": 0.03238, "fargate.memory_linux_arm": 0.00356,
		"fargate.ephemeral_storage": 0.000111, "lambda.request": 2e-7, "lambda.x86_gb_second": 16.6667e-6, "lambda.x86_gb_second_tier2": 15e-6,
		"lambda.x86_gb_second_tier3": 13.3334e-6, "lambda.x86_provisioned_gb_second": 4.1667e-6, "lambda.x86_provisioned_duration": 9.7222e-6,
	} {
		b.items[item] = usd
	}
	return b
}

// serverless is a ledger of random tasks and functions.
func serverless(s *rng.Stream) *model.Ledger {
	l := newLedger()
	l.End = 10 * sim.Hour
	for range 1 + s.Below(6) {
		from := sim.Time(s.Below(30_000)) * sim.Second
		l.Tasks = append(l.Tasks, model.TaskUse{
			From: from, To: from + sim.Time(1+s.Below(6000))*sim.Second, Zone: model.Zone(s.Below(2)), CPU: int64(256 << s.Below(4)), MemoryMiB: int64(512 << s.Below(4)),
			Storage: 20, ARM: s.Below(2) == 0, Fargate: s.Below(5) > 0, Spot: s.Below(4) == 0,
		})
	}
	for h := range sim.Time(10) {
		u := model.FunctionUse{From: h * sim.Hour, To: (h + 1) * sim.Hour, Owner: 1, Memory: 1769, Calls: 100, Billed: sim.Time(s.Below(900_000)) * sim.Millisecond}
		if s.Below(2) == 0 {
			u.Provisioned, u.Ready = 3, u.Billed/2
		}
		l.Functions = append(l.Functions, u)
	}
	return l
}

// What a Compute Savings Plan takes of tasks and functions is not billed again: at list prices
// they cost what they cost without it. In each hour it is used up or left, and never pays for
// Spot, calls and storage.
func TestPlansCoverTasksAndFunctionsOnce(t *testing.T) {
	s := rng.New(1, 0, "serverless")
	covered := 0
	for round := range 200 {
		ledger := serverless(&s)
		plan := Plan{Book: withServices(), FreeTier: round%3 == 0}
		list := func(v Invoice) (usd float64) {
			for _, l := range v.Lines {
				if (l.Service == Fargate || l.Service == Lambda) && l.Option != FreeTier {
					usd += l.Priced * l.ListPrice
				}
			}
			return usd
		}
		without := list(plan.Bill(ledger))
		hourly := model.USD(0.001 * float64(1+s.Below(300)))
		plan.Commitments = []Commitment{{Kind: ComputeSavingsPlan, Term: model.OneYear, Payment: model.NoUpfront, Hourly: hourly}}
		with := plan.Bill(ledger)
		if got := list(with); !plan.FreeTier && math.Abs(got-without) > 1e-9*without {
			t.Fatalf("round %d: $%.9f at list prices with a plan, $%.9f without", round, got, without)
		}
		spent := 0.0
		for _, l := range with.Lines {
			if l.Option == SavingsPlan && l.Category == Usage {
				spent += l.Discount.Quantity
				if l.Discount.Status == "Used" {
					covered++
				}
			}
			if l.Priced < 0 || l.Option == Spot && l.Discount.Name != "" {
				t.Fatalf("round %d: %+v", round, l)
			}
		}
		if want := 10 * hourly.USD(); math.Abs(spent-want) > 1e-6*want {
			t.Fatalf("round %d: $%.9f of the plan are used and unused, want $%.9f", round, spent, want)
		}
	}
	if covered < 500 {
		t.Errorf("plans covered %d lines, want many", covered)
	}
}

// The highest saving comes first, whatever it is of: for three years instances before tasks before
// functions, for one year without upfront instances at 27 % off, tasks at 20 and functions at 12.
func TestPlansTakeTheHighestSavingFirst(t *testing.T) {
	ledger := newLedger()
	ledger.End = sim.Hour
	ledger.Types = []model.InstanceType{{Name: "m5.xlarge", VCPUs: 4}}
	ledger.Leases = []model.Lease{{To: sim.Hour, Option: model.OnDemand, Platform: model.Linux, Tenancy: model.TenancyDefault, SpotPool: -1}}
	ledger.Tasks = []model.TaskUse{{To: sim.Hour, CPU: 1024, MemoryMiB: 2048, Storage: 20, Fargate: true}}
	ledger.Functions = []model.FunctionUse{{To: sim.Hour, Owner: 1, Memory: 1024, Provisioned: 10}}
	// At plan rates: 0.192 x 0.73 = 0.14016, (0.04048 + 0.00889) x 0.8 = 0.039496, 0.15 x 0.88 = 0.132.
	for _, c := range []struct {
		hourly                  float64
		instance, task, seconds float64 // that are covered, as shares
	}{
		{0.07008, 0.5, 0, 0},
		{0.14016 + 0.007112, 1, 0.18, 0}, // its memory, of the lower rate
		{0.14016 + 0.039496 + 0.033, 1, 1, 0.25},
		{1, 1, 1, 1},
	} {
		plan := Plan{Book: withServices(), Commitments: []Commitment{{Kind: ComputeSavingsPlan, Term: model.OneYear, Payment: model.NoUpfront, Hourly: model.USD(c.hourly)}}}
		got, all := map[Service]float64{}, map[Service]float64{}
		for _, l := range plan.Bill(ledger).Lines {
			if l.Category == Usage && l.PricedUnit != "USD" {
				all[l.Service] += l.List.USD()
				if l.Option == SavingsPlan {
					got[l.Service] += l.List.USD()
				}
			}
		}
		figures := plan.Figures(plan.Bill(ledger), Plan{Book: withServices()}.Bill(ledger))
		taken, whole := got[EC2]+got[Fargate]+got[Lambda], all[EC2]+all[Fargate]+all[Lambda]
		if math.Abs(figures.Coverage-taken/whole) > 1e-6 || taken == 0 {
			t.Errorf("$%g an hour cover %.6f of all, want %.6f", c.hourly, figures.Coverage, taken/whole)
		}
		if want := min(1, (0.14016+0.039496+0.132)/c.hourly); math.Abs(figures.Utilization-want) > 1e-4 {
			t.Errorf("$%g an hour: %.6f of it used, want %.6f", c.hourly, figures.Utilization, want)
		}
		for service, want := range map[Service]float64{EC2: c.instance, Fargate: c.task, Lambda: c.seconds} {
			if share := got[service] / all[service]; math.Abs(share-want) > 1e-3 {
				t.Errorf("$%g an hour cover %.4f of %s, want %g", c.hourly, share, service, want)
			}
		}
	}
}

package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// offer is a plan as `compare --format json` writes it.
type offer struct {
	Plan                                               string
	Cost, Saving, Coverage, Utilization, Interruptions *estimated
	EffectiveHourly                                    *estimated `json:"effective_hourly"`
	BreakEven                                          *estimated `json:"break_even"`
	P99                                                *estimated `json:"latency.p99"`
	Availability                                       *estimated
	Upfront                                            float64
	Commitments                                        []map[string]any
}

type estimated struct {
	Value     float64
	HalfWidth *float64 `json:"half_width"`
}

// compared runs compare and returns its plans.
func compared(t *testing.T, args ...string) []offer {
	t.Helper()
	output <- struct{}{}
	defer func() { <-output }()
	out, code := captured(t, &os.Stdout, append([]string{"compare", "--format", "json"}, args...)...)
	if code != 0 {
		t.Fatalf("%v: exit code %d", args, code)
	}
	var c struct {
		Scenario string
		Plans    []offer
		Warnings []string
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil || c.Scenario == "" || len(c.Plans) == 0 {
		t.Fatalf("%v: %v in\n%s", args, err, out)
	}
	return c.Plans
}

func scenario(name string) string { return filepath.Join("..", "..", "scenarios", name+".toml") }

// The comments of the three files say which plan wins, and why the next loses.
func TestADifferentPlanWinsForEachShape(t *testing.T) {
	for name, want := range map[string]struct {
		first string
		below map[string]string // a plan, and one that costs more
	}{
		"pricing-steady": {"reserved-standard-3y-all-upfront", map[string]string{
			"reserved-standard-3y-all-upfront": "spot", "spot": "on-demand",
			"ec2-savings-plan-3y-all-upfront": "compute-savings-plan-3y-all-upfront",
		}},
		"pricing-diurnal": {"compute-savings-plan-3y-all-upfront", map[string]string{
			"compute-savings-plan-3y-all-upfront": "reserved-standard-3y-all-upfront", "reserved-standard-3y-all-upfront": "on-demand",
			"compute-savings-plan-3y-no-upfront": "spot",
		}},
		"pricing-spiky": {"spot", map[string]string{
			"spot": "mixed", "mixed": "on-demand", "reserved-standard-3y-all-upfront": "on-demand",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			plans := compared(t, scenario(name), "--sort", "cost")
			if plans[0].Plan != want.first {
				t.Errorf("the cheapest is %s at %v, want %s", plans[0].Plan, plans[0].Cost.Value, want.first)
			}
			place := func(plan string) int { return slices.IndexFunc(plans, func(o offer) bool { return o.Plan == plan }) }
			for cheap, dear := range want.below {
				if place(cheap) >= place(dear) || place(cheap) < 0 {
					t.Errorf("%s is not cheaper than %s", cheap, dear)
				}
			}
			for _, o := range plans {
				if o.Cost == nil || o.Saving == nil || o.EffectiveHourly == nil || o.P99 == nil || o.Availability == nil || o.Interruptions == nil {
					t.Errorf("%s: no cost, saving, rate or behaviour: %+v", o.Plan, o)
				}
				if len(o.Commitments) > 0 && (o.Coverage == nil || o.Utilization == nil || o.BreakEven == nil) {
					t.Errorf("%s: no coverage, utilization or break-even: %+v", o.Plan, o)
				}
			}
		})
	}
}

// No optimum costs more than the neighbours that --commit asks for, and nothing
// committed is On-Demand.
func TestOptimaBeatOtherSizes(t *testing.T) {
	name, plan := scenario("pricing-spiky"), "reserved-standard-1y-no-upfront"
	cost := func(args ...string) float64 {
		plans := compared(t, append([]string{name, "--plans", plan + ",on-demand"}, args...)...)
		if args != nil && args[1] == "0" && plans[0].Cost.Value != plans[1].Cost.Value {
			t.Errorf("none reserved costs %v, on demand %v", plans[1].Cost.Value, plans[0].Cost.Value)
		}
		return plans[1].Cost.Value
	}
	best := cost()
	for _, size := range []string{"0", "2", "20"} {
		if other := cost("--commit", size); other < best {
			t.Errorf("%s reserved costs %v, the optimum %v", size, other, best)
		}
	}
}

// Through the whole program: double every price that the scenario uses, and every
// plan costs double.
func TestDoublePricesDoubleEveryBill(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "one.toml")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, `run = { duration = "26h", replications = 2 }
instance.one = { instance_type = "m5.large", count = 3 }
`)
	book := func(factor string) string {
		path := filepath.Join(dir, factor+".csv")
		lines := []string{"item,platform,usd_per_unit"}
		for item, price := range map[string][2]string{
			"m5.large,linux": {"0.1", "0.2"}, "dedicated_host/m5,": {"5", "10"}, "ebs/gp3_storage,": {"0.08", "0.16"}, "ec2/public_ipv4,": {"0.005", "0.01"},
		} {
			lines = append(lines, item+","+price[map[string]int{"once": 0, "twice": 1}[factor]])
		}
		write(path, strings.Join(lines, "\n")+"\n")
		return path
	}
	once, twice := compared(t, file, "--price-book", book("once")), compared(t, file, "--price-book", book("twice"))
	for i := range once {
		if once[i].Plan == "dedicated-instances" {
			continue // the fee of the Region is not in a price book
		}
		if got, want := twice[i].Cost.Value, 2*once[i].Cost.Value; got < want-1e-7 || got > want+1e-7 {
			t.Errorf("%s: %v at prices, %v at double prices", once[i].Plan, once[i].Cost.Value, got)
		}
	}
}

// The month in Seoul uses its plan, and its invoice in won is a FOCUS file that
// adds up to its cost.
func TestSeoulMonthIsAnInvoice(t *testing.T) {
	dir := t.TempDir()
	output <- struct{}{}
	out, code := captured(t, &os.Stdout, "run", scenario("seoul-month"), "--format", "json", "--replications", "2", "--out", dir, "--files", "invoice.csv")
	<-output
	var a answer
	if err := json.Unmarshal([]byte(out), &a); err != nil || code != 0 {
		t.Fatalf("exit code %d: %v", code, err)
	}
	a.near(t, "instance_hours{instance=database}", 744, 1e-9)
	if a.value(t, "cost{model=spot}") == 0 || a.value(t, "cost{model=savings-plan}") == 0 {
		t.Error("no Spot, or no Savings Plan")
	}
	file, err := os.Open(filepath.Join(dir, "invoice.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	sum := 0.0
	for _, row := range rows[1:] {
		field := func(name string) string { return row[slices.Index(rows[0], name)] }
		effective, err := strconv.ParseFloat(field("EffectiveCost"), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += effective
		for _, name := range strings.Fields("BilledCost BillingAccountId BillingPeriodStart ChargeCategory ChargePeriodEnd InvoiceIssuerName ListCost ContractedCost ProviderName PublisherName ServiceCategory ServiceName") {
			if field(name) == "" {
				t.Errorf("a row without %s: %v", name, row)
			}
		}
		if field("BillingCurrency") != "KRW" {
			t.Errorf("a row in %s", field("BillingCurrency"))
		}
	}
	if want := 1380 * a.value(t, "cost.total"); sum < want-0.01 || sum > want+0.01 {
		t.Errorf("the rows add up to %v won, the cost is %v", sum, want)
	}
}

// Spot that nobody takes back serves the same requests as On-Demand to the
// nanosecond: the plans meet the same random numbers. A storm is seen.
func TestSpotMeetsTheSameRequests(t *testing.T) {
	file := scenario("pricing-spiky")
	calm := compared(t, file, "--plans", "on-demand,spot", "--set", "spot_market.interruption.intensity=0")
	if calm[0].P99.Value != calm[1].P99.Value || calm[1].Interruptions.Value != 0 {
		t.Errorf("p99 %v On-Demand, %v on Spot without interruptions", calm[0].P99.Value, calm[1].P99.Value)
	}
	storm := compared(t, file, "--plans", "on-demand,spot", "--set", "spot_market.interruption.intensity=2000")
	if storm[1].Interruptions.Value < 10 || storm[0].Interruptions.Value != 0 || storm[1].Availability.Value >= storm[0].Availability.Value {
		t.Errorf("a storm: %v interruptions on Spot, availability %v against %v On-Demand",
			storm[1].Interruptions.Value, storm[1].Availability.Value, storm[0].Availability.Value)
	}
}

package pricing

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// richBill is an invoice with every kind of line, and its commitments.
func richBill(seed uint64) Invoice {
	ledger := fullLedger(seed)
	ledger.Types = typesOf("m5.large", "t3.micro", "c5.large", "t2.micro")
	bought := reserved(2, "m5.large")
	bought.Payment, bought.Bought = model.PartialUpfront, true
	return Plan{
		Book: usEastDiscounts(), FreeTier: true,
		Commitments: []Commitment{bought, reserved(1, "c5.large"), savingsPlan(EC2InstanceSavingsPlan, "m5", model.Dollar/20), savingsPlan(ComputeSavingsPlan, "", model.Dollar)},
		Capacity:    []CapacityReservation{{Name: "cr", Type: "c5.large", Platform: model.Linux, Tenancy: model.TenancyDefault, Zone: "b", Count: 3}},
	}.Bill(ledger)
}

func rows(invoice Invoice) []map[string]string {
	var all []map[string]string
	header := FOCUSColumns()
	for i := range invoice.Lines {
		row := map[string]string{}
		for k, value := range invoice.FOCUS(&invoice.Lines[i], Account{BillingID: "1", BillingName: "shop"}) {
			row[header[k]] = value
		}
		all = append(all, row)
	}
	return all
}

func TestFOCUSHeaderIsComplete(t *testing.T) {
	header := FOCUSColumns()
	if !slices.IsSorted(header[:len(header)-1]) || header[len(header)-1] != "x_PriceEstimated" {
		t.Errorf("columns %v: want FOCUS's sorted, then ours", header)
	}
	for _, mandatory := range strings.Fields(`BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
		BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost
		EffectiveCost InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName`) {
		if !slices.Contains(header, mandatory) {
			t.Errorf("no column %s", mandatory)
		}
	}
}

// A rule of FOCUS 1.2 on one row.
var focusRules = []struct {
	name  string
	holds func(r map[string]string) bool
}{
	{"no mandatory value is null", func(r map[string]string) bool {
		for _, c := range strings.Fields("BilledCost BillingAccountId BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeFrequency ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost ProviderName PublisherName ServiceCategory ServiceName ServiceSubcategory PricingQuantity PricingUnit ListUnitPrice ContractedUnitPrice SkuId SkuPriceId PricingCategory PricingCurrency RegionId RegionName") {
			if r[c] == "" {
				return false
			}
		}
		return true
	}},
	{"numbers are plain", func(r map[string]string) bool {
		for name, value := range r {
			if (strings.HasSuffix(name, "Cost") || strings.HasSuffix(name, "Quantity") || strings.HasSuffix(name, "UnitPrice")) && value != "" &&
				!regexp.MustCompile(`^-?\d+(\.\d+)?$`).MatchString(value) {
				return false
			}
		}
		return true
	}},
	{"instants are UTC", func(r map[string]string) bool {
		return regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(r["ChargePeriodStart"]) &&
			r["BillingPeriodStart"] <= r["ChargePeriodStart"] && r["ChargePeriodStart"] < r["ChargePeriodEnd"] && r["ChargePeriodEnd"] <= r["BillingPeriodEnd"]
	}},
	{"list price × quantity is the list cost", func(r map[string]string) bool { return product(r, "ListUnitPrice", "ListCost") }},
	{"contracted price × quantity is the contracted cost", func(r map[string]string) bool { return product(r, "ContractedUnitPrice", "ContractedCost") }},
	{"commitment columns come together", func(r map[string]string) bool {
		for _, c := range strings.Fields("Category Name Type Quantity Unit") {
			if (r["CommitmentDiscount"+c] == "") != (r["CommitmentDiscountId"] == "") {
				return false
			}
		}
		return (r["CommitmentDiscountStatus"] != "") == (r["CommitmentDiscountId"] != "" && r["ChargeCategory"] == "Usage")
	}},
	{"consumption is that of usage", func(r map[string]string) bool {
		consumes := r["ChargeCategory"] == "Usage" && r["CommitmentDiscountStatus"] != "Unused"
		return (r["ConsumedQuantity"] != "") == consumes && (r["ConsumedUnit"] != "") == consumes
	}},
	{"purchases are no usage and have no effective cost", func(r map[string]string) bool {
		return r["ChargeCategory"] != "Purchase" || r["ChargeFrequency"] != "Usage-Based" && r["EffectiveCost"] == "0" && r["PricingCategory"] == "Standard"
	}},
	{"what a commitment covers is not billed", func(r map[string]string) bool {
		return r["CommitmentDiscountStatus"] == "" || r["BilledCost"] == "0" && r["PricingCategory"] == "Committed"
	}},
	{"what is unused is the commitment's own", func(r map[string]string) bool {
		return r["CommitmentDiscountStatus"] != "Unused" || r["ResourceId"] == r["CommitmentDiscountId"]
	}},
	{"what is not under a commitment costs what is billed", func(r map[string]string) bool {
		return r["CommitmentDiscountId"] != "" || r["EffectiveCost"] == r["BilledCost"]
	}},
	{"resource columns come together", func(r map[string]string) bool {
		return (r["ResourceId"] == "") == (r["ResourceType"] == "") && (r["ResourceId"] != "" || r["ResourceName"] == "") &&
			(r["ResourceId"] == "" || r["ResourceId"] != r["ResourceName"])
	}},
	{"capacity columns come together", func(r map[string]string) bool {
		return (r["CapacityReservationId"] == "") == (r["CapacityReservationStatus"] == "")
	}},
	{"Spot is dynamic", func(r map[string]string) bool {
		return strings.Contains(r["SkuPriceId"], ".spot") == (r["PricingCategory"] == "Dynamic")
	}},
	{"a SKU says not how it was bought", func(r map[string]string) bool {
		return !strings.Contains(r["SkuId"], "spot") && !strings.Contains(r["SkuId"], "unused")
	}},
	{"key values are JSON", func(r map[string]string) bool {
		var object map[string]string
		return (r["Tags"] == "" || json.Unmarshal([]byte(r["Tags"]), &object) == nil) &&
			(r["SkuPriceDetails"] == "" || json.Unmarshal([]byte(r["SkuPriceDetails"]), &object) == nil)
	}},
	{"a zone is of its Region", func(r map[string]string) bool {
		return r["AvailabilityZone"] == "" || strings.HasPrefix(r["AvailabilityZone"], r["RegionId"])
	}},
	{"nothing is corrected", func(r map[string]string) bool { return r["ChargeClass"] == "" }},
}

func number(r map[string]string, column string) float64 {
	x, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

func product(r map[string]string, price, cost string) bool {
	want := number(r, cost)
	return math.Abs(number(r, price)*number(r, "PricingQuantity")-want) <= 1e-9*(1+want)
}

func TestFOCUSRowsKeepTheRules(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(40) {
		for _, row := range rows(richBill(seed)) {
			for _, rule := range focusRules {
				if !rule.holds(row) {
					t.Fatalf("seed %d: %s: %v", seed, rule.name, row)
				}
			}
			seen[row["ChargeCategory"]+" "+row["CommitmentDiscountStatus"]+" "+row["ChargeFrequency"]] = true
		}
	}
	for _, want := range []string{"Usage  Usage-Based", "Usage Used Usage-Based", "Usage Unused Usage-Based", "Purchase  Recurring", "Purchase  One-Time"} {
		if !seen[want] {
			t.Errorf("no row %q", want)
		}
	}
}

// Over the hours of the run, what is used and unused of each commitment is its
// whole fee (EffectiveCost-C-012 and -013), and no SKU price has two SKUs.
func TestFOCUSSumsAreTheCommitments(t *testing.T) {
	for seed := range uint64(40) {
		effective, fee := map[string]float64{}, map[string]float64{}
		parent := map[string]string{}
		lines := 0.0
		for _, row := range rows(richBill(seed)) {
			id := row["CommitmentDiscountId"]
			effective[id] += number(row, "EffectiveCost")
			lines++
			if row["ChargeFrequency"] == "Recurring" {
				scale := 1.0
				if strings.Contains(id, "partial-upfront") {
					scale = 2
				}
				fee[id] += scale * number(row, "BilledCost")
			}
			if sku := parent[row["SkuPriceId"]]; sku != "" && sku != row["SkuId"] {
				t.Fatalf("seed %d: price %s has SKUs %s and %s", seed, row["SkuPriceId"], sku, row["SkuId"])
			}
			parent[row["SkuPriceId"]] = row["SkuId"]
		}
		for id, want := range fee {
			if math.Abs(effective[id]-want) > lines*1e-9 {
				t.Errorf("seed %d: %s: effective %v, fee %v", seed, id, effective[id], want)
			}
		}
	}
}

func TestFOCUSRowOfAReservedHour(t *testing.T) {
	ledger := hourLedger("m5.large")
	fleet(ledger, 1, ofType(0, 0, sim.Hour/2))
	got := map[string]map[string]string{}
	for _, row := range rows(committed(reserved(1, "m5.large")).Bill(ledger)) {
		got[row["ChargeCategory"]+row["CommitmentDiscountStatus"]] = row
	}
	for kind, want := range map[string]map[string]string{
		"UsageUsed": {
			"BilledCost": "0", "EffectiveCost": "0.03", "ListCost": "0.048", "ContractedCost": "0.048", "ListUnitPrice": "0.096",
			"PricingQuantity": "0.5", "PricingUnit": "Hours", "ConsumedQuantity": "1800", "ConsumedUnit": "Seconds",
			"CommitmentDiscountQuantity": "2", "CommitmentDiscountUnit": "Normalized-Hours", "CommitmentDiscountType": "Reserved Instance",
			"CommitmentDiscountCategory": "Usage", "AvailabilityZone": "us-east-1a", "ResourceName": "web", "ResourceType": "autoscaling_group",
			"ChargePeriodStart": "2026-06-01T00:00:00Z", "BillingPeriodEnd": "2026-07-01T00:00:00Z", "SkuId": "ec2.m5.large.linux",
			"Tags": `{"owner":"autoscaling_group.web"}`, "RegionName": "US East (N. Virginia)",
		},
		"UsageUnused": {"BilledCost": "0", "EffectiveCost": "0.03", "ListCost": "0", "CommitmentDiscountQuantity": "2", "ConsumedQuantity": ""},
		"Purchase":    {"BilledCost": "0.06", "EffectiveCost": "0", "ChargeFrequency": "Recurring", "CommitmentDiscountQuantity": "4", "PricingQuantity": "1"},
	} {
		for column, value := range want {
			if got[kind][column] != value {
				t.Errorf("%s: %s is %q, want %q", kind, column, got[kind][column], value)
			}
		}
	}
}

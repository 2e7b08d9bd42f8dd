package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim"
)

// focusColumn is a column of the FinOps Open Cost and Usage Specification 1.1
// and how a charge fills it. Columns of ours begin with x_, as it asks.
type focusColumn struct {
	name string
	read func(*results.Summary, *results.Charge) string
}

func focusColumns() []focusColumn {
	fixed := func(text string) func(*results.Summary, *results.Charge) string {
		return func(*results.Summary, *results.Charge) string { return text }
	}
	of := func(read func(*results.Charge) string) func(*results.Summary, *results.Charge) string {
		return func(_ *results.Summary, c *results.Charge) string { return read(c) }
	}
	amount := func(read func(*results.Charge) float64) func(*results.Summary, *results.Charge) string {
		return of(func(c *results.Charge) string { return decimal(read(c)) })
	}
	billed := amount(func(c *results.Charge) float64 { return c.Cost.Value })
	return []focusColumn{
		{"BilledCost", billed},
		{"EffectiveCost", billed},
		{"ListCost", amount(func(c *results.Charge) float64 { return c.List })},
		{"BillingCurrency", fixed("USD")},
		{"BillingPeriodStart", of(func(c *results.Charge) string { return calendar(c.Month) })},
		{"BillingPeriodEnd", of(func(c *results.Charge) string { return calendar(c.Month.AddDate(0, 1, 0)) })},
		{"ChargeCategory", fixed("Usage")},
		{"ChargeFrequency", fixed("Usage-Based")},
		{"ChargePeriodStart", func(s *results.Summary, c *results.Charge) string { return instant(s, c.From) }},
		{"ChargePeriodEnd", func(s *results.Summary, c *results.Charge) string { return instant(s, c.To) }},
		{"ChargeDescription", of(func(c *results.Charge) string { return c.Description })},
		{"ConsumedQuantity", amount(func(c *results.Charge) float64 { return c.Consumed })},
		{"ConsumedUnit", of(func(c *results.Charge) string { return c.ConsumedUnit })},
		{"PricingQuantity", amount(func(c *results.Charge) float64 { return c.Priced })},
		{"PricingUnit", of(func(c *results.Charge) string { return c.PricedUnit })},
		{"PricingCategory", of(pricingCategory)},
		{"ProviderName", fixed("AWS")},
		{"RegionId", of(func(c *results.Charge) string { return c.Region })},
		{"AvailabilityZone", of(availabilityZone)},
		{"ResourceType", of(func(c *results.Charge) string { return c.ResourceType })},
		{"ServiceName", of(func(c *results.Charge) string { return string(c.Service) })},
		{"SkuId", of(func(c *results.Charge) string { return c.SKU })},
		{"Tags", of(tags)},
		{"x_Model", of(func(c *results.Charge) string { return string(c.Option) })},
		{"x_BilledCostHalfWidth", amount(func(c *results.Charge) float64 { return c.Cost.HalfWidth })},
		{"x_Replications", of(func(c *results.Charge) string { return strconv.Itoa(c.Cost.N) })},
		{"x_PriceEstimated", of(func(c *results.Charge) string { return strconv.FormatBool(c.Estimated) })},
	}
}

// pricingCategory is FOCUS's word for a way of buying.
func pricingCategory(c *results.Charge) string {
	if c.Option == pricing.Spot {
		return "Dynamic"
	}
	return "Standard"
}

func availabilityZone(c *results.Charge) string {
	if c.Zone == "" {
		return ""
	}
	return c.Region + c.Zone
}

// tags names the table of the scenario that owns the charge.
func tags(c *results.Charge) string {
	if c.Owner == "" {
		return "{}"
	}
	name, err := json.Marshal(c.Owner)
	if err != nil {
		panic("report: a string has no JSON: " + err.Error())
	}
	return `{"owner":` + string(name) + "}"
}

// writeInvoice writes a row a charge, means over replications.
func writeInvoice(w io.Writer, s *results.Summary) error {
	columns := focusColumns()
	record := make([]string, len(columns))
	out := csv.NewWriter(w)
	for i, c := range columns {
		record[i] = c.name
	}
	_ = out.Write(record) // csv.Writer keeps the first error for Error
	for i := range s.Charges {
		for k, c := range columns {
			record[k] = c.read(s, &s.Charges[i])
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// instant is a virtual instant on the scenario's calendar.
func instant(s *results.Summary, at sim.Time) string {
	return calendar(s.Config.Start.Add(at.Duration()))
}

func calendar(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

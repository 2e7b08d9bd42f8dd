package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"headroom/model/pricing"
	"headroom/results"
)

// ownColumns are what an estimate has beyond a row of FOCUS 1.2. Their names
// begin with x_, as it asks.
func ownColumns() []string {
	return []string{"x_Model", "x_EffectiveCostHalfWidth", "x_BilledCostHalfWidth", "x_Replications"}
}

// own returns the values of a charge's own columns. What is to pay for
// commitments is the same in every replication, whatever they cover.
func own(c *results.Charge, perUSD float64) []string {
	effective := c.Cost.HalfWidth * perUSD
	billed := effective
	if c.Discount.Kind != 0 && !math.IsNaN(effective) {
		billed = 0
	}
	return []string{string(c.Option), decimal(effective), decimal(billed), strconv.Itoa(c.Cost.N)}
}

// writeInvoice writes a row of FOCUS 1.2 a charge, means over replications, in
// the currency of the invoices.
func writeInvoice(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write(append(pricing.FOCUSColumns(), ownColumns()...)) // csv.Writer keeps the first error for Error
	invoice := pricing.Invoice{Currency: s.Currency.Code, Start: s.Config.Start}
	account := pricing.Account{BillingID: "simulated", BillingName: s.Scenario, Tags: s.Config.Tags}
	for i := range s.Charges {
		c := &s.Charges[i]
		line := c.Line.In(s.Currency)
		_ = out.Write(append(invoice.FOCUS(&line, account), own(c, s.Currency.PerUSD)...))
	}
	out.Flush()
	return out.Error()
}

package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"

	"headroom/results"
	"headroom/sim/stat"
)

// number is a float that is null where it is unknown: JSON has no NaN.
type number float64

// MarshalJSON implements [json.Marshaler].
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// jsonEstimate is an estimate as scripts read it.
type jsonEstimate struct {
	Value     number `json:"value"`
	HalfWidth number `json:"half_width"`
	N         int    `json:"n"`
	Unit      string `json:"unit"`
}

func estimateOf(e stat.Estimate, unit string) jsonEstimate {
	return jsonEstimate{Value: number(e.Value), HalfWidth: number(e.HalfWidth), N: e.N, Unit: unit}
}

// jsonCharge is a line of the invoice.
type jsonCharge struct {
	Service      string       `json:"service"`
	SKU          string       `json:"sku"`
	Description  string       `json:"description"`
	Model        string       `json:"model"`
	Owner        string       `json:"owner"`
	ResourceType string       `json:"resource_type"`
	Zone         string       `json:"zone"`
	Month        string       `json:"month"`
	Cost         jsonEstimate `json:"cost"`
	List         number       `json:"list"`
	Consumed     number       `json:"consumed"`
	ConsumedUnit string       `json:"consumed_unit"`
	Priced       number       `json:"priced"`
	PricedUnit   string       `json:"priced_unit"`
	PriceDate    string       `json:"price_date,omitempty"` // of the list of its Region
	Estimated    bool         `json:"estimated"`
	Prorated     bool         `json:"prorated"` // its monthly allowance or tier is
	Category     string       `json:"category"`
	Billed       number       `json:"billed"`
	Commitment   string       `json:"commitment,omitempty"`
	Status       string       `json:"status,omitempty"`
}

func chargeOf(c *results.Charge) jsonCharge {
	return jsonCharge{
		Service: string(c.Service), SKU: c.SKU, Description: c.Description, Model: string(c.Option), Owner: c.Owner,
		ResourceType: c.ResourceType, Zone: c.Zone, Month: c.Month.UTC().Format("2006-01"),
		Cost: estimateOf(c.Cost, "USD"), List: number(c.List.USD()),
		Consumed: number(c.Consumed), ConsumedUnit: c.ConsumedUnit,
		Priced: number(c.Priced), PricedUnit: c.PricedUnit, PriceDate: c.PriceDate, Estimated: c.Estimated, Prorated: c.Prorated,
		Category: string(c.Category), Billed: number(c.Billed.USD()), Commitment: c.Discount.Name, Status: c.Discount.Status,
	}
}

// jsonVerdict is a threshold and what became of it. Its value is null if nobody
// observed the metric.
type jsonVerdict struct {
	Metric    string `json:"metric"`
	Threshold string `json:"threshold"`
	Op        string `json:"op"`
	Limit     number `json:"limit"`
	jsonEstimate
	Pass bool `json:"pass"`
}

func verdictOf(v results.Verdict) jsonVerdict {
	e := v.Estimate
	if !v.Observed {
		e.Value, e.HalfWidth = math.NaN(), math.NaN()
	}
	return jsonVerdict{
		Metric: v.Key, Threshold: v.Text, Op: v.Operator, Limit: number(v.Limit), jsonEstimate: estimateOf(e, v.Unit), Pass: v.Pass,
	}
}

// jsonWriter writes one member a line, in the order given, and keeps the first
// error.
type jsonWriter struct {
	out bytes.Buffer
	err error
}

func (j *jsonWriter) text(s string) { j.out.WriteString(s) }

// value appends v in one line, with < and > as they are.
func (j *jsonWriter) value(v any) {
	encoder := json.NewEncoder(&j.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
	j.out.Truncate(len(bytes.TrimRight(j.out.Bytes(), "\n")))
}

// list appends n items between brackets, one a line.
func (j *jsonWriter) list(open, end string, n int, item func(int)) {
	j.text(open)
	for i := range n {
		if i > 0 {
			j.text(",")
		}
		j.text("\n    ")
		item(i)
	}
	if n > 0 {
		j.text("\n  ")
	}
	j.text(end)
}

func (j *jsonWriter) summary(s *results.Summary) {
	j.head(s.Scenario, s.Seed, s.Replications, s.PriceDate)
	if s.Interrupted {
		j.text(",\n  \"interrupted\": true")
	}
	if windows := savedWindows(s); len(windows) > 0 {
		j.text(",\n  \"windows\": ")
		j.list("[", "]", len(windows), func(i int) { j.value(windows[i]) })
	}
	j.text(",\n  \"metrics\": ")
	j.list("{", "}", len(s.Metrics), func(i int) {
		j.value(s.Metrics[i].Key)
		j.text(": ")
		j.value(estimateOf(s.Metrics[i].Estimate, s.Metrics[i].Unit))
	})
	j.text(",\n  \"invoice\": ")
	j.list("[", "]", len(s.Charges), func(i int) { j.value(chargeOf(&s.Charges[i])) })
	j.text(",\n  \"thresholds\": ")
	j.list("[", "]", len(s.Thresholds), func(i int) { j.value(verdictOf(s.Thresholds[i])) })
	if len(s.Spans) > 0 {
		j.text(",\n  \"one_by_one\": ")
		j.list("[", "]", len(s.Spans), func(i int) { j.value(spanOf(&s.Spans[i])) })
	}
	j.text(",\n  \"warnings\": ")
	j.list("[", "]", len(s.Warnings), func(i int) { j.value(s.Warnings[i]) })
	j.text("\n}")
}

// writeJSON writes an object for one summary and an array of them for several.
func writeJSON(w io.Writer, summaries []*results.Summary) error {
	var j jsonWriter
	if len(summaries) != 1 {
		j.text("[\n")
	}
	for i, s := range summaries {
		if i > 0 {
			j.text(",\n")
		}
		j.summary(s)
	}
	if len(summaries) != 1 {
		j.text("\n]")
	}
	j.text("\n")
	if j.err != nil {
		return j.err
	}
	_, err := w.Write(j.out.Bytes())
	return err
}

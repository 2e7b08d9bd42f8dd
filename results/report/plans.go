package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strings"

	"headroom/model/pricing"
	"headroom/results"
	"headroom/results/buying"
	"headroom/results/folder"
	"headroom/sim/stat"
)

// WritePlans renders what a usage costs under each plan.
func WritePlans(w io.Writer, o Options, c *buying.Comparison) error {
	switch o.Format {
	case JSON:
		return writePlansJSON(w, c)
	case CSV:
		return writePlansCSV(w, c)
	case GitHub:
		return writePlansGitHub(w, o, c)
	case JUnit:
		return writePlansJUnit(w, o, c)
	}
	p := page{w: w, markdown: o.Format == Markdown, paint: painter(o.Color && o.Format == Table)}
	p.titled(heading(&results.Summary{Scenario: c.Scenario, Seed: c.Seed, Replications: c.Replications, Config: c.Config, PriceDate: c.PriceDate}))
	p.block(costBlock(c))
	p.block(conductBlock(c))
	if b := purchaseBlock(c); len(b.rows) > 0 {
		p.block(b)
	}
	p.warnings(c.Warnings)
	return p.err
}

// costBlock compares plans by money.
func costBlock(c *buying.Comparison) block {
	b := block{
		head: []string{"Plan", "cost", "saving", "per instance-hour", "upfront", "covered", "of them used", "break-even at", "after months"},
		left: 1,
	}
	columns := make([][]cell, len(b.head)-1)
	for i := range c.Rows {
		r := &c.Rows[i]
		b.rows = append(b.rows, []string{r.Plan})
		upfront := cell{}
		if r.Upfront > 0 {
			upfront.value = "$" + fixed(r.Upfront.USD(), 2)
		}
		cost := plansCell(c, r.Cost, "USD")
		if r.Replications == 0 {
			cost.value = "not finished"
		}
		for k, text := range []cell{
			cost, plansCell(c, r.Saving, "ratio"), plansCell(c, r.EffectiveHourly, "USD"), upfront,
			plansCell(c, r.Coverage, "ratio"), plansCell(c, r.Utilization, "ratio"), plansCell(c, r.BreakEven, "ratio"), months(c, r),
		} {
			columns[k] = append(columns[k], text)
		}
	}
	b.fill(columns)
	return b
}

// plansCell formats an estimate of a comparison; what nobody observed is empty.
func plansCell(c *buying.Comparison, e stat.Estimate, unit string) cell {
	if e.N == 0 || math.IsNaN(e.Value) {
		return cell{}
	}
	return estimate(e, unit, c.Replications)
}

// months says when commitments have cost less than what they replaced.
func months(c *buying.Comparison, r *buying.Row) cell {
	if math.IsInf(r.BreakEvenMonth.Value, 1) {
		return cell{value: "never"}
	}
	return plansCell(c, r.BreakEvenMonth, "")
}

// fill appends columns of numbers to the rows of a table.
func (b *block) fill(columns [][]cell) {
	for _, cells := range columns {
		for i, text := range column(cells) {
			b.rows[i] = append(b.rows[i], text)
		}
	}
}

// conductBlock shows how the plans behave that were simulated; all others launch
// what on-demand launches.
func conductBlock(c *buying.Comparison) block {
	b := block{head: []string{"Behaviour", "interruptions", "requests lost to them", "latency p99", "availability"}, left: 1}
	columns := make([][]cell, len(b.head)-1)
	last := -1
	for i := range c.Rows {
		r := &c.Rows[i]
		own := r.Plan == "spot" || r.Plan == "mixed" || r.Plan == "as-written"
		name := r.Plan
		switch {
		case own:
		case last >= 0:
			continue
		default:
			last, name = i, "all others"
			if r.Plan == "on-demand" && len(c.Rows) < 4 {
				name = r.Plan
			}
		}
		b.rows = append(b.rows, []string{name})
		for k, text := range []cell{
			plansCell(c, r.Interruptions, "count"), plansCell(c, r.RequestsLost, "count"), plansCell(c, r.P99, "s"), plansCell(c, r.Availability, "ratio"),
		} {
			columns[k] = append(columns[k], text)
		}
	}
	b.fill(columns)
	return b
}

// purchaseBlock lists what the plans buy.
func purchaseBlock(c *buying.Comparison) block {
	b := block{head: []string{"Plan", "buys"}, left: 2}
	for i := range c.Rows {
		if r := &c.Rows[i]; len(r.Commitments) > 0 {
			b.rows = append(b.rows, []string{r.Plan, purchases(r.Commitments)})
		}
	}
	return b
}

// purchases says in words what is bought.
func purchases(all []pricing.Commitment) string {
	var texts []string
	for i := range all {
		c := &all[i]
		switch c.Kind {
		case pricing.ReservedInstance:
			text := fmt.Sprintf("%d × %s", c.Count, c.Type)
			if name := c.Platform.String(); name != "linux" {
				text += " " + name
			}
			texts = append(texts, text)
		case pricing.HostReservation:
			texts = append(texts, fmt.Sprintf("%d × %s host in %s", c.Count, c.Family, c.Zone))
		case pricing.EC2InstanceSavingsPlan:
			texts = append(texts, fmt.Sprintf("$%.4f/h of %s", c.Hourly.USD(), c.Family))
		case pricing.ComputeSavingsPlan:
			texts = append(texts, fmt.Sprintf("$%.4f/h", c.Hourly.USD()))
		default:
			panic("report: commitment of no kind")
		}
	}
	return strings.Join(texts, ", ")
}

// jsonValue is an estimate whose unit the key implies.
type jsonValue struct {
	Value     number `json:"value"`
	HalfWidth number `json:"half_width"`
}

func valueOf(e stat.Estimate) *jsonValue {
	if e.N == 0 {
		return nil
	}
	return &jsonValue{number(e.Value), number(e.HalfWidth)}
}

// jsonCommitment is what a plan buys.
type jsonCommitment struct {
	Plan     string  `json:"plan"`
	Type     string  `json:"instance_type,omitempty"`
	Family   string  `json:"family,omitempty"`
	Platform string  `json:"platform,omitempty"`
	Zone     string  `json:"zone,omitempty"`
	Count    int64   `json:"count,omitempty"`
	Hourly   float64 `json:"hourly,omitempty"`
}

func commitmentsOf(all []pricing.Commitment) []jsonCommitment {
	texts := []jsonCommitment{}
	for i := range all {
		c := &all[i]
		j := jsonCommitment{Plan: c.PlanName(), Type: c.Type, Family: c.Family, Zone: c.Zone, Count: c.Count, Hourly: c.Hourly.USD()}
		if c.Kind == pricing.ReservedInstance {
			j.Platform = c.Platform.String()
		}
		texts = append(texts, j)
	}
	return texts
}

// jsonPlan is a row as scripts read it. What cannot be observed is null.
type jsonPlan struct {
	Plan            string           `json:"plan"`
	Missing         bool             `json:"missing,omitempty"` // interrupted before it was known
	Cost            *jsonValue       `json:"cost"`
	Saving          *jsonValue       `json:"saving"`
	EffectiveHourly *jsonValue       `json:"effective_hourly"`
	Upfront         number           `json:"upfront"`
	Coverage        *jsonValue       `json:"coverage"`
	Utilization     *jsonValue       `json:"utilization"`
	BreakEven       *jsonValue       `json:"break_even"`
	BreakEvenMonth  *jsonValue       `json:"break_even_month"`
	Interruptions   *jsonValue       `json:"interruptions"`
	RequestsLost    *jsonValue       `json:"requests_lost"`
	P99             *jsonValue       `json:"latency.p99"`
	Availability    *jsonValue       `json:"availability"`
	Commitments     []jsonCommitment `json:"commitments"`
	Day             []jsonDayHour    `json:"coverage_by_hour,omitempty"`
	Unpriced        []string         `json:"unpriced"`
}

// jsonDayHour is what commitments cover in an hour of the day, in dollars an hour.
type jsonDayHour struct {
	Hour    int        `json:"hour"`
	Usage   *jsonValue `json:"usage"`
	Covered *jsonValue `json:"covered"`
	Unused  *jsonValue `json:"unused"`
}

func dayOf(r *buying.Row) (day []jsonDayHour) {
	for _, h := range r.Day {
		day = append(day, jsonDayHour{h.Hour, valueOf(h.Usage), valueOf(h.Covered), valueOf(h.Unused)})
	}
	return day
}

func planOf(r *buying.Row) jsonPlan {
	return jsonPlan{
		Plan: r.Plan, Missing: r.Replications == 0, Cost: valueOf(r.Cost), Saving: valueOf(r.Saving), EffectiveHourly: valueOf(r.EffectiveHourly),
		Upfront: number(r.Upfront.USD()), Coverage: valueOf(r.Coverage), Utilization: valueOf(r.Utilization),
		BreakEven: valueOf(r.BreakEven), BreakEvenMonth: valueOf(r.BreakEvenMonth),
		Interruptions: valueOf(r.Interruptions), RequestsLost: valueOf(r.RequestsLost), P99: valueOf(r.P99), Availability: valueOf(r.Availability),
		Commitments: commitmentsOf(r.Commitments), Day: dayOf(r), Unpriced: append([]string{}, r.Unpriced...),
	}
}

func writePlansJSON(w io.Writer, c *buying.Comparison) error {
	var j jsonWriter
	j.head(c.Scenario, c.Seed, c.Replications, c.PriceDate)
	if c.Interrupted {
		j.text(",\n  \"interrupted\": true")
	}
	j.text(",\n  \"plans\": ")
	j.list("[", "]", len(c.Rows), func(i int) { j.value(planOf(&c.Rows[i])) })
	return j.end(w, c.Warnings)
}

// head opens an object with what was run.
func (j *jsonWriter) head(scenario string, seed uint64, replications int, priceDate string) {
	j.text("{\n  \"scenario\": ")
	j.value(scenario)
	j.text(",\n  \"seed\": ")
	j.value(seed)
	j.text(",\n  \"replications\": ")
	j.value(replications)
	if priceDate != "" {
		j.text(",\n  \"price_date\": ")
		j.value(priceDate)
	}
}

// end closes the object after the warnings, and writes it.
func (j *jsonWriter) end(w io.Writer, warnings []string) error {
	j.text(",\n  \"warnings\": ")
	j.list("[", "]", len(warnings), func(i int) { j.value(warnings[i]) })
	j.text("\n}\n")
	if j.err != nil {
		return j.err
	}
	_, err := w.Write(j.out.Bytes())
	return err
}

func writePlansCSV(w io.Writer, c *buying.Comparison) error {
	out := csv.NewWriter(w)
	head := []string{"plan", "upfront"}
	keys := []string{
		"cost", "saving", "effective_hourly", "coverage", "utilization", "break_even", "break_even_month",
		"interruptions", "requests_lost", "latency.p99", "availability",
	}
	for _, key := range keys {
		head = append(head, key, key+".half_width")
	}
	_ = out.Write(append(head, "commitments")) // csv.Writer keeps the first error for Error
	for i := range c.Rows {
		r := &c.Rows[i]
		record := []string{r.Plan, decimal(r.Upfront.USD())}
		for _, e := range []stat.Estimate{
			r.Cost, r.Saving, r.EffectiveHourly, r.Coverage, r.Utilization, r.BreakEven, r.BreakEvenMonth,
			r.Interruptions, r.RequestsLost, r.P99, r.Availability,
		} {
			record = append(record, decimal(e.Value), decimal(e.HalfWidth))
		}
		_ = out.Write(append(record, purchases(r.Commitments)))
	}
	out.Flush()
	return out.Error()
}

// plansFile is the file by which the directory of a comparison is known.
const plansFile = "compare.json"

// PlansFolder is what [SavePlans] writes to.
func PlansFolder() *folder.Kind {
	return &folder.Kind{Name: "comparison", Mark: plansFile, Files: []string{plansTable, PageFile}, Suffix: invoiceSuffix}
}

// The other files of a comparison.
const (
	plansTable    = "compare.csv"
	invoiceSuffix = ".invoice.csv"
)

// SavePlans writes a comparison: compare.json, compare.csv, and an invoice a plan,
// PLAN.invoice.csv, and what is made of them. Those of an earlier comparison are replaced, or go.
func SavePlans(to *folder.Folder, c *buying.Comparison, made ...folder.Content) error {
	files := []folder.Content{{Name: plansTable, Write: func(w io.Writer) error { return writePlansCSV(w, c) }}}
	for i := range c.Rows {
		r := &c.Rows[i]
		if r.Replications == 0 {
			continue // interrupted: there is no invoice
		}
		files = append(files, folder.Content{Name: r.Plan + invoiceSuffix, Write: func(w io.Writer) error {
			return writeInvoice(w, &results.Summary{Scenario: c.Scenario, Config: c.Config, Currency: c.Currency, Charges: r.Charges})
		}})
	}
	files = append(files, folder.Content{Name: plansFile, Write: func(w io.Writer) error { return writePlansJSON(w, c) }})
	return to.Save(append(files, made...))
}

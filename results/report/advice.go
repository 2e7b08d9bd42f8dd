package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"headroom/results"
	"headroom/results/buying"
)

// WriteAdvice renders what to commit to.
func WriteAdvice(w io.Writer, o Options, a *buying.Advice) error {
	switch o.Format {
	case JSON:
		return writeAdviceJSON(w, a)
	case CSV:
		return writeAdviceCSV(w, a)
	}
	p := page{w: w, markdown: o.Format == Markdown, paint: painter(o.Color && o.Format == Table)}
	p.titled(heading(&results.Summary{Scenario: a.Scenario, Seed: a.Seed, Replications: a.Replications, Config: a.Config, PriceDate: a.PriceDate}))
	p.block(offersBlock(a))
	p.block(buysBlock(a))
	if len(a.Offers) > 0 {
		p.block(curveBlock(&a.Offers[0]))
	}
	p.warnings(a.Warnings)
	return p.err
}

// offersBlock lists what each plan costs at its optimum, and what a wrong guess of
// the demand would cost.
func offersBlock(a *buying.Advice) block {
	b := block{head: []string{"Plan", "bill", "saving", "upfront", "covered", "of them used"}, left: 1}
	for _, r := range regrets(a) {
		b.head = append(b.head, fmt.Sprintf("regret at %+.0f %%", 100*r-100))
	}
	columns := make([][]cell, len(b.head)-1)
	b.rows = append(b.rows, []string{"without new commitments"})
	for k := range columns {
		columns[k] = append(columns[k], cell{})
	}
	columns[0][0] = estimate(a.OnDemand, "USD", a.Replications)
	for i := range a.Offers {
		f := &a.Offers[i]
		b.rows = append(b.rows, []string{f.Plan})
		cells := []cell{
			estimate(f.Bill, "USD", a.Replications), estimate(f.Saving, "ratio", a.Replications), {},
			{value: percent(f.Coverage)}, {value: percent(f.Utilization)},
		}
		if f.Upfront > 0 {
			cells[2].value = "$" + fixed(f.Upfront.USD(), 2)
		}
		for _, r := range f.Regret {
			cells = append(cells, cell{value: "$" + fixed(max(0, r.USD()), 2)})
		}
		for k := range cells {
			columns[k] = append(columns[k], cells[k])
		}
	}
	b.fill(columns)
	return b
}

// regrets lists the scales of demand at which offers were tried.
func regrets(a *buying.Advice) []float64 {
	var scales []float64
	if len(a.Offers) > 0 {
		for _, r := range a.Offers[0].Regret {
			scales = append(scales, r.Scale)
		}
	}
	return scales
}

func buysBlock(a *buying.Advice) block {
	b := block{head: []string{"Plan", "buys"}, left: 2}
	for i := range a.Offers {
		text := purchases(a.Offers[i].Commitments)
		if text == "" {
			text = "nothing"
		}
		b.rows = append(b.rows, []string{a.Offers[i].Plan, text})
	}
	return b
}

// curveBlock shows what other sizes of a plan would give.
func curveBlock(f *buying.Offer) block {
	b := block{head: []string{f.Plan, "committed an hour", "cost of what it may cover", "covered", "of them used"}, left: 1}
	for _, p := range f.Curve {
		used := ""
		if p.Share > 0 {
			used = percent(p.Utilization)
		}
		b.rows = append(b.rows, []string{
			fmt.Sprintf("%.0f %% of the peak", 100*p.Share), "$" + fixed(p.Hourly, 4), "$" + fixed(p.Cost, 2), percent(p.Coverage), used,
		})
	}
	return b
}

type jsonRegret struct {
	Scale    number `json:"scale"`
	Cost     number `json:"cost"`
	BestCost number `json:"best_cost"`
	Regret   number `json:"regret"`
}

type jsonCurvePoint struct {
	Share       number `json:"share"`
	Hourly      number `json:"hourly"`
	Cost        number `json:"cost"`
	Coverage    number `json:"coverage"`
	Utilization number `json:"utilization"`
}

type jsonOffer struct {
	Plan        string           `json:"plan"`
	Commitments []jsonCommitment `json:"commitments"`
	Bill        *jsonValue       `json:"bill"`
	Saving      *jsonValue       `json:"saving"`
	Upfront     number           `json:"upfront"`
	Cost        number           `json:"cost"`
	OnDemand    number           `json:"on_demand"`
	Coverage    number           `json:"coverage"`
	Utilization number           `json:"utilization"`
	Regret      []jsonRegret     `json:"regret"`
	Curve       []jsonCurvePoint `json:"curve"`
}

func offerOf(f *buying.Offer) jsonOffer {
	j := jsonOffer{
		Plan: f.Plan, Commitments: commitmentsOf(f.Commitments), Bill: valueOf(f.Bill), Saving: valueOf(f.Saving),
		Upfront: number(f.Upfront.USD()), Cost: number(f.Cost), OnDemand: number(f.OnDemand),
		Coverage: number(f.Coverage), Utilization: number(f.Utilization),
	}
	for _, r := range f.Regret {
		j.Regret = append(j.Regret, jsonRegret{number(r.Scale), number(r.Cost), number(r.BestCost), number(r.USD())})
	}
	for _, p := range f.Curve {
		j.Curve = append(j.Curve, jsonCurvePoint{number(p.Share), number(p.Hourly), number(p.Cost), number(p.Coverage), number(p.Utilization)})
	}
	return j
}

func writeAdviceJSON(w io.Writer, a *buying.Advice) error {
	var j jsonWriter
	j.head(a.Scenario, a.Seed, a.Replications, a.PriceDate)
	if a.Interrupted {
		j.text(",\n  \"interrupted\": true")
	}
	j.text(",\n  \"on_demand\": ")
	j.value(valueOf(a.OnDemand))
	j.text(",\n  \"recommendations\": ")
	j.list("[", "]", len(a.Offers), func(i int) { j.value(offerOf(&a.Offers[i])) })
	return j.end(w, a.Warnings)
}

// writeAdviceCSV writes the coverage curves, a line a plan and size; the optimum
// of each has a share of its own, which is empty.
func writeAdviceCSV(w io.Writer, a *buying.Advice) error {
	out := csv.NewWriter(w)
	// csv.Writer keeps the first error for Error
	_ = out.Write([]string{"plan", "optimum", "share_of_peak", "hourly", "cost", "coverage", "utilization", "commitments"})
	for i := range a.Offers {
		f := &a.Offers[i]
		_ = out.Write([]string{f.Plan, "true", "", "", decimal(f.Cost), decimal(f.Coverage), decimal(f.Utilization), purchases(f.Commitments)})
		for _, p := range f.Curve {
			_ = out.Write([]string{
				f.Plan, strconv.FormatBool(false), decimal(p.Share), decimal(p.Hourly), decimal(p.Cost), decimal(p.Coverage), decimal(p.Utilization), "",
			})
		}
	}
	out.Flush()
	return out.Error()
}

package report

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/results"
	"headroom/results/buying"
	"headroom/sim/stat"
)

// WriteFleet renders what to buy for a fleet.
func WriteFleet(w io.Writer, o Options, f *buying.Fleet) error {
	switch o.Format {
	case JSON:
		return writeFleetJSON(w, f)
	case CSV:
		return writeFleetCSV(w, f)
	}
	p := page{w: w, markdown: o.Format == Markdown, paint: painter(o.Color && o.Format == Table)}
	p.titled(heading(&results.Summary{Scenario: f.Scenario, Seed: f.Seed, Replications: f.Replications, Config: f.Config, PriceDate: f.PriceDate}))
	p.block(bestBlock(f))
	p.block(fleetBuysBlock(f))
	for _, b := range portfolioBlocks(f) {
		p.block(b)
	}
	if b := fleetRegretBlock(f); len(b.rows) > 0 {
		p.block(b)
	}
	if b := fleetKeysBlock(f); len(b.rows) > 0 {
		p.block(b)
	}
	p.block(launchBlock(f))
	p.block(fleetBlock(f, "Cost", func(p *buying.Purchase) cell { return fleetCell(f, p.Cost, "USD") }))
	p.block(fleetBlock(f, "More than recommended", func(p *buying.Purchase) cell { return dearer(f, p) }))
	p.warnings(f.Warnings)
	return p.err
}

// bests are the purchases to recommend, one a horizon.
func bests(f *buying.Fleet) []*buying.Purchase {
	var all []*buying.Purchase
	for _, horizon := range buying.Horizons() {
		if best := f.Best(horizon); best != nil {
			all = append(all, best)
		}
	}
	return all
}

// horizonTitle says for how long one commits.
func horizonTitle(horizon string) string {
	return map[string]string{"none": "no commitment", "1y": "up to 1 year", "3y": "up to 3 years"}[horizon]
}

// bestBlock says what to buy for each horizon.
func bestBlock(f *buying.Fleet) block {
	b := block{head: []string{"Recommended", "launch", "thresholds", "cost", "saving", "upfront"}, left: 3}
	columns := make([][]cell, 3)
	for _, horizon := range buying.Horizons() {
		p := f.Best(horizon)
		if p == nil {
			b.rows = append(b.rows, []string{horizonTitle(horizon), "nothing", "breached"})
			for k := range columns {
				columns[k] = append(columns[k], cell{})
			}
			continue
		}
		b.rows = append(b.rows, []string{horizonTitle(horizon), p.Way, standingOf(f, p)})
		columns[0] = append(columns[0], estimate(p.Cost, "USD", f.Replications))
		columns[1] = append(columns[1], estimate(p.Saving, "ratio", f.Replications))
		columns[2] = append(columns[2], upfront(p))
	}
	b.fill(columns)
	return b
}

func upfront(p *buying.Purchase) cell {
	if p.Upfront <= 0 {
		return cell{}
	}
	return cell{value: "$" + fixed(p.Upfront.USD(), 2)}
}

// standingOf says how a purchase stands to the thresholds.
func standingOf(f *buying.Fleet, p *buying.Purchase) string {
	switch {
	case f.Judged == 0:
		return "none"
	case len(p.Doubts) == 0:
		return p.Standing.String()
	}
	return p.Standing.String() + ": " + results.Listed(p.Doubts)
}

// fleetBuysBlock lists the commitments that are recommended.
func fleetBuysBlock(f *buying.Fleet) block {
	b := block{head: []string{"Commit for", "to", "that is"}, left: 3}
	for _, p := range bests(f) {
		plan, size := p.Plan, purchases(p.Commitments)
		if plan == "" {
			plan, size = "nothing", ""
		}
		b.rows = append(b.rows, []string{horizonTitle(p.Horizon), plan, size})
	}
	return b
}

// fleetRegretBlock says what commitments cost more than the best ones would, if demand
// turns out otherwise.
func fleetRegretBlock(f *buying.Fleet) block {
	b := block{head: []string{"Regret if demand is"}, left: 1}
	for _, p := range bests(f) {
		if len(p.Regret) == 0 {
			continue
		}
		row := []string{horizonTitle(p.Horizon)}
		for _, r := range p.Regret {
			if len(b.head) <= len(p.Regret) {
				b.head = append(b.head, strconv.FormatFloat(100*r.Scale, 'f', 0, 64)+" %")
			}
			row = append(row, "$"+fixed(max(0, r.USD()), 2))
		}
		b.rows = append(b.rows, row)
	}
	return b
}

// fleetKeysBlock says how to write the ways to launch that are recommended.
func fleetKeysBlock(f *buying.Fleet) block {
	b := block{head: []string{"To launch", "write"}, left: 2}
	for i := range f.Ways {
		way := &f.Ways[i]
		if !slices.ContainsFunc(bests(f), func(p *buying.Purchase) bool { return p.Way == way.Name }) {
			continue
		}
		for k, text := range way.Keys {
			name := way.Name
			if k > 0 {
				name = ""
			}
			b.rows = append(b.rows, []string{name, text})
		}
	}
	return b
}

// launchBlock shows how the ways to launch behave, whatever is committed to.
func launchBlock(f *buying.Fleet) block {
	b := block{head: []string{"Launch"}, left: 1}
	first := f.Purchases[:len(f.Ways)] // of the first horizon
	for i := range first {
		b.rows = append(b.rows, []string{first[i].Way})
	}
	var columns [][]cell
	column := func(title, unit string, of func(*buying.Purchase) stat.Estimate) {
		var cells []cell
		for i := range first {
			cells = append(cells, fleetCell(f, of(&first[i]), unit))
		}
		b.head, columns = append(b.head, title), append(columns, cells)
	}
	if hasShares(f, sharesOfInstances) || !hasShares(f, sharesOfTasks) {
		column("on Spot", "ratio", func(p *buying.Purchase) stat.Estimate { return p.Shares[buying.OnSpot] })
	}
	if hasShares(f, sharesOfTasks) {
		column("tasks on Spot", "ratio", func(p *buying.Purchase) stat.Estimate { return p.Tasks[buying.OnSpot] })
	}
	column("interruptions", "count", func(p *buying.Purchase) stat.Estimate { return p.Interruptions })
	column("requests lost", "count", func(p *buying.Purchase) stat.Estimate { return p.RequestsLost })
	column("latency p99", "s", func(p *buying.Purchase) stat.Estimate { return p.P99 })
	column("availability", "ratio", func(p *buying.Purchase) stat.Estimate { return p.Availability })
	b.fill(columns)
	if f.Judged == 0 {
		return b
	}
	b.head = append(b.head, "thresholds")
	for i := range b.rows {
		b.rows[i] = append(b.rows[i], standingOf(f, &f.Purchases[i]))
	}
	return b
}

// fleetBlock shows something of each way to launch and horizon.
func fleetBlock(f *buying.Fleet, title string, of func(*buying.Purchase) cell) block {
	b := block{head: []string{title}, left: 1}
	columns := make([][]cell, len(buying.Horizons()))
	for k, horizon := range buying.Horizons() {
		b.head = append(b.head, horizonTitle(horizon))
		for i := range f.Ways {
			columns[k] = append(columns[k], of(&f.Purchases[k*len(f.Ways)+i]))
		}
	}
	for i := range f.Ways {
		b.rows = append(b.rows, []string{f.Ways[i].Name})
	}
	b.fill(columns)
	return b
}

// dearer is what a purchase costs more than the recommended one; ~ stands before what
// may be luck.
func dearer(f *buying.Fleet, p *buying.Purchase) cell {
	c := fleetCell(f, p.Dearer, "USD")
	switch {
	case p == f.Best(p.Horizon):
		return cell{value: "recommended"}
	case p.Dearer.N > 0 && p.Dearer.HalfWidth != 0 && !(math.Abs(p.Dearer.Value) > p.Dearer.HalfWidth):
		c.value = "~ " + c.value
	}
	return c
}

func fleetCell(f *buying.Fleet, e stat.Estimate, unit string) cell {
	if e.N == 0 || math.IsNaN(e.Value) {
		return cell{}
	}
	return estimate(e, unit, f.Replications)
}

// jsonPurchase is a purchase as scripts read it.
type jsonPurchase struct {
	Launch        string           `json:"launch"`
	Horizon       string           `json:"horizon"`
	Recommended   bool             `json:"recommended"`
	Thresholds    string           `json:"thresholds"`
	Doubts        []string         `json:"doubts"`
	Plan          string           `json:"plan,omitempty"`
	Buys          string           `json:"buys,omitempty"` // the commitments in words
	Commitments   []jsonCommitment `json:"commitments"`
	Upfront       number           `json:"upfront"`
	Cost          *jsonValue       `json:"cost"`
	Saving        *jsonValue       `json:"saving"`
	Dearer        *jsonValue       `json:"dearer"`
	Spot          *jsonValue       `json:"spot_share"`
	Committed     *jsonValue       `json:"committed_share"`
	OnDemand      *jsonValue       `json:"on_demand_share"`
	TaskSpot      *jsonValue       `json:"task_spot_share,omitempty"` // of the vCPU-hours on Fargate
	TaskCommitted *jsonValue       `json:"task_committed_share,omitempty"`
	TaskOnDemand  *jsonValue       `json:"task_on_demand_share,omitempty"`
	Interruptions *jsonValue       `json:"interruptions"`
	RequestsLost  *jsonValue       `json:"requests_lost"`
	P99           *jsonValue       `json:"latency.p99"`
	Availability  *jsonValue       `json:"availability"`
	Regret        []jsonRegret     `json:"regret"`
}

func purchaseOf(f *buying.Fleet, p *buying.Purchase) jsonPurchase {
	j := jsonPurchase{
		Launch: p.Way, Horizon: p.Horizon, Recommended: p == f.Best(p.Horizon), Thresholds: p.Standing.String(),
		Doubts: append([]string{}, p.Doubts...), Plan: p.Plan, Buys: purchases(p.Commitments), Commitments: commitmentsOf(p.Commitments), Upfront: number(p.Upfront.USD()),
		Cost: valueOf(p.Cost), Saving: valueOf(p.Saving), Dearer: valueOf(p.Dearer),
		Spot: valueOf(p.Shares[buying.OnSpot]), Committed: valueOf(p.Shares[buying.Committed]), OnDemand: valueOf(p.Shares[buying.OnDemand]),
		Interruptions: valueOf(p.Interruptions), RequestsLost: valueOf(p.RequestsLost), P99: valueOf(p.P99), Availability: valueOf(p.Availability),
		Regret: []jsonRegret{},
	}
	if !math.IsNaN(p.Tasks[0].Value) {
		j.TaskSpot, j.TaskCommitted, j.TaskOnDemand = valueOf(p.Tasks[buying.OnSpot]), valueOf(p.Tasks[buying.Committed]), valueOf(p.Tasks[buying.OnDemand])
	}
	for _, r := range p.Regret {
		j.Regret = append(j.Regret, jsonRegret{number(r.Scale), number(r.Cost), number(r.BestCost), number(r.USD())})
	}
	return j
}

func writeFleetJSON(w io.Writer, f *buying.Fleet) error {
	var j jsonWriter
	j.head(f.Scenario, f.Seed, f.Replications, f.PriceDate)
	if f.Interrupted {
		j.text(",\n  \"interrupted\": true")
	}
	j.text(",\n  \"judged\": ")
	j.value(f.Judged)
	launches := launchesOf(f)
	j.text(",\n  \"launches\": ")
	j.list("[", "]", len(launches), func(i int) { j.value(launches[i]) })
	j.text(",\n  \"purchases\": ")
	j.list("[", "]", len(f.Purchases), func(i int) { j.value(purchaseOf(f, &f.Purchases[i])) })
	return j.end(w, f.Warnings)
}

func writeFleetCSV(w io.Writer, f *buying.Fleet) error {
	out := csv.NewWriter(w)
	head := []string{"horizon", "launch", "recommended", "thresholds", "doubts", "plan", "commitments", "upfront"}
	for _, key := range []string{"cost", "saving", "dearer", "spot_share", "committed_share", "on_demand_share", "interruptions", "requests_lost", "latency.p99", "availability", "task_spot_share", "task_committed_share", "task_on_demand_share"} {
		head = append(head, key, key+".half_width")
	}
	_ = out.Write(head) // csv.Writer keeps the first error for Error
	for i := range f.Purchases {
		p := &f.Purchases[i]
		record := []string{
			p.Horizon, p.Way, strconv.FormatBool(p == f.Best(p.Horizon)), p.Standing.String(), strings.Join(p.Doubts, ", "),
			p.Plan, purchases(p.Commitments), decimal(p.Upfront.USD()),
		}
		for _, e := range []stat.Estimate{p.Cost, p.Saving, p.Dearer, p.Shares[0], p.Shares[1], p.Shares[2], p.Interruptions, p.RequestsLost, p.P99, p.Availability, p.Tasks[0], p.Tasks[1], p.Tasks[2]} {
			record = append(record, decimal(e.Value), decimal(e.HalfWidth))
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

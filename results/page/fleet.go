package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/sim/regular"
)

// purchase is a way to launch and what is committed to with it.
type purchase struct {
	Launch       string    `json:"launch"`
	Horizon      string    `json:"horizon"`
	Recommended  bool      `json:"recommended"`
	Thresholds   string    `json:"thresholds"`
	Doubts       []string  `json:"doubts"`
	Plan         string    `json:"plan"`
	Buys         string    `json:"buys"`
	Upfront      float64   `json:"upfront"`
	Cost         *measured `json:"cost"`
	Saving       *measured `json:"saving"`
	Dearer       *measured `json:"dearer"`
	Spot         *measured `json:"spot_share"`
	Committed    *measured `json:"committed_share"`
	OnDemand     *measured `json:"on_demand_share"`
	Tasks        *measured `json:"task_spot_share"` // of the vCPU-hours on Fargate, as those below
	TaskPlans    *measured `json:"task_committed_share"`
	TaskOnDemand *measured `json:"task_on_demand_share"`
	Interrupted  *measured `json:"interruptions"`
	RequestsLost *measured `json:"requests_lost"`
	P99          *measured `json:"latency.p99"`
	Availability *measured `json:"availability"`
	Regret       []struct {
		Scale  float64 `json:"scale"`
		Regret float64 `json:"regret"`
	} `json:"regret"`
}

// fleet is what fleet.json says.
type fleet struct {
	Scenario     *string    `json:"scenario"`
	Seed         uint64     `json:"seed"`
	Replications int        `json:"replications"`
	PriceDate    string     `json:"price_date"`
	Judged       int        `json:"judged"`
	Launches     []launch   `json:"launches"`
	Purchases    []purchase `json:"purchases"`
	Warnings     []string   `json:"warnings"`
}

// launch is a way to launch, and how a file says it.
type launch struct {
	Launch string   `json:"launch"`
	Write  []string `json:"write"`
}

// openFleet is the page of what to buy for a fleet.
func openFleet(path string) (*document, error) {
	text, err := regular.Read(path, mostJSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var f fleet
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, damaged(path, err)
	}
	if f.Scenario == nil || len(f.Purchases) == 0 {
		return nil, damaged(path, errors.New("must have a scenario and purchases"))
	}
	d := &document{Title: *f.Scenario + ": what to buy", Lead: fmt.Sprintf("%s · seed %d", counted(f.Replications, "replication"), f.Seed)}
	if f.PriceDate != "" {
		d.Lead += " · prices of " + f.PriceDate
	}
	warnings := &section{ID: "warnings", Title: "Warnings"}
	if len(f.Warnings) > 0 {
		warnings.add(&part{Notes: f.Warnings})
	}
	d.add(f.recommended(), f.portfolio(), f.risk(), f.list(), warnings)
	return d, nil
}

// horizons are for how long one commits at most, and how people say it.
var horizons = []struct{ key, name string }{{"none", "no commitment"}, {"1y", "up to 1 year"}, {"3y", "up to 3 years"}}

// term says for how long a purchase commits.
func (p *purchase) term() int {
	return max(0, slices.IndexFunc(horizons, func(h struct{ key, name string }) bool { return h.key == p.Horizon }))
}

// id is where the row of a purchase is.
func (f *fleet) id(p *purchase) string {
	return fmt.Sprintf("purchase-%s-%d", p.Horizon, slices.IndexFunc(f.Launches, func(l launch) bool { return l.Launch == p.Launch }))
}

// standing says how a purchase stands to the thresholds.
func (f *fleet) standing(p *purchase) string {
	switch {
	case f.Judged == 0:
		return "none"
	case len(p.Doubts) == 0:
		return p.Thresholds
	}
	return p.Thresholds + ": " + strings.Join(p.Doubts, ", ")
}

// commits says what a purchase commits to.
func (p *purchase) commits() string {
	if p.Plan == "" {
		return "nothing"
	}
	return p.Plan + ": " + p.Buys
}

// recommended is what to buy for each horizon, how to launch it, and what it costs to be
// wrong about the demand.
func (f *fleet) recommended() *section {
	s := &section{ID: "recommended", Title: "Recommended", Lead: "The cheapest that keeps the thresholds, by how long one commits at most. Savings are paired with the same usage On-Demand."}
	best := &table{Caption: "What to buy", Head: []string{"commit for", "launch", "commit to", "thresholds", "cost", "saving", "upfront"}, Left: 4}
	keys := &table{Caption: "How a file says it", Head: []string{"to launch", "write"}, Left: 2}
	regret := &table{Caption: "What commitments cost too much if demand is another", Head: []string{"commit for"}, Left: 1}
	for _, h := range horizons {
		p := f.best(h.key)
		if p == nil {
			best.Rows = append(best.Rows, row{Cells: []string{h.name, "nothing", "–", "breached", "–", "–", "–"}, State: "bad"})
			continue
		}
		best.Rows = append(best.Rows, row{Cells: []string{
			h.name, p.Launch, p.commits(), f.standing(p), between(p.Cost.value(), p.Cost.half(), "USD"), between(p.Saving.value(), p.Saving.half(), "ratio"), p.upfront(),
		}})
		f.write(keys, p)
		if len(p.Regret) == 0 {
			continue
		}
		r := row{Cells: []string{h.name}}
		for _, at := range p.Regret {
			if len(regret.Head) <= len(p.Regret) {
				regret.Head = append(regret.Head, fmt.Sprintf("%.0f %%", 100*at.Scale))
			}
			r.Cells = append(r.Cells, amount(max(0, at.Regret), "USD"))
		}
		regret.Rows = append(regret.Rows, r)
	}
	for _, t := range []*table{best, keys, regret} {
		if len(t.Rows) > 0 {
			s.add(&part{Table: t})
		}
	}
	return s
}

// best is what is recommended for a horizon; nil: nothing.
func (f *fleet) best(horizon string) *purchase {
	i := slices.IndexFunc(f.Purchases, func(p purchase) bool { return p.Recommended && p.Horizon == horizon })
	if i < 0 {
		return nil
	}
	return &f.Purchases[i]
}

// write adds how to launch a purchase, once.
func (f *fleet) write(t *table, p *purchase) {
	for _, l := range f.Launches {
		if l.Launch != p.Launch || slices.ContainsFunc(t.Rows, func(r row) bool { return r.Cells[0] == l.Launch }) {
			continue
		}
		for _, text := range l.Write {
			t.Rows = append(t.Rows, row{Cells: []string{l.Launch, text}})
		}
	}
}

func (p *purchase) upfront() string {
	if p.Upfront <= 0 {
		return "–"
	}
	return amount(p.Upfront, "USD")
}

// list tabulates the purchases.
func (f *fleet) list() *section {
	s := &section{ID: "purchases", Title: "All purchases", Lead: "What each costs more than the recommended one is paired by replication; ~ stands before what may be luck."}
	t := &table{Caption: "Purchases", Head: []string{
		"launch", "commit for", "commit to", "thresholds", "cost", "more than recommended", "interruptions", "requests lost", "latency p99", "availability",
	}, Left: 4}
	for i := range f.Purchases {
		p := &f.Purchases[i]
		t.Rows = append(t.Rows, row{ID: f.id(p), Cells: []string{
			p.Launch, horizons[p.term()].name, p.commits(), f.standing(p), between(p.Cost.value(), p.Cost.half(), "USD"), p.dearer(),
			between(p.Interrupted.value(), p.Interrupted.half(), "count"), between(p.RequestsLost.value(), p.RequestsLost.half(), "count"),
			between(p.P99.value(), p.P99.half(), "s"), between(p.Availability.value(), p.Availability.half(), "ratio"),
		}})
	}
	s.add(&part{Table: t})
	return s
}

// dearer is what a purchase costs more than the recommended one.
func (p *purchase) dearer() string {
	v, half := p.Dearer.value(), p.Dearer.half()
	switch {
	case p.Recommended:
		return "recommended"
	case half > 0 && math.Abs(v) <= half, math.IsNaN(half) && !math.IsNaN(v):
		return "~ " + between(v, half, "USD")
	}
	return between(v, half, "USD")
}

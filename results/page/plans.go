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

// mostJSON bounds the files of a comparison that are read.
const mostJSON = 1 << 26

// measured is an estimate of a comparison; nil: it was not observed.
type measured struct {
	Value     *float64 `json:"value"`
	HalfWidth *float64 `json:"half_width"`
}

// value is the estimate, NaN if there is none.
func (m *measured) value() float64 {
	if m == nil || m.Value == nil {
		return math.NaN()
	}
	return *m.Value
}

func (m *measured) half() float64 {
	if m == nil || m.HalfWidth == nil {
		return math.NaN()
	}
	return *m.HalfWidth
}

// plan is a way of buying.
type plan struct {
	Plan          string    `json:"plan"`
	Cost          *measured `json:"cost"`
	Saving        *measured `json:"saving"`
	Upfront       *float64  `json:"upfront"`
	Coverage      *measured `json:"coverage"`
	Utilization   *measured `json:"utilization"`
	BreakEven     *measured `json:"break_even"`
	Interruptions *measured `json:"interruptions"`
	RequestsLost  *measured `json:"requests_lost"`
	P99           *measured `json:"latency.p99"`
	Availability  *measured `json:"availability"`
	Day           []dayHour `json:"coverage_by_hour"`
}

// plans are what compare.json says.
type plans struct {
	Scenario     *string  `json:"scenario"`
	Seed         uint64   `json:"seed"`
	Replications int      `json:"replications"`
	PriceDate    string   `json:"price_date"`
	Plans        []plan   `json:"plans"`
	Warnings     []string `json:"warnings"`
}

// openPlans is the page of a comparison of ways of buying.
func openPlans(path string) (*document, error) {
	text, err := regular.Read(path, mostJSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var c plans
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, damaged(path, err)
	}
	if c.Scenario == nil || len(c.Plans) == 0 {
		return nil, damaged(path, errors.New("must have a scenario and plans"))
	}
	d := &document{Title: *c.Scenario + ": ways of buying", Lead: fmt.Sprintf("%s · seed %d", counted(c.Replications, "replication"), c.Seed)}
	if c.PriceDate != "" {
		d.Lead += " · prices of " + c.PriceDate
	}
	warnings := &section{ID: "warnings", Title: "Warnings"}
	if len(c.Warnings) > 0 {
		warnings.add(&part{Notes: c.Warnings})
	}
	d.add(c.risk(), c.coverage(), c.day(), c.list(), warnings)
	return d, nil
}

// risk draws cost against what may go wrong: usage that falls below what was committed,
// and interruptions.
func (c *plans) risk() *section {
	s := &section{ID: "risk", Title: "Cost against risk"}
	s.add(
		c.against("use that a commitment needs to pay", "ratio", func(p *plan) *measured { return p.BreakEven },
			"The share of what is committed that must be used, or the plan costs more than On-Demand: low and to the left is good."),
		c.against("requests lost to interruptions", "count", func(p *plan) *measured { return p.RequestsLost }, ""),
		c.against("latency p99", "s", func(p *plan) *measured { return p.P99 }, ""),
	)
	return s
}

// against draws each plan's cost and something else; nil if that is the same for all.
func (c *plans) against(name, unit string, of func(*plan) *measured, note string) *part {
	var costs, others []float64
	for i := range c.Plans {
		costs = append(costs, c.Plans[i].Cost.value())
		others = append(others, or(of(&c.Plans[i]).value(), 0))
	}
	if slices.Max(others)-slices.Min(others) <= 1e-3*slices.Max(others) {
		return nil
	}
	near, far := within(costs)
	picture := newChart(scaleOf("cost", "USD", near), scaleOf(name, unit, others)).numbered()
	for i := range c.Plans {
		p := &c.Plans[i]
		if costs[i] > far {
			note = strings.TrimSpace(note + fmt.Sprintf(" Not drawn: %s, %s.", p.Plan, amount(costs[i], "USD")))
			continue
		}
		d := dot{
			x: costs[i], y: others[i], halfX: p.Cost.half(), halfY: of(p).half(), color: family(p.Plan), href: "#plan-" + p.Plan,
			name: fmt.Sprintf("%s: %s, %s %s", p.Plan, amount(costs[i], "USD"), name, amount(others[i], unit)),
		}
		picture.dot(d)
	}
	return &part{Figure: &figure{Title: "Cost against the " + name, Note: note, SVG: picture.svg(), Key: c.families()}}
}

// within returns the values of at most four times the median, and that bound.
func within(values []float64) (near []float64, far float64) {
	sorted := slices.Sorted(slices.Values(values))
	far = 4 * sorted[len(sorted)/2]
	for _, v := range values {
		if v <= far {
			near = append(near, v)
		}
	}
	return near, far
}

// families are plans of one colour.
var families = []string{"on-demand", "spot", "reserved-standard", "reserved-convertible", "ec2-savings-plan", "compute-savings-plan", "dedicated", "mixed"}

// families are the colours of the plans that there are.
func (c *plans) families() (all []key) {
	for i, name := range families {
		if slices.ContainsFunc(c.Plans, func(p plan) bool { return family(p.Plan) == i }) {
			all = append(all, key{name, i % 8})
		}
	}
	return all
}

func family(plan string) int {
	return max(0, slices.IndexFunc(families, func(name string) bool { return strings.HasPrefix(plan, name) }))
}

// coverage shows how much of the usage commitments cover, and how much of them is used.
func (c *plans) coverage() *section {
	s := &section{ID: "coverage", Title: "What commitments cover", Lead: "The bar is the share of the usage that the commitments of a plan cover."}
	t := &table{Caption: "Coverage by plan", Head: []string{"plan", "covered", "of them used"}, Left: 1}
	for i := range c.Plans {
		p := &c.Plans[i]
		if v := p.Coverage.value(); v > 0 {
			t.Rows = append(t.Rows, row{Cells: []string{p.Plan, between(v, p.Coverage.half(), "ratio"), between(p.Utilization.value(), p.Utilization.half(), "ratio")}, Share: &v})
		}
	}
	if len(t.Rows) > 0 {
		s.add(&part{Table: t})
	}
	return s
}

// list tabulates the plans.
func (c *plans) list() *section {
	s := &section{ID: "plans", Title: "All plans"}
	t := &table{Caption: "Plans", Head: []string{"plan", "cost", "saving", "upfront", "break-even at", "interruptions", "latency p99", "availability"}, Left: 1}
	for i := range c.Plans {
		p := &c.Plans[i]
		upfront := "–"
		if p.Upfront != nil && *p.Upfront > 0 {
			upfront = amount(*p.Upfront, "USD")
		}
		t.Rows = append(t.Rows, row{ID: "plan-" + p.Plan, Cells: []string{
			p.Plan, between(p.Cost.value(), p.Cost.half(), "USD"), between(p.Saving.value(), p.Saving.half(), "ratio"), upfront,
			between(p.BreakEven.value(), p.BreakEven.half(), "ratio"), between(p.Interruptions.value(), p.Interruptions.half(), "count"),
			between(p.P99.value(), p.P99.half(), "s"), between(p.Availability.value(), p.Availability.half(), "ratio"),
		}})
	}
	s.add(&part{Table: t})
	return s
}

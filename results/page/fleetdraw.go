package page

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
)

// portfolio shows how the instance-hours of what is recommended are bought, and the vCPU-hours
// of its tasks on Fargate, or, where nothing is, of all.
func (f *fleet) portfolio() *section {
	s := &section{ID: "portfolio", Title: "Portfolio", Lead: "How the hours are bought. Recommended purchases are marked ★; whiskers are 95 % intervals."}
	f.addShares(s, "instance-hours", func(p *purchase) []*measured { return []*measured{p.Spot, p.Committed, p.OnDemand} })
	f.addShares(s, "vCPU-hours of tasks", func(p *purchase) []*measured { return []*measured{p.Tasks, p.TaskPlans, p.TaskOnDemand} })
	return s
}

// addShares draws how some hours are bought, if there are such.
func (f *fleet) addShares(s *section, hours string, of func(*purchase) []*measured) {
	title := "Shares of the " + hours
	t := &table{Caption: title, Head: []string{"commit for", "launch", "on Spot", "committed", "On-Demand"}, Left: 2, Folded: true}
	var bars []bar
	for i := range f.Purchases {
		p := &f.Purchases[i]
		if math.IsNaN(of(p)[0].value()) {
			continue
		}
		b := bar{name: p.Launch + ", " + horizons[p.term()].name, href: "#" + f.id(p)}
		if p.Recommended {
			b.name = "★ " + b.name
		}
		cells := []string{horizons[p.term()].name, p.Launch}
		for _, m := range of(p) {
			b.shares, b.half = append(b.shares, m.value()), append(b.half, m.half())
			cells = append(cells, between(m.value(), m.half(), "ratio"))
		}
		bars = append(bars, b)
		t.Rows = append(t.Rows, row{Cells: cells})
	}
	if len(bars) > 0 {
		names := []string{"on Spot", "committed", "On-Demand"}
		s.add(&part{Figure: &figure{Title: title, SVG: stacked(bars, names), Key: keys(names), Table: t}})
	}
}

// risk draws cost against what interruptions do.
func (f *fleet) risk() *section {
	s := &section{ID: "risk", Title: "Cost against risk"}
	s.add(
		f.against("requests lost to interruptions", "count", func(p *purchase) *measured { return p.RequestsLost }),
		f.against("latency p99", "s", func(p *purchase) *measured { return p.P99 }),
		f.against("interruptions", "count", func(p *purchase) *measured { return p.Interrupted }),
		f.against("share on Spot", "ratio", func(p *purchase) *measured { return p.Spot }),
		f.against("share of tasks on Spot", "ratio", func(p *purchase) *measured { return p.Tasks }),
	)
	return s
}

// against draws each purchase's cost and something else; nil if that is the same for all.
func (f *fleet) against(name, unit string, of func(*purchase) *measured) *part {
	var costs, others []float64
	for i := range f.Purchases {
		p := &f.Purchases[i]
		costs, others = append(costs, p.Cost.value()), append(others, or(of(p).value(), 0))
	}
	if slices.Max(others)-slices.Min(others) <= 1e-3*slices.Max(others) {
		return nil
	}
	picture := newChart(scaleOf("cost", "USD", costs), scaleOf(name, unit, others)).numbered()
	var names []string
	var above []dot // what is recommended is drawn over the others
	for k, h := range horizons {
		names = append(names, h.name)
		for i := range f.Purchases {
			p := &f.Purchases[i]
			if p.term() != k {
				continue
			}
			text := fmt.Sprintf("%s, %s: %s, %s %s", p.Launch, h.name, amount(costs[i], "USD"), name, amount(others[i], unit))
			point := dot{x: costs[i], y: others[i], halfX: p.Cost.half(), halfY: of(p).half(), color: k, href: "#" + f.id(p), name: text}
			if p.Recommended {
				point.name = "recommended: " + text
				above = append(above, point)
				continue
			}
			point.hollow = true
			picture.dot(point)
		}
	}
	for _, point := range above {
		picture.dot(point)
	}
	return &part{Figure: &figure{
		Title: "Cost against the " + name, SVG: picture.svg(), Key: keys(names), Note: "Filled: recommended.",
	}}
}

// bar is a whole and its shares.
type bar struct {
	name, href   string
	shares, half []float64
}

// stacked draws bars below each other, the shares of each beside each other; whiskers
// show the intervals of the first and of the last.
func stacked(bars []bar, names []string) template.HTML {
	const line, text, foot, barHeight, side = 34.0, 13.0, 24.0, 13.0, 24.0
	x := scale{name: "share", unit: "ratio", low: 0, high: 1}
	c := &chart{x: x}
	height := line*float64(len(bars)) + foot
	across := func(v float64) float64 { return side + max(0, min(1, v))*(chartWidth-2*side) }
	c.printf(`<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, chartWidth, height, strings.Join(names, ", "))
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.printf(`<path class="axis" d="M%.1f 0V%.1f"/><text class="faint" x="%.1f" y="%.1f" text-anchor="middle">%.0f %%</text>`, across(v), height-foot, across(v), height-8, 100*v)
	}
	for i, b := range bars {
		y, at := line*float64(i)+text, 0.0
		label := b.name
		for k, share := range b.shares {
			label += fmt.Sprintf(", %s %s", names[k], between(share, b.half[k], "ratio"))
		}
		c.printf(`<a href="%s" aria-label="%s"><title>%s</title><text x="%.1f" y="%.1f">%s</text>`, b.href, html.EscapeString(label), html.EscapeString(label), side, y, html.EscapeString(b.name))
		for k, share := range b.shares {
			c.printf(`<path d="M%.1f %.1fH%.1fV%.1fH%.1fZ" fill="var(--c%d)"/>`, across(at), y+4, across(at+share), y+4+barHeight, across(at), k)
			at += share
		}
		last := len(b.shares) - 1
		for _, end := range [][2]float64{{b.shares[0], b.half[0]}, {1 - b.shares[last], b.half[last]}} {
			if end[1] > 0 {
				c.printf(`<path d="M%.1f %.1fH%.1f" stroke="var(--text)" stroke-width="1.5"/>`, across(end[0]-end[1]), y+4+barHeight/2, across(end[0]+end[1]))
			}
		}
		c.printf(`</a>`)
	}
	return c.svg()
}

package page

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// dayHour is an hour of the day with the commitments of a plan, in dollars an hour.
type dayHour struct {
	Hour    int       `json:"hour"`
	Usage   *measured `json:"usage"`
	Covered *measured `json:"covered"`
	Unused  *measured `json:"unused"`
}

// share is how much of the usage of an hour is covered, NaN without any.
func (h *dayHour) share() float64 { return h.Covered.value() / h.Usage.value() }

// day shows what commitments cover over the day: of the cheapest plan in dollars, and of the
// cheapest of each kind in shares.
func (c *plans) day() *section {
	s := &section{ID: "coverage-day", Title: "Coverage over the day", Lead: "Means over the days of the run, on its clock."}
	best := c.cheapestByFamily()
	if len(best) == 0 {
		return s
	}
	s.add(&part{Figure: best[0].dayFigure()}, &part{Figure: shareFigure(best)})
	return s
}

// cheapestByFamily returns the cheapest plan with commitments of each colour, the cheapest
// first.
func (c *plans) cheapestByFamily() []*plan {
	var all []*plan
	for i := range c.Plans {
		if p := &c.Plans[i]; len(p.Day) > 0 && !math.IsNaN(p.Cost.value()) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *plan) int {
		switch {
		case a.Cost.value() < b.Cost.value():
			return -1
		case a.Cost.value() > b.Cost.value():
			return 1
		}
		return 0
	})
	seen := map[int]bool{}
	return slices.DeleteFunc(all, func(p *plan) bool {
		before := seen[family(p.Plan)]
		seen[family(p.Plan)] = true
		return before
	})
}

// dayFigure draws what a plan's commitments cover in dollars.
func (p *plan) dayFigure() *figure {
	lines := []string{"usage at On-Demand prices", "of it covered", "committed, unused"}
	of := []func(*dayHour) *measured{
		func(h *dayHour) *measured { return h.Usage }, func(h *dayHour) *measured { return h.Covered }, func(h *dayHour) *measured { return h.Unused },
	}
	t := &table{Caption: "What " + p.Plan + " covers, an hour", Head: append([]string{"from"}, lines...), Left: 1, Folded: true}
	var values []float64
	for i := range p.Day {
		r := row{Cells: []string{fmt.Sprintf("%02d:00", p.Day[i].Hour)}}
		for _, read := range of {
			m := read(&p.Day[i])
			values = append(values, m.value())
			r.Cells = append(r.Cells, between(m.value(), m.half(), "USD"))
		}
		t.Rows = append(t.Rows, r)
	}
	picture := newDayChart(scaleOf("dollars an hour", "USD", append(values, 0)))
	for k, read := range of {
		picture.stairs(k, p.Day, func(h *dayHour) float64 { return read(h).value() })
	}
	return &figure{
		Title: "What " + p.Plan + " covers", SVG: picture.svg(), Table: t, Key: keys(lines),
		Note: "Between the first two lines is what stays On-Demand. What is committed and unused is at the rates of the commitment, which are below On-Demand prices.",
	}
}

// shareFigure draws how much of the usage plans cover.
func shareFigure(all []*plan) *figure {
	t := &table{Caption: "Share of the usage that is covered", Head: []string{"from"}, Left: 1, Folded: true}
	picture := newDayChart(scale{name: "share of the usage covered", unit: "ratio", low: 0, high: 1.05})
	hours := all[0].Day
	for i := range hours {
		t.Rows = append(t.Rows, row{Cells: []string{fmt.Sprintf("%02d:00", hours[i].Hour)}})
	}
	var names []key
	for _, p := range all {
		t.Head = append(t.Head, p.Plan)
		names = append(names, key{p.Plan, family(p.Plan) % 8})
		picture.stairs(family(p.Plan), p.Day, (*dayHour).share)
		for i := range t.Rows {
			text := "–"
			if i < len(p.Day) && !math.IsNaN(p.Day[i].share()) {
				text = amount(p.Day[i].share(), "ratio")
			}
			t.Rows[i].Cells = append(t.Rows[i].Cells, text)
		}
	}
	return &figure{Title: "Share of the usage that the cheapest plan of each kind covers", SVG: picture.svg(), Table: t, Key: names}
}

// newDayChart is a chart over the hours of a day.
func newDayChart(y scale) *chart {
	c := newChart(scale{name: "hour of the day", low: 0, high: 24}, y)
	for hour := 0; hour <= 24; hour += 3 {
		c.tick(float64(hour), fmt.Sprintf("%02d:00", hour))
	}
	return c
}

// stairs draws a value for each hour, flat from its beginning to its end.
func (c *chart) stairs(color int, day []dayHour, read func(*dayHour) float64) {
	var d strings.Builder
	for i := range day {
		v, at := read(&day[i]), float64(day[i].Hour)
		if math.IsNaN(v) {
			continue
		}
		letter := "L"
		if i == 0 || day[i-1].Hour != day[i].Hour-1 || math.IsNaN(read(&day[i-1])) {
			letter = "M"
		}
		fmt.Fprintf(&d, "%s%.1f %.1fH%.1f", letter, c.across(at), c.down(v), c.across(at+1))
	}
	c.printf(`<path d="%s" fill="none" stroke="var(--c%d)" stroke-width="1.5"/>`, d.String(), color%8)
}

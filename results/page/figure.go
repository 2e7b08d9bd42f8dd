package page

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// The sizes of a chart, in its own units.
const (
	chartWidth, chartHeight = 640.0, 300.0
	marginLeft, marginTop   = 94.0, 12.0
	marginRight, marginFoot = 18.0, 44.0
)

// scale is an axis of a chart: from where to where it goes, and in which unit.
type scale struct {
	name, unit string
	low, high  float64
}

// scaleOf spans values, and zero unless they are far from it.
func scaleOf(name, unit string, values []float64) scale {
	s := scale{name: name, unit: unit, low: math.NaN(), high: math.NaN()}
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.low, s.high = min(v, or(s.low, v)), max(v, or(s.high, v))
		}
	}
	s.low, s.high = or(s.low, 0), or(s.high, 1)
	if s.low > 0 && s.low < s.high/2 {
		s.low = 0
	}
	room := (s.high - s.low) / 16
	if room == 0 {
		room = max(math.Abs(s.high)/10, 1e-9)
	}
	if s.low != 0 {
		s.low -= room
	}
	s.high += room
	return s
}

// or is a value, or another where it is unknown.
func or(v, otherwise float64) float64 {
	if math.IsNaN(v) {
		return otherwise
	}
	return v
}

// zeros are what a round number ends with that says nothing.
var zeros = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d)(\.\d*?)0+(\D|$)`) })

// tickText is a round value as an axis shows it: 2 s rather than 2.000 s.
func tickText(v float64, unit string) string {
	text := amount(v, unit)
	if unit == "USD" {
		return text
	}
	return strings.Replace(zeros().ReplaceAllString(text, "$1$2$3"), ". ", " ", 1)
}

// ticks are round values on an axis.
func (s scale) ticks() []float64 {
	step := math.Pow10(int(math.Floor(math.Log10((s.high - s.low) / 4))))
	for _, by := range []float64{2, 2.5, 2} {
		if (s.high-s.low)/step > 6 {
			step *= by
		}
	}
	var all []float64
	for k := math.Ceil(s.low / step); k*step <= s.high && len(all) < 20; k++ {
		v, _ := strconv.ParseFloat(strconv.FormatFloat(k*step, 'g', 9, 64), 64) // 3 × 0.2 is 0.6
		all = append(all, v)
	}
	return all
}

// chart is a picture with two axes.
type chart struct {
	x, y scale
	body strings.Builder
}

// newChart draws the axes. The horizontal one has ticks only if it has a unit or none of
// its values has a name of its own.
func newChart(x, y scale) *chart {
	c := &chart{x: x, y: y}
	c.printf(`<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s against %s">`, chartWidth, chartHeight, html.EscapeString(y.name), html.EscapeString(x.name))
	foot := chartHeight - marginFoot
	for _, v := range y.ticks() {
		c.printf(`<path class="axis" d="M%.1f %.1fH%.1f"/><text class="faint" x="%.1f" y="%.1f" text-anchor="end">%s</text>`,
			marginLeft, c.down(v), chartWidth-marginRight, marginLeft-6, c.down(v)+4, html.EscapeString(tickText(v, y.unit)))
	}
	c.printf(`<path class="axis" d="M%.1f %.1fV%.1fH%.1f"/>`, marginLeft, marginTop, foot, chartWidth-marginRight)
	c.printf(`<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, (marginLeft+chartWidth-marginRight)/2, chartHeight-6, html.EscapeString(x.name))
	c.printf(`<text transform="translate(12 %.1f) rotate(-90)" text-anchor="middle">%s</text>`, (marginTop+foot)/2, html.EscapeString(y.name))
	return c
}

// numbered draws the ticks of the horizontal axis.
func (c *chart) numbered() *chart {
	for _, v := range c.x.ticks() {
		c.tick(v, tickText(v, c.x.unit))
	}
	return c
}

func (c *chart) tick(v float64, text string) {
	foot := chartHeight - marginFoot
	c.printf(`<path class="axis" d="M%.1f %.1fv5"/><text class="faint" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`,
		c.across(v), foot, c.across(v), foot+18, html.EscapeString(text))
}

func (c *chart) printf(format string, values ...any) { fmt.Fprintf(&c.body, format, values...) }

func (c *chart) across(v float64) float64 {
	return marginLeft + (v-c.x.low)/(c.x.high-c.x.low)*(chartWidth-marginLeft-marginRight)
}

func (c *chart) down(v float64) float64 {
	foot := chartHeight - marginFoot
	return foot - (v-c.y.low)/(c.y.high-c.y.low)*(foot-marginTop)
}

// dot is a point of a chart with its intervals.
type dot struct {
	x, y, halfX, halfY float64 // half-widths; NaN or 0: none
	color              int
	hollow             bool
	name, href         string // name: told by a tooltip; href: where a click leads
}

// dot draws a point, with whiskers for its intervals.
func (c *chart) dot(d dot) {
	if math.IsNaN(d.x) || math.IsNaN(d.y) || math.IsInf(d.x, 0) || math.IsInf(d.y, 0) {
		return
	}
	x, y := c.across(d.x), c.down(d.y)
	if d.halfX > 0 {
		c.printf(`<path d="M%.1f %.1fH%.1f" stroke="var(--c%d)" opacity=".6"/>`, c.across(least(d.x, d.halfX)), y, c.across(d.x+d.halfX), d.color%8)
	}
	if d.halfY > 0 {
		c.printf(`<path d="M%.1f %.1fV%.1f" stroke="var(--c%d)" opacity=".6"/>`, x, c.down(least(d.y, d.halfY)), c.down(d.y+d.halfY), d.color%8)
	}
	fill := fmt.Sprintf("var(--c%d)", d.color%8)
	if d.hollow {
		fill = "var(--ground)"
	}
	if d.href != "" {
		c.printf(`<a href="%s" aria-label="%s">`, html.EscapeString(d.href), html.EscapeString(d.name))
	}
	c.printf(`<circle cx="%.1f" cy="%.1f" r="4.5" fill="%s" stroke="var(--c%d)"><title>%s</title></circle>`, x, y, fill, d.color%8, html.EscapeString(d.name))
	if d.href != "" {
		c.printf(`</a>`)
	}
}

// least is the low end of an interval. What cannot be negative is not drawn as if it could.
func least(v, half float64) float64 {
	if v >= 0 {
		return max(v-half, 0)
	}
	return v - half
}

// curve joins points.
func (c *chart) curve(color int, xy ...[2]float64) {
	var d strings.Builder
	for i, p := range xy {
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", letter, c.across(p[0]), c.down(p[1]))
	}
	c.printf(`<path d="%s" fill="none" stroke="var(--c%d)" stroke-width="1.5"/>`, d.String(), color%8)
}

// roleOfLinks is what a picture that holds links is to a screen reader: of an image it
// would read none.
const roleOfLinks = `role="group" aria-description="Arrow keys go from point to point, Enter to the row of one."`

// svg ends the picture.
func (c *chart) svg() template.HTML {
	text := c.body.String() // all texts in it are escaped
	if strings.Contains(text, "<a ") {
		text = strings.Replace(text, `role="img"`, roleOfLinks, 1)
	}
	return template.HTML(text + "</svg>")
}

// forest draws movements below each other, with their intervals.
func forest(moved []movement) *figure {
	const width, line, side, top = 640.0, 22.0, 190.0, 28.0
	var values []float64
	for _, m := range moved {
		values = append(values, m.value-m.half, m.value+m.half, 0)
	}
	x := scaleOf("difference", "", values)
	if x.low == 0 {
		x.low = -x.high / 16
	}
	across := func(v float64) float64 { return side + (v-x.low)/(x.high-x.low)*(width-side-20) }
	height := top + line*float64(len(moved)) + 8
	var out strings.Builder
	fmt.Fprintf(&out, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="differences with intervals">`, width, height)
	for _, v := range x.ticks() {
		fmt.Fprintf(&out, `<path class="axis" d="M%.1f %.1fV%.1f"/><text class="faint" x="%.1f" y="16" text-anchor="middle">%s %%</text>`, across(v), top-6, height-8, across(v), tick(v))
	}
	fmt.Fprintf(&out, `<path d="M%.1f %.1fV%.1f" stroke="var(--faint)"/>`, across(0), top-6, height-8)
	for i, m := range moved {
		y, color := top+line*(float64(i)+0.5), 7
		if m.sure {
			color = 0
		}
		fmt.Fprintf(&out, `<text x="%.1f" y="%.1f" text-anchor="end">%s</text><path d="M%.1f %.1fH%.1f" stroke="var(--c%d)" stroke-width="1.5"/><circle cx="%.1f" cy="%.1f" r="4" fill="var(--c%d)"><title>%s: %+.3g %% ± %.2g</title></circle>`,
			side-10, y+4, html.EscapeString(m.name), across(m.value-m.half), y, across(m.value+m.half), color, across(m.value), y, color, html.EscapeString(m.name), m.value, m.half)
	}
	return &figure{Title: "Relative differences", SVG: template.HTML(out.String() + "</svg>"), Note: "Coloured: significant at 95 %."}
}

// tick writes a number with its sign, none without one: a zero may be a negative one.
func tick(v float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprintf("%+g", v)
}

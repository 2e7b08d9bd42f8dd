package page

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
)

// parallel draws each point as a path over all axes and both aims.
func (d *design) parallel(x, y int) *section {
	s := &section{ID: "parallel", Title: "All parameters at once", Lead: "A path is a point: what it sets, then what it showed. Coloured: those that nothing beats."}
	axes := d.axes[:min(len(d.axes), mostAxes)]
	if len(axes) == 0 || d.points < 2 {
		return s
	}
	uprights := make([]upright, 0, len(axes)+2)
	for axis, name := range axes {
		uprights = append(uprights, d.settingAxis(axis, name))
	}
	for _, metric := range slices.Compact([]int{x, y}) {
		uprights = append(uprights, d.metricAxis(metric))
	}
	s.add(&part{Figure: &figure{Title: "Parallel coordinates", SVG: d.paths(uprights), Note: beyondPaths(d.points)}})
	return s
}

func beyondPaths(n int) string {
	if n <= mostPaths {
		return ""
	}
	return fmt.Sprintf("%d of %d points: those that nothing beats, then the cheapest", mostPaths, n)
}

// upright is an axis of parallel coordinates.
type upright struct {
	name, low, high string
	at              func(*tried) float64 // 0 below .. 1 above; NaN: nowhere
}

func (d *design) settingAxis(axis int, name string) upright {
	a := &d.values[axis]
	places, low, high := map[string]float64{}, a.low, a.high
	switch values := slices.Clone(a.names); {
	case a.index == nil && !a.text: // of many numbers those that are drawn
		for i := range d.tried[:min(len(d.tried), mostPaths)] {
			v := d.tried[i].settings[axis]
			places[v], _ = strconv.ParseFloat(v, 64)
		}
		places[low], places[high] = a.from, a.to
	case a.index == nil:
		for i := range d.tried[:min(len(d.tried), mostDots)] {
			values = append(values, d.tried[i].settings[axis])
		}
		fallthrough
	default:
		slices.Sort(values)
		values = slices.Compact(values)
		places, _ = placesOf(values)
		slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(places[a], places[b]) })
		low, high = values[0], values[len(values)-1]
	}
	return upright{lastWord(name), low, high, func(t *tried) float64 {
		return (places[t.settings[axis]] - places[low]) / max(places[high]-places[low], 1e-300)
	}}
}

func (d *design) metricAxis(metric int) upright {
	m, unit := &d.showed[metric], unitOf(d.metrics[metric])
	return upright{d.metrics[metric], amount(m.low, unit), amount(m.high, unit), func(t *tried) float64 {
		return (t.values[metric] - m.low) / max(m.high-m.low, 1e-300)
	}}
}

// paths draws the points between uprights.
func (d *design) paths(uprights []upright) template.HTML {
	const width, height, side, top, foot = 760.0, 320.0, 60.0, 40.0, 24.0
	var out strings.Builder
	fmt.Fprintf(&out, `<svg viewBox="0 0 %.0f %.0f" %s aria-label="parallel coordinates of all points">`, width, height, roleOfLinks)
	place := func(k int) float64 { return side + float64(k)*(width-2*side)/float64(len(uprights)-1) }
	for k, u := range uprights {
		fmt.Fprintf(&out, `<path class="axis" d="M%.1f %.1fV%.1f"/><text x="%.1f" y="14" text-anchor="middle">%s</text><text class="faint" x="%.1f" y="30" text-anchor="middle">%s</text><text class="faint" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`,
			place(k), top, height-foot, place(k), html.EscapeString(u.name), place(k), html.EscapeString(u.high), place(k), height-6, html.EscapeString(u.low))
	}
	for i := min(len(d.tried), mostPaths) - 1; i >= 0; i-- {
		t := &d.tried[i]
		var path strings.Builder
		for k, u := range uprights {
			v := u.at(t)
			if math.IsNaN(v) {
				continue
			}
			letter := "L"
			if path.Len() == 0 {
				letter = "M"
			}
			fmt.Fprintf(&path, "%s%.1f %.1f", letter, place(k), height-foot-v*(height-foot-top))
		}
		color, opacity, extent := 7, 0.3, 1.0
		if t.front {
			color, opacity, extent = 0, 0.9, 2
		}
		name := html.EscapeString(d.name(t))
		line := fmt.Sprintf(`<path d="%s" fill="none" stroke="var(--c%d)" stroke-width="%g" opacity="%g"><title>%s</title></path>`, path.String(), color, extent, opacity, name)
		if href := d.href(i); href != "" {
			line = fmt.Sprintf(`<a href="%s" aria-label="%s">%s</a>`, href, name, line)
		}
		out.WriteString(line)
	}
	return template.HTML(out.String() + "</svg>") // all texts in it are escaped
}

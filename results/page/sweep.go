package page

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"headroom/results/report"
	"headroom/results/sweep"
	"headroom/scenarios/space"
)

// Bounds of the page of a design.
const (
	mostDots  = 2000
	mostPaths = 300
	mostAxes  = 8
)

// openDesign is the page of a sweep or a search.
func openDesign(path string) (*document, error) {
	about, err := readAbout(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	d, err := readDesign(path, about)
	if err != nil {
		return nil, err
	}
	kind := "sweep"
	if d.thing == "candidate" {
		kind = "search"
	}
	doc := &document{Title: about.Name + ": a " + kind, Lead: fmt.Sprintf("%s of %s", d.counted(), listed(d.axes))}
	if about.missing {
		doc.Lead += "; without " + report.AboutFile + ", which names the scenario's file, commands have FILE"
	}
	if len(d.metrics) > 0 { // some point did not fail
		x, y := d.aims()
		d.order(x, y)
		doc.add(d.frontier(x, y), d.effects(x, y), d.parallel(x, y))
	}
	doc.add(d.list())
	return doc, nil
}

// order puts the points first that nothing beats, then the cheapest.
func (d *design) order(x, y int) {
	d.face(x, y)
	slices.SortStableFunc(d.tried, func(a, b tried) int {
		if a.front != b.front {
			return map[bool]int{true: -1, false: 1}[a.front]
		}
		return cmp.Compare(or(a.values[x], math.Inf(1)), or(b.values[x], math.Inf(1)))
	})
}

func listed(names []string) string {
	if len(names) == 0 {
		return "one setting"
	}
	return strings.Join(names, ", ")
}

// name says which point it is.
func (d *design) name(t *tried) string {
	text := d.thing + " " + strconv.Itoa(t.number)
	for i, s := range t.settings {
		text += ", " + lastWord(d.axes[i]) + " " + s
	}
	return text
}

// lastWord is the end of a key, by which people know it.
func lastWord(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// href leads to the row of a point, "" if the list ends before it.
func (d *design) href(i int) string {
	if i >= mostRows {
		return ""
	}
	return fmt.Sprintf("#%s-%d", d.thing, d.tried[i].number)
}

// frontier draws all points by both aims.
func (d *design) frontier(x, y int) *section {
	s := &section{ID: "front", Title: "What nothing beats", Lead: "Filled: no other point is better in both. A click leads to the command that runs the point."}
	if x == y || len(d.tried) == 0 {
		return s
	}
	c := newChart(d.scale(x), d.scale(y)).numbered()
	var front [][2]float64
	for i := range d.tried {
		if t := &d.tried[i]; t.front {
			front = append(front, [2]float64{t.values[x], t.values[y]})
		}
	}
	c.curve(0, front...)
	for i := min(len(d.tried), mostDots) - 1; i >= 0; i-- {
		t := &d.tried[i]
		c.dot(dot{
			x: t.values[x], y: t.values[y], halfX: t.half[x], halfY: t.half[y], hollow: !t.front, color: map[bool]int{true: 0, false: 7}[t.front],
			name: fmt.Sprintf("%s: %s, %s", d.name(t), amount(t.values[x], unitOf(d.metrics[x])), amount(t.values[y], unitOf(d.metrics[y]))), href: d.href(i),
		})
	}
	s.add(&part{Figure: &figure{Title: d.metrics[y] + " against " + d.metrics[x], SVG: c.svg()}})
	return s
}

func (d *design) scale(metric int) scale {
	m := &d.showed[metric]
	return scaleOf(d.metrics[metric], unitOf(d.metrics[metric]), []float64{m.least, m.most})
}

// effects draw the mean of each aim at each value of each axis.
func (d *design) effects(x, y int) *section {
	s := &section{ID: "effects", Title: "What each parameter does", Lead: "Means over all points that have the value."}
	for axis := range d.axes[:min(len(d.axes), mostAxes)] {
		for _, metric := range slices.Compact([]int{x, y}) {
			s.add(d.effect(axis, metric))
		}
	}
	return s
}

func (d *design) effect(axis, metric int) *part {
	names, levels := d.values[axis].told()
	sums, counts := make([]float64, len(names)), make([]int, len(names))
	for i, level := range levels {
		if v := d.showed[metric].values[i]; !math.IsNaN(v) {
			sums[level] += v
			counts[level]++
		}
	}
	var values []string
	for level, name := range names {
		if counts[level] > 0 && name != "" {
			values = append(values, name)
		}
	}
	if len(values) < 2 {
		return nil
	}
	places, numeric := placesOf(values)
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(places[a], places[b]) })
	var means, at []float64
	var points []int
	for _, v := range values {
		level := slices.Index(names, v)
		means, at, points = append(means, sums[level]/float64(counts[level])), append(at, places[v]), append(points, counts[level])
	}
	horizontal := scale{name: d.axes[axis], low: -0.5, high: float64(len(values)) - 0.5}
	if least, most := at[0], at[len(at)-1]; numeric { // what was tried, and no zero that was not
		room := max((most-least)/16, math.Abs(most)*1e-9, 1e-9)
		horizontal.low, horizontal.high = least-room, most+room
	}
	title := "Mean " + d.metrics[metric] + " by " + d.axes[axis]
	c := newChart(horizontal, scaleOf(d.metrics[metric], unitOf(d.metrics[metric]), means))
	t := &table{Caption: title, Head: []string{d.axes[axis], "mean", "points"}, Left: 1, Folded: true}
	var path [][2]float64
	for i, v := range values {
		if len(values) <= 12 {
			c.tick(at[i], tickOf(v, len(values)))
		}
		path = append(path, [2]float64{at[i], means[i]})
		t.Rows = append(t.Rows, row{Cells: []string{v, amount(means[i], unitOf(d.metrics[metric])), strconv.Itoa(points[i])}})
	}
	if len(values) > 12 {
		c.numbered()
	}
	if numeric { // nothing lies between two names
		c.curve(0, path...)
	}
	for i, v := range values {
		c.dot(dot{x: at[i], y: means[i], name: v + ": " + t.Rows[i].Cells[1]})
	}
	return &part{Figure: &figure{Title: title, SVG: c.svg(), Table: t}}
}

var quoted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"([^"\\]*)"`) })

// tickOf is what stands under one of several values of an axis: of a list of tables its
// texts, and what finds room. The table below the picture has all of it.
func tickOf(value string, of int) string {
	if strings.HasPrefix(value, "[{") {
		if found := quoted().FindAllStringSubmatch(value, -1); len(found) > 0 {
			texts := make([]string, len(found))
			for i, f := range found {
				texts[i] = f[1]
			}
			value = strings.Join(texts, ", ")
		}
	}
	letters, room := []rune(value), int((chartWidth-marginLeft-marginRight)/float64(of)/widestLetter)
	if len(letters) > max(room, 2) {
		return string(letters[:max(room, 2)-1]) + "…"
	}
	return value
}

// widestLetter is what a letter of a tick takes, of the picture's width.
const widestLetter = 6.5

// placesOf says where values stand on an axis: at what they are, if all are numbers.
func placesOf(values []string) (places map[string]float64, numeric bool) {
	places = map[string]float64{}
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			for i, v := range values {
				places[v] = float64(i)
			}
			return places, false
		}
		places[v] = n
	}
	return places, true
}

// list tabulates the points, with the command that runs each.
func (d *design) list() *section {
	s := &section{ID: "points", Title: "The " + d.thing + "s", Lead: "Those that nothing beats first. The command of a point shows when its row is chosen."}
	t := &table{Head: append([]string{d.thing}, d.axes...), Left: 1 + len(d.axes), Caption: d.counted()}
	t.Head = append(t.Head, "n")
	if d.played {
		t.Head = append(t.Head, "played")
	}
	shown := d.shown()
	for _, k := range shown {
		t.Head = append(t.Head, d.metrics[k])
	}
	t.Head = append(t.Head, "")
	for i := range d.tried[:min(len(d.tried), mostRows)] {
		p := &d.tried[i]
		r := row{ID: fmt.Sprintf("%s-%d", d.thing, p.number), Cells: append([]string{strconv.Itoa(p.number)}, p.settings...), Code: d.command(p)}
		r.Cells = append(r.Cells, p.replications)
		if d.played {
			r.Cells = append(r.Cells, playedWords[p.fidelity])
		}
		for _, k := range shown {
			r.Cells = append(r.Cells, between(p.values[k], p.half[k], unitOf(d.metrics[k])))
		}
		if p.front {
			p.note = strings.TrimSuffix("nothing beats it; "+p.note, "; ")
		}
		r.Cells = append(r.Cells, p.note)
		t.Rows = append(t.Rows, r)
	}
	if n := d.points; n > mostRows {
		t.More = fmt.Sprintf("%d more are in the file beside this page", n-mostRows)
	}
	s.add(&part{Table: t})
	return s
}

// playedWords say what was played for a point.
var playedWords = map[string]string{"fluid": "rates", "request": "requests"}

// command runs a point.
func (d *design) command(t *tried) string {
	text := "headroom run " + report.ShellQuote(d.File)
	for _, flag := range d.Flags {
		text += " " + report.ShellQuote(flag)
	}
	for i, v := range t.settings {
		if v != "" {
			text += " --set " + report.ShellQuote(d.axes[i]+"="+v)
		}
	}
	if t.fidelity == string(sweep.Rates) {
		screens := "sweep"
		if d.thing == "candidate" {
			screens = "search"
		}
		text += fmt.Sprintf(" --set %s.screen=request --set run.fidelity=fluid --set run.fluid.step=%s --set run.fluid.audit=0", screens, space.ScreenStep)
	}
	if d.thing == "point" && t.replications != "0" { // the same numbers again; those of a search have replications of their own
		text += " --replications " + t.replications
	}
	return text
}

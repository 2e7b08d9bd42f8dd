package page

import (
	_ "embed" // the assets
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
)

// The files that every page holds.
var (
	//go:embed assets/page.html
	pageHTML string
	//go:embed assets/page.css
	pageCSS string
	//go:embed assets/page.js
	pageJS string
	//go:embed assets/uplot.js
	plotJS string
	//go:embed assets/uplot.css
	plotCSS string
)

// layout is the template of every page.
var layout = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageHTML)) })

// document is what a page shows.
type document struct {
	Title, Lead string
	Sections    []*section
	Clock       *clock // nil: there are no plots over time
}

// section is a chapter of a page.
type section struct {
	ID, Title, Lead string
	Parts           []*part
}

// part is one thing that a section shows: one of its fields is set.
type part struct {
	Tiles  []tile
	Table  *table
	Plot   *plot
	Figure *figure
	Tree   []branch
	Marks  *happenings
	Notes  []string
	Code   string
}

// tile is one number that is read first.
type tile struct{ Name, Value, Note, State string } // State: "good", "bad" or ""

// table has text in its first Left columns and numbers in the others.
type table struct {
	Caption string
	Head    []string
	Rows    []row
	Left    int
	Folded  bool   // until somebody opens it
	More    string // what was left out
}

// row is one line of a table. A share from 0 to 1 is drawn as a bar.
type row struct {
	ID    string
	Cells []string
	Share *float64
	State string
	Code  string // shown below the row
}

// branch is a node of a tree, with its share of the whole.
type branch struct {
	Name, Value string
	Share       float64
	Leaves      []branch
	Open        bool // at first
}

// Numbers reports whether a column of a table has numbers.
func (t *table) Numbers(column int) bool { return column >= t.Left }

// Bars reports whether some row of a table has a bar.
func (t *table) Bars() bool {
	return slices.ContainsFunc(t.Rows, func(r row) bool { return r.Share != nil })
}

// Percent is a share in hundredths, for a width.
func (r row) Percent() float64 { return 100 * max(0, min(1, *r.Share)) }

// Percent is the share in hundredths, for a width.
func (b branch) Percent() float64 { return 100 * max(0, min(1, b.Share)) }

// plot is lines over the time of a run.
type plot struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Unit    string   `json:"unit"`
	Stepped bool     `json:"stepped,omitempty"`
	Lines   []*trace `json:"lines"`
	Note    string   `json:"-"`
	Table   *table   `json:"-"`
}

// trace is one line of a plot.
type trace struct {
	Label  string `json:"label"`
	Dashed bool   `json:"dashed,omitempty"`
	Color  int    `json:"color"`
	Values points `json:"values"`
	Low    points `json:"low,omitempty"`
	High   points `json:"high,omitempty"`
}

// clock is the time axis that all plots of a page share.
type clock struct {
	Start   int64     `json:"start"` // Unix seconds
	Step    float64   `json:"step"`
	Points  int       `json:"points"`
	Offsets [][]int64 `json:"offsets"` // Unix seconds from which on, seconds ahead of UTC
	Zone    string    `json:"zone"`
	Windows []shade   `json:"windows,omitempty"`
}

// shade is a window of the run, in Unix seconds.
type shade struct {
	Name string `json:"name"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// figure is a picture, with what it shows as a table.
type figure struct {
	Title, Note string
	Key         []key // of its colours
	SVG         template.HTML
	Table       *table
}

// key says what a colour of a figure stands for.
type key struct {
	Name  string
	Color int
}

// keys gives names the colours in their order.
func keys(names []string) (all []key) {
	for i, name := range names {
		all = append(all, key{name, i % 8})
	}
	return all
}

// add appends parts that there are.
func (s *section) add(parts ...*part) {
	for _, p := range parts {
		if p != nil {
			s.Parts = append(s.Parts, p)
		}
	}
}

// add appends sections that have something to show.
func (d *document) add(sections ...*section) {
	for _, s := range sections {
		if s != nil && len(s.Parts) > 0 {
			d.Sections = append(d.Sections, s)
		}
	}
}

// write writes the file.
func (d *document) write(w io.Writer) error {
	plots := []*plot{}
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			if p.Plot != nil {
				p.Plot.ID = fmt.Sprintf("plot-%d", len(plots))
				plots = append(plots, p.Plot)
			}
		}
	}
	data, err := json.Marshal(struct {
		Clock *clock  `json:"clock"`
		Plots []*plot `json:"plots"`
	}{d.Clock, plots})
	if err != nil {
		return err
	}
	styles, scripts := pageCSS, ""
	if len(plots) > 0 {
		styles, scripts = plotCSS+pageCSS, plotJS
	}
	return layout().Execute(w, struct {
		*document
		CSS          template.CSS
		Library, Own template.JS
		Data         template.JS
	}{d, template.CSS(styles), template.JS(scripts), template.JS(strings.TrimSpace(pageJS)), template.JS(data)})
}

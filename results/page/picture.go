package page

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"headroom/results"
)

// Picture is some metrics of a saved run, one below the other.
type Picture struct {
	frames []*gonum.Plot
	format string
}

// The sizes of a picture.
const (
	pictureWidth = 8 * vg.Inch
	frameHeight  = 2.6 * vg.Inch
)

// Formats of pictures, as names of files end.
var pictureFormats = []string{".svg", ".png"}

// FormatOf returns the format in which a file of that name is drawn.
func FormatOf(name string) (string, error) {
	for _, f := range pictureFormats {
		if strings.HasSuffix(strings.ToLower(name), f) {
			return f, nil
		}
	}
	return "", fmt.Errorf("must end in %s, got %q", strings.Join(pictureFormats, " or "), name)
}

// Depict reads metrics of a run: over time where the run has them by minute, with the
// band over replications, else by part with the interval of each. A key is a metric, of
// all parts, or with a label, of one: latency.p99{target_group=web}.
func Depict(dir, format string, keys []string) (*Picture, error) {
	r, err := readRun(dir, every)
	if err != nil {
		return nil, err
	}
	p := &Picture{format: format}
	var faults []error
	for _, key := range keys {
		frame, err := r.frame(key)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		p.frames = append(p.frames, frame)
	}
	return p, errors.Join(faults...)
}

// frame draws one key.
func (r *run) frame(key string) (*gonum.Plot, error) {
	name, part, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
	if r.series != nil {
		lines := r.series.of(name)
		if part != "" {
			entity := strings.Replace(part, "=", ".", 1)
			lines = slices.DeleteFunc(lines, func(l *line) bool { return l.entity != entity })
		}
		if len(lines) > 0 {
			return r.series.frame(key, distinct(lines))
		}
	}
	var values []results.Value
	for i := range r.Metrics {
		of, _, _ := strings.Cut(r.Metrics[i].Key, "{")
		if r.Metrics[i].Key == key || part == "" && of == name {
			values = append(values, r.Metrics[i])
		}
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("%s: the run has no such metric%s", key, r.meant(key))
	}
	return estimates(key, values[:min(len(values), mostEstimates)])
}

// distinct leaves out what shows the same as something before it: what all show and the
// only one of them.
func distinct(lines []*line) []*line {
	var some []*line
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	for _, l := range lines {
		if !slices.ContainsFunc(some, func(o *line) bool { return slices.EqualFunc(o.values, l.values, same) }) && len(some) < mostLines {
			some = append(some, l)
		}
	}
	return some
}

// mostEstimates is how many parts fit beside each other.
const mostEstimates = 24

// meant suggests a metric.
func (r *run) meant(key string) string {
	var names []string
	for i := range r.Metrics {
		names = append(names, r.Metrics[i].Key)
	}
	if r.series != nil {
		for _, l := range r.series.lines {
			names = append(names, l.metric)
		}
	}
	if near := results.Nearest(key, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return "; summary.json lists them"
}

// newFrame is an empty plot.
func newFrame(title string) *gonum.Plot {
	p := gonum.New()
	p.Title.Text = title
	p.Title.TextStyle.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 11}
	for _, style := range []*draw.TextStyle{&p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle} {
		style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 9}
	}
	p.Legend.Top = true
	return p
}

// inks are the colours of lines, which people tell apart who see few colours.
var inks = []color.NRGBA{{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {163, 69, 155, 255}, {176, 125, 0, 255}, {47, 155, 214, 255}, {122, 74, 30, 255}, {85, 85, 85, 255}}

// frame draws lines over time with their bands.
func (s *series) frame(key string, lines []*line) (*gonum.Plot, error) {
	p := newFrame(key)
	thin := thinningOf(s.minutes)
	unit := unitOf(lines[0].metric)
	p.Y.Min = 0
	p.X.Tick.Marker = gonum.TimeTicks{Ticker: hours{}, Format: "15:04\n2 Jan", Time: func(t float64) time.Time { return s.at(int(t-float64(s.start.Unix())) / 60) }}
	p.Y.Tick.Marker = amounts(unit)
	for i, w := range s.windows {
		p.Add(&shading{from: float64(w.From.Unix()), to: float64(w.To.Unix()), name: w.Name, row: i % 4})
	}
	for i, l := range lines {
		ink := inks[i%len(inks)]
		if l.low != nil {
			outline := s.points(thin, thin.bound(l.low, 1))
			upper := s.points(thin, thin.bound(l.high, -1))
			slices.Reverse(upper)
			if band, err := plotter.NewPolygon(append(outline, upper...)); err == nil {
				band.Color, band.LineStyle.Width = color.NRGBA{ink.R, ink.G, ink.B, 60}, 0
				p.Add(band)
			}
		}
		drawn, err := plotter.NewLine(s.points(thin, thin.extremes(l.values)))
		if err != nil {
			return nil, fmt.Errorf("%s: nothing was observed", key)
		}
		drawn.Color = ink
		p.Add(drawn)
		if len(lines) > 1 {
			p.Legend.Add(l.entity, drawn)
		}
	}
	p.X.Min, p.X.Max = float64(s.start.Unix()), float64(s.start.Unix()+60*int64(s.minutes))
	p.Y.Max *= 1.05
	if len(lines) > 1 {
		p.Y.Max *= 1 + 0.08*float64(len(lines)) // room for the legend
	}
	return p, nil
}

// shading is a window of the run in a picture, behind what is added after it.
type shading struct {
	from, to float64
	name     string
	row      int // of its name
}

// Plot implements [gonum.Plotter].
func (s *shading) Plot(c draw.Canvas, p *gonum.Plot) {
	x, _ := p.Transforms(&c)
	left, right := max(x(s.from), c.Min.X), min(x(s.to), c.Max.X)
	if left >= right {
		return
	}
	c.FillPolygon(color.NRGBA{85, 85, 85, 30}, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
	style := p.Legend.TextStyle
	style.YAlign = draw.YTop
	c.FillText(style, vg.Point{X: left + 2, Y: c.Max.Y - 2 - vg.Length(11*s.row)}, s.name)
}

// points are the values of a line at their times, without those that are unknown.
func (s *series) points(thin thinning, values []float64) plotter.XYs {
	var all plotter.XYs
	for i, v := range values {
		if !math.IsNaN(v) {
			all = append(all, plotter.XY{X: float64(s.start.Unix()) + float64(i)*thin.step, Y: v})
		}
	}
	return all
}

// hours are ticks at round times.
type hours struct{}

// Ticks implements [gonum.Ticker].
func (hours) Ticks(low, high float64) []gonum.Tick {
	step := 60.0
	for _, by := range []float64{300, 600, 1800, 3600, 7200, 4 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 28 * 86400} {
		if (high-low)/step > 9 {
			step = by
		}
	}
	var all []gonum.Tick
	for k := 0.0; low+k*step <= high && len(all) < 40; k++ {
		all = append(all, gonum.Tick{Value: low + k*step, Label: "."})
	}
	return all
}

// amounts are ticks with a unit.
type amounts string

// Ticks implements [gonum.Ticker].
func (a amounts) Ticks(low, high float64) []gonum.Tick {
	all := gonum.DefaultTicks{}.Ticks(low, high)
	for i := range all {
		if all[i].Label != "" {
			all[i].Label = amount(all[i].Value, string(a))
		}
	}
	return all
}

// estimates draws what parts showed, with their intervals.
func estimates(key string, values []results.Value) (*gonum.Plot, error) {
	p := newFrame(key)
	p.Y.Tick.Marker = amounts(values[0].Unit)
	var names []string
	var points plotter.XYs
	var halves plotter.YErrors
	for i, v := range values {
		_, part, labelled := strings.Cut(strings.TrimSuffix(v.Key, "}"), "{")
		if !labelled {
			part = "all"
		}
		names = append(names, part)
		points = append(points, plotter.XY{X: float64(i), Y: v.Value})
		half := or(v.HalfWidth, 0)
		halves = append(halves, struct{ Low, High float64 }{half, half})
	}
	bars, err := plotter.NewYErrorBars(struct {
		plotter.XYs
		plotter.YErrors
	}{points, halves})
	if err != nil {
		return nil, fmt.Errorf("%s: nothing was observed", key)
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return nil, fmt.Errorf("%s: nothing was observed", key)
	}
	bars.Color = inks[0]
	dots.Color, dots.Shape = inks[0], draw.CircleGlyph{}
	p.Add(bars, dots)
	p.NominalX(names...)
	if len(names) > 5 {
		p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/7, draw.XRight, draw.YTop
	}
	p.Y.Min, p.Y.Max = min(0, p.Y.Min), p.Y.Max*1.05
	p.X.Min, p.X.Max = -0.5, float64(len(values))-0.5
	return p, nil
}

// Write writes the picture.
func (p *Picture) Write(w io.Writer) error {
	height := frameHeight * vg.Length(len(p.frames))
	var canvas interface {
		vg.CanvasSizer
		io.WriterTo
	}
	if p.format == ".svg" {
		canvas = vgsvg.New(pictureWidth, height)
	} else {
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(pictureWidth, height), vgimg.UseDPI(144))}
	}
	all := draw.New(canvas)
	grid := make([][]*gonum.Plot, len(p.frames))
	for i, f := range p.frames {
		grid[i] = []*gonum.Plot{f}
	}
	tiles := draw.Tiles{Rows: len(p.frames), Cols: 1, PadTop: 6, PadBottom: 6, PadLeft: 6, PadRight: 16, PadY: 10}
	for i, row := range gonum.Align(grid, tiles, all) {
		p.frames[i].Draw(row[0])
	}
	_, err := canvas.WriteTo(w)
	return err
}

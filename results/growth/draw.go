package main

import (
	"fmt"
	"os"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	canvas "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// draw writes the curves as two frames beside each other, of time and of memory over
// the size, both scales logarithmic.
func draw(path string, all []*measured) error {
	seconds, err := frame("CPU seconds", all, func(m *measured) ([]float64, exponent) { return m.seconds, m.time })
	if err != nil {
		return err
	}
	memory, err := frame("peak memory, MB", all, func(m *measured) ([]float64, exponent) { return m.megabytes, m.memory })
	if err != nil {
		return err
	}
	const width, height = 12 * vg.Inch, 5 * vg.Inch
	picture := vgsvg.New(width, height)
	whole := canvas.New(picture)
	seconds.Draw(canvas.Crop(whole, 0, -width/2, 0, 0))
	memory.Draw(canvas.Crop(whole, width/2, 0, 0, 0))
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := picture.WriteTo(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// frame draws one measure of every curve.
func frame(title string, all []*measured, of func(*measured) ([]float64, exponent)) (*gonum.Plot, error) {
	p := gonum.New()
	p.Title.Text, p.X.Label.Text = title, "size"
	p.X.Scale, p.Y.Scale = gonum.LogScale{}, gonum.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = gonum.LogTicks{Prec: -1}, gonum.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	for i, m := range all {
		values, e := of(m)
		dots := make(plotter.XYs, 0, len(values))
		for k, v := range values {
			if v > 0 {
				dots = append(dots, plotter.XY{X: m.sizes[k], Y: v})
			}
		}
		if len(dots) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(dots)
		if err != nil {
			return nil, err
		}
		line.Color, points.Color, points.Shape = plotutil.Color(i), plotutil.Color(i), plotutil.Shape(i)
		p.Add(line, points)
		name := m.name
		if e.points >= 3 {
			name = fmt.Sprintf("%s ^%.2f", m.name, e.value)
		}
		p.Legend.Add(name, line, points)
	}
	return p, nil
}

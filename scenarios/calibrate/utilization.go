package calibrate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/scenarios/imports/cloudwatch"
	"headroom/sim/stat"
)

// Measured is what was measured of a group.
type Measured struct {
	Requests  cloudwatch.Series  // in each period
	CPU       cloudwatch.Series  // utilization, in percent or as a share
	Instances *cloudwatch.Series // in service; nil: Count of them all the time
	Count     float64
	VCPUs     float64 // of an instance
}

// Sample is one period.
type Sample struct {
	At    time.Time
	PerS  float64 // requests per second and vCPU
	Share float64 // of the vCPUs that was busy
}

const (
	// saturated is the utilization above which requests queue longer than a period.
	saturated = 0.95
	// leastSamples are enough for an interval that means something.
	leastSamples = 8
	// leastVariation of the load, its standard deviation over its mean, tells the demand
	// from what is busy anyway.
	leastVariation = 0.05
	// widestHalf is the half-width of a demand that is worth the name, as a share of it.
	widestHalf = 0.5
)

// Left is what [Match] left out.
type Left struct {
	Unpaired  int // periods in which one of the series has no point
	Saturated int
	Scaling   int // periods in which the number of instances changed
}

// Match pairs what was measured, period by period.
func Match(m Measured) (samples []Sample, left Left) {
	period := m.Requests.Period
	if period == 0 {
		period = time.Minute
	}
	share := 1.0
	if slices.ContainsFunc(m.CPU.Points, func(p cloudwatch.Point) bool { return p.Value > 1.5 }) || m.CPU.Unit == "Percent" {
		share = 0.01
	}
	before := math.NaN()
	for _, r := range m.Requests.Points {
		busy, ok := at(&m.CPU, r.At)
		count, known := m.Count, true
		if m.Instances != nil {
			count, known = at(m.Instances, r.At)
		}
		if !ok || !known || count <= 0 {
			left.Unpaired++
			continue
		}
		changed := !math.IsNaN(before) && count != before
		before = count
		switch busy *= share; {
		case changed:
			left.Scaling++
		case busy > saturated:
			left.Saturated++
		default:
			samples = append(samples, Sample{r.At, r.Value / period.Seconds() / (count * m.VCPUs), busy})
		}
	}
	return samples, left
}

// at returns the point of a series at an instant.
func at(s *cloudwatch.Series, when time.Time) (float64, bool) {
	i, found := slices.BinarySearchFunc(s.Points, when, func(p cloudwatch.Point, when time.Time) int { return p.At.Compare(when) })
	if !found {
		return 0, false
	}
	return s.Points[i].Value, true
}

// Fit is the demand that was fitted.
type Fit struct {
	stat.Line         // Slope is the demand in seconds of CPU, Intercept the share that is busy anyway
	Scatter   float64 // standard deviation of the residuals, of utilization
	Lowest    float64 // utilization of the samples
	Highest   float64
	Worst     Sample  // that is farthest from the line
	Off       float64 // how far
}

// Utilization fits the demand by the utilization law. The error says why it cannot be told.
func Utilization(samples []Sample) (Fit, error) {
	if len(samples) < leastSamples {
		return Fit{}, fmt.Errorf("needs at least %d periods with requests and CPU, got %d", leastSamples, len(samples))
	}
	var xs, ys []float64
	for _, s := range samples {
		xs, ys = append(xs, s.PerS), append(ys, s.Share)
	}
	f := Fit{Line: stat.FitLine(xs, ys, 0.95), Lowest: slices.Min(ys), Highest: slices.Max(ys)}
	mean, spread := stat.Interval(xs, 0.95).Value, deviation(xs)
	if !(mean > 0) {
		return f, errors.New("there were no requests")
	}
	if !(spread/mean >= leastVariation) {
		return f, fmt.Errorf("not identifiable: the load varies by %.1f %% only, so that the demand and what is busy without requests look alike; "+
			"all that is sure is that the demand is at most %s; take in hours of low load", 100*spread/mean, seconds(stat.Interval(ys, 0.95).Value/mean))
	}
	for i, e := range f.Residuals {
		if math.Abs(e) > math.Abs(f.Off) {
			f.Off, f.Worst = e, samples[i]
		}
	}
	f.Scatter = deviation(f.Residuals)
	if d := f.Slope; !(d.Value > 0) || d.HalfWidth > widestHalf*d.Value {
		return f, fmt.Errorf("not identifiable: the demand would be %s ± %s: the CPU does not follow the requests; "+
			"are they those that this group served, and is nothing else at work there?", seconds(d.Value), seconds(d.HalfWidth))
	}
	return f, nil
}

// deviation returns the standard deviation.
func deviation(xs []float64) float64 {
	mean := stat.Interval(xs, 0.95).Value
	squares := 0.0
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(max(1, len(xs)-1)))
}

// seconds formats a time with three digits.
func seconds(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1:
		return fmt.Sprintf("%.3gs", v)
	case a >= 1e-3:
		return fmt.Sprintf("%.3gms", v*1e3)
	}
	return fmt.Sprintf("%.3gus", v*1e6)
}

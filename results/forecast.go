package results

import (
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/sim"
)

// forecastMetrics are those of policies that forecast.
func forecastMetrics() []Metric {
	of := func(name, unit, meaning string, read func([]scaling.HourForecast) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Meaning: meaning, Labels: []string{labelGroup}, whole: never, where: forecasts,
			read: func(p *part) float64 { return read(p.groups()[0].Forecasts) },
		}
	}
	return []Metric{
		of("forecast.hours", "count", "hours with a forecast", func(f []scaling.HourForecast) float64 { return float64(len(f)) }),
		of("forecast.error", "ratio", "Σ |load - forecast| / Σ load over the hours that were measured: weighted MAPE", forecastError),
		of("forecast.covered", "ratio", "hours below the upper end of the forecast's band, meant to be 0.9, of those that were measured", forecastCovered),
	}
}

// forecasts reports whether a group has a policy that forecasts.
func forecasts(cfg *cloud.Config, s scope) bool {
	return s.Label == labelGroup && slices.ContainsFunc(cfg.Groups[s.index].Policies, func(p controlplane.ScalingPolicy) bool {
		_, is := p.Spec.(scaling.Predictive)
		return is
	})
}

func forecastError(hours []scaling.HourForecast) float64 {
	missed, load := 0.0, 0.0
	for _, f := range hours {
		if !math.IsNaN(f.Actual) {
			missed += math.Abs(f.Actual - f.Load)
			load += f.Actual
		}
	}
	return missed / load
}

func forecastCovered(hours []scaling.HourForecast) float64 {
	covered, n := 0.0, 0.0
	for _, f := range hours {
		if !math.IsNaN(f.Actual) {
			n++
			if f.Actual <= f.High {
				covered++
			}
		}
	}
	return covered / n
}

// forecastColumns are the forecast and its band by minute, and the capacity that it asks for.
func forecastColumns(entity string, g *controlplane.GroupOutcome) []Column {
	if len(g.Forecasts) == 0 {
		return nil
	}
	load, high, capacity := make([]float64, len(g.Minutes)), make([]float64, len(g.Minutes)), make([]float64, len(g.Minutes))
	first := g.Forecasts[0].From
	for minute := range load {
		load[minute], high[minute], capacity[minute] = math.NaN(), math.NaN(), math.NaN()
		at := sim.Time(minute)*sim.Minute - first
		if hour := int(at / sim.Hour); at >= 0 && hour < len(g.Forecasts) {
			f := &g.Forecasts[hour]
			load[minute], high[minute], capacity[minute] = f.Load, f.High, float64(f.Capacity)
		}
	}
	return []Column{{Entity: entity, Metric: "forecast.load", Values: load}, {Entity: entity, Metric: "forecast.high", Values: high}, {Entity: entity, Metric: "forecast.capacity", Values: capacity}}
}

package forecast

import "math"

// Score is how a forecaster did on a series whose end is known.
type Score struct {
	Missed   float64 // mean absolute error over mean load: weighted MAPE
	Pinball  float64 // mean pinball loss of the median and the 0.9 quantile over mean load
	Covered  float64 // share of hours up to High
	Origins  int
	Forecast int // hours
}

// Rolling forecasts a day at every sixth hour of a series, each time from what was known
// then, and returns how well. The first origin is after so many hours. Hours of an
// outage are not judged.
func Rolling(f Forecaster, series History, first int) Score {
	var s Score
	sum := 0.0
	judged := series.withoutOutages()
	for origin := first; origin < len(series.Hours); origin += Every {
		got, ok := f.Forecast(series.before(len(series.Hours)-origin), Day)
		if !ok {
			continue
		}
		s.Origins++
		for i, load := range got.Mean {
			actual := judged.load(origin + i)
			if math.IsNaN(actual) {
				continue
			}
			s.Forecast++
			sum += actual
			s.Missed += math.Abs(actual - load)
			s.Pinball += (pinball(actual-load, 0.5) + pinball(actual-got.High[i], bandQuantile)) / 2
			if actual <= got.High[i] {
				s.Covered++
			}
		}
	}
	if s.Forecast > 0 && sum > 0 {
		s.Missed /= sum
		s.Pinball /= sum
		s.Covered /= float64(s.Forecast)
	}
	return s
}

// pinball returns the pinball loss of a quantile's forecast that was missed by that much
// (Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978).
func pinball(missed, quantile float64) float64 {
	return max(quantile*missed, (quantile-1)*missed)
}

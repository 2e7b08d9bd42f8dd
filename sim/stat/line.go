package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Line is a straight line through observations: y = Intercept + Slope·x.
type Line struct {
	Intercept, Slope Estimate
	Residuals        []float64 // y less the line, in the order of the observations
	Explained        float64   // share of the variance of y, R²
	Lag              float64   // correlation of each residual with the one before it
}

// FitLine fits a line by least squares, with Student-t intervals of the given confidence
// (0.95). Standard errors are those of White in the form HC3, which hold when the scatter
// grows with x, as that of counts does; where residuals follow each other (Lag > 0) they
// are widened by √((1+Lag)/(1−Lag)). Half-widths are NaN for n < 3, and all is NaN where
// all x are equal. It panics unless there are as many x as y and the confidence is inside
// (0, 1).
// Source: H. White, 1980; J. G. MacKinnon and H. White, 1985 (HC3).
func FitLine(xs, ys []float64, confidence float64) Line {
	if len(xs) != len(ys) || !(0 < confidence && confidence < 1) {
		panic("stat: a line needs as many x as y, and a confidence in (0, 1)")
	}
	n := float64(len(xs))
	meanX, sxx := moments(xs)
	meanY, syy := moments(ys)
	sxy := 0.0
	for i := range xs {
		sxy += (xs[i] - meanX) * (ys[i] - meanY)
	}
	slope := sxy / sxx // NaN if all are equal
	if sxx == 0 {
		slope = math.NaN()
	}
	l := Line{
		Slope:     Estimate{Value: slope, HalfWidth: math.NaN(), N: len(xs)},
		Intercept: Estimate{Value: meanY - slope*meanX, HalfWidth: math.NaN(), N: len(xs)},
	}
	var ofSlope, ofIntercept, squares, products float64
	for i := range xs {
		d := xs[i] - meanX
		e := ys[i] - meanY - slope*d
		l.Residuals = append(l.Residuals, e)
		leverage := 1/n + d*d/sxx
		scaled := e / max(1e-9, 1-leverage)
		ofSlope += d * d * scaled * scaled
		weight := 1/n - meanX*d/sxx
		ofIntercept += weight * weight * scaled * scaled
		squares += e * e
		if i > 0 {
			products += e * l.Residuals[i-1]
		}
	}
	l.Explained = 1 - squares/syy
	if squares > 0 {
		l.Lag = products / squares
	}
	if len(xs) < 3 {
		return l
	}
	follow := math.Sqrt((1 + max(0, min(l.Lag, 0.95))) / (1 - max(0, min(l.Lag, 0.95))))
	t := distuv.StudentsT{Sigma: 1, Nu: n - 2}.Quantile(0.5 + confidence/2)
	l.Slope.HalfWidth = t * follow * math.Sqrt(ofSlope) / sxx
	l.Intercept.HalfWidth = t * follow * math.Sqrt(ofIntercept)
	return l
}

package main

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// exponent is the power of the size with which something grows.
type exponent struct {
	value, low, high float64 // with the 95 % interval
	points           int     // it is of: fewer than three give none
}

// fit returns the exponent of y over x by least squares in the log-log plane.
func fit(x, y []float64) exponent {
	e := exponent{points: len(x)}
	if len(x) < 3 {
		return e
	}
	u, v := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		u[i], v[i] = math.Log(x[i]), math.Log(y[i])
	}
	a, b := stat.LinearRegression(u, v, nil, false)
	mean := stat.Mean(u, nil)
	var off, wide float64
	for i := range u {
		off += (v[i] - a - b*u[i]) * (v[i] - a - b*u[i])
		wide += (u[i] - mean) * (u[i] - mean)
	}
	free := float64(len(x) - 2)
	half := distuv.StudentsT{Sigma: 1, Nu: free}.Quantile(0.975) * math.Sqrt(off/free/wide)
	e.value, e.low, e.high = b, b-half, b+half
	return e
}

// above returns the points of a curve that stand out of a constant part, and by how
// much: a start that takes as long as the rest says nothing of growth.
func above(sizes, values []float64, constant float64) (x, y []float64) {
	const least = 2 // times the constant part
	for i, v := range values {
		if v > least*constant {
			x, y = append(x, sizes[i]), append(y, v-constant)
		}
	}
	return x, y
}

package stat

import "math"

// MSER5 finds the end of the warm-up of a run from its observations in order:
// drop the first truncate of them. It takes means of five and minimises
// Σ(yᵢ−ȳ)²/(n−d)², the squared standard error of what remains, over d in the
// first half: White, Cobb and Spratt (2000), "A comparison of five steady-state
// truncation heuristics for simulation", WSC. ok is false if the minimum is at
// the middle, so that the run is too short to tell, if there are fewer than ten
// means, or if a value is not finite.
func MSER5(xs []float64) (truncate int, ok bool) {
	const group, fewest = 5, 10
	means := len(xs) / group
	if means < fewest {
		return 0, false
	}
	// From the back, by Welford's update: mean and squares of what remains.
	var mean, squares float64
	best, bestAt := math.Inf(1), means/2
	for d := means - 1; d >= 0; d-- {
		y := 0.0
		for _, x := range xs[d*group : (d+1)*group] {
			y += x / group
		}
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return 0, false
		}
		n := float64(means - d)
		delta := y - mean
		mean += delta / n
		squares += delta * (y - mean)
		if score := squares / (n * n); d <= means/2 && score <= best {
			best, bestAt = score, d
		}
	}
	return bestAt * group, bestAt < means/2
}

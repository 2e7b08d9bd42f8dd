package sweep

import (
	"math"
	"slices"

	"headroom/results"
	"headroom/sim/stat"
)

// Surface is one metric over all points that have it: what sensitivity is computed
// from. It is kept by columns, for there may be a million points.
type Surface struct {
	Levels [][]int32   // by axis, then point: which of the axis's values it has
	Values [][]float64 // by replication, of those that all points have, then point
	Rows   int         // of a Saltelli design with all its points; 0: another design
}

// Points returns how many points there are.
func (s *Surface) Points() int {
	if len(s.Values) == 0 {
		return 0
	}
	return len(s.Values[0])
}

// means averages the replications that pick chooses over each point.
func (s *Surface) means(pick []int) []float64 {
	all := make([]float64, s.Points())
	for _, r := range pick {
		for i, v := range s.Values[r] {
			all[i] += v / float64(len(pick))
		}
	}
	return all
}

// sizes returns the number of levels of each axis.
func (s *Surface) sizes() []int {
	sizes := make([]int, len(s.Levels))
	for axis, levels := range s.Levels {
		sizes[axis] = int(slices.Max(levels)) + 1
	}
	return sizes
}

// Effect is what a metric is on average over the points in which an axis has one
// of its values.
type Effect struct {
	Level  int
	Points int
	Mean   stat.Estimate // over replications, which all points share
}

// Effects returns the main effects of an axis, by level. Its intervals are those
// of the replications, common to all points.
func (s *Surface) Effects(axis int) []Effect {
	n := len(s.Values)
	points := make([]int, s.sizes()[axis])
	sums := make([]float64, len(points)*n) // by level, then replication
	for i, level := range s.Levels[axis] {
		points[level]++
		for r, values := range s.Values {
			sums[int(level)*n+r] += values[i]
		}
	}
	var effects []Effect
	for level, count := range points {
		if count == 0 {
			continue
		}
		means := sums[level*n : (level+1)*n]
		for r := range means {
			means[r] /= float64(count)
		}
		effects = append(effects, Effect{Level: level, Points: count, Mean: stat.Interval(means, results.Confidence)})
	}
	return effects
}

// Pareto returns which of the points (x, y) no other beats in one coordinate
// without losing in the other, smaller being better; the order is that of x.
func Pareto(points [][2]float64) []int {
	order := make([]int, 0, len(points))
	for i, p := range points {
		if !math.IsNaN(p[0]) && !math.IsNaN(p[1]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case points[a][0] != points[b][0]:
			return less(points[a][0], points[b][0])
		default:
			return less(points[a][1], points[b][1])
		}
	})
	var front []int
	best := math.Inf(1)
	for _, i := range order {
		last := len(front) - 1
		same := last >= 0 && points[front[last]] == points[i]
		if points[i][1] < best || same {
			front = append(front, i)
			best = points[i][1]
		}
	}
	return front
}

func less(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

package sweep

import (
	"math"
	"slices"

	"headroom/results"
	"headroom/sim/stat"
)

// Surface is one metric over all points that are done: what sensitivity is
// computed from.
type Surface struct {
	Levels [][]int     // by point, then axis: which of the axis's values it has
	Values [][]float64 // by point, then replication
	Rows   int         // of a Saltelli design with all its points; 0: another design
}

// common is how many replications all points have.
func (s *Surface) common() int {
	n := math.MaxInt
	for _, v := range s.Values {
		n = min(n, len(v))
	}
	return n
}

// means averages the replications that pick chooses over each point.
func (s *Surface) means(pick []int) []float64 {
	all := make([]float64, len(s.Values))
	for i, v := range s.Values {
		for _, r := range pick {
			all[i] += v[r] / float64(len(pick))
		}
	}
	return all
}

// counts returns the number of levels of an axis.
func (s *Surface) counts(axis int) int {
	n := 0
	for _, l := range s.Levels {
		n = max(n, l[axis]+1)
	}
	return n
}

// sizes returns the number of levels of each axis.
func (s *Surface) sizes() []int {
	sizes := make([]int, len(s.Levels[0]))
	for axis := range sizes {
		sizes[axis] = s.counts(axis)
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
	n := s.common()
	points := make([]int, s.counts(axis))
	sums := make([]float64, len(points)*n) // by level, then replication
	for i, l := range s.Levels {
		level := l[axis]
		points[level]++
		for r, v := range s.Values[i][:n] {
			sums[level*n+r] += v
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

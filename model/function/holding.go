package function

import (
	"math"
	"slices"
	"sort"
)

// Holding is how long calls keep an environment.
type Holding struct {
	points []float64 // seconds in order, each of the same share of the calls
	upTo   []float64 // sum of the shorter ones
	billed float64   // seconds of a call, on average
}

// NewHolding returns a law of times in seconds, each of the same share; it sorts them. There is one at least.
func NewHolding(points []float64) *Holding {
	slices.Sort(points)
	h := &Holding{points: points, upTo: make([]float64, len(points)+1)}
	for i, p := range points {
		h.upTo[i+1] = h.upTo[i] + p
		h.billed += max(1, math.Ceil(p*1e3-1e-6)) * 1e-3 / float64(len(points))
	}
	return h
}

// Mean is how long they do on average.
func (h *Holding) Mean() float64 { return h.upTo[len(h.points)] / float64(len(h.points)) }

// Billed is how many seconds [Billed] has of a call, on average.
func (h *Holding) Billed() float64 { return h.billed }

// within is for how long of its first so many seconds a call keeps its environment, on average: what has come
// evenly over that time, in calls a second, has so many times as many calls there at its end.
func (h *Holding) within(seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	n := len(h.points)
	i := sort.SearchFloat64s(h.points, seconds)
	return (h.upTo[i] + float64(n-i)*seconds) / float64(n)
}

func (h *Holding) most() float64 { return h.points[len(h.points)-1] }

package fluid

import (
	"math"
	"sync"
)

// constant is what a [single] of constant services says: it depends on the arrivals and the load alone, and whoever asks
// first, whatever its station, works it out for all. So its answers are the same, whoever that is.
type constant struct {
	waits, mean float64
	law         *table
	step        float64   // of a lattice
	left        []float64 // of the remnant, up to a service
}

// constantKey is how many stages the arrivals have, and the node of load.
type constantKey struct{ stages, load int }

// constants are some kilobytes for each that was asked for: as many as nodes of load and numbers of servers times stations.
var constants sync.Map // of constantKey: *constant

// constantOf returns that of the load of a node of ratios.
func constantOf(load float64, stages int) *constant {
	key := constantKey{stages, ratioNode(load)}
	if c, ok := constants.Load(key); ok {
		return c.(*constant)
	}
	s := newSingle([]part{{1, 1}}, intervalOf(stages), load, 0)
	c := &constant{waits: s.waits, mean: s.mean, law: s.law(), step: s.step}
	if s.waits > 0 {
		c.left = s.firstOfRemnant(int(1/s.step) + 1)
	}
	known, _ := constants.LoadOrStore(key, c)
	return known.(*constant)
}

// firstOfRemnant is the first of [single.remnant], by the recurrence for the coefficients of exp −C: for few of them it takes
// less than their transform.
func (s *single) firstOfRemnant(n int) []float64 {
	of, left := make([]float64, n), make([]float64, n) // of: those of exp −C
	of[0] = 1
	for k := 1; k < n; k++ {
		sum := 0.0
		for j := 1; j <= k; j++ {
			sum -= float64(j) * s.cepstrum[j] * of[k-j]
		}
		of[k] = sum / float64(k)
		left[k] = max(0, -of[k]/s.waits)
	}
	return left
}

// than is [single.than], with the delay at shared servers.
func (c *constant) than(root float64, servers int) ratio {
	r := ratio{waits: c.waits / root, mean: c.mean * (1 - root) / root, law: c.law}
	if c.waits > 0 {
		few, many := float64(servers+1)*overlap(c.left, c.step, []part{{1, 1}}, servers), 2*c.mean
		r.shared = c.waits / root * (1 - root) * (few + many)
	}
	return r
}

// times between arrivals are known by their stages to all.
var times sync.Map // of int: []part

// intervalOf returns the law of the time between every stages-th of random arrivals, worked out once.
func intervalOf(stages int) []part {
	if law, ok := times.Load(stages); ok {
		return law.([]part)
	}
	law, _ := times.LoadOrStore(stages, interval(stages))
	return law.([]part)
}

// ratioNode is the node of a load that is one's.
func ratioNode(load float64) int { return int(math.Round(-math.Log1p(-load) / ratioStep)) }

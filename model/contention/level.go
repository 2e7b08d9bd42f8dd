package contention

import "math/bits"

// Claim is what an instance wants of its host.
type Claim struct {
	Weight uint64 // at least 1: its vCPUs
	Wants  uint64 // millionths of a thread
}

// Share is how much each instance may have for its weight: a fraction of which both
// numbers are whole. The zero Share has no bound.
type Share struct {
	threads uint64 // millionths; of weight
	weight  uint64 // 0: no bound
}

// Level returns the fair share of a host's threads, in millionths, by claims that are
// less than 2⁴⁰ in all.
func Level(threads uint64, claims []Claim) Share {
	all, weight := uint64(0), uint64(0)
	for _, c := range claims {
		all += c.Wants
		weight += c.Weight
	}
	if all <= threads {
		return Share{}
	}
	level := Share{threads, weight}
	for {
		below := Share{threads, 0}
		for _, c := range claims {
			if level.holds(c) {
				below.threads -= c.Wants
			} else {
				below.weight += c.Weight
			}
		}
		if below.weight == level.weight {
			return level
		}
		level = below
	}
}

// holds reports whether a claim stays below its share.
func (s Share) holds(c Claim) bool { return c.Wants*s.weight <= c.Weight*s.threads }

// Bounded reports whether the host has less than is wanted.
func (s Share) Bounded() bool { return s.weight > 0 }

// Of returns the share of a weight, in millionths of a thread, rounded down, and false
// if there is no bound.
func (s Share) Of(weight uint64) (millionths uint64, bounded bool) {
	if s.weight == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(weight, s.threads)
	q, _ := bits.Div64(hi, lo, s.weight)
	return q, true
}

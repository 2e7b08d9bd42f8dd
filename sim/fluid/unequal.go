package fluid

import (
	"math"

	"headroom/sim/rng"
)

// Unequal is targets that are alike, beside others that are not, where each request goes to one of those with the
// fewest there.
type Unequal struct {
	Targets int
	Servers float64 // of each; [math.Inf]: nobody waits for another
	Each    float64 // seconds of a server that a request takes; with no Away 0: it is gone at once
	Away    float64 // seconds that it is there beside
}

// leaves is how many requests a second leave one of them at which there are so many.
func (u *Unequal) leaves(number int) float64 {
	if number == 0 {
		return 0
	}
	return min(float64(number)/(u.Each+u.Away), u.Servers/u.Each)
}

// requestsOfUnequal is how many requests are played; those who get a share of 0.005 get it to within a tenth.
const requestsOfUnequal = 20_000

// DivideUnequal returns which share of so many requests a second each kind of targets gets. It plays their numbers as a
// Markov chain, from none on, always with the same chance: that takes some milliseconds for tens of targets, and as much more
// as there are more of them.
func DivideUnequal(rate float64, kinds []Unequal) []float64 {
	shares, stream := make([]float64, len(kinds)), rng.New(1, 0, "unequal")
	var of []int // kind of each target
	for k := range kinds {
		for range kinds[k].Targets {
			of = append(of, k)
		}
	}
	p := unequalPlay{kinds: kinds, of: of, numbers: make([]int, len(of)), leave: make([]float64, len(of))}
	warm := requestsOfUnequal / 10
	for come := 0; come < warm+requestsOfUnequal; {
		if which := stream.Uniform() * (rate + p.leaving); which < p.leaving {
			p.lose(which)
			continue
		}
		k := of[p.take()]
		if come++; come > warm {
			shares[k] += 1. / requestsOfUnequal
		}
	}
	return shares
}

// unequalPlay is how many requests there are at each of some targets.
type unequalPlay struct {
	kinds   []Unequal
	of      []int
	numbers []int
	leave   []float64 // requests a second that leave each
	leaving float64   // those that leave all
	turn    int
}

// take has a request come to a target with the fewest, in turn among these.
func (p *unequalPlay) take() int {
	best, fewest := 0, math.MaxInt
	for i := range p.of {
		if t := (p.turn + i) % len(p.of); p.numbers[t] < fewest {
			best, fewest = t, p.numbers[t]
		}
	}
	p.turn = best + 1
	if u := &p.kinds[p.of[best]]; u.Each+u.Away > 0 {
		p.set(best, fewest+1)
	}
	return best
}

// lose has a request leave, of the target that such a part of all that leave is of.
func (p *unequalPlay) lose(which float64) {
	last := -1
	for t, rate := range p.leave {
		if rate == 0 {
			continue
		}
		if last = t; which < rate {
			break
		}
		which -= rate
	}
	if last >= 0 { // or the sum was off by what rounding leaves
		p.set(last, p.numbers[last]-1)
	}
}

// set has a target have so many.
func (p *unequalPlay) set(target, number int) {
	rate := p.kinds[p.of[target]].leaves(number)
	p.leaving = max(0, p.leaving+rate-p.leave[target])
	p.numbers[target], p.leave[target] = number, rate
}

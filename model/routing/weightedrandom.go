package routing

import "math/bits"

// WeightedRandom picks a target at random in proportion to the weights, by one
// draw: the algorithm of Automatic Target Weights. The draw falls into the
// cumulative weights, by target number. A guide table leads to the place, in
// two steps on average; the first pick after a change rebuilds it, in time
// proportional to the number of targets.
type WeightedRandom struct {
	weights []int64 // per target, in rotation or not
	in      bitset
	chooser Chooser

	stale   bool
	total   int64
	targets []int32 // those in rotation with a weight, ascending
	ends    []int64 // of each of them: the cumulative weight
	guide   []int32 // guide[b]: the first whose end is beyond b << shift
	shift   int
}

// NewWeightedRandom returns the policy without targets.
func NewWeightedRandom(chooser Chooser) *WeightedRandom { return &WeightedRandom{chooser: chooser} }

// Add implements [Policy].
func (p *WeightedRandom) Add(target int) {
	if p.in.has(target) {
		panic("routing: target added twice")
	}
	p.know(target)
	p.in.add(target)
	p.stale = true
}

// Remove implements [Policy].
func (p *WeightedRandom) Remove(target int) {
	if !p.in.has(target) {
		panic("routing: target removed that is not in rotation")
	}
	p.in.remove(target)
	p.stale = true
}

// Began implements [Policy]. The choice does not depend on it.
func (p *WeightedRandom) Began(int) {}

// Ended implements [Policy]. The choice does not depend on it.
func (p *WeightedRandom) Ended(int) {}

// SetWeight implements [Weigher].
func (p *WeightedRandom) SetWeight(target int, weight int64) {
	if weight < 0 {
		panic("routing: negative weight")
	}
	p.know(target)
	p.stale = p.stale || weight != p.weights[target] && p.in.has(target)
	p.weights[target] = weight
}

// Pick implements [Policy]. It also returns false if all weights are 0.
func (p *WeightedRandom) Pick(int) (target int, ok bool) {
	if p.stale {
		p.rebuild()
	}
	if p.total == 0 {
		return 0, false
	}
	draw := int64(p.chooser.Below(int(p.total)))
	i := p.guide[draw>>p.shift]
	for p.ends[i] <= draw {
		i++
	}
	return int(p.targets[i]), true
}

// know makes room for target.
func (p *WeightedRandom) know(target int) {
	for target >= len(p.weights) {
		p.weights = append(p.weights, FullWeight)
	}
}

// rebuild computes the cumulative weights and a guide with about as many
// entries as there are targets.
func (p *WeightedRandom) rebuild() {
	p.stale, p.total = false, 0
	p.targets, p.ends, p.guide = p.targets[:0], p.ends[:0], p.guide[:0]
	for t := p.in.from(0); t >= 0; t = p.in.from(t + 1) {
		if p.weights[t] > 0 {
			p.total += p.weights[t]
			p.targets = append(p.targets, int32(t))
			p.ends = append(p.ends, p.total)
		}
	}
	p.shift = max(0, bits.Len64(uint64(p.total))-bits.Len(uint(len(p.targets))))
	i := int32(0)
	for at := int64(0); at < p.total; at += 1 << p.shift {
		for p.ends[i] <= at {
			i++
		}
		p.guide = append(p.guide, i)
	}
}

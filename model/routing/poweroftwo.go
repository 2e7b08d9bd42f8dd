package routing

// PowerOfTwo draws two different targets in rotation and picks the one with
// fewer requests in flight; the first drawn if they tie. It takes two draws, or
// none where there is but one target. AWS offers no such algorithm: two choices
// come close to the fewest in flight without looking at all targets
// (Mitzenmacher 2001).
type PowerOfTwo struct {
	targets     dense
	outstanding []int32 // per target, in rotation or not
	chooser     Chooser
	again       bool // the second may be the first
}

// NewPowerOfTwo returns the policy without targets.
func NewPowerOfTwo(chooser Chooser) *PowerOfTwo { return &PowerOfTwo{chooser: chooser} }

// NewPowerOfTwoWithReplacement returns the policy that may draw the same target twice, as the
// supermarket model has it: of n targets one in n draws leaves no choice.
func NewPowerOfTwoWithReplacement(chooser Chooser) *PowerOfTwo {
	return &PowerOfTwo{chooser: chooser, again: true}
}

// Add implements [Policy].
func (p *PowerOfTwo) Add(target int) {
	p.targets.add(target)
	p.outstanding = grown(p.outstanding, target)
}

// Remove implements [Policy].
func (p *PowerOfTwo) Remove(target int) { p.targets.remove(target) }

// Began implements [Policy].
func (p *PowerOfTwo) Began(target int) { p.outstanding[target]++ }

// Ended implements [Policy].
func (p *PowerOfTwo) Ended(target int) {
	if p.outstanding[target] == 0 {
		panic("routing: a request ended that had not begun")
	}
	p.outstanding[target]--
}

// Pick implements [Policy].
func (p *PowerOfTwo) Pick(int) (target int, ok bool) {
	n := len(p.targets.list)
	switch n {
	case 0:
		return 0, false
	case 1:
		return int(p.targets.list[0]), true
	}
	i, j := p.chooser.Below(n), 0
	if p.again {
		j = p.chooser.Below(n)
	} else if j = p.chooser.Below(n - 1); j >= i { // one of the n-1 others
		j++
	}
	first, second := p.targets.list[i], p.targets.list[j]
	if p.outstanding[second] < p.outstanding[first] {
		return int(second), true
	}
	return int(first), true
}

// grown returns list with an entry for target.
func grown(list []int32, target int) []int32 {
	for target >= len(list) {
		list = append(list, 0)
	}
	return list
}

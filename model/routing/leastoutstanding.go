package routing

import "math/bits"

// LeastOutstanding picks a target with the fewest requests in flight; ties go
// in turn: per node, the next higher target number after the last one picked,
// going round. AWS leaves ties open.
//
// The targets in rotation are grouped by their count, a bit for each in the set of its level,
// so that the cost does not grow with the number of targets. The words of the low levels
// lie side by side: a target goes from one to the next with every request.
type LeastOutstanding struct {
	targets []outstanding
	low     []levelWords // a bit a target, by 64 of them
	busy    []levelWords // a bit a word that is not zero, by 64 of those
	counts  [lowLevels]int32
	high    []bitset // levels from lowLevels on
	least   int      // the lowest level with a target, if there is any in rotation
	count   int      // in rotation
	spare   []bitset // empty, taken from high levels
	cursor  []int    // per node: where the next pick starts looking
}

// lowLevels have room for all targets; those above them take it while they have any.
const lowLevels = 32

// levelWords is a word of each low level.
type levelWords [lowLevels]uint64

// outstanding is what is known of one target.
type outstanding struct {
	requests int32
	in       bool // in rotation
}

// NewLeastOutstanding returns the policy without targets for that many nodes.
func NewLeastOutstanding(nodes int) *LeastOutstanding {
	return &LeastOutstanding{cursor: make([]int, nodes)}
}

// Add implements [Policy].
func (p *LeastOutstanding) Add(target int) {
	if target < len(p.targets) && p.targets[target].in {
		panic("routing: target added twice")
	}
	p.know(target)
	t := &p.targets[target]
	t.in = true
	p.count++
	k := int(t.requests)
	p.put(target, k)
	if k < p.least || p.count == 1 {
		p.least = k
	}
}

// Remove implements [Policy].
func (p *LeastOutstanding) Remove(target int) {
	if target >= len(p.targets) || !p.targets[target].in {
		panic("routing: target removed that is not in rotation")
	}
	t := &p.targets[target]
	p.take(target, int(t.requests))
	t.in = false
	p.count--
	for p.count > 0 && p.at(p.least) == 0 {
		p.least++
	}
}

// Began implements [Policy].
func (p *LeastOutstanding) Began(target int) {
	t := &p.targets[target]
	k := int(t.requests)
	t.requests++
	if !t.in {
		return
	}
	if p.move(target, k, k+1) == 0 && k == p.least { // all others have more
		p.least = k + 1
	}
}

// Ended implements [Policy].
func (p *LeastOutstanding) Ended(target int) {
	t := &p.targets[target]
	k := int(t.requests)
	if k == 0 {
		panic("routing: a request ended that had not begun")
	}
	t.requests--
	if !t.in {
		return
	}
	p.move(target, k, k-1)
	p.least = min(p.least, k-1)
}

// Pick implements [Policy].
func (p *LeastOutstanding) Pick(node int) (target int, ok bool) {
	cursor := &p.cursor[node]
	if k := uint(p.least); k < lowLevels && p.count > 0 {
		if target = p.inWord(k, uint(*cursor)); target >= 0 {
			*cursor = target + 1
			return target, true
		}
	}
	if target, ok = p.Next(node); ok {
		*cursor = target + 1
	}
	return target, ok
}

// Next is what [LeastOutstanding.Pick] would return.
func (p *LeastOutstanding) Next(node int) (target int, ok bool) {
	if p.count == 0 {
		return 0, false
	}
	if k := p.least; k < lowLevels {
		return p.next(uint(k), uint(p.cursor[node])), true
	}
	return p.high[p.least-lowLevels].next(p.cursor[node]), true
}

// next returns the first target from i up, going round, of a low level that has one.
func (p *LeastOutstanding) next(k, i uint) int {
	if target := p.inWord(k, i); target >= 0 {
		return target
	}
	w := i/64 + 1
	for page, from := w/64, w%64; ; page, from = page+1, 0 {
		if page >= uint(len(p.busy)) {
			page, from = 0, 0
		}
		if word := p.busy[page][k%lowLevels] >> from << from; word != 0 {
			w = page*64 + uint(bits.TrailingZeros64(word))
			return int(w*64) + bits.TrailingZeros64(p.low[w][k%lowLevels])
		}
	}
}

// inWord returns the first target from i up in the word of i at a low level, or -1 if there is none.
func (p *LeastOutstanding) inWord(k, i uint) int {
	if w := i / 64; w < uint(len(p.low)) {
		if word := p.low[w][k%lowLevels] >> (i % 64); word != 0 {
			return int(i) + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// move takes a target from a level to another, and returns how many are left there. Those of the
// low levels are in one row of words. It does not ask whether a word was or is zero: nobody could guess.
func (p *LeastOutstanding) move(target, from, to int) int32 {
	if max(from, to) >= lowLevels {
		p.put(target, to)
		return p.take(target, from)
	}
	w, old, next := uint(target)/64, uint(from)%lowLevels, uint(to)%lowLevels
	row, bit := &p.low[w], uint64(1)<<(uint(target)%64)
	row[next] |= bit
	row[old] &^= bit
	zero := uint64(0)
	if row[old] == 0 {
		zero = 1
	}
	busy := &p.busy[w/64]
	busy[next] |= 1 << (w % 64)
	busy[old] &^= zero << (w % 64)
	p.counts[next]++
	p.counts[old]--
	return p.counts[old]
}

// put puts a target into a level.
func (p *LeastOutstanding) put(target, k int) {
	if k >= lowLevels {
		p.open(k - lowLevels).insert(target)
		return
	}
	w, level := uint(target)/64, uint(k)%lowLevels
	word := &p.low[w][level]
	if *word == 0 {
		p.busy[w/64][level] |= 1 << (w % 64)
	}
	*word |= 1 << (uint(target) % 64)
	p.counts[level]++
}

// take takes a target out of a level, and returns how many are left there.
func (p *LeastOutstanding) take(target, k int) int32 {
	if k >= lowLevels {
		return p.takeHigh(target, k-lowLevels)
	}
	w, level := uint(target)/64, uint(k)%lowLevels
	word := &p.low[w][level]
	if *word &^= 1 << (uint(target) % 64); *word == 0 {
		p.busy[w/64][level] &^= 1 << (w % 64)
	}
	p.counts[level]--
	return p.counts[level]
}

// takeHigh is take for a level above the low ones, whose room it lends to others when it is empty.
func (p *LeastOutstanding) takeHigh(target, k int) int32 {
	level := &p.high[k]
	level.remove(target)
	left := int32(level.count)
	if left == 0 {
		p.spare = append(p.spare, *level)
		*level = bitset{}
	}
	return left
}

// at is how many targets are in a level.
func (p *LeastOutstanding) at(k int) int32 {
	if k < lowLevels {
		return p.counts[k]
	}
	return int32(p.high[k-lowLevels].count)
}

// open makes a level above the low ones that has room for all targets.
func (p *LeastOutstanding) open(k int) *bitset {
	for k >= len(p.high) {
		p.high = append(p.high, bitset{})
	}
	level := &p.high[k]
	if len(level.words) > 0 {
		return level
	}
	if last := len(p.spare) - 1; last >= 0 {
		*level = p.spare[last]
		p.spare = p.spare[:last]
	}
	level.grow(len(p.targets))
	return level
}

// know makes room for a target in the list and in every level.
func (p *LeastOutstanding) know(target int) {
	if target < len(p.targets) {
		return
	}
	for target >= len(p.targets) {
		p.targets = append(p.targets, outstanding{})
	}
	for 64*len(p.low) < len(p.targets) {
		p.low = append(p.low, levelWords{})
		if len(p.low) > 64*len(p.busy) {
			p.busy = append(p.busy, levelWords{})
		}
	}
	for k := range p.high {
		if len(p.high[k].words) > 0 {
			p.high[k].grow(len(p.targets))
		}
	}
}

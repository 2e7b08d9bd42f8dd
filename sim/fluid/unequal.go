package fluid

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Unequal is targets that are alike, beside others that are not, where each request goes to one of those with the
// fewest there.
type Unequal struct {
	Targets int
	Servers float64 // of each; [math.Inf]: nobody waits for another
	Each    float64 // seconds of a server that a request takes; with no Away 0: it is gone at once
	Away    float64 // seconds that it is there beside; with Each 0: exactly
	Limit   float64 // seconds after which it is given up; 0: never
}

// leaves is how many requests a second leave one of them at which there are so many.
func (u *Unequal) leaves(n float64) float64 {
	switch {
	case n == 0:
		return 0
	case u.Limit > 0:
		return max(min(n/(u.Each+u.Away), u.Servers/u.Each), n/u.Limit)
	}
	return min(n/(u.Each+u.Away), u.Servers/u.Each)
}

// Load is the load of each of them where so many requests a second come to all; 0: they serve nobody.
func (u *Unequal) Load(rate float64) float64 { return rate / float64(u.Targets) * u.Each / u.Servers }

// endsAtOnce reports whether a request is gone as it comes.
func (u *Unequal) endsAtOnce() bool { return u.Each+u.Away == 0 }

// Fewest is how requests fare among targets that are not alike, where each goes to one of those with the
// fewest. Each target has its own rate of requests by how many it has: so numbers and stays are those of a chain of its
// own (Gupta, Harchol-Balter, Sigman and Whitt 2007, "Analysis of join-the-shortest-queue routing for web server farms",
// whose targets are alike). Of few targets these rates are seen in a play of numbers, the same for the same question; of
// many they are those of infinitely many, of which all have as many as those with the fewest, or one more.
//
// They are found at nodes of the rate of all, and lie between these. It is safe for concurrent use: whoever asks for a node
// first works it out, and the others wait.
type Fewest struct {
	kinds    []Unequal
	turns    int     // that those who choose take, each for itself
	able     float64 // requests a second that those who serve can
	bounded  bool    // not more can come than these and those who hang can take
	few      bool
	briefly  bool
	among    []*ByNumber
	question string // by which it is kept; empty: it is not
	mu       sync.Mutex
	nodes    map[int]*fewestOnce
}

// fewestOnce is a node that is worked out when somebody asks for it.
type fewestOnce struct {
	once sync.Once
	node *fewestNode
}

// fewestNode is what comes where so many come to all.
type fewestNode struct {
	each  []float64   // requests a second that come to one target of each kind
	asked [][]float64 // the same by how many it has, over those that a server can
}

const (
	fewTargets = 128 // that are played
	atHalf     = 0.5 // of what all can do: node 0
	hardlyAny  = -40 // a ten-thousandth of all that they can do
	firstNode  = -4  // for laws; fewer wait there than anybody sees
	lastNode   = 21  // 0.98 of what all can do
	nodeFactor = 1.25
	nodeLeaves = 0.15 // of the logarithm of what is left
)

// NewFewest returns that of some kinds, of which one serves at least. Those with as few as others are chosen in turn, by as many as choose.
func NewFewest(kinds []Unequal, turns int) *Fewest {
	f := &Fewest{kinds: kinds, turns: turns, bounded: isBounded(kinds), nodes: map[int]*fewestOnce{}}
	targets := 0
	for k := range kinds {
		of := &kinds[k]
		targets += of.Targets
		if of.Each > 0 {
			f.able += float64(of.Targets) * of.Servers / of.Each
		}
		f.among = append(f.among, &ByNumber{of: f, kind: k})
	}
	f.few = targets <= fewTargets
	return f
}

// NewBriefly returns that of kinds that are beside each other for some minutes. Fewer requests are played: what each gets is
// as much but for chance, which has it be off by a tenth, and more where few are.
func NewBriefly(kinds []Unequal, turns int) *Fewest {
	f := NewFewest(kinds, turns)
	f.briefly = true
	return f
}

// isBounded reports whether nobody of them takes as much as comes.
func isBounded(kinds []Unequal) bool {
	return !slices.ContainsFunc(kinds, func(u Unequal) bool { return u.endsAtOnce() })
}

// Merge returns the kinds of which some may be alike, each once and in an order of their own, and which of these each is.
func Merge(kinds []Unequal) (merged []Unequal, of []int) {
	order := func(a, b Unequal) int {
		return cmp.Or(cmp.Compare(a.Servers, b.Servers), cmp.Compare(a.Each, b.Each), cmp.Compare(a.Away, b.Away), cmp.Compare(a.Limit, b.Limit))
	}
	merged = slices.Clone(kinds)
	slices.SortFunc(merged, order)
	merged = slices.CompactFunc(merged, func(a, b Unequal) bool { return order(a, b) == 0 })
	for i := range merged {
		merged[i].Targets = 0
	}
	of = make([]int, len(kinds))
	for i, u := range kinds {
		of[i], _ = slices.BinarySearchFunc(merged, u, order)
		merged[of[i]].Targets += u.Targets
	}
	return merged, of
}

// Like reports whether these are the kinds, to within a part of their times.
func (f *Fewest) Like(kinds []Unequal, part float64) bool {
	near := func(a, b float64) bool { return math.Abs(a-b) <= part*b }
	return slices.EqualFunc(f.kinds, kinds, func(a, b Unequal) bool {
		return a.Targets == b.Targets && a.Servers == b.Servers && near(a.Each, b.Each) && near(a.Away, b.Away) && near(a.Limit, b.Limit)
	})
}

// rate is how many requests a second come at a node.
func (f *Fewest) rate(node int) float64 {
	if node > 0 && f.bounded {
		return f.able * (1 - (1-atHalf)*math.Exp(-nodeLeaves*float64(node)))
	}
	return f.able * atHalf * math.Pow(nodeFactor, float64(node))
}

// node returns a node. It takes some milliseconds for few targets, and some microseconds for many.
func (f *Fewest) node(node int) *fewestNode {
	f.mu.Lock()
	n := f.nodes[node]
	if n == nil {
		n = &fewestOnce{}
		f.nodes[node] = n
	}
	f.mu.Unlock()
	n.once.Do(func() {
		if rate := f.rate(node); f.few {
			n.node = f.play(rate)
		} else {
			n.node = f.level(rate)
		}
	})
	return n.node
}

// Shares returns which share of so many requests a second each kind gets, whose numbers are in balance with that rate.
func (f *Fewest) Shares(rate float64) []float64 {
	place := f.place(rate)
	i := math.Floor(place)
	shares := partWay(f.node(int(i)).each, f.node(int(i)+1).each, place-i)
	for k := range shares {
		shares[k] *= float64(f.kinds[k].Targets)
	}
	return parts(shares)
}

// parts makes numbers sum to 1.
func parts(of []float64) []float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	for k := range of {
		of[k] /= sum
	}
	return of
}

// Balances reports whether numbers come to be in balance with a rate soon.
func (f *Fewest) Balances(rate float64) bool { return f.place(rate) < lastNode || !f.bounded }

// place finds a rate between nodes.
func (f *Fewest) place(rate float64) float64 {
	if f.bounded && rate > f.able*atHalf {
		return min(-math.Log(max(1-rate/f.able, 0)/(1-atHalf))/nodeLeaves, lastNode)
	}
	return max(hardlyAny, math.Log(rate/f.able/atHalf)/math.Log(nodeFactor))
}

// Filled is what each target of a kind has.
type Filled struct {
	Number float64
	Leaves float64 // requests that leave it a second; 0: as many as leave one that always has that number
}

// Fill returns which share of so many requests a second each kind gets of which each target has a number: of what comes in so many
// seconds, those with the fewest are filled up to the same number.
func Fill(kinds []Unequal, rate, seconds float64, are []Filled) []float64 {
	shares, left := make([]float64, len(kinds)), make([]float64, len(kinds))
	for k := range kinds {
		leaves := are[k].Leaves
		if leaves == 0 && !kinds[k].endsAtOnce() {
			leaves = kinds[k].leaves(are[k].Number)
		}
		left[k] = are[k].Number - leaves*seconds
	}
	fill := func(upTo float64) (all float64) {
		for k := range kinds {
			of := &kinds[k]
			shares[k] = 0
			if !of.endsAtOnce() {
				shares[k] = float64(of.Targets) * max(0, upTo-left[k])
				all += shares[k]
			}
		}
		return all
	}
	come := rate * seconds
	if !isBounded(kinds) { // who refuses has none
		rest, refuse := max(0, come-fill(1)), 0.0
		for k := range kinds {
			if kinds[k].endsAtOnce() {
				refuse += float64(kinds[k].Targets)
			}
		}
		for k := range kinds {
			if kinds[k].endsAtOnce() {
				shares[k] = rest * float64(kinds[k].Targets) / refuse
			}
		}
		return parts(shares)
	}
	low, high := 0.0, 1.0
	for fill(high) < come {
		high *= 2
	}
	for range 50 {
		if middle := (low + high) / 2; fill(middle) < come {
			low = middle
		} else {
			high = middle
		}
	}
	fill(high)
	return parts(shares)
}

// partWay is a part of the way from some numbers to others, by their logarithms.
func partWay(from, to []float64, part float64) []float64 {
	on := make([]float64, len(from))
	for k := range on {
		on[k] = geometric(from[k], to[k], part)
	}
	return on
}

// level is what becomes of them among infinitely many targets: all have a number or one more, and who gets below it is sent
// the next request at once.
func (f *Fewest) level(rate float64) *fewestNode {
	n := &fewestNode{make([]float64, len(f.kinds)), make([][]float64, len(f.kinds))}
	number := f.lowest(rate)
	low, high := 0.0, 1.0
	for high < mostAsked && f.gone(number, high) < rate {
		high *= 2
	}
	for range 60 {
		if middle := (low + high) / 2; f.gone(number, middle) < rate {
			low = middle
		} else {
			high = middle
		}
	}
	for k := range f.kinds {
		of := &f.kinds[k]
		n.each[k] = of.gets(number, high)
		if of.Each == 0 {
			continue
		}
		for j := range number {
			n.asked[k] = append(n.asked[k], atOnce*of.leaves(float64(j+1))*of.Each)
		}
		n.asked[k] = append(n.asked[k], high*of.Each, high*of.Each/atOnce)
	}
	return n
}

const (
	mostNumber = 1 << 20 // at a target, from where on a line grows without end
	mostAsked  = 1e12    // requests a second
	atOnce     = 1e3     // times as fast as others
)

// lowest is the largest number at all targets that is left by no more than come.
func (f *Fewest) lowest(rate float64) int {
	leave := func(number int) float64 {
		sum := 0.0
		for k := range f.kinds {
			of := &f.kinds[k]
			if of.endsAtOnce() {
				return math.Inf(1)
			}
			sum += float64(of.Targets) * of.leaves(float64(number))
		}
		return sum
	}
	low, high := 0, 1
	for high < mostNumber && leave(high) <= rate {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; leave(middle) <= rate {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// gone is how many requests a second leave all targets where each that has a number is asked so often.
func (f *Fewest) gone(number int, asked float64) float64 {
	sum := 0.0
	for k := range f.kinds {
		sum += float64(f.kinds[k].Targets) * f.kinds[k].gets(number, asked)
	}
	return sum
}

// gets is how many of them come to one of a kind.
func (u *Unequal) gets(number int, asked float64) float64 {
	if u.endsAtOnce() {
		return asked
	}
	low, high := u.leaves(float64(number)), u.leaves(float64(number+1))
	more := asked / (asked + high) // share of the targets that has one more
	return low + more*(high-low)
}

package fluid

import (
	"math"

	"headroom/sim/rng"
)

// NoLimit is a number of places without bound.
const NoLimit = 1<<31 - 1

// Station is one of the targets that requests are sent to, as in package station.
type Station struct {
	Servers int              // that share the work
	Places  int              // requests in service at once; as many as Servers: first come, first served; 0: no limit
	Backlog int              // requests that may wait beyond, or NoLimit
	Demand  rng.Distribution // seconds of one server at full speed
	Speed   float64          // of a server; 0: full
}

// Split is how requests that come at random (a Poisson process) are divided among
// stations that are alike.
type Split struct {
	Rule  Rule
	Nodes int       // that choose by themselves, each a part of the requests; 0: one
	Other Rule      // by which a share of the requests comes, that knows nothing of the others
	Share float64   // 0: all come by Rule
	Among *ByNumber // by LeastWaiting: others, that are not alike, are chosen among as well; nil: none are
}

// Rule says which station takes a request.
type Rule uint8

// Rules.
const (
	AtRandom     Rule = iota // any, by itself
	InTurn                   // round robin
	LeastWaiting             // who has the fewest
)

// Laws is the laws of the stays at stations that are alike, under any load.
// It keeps those that it was asked for, and is not safe for concurrent use.
type Laws struct {
	station  Station
	split    Split
	demand   *demand
	owns     map[rng.Distribution]*demand // of parts of it, in mean services of all
	room     int                          // 0: any
	nodes    map[node]*Law
	means    map[int][]Means // by numbers of targets and loads
	curves   map[int]*curve  // by any number of targets
	lately   *curve          // of these, the last that was looked at
	near     nearLaw
	mixed    map[mixture]*Law
	pieces   []part            // of the demand, for single servers
	frees    float64           // mean services until the first of all servers is free; 0: not asked for
	twoKinds map[int]*twoKinds // as good as these, for so many servers
	ratios   map[node]ratio    // by stages; the loads are those of ratioStep
	sharings map[sharingKey]*sharing
	senders  int // nodes that send in turns of their own, if that is played
	turns    map[turnKey]*turn
	other    *Laws                    // of those that come by another rule
	both     map[[2]*Law]*Law         // together with these
	spaced   map[int]rng.Distribution // times between what a node sends to one of so many stations
	solved   *Solved                  // by all; nil: these alone
}

// node is a load and a number of stations for which a law is worked out; laws between
// are mixed of those around.
type node struct{ load, targets int }

// mixture is a place between nodes, in mixes-ths.
type mixture struct {
	node
	loadPart, targetPart int
}

// Nodes of load are evenly spread by −ln(1 − load), each with a factor exp(−nodeStep) of
// the capacity left that the one before has, up to MostLoad; beyond, where the room is
// limited, by beyondStep.
const (
	nodeStep   = 0.1
	mostNode   = 46
	beyondStep = 0.02
	mostBeyond = 100
	mixes      = 64
	fewMixes   = 16 // of numbers of targets
)

// MostLoad is the highest load for which there is a law where the room is not limited.
const MostLoad = 0.9899481642553664 // 1 − exp(−mostNode·nodeStep)

// New returns the laws of stations. Its demand must have a positive, finite mean.
func New(station Station, split Split) *Laws {
	if station.Speed == 0 {
		station.Speed = 1
	}
	return newLaws(station, split, newDemand(station.Demand, station.Speed))
}

// Otherwise returns the laws of the same stations where requests are divided otherwise: it knows what they ask for.
func (l *Laws) Otherwise(split Split) *Laws { return newLaws(l.station, split, l.demand) }

func newLaws(station Station, split Split, demand *demand) *Laws {
	l := &Laws{station: station, split: split, demand: demand}
	if station.Places > 0 && station.Places < NoLimit && station.Backlog < NoLimit {
		l.room = station.Places + station.Backlog
	}
	l.nodes, l.means, l.mixed = map[node]*Law{}, map[int][]Means{}, map[mixture]*Law{}
	l.curves, l.twoKinds = map[int]*curve{}, map[int]*twoKinds{}
	l.ratios, l.sharings = map[node]ratio{}, map[sharingKey]*sharing{}
	if split.Share > 0 {
		l.other, l.both = newLaws(station, Split{Rule: split.Other, Nodes: split.Nodes}, demand), map[[2]*Law]*Law{}
	}
	l.separate()
	return l
}

// Capacity returns how many requests a second one station can serve.
func (l *Laws) Capacity() float64 {
	return float64(l.station.Servers) / l.demand.mean
}

// Load returns the load of a station that so many requests a second are sent to.
func (l *Laws) Load(rate float64) float64 { return rate / l.Capacity() }

// Law returns the law of the stays at each of so many stations under a load, the share
// of its capacity that comes to each. Beyond MostLoad the law is that of MostLoad,
// unless the room is limited. The first call near a load takes some milliseconds,
// later ones less than a microsecond.
func (l *Laws) Law(load float64, targets int) *Law {
	law := l.ruled(load, targets)
	if l.other == nil {
		return law
	}
	laws := [2]*Law{law, l.other.Law(load, targets)}
	both := l.both[laws]
	if both == nil {
		both = Mix(laws[:], []float64{1 - l.split.Share, l.split.Share})
		l.both[laws] = both
	}
	return both
}

// nearLaw is the law that was asked for last, and the loads between which it is the law.
type nearLaw struct {
	law      *Law
	targets  int
	from, to float64
}

// remember notes the law of a place.
func (l *Laws) remember(m mixture, targets int, law *Law) {
	l.near = nearLaw{}
	if !l.split.steady() || m.load >= mostNode {
		return
	}
	const inside = 0.5/mixes - 1e-9 // of the bounds, lest rounding tells
	middle := float64(m.load) + float64(m.loadPart)/mixes
	l.near = nearLaw{law, targets, -math.Expm1(-nodeStep * (middle - inside)), -math.Expm1(-nodeStep * (middle + inside))}
}

// ruled is the law where all come by the rule.
func (l *Laws) ruled(load float64, targets int) *Law {
	if n := &l.near; n.targets == targets && n.from <= load && load <= n.to && n.law != nil {
		return n.law
	}
	at, part := l.place(load)
	n, targetPart := l.split.place(targets, load)
	m := mixture{node{at, n}, int(part*mixes + 0.5), int(targetPart*fewMixes + 0.5)}
	if m.loadPart == mixes {
		m.load, m.loadPart = m.load+1, 0
	}
	if m.targetPart == fewMixes {
		m.targets, m.targetPart = m.targets+1, 0
	}
	law := l.mixed[m]
	if law == nil {
		law = l.mix(m)
		l.mixed[m] = law
	}
	l.remember(m, targets, law)
	return law
}

// mix makes a law of those of the nodes around.
func (l *Laws) mix(m mixture) *Law {
	var parts []*Law
	var shares []float64
	for i, a := range []int{mixes - m.loadPart, m.loadPart} {
		for k, b := range []int{fewMixes - m.targetPart, m.targetPart} {
			if a*b > 0 {
				parts = append(parts, l.node(node{m.load + i, m.targets + k}))
				shares = append(shares, float64(a*b)/(mixes*fewMixes))
			}
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return Mix(parts, shares)
}

// place finds a load between nodes.
func (l *Laws) place(load float64) (node int, part float64) {
	place := float64(mostNode)
	switch {
	case load <= 0:
		place = 0
	case load < MostLoad:
		place = -math.Log1p(-load) / nodeStep
	case l.room > 0:
		place += min((load-MostLoad)/beyondStep, mostBeyond)
	}
	return int(place), place - math.Floor(place)
}

// loadOf is the load of a node.
func (l *Laws) loadOf(n int) float64 {
	if n > mostNode {
		return MostLoad + beyondStep*float64(n-mostNode)
	}
	return -math.Expm1(-nodeStep * float64(n))
}

// node returns the law of a node.
func (l *Laws) node(n node) *Law {
	law := l.nodes[n]
	if law == nil {
		targets := l.split.targets(n.targets)
		solve := func() *Law { return l.solve(l.loadOf(n.load), targets) }
		if l.solved == nil || l.inOrder() || l.taken(targets) {
			law = solve()
		} else {
			law = l.solved.of(solvedKey{l.station, l.split, n}, solve)
		}
		l.nodes[n] = law
	}
	return law
}

package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// Where several nodes send to the same stations, each in its own turn, what comes to one of them is as many
// independent streams, each as regular as a single round robin. Whitt's weights (1983, (33)) for a renewal process in their
// place are twice to five times too high where streams are few, and so the mean is played: at a station of mean
// service 1, once for each number of stations and each of a few loads, beside a single round robin of which the mean is
// known, if demands are nearly exponential: the same come to both, and by what chance makes of one the other is put right. Above these loads
// what the nodes add to the delay of one round robin falls with the capacity that is left. The law is that of a round robin
// of fewer stations, with that mean. Where servers are shared, or demands vary otherwise than exponential ones, it is another, and is played, too.
const (
	mostTurn     = 7      // ratioLoad of it is 0.83
	turnArrivals = 20_000 // at an idle station, and as many times more as there is less capacity left
	turnSeed     = 18
	besideOne    = 2  // of these part where two are played of which one is known
	leastTurns   = 16 // places beyond the servers: smaller rooms are not played
)

// turn is a station that was played under a load.
type turn struct {
	below []float64 // share of the stays below the bounds of buckets
	more  float64   // delay beyond that of one round robin, as a share of what that of random arrivals is
}

// turnKey is the load and the number of stations.
type turnKey struct{ load, targets int }

// separate takes the nodes out of the split of stations that are played instead.
func (l *Laws) separate() {
	if s := &l.station; l.split.Rule == InTurn && l.split.Nodes > 1 && (l.room == 0 || l.room >= s.Servers+leastTurns) {
		l.senders, l.split.Nodes = l.split.Nodes, 1
		l.turns, l.spaced = map[turnKey]*turn{}, map[int]rng.Distribution{}
	}
}

// taken reports whether so many stations are sent to by several nodes.
func (l *Laws) taken(targets int) bool { return l.senders > 1 && targets > 1 }

// more is which part of the way it is from the delay of one round robin to that of random arrivals.
func (l *Laws) more(load float64, targets int) float64 {
	i, part := turnPlace(load)
	if i == mostTurn {
		return l.turn(i, targets).more * max(0, 1-load) / (1 - ratioLoad(i))
	}
	from := l.turn(max(i, 1), targets).more
	return from + part*(l.turn(i+1, targets).more-from)
}

// turnPlace finds a load between those that are played.
func turnPlace(load float64) (i int, part float64) {
	if load >= ratioLoad(mostTurn) {
		return mostTurn, 0
	}
	place := -math.Log1p(-max(load, 0)) / ratioStep
	return int(place), place - math.Floor(place)
}

// meansInTurns is what is there where several nodes send.
func (l *Laws) meansInTurns(load float64, targets int) Means {
	random := l.meansOf(load, 1)
	return l.meansOf(load, targets).plus(l.more(load, targets), &random)
}

// solveInTurns is the law there: between those of round robins of so many stations that the mean is the same.
func (l *Laws) solveInTurns(load float64, targets int) *Law {
	there := l.meansInTurns(load, targets)
	want := l.stayOf(there)
	if load < ratioLoad(mostTurn) && !l.likeFewer() {
		return l.playedTurns(load, targets, there)
	}
	k, shorter := 0, 0.0
	longer := l.stayOf(l.meansOf(load, turnTargets[0]))
	for ; k < len(turnTargets)-1; k++ {
		if shorter = l.stayOf(l.meansOf(load, turnTargets[k+1])); shorter <= want || turnTargets[k+1] >= targets {
			break
		}
		longer = shorter
	}
	k = min(k, len(turnTargets)-2)
	part := 1.0
	if longer-shorter > 1e-9*longer {
		part = min(1, max(0, (longer-want)/(longer-shorter)))
	}
	return Mix([]*Law{l.solveOne(load, turnTargets[k]), l.solveOne(load, turnTargets[k+1])}, []float64{1 - part, part})
}

// likeExponential reports whether demands vary so that the mean of a single round robin is known.
func (l *Laws) likeExponential() bool {
	const least, most = 0.7, 1.3 // squared coefficient of variation; in order of arrival at one server most does not matter
	return l.demand.scv >= least && (l.demand.scv <= most || l.inOrder() && l.station.Servers == 1)
}

// likeFewer reports whether the law is that of a round robin of fewer stations.
func (l *Laws) likeFewer() bool { return l.inOrder() && l.likeExponential() }

// playedTurns is the law of the stays that were played, between two loads.
func (l *Laws) playedTurns(load float64, targets int, there Means) *Law {
	i, part := turnPlace(load)
	law := &Law{waits: there.Waits, mean: l.stayOf(there)}
	from, to := l.turn(max(i, 1), targets).below, l.turn(i+1, targets).below
	if i == 0 { // nobody is there
		from = newLaw(l.demand, wait{longer{none: 1}}).below()
	}
	law.bounds = make([]float64, max(len(from), len(to)))
	for k := range law.bounds {
		law.bounds[k] = (1-part)*from[min(k, len(from)-1)] + part*to[min(k, len(to)-1)]
	}
	more := l.more(load, targets)
	law.of = func(d *demand) *Law {
		return Mix([]*Law{l.solveOne(load, targets).own(d), l.solveOne(load, 1).own(d)}, []float64{1 - more, more})
	}
	return law
}

// stayOf is the mean stay where so many are.
func (l *Laws) stayOf(m Means) float64 {
	return m.Number / (m.Load * float64(l.station.Servers)) * l.demand.mean
}

// turn plays a station, or remembers it.
func (l *Laws) turn(i, targets int) *turn {
	t := l.turns[turnKey{i, targets}]
	if t == nil {
		load := ratioLoad(i)
		t = &turn{}
		one, random := l.stayOf(l.meansOf(load, targets)), l.stayOf(l.meansOf(load, 1))
		var delay float64
		t.below, delay = l.playTurns(load, targets, l.senders)
		if random-one > 1e-6*one {
			if l.likeExponential() { // otherwise the mean of one is not known well enough
				_, alone := l.playTurns(load, targets, 1)
				delay *= (one - l.demand.mean) / max(alone, 1e-12)
			}
			t.more = min(1, max(0, (l.demand.mean+delay-one)/(random-one)))
		}
		l.turns[turnKey{i, targets}] = t
	}
	return t
}

// gapsOf is the law of the time between every so many-th of random arrivals, of mean 1.
func (l *Laws) gapsOf(targets int) rng.Distribution {
	if l.spaced[targets] == nil {
		l.spaced[targets], _ = rng.Erlang(min(targets, 500), 1)
	}
	return l.spaced[targets]
}

// playTurns plays requests that so many nodes send to a station, of every so many-th of their own random arrivals,
// and returns the share of the stays below the bounds of buckets, and the mean delay in seconds. The n-th request asks for the same however many nodes there are.
func (l *Laws) playTurns(load float64, targets, senders int) (below []float64, delay float64) {
	const unit = 1e9 // ns that stand for a mean service
	spec := station.Spec{Servers: int64(l.station.Servers), Limit: station.NoLimit, Backlog: station.NoLimit}
	if p := l.station.Places; p > 0 && p < NoLimit {
		spec.Limit = int32(p)
	}
	of := station.New(spec)
	gaps, gap := l.gapsOf(targets), float64(senders)/(load*float64(l.station.Servers))
	arrivals, demands := rng.New(turnSeed, 0, "fluid/turns/arrivals"), rng.New(turnSeed, 0, "fluid/turns/demands")
	next := make([]float64, senders)
	for k := range next {
		next[k] = gap * arrivals.Draw(gaps) * arrivals.Uniform()
	}
	n := int(turnArrivals / (1 - load))
	if l.likeFewer() {
		n /= besideOne
	}
	from := n / 10
	came, due := make([]sim.Time, n), make([]sim.Time, n) // due: without a delay
	var counts []int64
	settle := func(until sim.Time) {
		for turn, ok := of.Settle(until); ok; turn, ok = of.Settle(until) {
			if turn.Kind != station.Departed || int(turn.Job) < from {
				continue
			}
			delay += float64(turn.At-due[turn.Job]) / unit * l.demand.mean
			bin := stat.BinOf(int64(float64(turn.At-came[turn.Job]) / unit * l.demand.mean * 1e9))
			for bin >= len(counts) {
				counts = append(counts, 0)
			}
			counts[bin]++
		}
	}
	scale := unit / (l.demand.mean * l.demand.speed)
	for i := range n {
		k := 0
		for j := range next {
			if next[j] < next[k] {
				k = j
			}
		}
		at := sim.Time(next[k] * unit)
		next[k] += gap * arrivals.Draw(gaps)
		settle(at)
		demand := sim.Time(demands.Draw(l.station.Demand) * scale)
		came[i], due[i] = at, at+demand
		of.Offer(at, uint32(i), demand)
	}
	settle(sim.Horizon)
	sum := int64(0)
	below = append(below, 0)
	for _, count := range counts {
		sum += count
		below = append(below, float64(sum)/float64(n-from))
	}
	return below, delay / float64(n-from)
}

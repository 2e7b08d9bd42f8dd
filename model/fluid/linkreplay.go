package fluid

import (
	"container/heap"
	"math"
	"sort"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// linkReplay plays the flows of a window of links one by one: each has as much of its link as the others have there, or
// all that it can take.
type linkReplay struct {
	links  []playedLink
	turn   int
	now    float64 // seconds
	stream rng.Stream

	compared      // of flows; what was worked is seconds of lone ones
	offset, phase float64
	carry         float64 // flows that are still to come
	gaps          []float64
}

// playedLink is the link of a target.
type playedLink struct {
	now    float64
	had    float64 // by a flow that has always been there
	flows  []playedFlow
	free   []int
	number int // that hold it
	ends   flowHeap
	leave  flowHeap
}

// playedFlow is a flow.
type playedFlow struct {
	came     float64
	finishes bool // it goes on for nobody
	given    bool // its client has left
	gone     bool
	in       int8 // heaps that it is in
}

// flowHeap is flows by when something becomes of them.
type flowHeap []flowEvent

type flowEvent struct {
	at   float64
	flow int
}

func (h flowHeap) Len() int           { return len(h) }
func (h flowHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h flowHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *flowHeap) Push(x any)        { *h = append(*h, x.(flowEvent)) }
func (h *flowHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

func newLinkReplay(w *linkWindow, stream rng.Stream) *linkReplay {
	r := &linkReplay{stream: stream, links: make([]playedLink, w.played())}
	r.fill(w)
	return r
}

// newcomer is a flow that comes: its size is what is still to pass.
type newcomer struct {
	came, size, patience float64
	finishes, given      bool
}

// take has a flow come to a link, which is played up to now.
func (l *playedLink) take(n newcomer) {
	i := len(l.flows)
	if k := len(l.free); k > 0 {
		i, l.free = l.free[k-1], l.free[:k-1]
	} else {
		l.flows = append(l.flows, playedFlow{})
	}
	f := playedFlow{came: n.came, finishes: n.finishes, given: n.given, in: 1}
	heap.Push(&l.ends, flowEvent{l.had + n.size, i})
	if n.patience > 0 && !n.given {
		f.in++
		heap.Push(&l.leave, flowEvent{n.came + n.patience, i})
	}
	l.flows[i] = f
	l.number++
}

// parts are the slices of a wave in which flows that are there are looked for.
const parts = 16

// fill puts the flows of a crowd on the links, by when each came, and with what is left of it.
func (r *linkReplay) fill(w *linkWindow) {
	c := w.begins
	r.now = c.now
	for i := range r.links {
		r.links[i].now = c.now
	}
	carry, turn := r.stream.Uniform(), 0
	for k := range c.Kinds {
		kind := &c.Kinds[k]
		for i := range c.waves {
			v := &c.waves[i]
			if k >= len(v.came) { // they are of later flows
				continue
			}
			for part := range parts {
				from := v.from + (v.to-v.from)*float64(part)/parts
				n, young, old := v.between(k, from, v.from+(v.to-v.from)*float64(part+1)/parts)
				middle := from + (v.to-v.from)/2/parts
				given := middle < kind.cut
				if n <= 0 || given && !kind.Finishes {
					continue
				}
				had := max(0, c.had-(young+old)/2)
				shorter := kind.sizes.upTo(had, had)
				for carry += n * (1 - shorter) * float64(len(r.links)); carry >= 1; carry-- {
					r.links[turn%len(r.links)].take(newcomer{
						came: middle, size: max(0, kind.sizes.beyond(shorter+(1-shorter)*r.stream.Uniform())-had),
						patience: kind.Patience, finishes: kind.Finishes, given: given,
					})
					turn++
				}
			}
		}
	}
}

// beyond is the size that a share of them stays below.
func (s *sizes) beyond(share float64) float64 {
	return s.values[max(0, sort.SearchFloat64s(s.share, share)-1)]
}

// play plays a window.
func (r *linkReplay) play(w *linkWindow) {
	for i := range w.moments {
		r.step(&w.moments[i], w.rule)
	}
}

// step plays a step and counts what rates say of it.
func (r *linkReplay) step(m *linkMoment, rule fluid.Rule) {
	n, begin := float64(len(r.links)), r.now
	rate := 0.0
	for i := range m.kinds {
		rate += m.kinds[i].came * n
	}
	come := int(rate + r.carry) // as many as have come, at random instants
	r.carry += rate - float64(come)
	at, all := 0.0, r.instants(come)
	for _, gap := range r.gaps[:come] {
		at += gap
		r.now = begin + m.seconds*at/all
		r.arrive(m, rule, r.stream.Uniform()*rate/n)
	}
	end := begin + m.seconds
	r.now = end
	for i := range r.links {
		r.upto(i, end, m.fits)
	}
	for i := range m.kinds {
		k := &m.kinds[i]
		r.says.served += k.done * n
		r.says.late += k.dropped * n
		r.works += k.passed * n
		r.record(k, k.done*n, k.done/max(k.done+k.dropped, noFlows))
	}
	r.able += m.fits * m.seconds * n
}

// instants draws the gaps between so many flows, and after them, and returns their sum.
func (r *linkReplay) instants(come int) (all float64) {
	r.gaps = r.gaps[:0]
	for range come + 1 {
		r.gaps = append(r.gaps, r.stream.Exponential())
		all += r.gaps[len(r.gaps)-1]
	}
	return all
}

// arrive has a flow come, of the kind that such a number of those of the step are of.
func (r *linkReplay) arrive(m *linkMoment, rule fluid.Rule, which float64) {
	i := 0
	for i < len(m.kinds)-1 && which >= m.kinds[i].came {
		which -= m.kinds[i].came
		i++
	}
	k := &m.kinds[i]
	to := r.pick(rule, m.fits)
	r.upto(to, r.now, m.fits)
	r.came++
	r.links[to].take(newcomer{came: r.now, size: r.stream.Draw(k.size), patience: k.patience, finishes: k.finishes})
}

// pick chooses a target as flows come to them.
func (r *linkReplay) pick(rule fluid.Rule, fits float64) int {
	switch rule {
	case fluid.InTurn:
		r.turn++
		return r.turn % len(r.links)
	case fluid.LeastWaiting:
		best := 0
		for i := range r.links {
			if r.upto(i, r.now, fits); r.links[i].number < r.links[best].number {
				best = i
			}
		}
		return best
	}
	return r.stream.Below(len(r.links))
}

// upto plays a link up to an instant.
func (r *linkReplay) upto(link int, until, fits float64) {
	l := &r.links[link]
	for l.now < until {
		l.sweep()
		pace, at := 0.0, until
		if l.number > 0 {
			pace = min(1, fits/float64(l.number))
		}
		ends := len(l.ends) > 0 && pace > 0 && l.now+(l.ends[0].at-l.had)/pace <= at
		if ends {
			at = max(l.now, l.now+(l.ends[0].at-l.had)/pace)
		}
		leaves := len(l.leave) > 0 && l.leave[0].at < at
		if leaves {
			at = max(l.now, l.leave[0].at)
		}
		r.worked += (at - l.now) * pace * float64(l.number)
		l.had, l.now = l.had+(at-l.now)*pace, at
		switch {
		case leaves:
			r.giveUp(l, heap.Pop(&l.leave).(flowEvent).flow)
		case ends:
			r.pass(l, heap.Pop(&l.ends).(flowEvent).flow)
		}
	}
}

// sweep forgets events of flows that are no more.
func (l *playedLink) sweep() {
	for _, h := range []*flowHeap{&l.ends, &l.leave} {
		for len(*h) > 0 && l.flows[(*h)[0].flow].gone {
			l.release(heap.Pop(h).(flowEvent).flow)
		}
	}
}

// release notes that one of the events of a flow is over.
func (l *playedLink) release(flow int) {
	if l.flows[flow].in--; l.flows[flow].in == 0 && l.flows[flow].gone {
		l.free = append(l.free, flow)
	}
}

// giveUp has the client of a flow leave.
func (r *linkReplay) giveUp(l *playedLink, flow int) {
	f := &l.flows[flow]
	f.given = true
	r.is.late++
	if !f.finishes {
		f.gone = true
		l.number--
	}
	l.release(flow)
}

// pass has a flow end that has had all.
func (r *linkReplay) pass(l *playedLink, flow int) {
	f := &l.flows[flow]
	if f.gone = true; !f.given {
		r.is.served++
		r.played.Record(int64(sim.Seconds(l.now - f.came)))
	}
	l.number--
	l.release(flow)
}

// record notes the stays that rates say of those who pass, who are a part of those who leave.
func (r *linkReplay) record(k *linkKind, n, part float64) {
	whole := int64(n + r.offset)
	if r.offset = n + r.offset - float64(whole); whole <= 0 || k.stay == nil {
		return
	}
	points := min(whole, worthPoints)
	r.phase = math.Mod(r.phase+golden, 1)
	for i := range points {
		share := whole*(i+1)/points - whole*i/points
		r.rates.RecordMany(int64(sim.Seconds(k.stay.Quantile(clampShare((float64(i)+r.phase)/float64(points)*part)))), share)
	}
}

// fewStays is how many flows say nothing of stays.
const fewStays = 400

// finding says what was shown.
func (r *linkReplay) finding(w *linkWindow) Finding {
	return r.compared.finding(Finding{Kind: Loaded, Regime: Overloaded, From: w.from, To: w.to}, fewStays)
}

// clampShare is a probability that quantiles are asked for.
func clampShare(share float64) float64 { return min(max(share, noFlows), 1-noFlows) }
